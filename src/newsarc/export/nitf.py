"""A story as NITF, the IPTC's News Industry Text Format.

What a reader sees stands where NITF has it; the order of parts is that of its document type.

Source: NITF 3.6 of the IPTC; docs/formats/nitf.md
"""

from collections.abc import Iterator

from newsarc.export.elements import DECLARATION, blocks, element, lines, text, web
from newsarc.export.leaving import Record

_NAMESPACE = "http://iptc.org/std/NITF/2006-10-18/"
_VERSION = "-//IPTC//DTD NITF 3.6//EN"
_MEDIA = {"graphic": "image", "embed": "other"}  # where NITF has another word
_LINKS = "EXTERNAL-LINKS"


def story(record: Record) -> str:
    """Write a story as a document."""
    parts = _head(record), element("body", _body_head(record), _content(record))
    return DECLARATION + element("nitf", *parts, xmlns=_NAMESPACE, version=_VERSION, baselang=record["language"]) + "\n"


def _head(record: Record) -> str:
    metas = {"category": record["category"] or record["category_text"], "generator": "newsarc"}
    if record["category_text"] and record["category_text"] != metas["category"]:
        metas["section"] = record["category_text"]
    return element(
        "head",
        element("title", text(record["headline"])) if record["headline"] else "",
        *(element("meta", name=name, content=content) for name, content in metas.items() if content),
        _object(record),
        _docdata(record),
        element("revision-history", norm=_basic(record["updated"])) if record["updated"] else "",
    )


def _object(record: Record) -> str:
    genre = element("tobject.property", tobject__property__type=record["genre"]) if record["genre"] else ""
    codes = (code.rpartition(":")[2] for code in record["subjects"])
    subjects = [element("tobject.subject", tobject__subject__refnum=code) for code in codes]
    return element("tobject", genre, *subjects, tobject__type="news") if genre or subjects else ""


def _docdata(record: Record) -> str:
    """Write what a machine files a story by; an embargo that has ended is a release like any other."""
    words = [element("keyword", key=word) for word in record["keywords"]]
    places = [element("evloc", city=place) for place in record["places"]]
    parts = [
        element("doc-id", id_string=record["id"]),
        element("urgency", ed_urg=record["urgency"]) if record["urgency"] else "",
        *(element(f"date.{name}", norm=_basic(record[key])) for name, key in _DATES if record[key]),
        *(element("fixture", fix_id=service) for service in record["services"]),
        *places,
        element("du-key", version=record["version"]) if record["version_by"] == "provider" else "",
        element("key-list", *words) if words else "",
    ]
    return element("docdata", *parts, management_status=record["status"])


_DATES = (("issue", "published"), ("release", "embargoed"))


def _basic(time: str) -> str:
    """Write a time in the form that NITF asks for: `20250215T200204+0100`."""
    return time.replace("-", "", 2).replace(":", "")


def _body_head(record: Record) -> str:
    kicker = element("hl2", lines(record["kicker"]), class_="ShortHeadLine") if record["kicker"] else ""
    subhead = element("hl2", lines(record["subhead"])) if record["subhead"] else ""
    is_titled = record["headline"] or kicker or subhead
    parts = {name: record[key] for name, key in _HEAD if record[key]}
    return element(
        "body.head",
        element("hedline", element("hl1", lines(record["headline"] or "")), kicker, subhead) if is_titled else "",
        *(element(name, text(words)) for name, words in parts.items()),
        element("dateline", element("location", text(record["dateline"]))) if record["dateline"] else "",
    )


_HEAD = (("rights", "rights"), ("byline", "byline"), ("distributor", "credit"))


def _content(record: Record) -> str:
    lead = element("p", lines(record["lead"]), lede="true", class_="lead") if record["lead"] else ""
    body = blocks(record["body"], "hl2", "<bq><block>{}</block></bq>")
    return element("body.content", lead, *body, *map(_media, record["media"]), *_related(record))


def _media(media: dict[str, str | None]) -> str:
    kind = _MEDIA.get(media["kind"] or "", media["kind"])
    return element(
        "media",
        element("media-reference", source=media["url"]),
        element("media-caption", lines(media["caption"])) if media["caption"] else "",
        element("media-producer", text(media["credit"])) if media["credit"] else "",
        media_type=kind,
    )


def _related(record: Record) -> Iterator[str]:
    """Yield the block of links to other stories, with what is said of them."""
    if record["related"]:
        yield element("block", element("ul", *map(_link, record["related"])), style=_LINKS)


def _link(link: dict[str, str | None]) -> str:
    more = (link["teaser"], link["category"] or link["category_text"], link["published"] or link["published_text"])
    address = web(link["url"])
    said = " · ".join(filter(None, (*more, None if address else link["url"])))
    return element("li", element("a", text(link["title"] or link["text"]), href=address), text(said and f" {said}"))
