"""What makes two texts the same: folded titles, the portal's id, and the digest of what a source said.

Works on words and on stored lines (plain dictionaries), so that reading an archive loads no model.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_QUOTES = dict.fromkeys(map(ord, "\"'«»„“”‚‘’›‹`´"))
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_TITLE = {**_QUOTES, **_DASHES}
_JSON_BLANK = re.compile(r"\\[tnrf]|\\u000b")  # white space as JSON escapes it
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# Not the same as `DATELINE` of the portal's grammar, which parts `dateline` from `lead` in the record: there a bracket
# such as (dpa) stays in the text, a place may have a full stop (`Frankfurt/M.`), and a capital or a quote must follow.
# Ids and records in archives were made with each as it is: one rule for both would give stored stories other ids.
_DATELINE = re.compile(r"[A-ZÄÖÜ][^\s.:!?()/-]*(?:[ /-][A-ZÄÖÜ][^\s.:!?()/-]*){0,3}(?: \([^()]{2,20}\))? [-–] (?=\S)")

# Every field of the record that the source said of its story. The rest is our reading, our counting, where the bytes
# are, or which services and numbers a copy came with: one text given out twice is one text.
SAID_BY_SOURCE = (
    "status", "kind", "headline", "kicker", "subhead", "lead", "byline", "dateline", "body", "keywords",
    "category_text", "subjects", "genre", "signals", "urgency", "language", "credit", "rights", "places",
    "published_text", "updated_text", "embargoed_text", "embargo_open", "media", "unparsed",
)  # fmt: skip
SAID_OF_RELATED = ("text", "category_text", "published_text", "url")


def fold_title(text: str) -> str:
    """Fold a headline or a link's title, so that two printings of one title are equal.

    >>> fold_title("«Große Fahrt» – der Sommer.") == fold_title('"Grosse  Fahrt" - der Sommer')
    True
    """
    folded = unicodedata.normalize("NFC", text).casefold().translate(_TITLE)
    return " ".join(folded.split()).rstrip(". ")


def fold_word(text: str) -> str:
    """Fold a word a person types or a source prints: case, umlauts and ß do not matter.

    >>> fold_word("Muenchen") == fold_word("MÜNCHEN"), fold_word("Straße")
    (True, 'strasse')
    """
    folded = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    return " ".join(folded.split())


def without_dateline(text: str) -> str:
    """Take the place off the start of a lead.

    >>> without_dateline("Windau (dpa) - Der Turm ist neu.")
    'Der Turm ist neu.'
    """
    found = _DATELINE.match(text)
    return text[found.end() :] if found else text


def portal_id(published: datetime | None, published_text: str | None, words: str) -> str:
    """Give a story of a portal its id: digest over the publication minute in UTC and the folded headline (or lead).

    `published_text` stands in for the minute where no date can be read. A related link's title and minute give
    the id of the story it points to.
    """
    if published:
        minute = published.astimezone(UTC).isoformat()[: len("2025-02-15T20:02")] + "Z"
    else:
        minute = " ".join((published_text or "").split())
    digest = hashlib.sha256(f"{minute}\n{fold_title(words)}".encode("utf-8", "replace"))
    return f"portal:{digest.hexdigest()[:16]}"


def source_digest(record: Mapping[str, Any]) -> str:
    """Digest what the source said of a record: equal for the same text, whatever our reading; white space aside."""
    said: list[Any] = [record.get(name) or None for name in SAID_BY_SOURCE]
    said.append([[link.get(name) for name in SAID_OF_RELATED] for link in record.get("related") or ()])
    words = _JSON_BLANK.sub(" ", json.dumps(said, ensure_ascii=False))
    return hashlib.sha256(" ".join(words.split()).encode("utf-8", "replace")).hexdigest()
