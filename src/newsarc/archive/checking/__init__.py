"""Whether every byte of an archive is as it was written: FORMAT, HEAD, chain, records, originals, quarantine.

Reads, takes no lock, changes nothing, stops at no fault. It looks before the HEAD it read first and nowhere else, so
others may write meanwhile. `tracing` knows how lines follow each other, `shape` what a record looks like, `proving`
whether originals are sound.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from newsarc.archive import erased
from newsarc.archive.chain import Head, read_head, read_small_file, segment_name, segment_numbers, segment_path
from newsarc.archive.checking.proving import Originals
from newsarc.archive.checking.shape import Kept, read_kept
from newsarc.archive.checking.tracing import Line, Lines, Step, Walk, span
from newsarc.archive.disk import Disk
from newsarc.archive.originals import Member
from newsarc.archive.recover import first_segment
from newsarc.errors import ArchiveDamaged

_CHUNK = 4 << 20
_UNREAD = 74  # exit code of what the system does not hand over
_UNKNOWN_END = 10**18  # number of the last line, where no HEAD says it
_ID = re.compile(rb'"id":("(?:[^"\\]|\\.){0,400}")')
_CURES = {
    "articles": "See with newsarc repair what can be read anew from the originals.",
    "originals": "Restore this file from a backup, or find the source and ingest it again.",
    "quarantine": "Find the source and ingest it again.",
    "index": "Delete the folder index/ of the archive; it is made anew.",
}
"""What to do, by the first part of a file's name."""


class Fault(NamedTuple):
    """One thing that is not as it was written: where, as far as that can be told, and what."""

    file: str
    what: str
    line: int | None = None
    first_byte: int | None = None
    last_byte: int | None = None
    seq: int | None = None
    id: str | None = None
    exit_code: int = 4

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"

    @property
    def where(self) -> str:
        """Name the place: `articles/000001.jsonl:17 bytes 40210-43877 seq 17 id portal:...`."""
        line = f":{self.line}" if self.line else ""
        if self.first_byte is None:
            return f"{self.file}{line}"
        seq = "?" if self.seq is None else self.seq
        return f"{self.file}{line} bytes {self.first_byte}-{self.last_byte} seq {seq} id {self.id or '?'}"

    @property
    def cure(self) -> str:
        """Say what to do."""
        return _CURES.get(self.file.partition("/")[0], "See with newsarc repair what can be mended.")

    def fields(self) -> dict[str, Any]:
        """Return it as one object for JSON: always the same keys."""
        names = ("file", "line", "first_byte", "last_byte", "seq", "id", "what")
        return {**{name: getattr(self, name) for name in names}, "cure": self.cure}


@dataclass(slots=True)
class Tally:
    """How far a check is; `tell` is called with it now and then."""

    tell: Callable[["Tally"], None] = lambda _tally: None
    total: int = 0
    """Bytes there are to read."""
    read: int = 0
    lines: int = 0
    bytes: int = 0
    """Of lines."""
    originals: int = 0

    def pass_by(self, count: int) -> None:
        """Count bytes that were read."""
        self.read += count
        self.tell(self)


def check(disk: Disk, root: str, tally: Tally | None = None) -> Iterator[Fault]:
    """Yield every fault of an archive, in the order of its files; none means that all is as written."""
    tally = tally or Tally()
    head, keeps_originals, faults = read_small_files(disk, root)
    yield from faults
    numbers = segments_of(disk, root, head)
    tally.total = _bytes_to_read(disk, root, head, numbers)
    yield from strays(disk, root, head, numbers)
    yield from _Segments(disk, root, head, tally, keeps_originals=keeps_originals).check(numbers)
    yield from told(erased.LOG, _check_erased(disk, root))
    folder = os.path.join(root, "quarantine")
    for name in disk.names(folder):
        yield from told(f"quarantine/{name}", _check_kept(disk, folder, name, tally))


