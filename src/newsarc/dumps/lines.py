"""Lines that are not blank, and which of them begin a block.

Held column by column: a story may have half a million lines, and an object for each would cost more than its text.
"""

from collections.abc import Iterator
from itertools import accumulate, compress, pairwise
from operator import not_
from typing import NamedTuple

from newsarc.dumps.grammar import CREDIT, DATE_LINE, is_more, reads_on

_PIECE = 1 << 16  # characters that are split at once
_LOOK = 1 << 10  # characters of a look for the end of a line


class Lines(NamedTuple):
    """What there is to say of each line."""

    texts: list[str]
    """Without blanks at the edges."""
    opens: list[bool]
    """It begins a block."""
    tight: list[bool]
    """It is a block of its own for want of blank lines; a related link may go on in the next."""

    def part(self, first: int, last: int | None = None) -> "Lines":
        """Return some of the lines."""
        return Lines(self.texts[first:last], self.opens[first:last], self.tight[first:last])

    def is_block(self, place: int) -> bool:
        """Tell whether a line is a block alone."""
        return self.opens[place] and (place + 1 == len(self.opens) or self.opens[place + 1])


def lines_of(text: str) -> tuple[Lines, list[int]]:
    """Split a text into its lines, and say at which character each begins.

    A block of several lines that holds a line of the grammar has lost its blank lines: each line is a block.
    """
    texts, opens, starts = list[str](), list[bool](), list[int]()
    is_after_blank, end = True, 0
    for piece in _pieces(text):
        if piece.isspace():
            is_after_blank = True
        else:
            raw = piece.splitlines(keepends=True)
            blank = [is_after_blank, *map(str.isspace, raw)]
            kept = [*map(not_, blank[1:])]
            texts += map(str.strip, compress(raw, kept))
            opens += compress(blank, kept)
            starts += compress(accumulate(map(len, raw), initial=end), kept)
            is_after_blank = blank[-1]
        end += len(piece)
    lines = Lines(texts, opens, [False] * len(texts))
    _loosen(lines)
    return lines, starts


def count_lines(text: str) -> int:
    """Count the lines that are not blank."""
    split = (piece.splitlines(keepends=True) for piece in _pieces(text) if not piece.isspace())
    return sum(len(raw) - sum(map(str.isspace, raw)) for raw in split)


def _pieces(text: str) -> Iterator[str]:
    """Cut a text into pieces of whole lines: held all at once, blank lines would cost more than what they say."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        while end < len(text):
            line, *more = text[end : end + _LOOK].splitlines(keepends=True)
            end += len(line)
            if more:
                break
        yield text[start:end]
        start = end


def _loosen(lines: Lines) -> None:
    """Make each line of a block a block of its own, where a line of the grammar stands among them."""
    begins = [place for place, is_first in enumerate(lines.opens) if is_first]
    for begin, end in pairwise([*begins, len(lines.texts)]):
        if end - begin > 1 and _is_tight(lines.texts[begin:end]):
            lines.opens[begin:end] = lines.tight[begin:end] = [True] * (end - begin)


def _is_tight(block: list[str]) -> bool:
    if block[0].startswith("•"):
        return True
    links = any(map(reads_on, block))
    return any(
        DATE_LINE.fullmatch(text) if text[0].isdigit() else CREDIT.fullmatch(text) or (links and is_more(text))
        for text in block
    )
