"""Which lines of damaged segments are as they were written, whatever happened around them.

Lines that follow each other are a run; damage cuts it. A run is proved by the chain of the line before its first one,
wherever that stands, so lines that were moved are found by their own numbers.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import eq
from typing import NamedTuple

from newsarc.archive.chain import GENESIS, Head, chain_of, seal, segment_name, segment_path, unseal
from newsarc.archive.checking.shape import read_kept
from newsarc.archive.disk import Disk
from newsarc.archive.mending.traces import pieces

_FRAME = re.compile(rb',"seq":(\d{1,18}),"chain":"([0-9a-f]{64})"\}\n?\Z')
_SEQ = b',"seq":'
_ENOUGH = 32  # digits of a chain of 64 that are not there by chance


@dataclass(slots=True)
class Run:
    """Lines of a segment that follow each other: where, their numbers, the chain of the last."""

    segment: int
    start: int
    end: int
    second: int
    """First byte behind the first line."""
    first: int
    last: int
    chain: str
    record: int = 0
    """Of a single line whose frame is not as written: how many bytes come before the frame."""
    is_proved: bool = True

    def rest(self) -> "list[Run]":
        """Return it without its first line."""
        return [replace(self, start=self.second, first=self.first + 1)] if self.last > self.first else []


class Scrap(NamedTuple):
    """Bytes that are no line of the chain, and the number of the line they stand for, as far as that can be told."""

    segment: int
    start: int
    end: int
    seq: int = 0

    @property
    def where(self) -> str:
        """Name the place as a message does."""
        return f"{segment_name(self.segment)} bytes {self.start}-{self.end - 1}"


@dataclass(slots=True)
class Salvage:
    """What there is of a chain: runs in the order of their numbers, and what is no line of it, in order of place."""

    runs: list[Run] = field(default_factory=list)
    scraps: list[Scrap] = field(default_factory=list)

    def gaps(self, head: Head | None) -> list[tuple[int, int]]:
        """Return the missing numbers before each run and behind the last, as far as HEAD knows; none: (n + 1, n)."""
        ends = [0, *(run.last for run in self.runs)]
        begins = [*(run.first for run in self.runs), max(ends[-1], head.seq if head else 0) + 1]
        return [(end + 1, begin - 1) for end, begin in zip(ends, begins, strict=True)]

    def is_whole(self, head: Head | None) -> bool:
        """Tell whether every line up to the committed end stands in its place, as written."""
        places = [(run.segment, run.start) for run in self.runs]
        segments = [segment for segment, _ in places]
        return (
            all(first > last for first, last in self.gaps(head))
            and not any(run.record for run in self.runs)
            and places == sorted(places)
            and all(after - before <= 1 for before, after in pairwise(segments))
            and (not head or not segments or segments[0] == head.first)
            and not self.damaged(head)
        )

    def damaged(self, head: Head | None) -> list[Scrap]:
        """Return the scraps before the committed end; what lies behind it is a tail."""
        end = max(
            ((run.segment, run.end) for run in self.runs if head and run.first <= head.seq <= run.last), default=None
        )
        return [scrap for scrap in self.scraps if end is None or (scrap.segment, scrap.start) < end]

    def covers(self, seq: int) -> bool:
        """Tell whether the line of a number is there."""
        return any(run.first <= seq <= run.last for run in self.runs)

    def chain_at(self, disk: Disk, root: str, seq: int) -> str:
        """Return the chain that stands in the line of a number, an empty string if it is not there."""
        return next(
            (line[-67:-3].decode("ascii", "replace") for number, line in self.lines(disk, root) if number == seq), ""
        )

    def lines(self, disk: Disk, root: str) -> Iterator[tuple[int, bytes]]:
        """Yield number and bytes of each line, whatever frame it had; its chain need not be the right one."""
        for run in self.runs:
            if run.record:
                said = disk.read(segment_path(root, run.segment), run.start, run.record)
                yield run.first, seal(said + b"}", run.first, GENESIS)[0]
                continue
            for seq, (_, line) in enumerate(_lines(root, run.segment, run.start, run.end), run.first):
                yield seq, line


def salvage(disk: Disk, root: str, segments: Iterable[int], head: Head | None) -> Salvage:
    """Find every line that is as written; `head` is None where it is not known where the chain ends."""
    found = list(_walk(root, segments))
    chains: dict[int, list[str]] = {}
    for item in found:
        if isinstance(item, Run):
            chains.setdefault(item.last, []).append(item.chain)
    proved, doubtful, scraps = _prove(disk, root, found, chains, head)
    kept = proved + _decide(doubtful, proved, chains, scraps, head)
    runs = _in_order(root, kept, scraps)
    return Salvage(runs, sorted(scraps, key=lambda scrap: scrap[:3]))


def _walk(root: str, segments: Iterable[int]) -> Iterator[Run | Scrap]:
    """Cut segments into runs and what is no line, in order of place."""
    for segment in segments:
        run: Run | None = None
        for offset, line in _lines(root, segment):
            parts = unseal(line)
            if run and parts and parts[1] == run.last + 1 and chain_of(parts[0], run.chain) == parts[2]:
                run.end, run.last, run.chain = offset + len(line), parts[1], parts[2]
                continue
            if run:
                yield run
                run = None
            for start, end in pieces(line):
                parts = unseal(line[start:end])
                if parts:
                    run = Run(segment, offset + start, offset + end, offset + end, parts[1], parts[1], parts[2])
                else:
                    yield Scrap(segment, offset + start, offset + end)
        if run:
            yield run


def _lines(root: str, segment: int, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield first byte and bytes of each line of a segment."""
    with open(segment_path(root, segment), "rb") as stream:
        stream.seek(start)
        while (end is None or start < end) and (
            line := stream.readline() if end is None else stream.readline(end - start)
        ):
            yield start, line
            start += len(line)


