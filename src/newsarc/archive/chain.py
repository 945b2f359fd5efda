"""How a line is numbered and chained, and what HEAD and the other small files look like.

`chain` of a line is SHA-256 over the chain of the line before it and this line's bytes up to `,"chain":`. It is over
bytes as written, so no canonical JSON is needed, and anybody can check it with ordinary tools.
Small files are one line of
JSON that ends with the checksum of what stands before it.
"""

import json
import os
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple

FORMAT_NUMBER = 1
"""Of the archives this newsarc makes and reads."""
GENESIS = "0" * 64
_CHAIN = b',"chain":"'
_SEQ = b',"seq":'
_TAIL = len(_CHAIN) + 64 + len(b'"}\n')
_MOST_DIGITS = 18  # of a number: fits 64 bits
_SUM = ',"sha256":"'


class Head(NamedTuple):
    """The committed end of the archive, past which readers never look, and the first segment of its chain."""

    segment: int
    length: int
    seq: int
    chain: str
    first: int = 1


class Place(NamedTuple):
    """Where a line lies: segment, first byte, length with its line end."""

    segment: int
    offset: int
    length: int

    @property
    def where(self) -> str:
        """Name the place as a message does."""
        return f"{segment_name(self.segment)} bytes {self.offset}-{self.offset + self.length - 1}"


class Stored(NamedTuple):
    """A line of the archive as it lies there, with its place."""

    place: Place
    line: bytes


EMPTY = Head(1, 0, 0, GENESIS)
_HEAD = (int, int, int, str, int)


def segment_name(segment: int) -> str:
    """Name a segment as a message does: its file, seen from the archive."""
    return f"articles/{segment:06}.jsonl"


def segment_path(root: str, segment: int) -> str:
    """Return the file of a segment."""
    return os.path.join(root, "articles", f"{segment:06}.jsonl")


def segment_numbers(names: Iterable[str]) -> list[int]:
    """Return which segments there are, from the names in articles/, in order."""
    return sorted(int(name[:6]) for name in names if re.fullmatch(r"[0-9]{6}\.jsonl", name))


def seal(record: bytes, seq: int, previous: str) -> tuple[bytes, str]:
    """Number and chain a record; returns the line with its line end, and its chain."""
    said = record[:-1] + _SEQ + str(seq).encode()
    chain = chain_of(said, previous)
    return said + _CHAIN + chain.encode() + b'"}\n', chain


def chain_of(said: bytes, previous: str) -> str:
    """Compute the chain of a line from its bytes up to `,"chain":`."""
    return sha256(previous.encode() + said).hexdigest()


def unseal(line: bytes) -> tuple[bytes, int, str] | None:
    """Cut a line into its bytes up to the chain, its number and its chain; None if it is not built like one."""
    said, tail = line[:-_TAIL], line[-_TAIL:]
    if not (tail.startswith(_CHAIN) and tail.endswith(b'"}\n') and said.startswith(b"{")):
        return None
    start = said.rfind(_SEQ)
    number = said[start + len(_SEQ) :]
    if start < 0 or not number.isdigit() or len(number) > _MOST_DIGITS:
        return None
    chain = tail[len(_CHAIN) : len(_CHAIN) + 64].decode("ascii", "replace")
    return said, int(number), chain


def follows(line: bytes, seq: int, previous: str) -> str | None:
    """Return the chain of a complete line that is the next one; None if it is not."""
    parts = unseal(line)
    if parts is None or parts[1] != seq or chain_of(parts[0], previous) != parts[2]:
        return None
    return parts[2]


def without_framing(line: bytes) -> bytes:
    """Return a stored line as a record: without number, chain and line end."""
    return line[: line.rindex(_SEQ)] + b"}"


def small_file(fields: dict[str, Any]) -> bytes:
    """Write fields as one line of JSON with its own checksum at the end."""
    body = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))[:-1]
    return f'{body}{_SUM}{sha256(body.encode()).hexdigest()}"}}\n'.encode()


def read_small_file(data: bytes) -> dict[str, Any] | None:
    """Read such a line back; None if a single byte of it is not as written."""
    try:
        fields = json.loads(data)
        del fields["sha256"]
        return fields if small_file(fields) == data else None
    except (ValueError, KeyError, TypeError):
        return None


def head_line(head: Head) -> bytes:
    """Write HEAD."""
    return small_file(head._asdict())


def read_head(data: bytes) -> Head | None:
    """Read HEAD; None if a single byte of it is not as written."""
    fields = read_small_file(data)
    try:
        found = Head(**fields) if fields else None
    except TypeError:
        return None
    return found if found and all(isinstance(one, kind) for one, kind in zip(found, _HEAD, strict=True)) else None
