"""How a damaged archive becomes sound again: HEAD and FORMAT written anew, lines saved, lost articles read anew.

Nothing is thrown away: damaged lines and the old segments go to lost+found. Every line that is as written keeps its
record; behind the first gap lines are numbered and chained anew.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from newsarc.archive import erased
from newsarc.archive.chain import (
    EMPTY,
    Head,
    head_line,
    read_head,
    segment_name,
    segment_numbers,
    segment_path,
    without_framing,
)
from newsarc.archive.checking import check
from newsarc.archive.checking.shape import read_kept
from newsarc.archive.disk import Disk
from newsarc.archive.filing import id_of
from newsarc.archive.guarding import held, storage_errors
from newsarc.archive.making import format_line
from newsarc.archive.mending.restoring import Gap, Restored, names_in, restore
from newsarc.archive.mending.rewriting import (
    JOURNAL,
    LOST,
    begun,
    free_name,
    is_committed,
    pending,
    remove_index,
    rewrite,
    settle,
)
from newsarc.archive.mending.salvaging import Salvage, Scrap, salvage
from newsarc.archive.mending.traces import Reread
from newsarc.archive.opening import format_of
from newsarc.archive.originals import last_pack, pack_path
from newsarc.archive.recover import first_segment
from newsarc.errors import ArchiveDamaged, ArchiveNotFound

ROTATE_AT = 256 << 20  # bytes of a segment
LOCK_WAIT = 30.0  # seconds
_NOT_MENDED = ("originals/", "quarantine/")
_MOST_LOOKED_AT = 16 << 20  # bytes of what is left of lines


@dataclass(slots=True)
class Repair:
    """What is wrong with an archive, what a repair makes of it, and what it cannot mend."""

    said: list[str] = field(default_factory=list)
    """What is wrong and what becomes of it, a sentence each."""
    remaining: list[str] = field(default_factory=list)
    """Faults that no repair can mend: originals and sources in quarantine that are not as they came."""
    before: Head | None = None
    after: Head | None = None
    """The end of the chain as HEAD named it, and as it is once all is done."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Small files that are written anew."""
    aside: list[str] = field(default_factory=list)
    """Files that go to lost+found."""
    salvaged: Salvage | None = None
    """The lines that move to new segments, where any is damaged or missing."""
    scraps: list[Scrap] = field(default_factory=list)
    restored: list[Restored] = field(default_factory=list)

    is_done: bool = False

    @property
    def is_needed(self) -> bool:
        """Tell whether anything is to be done, or was."""
        return bool(self.said)

    @property
    def exit_code(self) -> int:
        """Return 0 where the archive is sound now, else 4."""
        return 4 if self.remaining or (self.is_needed and not self.is_done) else 0

    def sentences(self) -> Iterator[str]:
        """Say what is wrong, what becomes of it, and what stays wrong; one line each."""
        yield from self.said
        if self.salvaged and self.before and self.after:
            yield f"the chain ended with line {self.before.seq} {self.before.chain}"
            yield f"it ends now with line {self.after.seq} {self.after.chain}"
        yield from (f"not mended: {fault}" for fault in self.remaining)

    def summary(self) -> str:
        """Say it in one line."""
        rest = f"; {len(self.remaining)} faults cannot be mended" if self.remaining else ""
        if not self.is_needed:
            return ("nothing to repair" if self.remaining else "the archive is sound; nothing to repair") + rest
        return ("repaired" if self.is_done else "dry run: the archive is damaged; repair it with --yes") + rest


def repair(
    root: str,
    *,
    now: datetime,
    reread: Reread,
    dry_run: bool = False,
    disk: Disk | None = None,
    tell: Callable[[str], None] = lambda _sentence: None,
    wait: float = LOCK_WAIT,
    rotate_at: int = ROTATE_AT,
) -> Repair:
    """Make an archive sound, or with `dry_run` only say what would be done; reads all of it.

    Raises:
        ArchiveNotFound: There is none at this place.
        ArchiveTooNew: A newer newsarc made it.
        ArchiveLocked: Another run held the lock for `wait` seconds.
        StorageError: A step failed; the archive is as it was, or the next writer finishes.
    """
    steps = disk or Disk()
    with storage_errors(root):
        _find(steps, root)
        if dry_run:
            found = look(steps, root, reread, now)
            found.said += _said_of_log(steps, root)
            found.remaining = [str(fault) for fault in check(steps, root) if fault.file.startswith(_NOT_MENDED)]
            return found
    with held(root, wait=wait, now=now):
        said = _settle(steps, root, tell)
        found = look(steps, root, reread, now)
        if found.is_needed:
            _mend(steps, root, found, rotate_at)
        found.said += said
        found.is_done = True
        found.remaining = [str(fault) for fault in check(steps, root)]
    return found


