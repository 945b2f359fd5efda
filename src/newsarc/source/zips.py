"""How a zip file is laid out: a directory at its end that says where each member lies.

`zipfile` would cut a member to the size its directory claims without a word, give up all of them for one bad name, and
unpack bzip2 without a bound.
"""

import bz2
import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import IO, NamedTuple

from newsarc.errors import (
    CompressionBomb,
    DamagedCompression,
    DamagedContainer,
    EncryptedMember,
    SourceError,
    UnsupportedMember,
)
from newsarc.source.limits import Limits, Meter
from newsarc.source.members import Member, Stream, Unwanted, check_number, text_of
from newsarc.source.unpacking import CHUNK, Decoder, Inflater, metered, unpack

_END = struct.Struct("<4s4x2H2LH")
_WIDE_END = struct.Struct("<4s28x3Q")
_WIDE_LOCATOR = struct.Struct("<4s4xQ4x")
_ENTRY = struct.Struct("<4sxB2x2H4x3L3H4x2L")
_LOCAL = struct.Struct("<4s22x2H")
_MOST_COMMENT = 65_535
_MOST_ENTRIES = 65_536  # some writers begin to count anew
_WIDE = 0xFFFF_FFFF  # the number stands in a record of zip64
_IS_ENCRYPTED = 0x2041  # the bits of a member's flags
_UNIX = 3

_METHODS: dict[int, Callable[[], Decoder]] = {8: lambda: Inflater(-15), 12: bz2.BZ2Decompressor}


class _End(NamedTuple):
    entries: int
    start: int
    length: int
    behind: int


class _Entry(NamedTuple):
    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    unpacked: int
    mode: int
    offset: int


def members_of_zip(file: IO[bytes], name: str, limits: Limits, unwanted: Unwanted) -> Iterator[Member]:
    """Yield the members of a zip file, in the order of its directory.

    Raises:
        DamagedContainer: Its directory is wrong, or something stands behind its end.
        CompressionBomb: It has too many members, or all of them together too many bytes.
    """
    size = file.seek(0, os.SEEK_END)
    end = _end(file, size, name)
    total, of_member = Meter(name, limits, packed=size), replace(limits, unpacked=limits.member)
    number = taken = 0
    for number, entry in enumerate(_entries(Stream(_span(file, end.start, end.length, name), name)), 1):
        check_number(number, name, limits)
        label = f"{name}!{entry.name}"
        if not entry.unpacked and (entry.name.endswith("/") or stat.S_ISDIR(entry.mode)):
            continue
        if reason := _odd(entry.mode) or unwanted(entry.name):
            yield Member(label, skipped=reason)
            continue
        meter = Meter(label, of_member)
        try:
            member = Member(label, _data(file, entry, meter))
        except SourceError as error:
            member = Member(label, _as_it_lies(file, entry, limits), error)
        yield member
        total.add(meter.unpacked)
        taken += max(meter.packed, len(member.data) if member.fault else 0)
        if taken > size:
            raise CompressionBomb(name, "its members lie on one another")
    if (number - end.entries) % _MOST_ENTRIES:
        raise DamagedContainer(name, f"its directory ends after {number:,} members, it should have {end.entries:,}")
    if end.behind:
        raise DamagedContainer(name, f"{end.behind:,} bytes stand behind its end")


def _end(file: IO[bytes], size: int, name: str) -> _End:
    """Read what the end of the file says of its directory."""
    begin = max(0, size - _END.size - _MOST_COMMENT - _WIDE_LOCATOR.size)
    tail = _part(file, begin, size - begin, name)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise DamagedContainer(name, "it has no directory: it is cut, or something stands behind its end")
    _, here, entries, length, start, comment = _END.unpack_from(tail, at)
    if here != entries:
        raise DamagedContainer(name, "it is one of several volumes")
    behind = len(tail[at + _END.size + comment :].strip(b"\0"))
    end = begin + at
    if at >= _WIDE_LOCATOR.size:
        mark, wide = _WIDE_LOCATOR.unpack_from(tail, at - _WIDE_LOCATOR.size)
        if mark == b"PK\6\7":
            _, entries, length, start = _WIDE_END.unpack(_part(file, wide, _WIDE_END.size, name))
            end = wide
    if start + length != end:
        raise DamagedContainer(
            name, "its directory is not where it should be: something stands before it, or is missing"
        )
    return _End(entries, start, length, behind)


