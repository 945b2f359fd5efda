"""What today's reader says of a story, with what was learned since on top, and where it differs from what is kept."""

import json
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from newsarc.archive.filing import CONFLICT
from newsarc.archive.mending.erasing import REDACTED
from newsarc.article import Article, RelatedLink
from newsarc.ingest import READER
from newsarc.normalize.categories import from_link
from newsarc.normalize.meaning import normalize

_SAID_BY_OTHERS = ("user", "linked")  # a category that the story's own source does not give
_CATEGORY = ("category", "category_by", "category_confidence", "category_candidates")
_PROVED = ("title", "title_confidence", "teaser")
_KEPT = ("id", "version", "version_by", "revision", "same_as", "update_of", "archived")
_BEFORE = 20  # characters shown before a passage that differs
_SHOWN = 70
_SAID_BY_ARCHIVE = (CONFLICT, REDACTED)  # warnings
_WHERE = ("name", "pack", "pack_offset", "pack_length")  # of the origin


class Change(NamedTuple):
    """A field that today's reader reads otherwise; both values as JSON holds them."""

    field: str
    old: Any
    new: Any

    def shown(self, *, is_short: bool) -> dict[str, str | None]:
        """Return it as texts, JSON where a value is none; in short only the passage where they part."""
        old, new = _text(self.old), _text(self.new)
        if is_short:
            pairs = zip_longest(old or "", new or "")
            parting = next((place for place, (one, other) in enumerate(pairs) if one != other), 0)
            old, new = _passage(old, parting), _passage(new, parting)
        return {"field": self.field, "old": old, "new": new}


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _passage(text: str | None, place: int) -> str | None:
    if text is None:
        return None
    start = max(0, place - _BEFORE) if len(text) > _SHOWN else 0
    return "…" * bool(start) + text[start : start + _SHOWN] + "…" * (start + _SHOWN < len(text))


def todays(printed: Article, stored: Article, came: datetime | None) -> Article:
    """Give a story as a format yields it its meaning today, and lay on top what was learned of it since.

    `came` is the moment its version came in: a date that was in the future then still is. A category that others said
    goes before the source's own only as far as the rule of precedence says.
    """
    if stored.category_by in _SAID_BY_OTHERS:
        printed = printed.model_copy(update=_fields(stored, _CATEGORY))
    reading = normalize(printed, now=came, reader=READER)
    if label := _contradicted(stored):
        reading = reading.model_copy(update=from_link(reading, label))
    learned = _fields(stored, _KEPT)
    proved = {link.text: link for link in stored.related if link.title_confidence == "exact"}
    if proved:
        learned["related"] = tuple(_with_proof(link, proved.get(link.text)) for link in reading.related)
    learned["alternate_ids"] = (
        stored.alternate_ids
        if _is_tombstone(stored)
        else tuple(dict.fromkeys(name for name in (*stored.alternate_ids, *reading.alternate_ids) if name != stored.id))
    )
    learned["warnings"] = (*reading.warnings, *(word for word in _SAID_BY_ARCHIVE if word in stored.warnings))
    if reading.origin and stored.origin:
        learned["origin"] = reading.origin.model_copy(update=_fields(stored.origin, _WHERE))
    return reading.model_copy(update=learned)


def _contradicted(stored: Article) -> str | None:
    """Return the section that other dumps say, where the text was found to speak for another one."""
    is_inferred = stored.category_by == "inferred" and stored.category_candidates
    return stored.category_candidates[0].category if is_inferred else None


def _is_tombstone(stored: Article) -> bool:
    """Tell whether the archive wrote a cancel for the twin of a story: what it names otherwise is the twin's."""
    return stored.status == "canceled" and stored.same_as is not None and not stored.alternate_ids


def _with_proof(link: RelatedLink, proved: RelatedLink | None) -> RelatedLink:
    return link.model_copy(update=_fields(proved, _PROVED)) if proved else link


def _fields(part: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(part, name) for name in names}


def changes(before: Article, after: Article) -> tuple[Change, ...]:
    """Return the fields that differ; confidences and the reader's own name are none."""
    old, new = _comparable(before), _comparable(after)
    return tuple(Change(name, old[name], new[name]) for name in old if old[name] != new[name])


def _comparable(article: Article) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(article.line())
    del record["category_confidence"]
    record["category_candidates"] = [candidate["category"] for candidate in record["category_candidates"]]
    if record["origin"]:
        del record["origin"]["reader"]
    return record
