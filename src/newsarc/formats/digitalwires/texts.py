"""The HTML of a message: blocks of text, the dateline in it, what is embedded, the infobox and the related links."""

import re
from typing import NamedTuple

from newsarc.article import Block, Media, RelatedLink
from newsarc.wires import public_part, split_dateline, without_dateline

_EMBEDDING = re.compile(r"<(?:img|video|audio|iframe|embed|object|[a-z]+-)", re.IGNORECASE)
_DATELINE = re.compile(r"""<span class="dateline">([^<&]*)</span>""")
_INFOBOX = "Infobox"
_DATE = re.compile(r",\s*(?=\d)")
_AGENCY = re.compile(r"dpa|\b(?:lby|lsw|lbn|lhe|lmv|lni|lnw|lno|lrs|lsn|lah|lth)\b")


class Text(NamedTuple):
    """What the HTML of a message says."""

    body: tuple[Block, ...] = ()
    dateline: str = ""
    """As printed: `Neustadt (dpa) - `."""
    media: tuple[Media, ...] = ()
    is_cut: bool = False
    """A part of it was not for publication."""
    beside: tuple[str, ...] = ()
    """Another dateline than the field's."""


def read_text(html: str, dateline: str, where: str) -> Text:
    """Read the text of a message, without its dateline.

    Raises:
        MarkupTooDeep, ParseError: Its HTML cannot be read.
    """
    body, printed = _blocks(html, where)
    if not printed and dateline:
        body = tuple(block for block in without_dateline(body, dateline) if block.text)
    elif not printed and body and (sign := split_dateline(body[0].text)[1]) and _AGENCY.search(sign):
        rest = split_dateline(body[0].text)[2]
        printed = body[0].text[: len(body[0].text) - len(rest)]
        body = (Block(text=rest), *body[1:])
    public, is_cut = public_part(body)
    beside = (printed,) if printed and dateline and printed.split() != dateline.split() else ()
    return Text(public, dateline or printed, _media(html, where), is_cut, beside)


def _blocks(html: str, where: str) -> tuple[tuple[Block, ...], str]:
    """Return the blocks of a text without the dateline that is marked in it, and that dateline."""
    from newsarc.markup import blocks, blocks_of, parse_html, text_of

    if "dateline" not in html:
        return blocks_of(html, where), ""
    if plain := _DATELINE.search(html):
        return blocks_of(html[: plain.start()] + html[plain.end() :], where), " ".join(plain[1].split())
    root = parse_html(html, where)
    spans = [] if root is None else [span for span in root.iter("span") if "dateline" in (span.get("class") or "")]
    return blocks(root, without=spans[:1]), text_of(spans[0]) if spans else ""


def _media(html: str, where: str) -> tuple[Media, ...]:
    """Return what is embedded in a text; most have nothing."""
    if not _EMBEDDING.search(html):
        return ()
    from newsarc.markup import media, parse_html

    return media(parse_html(html, where))


def read_dateline(printed: str) -> tuple[str | None, str | None, str | None]:
    """Read a dateline: the place, the sign of the agency, and a date between them.

    >>> read_dateline("Neustadt (dpa/lni) - "), read_dateline("WINDAU, 3 May 2025 (Seefunk) -")
    (('Neustadt', 'dpa/lni', None), ('WINDAU', 'Seefunk', '3 May 2025'))
    """
    text = " ".join(printed.split())
    place, sign, _ = split_dateline(f"{text} .")
    if place is None:
        return text.rstrip(" -–—") or None, None, None
    parts = _DATE.split(place, maxsplit=1)
    return parts[0], sign, parts[1] if len(parts) > 1 else None


def read_infobox(html: str, where: str) -> Text:
    """Read the box beside a text: its blocks behind a heading, its own or one that says what it is.

    Raises:
        MarkupTooDeep, ParseError: Its HTML cannot be read.
    """
    from newsarc.markup import blocks_of

    body, is_cut = public_part(blocks_of(html, where))
    if body and body[0].kind != "heading":
        body = (Block(kind="heading", text=_INFOBOX), *body)
    return Text(body, "", _media(html, where), is_cut)


def read_links(html: str, where: str) -> tuple[tuple[RelatedLink, ...], tuple[str, ...]]:
    """Read the related links of a message, and what stands beside them without an address.

    Raises:
        MarkupTooDeep, ParseError: Its HTML cannot be read.
    """
    from newsarc.markup import blocks_of, links_of

    found = links_of(html, where)
    related = tuple(
        RelatedLink(title=link.title, title_confidence="exact", text=link.title, url=link.url) for link in found
    )
    titles = {link.title for link in found}
    texts = (block.text for block in blocks_of(html, where))
    return related, tuple(text for text in texts if text.replace("\n", " ") not in titles)