def _entries(directory: Stream) -> Iterator[_Entry]:
    """Yield what the directory says of each member."""
    while fixed := directory.read(_ENTRY.size):
        if len(fixed) < _ENTRY.size or not fixed.startswith(b"PK\1\2"):
            raise DamagedContainer(directory.name, "its directory is wrong")
        _, system, flags, method, checksum, *sizes, named, more, comment, attributes, offset = _ENTRY.unpack(fixed)
        raw = directory.take(named)
        unpacked, packed, offset = _widened([*sizes[::-1], offset], directory.take(more))
        directory.skip(comment)
        mode = attributes >> 16 if system == _UNIX else 0
        yield _Entry(text_of(raw, "cp437"), flags, method, checksum, packed, unpacked, mode, offset)


def _widened(numbers: list[int], extra: bytes) -> list[int]:
    """Replace numbers of a member that need more than 32 bits by those of its zip64 record."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        record, at = extra[at + 4 : at + 4 + length], at + 4 + length
        if tag == 1:
            wide = iter([int.from_bytes(record[one : one + 8], "little") for one in range(0, len(record) - 7, 8)])
            numbers = [next(wide, one) if one == _WIDE else one for one in numbers]
    return numbers


def _data(file: IO[bytes], entry: _Entry, meter: Meter) -> bytes:
    """Unpack a member and hold it to what the directory says of it."""
    if entry.flags & _IS_ENCRYPTED:
        raise EncryptedMember(meter.name, "it needs a password")
    if entry.method and entry.method not in _METHODS:
        raise UnsupportedMember(meter.name, f"method {entry.method} of zip")
    packed = _span(file, _data_at(file, entry, meter.name), entry.packed, meter.name)
    data = b"".join(unpack(packed, _METHODS[entry.method], meter) if entry.method else metered(packed, meter))
    if len(data) != entry.unpacked:
        raise DamagedCompression(meter.name, f"{len(data):,} bytes, its directory says {entry.unpacked:,}")
    if zlib.crc32(data) != entry.checksum:
        raise DamagedCompression(meter.name, "its checksum is wrong")
    return data


def _data_at(file: IO[bytes], entry: _Entry, name: str) -> int:
    """Return where the bytes of a member begin, behind its own header."""
    mark, named, more = _LOCAL.unpack(_part(file, entry.offset, _LOCAL.size, name))
    if mark != b"PK\3\4":
        raise DamagedContainer(name, "its directory points at something else")
    begins: int = entry.offset + _LOCAL.size + named + more
    return begins


def _as_it_lies(file: IO[bytes], entry: _Entry, limits: Limits) -> bytes:
    """Return the bytes of a member that cannot be read, with its header before them; none if they cannot be had."""
    with suppress(SourceError):
        length = _data_at(file, entry, entry.name) - entry.offset + entry.packed
        if length <= limits.member:
            return _part(file, entry.offset, length, entry.name)
    return b""


def _span(file: IO[bytes], at: int, length: int, name: str) -> Iterator[bytes]:
    """Yield a part of a file in pieces; others may read in it meanwhile."""
    if at + length > file.seek(0, os.SEEK_END):
        raise DamagedContainer(name, "it is cut: what its directory names lies beyond its end")
    while length:
        file.seek(at)
        piece = file.read(min(CHUNK, length))
        if not piece:
            raise DamagedContainer(name, "it became shorter while it was read")
        yield piece
        at, length = at + len(piece), length - len(piece)


def _part(file: IO[bytes], at: int, length: int, name: str) -> bytes:
    return b"".join(_span(file, at, length, name))


def _odd(mode: int) -> str:
    """Say what kind of thing a Unix mode is that is no file."""
    if stat.S_ISLNK(mode):
        return "symlink"
    return "" if stat.S_IFMT(mode) in (0, stat.S_IFREG) else "not a file"
