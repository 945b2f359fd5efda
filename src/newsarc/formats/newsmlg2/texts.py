"""The text of an item: XHTML or NITF as it lies in it, escaped markup, plain text, and the twin of the 7901 wire.

Several contents of one item are one text in several shapes: the best is read, they are never joined.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from newsarc.article import Block, Media, RelatedLink
from newsarc.formats.newsmlg2.naming import Parts, tail_of, words_of
from newsarc.formats.newsmlg2.notes import PRIVATE_CLASSES, public_notes
from newsarc.markup import blocks, children, descendants, first, links, local, parse_html, text_of
from newsarc.wires import GENRES, is_private, public_blocks

Element: TypeAlias = Any  # lxml ships no types

_ROLES = {
    "teaser": "lead", "lead": "lead", "byline": "byline", "author": "byline", "dateline": "dateline",
    "infobox": "infobox", "linkbox": "linkbox", "notepad": "notes", "np-public": "notes", "genre": "said",
    "slugline": "said", "time": "said",
}  # fmt: skip
_EMBEDDED: dict[str, Any] = {"img": "image", "video": "video", "audio": "audio", "iframe": "embed"}
_GENRE = re.compile(r"\bdpatextgenre-(\d+)\b")
_MARKUP = re.compile(r"<(?:p|div|br|h\d|ul|table|section|body|html)\b", re.IGNORECASE)
_7901 = "dpa7901rendition:"
_PRIVATE_RENDITION = "nonpublic"


@dataclass(slots=True)
class Text:
    """What the content of an item says, as printed; what a field of the item says better is told apart by `reading`."""

    body: list[Block] = field(default_factory=list)
    lead: str | None = None
    byline: str | None = None
    dateline: str | None = None
    headline: str | None = None
    genre: str | None = None
    related: list[RelatedLink] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    around: list[str] = field(default_factory=list)
    """What stands around the text, and mostly repeats fields."""
    notes: list[str] = field(default_factory=list)
    is_cut: bool = False
    """Something that is not for publication was left out."""


def read_text(content: Parts, where: str) -> Text:
    """Read the contents of an item.

    Raises:
        MarkupTooDeep: Escaped markup lies too deep to be read without loss.
    """
    found = Text()
    _read_best(content, where, found)
    found.body, is_cut = public_blocks(found.body)
    found.is_cut = found.is_cut or is_cut
    return found


def _read_best(content: Parts, where: str, found: Text) -> None:
    """Read markup if there is some, else data, else what the text wire would carry."""
    data = content.get("inlineData", [])
    found.is_cut = any(tail_of(one.get("rendition") or "") == _PRIVATE_RENDITION for one in data)
    for inline in content.get("inlineXML", []):
        if tail_of(inline.get("rendition") or "") == _PRIVATE_RENDITION:
            found.is_cut = True
        elif len(inline):
            _read_markup(inline[0] if len(inline) == 1 else inline, found)
            return
        elif words_of(inline):
            _read_data(inline, where, found)
            return
    twins = {tail_of(one.get("rendition") or ""): one for one in data if (one.get("rendition") or "").startswith(_7901)}
    for inline in data:
        if inline not in twins.values() and tail_of(inline.get("rendition") or "") != _PRIVATE_RENDITION:
            _read_data(inline, where, found)
            return
    _read_twin(twins, found)


def _read_data(inline: Element, where: str, found: Text) -> None:
    """Read escaped markup, or plain text with blank lines between paragraphs."""
    printed = "".join(inline.itertext())
    page = parse_html(printed, where) if _MARKUP.search(printed) else None
    if page is not None:
        _read_markup(page, found)
    else:
        found.body += (Block(text=text) for text in _paragraphs(printed))


def _read_twin(twins: dict[str, Element], found: Text) -> None:
    """Read what the text wire would carry, where nothing else is there; its lines are wrapped."""
    found.headline = " ".join((words_of(twins.get("headline")) or "").split()) or None
    found.lead = " ".join((words_of(twins.get("teaser")) or "").split()) or None
    if "text" in twins:
        found.body += (Block(text=" ".join(text.split())) for text in _paragraphs("".join(twins["text"].itertext())))
    if "public" in twins:
        found.notes, is_cut = public_notes(twins["public"])
        found.is_cut = found.is_cut or is_cut


def _paragraphs(printed: str) -> Iterator[str]:
    """Cut plain text where a line is blank, or, where none is, at every line end."""
    lines = [" ".join(line.split()) for line in printed.strip().splitlines()]
    paragraph: list[str] = []
    for line in (*lines, ""):
        if line and (not paragraph or "" in lines):
            paragraph.append(line)
        elif paragraph:
            yield "\n".join(paragraph)
            paragraph = [line] if line else []


def _read_markup(root: Element, found: Text) -> None:
    """Read XHTML, NITF or HTML: the main section without what repeats fields, else all of it."""
    if local(root) == "nitf":
        _read_nitf(root, found)
        return
    page = first(root, "body")
    page = root if page is None else page
    private = {element for element in page.iter() if PRIVATE_CLASSES.intersection(_classes(element))}
    found.is_cut = found.is_cut or bool(private)
    taken: dict[Element, str] = {}
    mains: list[Element] = []
    for element in page.iter():
        classes = _classes(element)
        if "main" in classes and not _is_within(element, mains):
            mains.append(element)
            found.genre = found.genre or _genre(classes)
        if element not in private and (role := _role(element, classes)) and not _is_within(element, taken):
            taken[element] = role
    found.media += filter(None, map(_media, (element for element in page.iter() if _is_media(element))))
    for element, role in taken.items():
        _read_part(element, role, private, found)
    for element in mains or [page]:
        found.body += blocks(element, without={*taken, *private})
    for element in (element for element, role in taken.items() if role == "infobox"):
        found.body += blocks(element, without=private)
    if mains:
        found.around += (block.text for block in blocks(page, without={*taken, *private, *mains}))


def _classes(element: Element) -> list[str]:
    return (element.get("class") or "").split()


def _role(element: Element, classes: list[str]) -> str | None:
    """Tell what a part of a page is, if it is not body; its class says it."""
    name = local(element)
    if name == "header":
        return "header"
    if name == "figure":
        return None if "table" in classes or next(descendants(element, "table"), None) is not None else "figure"
    return next((_ROLES[word.lower()] for word in classes if word.lower() in _ROLES), None)


def _is_within(element: Element, others: Iterable[Element]) -> bool:
    known = set(others)
    return bool(known) and any(above in known for above in element.iterancestors())


def _read_part(element: Element, role: str, private: set[Element], found: Text) -> None:
    """Read a part of a page that is not body."""
    words = text_of(element, without=private)
    if role == "header":
        found.headline = found.headline or next((text_of(one) for one in descendants(element, "h1")), None) or None
        left_out = {*private, *descendants(element, "time")}
        found.around += (block.text for block in blocks(element, without=left_out))
    elif role == "linkbox":
        found.related += (
            RelatedLink(title=link.title, title_confidence="exact", text=link.title, url=link.url)
            for link in links(element)
        )
    elif role == "notes":
        notes, is_cut = public_notes(element)
        found.notes += notes
        found.is_cut = found.is_cut or is_cut
    elif role in ("lead", "byline", "dateline") and words and not getattr(found, role):
        setattr(found, role, words)
    elif role not in ("infobox", "figure") and words:
        found.around.append(words)


def _genre(classes: list[str]) -> str | None:
    number = _GENRE.search(" ".join(classes))
    return GENRES.get(int(number[1][:9])) if number else None


def _is_media(element: Element) -> bool:
    name = local(element)
    if name == "figure":
        return _role(element, _classes(element)) == "figure"
    is_one = name in _EMBEDDED or name.startswith("dnl-")
    return is_one and not any(local(above) == "figure" for above in element.iterancestors())


def _media(element: Element) -> Media | None:
    """Read a picture, film or embed of the text; None where there is neither words nor an address."""
    inner = element
    if local(element) == "figure":
        inner = next((one for one in element.iter() if local(one) in _EMBEDDED), element)
    sources = (one.get("src") or one.get("url") or one.get("href") for one in inner.iter())
    url = next(filter(None, sources), None)
    caption = text_of(element) if local(element) == "figure" else inner.get("alt")
    if not url and not caption:
        return None
    return Media(kind=_EMBEDDED.get(local(inner), "embed" if inner is element else "image"), caption=caption, url=url)


def _read_nitf(root: Element, found: Text) -> None:
    """Read NITF that lies in an item: its text, and what of its head the item may lack."""
    body = first(root, "body")
    if body is None:
        return
    found.headline = text_of(first(body, "body.head", "hedline", "hl1")) or None
    found.byline = text_of(first(body, "body.head", "byline")) or None
    found.dateline = text_of(first(body, "body.head", "dateline")) or None
    for part in children(body, "body.content"):
        taken = list(descendants(part, "media"))
        leads = [one for one in descendants(part, "p") if one.get("lead") == "true"]
        found.lead = found.lead or "\n".join(filter(None, map(text_of, leads))) or None
        found.media += (Media(caption=text_of(first(one, "media-caption")) or None) for one in taken)
        found.body += blocks(part, without=[*taken, *leads])
    notes = [text_of(one) for one in descendants(body, "tagline", "note")]
    found.notes += (note for note in notes if note and not is_private(note))
    found.is_cut = found.is_cut or any(map(is_private, notes))