def _find(disk: Disk, root: str) -> None:
    """Make sure that there is an archive, and that this newsarc may touch it."""
    try:
        names = set(disk.names(root))
    except NotADirectoryError:
        raise ArchiveNotFound(root, "it is a file") from None
    if names.isdisjoint({"FORMAT", "HEAD", "articles"}):
        raise ArchiveNotFound(root)
    with suppress(ArchiveDamaged, ArchiveNotFound):
        format_of(disk, root)


def _settle(disk: Disk, root: str, tell: Callable[[str], None]) -> list[str]:
    """Mend the log of what was erased, then finish or undo what was interrupted; a damaged journal comes later."""
    said = _said_of_log(disk, root)
    if said:
        _set_aside(disk, root, erased.LOG, disk.read(os.path.join(root, erased.LOG)))
        disk.save(os.path.join(root, erased.LOG), erased.mended(disk, root))
    with suppress(ArchiveDamaged):
        settle(disk, root, _head(disk, root), tell)
    return said


def _head(disk: Disk, root: str) -> Head | None:
    """Read HEAD; None where it is missing or damaged."""
    return read_head(disk.read(os.path.join(root, "HEAD"))) if "HEAD" in disk.names(root) else None


def look(disk: Disk, root: str, reread: Reread, now: datetime) -> Repair:
    """Find out what is wrong and what can be done about it; changes nothing."""
    found = Repair()
    numbers = _segments(disk, root, found)
    head = found.before = _head(disk, root)
    if head is None:
        found.said.append(f"HEAD: {'not as written' if 'HEAD' in disk.names(root) else 'missing'}")
    elif numbers and head.seq and not any(head.first <= number <= head.segment for number in numbers):
        found.said.append("HEAD: it names segments that are not there")
        head = None
    segments = [number for number in numbers if head is None or number >= head.first]
    salvaged = salvage(disk, root, segments, head)
    if head and not _fits(salvaged, disk, root, head):
        found.said.append("HEAD: it does not fit the chain")
        head, segments = None, numbers
        salvaged = salvage(disk, root, segments, None)
    is_whole = salvaged.is_whole(head)
    if head is None or not is_whole:  # without HEAD only the originals know whether lines are missing at the end
        _look_at_lines(found, salvaged, head, disk=disk, root=root, reread=reread, now=now)
    if is_whole and not found.restored:
        found.salvaged = None
        _look_at_end(disk, root, found, salvaged, head)
    _look_at_format(disk, root, found, salvaged)
    return found


def _segments(disk: Disk, root: str, found: Repair) -> list[int]:
    """Return the segments to look at; an interrupted rewrite says which, if its journal can be read."""
    numbers = segment_numbers(disk.names(os.path.join(root, "articles")))
    try:
        plan = pending(disk, root)
    except ArchiveDamaged as error:
        found.said.append(f"{JOURNAL}: {error.why}; moved to {LOST}")
        found.aside.append(JOURNAL)
        return numbers
    if plan is None:
        return numbers
    is_new = is_committed(disk, root, plan, _head(disk, root))
    found.said.append(
        f"{JOURNAL}: newsarc {plan.what} was interrupted; it is {'finished' if is_new else 'undone'} first"
    )
    return [number for number in numbers if (number >= plan.new) == is_new]


def _fits(salvaged: Salvage, disk: Disk, root: str, head: Head) -> bool:
    """Tell whether the line HEAD names, if it is there, is the one it means."""
    for run in salvaged.runs:
        if run.first <= head.seq <= run.last:
            return head.chain == (run.chain if run.last == head.seq else salvaged.chain_at(disk, root, head.seq))
    return True


