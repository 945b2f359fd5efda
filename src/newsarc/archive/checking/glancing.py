"""What can be said of an archive at once: FORMAT, HEAD, and whether segments and packs are as long as they should be.

Only the first and the last line of each segment are read: a segment goes on where the one before it ends, and the pack
that a last line names must reach as far as that line says.
"""

import os
from collections.abc import Iterator

from newsarc.archive.chain import GENESIS, Head, follows, segment_name, segment_path, unseal
from newsarc.archive.checking import Fault, Tally, end_of, read_small_files, segments_of, strays, told, wrong_end
from newsarc.archive.checking.shape import read_kept
from newsarc.archive.disk import Disk
from newsarc.archive.originals import last_pack, pack_path

_STEP = 64 << 10  # bytes in which the end of a line is looked for
_LONGEST = 256 << 20


def glance(disk: Disk, root: str, tally: Tally | None = None) -> Iterator[Fault]:
    """Yield what can be seen without reading the lines; where HEAD is lost, only that."""
    tally = tally or Tally()
    head, _, faults = read_small_files(disk, root)
    yield from faults
    if head is None:
        return
    numbers = segments_of(disk, root, head)
    yield from strays(disk, root, head, numbers)
    reach: dict[int, int] = {}
    before: Head | None = Head(head.first - 1, 0, 0, GENESIS)
    for number in numbers if head.seq else ():
        before, faults = _segment(disk, root, head, number, before)
        yield from faults
        if before:
            yield from told(segment_name(number), _reach(disk, root, before, reach))
        tally.lines += 2
    if before and head.segment in numbers and before != head:
        yield wrong_end(head, before.seq)
    yield from _packs(disk, os.path.join(root, "originals"), reach)


def _segment(disk: Disk, root: str, head: Head, segment: int, before: Head | None) -> tuple[Head | None, list[Fault]]:
    """Compare the length of a segment, and its first line; returns where it ends, None if no line does there."""
    name, path = segment_name(segment), segment_path(root, segment)
    try:
        end, size = end_of(disk, root, head, segment), disk.size(path)
        if size < end or not size:
            return None, [Fault(name, f"it ends at byte {size} of {end}" if size else "it is empty")]
        first, last = _line_at(disk, path, 0), unseal(_line_before(disk, path, end))
    except OSError as error:
        return None, [Fault(name, f"it cannot be read: {error.strerror or error}", exit_code=74)]
    faults = []
    is_next = before is not None and before.segment + 1 == segment
    if before and is_next and follows(first, before.seq + 1, before.chain) is None:
        faults.append(Fault(name, "it does not go on where the line before ends", 1, 0, max(len(first) - 1, 0)))
    if last is None:
        return None, [*faults, Fault(name, f"no whole line ends at byte {end}")]
    return Head(segment, end, last[1], last[2], head.first), faults


def _reach(disk: Disk, root: str, end: Head, reach: dict[int, int]) -> Iterator[Fault]:
    """Note how far the pack reaches that the last line of a segment names."""
    try:
        kept = read_kept(_line_before(disk, segment_path(root, end.segment), end.length))
    except ValueError:
        yield Fault(segment_name(end.segment), "its last line is no record of schema newsarc/1")
        return
    if kept and kept.pack:
        reach[kept.pack] = max(reach.get(kept.pack, 0), (kept.pack_offset or 0) + (kept.pack_length or 0))


def _packs(disk: Disk, folder: str, reach: dict[int, int]) -> Iterator[Fault]:
    """Compare the lengths of packs with what was seen of them; there is no gap in their numbers."""
    there = disk.names(folder)
    for pack in range(1, min(max(reach, default=0), last_pack(disk, folder) + 1) + 1):
        path = pack_path(folder, pack)
        name, size, wanted = f"originals/{os.path.basename(path)}", disk.size(path), reach.get(pack, 1)
        if os.path.basename(path) not in there:
            yield Fault(name, "it is missing")
        elif size < wanted:
            yield Fault(name, f"it ends at byte {size} of {wanted} or more")


def _line_at(disk: Disk, path: str, offset: int) -> bytes:
    """Return the line that begins at an offset; all there is of it."""
    found, length = b"", _STEP
    while b"\n" not in found and len(found) < length <= _LONGEST:
        found, length = disk.read(path, offset, length), length * 4
    return found[: found.find(b"\n") + 1] or found


def _line_before(disk: Disk, path: str, end: int) -> bytes:
    """Return the line that ends at an offset; all there is of it."""
    length = _STEP
    while True:
        found = disk.read(path, max(0, end - length), min(length, end))
        start = found.rfind(b"\n", 0, len(found) - 1) + 1
        if start or length >= min(end, _LONGEST):
            return found[start:]
        length *= 4
