"""Zip and tar files to test with, whole ones and such as no packer writes, and what becomes of them."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from newsarc.errors import SourceError
from newsarc.source import LIMITS, Limits, Place, find, raw_bytes, read

Pack = Callable[[dict[str, bytes]], bytes]


def tar_of(files: dict[str, bytes], layout: int = tarfile.PAX_FORMAT) -> bytes:
    """Write a tar file."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=layout) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return made.getvalue()


def zip_of(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write a zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


class Looked:
    """What a file yields: texts by member, faults by code, what was skipped."""

    def __init__(self, path: Path, include: tuple[str, ...] = (), limits: Limits = LIMITS) -> None:
        self.texts: dict[str, bytes] = {}
        self.faults: list[tuple[str, str]] = []
        self.why: list[str] = []
        self.raw: list[bytes] = []
        self.skipped: list[str] = []
        for place in find([str(path)], include=include, skip=self._skip, limits=limits):
            assert isinstance(place, Place)
            name = place.name.partition("!")[2]
            try:
                self.texts[name] = b"".join(read(place, limits).chunks())
                assert not place.named
            except SourceError as error:
                self.faults.append((name, error.code))
                self.why.append(str(error))
                self.raw.append(raw_bytes(place))

    def _skip(self, name: str, reason: str) -> None:
        self.skipped.append(f"{name.partition('!')[2]}: {reason}")


def look(
    folder: Path, data: bytes, name: str = "d.zip", *, include: tuple[str, ...] = (), limits: Limits = LIMITS
) -> Looked:
    """Write a file and look into it."""
    (folder / name).write_bytes(data)
    return Looked(folder / name, include, limits)


# By hand.


def raw_name(name: str | bytes) -> bytes:
    """Return a name as bytes."""
    return name if isinstance(name, bytes) else name.encode()


def local(name: str | bytes, method: int, text: bytes) -> bytes:
    """Write the header before a member."""
    fixed = struct.pack(
        "<4s5H3L2H", b"PK\3\4", 20, 0, method, 0, 0, zlib.crc32(text), 0, len(text), len(raw_name(name)), 0
    )
    return fixed + raw_name(name)


def central(
    name: str | bytes,
    method: int,
    text: bytes,
    *,
    flags: int = 0,
    packed: int | None = None,
    size: int | None = None,
    at: int = 0,
    extra: bytes = b"",
) -> bytes:
    """Write an entry of the directory."""
    packed, size = (len(text) if number is None else number for number in (packed, size))
    numbers = (
        20,
        20,
        flags,
        method,
        0,
        0,
        zlib.crc32(text),
        packed,
        size,
        len(raw_name(name)),
        len(extra),
        0,
        0,
        0,
        0,
        at,
    )
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", *numbers) + raw_name(name) + extra


def whole(body: bytes, *entries: bytes) -> bytes:
    """Put a zip file together."""
    size, number = sum(map(len, entries)), len(entries) & 0xFFFF
    return body + b"".join(entries) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, number, number, size, len(body), 0)


def header(kind: bytes, size: int, name: str = "a.txt") -> bytes:
    """Write the header of a member of a tar file."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)
