"""Full text: which articles hold the words of a question, which of them say most about it, and where they say it.

`find` decides what is an answer, and hands out the archive's own bytes. What is weighed and what is marked is computed
from those bytes; the index knows nothing of it.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import log
from typing import Any, NamedTuple

from newsarc.archive import Archive
from newsarc.find import find
from newsarc.present import Marked, Marks
from newsarc.query import Query
from newsarc.terms import Span, Word, places, searched, spans, words

RANKED = 1_000
"""So many of the newest matches are weighed."""
_MORE = {"headline": 3, "kicker": 1, "subhead": 1, "lead": 1}  # what a word counts there beyond one in the text
_OFTEN = 1.2  # a word so often counts half of what it can count
_LENGTH = 0.25  # how much of that follows the length of the text
_SNIPPET = 160  # characters
_MOST_READ = 200_000  # characters of a record that are looked through for a snippet
_MOST_TOGETHER = 20  # words that are looked at together
_BLANK = re.compile(r"\s")

Record = dict[str, Any]


class Hit(NamedTuple):
    """A record that fits, as the archive's own bytes, and the words it was found by."""

    record: bytes
    words: tuple[Word, ...]

    def snippet(self) -> Marked:
        """Return the passage that shows best why it fits."""
        return snippet(self.words, json.loads(self.record))


def search(
    archive: Archive, query: Query, *, raw: bool = False, tell: Callable[[str], None] = lambda _sentence: None
) -> Iterator[Hit]:
    """Yield what a question finds; `raw` keeps `seq` and `chain`. Lazy, save by relevance.

    By relevance the newest RANKED matches are weighed, and `tell` is told where there are more. They are held in
    memory.

    Raises:
        ArchiveDamaged: The archive ends before HEAD says; what stands before was yielded.
    """
    if query.order != "relevance":
        yield from (Hit(record, query.words) for record in find(archive, query, raw=raw))
        return
    some = list(find(archive, replace(query, limit=RANKED + 1), raw=raw))
    if len(some) > RANKED:
        tell(f"more than {RANKED:,} match; only the newest {RANKED:,} are ranked")
    ranked = _ranked(some[:RANKED], query.words)
    yield from (Hit(record, query.words) for record in ranked[: query.limit])


def marks(wanted: Sequence[Word]) -> Marks:
    """Tell the writers how to mark what was searched for."""
    return Marks(partial(mark, wanted), partial(snippet, wanted))


# What says most.


def _ranked(records: list[bytes], wanted: Sequence[Word]) -> list[bytes]:
    """Order records, the newest first where they weigh the same.

    As in BM25: a word counts more the rarer it is within these records, less each further time, and a little less in
    a long text. In the headline it counts four times, in the lead and the lines around twice.
    """
    wanted = [word for word in wanted if not word.is_excluded]
    counted = [_counted(json.loads(record), wanted) for record in records]
    every = sum(length for _, length in counted)
    rarity = [log(1 + every / (1 + sum(counts))) for counts in zip(*(counts for counts, _ in counted), strict=True)]

    def weight(number: int) -> float:
        counts, length = counted[number]
        half = _OFTEN * (1 - _LENGTH + _LENGTH * length * len(records) / (every or 1))
        return sum(rare * count / (count + half) for rare, count in zip(rarity, counts, strict=True))

    return [records[number] for number in sorted(range(len(records)), key=weight, reverse=True)]


def _counted(record: Record, wanted: Sequence[Word]) -> tuple[list[int], int]:
    """Count how often each word stands in a record, weighed by where, and how many words the record has."""
    blocks = [(1, words(text)) for text in searched(record)]
    length = sum(len(block) for _, block in blocks)
    blocks += [(more, words(record.get(name) or "")) for name, more in _MORE.items()]
    return [sum(weight for weight, block in blocks for _ in places(word, block)) for word in wanted], length


# Where they say it.


def mark(wanted: Sequence[Word], text: str) -> Marked:
    """Mark the words of a question in a text."""
    return Marked(text, _joined(spans(wanted, text)))


def snippet(wanted: Sequence[Word], record: Record) -> Marked:
    """Cut out the passage where most of the words stand closest, on one line, and mark them.

    The headline is passed over, the keywords are looked at last; where nothing is found, it is the beginning.
    """
    texts = searched({**record, "headline": None, "keywords": None})
    keywords = ", ".join(record.get("keywords") or ())
    found = _best(wanted, texts) or _best(wanted, [keywords]) or ((texts or [keywords])[0], 0, 0)
    return mark(wanted, _passage(*found))


def _best(wanted: Sequence[Word], texts: list[str]) -> tuple[str, int, int] | None:
    """Find the text with the densest place, and that place; None where no word stands in them."""
    best, most, left = None, (0, 0), _MOST_READ
    for text in texts:
        density, start, end = _densest(spans(wanted, text[:left]))
        if density > most:
            best, most = (text, start, end), density
        left -= len(text)
        if left <= 0:
            break
    return best


def _densest(found: list[Span]) -> tuple[tuple[int, int], int, int]:
    """Find the spans within one snippet that are of most different words, then most; how many, and from where to where.

    Nothing found is (0, 0) of both.
    """
    best = (0, 0), 0, 0
    for number, first in enumerate(found):
        last = first.start + _SNIPPET
        near = [first, *(span for span in found[number + 1 : number + _MOST_TOGETHER] if span.end <= last)]
        density = len({span.number for span in near}), len(near)
        if density > best[0]:
            best = density, first.start, min(last, max(span.end for span in near))
    return best


def _passage(text: str, start: int, end: int) -> str:
    """Cut a text around a place that fits into a snippet, between words."""
    begin = max(0, min(start - (_SNIPPET - (end - start)) // 2, len(text) - _SNIPPET))
    piece = _BLANK.sub(" ", text[begin : begin + _SNIPPET])
    start, end = start - begin, end - begin
    first, last = 0, len(piece)
    if begin:
        first = piece.find(" ", 0, start) + 1 or start
    if begin + last < len(text):
        last = max(piece.rfind(" "), end)
    return "…" * (begin + first > 0) + piece[first:last].strip() + "…" * (begin + last < len(text))


def _joined(found: list[Span]) -> tuple[tuple[int, int], ...]:
    """Join spans that overlap."""
    joined: list[tuple[int, int]] = []
    for start, end, _ in found:
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)
