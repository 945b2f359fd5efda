"""Whether an archive is as it was written and its index fits it: reads only, takes no lock, while others write."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from newsarc.archive import Archive
from newsarc.archive.chain import read_head
from newsarc.archive.checking import Fault, Tally, check
from newsarc.archive.checking.glancing import glance
from newsarc.archive.disk import Disk
from newsarc.errors import ArchiveDamaged, ArchiveRewritten, IndexUnusable

_MOST_TOLD = 100  # of what does not fit in the index; it is made anew as a whole


@dataclass(slots=True)
class Verdict:
    """What a verification found: how much it looked at, how many faults there are, what to do about them."""

    tally: Tally
    quick: bool = False
    faults: int = 0
    cures: list[str] = field(default_factory=list)
    exit_code: int = 0

    def add(self, fault: Fault) -> None:
        """Count a fault; damage of the archive outweighs all else."""
        self.faults += 1
        self.exit_code = min(self.exit_code or fault.exit_code, fault.exit_code)
        if fault.cure not in self.cures:
            self.cures.append(fault.cure)

    def sentence(self) -> str:
        """Say it: "checked 97 lines (512,000 bytes) and 90 originals: all is as written"."""
        tally = self.tally
        looked = f"checked {tally.lines:,} lines ({tally.bytes:,} bytes) and {tally.originals:,} originals"
        looked = "looked at FORMAT, HEAD and the lengths of segments and packs" if self.quick else looked
        if not self.faults:
            return f"{looked}: {'nothing is wrong there' if self.quick else 'all is as written'}"
        return f"{looked}: {' '.join([f'{self.faults:,} fault' + 's' * (self.faults != 1) + '.', *self.cures])}"


def verify(root: str, tally: Tally, *, quick: bool = False) -> Iterator[Fault]:
    """Yield every fault of an archive, and of its index where the archive has none; lazy.

    With `quick` only FORMAT, HEAD and the lengths of segments and packs are looked at.

    Raises:
        ArchiveNotFound: There is none at this place.
        ArchiveTooNew: A newer newsarc made it.
        ArchiveRewritten: A repair or an erasing replaced the segments meanwhile.
        StorageError: FORMAT cannot be read.
    """
    archive, disk = _opened(root), Disk()
    first, is_sound = _first_segment(disk, root), True
    for fault in (glance if quick else check)(disk, root, tally):
        if _first_segment(disk, root) != first:
            raise ArchiveRewritten(root)
        is_sound = False
        yield fault
    if archive and is_sound and not quick:
        yield from map(unfit, islice(_differences(archive), _MOST_TOLD))


def unfit(what: str) -> Fault:
    """Make a fault of what does not fit in the index."""
    return Fault("index/newsarc.db", what, exit_code=5)


def _differences(archive: Archive) -> Iterator[str]:
    """Yield where the index says other than the archive; one that is missing or behind is no fault."""
    from newsarc.index import Index

    if not os.path.exists(os.path.join(archive.root, "index", "newsarc.db")):
        return
    try:
        with closing(Index(archive.root, archive.uuid, read_only=True)) as index:
            yield from index.compare(archive)
    except IndexUnusable as error:
        yield error.why


def _opened(root: str) -> Archive | None:
    """Open an archive; None where its FORMAT is damaged, which is no reason not to look at the rest."""
    try:
        return Archive(root)
    except ArchiveDamaged:
        return None


def _first_segment(disk: Disk, root: str) -> int | None:
    """Return where the chain begins: a rewrite begins a new one in a new segment."""
    try:
        head = read_head(disk.read(os.path.join(root, "HEAD")))
    except OSError:
        return None
    return head.first if head else None