def _prove(
    disk: Disk, root: str, found: Sequence[Run | Scrap], chains: dict[int, list[str]], head: Head | None
) -> tuple[list[Run], list[tuple[Run, bytes]], list[Scrap]]:
    """Sort what was found, in order of place, into what is proved, what is doubtful, and what is no line."""
    proved, doubtful, scraps = list[Run](), list[tuple[Run, bytes]](), list[Scrap]()
    before: tuple[int, str] | None = (0, GENESIS)
    last = 0
    for number, item in enumerate(found):
        line = _first_line(disk, root, item)
        if isinstance(item, Run) and _is_proved(line, chains, before):
            proved.append(item)
        elif mended := _mended(line, item, before, _next_line(disk, root, found[number + 1 : number + 2]), head):
            proved += [mended, *(item.rest() if isinstance(item, Run) else ())]
            chains.setdefault(mended.last, []).append(mended.chain)
            if line[mended.end - item.start :].strip():
                scraps.append(Scrap(item.segment, mended.end, item.start + len(line), mended.last + 1))
            item = proved[-1]  # noqa: PLW2901 - the next line goes on from it
        elif isinstance(item, Run):
            doubtful.append((item, line))
        else:
            frame = _FRAME.search(line)
            last = int(frame[1]) if frame else last + 1
            scraps.append(item._replace(seq=last))
            before = (last, frame[2].decode()) if frame else None
            if before:
                chains.setdefault(last, []).append(before[1])
            continue
        before, last = (item.last, item.chain), item.last
    late = [_is_proved(line, chains, None) for _, line in doubtful]  # by a line that was mended behind it
    proved += [run for (run, _), is_proved in zip(doubtful, late, strict=True) if is_proved]
    return proved, [one for one, is_proved in zip(doubtful, late, strict=True) if not is_proved], scraps


def _first_line(disk: Disk, root: str, item: Run | Scrap) -> bytes:
    end = item.second if isinstance(item, Run) else item.end
    return disk.read(segment_path(root, item.segment), item.start, end - item.start)


