"""Saved pages of articles: what their JSON-LD states, else their meta tags, else what a reader sees.

Each key is looked for on its own, in that order. A page that holds a portal's dump is read as one. Everything else a
page shows (menus, adverts, comments) is not the story; it stays in the original.

`looking` knows the page's marks, `stating` its JSON-LD, `telling` what they give for the record, `dumped` the portal's
lines in a page.

Source: samples/html/, docs/formats.md
"""

import re
from collections.abc import Iterator
from typing import Any

from newsarc.article import Article, Origin
from newsarc.encoding import mend, mend_all
from newsarc.errors import ParseError, SourceError, TooLarge
from newsarc.sniffing import beginning, xml_root
from newsarc.source import Source

NAME = "html"
ABOUT = "Saved pages of news sites; the text of those that do not state it themselves needs the extra newsarc[html]."
SIGN = "The document type or the first element is html, or one of html, head, body stands in the first 64 KiB."
FIELDS: tuple[str, ...] = (
    "id", "headline", "subhead", "lead", "byline", "body", "keywords", "category_text", "subjects",
    "language", "credit", "rights", "places", "published", "updated", "related", "media", "unparsed",
)  # fmt: skip

_FAR = 1 << 16  # bytes
_DOCTYPE = re.compile(rb"<!doctype\s{1,99}html[\s>]", re.IGNORECASE)
_ELEMENT = re.compile(rb"<(?:html|head|body)[\s>]", re.IGNORECASE)
_OTHERS = frozenset(
    """newsmessage newsitem packageitem newsml nitf knowledgeitem conceptitem planningitem catalogitem rss rdf feed
    svg""".split()
)


def sniff(head: bytes) -> bool:
    """Tell whether a source begins like a page; what begins like another kind of XML is none."""
    root = xml_root(head)
    data = beginning(head)
    if root and root.name.lower() == "html":
        return True
    if data[:1] != b"<" or data[:5] == b"<?xml" or (root and root.name.lower() in _OTHERS):
        return False
    return bool(_DOCTYPE.search(data, 0, _FAR) or _ELEMENT.search(data, 0, _FAR))


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield the article of a page, or the dumps in it.

    Raises:
        ParseError: It holds no article.
        MarkupTooDeep: It lies too deep in itself to be read without loss.
        TooLarge: It is longer than one document may be.
    """
    from newsarc.formats.html.dumped import dumps_in
    from newsarc.formats.html.looking import look_at
    from newsarc.formats.html.stating import stated_in
    from newsarc.formats.html.telling import fields_of
    from newsarc.markup import charset_of, decoded

    if source.size > source.longest:
        raise TooLarge(source.name, f"a page of {source.size:,} bytes")
    raw, codec = decoded(b"".join(source.chunks()), charset_of(source.head))
    text, warnings = mend(raw.replace("\0", ""))
    page = look_at(text, source.name)
    stated = stated_in(page.scripts, page.canonical)
    is_any = False
    if stated.article is None:
        for article in dumps_in(source, text, codec, page):
            is_any = True
            yield article.model_copy(update={"warnings": (*warnings, *article.warnings)})
    if is_any:
        return
    fields = fields_of(text, page, stated, source.name)
    if not (fields["headline"] or fields["lead"] or fields["body"]):
        raise ParseError(source.name, "the page holds no article: no JSON-LD, no heading, no text")
    yield _article(source, codec, fields, warnings)


def _article(source: Source, codec: str, fields: dict[str, Any], warnings: list[str]) -> Article:
    mended, more = mend_all(fields)
    origin = Origin(name=source.name, format=NAME, encoding=codec, sha256=source.sha256, offset=0, length=source.size)
    said = (*warnings, *mended.pop("warnings"), *more)
    return Article.model_validate({**mended, "warnings": tuple(dict.fromkeys(said)), "origin": origin})
