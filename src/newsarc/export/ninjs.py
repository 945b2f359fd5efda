"""A story as ninjs 3, the IPTC's news in JSON.

Source: ninjs 3.1 of the IPTC; docs/formats/ninjs.md
"""

import json
from collections.abc import Iterator
from typing import Any

from newsarc.export.elements import html
from newsarc.export.leaving import Record

_STANDARD = {
    "name": "ninjs", "version": "3.1", "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"
}  # fmt: skip
_MEDIA = {"image": "picture", "embed": "component"}  # where ninjs has another word
_KINDS = {"advisory": "advisory", "media": "picture"}
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def story(record: Record) -> str:
    """Write a story; what it does not say is left out."""
    return json.dumps(_item(record), ensure_ascii=False, indent=2) + "\n"


def _said(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value not in _NOTHING}


def _item(record: Record) -> dict[str, Any]:
    published, updated = record["published"], record["updated"]
    is_changed = bool(published and updated and published != updated)
    item = {
        "uri": record["id"],
        "standard": _STANDARD,
        "type": _KINDS.get(record["kind"], "text"),
        "representationType": "complete",
        "version": str(record["version"]),
        "firstPublished": published if is_changed else None,
        "versionCreated": updated if is_changed else published,
        "embargoedUntil": record["embargoed"],
        "pubStatus": record["status"],
        "urgency": record["urgency"],
        "copyrightNotice": record["rights"],
        "language": record["language"],
        "headlines": _roles(main=record["headline"], subhead=record["subhead"], kicker=record["kicker"]),
        "descriptions": _roles("text/plain", main=record["lead"]),
        "bodies": _roles("text/html", main=html(record["body"])),
        "by": record["byline"],
        "located": record["dateline"],
        "keywords": record["keywords"],
        "subjects": list(_subjects(record)),
        "places": _names(record["places"]),
        "genres": _names([record["genre"]]),
        "services": [{"code": code} for code in record["services"]],
        "infoSources": _names([record["credit"]]),
        "altIds": [{"role": "alternate", "value": other} for other in record["alternate_ids"]],
        "associations": [*_media(record), *_related(record), *_kin(record)],
    }
    return _said(item)


def _roles(kind: str | None = None, **told: str | None) -> list[dict[str, str]]:
    return [_said({"role": role, "contentType": kind, "value": value}) for role, value in told.items() if value]


def _names(words: list[str | None]) -> list[dict[str, str]]:
    return [{"name": word} for word in words if word]


def _subjects(record: Record) -> Iterator[dict[str, str]]:
    """Yield the section, the words the source had for it, and codes."""
    for word in dict.fromkeys((record["category"], record["category_text"])):
        if word:
            yield {"name": word}
    for code in record["subjects"]:
        yield {"uri": code}


def _media(record: Record) -> Iterator[dict[str, Any]]:
    for number, media in enumerate(record["media"], 1):
        yield _said({
            "name": f"media-{number}",
            "uri": media["url"] or f"{record['id']}#media-{number}",
            "type": _MEDIA.get(media["kind"], media["kind"]),
            "descriptions": _roles("text/plain", main=media["caption"]),
            "by": media["credit"],
            "renditions": [{"name": "main", "href": media["url"]}] if media["url"] else None,
        })  # fmt: skip


def _related(record: Record) -> Iterator[dict[str, Any]]:
    for number, link in enumerate(record["related"], 1):
        yield _said({
            "name": f"related-{number}",
            "uri": link["url"] or f"{record['id']}#related-{number}",
            "type": "text",
            "versionCreated": link["published"],
            "headlines": _roles(main=link["title"] or link["text"]),
            "descriptions": _roles("text/plain", main=link["teaser"]),
            "subjects": _names([link["category"] or link["category_text"]]),
        })  # fmt: skip


def _kin(record: Record) -> Iterator[dict[str, Any]]:
    """Yield the earlier stories that this one repeats or carries on, by their ids."""
    for name in ("same_as", "update_of"):
        if record[name]:
            yield {"name": name, "uri": record[name], "type": "text"}
