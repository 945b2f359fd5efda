"""Stories as one feed in Atom.

A feed holds what a reader of feeds shows: title, texts, sections, names, times, pictures with their words, links.

Source: RFC 4287; Media RSS for pictures; docs/formats/feed.md
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from newsarc.export.elements import DECLARATION, element, html, text, web
from newsarc.export.leaving import About, Record

_ATOM, _MEDIA = "http://www.w3.org/2005/Atom", "http://search.yahoo.com/mrss/"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f-\x9f<>\"{}|\\^`\ud800-\udfff]+")
_KINDS = {"graphic": "image", "embed": "document"}  # where Media RSS has another word
_KEYWORDS = "urn:newsarc:keyword"


def feed(records: Iterable[Record], about: About) -> Iterator[bytes]:
    """Write the feed, entry by entry; it is of the moment it is made."""
    moment = about.now.isoformat(timespec="seconds")
    yield f'{DECLARATION}<feed xmlns="{_ATOM}" xmlns:media="{_MEDIA}">\n'.encode()
    for part in (
        element("id", text(f"urn:uuid:{about.archive}")),
        element("title", "newsarc"),
        element("updated", text(moment)),
        element("author", element("name", "newsarc")),
        element("generator", "newsarc"),
    ):
        yield f"{part}\n".encode()
    for record in records:
        yield f"{_entry(record, moment)}\n".encode("utf-8", "replace")
    yield b"</feed>\n"


def _entry(record: Record, moment: str) -> str:
    """Write an entry. Atom asks for a time of change: without one it is when the archive took the story."""
    name, published, body = record["id"], record["published"], html(record["body"])
    parts = (
        element("id", text(_address(name))),
        element("title", text(record["headline"] or "")),
        element("updated", text(record["updated"] or published or record["archived"] or moment)),
        element("published", text(published)) if published else "",
        element("author", element("name", text(record["byline"]))) if record["byline"] else "",
        element("rights", text(record["rights"])) if record["rights"] else "",
        _source(record),
        element("summary", text(record["lead"])) if record["lead"] else "",
        element("content", text(body), type="html"),
        *_terms(record),
        *_links(record),
        *map(_media, record["media"]),
    )
    language = f' xml:lang="{text(record["language"])}"' if record["language"] else ""
    return f"<entry{language}>{''.join(parts)}</entry>"


def _address(name: str) -> str:
    """Return an id as an address that Atom takes; one that is none is put into one."""
    return name if _IRI.fullmatch(name) else f"urn:newsarc:{quote(name, safe='')}"


def _source(record: Record) -> str:
    """Say who must be named, where a feed says whom an entry was taken from."""
    if not record["credit"]:
        return ""
    name = element("id", text(f"urn:newsarc:credit:{quote(record['credit'], safe='')}"))
    return element("source", name, element("title", text(record["credit"])))


def _terms(record: Record) -> Iterator[str]:
    """Yield the section, the words the source had for it, and the keywords, which are known by their scheme."""
    for word in dict.fromkeys((record["category"], record["category_text"])):
        if word:
            yield element("category", term=word)
    for word in record["keywords"]:
        yield element("category", term=word, scheme=_KEYWORDS)


def _links(record: Record) -> Iterator[str]:
    """Yield the story's own page, if its id is one, and those of other stories; a link without an address is none."""
    if web(record["id"]):
        yield element("link", rel="alternate", type="text/html", href=_address(record["id"]))
    for link in record["related"]:
        if address := web(link["url"]):
            yield element("link", rel="related", href=address, title=link["title"])


def _media(media: dict[str, str | None]) -> str:
    return element(
        "media:content",
        element("media:description", text(media["caption"])) if media["caption"] else "",
        element("media:credit", text(media["credit"])) if media["credit"] else "",
        url=media["url"],
        medium=_KINDS.get(media["kind"] or "", media["kind"]),
    )
