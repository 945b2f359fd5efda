"""What markup says: XML read strictly, HTML read wholly or not at all, and text, blocks and links out of their trees.

lxml's home: no entity, DTD or network is ever touched, and what lxml would drop in silence is refused by name.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from html import unescape
from html.entities import html5
from typing import Any, NamedTuple, TypeAlias

from lxml import etree

from newsarc.article import Block, Media
from newsarc.errors import EntitiesDeclared, MarkupTooDeep, ParseError

Element: TypeAlias = Any  # lxml ships no types

_BARE = re.compile(rb"&(?!#\d{1,7};|#x[0-9A-Fa-f]{1,6};|(?:amp|lt|gt|quot|apos);)(?P<name>[A-Za-z][A-Za-z0-9]{1,30};)?")
_DECLARED = re.compile(
    rb"""<(?:\?xml\s|meta\s)[^<>]{0,500}?(?:encoding|charset)\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096  # bytes
_CHARSETS = {  # as browsers read them; what is not here is tried as UTF-8
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("windows-1252", "cp1252", "x-cp1252", "ansi"), "cp1252"),
    **dict.fromkeys(("iso-8859-15", "iso8859-15", "latin-9", "latin9"), "iso8859-15"),
    **dict.fromkeys(("iso-8859-2", "iso8859-2", "latin2"), "iso8859-2"),
    **dict.fromkeys(("iso-8859-9", "windows-1254"), "cp1254"),
    "windows-1250": "cp1250", "windows-1251": "cp1251", "macintosh": "mac-roman",
}  # fmt: skip
_LONGEST_WHY = 120  # characters of what the parser says
_ROWS = frozenset(("thead", "tbody", "tfoot"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "hl1", "hl2"))
_SILENT = frozenset(("script", "style", "template", "noscript", "head", "title", "svg", "math"))
_BLOCKS: dict[str, Any] = {
    **dict.fromkeys(("p", "pre", "dt", "dd", "figcaption", "address"), "paragraph"),
    **dict.fromkeys(_HEADINGS, "heading"),
    "li": "list",
    "table": "table",
    **dict.fromkeys(("blockquote", "bq"), "quote"),
}
_MEDIA = {"img": "image", "video": "video", "audio": "audio", "iframe": "embed", "embed": "embed", "object": "embed"}
_CALLED = {"image": "image", "youtube": "video", "video": "video", "audio": "audio", "chart": "graphic"}
_ADDRESSES = ("src", "href", "url", "data", "data-src", "data-url", "data-href")
_WEB = re.compile(r"https?://\S+\Z", re.IGNORECASE)
_ODD = re.compile(r"[^\t\n\r -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|&(?!(?:amp|lt|gt|quot);)")
_KEYS = r'(?:\s+[a-z-]+="[^"<>]*")*\s*'
_SIMPLE = re.compile(
    rf"<(?P<leaf>p|h[1-6]|li){_KEYS}>(?P<text>[^<]*(?:<(?:br\s*/?|/?(?:a|b|i|em|strong|span){_KEYS})>[^<]*)*)</(?P=leaf)>"
    rf"|<(?P<opens>section|div|ul|ol){_KEYS}>|</(?P<closes>section|div|ul|ol)>|\s+"
)
_ANCHOR = re.compile(r'<a\s+(?:(?!href)[a-z-]+="[^"<>]*"\s+)*href="([^"<>&]*)"[^<>]*>([^<&]*)</a\s*>')
_BREAK = re.compile(r"<br\s*/?>")
_TAG = re.compile(r"<[^<>]*>")
_DEEPEST_SIMPLE = 50
_BREAKING = frozenset((*_BLOCKS, *"article block body div dl figure html main ol section td th tr ul".split()))


class Link(NamedTuple):
    """A link's words and its address."""

    title: str
    url: str


@cache
def _strict() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_pis=True,
        remove_comments=True,
    )


def charset_of(head: bytes) -> str:
    """Name the codec that markup declares with its byte order mark, in XML or in a `<meta>`; UTF-8 without one.

    >>> charset_of(b'<?xml version="1.0" encoding="ISO-8859-1"?>'), charset_of(b"<p>")
    ('cp1252', 'utf-8')
    """
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if head.startswith(mark):
            return codec
    found = _DECLARED.search(head[:_DECLARED_WITHIN])
    return _CHARSETS.get(found[1].decode().lower(), "utf-8") if found else "utf-8"


def decoded(data: bytes, codec: str) -> tuple[str, str]:
    """Turn bytes into text as declared; where that cannot be, as UTF-8 with some bytes lost, or as cp1252.

    Returns the text and the codec that was right. Never raises; what fits nothing is U+FFFD.
    """
    try:
        return data.decode(codec, "replace" if codec.startswith("utf-16") else "strict"), codec
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    if len(text) - len(text.encode("ascii", "ignore")) > 2 * lost:
        return text, "utf-8"
    return data.decode("cp1252", "replace"), "cp1252"


