"""What a worker and its parent say to each other: one line of JSON, then bytes; neither trusts code of the other.

A task names places; the bytes of those that are no files follow. Results name the records of each place, which follow
with its compressed original in front. A source whose original is too large to be sent has none (`member` is null).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from newsarc import errors
from newsarc.errors import SourceError
from newsarc.ingest.parts import Reading, Shelter
from newsarc.source import Limits, Place

READY = b'["ready"]\n'
ALIVE = b'["alive"]\n'
NO_MEMORY = b'["memory"]\n'

Said = tuple[str, str, str]
"""An error in words: its class, where, why."""


@dataclass(slots=True)
class Piece:
    """Some records of a place; the places follow each other as in the task, each to its last piece."""

    sha256: str | None = None
    """Of the original; said with the first records of a place."""
    member: int | None = None
    """How many bytes the compressed original has."""
    held: int = 0
    """As in `Part`."""
    records: list[int] = field(default_factory=list)
    """How many bytes each has."""
    error: Said | None = None
    is_last: bool = False


def message(header: Any, blobs: Iterable[bytes] = ()) -> bytes:
    """Write a message."""
    return b"".join((json.dumps(header, separators=(",", ":")).encode(), b"\n", *blobs))


def header_of(data: bytes) -> tuple[Any, int]:
    """Return what a message says, and where its bytes begin."""
    end = data.index(b"\n")
    return json.loads(data[:end]), end + 1


def task(places: Iterable[Place]) -> bytes:
    """Write a task: places, and the bytes of those that are no files."""
    named, blobs = [], []
    for place in places:
        path = None if place.path == place.name else place.path
        named.append((place.name, path, place.named, None if place.data is None else len(place.data)))
        blobs.append(place.data or b"")
    return message(named, blobs)


def places_of(data: bytes) -> Iterator[Place]:
    """Read a task."""
    named, start = header_of(data)
    for name, path, is_named, size in named:
        blob = None if size is None else data[start : start + size]
        start += size or 0
        yield Place(name, name if path is None else path, named=is_named, data=blob)


def results(pieces: Iterable[Piece], blobs: Iterable[bytes]) -> bytes:
    """Write results: pieces, and for each its compressed original, if it has one, and its records."""
    return message([[getattr(piece, name) for name in Piece.__slots__] for piece in pieces], blobs)


def pieces_of(data: bytes) -> Iterator[tuple[Piece, bytes | None, list[bytes]]]:
    """Read results: each piece with its compressed original, and its records."""
    pieces, start = header_of(data)
    for piece in (Piece(*values) for values in pieces):
        member = None
        if piece.member is not None:
            member = data[start : start + piece.member]
            start += piece.member
        records = []
        for length in piece.records:
            records.append(data[start : start + length])
            start += length
        yield piece, member, records


def said(error: SourceError | None) -> Said | None:
    """Put an error into words."""
    return (type(error).__name__, error.where, error.why) if error else None


def error_of(words: Sequence[str] | None) -> SourceError | None:
    """Make an error of words again."""
    if not words:
        return None
    name, where, why = words
    kind = getattr(errors, name, None)
    is_one = isinstance(kind, type) and issubclass(kind, SourceError)
    return kind(where, why) if kind and is_one else SourceError(where, why)


def terms(how: Reading, shelter: Shelter, *, packs: bool) -> dict[str, Any]:
    """Say how a worker is to read, as plain values."""
    limits = {name: getattr(how.limits, name) for name in Limits.__slots__}
    return {
        "format": how.format,
        "category": how.category,
        "now": how.now and how.now.isoformat(),
        "limits": limits,
        "timeout": shelter.timeout,
        "memory": shelter.memory,
        "packs": packs,
    }


def reading_of(terms: dict[str, Any]) -> Reading:
    """Read the terms again."""
    now = terms["now"] and datetime.fromisoformat(terms["now"])
    return Reading(terms["format"], terms["category"], now, Limits(**terms["limits"]))
