"""Where bytes come from: a file, a folder, standard input, gzip -> Source.

`find` names places without opening them, `read` turns one place into a Source. A Source up to 16 MB lies in memory;
a larger one is read from disk (or from a spooled copy) as often as it is needed, so that size costs no memory.
What the bytes say is not known here: see `encoding` and `formats`.
"""

import hashlib
import io
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import chain
from typing import IO

from newsarc.errors import CompressionBomb, DamagedCompression, EmptySource, SourceError, UnreadableSource

IN_MEMORY = 16 << 20  # bytes of a source held in memory
HEAD = 1 << 20  # bytes a format may look at to recognise its source
CHUNK = 1 << 20
MOST_UNPACKED = 4 << 30  # bytes one compressed file may unpack to
MOST_RATIO = 200  # unpacked to packed, above 16 MB

STDIN = "-"
_TEXT_BYTES = bytes(range(32, 256)) + b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e"
_MOST_CONTROLS = 0.05  # share of other bytes a text may hold


@dataclass(frozen=True, slots=True)
class Place:
    """A source that was found, not yet opened; `named` when a person named it, not a walk through a folder."""

    name: str
    path: str
    named: bool


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes we read, with their name: unpacked, complete, readable again from the start."""

    name: str
    size: int
    sha256: str
    head: bytes = field(repr=False)
    open: Callable[[], IO[bytes]] = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """Yield all bytes from the start.

        Raises:
            UnreadableSource: The file changed, vanished or failed since it was first read.
        """
        try:
            with self.open() as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise UnreadableSource(self.name, error.strerror or str(error)) from error

    def binary_sign(self) -> str:
        """Say what shows that these are bytes no text has; empty if nothing does."""
        sample = self.head[:8192]
        if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
            return ""
        if b"\0" in sample:
            return "it holds NUL bytes; UTF-16 needs its byte order mark"
        few = _MOST_CONTROLS * len(sample)
        return "it is full of control characters" if len(sample.translate(None, _TEXT_BYTES)) > few else ""


def from_bytes(data: bytes, name: str = "bytes") -> Source:
    """Make a source of bytes at hand.

    Raises:
        EmptySource: There is nothing in it.
    """
    if not data.strip():
        raise EmptySource(name, "nothing but blanks" if data else "0 bytes")
    digest = hashlib.sha256(data).hexdigest()
    return Source(name, len(data), digest, data[:HEAD], lambda: io.BytesIO(data))


def find(
    names: Iterable[str], *, include: str = "*", skip: Callable[[str, str], None] | None = None
) -> Iterator[Place | SourceError]:
    """Yield what the named files and folders hold, folders walked in sorted order, `-` for standard input.

    A file named outright is never skipped. In a folder, links, things that are no files, hidden ones and names that
    `include` (a shell pattern) does not fit are passed over; `skip` is told their path and the reason. What cannot
    be looked at is yielded as the error it is.
    """
    skip = skip or (lambda _path, _reason: None)
    for name in names:
        if name == STDIN:
            yield Place("stdin", STDIN, named=True)
            continue
        try:
            is_folder = stat.S_ISDIR(os.stat(name).st_mode)
        except (OSError, ValueError) as error:
            yield UnreadableSource(_shown(name), getattr(error, "strerror", None) or str(error))
            continue
        if is_folder:
            yield from _walk(name, include, skip)
        else:
            yield Place(_shown(name), name, named=True)


def _walk(folder: str, include: str, skip: Callable[[str, str], None]) -> Iterator[Place | SourceError]:
    """Walk one folder depth first, sorted, with `lstat`: no link is followed, so there is no loop."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield UnreadableSource(_shown(folder), error.strerror or str(error))
        return
    for entry in found:
        if entry.name.startswith("."):
            skip(_shown(entry.path), "hidden")
        elif entry.is_symlink():
            skip(_shown(entry.path), "symlink")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, include, skip)
        elif not entry.is_file(follow_symlinks=False):
            skip(_shown(entry.path), "not a file")
        elif not fnmatch(entry.name, include):
            skip(_shown(entry.path), "not included")
        else:
            yield Place(_shown(entry.path), entry.path, named=False)


