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
from collections.abc import Callable, Iterable, Iterator, Sequence
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
_ARCHIVE = frozenset({"FORMAT", "HEAD", "articles"})  # a folder that holds these is an archive of ours
_TEXT_BYTES = bytes(range(32, 256)) + b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e"
_MOST_CONTROLS = 0.05  # share of other bytes a text may hold


@dataclass(frozen=True, slots=True)
class Place:
    """A source that was found, not yet opened; `named` when a person named it, not a walk through a folder."""

    name: str
    path: str
    named: bool
    spool: "_Spool | None" = field(default=None, repr=False)
    """What came in on standard input, which can be read only once."""


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
    names: Iterable[str], *, include: Sequence[str] = (), skip: Callable[[str, str], None] | None = None
) -> Iterator[Place | SourceError]:
    """Yield what the named files and folders hold, folders walked in sorted order, `-` for standard input.

    A file named outright is never skipped. In a folder, links, things that are no files, hidden ones, newsarc archives
    and names that none of `include` (shell patterns) fits are passed over; `skip` is told their path and the reason.
    What cannot be looked at is yielded as the error it is.
    """
    skip = skip or (lambda _path, _reason: None)
    for name in names:
        if name == STDIN:
            if sys.stdin is None:
                yield UnreadableSource("stdin", "it is closed")
            else:
                yield Place("stdin", STDIN, named=True, spool=_Spool(_pieces(sys.stdin.buffer)))
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


def _walk(folder: str, include: Sequence[str], skip: Callable[[str, str], None]) -> Iterator[Place | SourceError]:
    """Walk one folder depth first, sorted, with `lstat`: no link is followed, so there is no loop."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield UnreadableSource(_shown(folder), error.strerror or str(error))
        return
    if {entry.name for entry in found} >= _ARCHIVE:
        skip(_shown(folder), "archive")
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
        elif include and not any(fnmatch(entry.name, pattern) for pattern in include):
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
        with _opened(place) as stream:
            size = os.fstat(stream.fileno()).st_size
            head = stream.read(HEAD) if size > IN_MEMORY else stream.read()
            if head.startswith(b"\x1f\x8b"):
                return _unpacked(place.name, gunzip(chain((head,), _pieces(stream)), place.name))
            if size <= IN_MEMORY:
                return from_bytes(head, place.name)
            digest = hashlib.sha256(head)
            for piece in _pieces(stream):
                digest.update(piece)
            return Source(place.name, size, digest.hexdigest(), head, lambda: _opened(place))
    except (OSError, ValueError) as error:
        raise UnreadableSource(place.name, getattr(error, "strerror", None) or str(error)) from error


def raw_bytes(place: Place) -> bytes:
    """Return the bytes of a place as they came, packed or not, for quarantine.

    Raises:
        UnreadableSource: The system does not hand them over.
    """
    try:
        with _opened(place) as stream:
            return stream.read()
    except OSError as error:
        raise UnreadableSource(place.name, error.strerror or str(error)) from error


def _opened(place: Place) -> IO[bytes]:
    """Open a regular file; a pipe or device neither blocks nor counts as one."""
    if place.spool is not None:
        return place.spool.open()
    descriptor = os.open(place.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return open(descriptor, "rb", buffering=0)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece


def _unpacked(name: str, pieces: Iterator[bytes]) -> Source:
    """Take an unpacked stream: into memory, and beyond 16 MB into a temporary file."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) > IN_MEMORY:
            break
    else:
        return from_bytes(bytes(held), name)
    digest = hashlib.sha256()
    spool = _Spool(_digested(chain((bytes(held),), pieces), digest))
    return Source(name, spool.size, digest.hexdigest(), bytes(held[:HEAD]), spool.open)


def _digested(pieces: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


class _Spool:
    """Bytes kept in a temporary file without a name, which lives as long as this does."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        with tempfile.TemporaryFile() as file:
            for piece in pieces:
                file.write(piece)
            self.size = file.tell()
            file.flush()
            self._descriptor = os.dup(file.fileno())

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)

    def open(self) -> IO[bytes]:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return open(self._descriptor, "rb", buffering=0, closefd=False)


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
