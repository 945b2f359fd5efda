"""How alike two texts are: their sequences of four words, and a sketch of them that an index can hold.

A sketch is the sixteen smallest numbers of a text's sequences. Two texts that share much share some of them, so who
looks for these numbers finds all texts that may be alike; `resemblance` then compares every sequence.

Source: german-text.md, section 9 (thresholds measured on republications and updates of 220 articles)
"""

import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from zlib import crc32

from newsarc.wording import fold_title, without_dateline

SKETCH = 16
"""Numbers of a sketch, at most."""
_SHARED = 2  # of them, from which two texts may be alike
_FEWEST_WORDS = 12  # a shorter text is like none: a flash says too little
_LATER = 1 << 42  # numbers of the sequences that are taken last
_MASK = _LATER - 1
_SHIFT = 20
_ANCHORS = 96  # one word of four, by two bits of its number, begins a sequence that is taken first
_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_AROUND = "\"'«»„“”‚‘’›‹`´.,;:!?()[]…–—-"
_MOST_KNOWN = 100_000  # pieces of text that are remembered with their numbers
_LONGEST_PIECE = 100  # characters
_LONGEST = 200_000  # characters of a text that are compared

COPY_FROM = 0.8
"""Share of all sequences of two texts that both have, from which one is a copy of the other."""
UPDATE_FROM = 0.5
"""Share of the shorter text's sequences that the longer one has, too, from which it may carry the shorter one on."""
UPDATE_LIKE_NAMED_FROM = 0.25
"""The same, where the headlines are alike."""
_NAMED_ALIKE_FROM = 0.6


class Resemblance(NamedTuple):
    """What two texts have in common, as shares of 0 to 1."""

    jaccard: float
    """Sequences both have, of all that one of them has."""
    containment: float
    """Sequences both have, of those the shorter text has."""


class _Numbers(dict[str, int]):
    """The number of each piece of text between blanks, 0 where it is no word; worked out once."""

    def __missing__(self, piece: str) -> int:
        if len(self) > _MOST_KNOWN:
            self.clear()
        word = unicodedata.normalize("NFKC", piece[:_LONGEST_PIECE]).casefold().strip(_AROUND)
        number = self[piece] = crc32(word.encode("utf-8", "replace")) | 1 << 32 if word else 0
        return number


_numbers = _Numbers()


def compared(record: Mapping[str, Any]) -> str:
    """Return the words of a story that are compared: headline, lead and text, without dateline and credit."""
    texts = [record.get("lead"), *(block["text"] for block in record.get("body") or ())]
    first = next(filter(None, texts), "")
    said = [without_dateline(text) if text is first else text for text in texts if text]
    return "\n".join([record.get("headline") or "", *said])[:_LONGEST]


def _sequences(text: str, *, is_sampled: bool = False) -> set[int]:
    """Return the number of each sequence of four words; of a sample, those that are taken first, if they are enough."""
    pieces = text.split()
    if len(pieces) < _FEWEST_WORDS:
        return set()
    words = list(filter(None, itemgetter(*pieces)(_numbers)))
    if len(words) < _FEWEST_WORDS:
        return set()
    runs = zip(words, words[1:], words[2:], words[3:], strict=False)
    if not is_sampled:
        return {_number(*run) for run in runs}
    p, q, r = _FACTORS
    found = {(a + b * p + c * q + d * r >> _SHIFT) & _MASK for a, b, c, d in runs if not a & _ANCHORS}
    return found if len(found) >= SKETCH else _sequences(text)


def _number(a: int, b: int, c: int, d: int) -> int:
    """Return the number of a sequence; those that begin with an anchor come before all others."""
    p, q, r = _FACTORS
    return (a + b * p + c * q + d * r >> _SHIFT) & _MASK | (_LATER if a & _ANCHORS else 0)


@lru_cache(1024)
def sketch(text: str) -> tuple[int, ...]:
    """Return the sketch of a text as `compared` gives it; empty where it is too short to be like another one."""
    return tuple(sorted(_sequences(text, is_sampled=True))[:SKETCH])


def may_be_alike(mine: Sequence[int], shared: int) -> bool:
    """Tell whether a text with so many numbers of a sketch is worth to be compared."""
    return shared >= min(_SHARED, len(mine))


@lru_cache(256)
def _all_sequences(text: str) -> frozenset[int]:
    return frozenset(_sequences(text))


def resemblance(text: str, other: str) -> Resemblance:
    """Compare two texts as `compared` gives them, in every sequence of four words."""
    mine, theirs = _all_sequences(text), _all_sequences(other)
    if not mine or not theirs:
        return Resemblance(0.0, 0.0)
    shared = len(mine & theirs)
    return Resemblance(shared / (len(mine) + len(theirs) - shared), shared / min(len(mine), len(theirs)))


def is_carried_on(found: Resemblance, headline: str | None, other: str | None) -> bool:
    """Tell whether the longer of two texts carries the shorter one on."""
    if found.containment >= UPDATE_FROM:
        return True
    return found.containment >= UPDATE_LIKE_NAMED_FROM and are_named_alike(headline, other)


def are_named_alike(headline: str | None, other: str | None) -> bool:
    """Tell whether two headlines are alike, marks such as (AKTUALISIERT: ...) taken off."""
    if not headline or not other:
        return False
    one, two = (_bare(text)[:500] for text in (headline, other))
    return one == two or SequenceMatcher(None, one, two, autojunk=False).ratio() >= _NAMED_ALIKE_FROM


def _bare(headline: str) -> str:
    """Fold a headline, and take off what a desk put before it."""
    folded = fold_title(headline)
    if folded.startswith("("):
        folded = folded.partition(")")[2].strip() or folded
    for mark in ("aktualisiert:", "aktualisierung:", "update:", "korrektur:", "berichtigung:", "zusammenfassung:"):
        folded = folded.removeprefix(mark).strip()
    return folded