def _next_line(disk: Disk, root: str, items: Sequence[Run | Scrap]) -> bytes:
    return _first_line(disk, root, items[0]) if items and isinstance(items[0], Run) else b""


def _is_proved(line: bytes, chains: dict[int, list[str]], before: tuple[int, str] | None) -> bool:
    """Tell whether a line goes on from the one of the number before, or from the one that stands before it."""
    parts = unseal(line)
    if parts is None:
        return False
    known = [*chains.get(parts[1] - 1, ()), *((before[1],) if before else ()), *((GENESIS,) if parts[1] == 1 else ())]
    return any(chain_of(parts[0], chain) == parts[2] for chain in known)


def _mended(
    line: bytes, item: Run | Scrap, before: tuple[int, str] | None, after: bytes, head: Head | None
) -> Run | None:
    """Return a line whose frame alone is damaged, if its own chain, the next line's or HEAD's proves the record.

    It ends where its frame should; what stands behind it in the same piece is not of it.
    """
    if before is None:
        return None
    seq = before[0] + 1
    following = unseal(after)
    begin = b'%b%d,"chain":"' % (_SEQ, seq)
    length = len(begin) + 64 + len(b'"}\n')
    ends = {len(line) - length + shift for shift in (-1, 0, 1)} | {found.start() for found in re.finditer(_SEQ, line)}
    for end in sorted(end for end in ends if end > 0):
        chain = chain_of(b"%b%b%d" % (line[:end], _SEQ, seq), before[1])
        digits = line[end + len(begin) : end + len(begin) + 64]
        is_like = sum(map(eq, digits, chain.encode())) >= _ENOUGH
        if (
            is_like
            or chain.encode() in line[end:]
            or (following and chain_of(following[0], chain) == following[2])
            or (head and (head.seq, head.chain) == (seq, chain))
        ):
            stop = item.start + (min(end + length, len(line)) if is_like else len(line))
            return Run(item.segment, item.start, stop, stop, seq, seq, chain, record=end)
    return None


def _decide(
    doubtful: list[tuple[Run, bytes]],
    proved: list[Run],
    chains: Container[int],
    scraps: list[Scrap],
    head: Head | None,
) -> list[Run]:
    """Keep the doubtful runs that stand behind a gap and begin with a record; of the others all but that line.

    Where the chain of the line before is there, and this one does not go on from it, it is damaged.
    """
    kept: list[Run] = []
    waiting = sorted(proved, key=lambda run: -run.first)
    reach = 0
    for run, line in sorted(doubtful, key=lambda one: one[0].first):
        while waiting and waiting[-1].first < run.first:
            reach = max(reach, waiting.pop().last)
        if head and run.first > head.seq:
            scraps.append(Scrap(run.segment, run.start, run.end, run.first))
            continue
        rest = [replace(run, is_proved=False)]
        if reach >= run.first - 1 or run.first - 1 in chains or not _is_record(line):
            scraps.append(Scrap(run.segment, run.start, run.second, run.first))
            rest = run.rest()
        kept += rest
        reach = max([reach, *(one.last for one in rest)])
    return kept


def _is_record(line: bytes) -> bool:
    try:
        read_kept(line)
    except ValueError:
        return False
    return True


def _in_order(root: str, kept: list[Run], scraps: list[Scrap]) -> list[Run]:
    """Bring runs into the order of their numbers; lines that are there already are taken out."""
    runs: list[Run] = []
    reach = 0
    for run in sorted(kept, key=lambda run: (run.first, not run.is_proved, run.segment, run.start)):
        rest: list[Run] = [run]
        if run.first <= reach:
            offsets = (offset for offset, _ in _lines(root, run.segment, run.start, run.end))
            start = next((offset for seq, offset in enumerate(offsets, run.first) if seq > reach), run.end)
            scraps.append(Scrap(run.segment, run.start, start, run.first))
            rest = [replace(run, start=start, first=reach + 1)] if start < run.end else []
        runs += rest
        reach = max(reach, run.last)
    return runs
