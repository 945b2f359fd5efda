"""What becomes of bytes behind HEAD: whole lines whose chain holds are taken, the rest is set aside.

Only writers recover, and only under the lock. It rolls forward and never cuts in silence: with an older HEAD, or
none, cutting back would destroy articles that were acknowledged.
"""

import os
from collections.abc import Callable

from newsarc.archive.chain import EMPTY, Head, follows, segment_name, segment_numbers, segment_path, unseal
from newsarc.archive.disk import Disk
from newsarc.archive.opening import head_of
from newsarc.errors import ArchiveDamaged

_CHUNK = 1 << 20


def first_segment(disk: Disk, root: str) -> int:
    """Return where the chain starts where no HEAD says it: at the lowest segment there is."""
    return min(segment_numbers(disk.names(os.path.join(root, "articles"))), default=1)


def is_clean(disk: Disk, root: str, head: Head) -> bool:
    """Tell whether nothing lies behind HEAD."""
    return (
        disk.size(segment_path(root, head.segment)) == head.length
        and disk.size(segment_path(root, head.segment + 1)) == 0
    )


def settled(disk: Disk, root: str, tell: Callable[[str], None]) -> tuple[Head, bool]:
    """Return the head to append behind, and whether it must be written first: after recovery where a tail lies there.

    Raises:
        ArchiveDamaged: HEAD is not as written, or is missing with lines that do not follow each other, or a segment is
            shorter than it says.
    """
    found = head_of(disk, root)
    first = found.first if found else first_segment(disk, root)
    head = found or EMPTY._replace(segment=first, first=first)
    if found is None and not is_tail(disk, root, head):
        raise ArchiveDamaged("HEAD", "it is missing, and not all lines follow each other")
    if found is None and disk.size(segment_path(root, first)):
        tell("HEAD is missing; it is rebuilt from the chain")
    size = disk.size(segment_path(root, head.segment))
    if size < head.length:
        raise ArchiveDamaged(segment_name(head.segment), f"it ends at byte {size} of {head.length}")
    if found and is_clean(disk, root, head):
        return head, False
    return roll_forward(disk, root, head, tell), True


def roll_forward(disk: Disk, root: str, head: Head, tell: Callable[[str], None]) -> Head:
    """Take what follows HEAD, set aside what does not, and flush both; returns the new end, not yet written to HEAD.

    `tell` is told in a sentence what was found. Doing it again after a kill at any step gives the same end.
    """
    last = head.segment
    while disk.size(segment_path(root, last + 1)):
        last += 1
    end, is_whole = head, True
    for segment in range(head.segment, last + 1):
        if not is_whole:
            _set_aside(disk, root, segment, 0, tell)
            continue
        if not disk.size(segment_path(root, segment)):
            continue
        start = head.length if segment == head.segment else 0
        taken = _take(disk, segment_path(root, segment), end._replace(segment=segment, length=start))
        if taken.seq > end.seq or segment == head.segment:
            end = taken
        _rewrite(disk, segment_path(root, segment), start, taken.length)
        if disk.size(segment_path(root, segment)) > taken.length:
            _set_aside(disk, root, segment, taken.length, tell)
            is_whole = False
        disk.fsync(segment_path(root, segment))
    disk.fsync_folder(os.path.join(root, "articles"))
    if end.seq > head.seq:
        tell(f"recovered {end.seq - head.seq} whole articles that a run had written but not yet committed")
    return end


def is_tail(disk: Disk, root: str, head: Head) -> bool:
    """Tell whether no whole line stands behind the last one that follows: where HEAD is lost, that would be damage."""
    end, is_whole = head, True
    for segment in segment_numbers(disk.names(os.path.join(root, "articles"))):
        path, start = segment_path(root, segment), 0
        if is_whole:
            end = _take(disk, path, end._replace(segment=segment, length=0))
            start, is_whole = end.length, end.length == disk.size(path)
        if not is_whole and any(unseal(line + b"\n") for line in disk.read(path, start).split(b"\n")):
            return False
    return True


def _take(disk: Disk, path: str, start: Head) -> Head:
    """Walk over complete lines that follow; stops at the first that does not."""
    end, offset, rest = start, start.length, b""
    while chunk := disk.read(path, offset, _CHUNK):
        offset += len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            chain = follows(line + b"\n", end.seq + 1, end.chain)
            if chain is None:
                return end
            end = end._replace(length=end.length + len(line) + 1, seq=end.seq + 1, chain=chain)
    return end


def _rewrite(disk: Disk, path: str, start: int, end: int) -> None:
    """Write kept bytes again in place: after a failed flush they may lie in memory, marked clean, and nowhere else."""
    for offset in range(start, end, _CHUNK):
        disk.write(path, offset, disk.read(path, offset, min(_CHUNK, end - offset)))


def _set_aside(disk: Disk, root: str, segment: int, offset: int, tell: Callable[[str], None]) -> None:
    """Move the bytes of a segment from an offset on to lost+found, durable there before they are cut here."""
    path = segment_path(root, segment)
    folder = os.path.join(root, "lost+found")
    disk.make_folder(folder)
    name = f"{segment:06}-{offset}.bin"
    taken = {known for known in disk.names(folder) if known.startswith(name)}
    data = disk.read(path, offset)
    if not any(disk.read(os.path.join(folder, known)) == data for known in taken if not known.endswith(".tmp")):
        aside = name if name not in taken else f"{name}.{len(taken)}"
        disk.save(os.path.join(folder, aside), data)
    disk.truncate(path, offset)
    tell(f"set aside {len(data)} bytes that are no whole line in lost+found/{name}")