def _look_at_end(disk: Disk, root: str, found: Repair, salvaged: Salvage, head: Head | None) -> None:
    """Rebuild HEAD if it is lost; whatever lies among the segments and is none goes."""
    found.after = head
    if head is None:
        first = salvaged.runs[0].segment if salvaged.runs else first_segment(disk, root)
        head = EMPTY._replace(segment=first, first=first)
        for run in salvaged.runs[-1:]:
            head = Head(run.segment, run.end, run.last, run.chain, first)
        found.after = head
        found.files["HEAD"] = head_line(head)
        found.said.append(f"HEAD: rebuilt from the chain: it ends with line {head.seq} in {segment_name(head.segment)}")
    names = [name for name in disk.names(os.path.join(root, "articles")) if name.endswith(".jsonl")]
    last_number = max([head.segment, *(run.segment for run in salvaged.runs)])
    while f"{last_number + 1:06}.jsonl" in names:
        last_number += 1
    for name in names:
        if not any(head.first <= number <= last_number for number in segment_numbers([name])):
            found.said.append(f"articles/{name}: no part of the chain; moved to {LOST}")
            found.aside.append(f"articles/{name}")


def _look_at_lines(
    found: Repair, salvaged: Salvage, head: Head | None, *, disk: Disk, root: str, reread: Reread, now: datetime
) -> None:
    """Find what is damaged or missing, and what of it the originals give back."""
    missing = [(first, last) for first, last in salvaged.gaps(head) if first <= last]
    if head is None:
        missing.append(((salvaged.runs[-1].last if salvaged.runs else 0) + 1, 0))
    left: dict[int, list[bytes]] = {first: [] for first, _ in missing}
    for scrap in salvaged.damaged(head) if missing else ():
        near = (first for first, last in missing if scrap.seq <= max(first, last))
        left[next(near, missing[-1][0])].append(_bytes_of(disk, root, scrap))
    gaps = [Gap(first, pieces) for first, pieces in left.items()]
    found.salvaged, found.scraps = salvaged, salvaged.scraps
    found.restored = restore(
        disk, root, lambda: salvaged.lines(disk, root), gaps, reread=reread, erased=erased.known(disk, root), now=now
    )
    found.said += _said_of_lines(disk, root, found, salvaged, head)
    lost = sum(max(0, last - first + 1) for first, last in missing) - len(found.restored)
    if lost > 0:
        found.said.append(f"lines that no original gives back: {lost}; they are lost")
    if not found.said and not salvaged.is_whole(head):
        found.said.append("articles: the segments do not follow each other; written anew")


def _bytes_of(disk: Disk, root: str, scrap: Scrap) -> bytes:
    return disk.read(segment_path(root, scrap.segment), scrap.start, min(scrap.end - scrap.start, _MOST_LOOKED_AT))


def _said_of_lines(disk: Disk, root: str, found: Repair, salvaged: Salvage, head: Head | None) -> Iterator[str]:
    """Say of each damaged line what becomes of it, of each line that was moved or is in doubt that it is kept."""
    back = {id_of(one.record) for one in found.restored}
    for scrap in salvaged.damaged(head):
        piece = _bytes_of(disk, root, scrap)
        names = list(names_in(piece))
        fate = ", ".join(f"{name} {'is read anew' if name in back else 'is not'}" for name in names)
        what = "no line of the chain" if salvaged.covers(scrap.seq) else f"damaged; {fate or 'no id is left'}"
        person = "; a person's category stood in it" if b'"category_by":"user"' in piece else ""
        yield f"{scrap.where}: {what}{person}; moved to {LOST}"
    for first, last in salvaged.gaps(head):
        if first <= last:
            lines = f"line {first}" if first == last else f"lines {first} to {last}"
            yield f"{lines}: missing or damaged"
    for run in salvaged.runs:
        where = f"{segment_name(run.segment)} bytes {run.start}-{run.second - 1}"
        if run.record:
            yield f"{where}: the frame of line {run.first} is damaged, its record is not; kept"
        elif not run.is_proved:
            yield f"{where}: line {run.first} is kept; the line before it is lost, so nothing proves it"
    places = [(run.segment, run.start) for run in salvaged.runs]
    if places != sorted(places):
        yield "lines stand in another order than their numbers: put in order"
    for one in found.restored:
        yield f"{id_of(one.record)}: read anew from {one.member.where}"


