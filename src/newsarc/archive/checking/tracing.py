"""How lines follow each other: one walk along the chain, and a name for each place where it does not hold.

One changed byte is one line that is blamed: the walk goes on from the chain a line says and from the one its bytes
make. What is no line is a hole; the line behind it tells what was lost there.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from newsarc.archive.chain import GENESIS, chain_of, unseal
from newsarc.archive.checking.shape import read_kept

_LONGEST = 256 << 20  # bytes of a line; what is longer is looked at in pieces
_MOST_PIECES = 10_000  # that are put together where line ends stand inside a line
_MOST_HOLES = 100  # in a row that wait for a line
_LONGEST_END = 8  # bytes that are taken for a line end; more are something else
_FRAME = 77  # bytes from `,"chain":` to the line end
_ZEROS = bytes(16)  # in a row: nothing that is written holds so many
_START = b'{"schema"'
_END = re.compile(rb',"chain":"[0-9a-f]{64}"\}')
_MARK = re.compile(b"%b|%b" % (_START, _END.pattern))

Parts = tuple[bytes, int, str]
"""What `unseal` makes of a line."""


class Line(NamedTuple):
    """What stands between two line ends of a segment: its number there from 1, its first byte, its bytes."""

    segment: int
    number: int
    offset: int
    data: bytes

    @property
    def end(self) -> int:
        """First byte behind it."""
        return self.offset + len(self.data)


class Step(NamedTuple):
    """A line, its number in the chain, and what is wrong with it: nothing where it is as written."""

    line: Line
    seq: int | None
    what: str = ""
    is_whole: bool = True
    """Whether it can be a record."""


class Lines:
    """The lines of a segment, with a look at the next one."""

    def __init__(self, segment: int, chunks: Iterable[bytes]) -> None:
        self._sources = [_cut(segment, chunks)]

    def __iter__(self) -> Iterator[Line]:
        while (line := self.take()) is not None:
            yield line

    def take(self) -> Line | None:
        """Return the next line, None at the end."""
        while self._sources:
            for line in self._sources[-1]:
                return line
            self._sources.pop()
        return None

    def peek(self) -> Line | None:
        """Return the next line and leave it there."""
        line = self.take()
        if line is not None:
            self.put_back(iter((line,)))
        return line

    def put_back(self, lines: Iterator[Line]) -> None:
        """Let these lines be the next ones."""
        self._sources.append(lines)


def _cut(segment: int, chunks: Iterable[bytes]) -> Iterator[Line]:
    """Cut bytes at line ends; the last line may lack its own."""
    number, offset, parts, size = 1, 0, list[bytes](), 0
    for chunk in chunks:
        start = 0
        while end := chunk.find(b"\n", start) + 1:
            data = b"".join([*parts, chunk[start:end]]) if parts else chunk[start:end]
            yield Line(segment, number, offset, data)
            number, offset, parts, size, start = number + 1, offset + len(data), [], 0, end
        parts.append(chunk[start:])
        size += len(chunk) - start
        if size >= _LONGEST:
            yield Line(segment, number, offset, b"".join(parts))
            offset, parts, size = offset + size, [], 0
    if size:
        yield Line(segment, number, offset, b"".join(parts))


@dataclass
class Walk:
    """Where a walk along the chain stands: the number of the last line, and the chains it can have."""

    last: int
    """The number of the committed end."""
    seq: int = 0
    chains: tuple[str, ...] = (GENESIS,)
    inserted: int = 0
    """Bytes of this segment that no run wrote there: they move the end that HEAD names."""
    end: int = 0
    """Where the last line of this segment ends."""
    is_damaged: bool = False
    """Whether something in this segment is not as written."""
    _holes: list[Line] = field(default_factory=list)
    _beyond: tuple[str, ...] = ()
    """The chains the line can have that a hole took the place of."""
    _missing: list[tuple[int, int]] = field(default_factory=list)

    def follow(self, lines: Lines, end: int) -> Iterator[Step]:
        """Yield each line that begins before the committed end of a segment, and what is wrong with it."""
        self.inserted, self.end, self.is_damaged = 0, 0, False
        for line in lines:
            if self.seq >= self.last and (self.is_damaged or line.offset >= end):
                return
            parts = unseal(line.data)
            if line.offset >= end + self.inserted and not self._belongs(parts):
                continue
            if parts and parts[1] == self.seq + 1 and _fits(parts[0], parts[2], self.chains):
                if self._holes:
                    yield from self._close(parts[1])
                self.seq, self.chains, self.end = parts[1], (parts[2],), line.end
                yield Step(line, self.seq)
                if line.end >= end and not self.is_damaged:
                    return
            else:
                self.is_damaged = True
                yield from self._unexpected(line, lines, end + self.inserted)

    def _belongs(self, parts: Parts | None) -> bool:
        """Tell whether a line behind the end that HEAD names is one that damage has moved there."""
        said, number, stored = parts or (b"", 0, "")
        return (number == self.seq + 1 <= self.last and _fits(said, stored, self.chains)) or (
            number == self.seq + 2 <= self.last and _fits(said, stored, self._beyond)
        )

    def finish(self, chain: str) -> Iterator[Step]:
        """Yield what is open where the last segment ends: bytes that are no line, and the lines lost with them."""
        if self._holes:
            yield from self._close(self.last + 1, is_proved=chain in self._beyond)
            self.seq = self.last

    def _unexpected(self, line: Line, lines: Lines, end: int) -> Iterator[Step]:
        """Say what a line is that does not follow the one before, and go on behind it."""
        line, parts, what = _put_together(line, lines)
        before = line._replace(data=line.data[: end - line.offset])
        if parts is None or _END.search(before.data):
            line = before
        if parts is None:
            yield from self._open(line)
        else:
            yield from self._judge(line, parts, self._number(parts, lines.peek()), what)

    def _number(self, parts: Parts, following: Line | None) -> int:
        """Return the number a line was written with: what stands there may be changed."""
        said, number, stored = parts
        if number == self.seq + 1:
            return number
        said = said[: said.rindex(b":") + 1]
        for steps, chains in ((1, self.chains), (2, self._beyond)):
            if _fits(b"%b%d" % (said, self.seq + steps), stored, chains):
                return self.seq + steps
        after = unseal(following.data) if following else None
        if after and chain_of(after[0], stored) == after[2]:
            return after[1] - 1
        return number if number <= self.last else self.seq + 1

    def _judge(self, line: Line, parts: Parts, number: int, what: str) -> Iterator[Step]:
        """Say what is wrong with a line that has a number, and let the chain go on from it."""
        said, stands, stored = parts
        expected, shown, is_whole = self.seq + 1, number, not what
        chains: tuple[str, ...] = (stored,)
        what = what or (f"its number is {stands}, {number} was written there" if stands != number else "")
        if _fits(said, stored, self.chains):
            yield from self._close(expected)
            what = what or (f"its number is {number}, {expected} was expected" if number != expected else "")
        elif number < expected:
            yield self._again(line, number, is_double=stored in self.chains)
            return
        elif self._holes and number > expected:
            yield from self._close(number, is_proved=_fits(said, stored, self._beyond))
        elif number > expected:
            is_whole = is_whole and _is_record(line)
            missing = f"{span(expected, number - 1)} missing before it"
            what = missing if is_whole else f"it is all that is left of lines {expected} to {number}"
            shown = number if is_whole else expected
            self._missing.append((expected, number - 1))
        else:
            yield from self._close(expected)
            chains = (stored, *(chain_of(said, before) for before in self.chains[:2]))
            is_whole, what = is_whole and stands != number, what or "its bytes do not fit its chain"
        self.seq, self.chains = number, chains
        self.inserted += len(line.data) - len(said) - _FRAME
        yield Step(line, shown, what, is_whole)

    def _again(self, line: Line, number: int, *, is_double: bool) -> Step:
        """Say of a line that has been here before, or was missed before, that it stands in a wrong place."""
        gap = bisect_right(self._missing, (number, self.last)) - 1
        if gap >= 0 and number <= self._missing[gap][1]:
            return Step(line, number, "it is out of place: it was missing before")
        self.inserted += len(line.data)
        return Step(line, number, "it stands here twice" if is_double else "it stands here again", is_whole=False)

    def _open(self, line: Line) -> Iterator[Step]:
        """Take bytes that are no line for a hole: only what follows tells how many lines were lost in it."""
        if len(self._holes) == _MOST_HOLES:
            hole = self._holes.pop(0)
            self.inserted += len(hole.data)
            yield Step(hole, None, _look(hole.data, is_proved=False), is_whole=False)
        before = self._beyond if self._holes else self.chains
        stored = line.data[-_FRAME:][10:74].decode("ascii", "replace")
        self._beyond = (stored, *(chain_of(line.data[:-_FRAME], chain) for chain in before[:2]))
        self._holes.append(line)

    def _close(self, number: int, *, is_proved: bool = True) -> Iterator[Step]:
        """Yield the holes before the line of a number, now that it tells what was lost in them."""
        lost = number - self.seq - 1
        is_one = lost == len(self._holes)
        for place, hole in enumerate(self._holes, 1):
            what = _look(hole.data, is_proved=is_proved and is_one)
            if place == len(self._holes) and not is_one:
                what += f"; {span(self.seq + 1, number - 1)} lost" if lost else "; nothing is lost there"
            if place == len(self._holes) and not is_proved and number <= self.last:
                what += "; the line behind it cannot be proved"
            yield Step(hole, self.seq + place if lost else None, what, is_whole=False)
            self.inserted += 0 if lost else len(hole.data)
        self._holes.clear()
        self._beyond = ()


def _fits(said: bytes, stored: str, chains: Iterable[str]) -> bool:
    return any(chain_of(said, before) == stored for before in chains)


def _put_together(line: Line, lines: Lines) -> tuple[Line, Parts | None, str]:
    """Take a line as it was meant: in one piece where line ends stand in it, alone where its own is not there."""
    pieces = [line.data]
    while not _END.search(pieces[-1]) and len(pieces) < _MOST_PIECES:
        following = lines.peek()
        if following is None or following.data.startswith(_START):
            break
        pieces.append(following.data)
        lines.take()
    parted = _part(line._replace(data=b"".join(pieces)))
    line = next(parted)
    lines.put_back(parted)
    ending = _END.search(line.data)
    if ending is None or line.data[ending.end() :] == b"\n":
        return line, unseal(line.data), "a line end stands in it" if len(pieces) > 1 else ""
    return line, unseal(line.data[: ending.end()] + b"\n"), "its line end is not as written"


def _part(line: Line) -> Iterator[Line]:
    """Cut bytes where lines end or begin in them, if no line end tells it; lazy, as there may be millions."""
    start = end = 0
    for mark in chain(_MARK.finditer(line.data), (None,)):
        begin = mark.start() if mark else len(line.data)
        if end > start and (begin - end > _LONGEST_END or (mark and mark[0] != _START)):
            yield line._replace(offset=line.offset + start, data=line.data[start:end])
            start = end
        if mark and mark[0] != _START:
            end = mark.end()
        elif begin > start:
            yield line._replace(offset=line.offset + start, data=line.data[start:begin])
            start = begin


def _is_record(line: Line) -> bool:
    try:
        read_kept(line.data)
    except ValueError:
        return False
    return True


def span(first: int, last: int) -> str:
    """Name lines as the subject of a sentence."""
    return f"line {first} is" if first == last else f"{last - first + 1} lines ({first} to {last}) are"


def _look(data: bytes, *, is_proved: bool) -> str:
    """Say what bytes look like that are no line; `is_proved` says that the chain goes on from one in their place."""
    if _ZEROS in data:
        return "zeros stand in it" if data.strip(b"\0\n") else "it is zeros"
    if not data.startswith(_START):
        return "its beginning is not as written" if _END.search(data) else "it is no line of an archive"
    if _END.search(data):
        return "its number is not as written"
    return "its end is not as written" if is_proved else "it is cut: its end is missing"