def parse_xml(data: bytes, where: str) -> Element:
    """Read XML strictly.

    Raises:
        EntitiesDeclared: It declares entities of its own.
        MarkupTooDeep: Its elements lie in each other more than 255 deep.
        ParseError: It is ill-formed.
    """
    try:
        root = etree.fromstring(data, _strict())
    except (etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error).lower():
            raise MarkupTooDeep(where, "more than 255 elements in each other") from error
        raise ParseError(where, f"no well-formed XML: {_short(error)}") from error
    if next(root.iter(etree.Entity), None) is not None:
        raise ParseError(where, "an entity is not declared")
    info = root.getroottree().docinfo
    if info.internalDTD is not None and any(True for _ in info.internalDTD.iterentities()):
        raise EntitiesDeclared(where, "it declares entities of its own")
    return root


def mend_xml(data: bytes, where: str) -> tuple[Element, bool]:
    """Read XML strictly, or, where that fails, once more with every bare `&` escaped; tells whether that was needed.

    Raises:
        EntitiesDeclared, MarkupTooDeep, ParseError: As `parse_xml`.
    """
    try:
        return parse_xml(data, where), False
    except (EntitiesDeclared, MarkupTooDeep):
        raise
    except ParseError:
        mended = _BARE.sub(_escaped, data)
        if mended == data:
            raise
        return parse_xml(mended, where), True


def _escaped(found: re.Match[bytes]) -> bytes:
    """Write an entity of HTML as its number, and any other `&` as a mere sign."""
    name = found["name"].decode() if found["name"] else ""
    chars = html5.get(name, "") if name else ""
    return "".join(f"&#{ord(char)};" for char in chars).encode() if chars else b"&amp;" + found[0][1:]


def parse_html(text: str, where: str) -> Element | None:
    """Read HTML, a page or a fragment, already decoded; None where there is nothing in it.

    Raises:
        MarkupTooDeep: The parser would have dropped what lies too deep, or is too long.
    """
    parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_pis=True, remove_comments=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if any("RESOURCE_LIMIT" in entry.type_name or "depth" in entry.message for entry in parser.error_log):
            raise MarkupTooDeep(where, _short(error)) from error
        if not text.strip() or "empty" in str(error).lower():
            return None
        raise ParseError(where, f"no readable HTML: {_short(error)}") from error
    for entry in parser.error_log:
        if "RESOURCE_LIMIT" in entry.type_name or "depth" in entry.message:
            raise MarkupTooDeep(where, entry.message.split(",")[0])
    return root


def local(element: Element) -> str:
    """Return the local name of an element, in lower case; empty for what is none."""
    tag: Any = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def breaks(element: Element) -> bool:
    """Tell whether an element begins a block."""
    return local(element) in _BREAKING


def children(element: Element, *names: str) -> Iterator[Element]:
    """Yield the children of some local names (lower case), whatever their namespace."""
    return (child for child in element if local(child) in names)


def descendants(element: Element, *names: str) -> Iterator[Element]:
    """Yield everything below of some local names (lower case), in the order of the document."""
    return (child for child in element.iter() if child is not element and local(child) in names)


def first(element: Element, *path: str) -> Element | None:
    """Return the first child, its first child and so on, by local names; None where one is missing."""
    found: Element | None = element
    for name in path:
        found = next(children(found, name), None) if found is not None else None
    return found


def text_of(element: Element | None, *, without: Collection[Element] = ()) -> str:
    """Return the text a reader sees in an element: blanks run together, `<br>` as a line end, no script."""
    if element is None:
        return ""
    return _tidy("".join(text if event == "text" else f" {text} " if event == "table" else " "
                         for event, text in _walk(element, without)))  # fmt: skip


def blocks(element: Element | None, *, without: Collection[Element] = ()) -> tuple[Block, ...]:
    """Return the blocks of text in an element, in order; text between blocks is a paragraph of its own.

    Each point of a list is a block, and so is a whole table: cells with ` | ` between them, a line a row.
    """
    if element is None:
        return ()
    found: list[Block] = []
    gathered: list[str] = []
    kinds: list[Any] = ["paragraph"]
    for event, text in _walk(element, without):
        if event in ("opens", "closes", "table"):
            if words := _tidy("".join(gathered)):
                found.append(Block(kind=kinds[-1], text=words))
            gathered.clear()
            if event == "opens":
                kinds.append(_BLOCKS.get(text, kinds[-1]) if kinds[-1] in ("paragraph", "heading") else kinds[-1])
            elif event == "closes":
                kinds.pop()
            elif text:
                found.append(Block(kind="table", text=text))
        else:
            gathered.append(text)
    if words := _tidy("".join(gathered)):
        found.append(Block(text=words))
    return tuple(found)


