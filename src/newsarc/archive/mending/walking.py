"""How packs are walked from end to end, whatever lies in them: members that records name, and those that none names.

What is no member is passed over: zeros where an original was erased, bytes that are damaged.
"""

import os
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from newsarc.archive.checking.proving import Ahead
from newsarc.archive.disk import Disk
from newsarc.archive.originals import HEADER, Member, last_pack, pack_path

_CHUNK = 64 << 10  # members are small, and follow each other
_MOST = 4 << 30  # bytes a member may unpack to


class Walked(NamedTuple):
    """A member and the bytes it unpacks to; None where it cannot be unpacked, and then its length is a guess."""

    member: Member
    data: bytes | None


def walk(disk: Disk, folder: str, passed: Callable[[int, int], int] = lambda _pack, _offset: 0) -> Iterator[Walked]:
    """Yield the members of all packs, one in memory.

    `passed` says of pack and offset how many bytes to pass over there; 0 is a place to look at.
    """
    disk = Ahead(disk, lambda _read: None)
    for pack in range(1, last_pack(disk, folder) + 1):
        path = pack_path(folder, pack)
        size, offset = disk.size(path), 0
        while offset < size:
            if step := passed(pack, offset):
                offset += step
                continue
            if disk.read(path, offset, len(HEADER)) != HEADER:
                offset = _next_header(disk, path, offset)
                continue
            end, data = _unpacked(disk, path, offset)
            end = end if data is not None else _next_header(disk, path, offset + 1)
            yield Walked(Member(pack, offset, end - offset), data)
            offset = end


def unpacked(disk: Disk, folder: str, member: Member) -> bytes | None:
    """Return the bytes a member unpacks to; None if it cannot be unpacked, or does not fill its place."""
    end, data = _unpacked(disk, pack_path(folder, member.pack), member.offset)
    return data if end == member.offset + member.length else None


def _unpacked(disk: Disk, path: str, offset: int) -> tuple[int, bytes | None]:
    """Unpack the member at an offset; returns where it ends."""
    unpacker = zlib.decompressobj(wbits=31)
    data = bytearray()
    try:
        while not unpacker.eof and len(data) <= _MOST:
            piece = disk.read(path, offset, _CHUNK)
            if not piece:
                return offset, None
            offset += len(piece)
            while piece and not unpacker.eof and len(data) <= _MOST:
                data += unpacker.decompress(piece, _CHUNK)
                piece = unpacker.unconsumed_tail
    except zlib.error:
        return offset, None
    return offset - len(unpacker.unused_data), bytes(data) if unpacker.eof else None


def _next_header(disk: Disk, path: str, offset: int) -> int:
    """Return where the next member may begin, the end of the pack if none does."""
    while piece := disk.read(path, offset, _CHUNK):
        found = piece.find(HEADER)
        if found >= 0:
            return offset + found
        if len(piece) < len(HEADER):
            return offset + len(piece)
        offset += len(piece) - len(HEADER) + 1
    return os.path.getsize(path)
