"""What the file of a story is called: its month's folder, its day, the words of its headline, and of its id enough.

Names hold lower-case letters, digits and hyphens alone, begin with the day and end with the id: so no headline and no
id leads to another folder, names a device of Windows, or is too long.
"""

import re
import unicodedata
from hashlib import sha256

from newsarc.export.leaving import Record

_DAY = re.compile(r"(?P<month>(?P<year>\d{4})-(?P<number>\d\d))-\d\d", re.ASCII)
_OTHER = re.compile(r"[^a-z0-9]+")
_OWN_DIGEST = re.compile(r"portal:([0-9a-f]{16})")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})
_LONGEST = 60  # characters of a headline in a name
_SHORT = 8  # digits of an id in a name

UNDATED = "undated"


def month_of(published: str | None) -> tuple[str, str] | None:
    """Return year and month of a time, in German time as the record has it; None without one."""
    found = _DAY.match(published or "")
    return (found["year"], found["number"]) if found else None


def folder_of(record: Record) -> str:
    """Return the folder of a story: `2025/02`, or `undated`."""
    return "/".join(month_of(record["published"]) or (UNDATED,))


def names_of(record: Record) -> tuple[str, str]:
    """Return the name of a story's file, and a longer one no other story has, for where that name is taken.

    >>> names_of({"id": "portal:3a64b5c2d1e0f987", "headline": "../«Größe»", "published": "2025-02-15T20:02"})[0]
    '2025-02-15-groesse-3a64b5c2'
    """
    found = _DAY.match(record["published"] or "")
    whole = sha256(record["id"].encode("utf-8", "replace")).hexdigest()
    own = _OWN_DIGEST.fullmatch(record["id"])
    parts = [found[0] if found else UNDATED, slug(record["headline"] or record["lead"] or "")]
    named = "-".join(filter(None, parts))
    return f"{named}-{(own[1] if own else whole)[:_SHORT]}", f"{named}-{whole}"


def slug(text: str) -> str:
    """Return words of a text, as far as they fit.

    >>> slug("Über «Größe»: COM1 & Łódź"), slug("日本語")
    ('ueber-groesse-com1-lodz', '')
    """
    folded = unicodedata.normalize("NFKD", text[: 4 * _LONGEST].casefold().translate(_LETTERS))
    words = _OTHER.sub("-", "".join(char for char in folded if not unicodedata.combining(char))).strip("-")
    return words if len(words) <= _LONGEST else words[: _LONGEST + 1].rpartition("-")[0] or words[:_LONGEST]