def _look_at_format(disk: Disk, root: str, found: Repair, salvaged: Salvage) -> None:
    """Write FORMAT anew if it is lost: whether originals are kept shows in what is there."""
    try:
        format_of(disk, root)
    except (ArchiveDamaged, ArchiveNotFound) as error:
        folder = os.path.join(root, "originals")
        packs = range(1, last_pack(disk, folder) + 1)
        line = next((line for _, line in salvaged.lines(disk, root)), b"")
        has_originals = any(disk.size(pack_path(folder, pack)) for pack in packs) or _names_original(line)
        found.files["FORMAT"] = format_line(originals=has_originals or not line)
        how = (
            "keeps originals"
            if has_originals
            else "keeps no originals"
            if line
            else "keeps originals, as far as is known"
        )
        found.said.append(f"FORMAT: {error.why or 'missing'}; written anew with a new uuid: an archive that {how}")


def _names_original(line: bytes) -> bool:
    try:
        kept = read_kept(line) if line else None
    except ValueError:
        return False
    return kept is not None and kept.pack is not None


def _said_of_log(disk: Disk, root: str) -> list[str]:
    """Say what is wrong with erased.jsonl: what is refused stays refused, as far as it can be read."""
    try:
        erased.read(disk, root)
    except ArchiveDamaged as error:
        return [f"{error.where}: {error.why}; written anew with what can be read, the old one kept in {LOST}"]
    return []


def _mend(disk: Disk, root: str, found: Repair, rotate_at: int) -> None:
    """Do it: small files first, lines last; what is interrupted is begun again by the next repair."""
    for folder in (LOST, "articles"):
        disk.make_folder(os.path.join(root, folder))
    for name in found.aside:
        disk.replace(os.path.join(root, name), os.path.join(root, LOST, free_name(root, os.path.basename(name))))
    for folder in (os.path.join(root, LOST), os.path.join(root, "articles"), root) if found.aside else ():
        disk.fsync_folder(folder)
    if "FORMAT" in found.files:
        disk.save(os.path.join(root, "FORMAT"), found.files["FORMAT"])
        remove_index(disk, root)  # it is that of another uuid now
    if found.salvaged:
        found.after = _rewritten(disk, root, found, rotate_at)
    elif found.after and "HEAD" in found.files:
        for segment in range(found.after.first, found.after.segment + 1):
            disk.create(segment_path(root, segment))
            disk.fsync(segment_path(root, segment))
        disk.fsync_folder(os.path.join(root, "articles"))
        disk.save(os.path.join(root, "HEAD"), found.files["HEAD"])


def _rewritten(disk: Disk, root: str, found: Repair, rotate_at: int) -> Head:
    """Set aside what is no line, and move the lines to new segments."""
    for scrap in found.scraps:
        data = disk.read(segment_path(root, scrap.segment), scrap.start, scrap.end - scrap.start)
        _set_aside(disk, root, f"{scrap.segment:06}-{scrap.start}.bin", data)
    plan = begun(disk, root, "repair", found.before.segment if found.before else 0)
    return rewrite(disk, root, plan, _records(disk, root, found), rotate_at=rotate_at)


def _set_aside(disk: Disk, root: str, name: str, data: bytes) -> None:
    """Put a copy into lost+found, unless it lies there already."""
    folder = os.path.join(root, LOST)
    disk.make_folder(folder)
    if not disk.size(os.path.join(folder, name)) or disk.read(os.path.join(folder, name)) != data:
        disk.save(os.path.join(folder, free_name(root, name)), data)


def _records(disk: Disk, root: str, found: Repair) -> Iterator[bytes]:
    """Yield the records that are there, and those that were read anew where they belong."""
    waiting = list(reversed(found.restored))
    for seq, line in found.salvaged.lines(disk, root) if found.salvaged else ():
        while waiting and waiting[-1].seq < seq:
            yield waiting.pop().record
        yield without_framing(line)
    yield from (one.record for one in reversed(waiting))
