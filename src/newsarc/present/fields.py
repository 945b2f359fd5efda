"""What of a record can be shown: its keys, what else may be asked for, and a value as a table shows it."""

import json
from contextlib import suppress
from datetime import datetime, tzinfo
from typing import Any

from newsarc.errors import ArchiveDamaged, UnknownWord
from newsarc.present.safety import Record, Screen

# Every key of a record and what it is where a line is older than the key; compared with the model by a test.
FIELDS: dict[str, Any] = {
    "schema": None, "id": None, "version": None, "version_by": None, "revision": None, "status": None, "kind": None,
    "headline": None, "kicker": None, "subhead": None, "lead": None, "byline": None, "dateline": None, "body": [],
    "keywords": [], "category": None, "category_by": None, "category_text": None, "category_confidence": None,
    "category_candidates": [], "subjects": [], "genre": None, "signals": [], "urgency": None, "language": None,
    "credit": None, "rights": None, "services": [], "places": [], "published": None, "published_text": None,
    "published_precision": None, "updated": None, "updated_text": None, "embargoed": None, "embargoed_text": None,
    "embargo_open": None, "related": [], "same_as": None, "update_of": None, "alternate_ids": [], "media": [],
    "captured_after": None, "unparsed": [], "warnings": [], "origin": None, "archived": None,
}  # fmt: skip
_FRAMING = ("seq", "chain")


def fields_named(words: str | None, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Read a list of keys, separated by commas; empty for None. `more` may be asked for beside those of a record.

    Raises:
        UnknownWord: A key is not of the record; names the nearest. Or there is none.
    """
    names = tuple(word.strip() for word in (words or "").split(",") if word.strip())
    if words is not None and not names:
        raise UnknownWord(words, "it names no field")
    known = (*FIELDS, *_FRAMING, "text", *more)
    for name in names:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, 1)
            why = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise UnknownWord(name, f"no such field; {why}")
    return names


def record_of(line: bytes) -> Record:
    """Read a record.

    Raises:
        ArchiveDamaged: It is none any more.
    """
    try:
        found: Record = json.loads(line)
    except ValueError as error:
        raise ArchiveDamaged(line[:80].decode("utf-8", "replace"), "it is no record") from error
    return found


def text_of(record: Record) -> str:
    """Return headline, lead and body as one string, blocks separated by a blank line."""
    blocks = [record.get("headline"), record.get("lead"), *(block["text"] for block in record.get("body") or [])]
    return "\n\n".join(block for block in blocks if block)


def value(record: Record, name: str, screen: Screen) -> Any:
    """Return what a record has for a key, or what is made of it."""
    if name == "text":
        return text_of(record)
    if name == "snippet" and screen.marks:
        return screen.marks.snippet(record).text
    return record.get(name, FIELDS.get(name))


def short(name: str, value: Any, zone: tzinfo | None = None) -> str:
    """Return a value as a table shows it: a time to the minute, in a zone if one is named; a list joined."""
    if name in ("published", "updated", "archived", "embargoed", "captured_after") and value:
        time = str(value)
        if zone:
            with suppress(ValueError, OverflowError):  # the first and the last day of the calendar
                time = datetime.fromisoformat(time).astimezone(zone).isoformat()
        return time[:16].replace("T", " ")
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def one_line(text: str) -> str:
    """Put a text of several lines on one."""
    return " ".join(text.split()) if "\n" in text or "\t" in text or "\r" in text else text
