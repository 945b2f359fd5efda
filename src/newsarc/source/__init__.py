"""Where bytes come from: a file, a folder, standard input, packed or in a zip or tar file -> Source.

`find` names places (of a folder in two steps: `files`, and what is `lying` in each), `read` turns one place into a
Source. A Source up to 16 MB lies in memory; a larger one is read from disk (or from a spooled copy) as often as it is
needed, so that size costs no memory.
What the bytes say is not known here: see `encoding` and `formats`.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO

from newsarc.errors import EmptySource, UnreadableSource
from newsarc.source.finding import files, find, lying
from newsarc.source.limits import IN_MEMORY, LIMITS, Limits, Meter
from newsarc.source.places import Place, Spool, opened, raw_bytes, raw_chunks, reason_of, shown
from newsarc.source.unpacking import CHUNK, packing, pieces_of, unpack

__all__ = (
    "CHUNK",
    "HEAD",
    "IN_MEMORY",
    "LIMITS",
    "Limits",
    "Place",
    "Source",
    "files",
    "find",
    "from_bytes",
    "lying",
    "raw_bytes",
    "raw_chunks",
    "read",
    "shown",
)

HEAD = 1 << 20  # bytes a format may look at to recognise its source

_TEXT_BYTES = bytes(range(32, 256)) + b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e"
_LEAST_ZEROS = 0.8  # share of one half of the bytes; the rest are quotes, dashes, euro signs
_MOST_CONTROLS = 0.05  # share of other bytes a text may hold


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes we read, with their name: unpacked, complete, readable again from the start."""

    name: str
    size: int
    sha256: str
    head: bytes = field(repr=False)
    open: Callable[[], IO[bytes]] = field(repr=False)
    longest: int = LIMITS.document
    """How long one document in it may be."""

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
            return "it holds NUL bytes"
        return "" if _has_few_controls(sample) else "it is full of control characters"

    def unmarked_sign(self) -> str:
        """Say what shows that this is Western text in UTF-16 without its byte order mark; empty if nothing does."""
        sample = self.head[:8192]
        for zeros, letters, which in ((sample[1::2], sample[::2], "second"), (sample[::2], sample[1::2], "first")):
            if not letters or letters.count(0) or not _has_few_controls(letters):
                continue
            if zeros.count(0) > _LEAST_ZEROS * len(zeros):
                return f"nearly every {which} byte of a pair is NUL"
        return ""


def _has_few_controls(sample: bytes) -> bool:
    return len(sample.translate(None, _TEXT_BYTES)) <= _MOST_CONTROLS * len(sample)


def from_bytes(data: bytes, name: str = "bytes") -> Source:
    """Make a source of bytes at hand.

    Raises:
        EmptySource: There is nothing in it.
    """
    if not data.strip():
        raise EmptySource(name, "nothing but blanks" if data else "0 bytes")
    digest = hashlib.sha256(data).hexdigest()
    return Source(name, len(data), digest, data[:HEAD], lambda: io.BytesIO(data))


def read(place: Place, limits: Limits = LIMITS, tick: Callable[[], None] | None = None) -> Source:
    """Open one place, unpack it if it is packed, and take its digest; `tick` is called with each megabyte.

    Raises:
        UnreadableSource: The system does not hand it over.
        EmptySource: There is nothing in it.
        DamagedCompression, CompressionBomb: What it is packed in is cut, wrong, or unpacks to too much.
        SourceError: It was found with this fault.
    """
    if place.fault:
        raise place.fault
    try:
        with opened(place) as stream:
            pieces = _ticking(pieces_of(stream), tick)
            head = next(pieces, b"")
            whole = chain((head,), pieces)
            if decoder := packing(head):
                return _source(place.name, _ticking(unpack(whole, decoder, Meter(place.name, limits)), tick), None)
            return _source(place.name, whole, lambda: opened(place))
    except (OSError, ValueError) as error:
        raise UnreadableSource(place.name, reason_of(error)) from error


def _source(name: str, pieces: Iterator[bytes], again: Callable[[], IO[bytes]] | None) -> Source:
    """Take a stream: into memory, and beyond 16 MB into a temporary file, unless it can be read `again`."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) > IN_MEMORY:
            break
    else:
        return from_bytes(bytes(held), name)
    head, digest = bytes(held[:HEAD]), hashlib.sha256()
    whole = _digested(chain((bytes(held),), pieces), digest)
    if again is not None:
        return Source(name, sum(map(len, whole)), digest.hexdigest(), head, again)
    spool = Spool(whole)
    return Source(name, spool.size, digest.hexdigest(), head, spool.open)


def _digested(pieces: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _ticking(pieces: Iterator[bytes], tick: Callable[[], None] | None) -> Iterator[bytes]:
    passed = 0
    for piece in pieces:
        passed += len(piece)
        if tick and passed >= CHUNK:
            tick()
            passed -= CHUNK
        yield piece
