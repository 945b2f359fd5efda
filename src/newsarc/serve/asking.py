"""What a page is asked for: the words in its address, the question they make, and the address of a question."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from newsarc.errors import QueryError
from newsarc.query import Query

MOST_ON_A_PAGE = 20
_LONGEST = 1_000  # characters of one word of an address
_MOST_VALUES = 50
_PLACE = re.compile("(-|-?[0-9]{1,13}),([0-9]{1,15})")
_NUMBER = re.compile("[0-9]{1,15}")


class Meanings(NamedTuple):
    """What words mean that a person says; handed in from above, as the reading room knows neither labels nor dates."""

    labels: Sequence[str]
    label_of: Callable[[str], str]
    """Raises `UnknownWord`."""
    span_of: Callable[[str], tuple[datetime, datetime]]
    """Raises `UnreadableDate`."""


class Asked(NamedTuple):
    """The words of an address, and the question they make."""

    said: dict[str, list[str]]
    query: Query

    def first(self, name: str) -> str:
        """Return a word that was said; empty where there is none."""
        return next(iter(self.said.get(name, ())), "")


def asked(pairs: Iterable[tuple[str, str]], meanings: Meanings, now: datetime) -> Asked:
    """Read the words of an address; blank ones, and names that mean nothing here, are passed over.

    Raises:
        QueryError: A word means nothing, is too long, or there are too many.
    """
    said: dict[str, list[str]] = {}
    for name, word in pairs:
        if word.strip() and name in _READERS:
            said.setdefault(name, []).append(word.strip())
    for name, words in said.items():
        if len(words) > _MOST_VALUES or any(len(word) > _LONGEST for word in words):
            raise QueryError(name, "it is too long")
    filters: dict[str, Any] = {"now": now}
    for name, read in _READERS.items():
        if name in said:
            field, value = read(said[name], meanings)
            filters[field] = value
    return Asked(said, Query(**filters))


def address(path: str, said: dict[str, list[str]], **other: str) -> str:
    """Write the address of a question; `other` takes the place of what was said."""
    words = {**said, **{name: [word] for name, word in other.items()}}
    pairs = [(name, word) for name, several in words.items() for word in several if word]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def segment(text: str) -> str:
    """Write a text as one part of a path."""
    return quote(text.encode("utf-8", "replace"), safe=":")


def behind(published: float, seq: int) -> str:
    """Write a place in an answer."""
    return f"{'-' if published == float('-inf') else int(published)},{seq}"


# How the words of each name are read: into which field of the question, and what they mean.


def _words(said: list[str], _meanings: Meanings) -> tuple[str, Any]:
    from newsarc.terms import read_words

    return "words", read_words(" ".join(said))


def _labels(said: list[str], meanings: Meanings) -> tuple[str, Any]:
    return "categories", tuple(map(meanings.label_of, said))


def _keywords(said: list[str], _meanings: Meanings) -> tuple[str, Any]:
    return "keywords", tuple(said)


def _moment(field: str, end: int) -> Callable[[list[str], Meanings], tuple[str, Any]]:
    return lambda said, meanings: (field, meanings.span_of(said[0])[end])


def _place(said: list[str], _meanings: Meanings) -> tuple[str, Any]:
    found = _PLACE.fullmatch(said[0])
    if not found:
        raise QueryError("behind", "it is no place in an answer; begin at its first page")
    time, seq = found.groups()
    return "behind", (float("-inf") if time == "-" else float(time), int(seq))


def _limit(said: list[str], _meanings: Meanings) -> tuple[str, Any]:
    return "limit", number_of("limit", said[0])


def number_of(name: str, word: str) -> int:
    """Read a number.

    Raises:
        QueryError: It is none, or a huge one.
    """
    if not _NUMBER.fullmatch(word):
        raise QueryError(name, "it is no number of at most 15 digits")
    return int(word)


_READERS: dict[str, Callable[[list[str], Meanings], tuple[str, Any]]] = {
    "q": _words,
    "category": _labels,
    "keyword": _keywords,
    "since": _moment("since", 0),
    "until": _moment("until", 1),
    "behind": _place,
    "limit": _limit,
}
