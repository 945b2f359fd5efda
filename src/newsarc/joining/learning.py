"""What a record learns from the stories around it: the fields that differ from what it says now."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from newsarc.kinship.pointing import proof_of
from newsarc.kinship.resolving import Resolver

if TYPE_CHECKING:
    from newsarc.article import Article

Record: TypeAlias = Mapping[str, Any]
OWN = ("user", "stated")
"""Who says a section before any link does."""
_LINKED: dict[str, Any] = {
    "category": None,
    "category_by": "linked",
    "category_confidence": None,
    "category_candidates": [],
}


def learned(record: Record, resolver: Resolver[Any], *, is_stored: bool = False) -> dict[str, Any]:
    """Return the fields of a record that change by what is around it; none of a withdrawn story.

    In a stored one confidences alone are no change.
    """
    if record.get("status") == "canceled":
        return {}
    return _kin(record, resolver) | _section(record, resolver) | _titles(record, resolver, is_stored=is_stored)


def _kin(record: Record, resolver: Resolver[Any]) -> dict[str, Any]:
    """Say what it is a copy of or carries on; that it is a twin, by its own numbers, stays."""
    if record.get("same_as") and record["same_as"] in (record.get("alternate_ids") or ()):
        return {}
    found = resolver.kin(record)
    said = {"same_as": found.same_as, "update_of": found.update_of}
    return {name: value for name, value in said.items() if record.get(name) != value}


def _section(record: Record, resolver: Resolver[Any]) -> dict[str, Any]:
    """Say which section other dumps say it belongs to, where neither a person nor its source does."""
    if record["category_by"] in OWN:
        return {}
    label = resolver.section(str(record["id"]))
    fields = _fields(record, label)
    return fields if fields and _said(fields) != _said(record) else {}


def _fields(record: Record, label: str | None) -> dict[str, Any]:
    """Weigh a section that links say against the text, where the text says another one; none where nothing changes."""
    said, by = record["category"], record["category_by"]
    if label is None and by != "linked" and not (said and record["category_candidates"]):
        return {}
    if label is not None and (by, said) == ("linked", label):
        return {}
    if label is not None and said in (None, label):
        return _LINKED | {"category": label}
    from newsarc.normalize.categories import from_link, from_text

    fields = from_text(_article(record)) if label is None else from_link(_article(record), label)
    fields["category_candidates"] = [one.model_dump() for one in fields.get("category_candidates", ())]
    return fields


def _article(record: Record) -> "Article":
    """Return a record as an article that nobody but its source and its text has spoken of."""
    from newsarc.article import Article

    own = {name: value for name, value in record.items() if name not in ("seq", "chain")}
    return Article.model_validate(own | {"category_by": None})


def _said(fields: Record) -> tuple[Any, ...]:
    """Return what of a section counts, confidences aside."""
    candidates = [one["category"] for one in fields["category_candidates"]]
    return fields["category"], fields["category_by"], candidates


def _titles(record: Record, resolver: Resolver[Any], *, is_stored: bool) -> dict[str, Any]:
    """Part the titles of its links from their teasers by the stories they mean."""
    links = list(record.get("related") or ())
    proved = [_proved(link, resolver) for link in links]
    is_other = any(
        new["title"] != old["title"] or new["teaser"] != old["teaser"] for new, old in zip(proved, links, strict=True)
    )
    return {"related": proved} if is_other or (proved != links and not is_stored) else {}


def _proved(link: Record, resolver: Resolver[Any]) -> Record:
    """Return a link as the story that it means proves it."""
    meant = resolver.meant(link)
    proof = proof_of(link, meant.line) if meant.line else None
    return {**link, **proof._asdict(), "title_confidence": "exact"} if proof else link


def proved_by(link: Record, record: Record) -> bool:
    """Tell whether a story shows that a link's title or teaser is another one than it says now."""
    proof = proof_of(link, record)
    return proof is not None and (proof.title, proof.teaser) != (link["title"], link["teaser"])
