"""How lines move to new segments beside the old ones, so that at every instant the old archive or the new one is whole.

The journal REWRITE stands before the first new byte and goes after the last step. HEAD is the commit point: it names
the first segment of its chain. A rewrite whose HEAD is there is finished by the next writer, any other is undone.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import count
from typing import Any, NamedTuple

from newsarc.archive import erased
from newsarc.archive.chain import (
    GENESIS,
    Head,
    head_line,
    read_small_file,
    seal,
    segment_numbers,
    segment_path,
    small_file,
)
from newsarc.archive.disk import Disk, undisturbed
from newsarc.archive.originals import Member, pack_path
from newsarc.errors import ArchiveDamaged

JOURNAL = "REWRITE"
LOST = "lost+found"
_CHUNK = 1 << 20
_ASIDE = ".tmp"  # a new segment until it is whole: no reader takes it for one
_OURS = re.compile(r"(?:quarantine|lost\+found)/[^/\\]+")


class Rewrite(NamedTuple):
    """What is rewritten, and all that is left to do once the new HEAD is there."""

    what: str
    """`repair` keeps the old segments in lost+found, `erase` removes them."""
    old: Sequence[int]
    """The segments there were."""
    new: int
    """The first new segment."""
    zeros: Sequence[Sequence[int]] = ()
    """Members of packs to overwrite: pack, offset, length."""
    removed: Sequence[str] = ()
    """Files to remove, seen from the archive."""
    cut: Sequence[tuple[str, str, Sequence[Sequence[int]]]] = ()
    """Files to take bytes out of, seen from the archive: name, digest of the file as it was, first bytes and ends."""
    logged: Sequence[dict[str, Any]] = ()
    """What is added to erased.jsonl, without the new chain."""


def begun(disk: Disk, root: str, what: str, named: int) -> Rewrite:
    """Plan a rewrite of all segments there are; `named` is the last one HEAD knows of."""
    old = segment_numbers(disk.names(os.path.join(root, "articles")))
    return Rewrite(what, old, max([*old, named]) + 1)


def rewrite(disk: Disk, root: str, plan: Rewrite, records: Iterable[bytes], *, rotate_at: int) -> Head:
    """Write records into new segments, make them the archive, and retire what was; returns the new end.

    Only under the lock. An error before the new HEAD leaves the archive as it was.

    Raises:
        OSError: A step failed.
    """
    disk.save(os.path.join(root, JOURNAL), small_file(plan._asdict()))
    try:
        end = _written(disk, root, plan.new, records, rotate_at)
    except OSError:
        with suppress(OSError):
            _remove_new(disk, root, plan)
        raise
    except BaseException:
        undo(disk, root, plan)
        raise
    with undisturbed():
        for segment in range(plan.new, end.segment + 1):
            disk.replace(segment_path(root, segment) + _ASIDE, segment_path(root, segment))
        disk.fsync_folder(os.path.join(root, "articles"))
        disk.save(os.path.join(root, "HEAD"), head_line(end))
        finish(disk, root, plan, end.chain)
    return end


def _written(disk: Disk, root: str, first: int, records: Iterable[bytes], rotate_at: int) -> Head:
    """Write records into segments that no reader sees yet, and flush them."""
    start = end = Head(first, 0, 0, GENESIS, first)
    for chunk, end in _sealed(records, start, rotate_at):
        path = segment_path(root, end.segment) + _ASIDE
        if end.length == len(chunk):
            disk.create(path)
            disk.truncate(path, 0)
        disk.write(path, end.length - len(chunk), chunk)
    for segment in range(first, end.segment + 1):
        disk.fsync(segment_path(root, segment) + _ASIDE)
    return end


def _sealed(records: Iterable[bytes], end: Head, rotate_at: int) -> Iterator[tuple[bytes, Head]]:
    """Number and chain records; yields bytes to append and the end they reach, at least once."""
    chunk = bytearray()
    for record in records:
        is_full = end.length >= rotate_at
        if len(chunk) >= _CHUNK or (chunk and is_full):
            yield bytes(chunk), end
            chunk.clear()
        if is_full:
            end = end._replace(segment=end.segment + 1, length=0)
        line, chain = seal(record, end.seq + 1, end.chain)
        chunk += line
        end = end._replace(length=end.length + len(line), seq=end.seq + 1, chain=chain)
    yield bytes(chunk), end


def pending(disk: Disk, root: str) -> Rewrite | None:
    """Return the rewrite that was interrupted, None if there is none.

    Raises:
        ArchiveDamaged: Its journal is not as written.
    """
    path = os.path.join(root, JOURNAL)
    if not disk.size(path):
        return None
    try:
        found = Rewrite(**(read_small_file(disk.read(path)) or {}))
        is_sound = _is_sound(found)
    except (TypeError, ValueError, AttributeError):
        is_sound = False
    if not is_sound:
        raise ArchiveDamaged(JOURNAL, "it is not as written")
    return found


def _is_sound(plan: Rewrite) -> bool:
    """Tell whether a journal is one of ours: it is about to decide what is removed."""
    spans = [span for _, _, spans in plan.cut for span in spans]
    numbers = [*plan.old, plan.new, *(number for place in (*plan.zeros, *spans) for number in place)]
    names = [*plan.removed, *(name for name, _, _ in plan.cut)]
    return (
        plan.what in ("repair", "erase")
        and all(isinstance(number, int) and number >= 0 for number in numbers)
        and max(plan.old, default=0) < plan.new
        and all(len(member) == len(Member._fields) for member in plan.zeros)
        and all(map(_OURS.fullmatch, names))
        and all(isinstance(fields, dict) for fields in plan.logged)
    )


def is_committed(disk: Disk, root: str, plan: Rewrite, head: Head | None) -> bool:
    """Tell whether the new segments are the archive already; without HEAD, whether old ones are retired already."""
    if head:
        return head.first == plan.new
    return not set(plan.old) <= set(segment_numbers(disk.names(os.path.join(root, "articles"))))


def settle(disk: Disk, root: str, head: Head | None, tell: Callable[[str], None]) -> None:
    """Finish or undo the rewrite that was interrupted, if there is one; only under the lock.

    Raises:
        ArchiveDamaged: Its journal is not as written.
        OSError: A step failed.
    """
    plan = pending(disk, root)
    if plan and is_committed(disk, root, plan, head):
        finish(disk, root, plan, head.chain if head else None)
        tell(f"finished newsarc {plan.what}, which had been interrupted")
    elif plan:
        undo(disk, root, plan)
        tell(f"undid newsarc {plan.what}, which had been interrupted; run it again")


def undo(disk: Disk, root: str, plan: Rewrite) -> None:
    """Take back what was written; doing it again after a kill at any step does no harm."""
    _remove_new(disk, root, plan)
    disk.fsync_folder(os.path.join(root, "articles"))
    _forget(disk, root)


def _remove_new(disk: Disk, root: str, plan: Rewrite) -> None:
    folder = os.path.join(root, "articles")
    for name in disk.names(folder):
        if segment_numbers([name.removesuffix(_ASIDE)]) >= [plan.new]:
            disk.remove(os.path.join(folder, name))


def finish(disk: Disk, root: str, plan: Rewrite, chain: str | None) -> None:
    """Retire what was, now that the new HEAD is there; doing it again after a kill at any step does no harm."""
    disk.fsync_folder(root)  # the new HEAD must be durable before an old segment goes
    _retire(disk, root, plan)
    purge(disk, root, plan)
    remove_index(disk, root)
    erased.add(disk, root, [{**fields, "new_chain": chain} for fields in plan.logged])
    _forget(disk, root)


def purge(disk: Disk, root: str, plan: Rewrite) -> None:
    """Overwrite members, take bytes out of files, remove files: what needs no new segments."""
    for pack, offset, length in plan.zeros:
        _overwrite(disk, pack_path(os.path.join(root, "originals"), pack), offset, length)
    for pack in {member[0] for member in plan.zeros}:
        disk.fsync(pack_path(os.path.join(root, "originals"), pack))
    for name, digest, spans in plan.cut:
        _cut(disk, os.path.join(root, name), digest, spans)
    for name in plan.removed:
        disk.remove(os.path.join(root, name))
    for folder in {os.path.dirname(name) for name in (*plan.removed, *(name for name, _, _ in plan.cut))}:
        disk.fsync_folder(os.path.join(root, folder))


def _retire(disk: Disk, root: str, plan: Rewrite) -> None:
    """Move the old segments to lost+found, or remove them."""
    articles, lost = os.path.join(root, "articles"), os.path.join(root, LOST)
    disk.make_folder(lost)
    for name in disk.names(articles):
        number = segment_numbers([name])
        if not number or number[0] not in plan.old:
            continue
        if plan.what == "erase":
            disk.remove(os.path.join(articles, name))
        else:
            disk.replace(os.path.join(articles, name), os.path.join(lost, free_name(root, name)))
    disk.fsync_folder(lost)
    disk.fsync_folder(articles)


def free_name(root: str, name: str) -> str:
    """Return a name that nothing in lost+found has."""
    candidates = (f"{name}.{number}" if number else name for number in count())
    return next(candidate for candidate in candidates if not os.path.lexists(os.path.join(root, LOST, candidate)))


def _overwrite(disk: Disk, path: str, offset: int, length: int) -> None:
    """Write zeros over bytes, as far as the file goes."""
    end = min(offset + length, disk.size(path))
    for start in range(offset, end, _CHUNK):
        disk.write(path, start, bytes(min(_CHUNK, end - start)))


def _cut(disk: Disk, path: str, digest: str, spans: Sequence[Sequence[int]]) -> None:
    """Take bytes out of a file that is still as it was."""
    data = disk.read(path) if disk.size(path) else b""
    if sha256(data).hexdigest() != digest:
        return
    starts, ends = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(data)]
    if not any(start < end for start, end in zip(starts, ends, strict=True)):
        disk.remove(path)
        return
    aside, length = path + _ASIDE, 0
    disk.create(aside)
    disk.truncate(aside, 0)
    for first, last in zip(starts, ends, strict=True):
        for start in range(first, last, _CHUNK):
            piece = data[start : min(start + _CHUNK, last)]
            disk.write(aside, length, piece)
            length += len(piece)
    disk.fsync(aside)
    disk.replace(aside, path)


def remove_index(disk: Disk, root: str) -> None:
    """Remove what is derived and speaks of old lines: what belongs to a database first, then it."""
    folder = os.path.join(root, "index")
    for name in reversed(disk.names(folder)):
        disk.remove(os.path.join(folder, name))
    if os.path.isdir(folder):
        disk.fsync_folder(folder)


def _forget(disk: Disk, root: str) -> None:
    disk.remove(os.path.join(root, JOURNAL))
    disk.fsync_folder(root)
