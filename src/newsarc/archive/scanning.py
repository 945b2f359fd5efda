"""How lines are read: from one head to another, segment by segment, and the chain that stands before a line.

No lock, never past the head that is given. What is not whole is `ArchiveDamaged`; what stands before it was yielded.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from newsarc.archive.chain import GENESIS, Head, Place, Stored, segment_name, segment_path, unseal
from newsarc.archive.disk import Disk
from newsarc.errors import ArchiveDamaged

_MOST_GAP = 64 << 10  # bytes between two lines that are read at once
_MOST_AT_ONCE = 256 << 10


def scan(disk: Disk, root: str, after: Head, until: Head) -> Iterator[Stored]:
    """Yield the lines between two heads in the order of `seq`; each segment must go on where the one before ended.

    Raises:
        ArchiveDamaged: A segment is missing, or shorter than the head says.
    """
    begin = after if after.segment >= until.first else Head(until.first, 0, 0, GENESIS)
    seq = begin.seq
    for segment in range(begin.segment, until.segment + 1):
        start = begin.length if segment == begin.segment else 0
        end = until.length if segment == until.segment else disk.size(segment_path(root, segment))
        if not end and until.seq:
            raise ArchiveDamaged(segment_name(segment), "it is missing or empty")
        if start == end:
            continue
        for stored in _lines(root, segment, start, end):
            if stored.place.offset == start and (parts := unseal(stored.line)) and parts[1] != seq + 1:
                before = segment - 1 if segment > begin.segment else segment
                raise ArchiveDamaged(segment_name(before), f"it ends with line {seq} of {parts[1] - 1}")
            seq += 1
            yield stored
    if seq != until.seq:
        raise ArchiveDamaged("HEAD", f"it names line {until.seq} as the last, {seq} were found")


def _lines(root: str, segment: int, start: int, end: int) -> Iterator[Stored]:
    """Yield the whole lines of a segment between two offsets."""
    name = segment_name(segment)
    offset = start
    try:
        with open(segment_path(root, segment), "rb") as stream:
            stream.seek(start)
            while offset < end and (line := stream.readline()).endswith(b"\n"):
                yield Stored(Place(segment, offset, len(line)), line)
                offset += len(line)
    except FileNotFoundError:
        raise ArchiveDamaged(name, "it is missing") from None
    if offset != end:
        raise ArchiveDamaged(name, f"whole lines end at byte {offset} of {end}")


def read_lines(root: str, places: Sequence[tuple[int, int, int]]) -> list[bytes]:
    """Return the lines at places, in their order; neighbours are read at once.

    A place that is none gives other bytes, or fewer.

    Raises:
        OSError: A segment is missing.
        ValueError: A place is none that a file can have.
    """
    return [data[start:end] for data, start, end in read_around(root, places)]


def read_around(root: str, places: Sequence[tuple[int, int, int]]) -> list[tuple[bytes, int, int]]:
    """Return for each place bytes that were read at once, and where its line begins and ends in them.

    Who cuts out one line after the other holds one of them at a time. As `read_lines` otherwise.

    Raises:
        OSError: A segment is missing.
        ValueError: A place is none that a file can have.
    """
    if any(segment < 1 or offset < 0 or length < 0 for segment, offset, length in places):
        raise ValueError("no file has such a place")
    found: dict[tuple[int, int, int], tuple[bytes, int, int]] = {}
    for segment, run in groupby(sorted(places), key=itemgetter(0)):
        with open(segment_path(root, segment), "rb", buffering=0) as stream:
            size = os.fstat(stream.fileno()).st_size
            for start, end, group in _neighbours(run):
                stream.seek(start)
                data = stream.read(min(end, size) - start) if start < size else b""
                for place in group:
                    offset = place[1] - start
                    found[place] = data, offset, offset + place[2]
    return [found[place] for place in places]


def _neighbours(places: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, list[tuple[int, int, int]]]]:
    """Cut sorted places into groups that lie close together and are not too much at once; with first byte and end."""
    start = end = 0
    group: list[tuple[int, int, int]] = []
    for place in places:
        _, offset, length = place
        if group and (offset - end > _MOST_GAP or end - start > _MOST_AT_ONCE):
            yield start, end, group
            group = []
        if not group:
            start = offset
        group.append(place)
        end = max(end, offset + length) if len(group) > 1 else offset + length
    if group:
        yield start, end, group


def chain_before(disk: Disk, root: str, segment: int, offset: int, first: int) -> str:
    """Return the chain a line at a place goes on from: the 64 digits that end three bytes before it."""
    if (segment, offset) == (first, 0):
        return GENESIS
    path, end = segment_path(root, segment), offset
    if not end:
        path = segment_path(root, segment - 1)
        end = disk.size(path)
    return disk.read(path, end - 67, 64).decode("ascii", "replace") if end >= 67 else ""  # noqa: PLR2004 - a chain and its end


def holds(disk: Disk, root: str, known: Head, until: Head) -> bool:
    """Tell whether an end that was seen once is still one of this chain's, not behind `until`."""
    if (
        known.first != until.first
        or known.segment < 1
        or known.length < 0
        or (known.segment, known.length) > (until.segment, until.length)
    ):
        return False
    if (known.segment, known.length) == (until.first, 0):
        return (known.seq, known.chain) == (0, GENESIS)
    end = b',"seq":%d,"chain":"%b"}\n' % (known.seq, known.chain.encode("utf-8", "replace"))
    segment, offset = (known.segment, known.length) if known.length else (known.segment - 1, -1)
    try:
        offset = offset if offset >= 0 else disk.size(segment_path(root, segment))
        return offset >= len(end) and disk.read(segment_path(root, segment), offset - len(end), len(end)) == end
    except OSError:
        return False
