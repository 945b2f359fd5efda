"""Whether every byte of an archive is as it was written: FORMAT, HEAD, chain, records, originals, quarantine.

Reads, takes no lock, changes nothing, stops at no fault. Each fault is located by file, line and bytes.
"""

import hashlib
import os
from collections.abc import Iterator

from newsarc.archive.chain import (
    GENESIS,
    Head,
    chain_of,
    read_head,
    read_small_file,
    segment_name,
    segment_path,
    unseal,
)
from newsarc.archive.disk import Disk
from newsarc.archive.originals import Member, is_intact
from newsarc.article import from_line
from newsarc.errors import ArchiveDamaged


def check(disk: Disk, root: str) -> Iterator[ArchiveDamaged]:
    """Yield every fault of an archive, in the order of its files; none means that all is as written."""
    head = None
    for name in ("FORMAT", "HEAD"):
        data = disk.read(os.path.join(root, name)) if name in disk.names(root) else b""
        if not data or (read_small_file(data) if name == "FORMAT" else read_head(data)) is None:
            yield ArchiveDamaged(name, "it is not as written" if data else "it is missing")
        elif name == "HEAD":
            head = read_head(data)
    yield from _check_segments(disk, root, head)
    yield from _check_quarantine(disk, os.path.join(root, "quarantine"))


def _check_segments(disk: Disk, root: str, head: Head | None) -> Iterator[ArchiveDamaged]:
    """Follow the chain over all segments up to HEAD, or as far as there is any where HEAD is lost."""
    previous = {GENESIS}
    seq = 0
    sound: set[tuple[Member, str]] = set()
    segment = 0
    while (head is None or segment < head.segment) and segment + 1 <= 10**6:
        segment += 1
        path = segment_path(root, segment)
        if not disk.size(path):
            if head is not None and head.seq:
                yield ArchiveDamaged(segment_name(segment), "it is missing or empty")
            break
        end = head.length if head and segment == head.segment else disk.size(path)
        for number, offset, line in _lines(path, end):
            seq += 1
            where = f"{segment_name(segment)}:{number} bytes {offset}-{offset + len(line) - 1}"
            why, previous = _check_line(line, seq, previous)
            if why:
                yield ArchiveDamaged(where, why)
                parts = unseal(line)
                seq = parts[1] if parts else seq
                continue
            yield from _check_record(disk, root, where, line, sound)
        if disk.size(path) < end:
            yield ArchiveDamaged(segment_name(segment), f"it ends after {disk.size(path)} of {end} bytes")
    if head and (head.seq != seq or head.chain not in previous):
        yield ArchiveDamaged("HEAD", f"it names line {head.seq} as the last, the segments end with line {seq}")


def _lines(path: str, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, first byte and bytes of each line before `end`; the last may lack its line end."""
    offset = 0
    with open(path, "rb") as stream:
        for number, line in enumerate(stream, 1):
            if offset >= end:
                return
            yield number, offset, line[: end - offset]
            offset += len(line)


def _check_line(line: bytes, seq: int, previous: set[str]) -> tuple[str, set[str]]:
    """Compare a line with its chain; goes on with the stored and the computed one, so that one fault is one line."""
    parts = unseal(line)
    if parts is None:
        return "it is no whole line of an archive", previous
    said, number, stored = parts
    computed = {chain_of(said, before) for before in previous}
    if stored not in computed:
        return "its bytes do not fit its chain", {stored, *computed}
    if number != seq:
        return f"it has number {number}, {seq} was expected", {stored}
    return "", {stored}


def _check_record(
    disk: Disk, root: str, where: str, line: bytes, sound: set[tuple[Member, str]]
) -> Iterator[ArchiveDamaged]:
    """Check the shape of a record, and its original the first time one names it."""
    try:
        origin = from_line(line).origin
    except ValueError:
        yield ArchiveDamaged(where, "it is no record of schema newsarc/1")
        return
    if origin is None or origin.pack is None:
        if origin is not None and _keeps_originals(disk, root):
            yield ArchiveDamaged(where, "it names no original")
        return
    member = Member(origin.pack, origin.pack_offset or 0, origin.pack_length or 0)
    if (member, origin.sha256) in sound:
        return
    if why := is_intact(disk, os.path.join(root, "originals"), member, origin.sha256):
        yield ArchiveDamaged(f"originals/{member.pack:06}.gz bytes {_span(member)}, original of {where}", why)
    else:
        sound.add((member, origin.sha256))


def _span(member: Member) -> str:
    return f"{member.offset}-{member.offset + member.length - 1}"


def _keeps_originals(disk: Disk, root: str) -> bool:
    if "FORMAT" not in disk.names(root):
        return False
    fields = read_small_file(disk.read(os.path.join(root, "FORMAT")))
    return bool(fields and fields.get("originals"))


def _check_quarantine(disk: Disk, folder: str) -> Iterator[ArchiveDamaged]:
    """Compare the kept bytes with the digest that names them, and the notes with their checksum."""
    for name in disk.names(folder):
        stem, ending = os.path.splitext(name)
        if ending not in (".raw", ".json"):
            continue
        data = disk.read(os.path.join(folder, name))
        is_sound = hashlib.sha256(data).hexdigest() == stem if ending == ".raw" else read_small_file(data) is not None
        if not is_sound:
            yield ArchiveDamaged(f"quarantine/{name}", "its bytes are not as written")