def blocks_of(html: str, where: str) -> tuple[Block, ...]:
    """Return the blocks of text in HTML, as `blocks` of its tree; without making one where its markup is simple.

    Raises:
        MarkupTooDeep, ParseError: As `parse_html`.
    """
    simple = _simple_blocks(html)
    return blocks(parse_html(html, where)) if simple is None else simple


def _simple_blocks(html: str) -> tuple[Block, ...] | None:
    """Read HTML of closed paragraphs, headings and points of lists; None where only a parser can tell."""
    if _ODD.search(html):
        return None
    found: list[Block] = []
    around: list[str] = []
    place = 0
    for part in _SIMPLE.finditer(html):
        if part.start() != place or len(around) > _DEEPEST_SIMPLE:
            return None
        place = part.end()
        if leaf := part["leaf"]:
            text = _BREAK.sub("\n", part["text"].replace("\n", " ").replace("\r", " "))
            if words := _tidy(unescape(_TAG.sub("", text))):
                found.append(Block(kind=_BLOCKS[leaf], text=words))
        elif part["opens"]:
            around.append(part["opens"])
        elif part["closes"] and (not around or around.pop() != part["closes"]):
            return None
    return tuple(found) if place == len(html) and not around else None


def links(element: Element | None) -> tuple[Link, ...]:
    """Return the links in an element that have words and an address, in order."""
    if element is None:
        return ()
    found = (
        Link(text_of(child).replace("\n", " "), (child.get("href") or "").strip()) for child in element.iter("{*}a")
    )
    return tuple(link for link in found if link.title and link.url)


def links_of(html: str, where: str) -> tuple[Link, ...]:
    """Return the links in HTML, as `links` of its tree; without making one where its markup is simple.

    Raises:
        MarkupTooDeep, ParseError: As `parse_html`.
    """
    found = _ANCHOR.findall(html)
    if len(found) != html.count("<a") or _simple_blocks(html) is None:
        return links(parse_html(html, where))
    simple = (Link(" ".join(title.split()), url.strip()) for url, title in found)
    return tuple(link for link in simple if link.title and link.url)


def media(element: Element | None) -> tuple[Media, ...]:
    """Return what is embedded in an element and has an address: pictures, films, sound, and what others call theirs.

    An element with a hyphen in its name is an embed of somebody's own; its name may tell what it is.
    """
    if element is None:
        return ()
    found: dict[str, Media] = {}
    for child in element.iter(etree.Element):
        name = local(child)
        if name not in _MEDIA and "-" not in name:
            continue
        url = next((value.strip() for key in _ADDRESSES if (value := child.get(key, "")).strip()), None)
        url = url or next((value.strip() for value in child.attrib.values() if _WEB.match(value.strip())), None)
        kind: Any = _MEDIA.get(name) or next((kind for word, kind in _CALLED.items() if word in name), "embed")
        if url and not url.startswith("data:"):
            caption = " ".join((child.get("alt") or child.get("title") or "").split())
            found.setdefault(url, Media(kind=kind, caption=caption or None, url=url))
    return tuple(found.values())


def _walk(element: Element, without: Collection[Element]) -> Iterator[tuple[str, str]]:
    """Yield an element's text piece by piece, where blocks open (with their name) and close, and whole tables.

    In the order of the document, without recursion.
    """
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    lines_kept = 0
    skipped: Element = None
    for event, child in walker:
        name = local(child)
        if event == "start" and (name == "table" or name in _SILENT or child in without):
            if name == "table" and child not in without:
                yield "table", _table(child)
            skipped = child
            walker.skip_subtree()
        elif event == "start":
            lines_kept += name == "pre"
            if name in _BREAKING:
                yield "opens", name
            yield "text", ("\n" if name == "br" else "") + _text(child.text, lines_kept)
        else:
            if event == "end" and child is not skipped:
                lines_kept -= name == "pre"
                if name in _BREAKING:
                    yield "closes", name
            if child is not element:
                yield "text", _text(child.tail, lines_kept)


def _text(text: str | None, lines_kept: int) -> str:
    return text or "" if lines_kept else (text or "").replace("\n", " ").replace("\r", " ")


def _table(table: Element) -> str:
    """Write a table: a line a row, cells with a bar between them; a table in a cell is run into its text."""
    rows = [text_of(caption) for caption in children(table, "caption")]
    for part in table:
        of_part = [part] if local(part) == "tr" else children(part, "tr") if local(part) in _ROWS else ()
        rows += (" | ".join(text_of(cell).replace("\n", " ") for cell in children(row, "td", "th")) for row in of_part)
    return "\n".join(row for row in rows if row.strip(" |"))


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _short(error: Exception) -> str:
    return str(error).replace("\n", " ").partition(" (<string>")[0][:_LONGEST_WHY]