def read(place: Place) -> Source:
    """Open one place, unpack it if it is gzip, and take its digest.

    Raises:
        UnreadableSource: The system does not hand it over.
        EmptySource: There is nothing in it.
        DamagedCompression, CompressionBomb: The gzip stream is cut, wrong, or unpacks to too much.
    """
    try:
        if place.path == STDIN:
            return _drained(place.name, _pieces(sys.stdin.buffer))
        descriptor = _open_file(place.path)
        with open(descriptor, "rb", buffering=0) as stream:
            if stream.read(2) == b"\x1f\x8b":
                stream.seek(0)
                return _drained(place.name, gunzip(_pieces(stream), place.name))
            stream.seek(0)
            size = os.fstat(descriptor).st_size
            if size <= IN_MEMORY:
                return from_bytes(stream.readall(), place.name)
            return _from_large_file(place, stream, size)
    except (OSError, ValueError) as error:
        raise UnreadableSource(place.name, getattr(error, "strerror", None) or str(error)) from error


def raw_bytes(place: Place) -> bytes:
    """Return the bytes of a file as they lie on disk, packed or not, for quarantine.

    Raises:
        UnreadableSource: The system does not hand it over.
    """
    try:
        with open(_open_file(place.path), "rb") as stream:
            return stream.read()
    except OSError as error:
        raise UnreadableSource(place.name, error.strerror or str(error)) from error


def _open_file(path: str) -> int:
    """Open a regular file; a pipe or device neither blocks nor counts as one."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return descriptor


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece


def _from_large_file(place: Place, stream: IO[bytes], size: int) -> Source:
    head = stream.read(HEAD)
    digest = hashlib.sha256(head)
    for piece in _pieces(stream):
        digest.update(piece)
    return Source(place.name, size, digest.hexdigest(), head, lambda: open(place.path, "rb"))


def _drained(name: str, pieces: Iterator[bytes]) -> Source:
    """Take a stream that can be read only once: into memory, and beyond 16 MB into a temporary file."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) > IN_MEMORY:
            return _spooled(name, bytes(held), pieces)
    return from_bytes(bytes(held), name)


def _spooled(name: str, first: bytes, rest: Iterator[bytes]) -> Source:
    spool, digest, size = _Spool(), hashlib.sha256(), 0
    for piece in chain((first,), rest):
        digest.update(piece)
        size += len(piece)
        spool.append(piece)
    return Source(name, size, digest.hexdigest(), first[:HEAD], spool.open)


class _Spool:
    """A temporary file without a name that lives as long as its Source."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as file:
            self._descriptor = os.dup(file.fileno())

    def __del__(self) -> None:
        os.close(self._descriptor)

    def append(self, piece: bytes) -> None:
        with open(self._descriptor, "wb", closefd=False, buffering=0) as file:
            rest = memoryview(piece)
            while rest:
                rest = rest[file.write(rest) or 0 :]

    def open(self) -> IO[bytes]:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return open(self._descriptor, "rb", closefd=False)


def gunzip(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Unpack all members of a gzip stream, in bounded pieces.

    Raises:
        DamagedCompression: The stream ends early, or a checksum or what follows a member is wrong.
        CompressionBomb: It unpacks to more than 4 GB, or to more than 200 times its size.
    """
    packed = unpacked = 0
    member = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            packed += len(piece)
            rest = piece
            while rest:
                if member.eof:
                    rest = rest.lstrip(b"\0")  # padding between and after members
                    if not rest:
                        break
                    member = zlib.decompressobj(wbits=31)
                out = member.decompress(rest, CHUNK)
                unpacked += len(out)
                if unpacked > MOST_UNPACKED or (unpacked > IN_MEMORY and unpacked > MOST_RATIO * packed):
                    raise CompressionBomb(name, f"more than {unpacked:,} bytes from {packed:,}")
                yield out
                rest = member.unused_data if member.eof else member.unconsumed_tail
        while not member.eof and (out := member.decompress(b"", CHUNK)):
            yield out
    except zlib.error as error:
        raise DamagedCompression(name, str(error).removeprefix("Error -3 while decompressing data: ")) from error
    if not member.eof:
        raise DamagedCompression(name, f"the stream ends after {packed:,} bytes, in the middle of a member")


def _shown(path: str) -> str:
    """Return a path as text; bytes of a name that are no UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
