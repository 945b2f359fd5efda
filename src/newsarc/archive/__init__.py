"""How a line gets to disk and stays there: append in batches that are whole or absent, scan, read, check.

An archive is a folder of plain JSON Lines (docs/archive-format.md). One writer at a time holds the lock; readers take
none and never look past HEAD. What `append` returned survives a kill at any instant and a loss of power.

`chain` knows what lines look like, `disk` the single steps, `recover` what to do with a tail, `filing` what a story
is to the archive, `web` where lines are found by what joins them, `originals` and `quarantine` where bytes are kept,
`checking` whether all is as written, `mending` how and when segments are replaced.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from newsarc.archive import erased
from newsarc.archive.chain import EMPTY, Head, Place, Stored, follows, head_line, segment_name, segment_path
from newsarc.archive.disk import Disk, LockHeldError, undisturbed
from newsarc.archive.filing import (
    Entry,
    Filed,
    Fresh,
    Joins,
    Known,
    Numbering,
    Scanned,
    following,
    number,
    refusing,
)
from newsarc.archive.guarding import held, storage_errors
from newsarc.archive.history import History
from newsarc.archive.opening import format_of, head_of
from newsarc.archive.recalling import Histories, history_of
from newsarc.archive.scanning import chain_before, holds, scan
from newsarc.archive.sealing import sealed
from newsarc.errors import (
    ArchiveDamaged,
    ArchiveLocked,
    ArchiveRewritten,
    HeadMissing,
    IndexUnusable,
    NotAnArchive,
    OriginalNotKept,
)

if TYPE_CHECKING:
    from newsarc.archive.checking import Fault
    from newsarc.archive.mending.erasing import Erasure
    from newsarc.archive.mending.traces import Opened, Reread, Span
    from newsarc.archive.originals import Member, Original, Packed
    from newsarc.article import Article
    from newsarc.errors import SourceError

ROTATE_AT = 256 << 20  # bytes of a segment
LOCK_WAIT = 30.0  # seconds


def _silent(_sentence: str) -> None:
    """Tell nobody."""


class Archive:
    """An archive on disk: a value as long as it is only read, the single writer while it appends.

    `tell` is told in one sentence each what a recovery found.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        disk: Disk | None = None,
        tell: Callable[[str], None] = _silent,
        rotate_at: int = ROTATE_AT,
    ) -> None:
        """Take an archive that is there.

        Raises:
            ArchiveNotFound: There is none at this place.
            ArchiveTooNew: A newer newsarc made it.
            ArchiveDamaged: FORMAT is not as written.
        """
        self.root = os.fspath(root)
        self._disk = disk or Disk()
        self.tell = tell
        self._rotate_at = rotate_at
        self.known: Known = Scanned()
        """Asked what the archive holds before a write; an index may take the place of the scan."""
        self.stand_in: Callable[[], Known] = Scanned
        """What takes the place of an index that fails."""
        self.joiner: Joins | None = None
        """Joins each batch with the stories around it, by an index; without it nothing is joined."""
        self._histories = Histories(self._history)
        self._members: dict[str, Member] = {}
        self._first = 0
        self._withheld: dict[str, set[Span]] = {}
        fields = format_of(self._disk, self.root)
        self.keeps_originals = bool(fields.get("originals"))
        self.uuid = str(fields.get("uuid", ""))

    @classmethod
    def create(
        cls,
        root: str | os.PathLike[str],
        *,
        originals: bool = True,
        disk: Disk | None = None,
        tell: Callable[[str], None] = _silent,
        rotate_at: int = ROTATE_AT,
    ) -> tuple["Archive", bool]:
        """Open the archive at a place, or make one there; says whether it was made.

        Raises:
            NotAnArchive: The folder holds something else.
            ArchiveLocked: Another run is making it, and did not end in time.
            StorageError: It cannot be written.
        """
        from newsarc.archive.making import make

        path, steps = os.fspath(root), disk or Disk()
        with storage_errors(path):
            try:
                is_new = "FORMAT" not in steps.names(path)
            except NotADirectoryError:
                raise NotAnArchive(path, "it is a file") from None
            if is_new:
                try:
                    make(steps, path, originals=originals, wait=LOCK_WAIT)
                except LockHeldError as error:
                    raise ArchiveLocked(path, str(error)) from error
        return cls(root, disk=disk, tell=tell, rotate_at=rotate_at), is_new

    def head(self) -> Head:
        """Return the committed end.

        Raises:
            ArchiveDamaged: HEAD is not as written, or missing.
        """
        found = head_of(self._disk, self.root)
        if found is None:
            raise HeadMissing(self.root)
        return found

    # Reading: no lock, never past HEAD.

    def scan(self, after: Head = EMPTY) -> Iterator[Stored]:
        """Yield every committed line in the order of `seq`, from a head on; lazy, one line in memory.

        Raises:
            ArchiveDamaged: A segment is shorter than HEAD says; all whole lines before were yielded.
            ArchiveRewritten: A repair or an erasing took away what was not read yet.
        """
        head, begun = self.head(), list[Stored]()
        lines = scan(self._disk, self.root, after, head)
        try:
            begun += islice(lines, 1)
            yield from begun
            yield from lines
        except ArchiveDamaged:
            if self.head().first == head.first:
                raise
            if begun:
                raise ArchiveRewritten(self.root) from None
        else:
            return
        yield from self.scan(after)

    def holds(self, known: Head) -> bool:
        """Tell whether an end that was seen once is still one of this archive's."""
        return holds(self._disk, self.root, known, self.head())

    def read(self, place: Place) -> bytes:
        """Return the line at a place.

        Raises:
            ArchiveRewritten: A repair or an erasing took the place away.
            ArchiveDamaged: Its segment is missing.
        """
        try:
            return self._disk.read(segment_path(self.root, place.segment), place.offset, place.length)
        except FileNotFoundError:
            if place.segment < self.head().first:
                raise ArchiveRewritten(self.root) from None
            raise ArchiveDamaged(segment_name(place.segment), "it is missing") from None

    def read_checked(self, place: Place) -> bytes:
        """Return the line at a place after comparing it with its chain; reads only the end of the line before.

        Raises:
            ArchiveDamaged: Its bytes do not fit.
        """
        line = self.read(place)
        number = line[line.rfind(b',"seq":') + 7 : line.rfind(b',"chain":"')]
        seq = int(number) if number.isdigit() else 0
        first = 0 if place.offset else self.head().first
        before = chain_before(self._disk, self.root, place.segment, place.offset, first)
        if follows(line, seq, before) is None:
            raise ArchiveDamaged(place.where, "its bytes do not fit its chain")
        return line

    def articles(self) -> Iterator["Article"]:
        """Yield every stored version and revision as an `Article`, oldest line first.

        Raises:
            ArchiveDamaged: A line is no record, or a segment is not whole; what stands before was yielded.
        """
        from newsarc.article import from_line

        for place, line in self.scan():
            try:
                yield from_line(line)
            except ValueError as error:
                raise ArchiveDamaged(place.where, "it is no record") from error

    def original(self, article: "Article") -> bytes:
        """Return the bytes of its source that are this article's.

        Raises:
            OriginalNotKept: The archive keeps no original of it.
            ArchiveDamaged: The original is not as it was read.
        """
        from newsarc.archive.originals import Member, part_of

        origin = article.origin
        if origin is None or origin.pack is None or origin.pack_offset is None or origin.pack_length is None:
            raise OriginalNotKept(article.id)
        member = Member(origin.pack, origin.pack_offset, origin.pack_length)
        folder = os.path.join(self.root, "originals")
        try:
            return part_of(self._disk, folder, member, origin.offset, origin.length)
        except (ValueError, OSError) as error:
            raise ArchiveDamaged(f"originals/{member.pack:06}.gz", str(error)) from error

    def check(self) -> Iterator["Fault"]:
        """Yield every fault: bytes of FORMAT, HEAD, lines, originals and quarantine that are not as written."""
        from newsarc.archive.checking import check

        return check(self._disk, self.root)

    # Writing: one batch, one commit.

    def append(self, entries: Sequence[Entry], *, now: datetime, wait: float = LOCK_WAIT) -> list[Filed]:
        """Commit a batch of articles and the sources they came from; whole or not at all.

        When it returns, every article is durable. What the archive holds already adds not one byte. The batch is held
        in memory; its originals are streamed. `now` is stamped on what is new.

        Raises:
            ArchiveLocked: Another run held the lock for `wait` seconds.
            ArchiveDamaged: HEAD is not as written, or a segment is shorter than it says; nothing is written.
            StorageError: A step failed; the archive is as it was.
        """
        return self._append(entries, number, now, wait)

    def revise(self, records: Sequence[bytes], *, now: datetime, wait: float = LOCK_WAIT) -> list[Filed]:
        """Commit new readings of versions that are stored, numbered as their next revisions; whole or not at all.

        They name the originals they were read from. Where another run was quicker, one is left out as unchanged.

        Raises:
            ArchiveLocked, ArchiveDamaged, StorageError: As `append`.
        """
        return self._append([(record, None) for record in records], following, now, wait)

    def _append(self, entries: Sequence[Entry], numbering: Numbering, now: datetime, wait: float) -> list[Filed]:
        with held(self.root, wait=wait, now=now):
            head = self._settled_head()
            filed, fresh = self._number(entries, head, numbering)
            if self._withheld or any(one.what == "erased" for one in filed):
                fresh = self._without_erased(entries, filed, fresh)
            end = head
            if fresh:
                fresh = self._joined(fresh, head)
                members = self._store_originals([source for _, source in fresh if source], head.first)
                lines, end = sealed(fresh, members, self._place_behind(head), now)
                self._commit(b"".join(line for _, line in lines), head, end)
                self._tell_known(lines, end)
            self._histories.settle(end)
        return filed

    def preview(self, entries: Sequence[Entry]) -> list[Filed]:
        """Tell what `append` would do with a batch; writes nothing, takes no lock."""
        return self._number(entries, self.head(), number)[0]

    def _number(self, entries: Sequence[Entry], head: Head, numbering: Numbering) -> tuple[list[Filed], list[Fresh]]:
        """Number a batch against the archive; knowledge that does not fit it is gathered anew, once."""
        if self._disk.size(os.path.join(self.root, erased.LOG)):
            numbering = refusing(numbering, {str(fields.get("id")) for fields in erased.read(self._disk, self.root)})
        try:
            return self._numbered(entries, head, numbering)
        except (ArchiveDamaged, IndexUnusable) as error:
            if isinstance(self.known, Scanned):
                raise
            self._do_without(error)
            return self._numbered(entries, head, numbering)

    def _do_without(self, error: "ArchiveDamaged | IndexUnusable") -> None:
        """Let something else know what the archive holds."""
        if isinstance(error, IndexUnusable):
            self.tell(str(error))
        self.known = self.stand_in()

    def _numbered(self, entries: Sequence[Entry], head: Head, numbering: Numbering) -> tuple[list[Filed], list[Fresh]]:
        self._catch_up(head)
        self._histories.begin(head)
        return numbering(entries, self._histories.of, self.known.naming)

    def _joined(self, fresh: list[Fresh], head: Head) -> list[Fresh]:
        """Join a batch with the stories around it."""
        if self.joiner is None:
            return fresh
        try:
            return self.joiner.joined(fresh, self.known, self._histories.of)
        except IndexUnusable as error:
            self._do_without(error)
            self._catch_up(head)
            return self.joiner.joined(fresh, self.known, self._histories.of)

    def _without_erased(self, entries: Sequence[Entry], filed: list[Filed], fresh: list[Fresh]) -> list[Fresh]:
        """Keep what was refused out of the originals that come with the rest."""
        from newsarc.archive.mending.erasing import withheld

        fresh = withheld(entries, filed, fresh, self._withheld) if self.keeps_originals else fresh
        if not self._withheld.keys().isdisjoint(self._members):
            self.tell("an erased story came in again behind others of its source, which is kept; erase it again")
        return fresh

    def _catch_up(self, head: Head) -> None:
        """Let what is known of the archive reach its end; it may be of a chain that was replaced."""
        known = self.known
        if known.seen != head:
            if not holds(self._disk, self.root, known.seen, head):
                known.clear()
            known.add(scan(self._disk, self.root, known.seen, head), head)

    def _history(self, name: str) -> History:
        return history_of(self.root, name, self.known.places(name), self.read_checked)

    def _tell_known(self, lines: Sequence[Stored], end: Head) -> None:
        """Hand on what was committed; if that fails, the articles are archived all the same."""
        try:
            self.known.add(lines, end)
        except (IndexUnusable, ArchiveDamaged, OSError) as error:
            self.tell(f"{error} {len(lines)} articles are archived; the index is behind and will catch up.")
            self.known = self.stand_in()

    def _store_originals(self, sources: Sequence["Original | Packed"], first: int) -> dict[str, "Member"]:
        """Keep each source once; what the batch before this one kept is not kept again: long sources span batches."""
        if not self.keeps_originals:
            return {}
        from newsarc.archive.originals import store

        if first != self._first:  # an erasing may have taken what was kept
            self._members, self._first = {}, first
        folder = os.path.join(self.root, "originals")
        wanted = {source.sha256: source for source in sources}
        kept = {digest: member for digest, member in self._members.items() if digest in wanted}
        missing = [source for digest, source in wanted.items() if digest not in kept]
        self._members = kept | store(self._disk, folder, missing, rotate_at=self._rotate_at)
        return self._members

    def _place_behind(self, head: Head) -> Head:
        """Return where the next line goes: behind the head, or at the start of a new segment."""
        return head if head.length < self._rotate_at else head._replace(segment=head.segment + 1, length=0)

    def _commit(self, data: bytes, head: Head, end: Head) -> None:
        """Write and flush the lines, then name the new end; a failure leaves HEAD and every byte before it alone."""
        path = segment_path(self.root, end.segment)
        start = end.length - len(data)
        with undisturbed():
            try:
                if not start:
                    self._disk.create(path)
                    self._disk.fsync_folder(os.path.dirname(path))
                self._disk.write(path, start, data)
                self._disk.fsync(path)
                self._put_head(end)
            except OSError:
                with suppress(OSError, ArchiveDamaged):
                    if head_of(self._disk, self.root) in (head, None):
                        self._disk.truncate(path, start)
                raise

    def quarantine(self, data: "bytes | Iterable[bytes]", error: "SourceError", *, reader: str, now: datetime) -> bool:
        """Keep the bytes of a source that could not be read, at once or in pieces, with the reason.

        Returns whether they are kept: those that an erasing took away before are not.

        Raises:
            StorageError: They cannot be written.
        """
        from newsarc.archive.quarantine import put

        with storage_errors(self.root):
            refused = erased.sources(self._disk, self.root)
            return put(self._disk, self.root, data, error, refused=refused, reader=reader, now=now)

    def erase(
        self,
        names: Sequence[str],
        *,
        reason: str,
        now: datetime,
        reread: "Reread",
        opened: "Opened",
        dry_run: bool = False,
        wait: float = LOCK_WAIT,
    ) -> "Erasure":
        """Erase every line of some ids, their originals and every copy of them; all of it is durable when it returns.

        `reread` and `opened` look into originals and quarantine for copies. A dry run only looks.

        Raises:
            ArticleNotFound: An id is not there, and was never erased.
            ArchiveLocked, ArchiveDamaged, StorageError: As `append`; interrupted later, the next writer finishes.
        """
        from newsarc.archive.mending.erasing import erase, look

        if dry_run:
            with storage_errors(self.root):
                return look(self._disk, self.root, self.head(), names, reread=reread, opened=opened)
        with held(self.root, wait=wait, now=now):
            found = look(self._disk, self.root, self._settled_head(), names, reread=reread, opened=opened)
            erase(self._disk, self.root, found, reason=reason, now=now, rotate_at=self._rotate_at)
        self.known = Scanned()
        return found

    def _settle_rewrite(self) -> None:
        """Finish or undo a repair or an erasing that was interrupted."""
        if self._disk.size(os.path.join(self.root, "REWRITE")):
            from newsarc.archive.mending.rewriting import settle

            settle(self._disk, self.root, head_of(self._disk, self.root), self.tell)

    def _settled_head(self) -> Head:
        """Return the head to append behind, after recovery where a tail lies behind it; only under the lock."""
        from newsarc.archive.recover import settled

        self._settle_rewrite()
        head, is_moved = settled(self._disk, self.root, self.tell)
        if is_moved:
            self._put_head(head)
        return head

    def _put_head(self, head: Head) -> None:
        """Name a new end: the commit point."""
        self._disk.save(os.path.join(self.root, "HEAD"), head_line(head))
