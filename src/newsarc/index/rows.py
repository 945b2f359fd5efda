"""What of an archived line the index holds: the columns filters ask for, and the words of its text.

A row is computed from the line alone, so the index can always be made again.
"""

import json
from datetime import datetime
from typing import Any, NamedTuple

from newsarc.archive.chain import Stored
from newsarc.index.tables import BEYOND
from newsarc.kinship import marks_of
from newsarc.query import HIDDEN_KINDS, HIDDEN_STATUSES
from newsarc.wording import fold_word

MARK = "\ue000"
"""Begins the words that stand for a section or a month; no word of a text can hold it."""


class Row(NamedTuple):
    """One line: where it lies, what filters ask for, and its words."""

    seq: int
    id: str
    tail: str
    segment: int
    offset: int
    length: int
    published: int | None
    """Seconds since 1970."""
    category: str | None
    kind: str | None
    status: str | None
    format: str | None
    credit: str
    embargoed: int | None
    """Seconds since 1970; without an end, beyond all of them."""
    hidden: int
    """1 where it may have to be kept back."""
    version: int
    """Beyond all numbers for a cancel, which changes the rank of others."""
    keywords: tuple[str, ...]
    alternates: tuple[str, ...]
    marks: tuple[int, ...]
    """By which it is joined to other stories."""
    words: str


def row_of(stored: Stored, *, has_words: bool = True) -> Row:
    """Read a line; without its marks and words, which cost the most, if they are not needed.

    Raises:
        ValueError, KeyError, TypeError: It is no record.
    """
    record = json.loads(stored.line if has_words else _without_related(stored.line))
    published = record["published"]
    return Row(
        record["seq"],
        record["id"],
        record["id"].rpartition(":")[2],
        *stored.place,
        int(datetime.fromisoformat(published).timestamp()) if published else None,
        record["category"],
        record["kind"],
        record["status"],
        (record["origin"] or {}).get("format"),
        fold_word(record["credit"] or ""),
        embargoed := _embargo(record),
        int(embargoed is not None or record["status"] in HIDDEN_STATUSES or record["kind"] in HIDDEN_KINDS),
        number_of(record),
        tuple({fold_word(word) for word in record["keywords"]}),
        tuple(set(record.get("alternate_ids") or ())),
        tuple(marks_of(record).all) if has_words else (),
        " ".join(_words(record)) if has_words else "",
    )


def number_of(record: dict[str, Any]) -> int:
    """Return the number of a record's version; of a cancel, which changes the rank of others, one beyond all."""
    return BEYOND if record["status"] == "canceled" else int(record["version"])


def _embargo(record: dict[str, Any]) -> int | None:
    """Return the second an embargo ends."""
    if record["embargo_open"]:
        return BEYOND
    return int(datetime.fromisoformat(record["embargoed"]).timestamp()) if record["embargoed"] else None


def _without_related(line: bytes) -> bytes:
    """Cut the related links out of a line, half of its bytes, where no marks are made of them."""
    start = line.find(b',"related":[')
    end = line.find(b',"same_as":', start)
    return line[:start] + line[end:] if 0 < start < end else line


def _words(record: dict[str, Any]) -> set[str]:
    """Collect the stems of a record's text, and the marks of its section and its German month."""
    from newsarc.terms import terms

    words = terms(record)
    if record["category"]:
        words.add(category_mark(record["category"]))
    if record["published"]:
        words.add(month_mark(record["published"]))
    return words


def category_mark(label: str) -> str:
    """Return the word that stands for a section."""
    return f"{MARK}c{fold_word(label)}"


def month_mark(time: str) -> str:
    """Return the word that stands for the German month of a time of the record."""
    return f"{MARK}m{time[:4]}{time[5:7]}"
