"""Damaged samples by number: flipped, cut, doubled, spliced, with words of the grammar; each ends in the sentinel.

A mutant is made by its number alone, so that the one that fails can be made again.
"""

import gzip
from collections.abc import Callable
from pathlib import Path
from random import Random

from hostile import SENTINEL
from material import SAMPLES
from newsarc.encoding import detect

_MOST_CHANGES = 6
_LONGEST_RUN = 20_000
_LONGEST = 200_000  # bytes; doubled again and again, a sample would grow without end


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


ORIGINALS = [
    _unpacked(path)
    for path in sorted((SAMPLES / "portal").rglob("*"))
    if path.suffix in (".txt", ".gz") and "broken" not in path.parts
]
TOKENS = [
    b"\n", b"\n\n", b"\r", b"\r\n", b"\f", b" ", b"\t", b".", b"(", b")", b",", b", ", b"- ", b"@ dpa.de", b"@",
    b"\nWeitere Meldungen\n", b"Weitere  Meldungen", b"weiterlesen...", b"(Sport, 07.06.2023 - 09:05) weiterlesen...",
    b"---\n", b"***", b"05.06.2023 - 14:20:11\n", b"\n\n31.12.9999 - 23:59:59\n\n", b"05.06.2023 - 14:20 Uhr",
    b"\n\n05.06.2023 - 14:20:11\n\n", "• - Foto: ".encode(), "\n\n• Turm - Foto: Erna\n\nErna\n\n".encode(),
    "Windau – ".encode(), b"Berlin (dpa) - ", b"1. ", b"e.V.", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\xc3", b"\xe2\x80", b"\xf0\x9f", b"\x85", b"\x9b", b"\x1b[2J", b"\x1a", b"\x7f", b"\xed\xa0\x80", b"\xc0\xaf",
    "Ã¤".encode(), "ÃƒÂ¤".encode(), "\u2028".encode(), "\u0301".encode() * 40, "\u202e".encode(), "\ufeff".encode(),
    "\u200b".encode(), "ﬀ".encode(), "\U000e0041".encode(), "٣".encode(), "가".encode() * 9, b"<p>", b"&amp;", b'{"a":',
]  # fmt: skip

Change = Callable[[Random, bytes], bytes]


def _flip(dice: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 20))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _cut(dice: Random, data: bytes) -> bytes:
    start, end = _piece(dice, data)
    return data[:start] if dice.random() < 0.3 else data[:start] + data[end:]


def _double(dice: Random, data: bytes) -> bytes:
    start, end = _piece(dice, data)
    return data[:end] + data[start:end] * dice.choice((1, 1, 2, 9)) + data[end:]


def _turn(dice: Random, data: bytes) -> bytes:
    start, end = _piece(dice, data)
    lines = data[start:end].split(b"\n")
    dice.shuffle(lines)
    return data[:start] + b"\n".join(lines) + data[end:]


def _splice(dice: Random, data: bytes) -> bytes:
    other = dice.choice(ORIGINALS)
    start, end = _piece(dice, other)
    place = dice.randint(0, len(data))
    return (
        data[:place] + other[start:end] + data[place if dice.random() < 0.5 else min(len(data), place + end - start) :]
    )


def _insert(dice: Random, data: bytes) -> bytes:
    place = dice.randint(0, len(data))
    return data[:place] + dice.choice(TOKENS) + data[place:]


def _strew(dice: Random, data: bytes) -> bytes:
    token = dice.choice(TOKENS)
    for _ in range(dice.choice((2, 5, 30))):
        place = dice.randint(0, len(data))
        data = data[:place] + token + data[place:]
    return data


def _run(dice: Random, data: bytes) -> bytes:
    token, place = dice.choice(TOKENS), dice.randint(0, len(data))
    return data[:place] + token * (dice.randint(1, _LONGEST_RUN) // len(token)) + data[place:]


CHANGES: tuple[Change, ...] = (_flip, _cut, _double, _turn, _splice, _insert, _insert, _strew, _run)


def _piece(dice: Random, data: bytes) -> tuple[int, int]:
    """Choose a piece: between two line ends, or anywhere."""
    places = sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
    if dice.random() < 0.5:
        places = [data.rfind(b"\n", 0, place) + 1 for place in places]
    return places[0], places[1]


def mutant(number: int) -> bytes:
    """Make a mutant; its last word is the sentinel, in the encoding that the rest claims."""
    dice = Random(number)
    data = dice.choice(ORIGINALS)
    for _ in range(dice.randint(1, _MOST_CHANGES)):
        data = dice.choice(CHANGES)(dice, data or b"\n")[:_LONGEST]
    codec = detect([data])
    last = f"\n\n{SENTINEL}\n".encode(codec if codec.startswith("utf-16") else "ascii")
    return data + b"\n" * (codec.startswith("utf-16") and len(data) % 2) + last
