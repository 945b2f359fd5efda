"""Where the bytes that were read are kept: packs of gzip members, one member an original, append only.

The settings are fixed (no name, no time, no platform), so the same bytes always give the same member. A record names
the member of its source; bytes of a pack that no record names are harmless.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple, Protocol

from newsarc.archive.disk import Disk

ROTATE_AT = 256 << 20  # bytes of a pack
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""How every member begins."""
_CHUNK = 1 << 20

# Level, window and memory of zlib. A small original needs no large window, and clearing one costs more than packing it;
# level 6 takes three times as long for some percent of room.
_SMALL_BYTES = 8 << 10
_SMALL = (4, -13, 7)
_LARGE = (4, -15, 8)


class Original(Protocol):
    """Bytes to keep: any source that can be read from its start, and its digest."""

    @property
    def sha256(self) -> str:
        """Digest of all its bytes."""

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes from the start."""


class Packed(NamedTuple):
    """An original that was compressed before: its digest, and its member as `compressed` yields it."""

    sha256: str
    member: bytes


class Member(NamedTuple):
    """Where an original lies: number of the pack, first byte, length."""

    pack: int
    offset: int
    length: int

    @property
    def where(self) -> str:
        """Name the place as a message does."""
        return f"originals/{self.pack:06}.gz bytes {self.offset}-{self.offset + self.length - 1}"


def pack_path(folder: str, pack: int) -> str:
    """Return the file of a pack."""
    return os.path.join(folder, f"{pack:06}.gz")


def last_pack(disk: Disk, folder: str) -> int:
    """Return the number of the newest pack, 1 where there is none."""
    numbers = [int(name[:6]) for name in disk.names(folder) if name.endswith(".gz") and name[:6].isdigit()]
    return max(numbers, default=1)


def compressed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield one gzip member, header first; the size of the first chunk decides how it is packed."""
    rest = iter(chunks)
    first = next(rest, b"")
    level, window, memory = _SMALL if len(first) <= _SMALL_BYTES else _LARGE
    packer = zlib.compressobj(level, zlib.DEFLATED, window, memory)
    checksum = size = 0
    yield HEADER
    for chunk in chain((first,), rest):
        checksum = zlib.crc32(chunk, checksum)
        size += len(chunk)
        yield packer.compress(chunk)
    yield packer.flush() + checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")


def store(
    disk: Disk, folder: str, originals: Iterable[Original | Packed], *, rotate_at: int = ROTATE_AT
) -> dict[str, Member]:
    """Append originals to the newest pack and flush it; returns the member of each by its digest.

    Only under the lock. What a killed run left at the end of a pack stays there, unnamed.
    """
    pack = last_pack(disk, folder)
    path = pack_path(folder, pack)
    end = disk.size(path)
    members: dict[str, Member] = {}
    touched: list[str] = []
    waiting: list[bytes] = []  # at most a chunk and a piece, to be written at once
    written = end
    for original in originals:
        if end >= rotate_at:
            written = _write(disk, path, written, waiting)
            pack, end, written = pack + 1, 0, 0
            path = pack_path(folder, pack)
        if path not in touched:
            disk.create(path)
            touched.append(path)
        start = end
        for piece in (original.member,) if isinstance(original, Packed) else compressed(original.chunks()):
            waiting.append(piece)
            end += len(piece)
            if end - written >= _CHUNK:
                written = _write(disk, path, written, waiting)
        members[original.sha256] = Member(pack, start, end - start)
    _write(disk, path, written, waiting)
    for path in touched:
        disk.fsync(path)
    if touched:
        disk.fsync_folder(folder)
    return members


def _write(disk: Disk, path: str, offset: int, waiting: list[bytes]) -> int:
    """Write what waits; returns where it ends."""
    data = b"".join(waiting)
    waiting.clear()
    if data:
        disk.write(path, offset, data)
    return offset + len(data)


def unpack(disk: Disk, folder: str, member: Member) -> Iterator[bytes]:
    """Yield an original's bytes in bounded pieces.

    Raises:
        ValueError: The member is not as written: header, stream or checksum is wrong, or it does not fill its place.
        OSError: The pack cannot be read.
    """
    path = pack_path(folder, member.pack)
    if disk.read(path, member.offset, len(HEADER)) != HEADER:
        raise ValueError("its gzip header is not as written")
    unpacker = zlib.decompressobj(wbits=31)
    offset, left = member.offset, member.length
    try:
        while left and not unpacker.eof:
            piece = disk.read(path, offset, min(left, _CHUNK))
            if not piece:
                raise ValueError("the pack ends before it does")
            offset, left = offset + len(piece), left - len(piece)
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, _CHUNK)
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacker.eof or unpacker.unused_data or left:
        raise ValueError("its gzip stream does not end where the record says")


def part_of(disk: Disk, folder: str, member: Member, offset: int, length: int) -> bytes:
    """Return some bytes of an original, after all of it was unpacked.

    Raises:
        ValueError, OSError: As `unpack`.
    """
    found, passed = bytearray(), 0
    for piece in unpack(disk, folder, member):
        start, end = offset - passed, offset + length - passed
        found += piece[max(start, 0) : max(end, 0)]
        passed += len(piece)
    return bytes(found)
