"""Which fields two records of one id differ in, and whose change it is: the source's, our reading's, or a person's.

What a source said is `wording.SAID_BY_SOURCE`; what we made of it (a time, a category) is the source's change where
what it printed changed with it. Of two readings of the same bytes nothing is the source's.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from newsarc.archive.filing import CONFLICT
from newsarc.present import FIELDS
from newsarc.wording import SAID_BY_SOURCE, SAID_OF_RELATED

Record: TypeAlias = Mapping[str, Any]
Who: TypeAlias = Literal["source", "reading", "user"]
WHO: tuple[Who, ...] = ("source", "reading", "user")
# Where a line is filed and lies, and confidences, whose shift alone is no change.
_FRAME = frozenset((
    "schema", "id", "version", "version_by", "revision", "archived", "origin", "seq", "chain", "category_confidence",
))  # fmt: skip
_PRINTED = {
    "published": ("published_text",), "published_precision": ("published_text",), "updated": ("updated_text",),
    "embargoed": ("embargoed_text",), "category": ("category_text", "subjects"),
    "category_by": ("category_text", "subjects"), "captured_after": ("related",),
}  # fmt: skip
_CATEGORY = ("category", "category_by", "category_candidates")
_OF_COPIES = ("services", "alternate_ids")  # said by a source of a copy, not of the story


def changed(old: Record, new: Record) -> dict[str, Who]:
    """Return which fields differ, in the order of the record, and whose change each is."""
    is_reread = _is_reread(old, new)
    return {name: _who(name, old, new, is_reread=is_reread) for name in _names(old, new) if _differs(name, old, new)}


def changed_by_way_of(old: Record, first: Record, new: Record) -> dict[str, Who]:
    """Return what `changed` does, of two versions, where `first` is the first reading of the new one.

    What is as it was in that reading was changed by a later one.
    """
    begun, read_again = changed(old, first), changed(first, new)
    return {
        name: who if who == "user" else begun.get(name) or read_again.get(name, who)
        for name, who in changed(old, new).items()
    }


def _names(old: Record, new: Record) -> Iterator[str]:
    """Yield the fields to compare; one of a newer newsarc comes last."""
    yield from (name for name in dict.fromkeys([*FIELDS, *old, *new]) if name not in _FRAME)


def _differs(name: str, old: Record, new: Record) -> bool:
    if name == "category_candidates":
        return texts(name, old) != texts(name, new)
    return bool(field(old, name) != field(new, name))


def field(record: Record, name: str) -> Any:
    """Return a field; what a line is older than is empty."""
    return record.get(name, FIELDS.get(name))


def _who(name: str, old: Record, new: Record, *, is_reread: bool) -> Who:
    if name in _CATEGORY and "user" in (old.get("category_by"), new.get("category_by")):
        return "user"
    if is_reread:
        return "reading"
    if name == "related":
        return "source" if _said_of_related(old) != _said_of_related(new) else "reading"
    if name in _CATEGORY and "stated" not in (old.get("category_by"), new.get("category_by")):
        return "reading"
    is_said = name in SAID_BY_SOURCE or name in _OF_COPIES
    return "source" if is_said or any(_differs(one, old, new) for one in _PRINTED.get(name, ())) else "reading"


def _said_of_related(record: Record) -> list[list[Any]]:
    return [[link.get(name) for name in SAID_OF_RELATED] for link in record.get("related") or ()]


def _is_reread(old: Record, new: Record) -> bool:
    """Tell whether two lines of one version were read from the same bytes; where these are not known, from its number.

    A source that says something else under one number is a conflict, and was warned of.
    """
    if version_of(old) != version_of(new):
        return False
    one, other = old.get("origin"), new.get("origin")
    if not one or not other:
        return CONFLICT not in (new.get("warnings") or ()) or CONFLICT in (old.get("warnings") or ())
    starts, ends = (one["offset"], other["offset"]), (one["offset"] + one["length"], other["offset"] + other["length"])
    return bool(one["sha256"] == other["sha256"] and max(starts) <= min(ends))


def version_of(record: Record) -> tuple[str, int]:
    """Return who counted a version, and its number."""
    return str(record["version_by"]), int(record["version"])


# As texts.

_BLOCKS = {"body", "related", "media", "unparsed"}
"""Fields that are compared text by text."""
_TEXTS = {"headline", "kicker", "subhead", "lead", "byline", "dateline", "rights"}
"""Fields that are compared word by word; all others are one value."""


def is_of_blocks(name: str) -> bool:
    """Tell whether a field is a list of texts that may be long."""
    return name in _BLOCKS


def is_of_words(name: str) -> bool:
    """Tell whether a field is a text, in which words may differ."""
    return name in _TEXTS


def texts(name: str, record: Record) -> list[str]:
    """Return a list as a person reads what is in it."""
    form = _FORMS.get(name, _plain)
    return [one if isinstance(one, str) else form(one) for one in field(record, name) or ()]


def _block(block: Mapping[str, Any]) -> str:
    kind = block.get("kind", "paragraph")
    return str(block.get("text") or "") if kind == "paragraph" else f"[{kind}] {block.get('text') or ''}"


def _link(link: Mapping[str, Any]) -> str:
    time = link.get("published") or link.get("published_text")
    facts = (link.get("teaser"), time, link.get("category") or link.get("category_text"), link.get("url"))
    return " · ".join(filter(None, (link.get("title") or link.get("text"), *facts)))


def _medium(medium: Mapping[str, Any]) -> str:
    said = " · ".join(filter(None, (medium.get(name) for name in ("caption", "credit", "url"))))
    return f"[{medium.get('kind')}] {said}"


def _candidate(candidate: Mapping[str, Any]) -> str:
    return str(candidate.get("category"))


def _plain(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False)


_FORMS: dict[str, Callable[[Any], str]] = {
    "body": _block,
    "related": _link,
    "media": _medium,
    "category_candidates": _candidate,
}
