"""Where the texts of a record stand in its source: looked for word by word, whatever blanks and signs are between.

It is the way for formats whose reading tells nothing of its blocks: true of what it finds, silent on the rule.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from typing import Any

from newsarc.article import Article
from newsarc.encoding import mend
from newsarc.inspecting.slices import Slice
from newsarc.present.private import without_private

_TEXTS = (
    "id", "headline", "kicker", "subhead", "lead", "byline", "dateline", "category_text", "genre", "language",
    "credit", "rights", "published_text", "updated_text", "embargoed_text",
)  # fmt: skip
_LISTS = ("keywords", "subjects", "signals", "services", "places", "unparsed")
_SHORTEST = 3  # characters: a shorter text stands anywhere
_FIRST_WORDS = 6
_TAG = re.compile(r"<[^<>]{0,4000}>")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|.)")
_LEFT_OUT = re.compile(r"\[left out, [\d,]+ characters\]")
_JSON = frozenset(("digitalwires", "ninjs", "newsarc"))

_WORD_FOR_WORD = "found word for word"
_BY_FIRST_WORDS = "its first words were found"
_MADE = "not word for word in the source: the format put it together"
_PRIVATE = "not for publication"


def blocks_of(article: Article, piece: Slice) -> list[dict[str, Any]]:
    """Say of each text of a record where in its source it stands, in the order of the source.

    What was left out because it is private is told by its length alone.
    """
    source = _Folded(mend(piece.text)[0].splitlines(), article.origin.format if article.origin else "")
    found = [_block(field, text, source, piece.line) for field, text in _texts(article)]
    found.sort(key=lambda block: block["lines"] or [1 << 60])
    return [*found, *_private(article, piece)]


def _block(field: str, text: str, source: "_Folded", line: int) -> dict[str, Any]:
    lines, rule = source.find(text), _WORD_FOR_WORD
    if lines is None:
        words = " ".join(text.split(maxsplit=_FIRST_WORDS)[:_FIRST_WORDS])
        lines, rule = (source.find(words), _BY_FIRST_WORDS) if words != text else (None, _MADE)
    span = [lines[0] + line, lines[1] + line] if lines else None
    return {"lines": span, "source": text, "text": text, "field": field, "rule": rule if span else _MADE}


def _texts(article: Article) -> Iterator[tuple[str, str]]:
    """Yield the texts of a record, with their keys."""
    for name in _TEXTS:
        if text := getattr(article, name):
            yield name, text
    for name in _LISTS:
        for number, text in enumerate(getattr(article, name)):
            yield f"{name}[{number}]", text
    for number, block in enumerate(article.body):
        yield f"body[{number}]", block.text
    for number, link in enumerate(article.related):
        yield f"related[{number}]", link.text or link.title or link.url or ""
    for number, medium in enumerate(article.media):
        yield f"media[{number}]", medium.caption or medium.url or medium.credit or ""


def _private(article: Article, piece: Slice) -> Iterator[dict[str, Any]]:
    if not article.origin or "private-notes-omitted" not in article.warnings:
        return
    for said in _LEFT_OUT.findall(without_private(piece.text, article.origin.format)):
        yield {"lines": None, "source": said, "text": said, "field": None, "rule": _PRIVATE}


class _Folded:
    """Lines of a source, run together with one blank between two words, with escapes taken away."""

    def __init__(self, lines: list[str], form: str) -> None:
        lines = [*map(_unescaped if form in _JSON else unescape, lines)]
        ways = [lines] if form in _JSON else [lines, [_TAG.sub(" ", line) for line in lines], _bare(lines)]
        self._ways = [_run_together(way) for way in ways]
        self._at = [0] * len(ways)

    def find(self, text: str) -> tuple[int, int] | None:
        """Return the first and the last line of a text, counted from 0; behind what was found last, if it is there."""
        wanted = " ".join(text.split())
        if len(wanted) < _SHORTEST:
            return None
        for number, (whole, starts) in enumerate(self._ways):
            place = whole.find(wanted, self._at[number])
            if place < 0:
                place = whole.find(wanted)
            if place >= 0:
                self._at[number] = place + len(wanted)
                return bisect_right(starts, place) - 1, bisect_right(starts, place + len(wanted) - 1) - 1
        return None


def _bare(lines: list[str]) -> list[str]:
    return [_TAG.sub("", line) for line in lines]


def _run_together(lines: list[str]) -> tuple[str, list[int]]:
    folded, starts, at = [" ".join(line.split()) for line in lines], list[int](), 0
    for line in folded:
        starts.append(at)
        at += len(line) + bool(line)
    return " ".join(filter(None, folded)), starts


def _unescaped(line: str) -> str:
    r"""Take the escapes of JSON away, whatever stands around them.

    >>> _unescaped(r'"Sie sagte \"Ja\",\nim T\u00fcrmchen"')
    '"Sie sagte "Ja",\nim Türmchen"'
    """
    return _ESCAPE.sub(_meant, line) if "\\" in line else line


def _meant(found: re.Match[str]) -> str:
    with suppress(ValueError):
        return str(json.loads(f'"{found[0]}"'))
    return found[0]
