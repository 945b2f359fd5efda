"""Where one message ends and the next begins: SOH and EOT, or header lines where the controls were stripped.

Works on bytes: all controls lie below 80 in every charset of the wire. The pieces of a source follow each other
without a gap; only one message is held at a time, so that a source may have any length.

Source: samples/iptc7901/many.txt, samples/iptc7901/controls-stripped.txt, samples/iptc7901/truncated-and-next.txt
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from newsarc.sniffing import beginning, begins_bare_message
from newsarc.source import Source

SOH, STX, ETX, EOT = b"\x01", b"\x02", b"\x03", b"\x04"

_MARK = re.compile(rb"[\x01\x04]")
_LINE_OF_HEADER = re.compile(rb"(?:^[\s\0\x7f]*|(?<=[\r\n\xbf]))(?P<header>\x01?[^\s\d\x00-\x1f]{1,60}\d{3,4} \d )")
_LOOK_AHEAD = 4096  # bytes that tell a bare message's beginning
_LONGEST_GAP = 1 << 20  # bytes between messages that are held
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class Piece(NamedTuple):
    """Some bytes of a source: a message, or what stands between messages."""

    offset: int
    length: int
    data: bytes
    """Of a message that is too long only the beginning."""
    is_message: bool
    codec: str | None = None
    """Of a source in UTF-16, whose pieces come as UTF-8."""


def cut(source: Source) -> Iterator[Piece]:
    """Yield the pieces of a source, in order; a message that is too long says so by its length."""
    codec = _WIDE.get(source.head[:2])
    chunks = source.chunks() if codec is None else _narrow(source.chunks(), codec)
    begun = beginning(source.head)
    is_bare = not begun.startswith(SOH) and (begins_bare_message(begun) or SOH not in source.head)
    offset = 0
    for piece in (_bare if is_bare else _framed)(chunks, source.longest):
        length = piece.length
        if codec:
            length = len(piece.data.decode("utf-8", "replace").encode(codec, "replace"))
        yield piece._replace(offset=offset, length=length, codec=codec)
        if codec and piece.length > source.longest:
            return  # how long it is in UTF-16 was not counted
        offset += length


def _narrow(chunks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """Turn UTF-16 into UTF-8, its mark included."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _framed(chunks: Iterable[bytes], longest: int) -> Iterator[Piece]:
    """Cut at SOH and EOT; a message without EOT ends where the next begins. Offsets are filled in by `cut`."""
    data, gone = b"", 0  # what is held of a piece, and how much of it was let go
    searched, is_open = 0, False
    for chunk in chunks:
        data += chunk
        start = 0
        for mark in _MARK.finditer(data, searched):
            place = mark.start()
            if mark[0] == EOT and is_open:
                yield Piece(0, gone + mark.end() - start, data[start : mark.end()], is_message=True)
                start, is_open, gone = mark.end(), False, 0
            elif mark[0] == SOH:
                if gone or place > start:
                    yield Piece(0, gone + place - start, data[start:place], is_open)
                start, is_open, gone = place, True, 0
        data = data[start:]
        if is_open and len(data) > longest:
            gone, data = gone + len(data) - _LOOK_AHEAD, data[:_LOOK_AHEAD]
        elif not is_open and len(data) > _LONGEST_GAP:
            yield Piece(0, len(data), data, is_message=False)
            data = b""
        searched = len(data)
    if data:
        yield Piece(0, gone + len(data), data, is_open)


def _bare(chunks: Iterable[bytes], longest: int) -> Iterator[Piece]:
    """Cut before each header line that a headline follows. Offsets are filled in by `cut`."""
    data, gone = b"", 0
    searched, is_open = 0, False
    for chunk in chain(filter(None, chunks), (b"",)):
        data += chunk
        until = max(0, len(data) - _LOOK_AHEAD) if chunk else len(data)
        start = 0
        for line in _LINE_OF_HEADER.finditer(data, searched):
            place = line.start("header")
            if place >= until:
                break
            if not begins_bare_message(data, place):
                continue
            if gone or place > start:
                yield Piece(0, gone + place - start, data[start:place], is_open)
            start, is_open, gone = place, True, 0
        data, searched = data[start:], max(until, searched) - start
        if searched > longest:
            gone, data = gone + searched - _LOOK_AHEAD, data[:_LOOK_AHEAD] + data[searched:]
            searched = _LOOK_AHEAD
    if data:
        yield Piece(0, gone + len(data), data, is_open)
