"""What packed bytes hold: gzip, bzip2, xz and lzma, unpacked in bounded pieces and within limits."""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from newsarc.errors import CompressionBomb, DamagedCompression
from newsarc.source.limits import Meter

CHUNK = 1 << 20  # bytes read or unpacked at once

_FEED = 16 << 10  # bytes a decoder gets at once: it copies what it leaves, and a file may hold a million streams
_MOST_XZ_MEMORY = 256 << 20  # four times what `xz -9` needs; the stream itself says how much it wants


class Inflater:
    """Unpacks deflate; `wbits` says what is around it, as in zlib."""

    needs_input = True

    def __init__(self, wbits: int) -> None:
        self._stream = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        """Tell whether the stream has ended."""
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        """Return what stood behind the stream."""
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        """Unpack, but no more than so many bytes."""
        out = self._stream.decompress(self._stream.unconsumed_tail + data, max_length)
        self.needs_input = not self.eof and not self._stream.unconsumed_tail and len(out) < max_length
        return out


Decoder = Inflater | bz2.BZ2Decompressor | lzma.LZMADecompressor
"""Unpacks one stream, so much of it at a time."""

_PACKINGS: tuple[tuple[re.Pattern[bytes], Callable[[], Decoder]], ...] = (
    (re.compile(rb"\x1f\x8b"), lambda: Inflater(31)),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), bz2.BZ2Decompressor),
    (re.compile(rb"\xfd7zXZ\0|]\0\0"), lambda: lzma.LZMADecompressor(memlimit=_MOST_XZ_MEMORY)),
)


def packing(head: bytes) -> Callable[[], Decoder] | None:
    """Tell by its first bytes what unpacks a file; None if it is not packed."""
    return next((decoder for magic, decoder in _PACKINGS if magic.match(head)), None)


def pieces_of(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what is left of a stream, a megabyte at a time."""
    while piece := stream.read(CHUNK):
        yield piece


def metered(pieces: Iterator[bytes], meter: Meter) -> Iterator[bytes]:
    """Hand on what is not packed, and count it."""
    for piece in pieces:
        meter.packed += len(piece)
        meter.add(len(piece))
        yield piece


def unpack(pieces: Iterator[bytes], decoder_of: Callable[[], Decoder], meter: Meter) -> Iterator[bytes]:
    """Unpack all streams of a file, one behind the other, at most a megabyte at a time.

    Raises:
        DamagedCompression: A stream ends early, or its checksum or what follows it is wrong.
        CompressionBomb: It unpacks to too much, or needs too much memory for it.
    """
    decoder = decoder_of()
    for piece in pieces:
        meter.packed += len(piece)
        for start in range(0, len(piece), _FEED):
            rest = piece[start : start + _FEED]
            while rest or not decoder.needs_input:
                if decoder.eof:
                    rest = rest.lstrip(b"\0")  # padding between and behind streams
                    if not rest:
                        break
                    decoder = decoder_of()
                if out := _decompressed(decoder, rest, meter):
                    yield out
                rest = decoder.unused_data if decoder.eof else b""
    if not decoder.eof:
        raise DamagedCompression(meter.name, f"the stream ends after {meter.packed:,} bytes, in the middle of a member")


def _decompressed(decoder: Decoder, data: bytes, meter: Meter) -> bytes:
    """Take the next bytes out of a decoder; whatever it raises over hostile ones becomes ours."""
    try:
        out = decoder.decompress(data, CHUNK)
    except MemoryError as error:
        raise CompressionBomb(meter.name, "it needs more memory than there is") from error
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        if "emory" in str(error):
            raise CompressionBomb(meter.name, f"it needs more than {_MOST_XZ_MEMORY:,} bytes of memory") from error
        raise DamagedCompression(meter.name, str(error).removeprefix("Error -3 while decompressing data: ")) from error
    meter.add(len(out))
    return out
