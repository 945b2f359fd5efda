"""Feeds: RSS 2.0, RDF (RSS 1.0), Atom and JSON Feed, item by item, each with its place in the bytes.

A broken item is a fault in its place, and the others are read. `items` knows the elements of XML, `objects` the keys
of JSON Feed, `words` how both write text.

Source: samples/feed/, docs/formats.md
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from newsarc.article import Article, Origin
from newsarc.encoding import byte_length, mend_all
from newsarc.errors import ParseError, SourceError, TooLarge
from newsarc.sniffing import json_keys, xml_root
from newsarc.source import Source
from newsarc.splitting import Message, json_members, xml_elements

NAME = "feed"
ABOUT = "Feeds of news sites and agencies: RSS 2.0, RSS 1.0 (RDF), Atom, JSON Feed, and exports of WordPress."
SIGN = "The first element is rss, RDF, or feed in Atom's namespace; or a JSON object whose version is JSON Feed's."
FIELDS: tuple[str, ...] = (
    "id", "status", "kind", "headline", "lead", "byline", "body", "keywords", "category_text", "language", "credit",
    "rights", "published", "updated", "related", "alternate_ids", "media",
)  # fmt: skip

_ATOM = "http://www.w3.org/2005/Atom"
_JSON_FEED = re.compile(r"https?://(?:www\.)?jsonfeed\.org/")
_ITEMS = frozenset((b"item", b"entry"))


class Channel(NamedTuple):
    """What a feed says of all its items."""

    title: str | None = None
    language: str | None = None
    rights: str | None = None


def sniff(head: bytes) -> bool:
    """Tell whether a source begins like a feed."""
    if root := xml_root(head):
        return root.name in ("rss", "RDF") or (root.name == "feed" and root.namespace == _ATOM)
    return bool(_JSON_FEED.match(json_keys(head).get("version", "")))


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield the items of a feed in their order, and a fault in place of each that cannot be read; lazy.

    Raises:
        ParseError: There is no item in it.
        EntitiesDeclared: It declares entities of its own.
        TooLarge: One item is longer than it may be.
    """
    is_any = False
    for found in _json(source) if json_keys(source.head) else _xml(source):
        is_any = True
        yield found
    if not is_any:
        raise ParseError(source.name, "the feed holds no item")


def _xml(source: Source) -> Iterator[Article | SourceError]:
    from newsarc.formats.feed.items import channel_of, read_item
    from newsarc.markup import charset_of, decoded

    declared = charset_of(source.head)
    codec = "utf-8" if declared == "utf-8-sig" else declared
    around = "utf-8" if codec.startswith("utf-16") else codec
    channel: Channel | None = None
    for message in _elements(source, codec):
        if isinstance(message, SourceError):
            yield message
            continue
        text, used = decoded(message.data, codec)
        before = decoded(message.before, around)[0]
        if channel is None:
            channel = channel_of(decoded(source.head, codec)[0], message.after.decode("ascii", "ignore"))
        where = f"{source.name} at byte {message.offset}"
        try:
            fields = read_item(before, text, message.after.decode("ascii", "ignore"), where, channel)
        except SourceError as fault:
            yield fault
        else:
            if fields is not None:
                yield _article(source, message, fields, declared if used == codec else used)


def _elements(source: Source, codec: str) -> Iterator[Message | SourceError]:
    """Yield the items of XML with their bytes as they are; UTF-16 is cut in memory, because no byte of it is a sign."""
    if not codec.startswith("utf-16"):
        yield from xml_elements(source.chunks(), source.name, source.longest, _ITEMS)
        return
    if source.size > source.longest:
        raise TooLarge(source.name, f"more than {source.longest:,} bytes of UTF-16")
    whole = b"".join(source.chunks())
    data = whole.decode(codec, "replace").encode()
    place = offset = 0
    for message in xml_elements([data], source.name, source.longest, _ITEMS):
        if isinstance(message, SourceError):
            yield message
            continue
        offset += byte_length(data[place : message.offset].decode(), codec)
        place = message.offset
        length = byte_length(message.data.decode(), codec)
        yield message._replace(offset=offset, data=whole[offset : offset + length])


def _json(source: Source) -> Iterator[Article | SourceError]:
    from newsarc.formats.feed.objects import read_object

    keys = json_keys(source.head)
    channel = Channel(keys.get("title") or None, keys.get("language") or None)
    for message in json_members(source.chunks(), source.name, source.longest, b"items"):
        if isinstance(message, SourceError):
            yield message
            continue
        try:
            fields = read_object(message.data, f"{source.name} at byte {message.offset}", channel)
        except SourceError as fault:
            yield fault
        else:
            yield _article(source, message, fields, "utf-8")


def _article(source: Source, message: Message, fields: dict[str, Any], codec: str) -> Article:
    """Make an article of what an item says; its texts are repaired and tidied."""
    mended, warnings = mend_all(fields)
    if not mended.get("headline"):
        warnings.append("headline-missing")
    if not mended.get("published_text"):
        warnings.append("date-unreadable")
    origin = Origin(
        name=source.name,
        format=NAME,
        encoding=codec,
        sha256=source.sha256,
        offset=message.offset,
        length=len(message.data),
    )
    return Article.model_validate({**mended, "warnings": [*mended.get("warnings", ()), *warnings], "origin": origin})