def told(file: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    """Pass faults on; where the system refuses a file, that is one too."""
    try:
        yield from faults
    except OSError as error:
        yield Fault(file, f"it cannot be read: {error.strerror or error}", exit_code=_UNREAD)


class Small(NamedTuple):
    """What the two small files say, and what is wrong with them."""

    head: Head | None
    keeps_originals: bool
    faults: list[Fault]


def read_small_files(disk: Disk, root: str) -> Small:
    """Read HEAD and FORMAT; HEAD first, as nothing behind it is looked at."""
    found, faults = dict[str, bytes](), list[Fault]()
    for name, read in (("HEAD", read_head), ("FORMAT", read_small_file)):
        try:
            found[name] = disk.read(os.path.join(root, name))
            if read(found[name]) is None:
                faults.append(Fault(name, "it is not as written"))
        except FileNotFoundError:
            faults.append(Fault(name, "it is missing"))
        except OSError as error:
            faults.append(Fault(name, f"it cannot be read: {error.strerror or error}", exit_code=_UNREAD))
    format_ = read_small_file(found.get("FORMAT", b"")) or {}
    return Small(read_head(found.get("HEAD", b"")), bool(format_.get("originals")), faults)


def segments_of(disk: Disk, root: str, head: Head | None) -> list[int]:
    """Return the segments there are of the chain; where HEAD is lost, those that follow the first."""
    there = segment_numbers(disk.names(os.path.join(root, "articles")))
    if head:
        return [number for number in there if head.first <= number <= head.segment]
    first = first_segment(disk, root)
    return [number for place, number in enumerate(there) if number == first + place]


def strays(disk: Disk, root: str, head: Head | None, numbers: list[int]) -> Iterator[Fault]:
    """Yield what lies among the segments and is none, and gaps between them; not while they are being replaced."""
    first, last = (head.first, head.segment) if head else (numbers[0], numbers[-1]) if numbers else (1, 1)
    known = first - 1
    for number in [*numbers, last + 1]:
        if number > known + 1 and (head is None or head.seq):
            more = f", and so are those up to {segment_name(number - 1)}" if number > known + 2 else ""
            yield Fault(segment_name(known + 1), f"it is missing{more}")
        known = number
    if disk.size(os.path.join(root, "REWRITE")):
        return
    names = [name for name in disk.names(os.path.join(root, "articles")) if name.endswith(".jsonl")]
    there = segment_numbers(names)
    for name in names:
        if not re.fullmatch(r"[0-9]{6}\.jsonl", name):
            yield Fault(f"articles/{name}", "it should not be there: it is no segment")
    for number in there:
        if number < first:
            yield Fault(segment_name(number), f"it should not be there: the chain begins with {segment_name(first)}")
        elif number > last + 1 and number - 1 not in there:
            yield Fault(segment_name(number), f"it should not be there: {segment_name(number - 1)} is not")


def _bytes_to_read(disk: Disk, root: str, head: Head | None, numbers: list[int]) -> int:
    """Add up what will be read."""
    articles = sum(end_of(disk, root, head, number) for number in numbers)
    folders = [os.path.join(root, name) for name in ("originals", "quarantine")]
    return articles + sum(disk.size(os.path.join(folder, name)) for folder in folders for name in disk.names(folder))


def end_of(disk: Disk, root: str, head: Head | None, segment: int) -> int:
    """Return where the committed bytes of a segment end."""
    return head.length if head and segment == head.segment else disk.size(segment_path(root, segment))


def wrong_end(head: Head, seq: int) -> Fault:
    """Say that the segments end with another line than HEAD says."""
    named = f"line {head.seq}" if head.seq != seq else "another chain or length"
    return Fault("HEAD", f"it names {named} as the last, the segments end with line {seq}")


class _Segments:
    """All lines of an archive on their way through a check."""

    def __init__(self, disk: Disk, root: str, head: Head | None, tally: Tally, *, keeps_originals: bool) -> None:
        self._disk, self._root, self._head, self._tally = disk, root, head, tally
        self._walk = Walk(head.seq if head else _UNKNOWN_END)
        self._originals = Originals(disk, root, tally.pass_by)
        self._lost_packs = set[int]()
        self._keeps_originals = keeps_originals

    def check(self, numbers: list[int]) -> Iterator[Fault]:
        """Follow the chain through all segments up to HEAD, or as far as there is any where HEAD is lost."""
        is_read = True
        for segment in numbers:
            for fault in told(segment_name(segment), self._segment(segment)):
                is_read = is_read and (fault.exit_code, fault.file) != (_UNREAD, segment_name(segment))
                yield fault
        if self._head and is_read:
            for step in self._walk.finish(self._head.chain):
                yield from self._judge(step)
            yield from self._end(self._head, is_there=self._head.segment in numbers)

    def _segment(self, segment: int) -> Iterator[Fault]:
        path, end = segment_path(self._root, segment), end_of(self._disk, self._root, self._head, segment)
        if not self._disk.size(path):
            if self._head and self._head.seq:
                yield Fault(segment_name(segment), "it is empty")
            return
        for step in self._walk.follow(Lines(segment, self._chunks(path, end)), end):
            yield from self._judge(step)

    def _chunks(self, path: str, end: int) -> Iterator[bytes]:
        """Read a segment; who asks stops at its end, unless damage moved what was committed."""
        offset = 0
        while chunk := self._disk.read(path, offset, _CHUNK):
            self._tally.pass_by(min(len(chunk), max(0, end - offset)))
            offset += len(chunk)
            yield chunk

    def _judge(self, step: Step) -> Iterator[Fault]:
        """Yield what is wrong with a line: its place in the chain, its record, its original."""
        line = step.line
        self._tally.lines += 1
        self._tally.bytes += len(line.data)
        if step.what:
            yield _fault(step, step.what)
        if not step.is_whole:
            return
        try:
            kept = read_kept(line.data)
        except ValueError:
            yield _fault(step, "it is no record of schema newsarc/1")
            return
        if kept is None:
            return
        if kept.pack is not None:
            yield from self._original(step, kept)
        elif self._keeps_originals:
            yield _fault(step, "it names no original")
        self._tally.originals = self._originals.count

    def _original(self, step: Step, kept: Kept) -> Iterator[Fault]:
        """Yield what is wrong with the original of a record; a lost pack once."""
        pack, offset, length = kept.pack or 0, kept.pack_offset or 0, kept.pack_length or 0
        if pack in self._lost_packs:
            return
        line, code = f"{segment_name(step.line.segment)}:{step.line.number}", 4
        name = f"originals/{pack:06}.gz"
        try:
            is_place = min(pack, offset, length) >= 0
            why = self._originals.fault(kept, Member(pack, offset, length)) if is_place else "that is no place"
        except FileNotFoundError:
            self._lost_packs.add(pack)
            yield Fault(name, f"it is missing; {line} is the first line that names it")
            return
        except OSError as error:
            why, code = f"it cannot be read: {error.strerror or error}", _UNREAD
        if why:
            place = {"first_byte": offset, "last_byte": offset + length - 1}
            yield Fault(name, f"{why} (original of {line})", **place, seq=step.seq, id=_id(step.line), exit_code=code)

    def _end(self, head: Head, *, is_there: bool) -> Iterator[Fault]:
        """Compare where the lines end with where HEAD says."""
        walk, name = self._walk, segment_name(head.segment)
        size = self._disk.size(segment_path(self._root, head.segment))
        if not is_there or (not size and head.seq):
            return
        if walk.seq < head.seq and (size < head.length or walk.is_damaged):
            yield Fault(name, f"it ends at byte {size} of {head.length}; {span(walk.seq + 1, head.seq)} missing")
        elif not walk.is_damaged and (walk.seq, walk.end, walk.chains) != (head.seq, head.length, (head.chain,)):
            yield wrong_end(head, walk.seq)


def _fault(step: Step, what: str) -> Fault:
    line = step.line
    return Fault(segment_name(line.segment), what, line.number, line.offset, line.end - 1, step.seq, _id(line))


def _id(line: Line) -> str | None:
    """Read the id of a line that may be damaged."""
    found = _ID.search(line.data[:1000])
    try:
        return str(json.loads(found[1].decode("utf-8", "replace"), strict=False)) if found else None
    except ValueError:
        return None


def _check_erased(disk: Disk, root: str) -> Iterator[Fault]:
    """Follow the log of what was erased."""
    try:
        erased.read(disk, root)
    except ArchiveDamaged as error:
        yield Fault(erased.LOG, error.why, int(error.where.rpartition(":")[2]))


def _check_kept(disk: Disk, folder: str, name: str, tally: Tally) -> Iterator[Fault]:
    """Compare kept bytes with the digest that names them, a note with its checksum and the bytes it speaks of."""
    stem, ending = os.path.splitext(name)
    path = os.path.join(folder, name)
    if ending == ".raw":
        found, offset = sha256(), 0
        while chunk := disk.read(path, offset, _CHUNK):
            found.update(chunk)
            offset += len(chunk)
            tally.pass_by(len(chunk))
        if found.hexdigest() != stem:
            yield Fault(f"quarantine/{name}", "its bytes are not as written")
    elif ending == ".json":
        data = disk.read(path)
        tally.pass_by(len(data))
        note = read_small_file(data)
        if note is None or note.get("of") != stem:
            yield Fault(f"quarantine/{name}", "its bytes are not as written")
        elif f"{stem}.raw" not in disk.names(folder):
            yield Fault(f"quarantine/{stem}.raw", "it is missing")
