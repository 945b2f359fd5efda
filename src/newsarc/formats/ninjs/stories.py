"""The texts of an item: headlines, descriptions and bodies, in the keys of each generation of ninjs."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from newsarc.article import Block, Media
from newsarc.strictjson import Object, words
from newsarc.strictjson import objects as objects_in
from newsarc.wires import public_part, split_dateline

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_EMBEDDING = re.compile(r"<(?:img|video|audio|iframe|embed|object|[a-z]+-)", re.IGNORECASE)
_SHAPES = ("html", "xhtml", "html5", "")  # which of several shapes of a text is taken: no role is the main one
_PLAIN = ("text", "plain")
_MAIN = ("", "main")


class Said(NamedTuple):
    """A text, what it is for, and in what shape it comes."""

    role: str
    text: str
    shape: str = ""


class Story(NamedTuple):
    """The text of an item."""

    body: tuple[Block, ...] = ()
    dateline: str | None = None
    media: tuple[Media, ...] = ()
    is_cut: bool = False


def lowered(value: Object) -> Object:
    """Return an object with its keys in lower case, for the third generation writes some of them otherwise."""
    found: Object = {}
    for key, part in value.items():
        found.setdefault(key.lower(), part)
    return found


def said(item: Object, name: str, several: str) -> list[Said]:
    """Return all texts of one meaning, the main one first: `headline`, `headline_short` and those in `headlines`."""
    found = [
        Said(words(part.get("role")).lower(), words(part.get("value")), _shape_of(words(part.get("contenttype"))))
        for part in map(lowered, objects_in(item.get(several)))
    ]
    for key, value in item.items():
        if key == name or key.startswith(f"{name}_"):
            role = key[len(name) + 1 :]
            is_shape = role in (*_SHAPES, *_PLAIN)
            found.append(Said("" if is_shape else role, words(value), role if is_shape else ""))
    told = [one for one in found if one.text]
    return sorted(told, key=lambda one: one.role not in _MAIN)


def _shape_of(kind: str) -> str:
    """Return the shape of a media type: html of `text/html`, xhtml of `application/xhtml+xml`."""
    return kind.lower().partition(";")[0].rpartition("/")[2].removesuffix("+xml").strip()


def plain(text: str, where: str) -> str:
    """Return a short text, without its markup if it has any.

    Raises:
        MarkupTooDeep, ParseError: Its markup cannot be read.
    """
    if not _MARKUP.search(text):
        return text
    from newsarc.markup import blocks_of

    return "\n".join(block.text for block in blocks_of(text, where))


def read_story(item: Object, located: str, credit: str, where: str) -> Story:
    """Read the text of an item. Several bodies are one text in several shapes: the first is read that says something.

    Raises:
        MarkupTooDeep, ParseError: Its markup cannot be read.
    """
    for body in sorted(said(item, "body", "bodies"), key=_rank):
        is_markup = body.shape not in _PLAIN and bool(_MARKUP.search(body.text))
        blocks = _blocks_of(body.text, where) if is_markup else tuple(_paragraphs(body.text))
        public, is_cut = public_part(blocks)
        media = _media_of(body.text, where) if is_markup and _EMBEDDING.search(body.text) else ()
        if public or media or is_cut:
            dateline, public = _without_dateline(public, located, credit)
            return Story(public, dateline, media, is_cut)
    return Story()


def _rank(body: Said) -> tuple[bool, int]:
    """Order bodies: the main one, then those with markup, because plain text runs headings and paragraphs together."""
    return body.role not in (*_MAIN, *_PLAIN), _SHAPES.index(body.shape) if body.shape in _SHAPES else len(_SHAPES)


def _blocks_of(text: str, where: str) -> tuple[Block, ...]:
    from newsarc.markup import blocks_of

    return blocks_of(text, where)


def _media_of(text: str, where: str) -> tuple[Media, ...]:
    from newsarc.markup import media, parse_html

    return media(parse_html(text, where))


def _paragraphs(text: str) -> Iterator[Block]:
    """Yield the paragraphs of plain text: blank lines part them; where there are none, line ends do."""
    parts = re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    for part in parts if len(parts) > 1 else text.splitlines():
        if words_of := " ".join(part.split()):
            yield Block(text=words_of)


def _without_dateline(body: tuple[Block, ...], located: str, credit: str) -> tuple[str | None, tuple[Block, ...]]:
    """Take a dateline off the text: one with the place or the credit that the item states; others are text."""
    if not body:
        return None, body
    place, sign, rest = split_dateline(body[0].text)
    is_known = place is not None and (
        place.casefold() in located.casefold() or credit.casefold() in (sign or "").casefold().split("/")
    )
    return (place, (Block(kind=body[0].kind, text=rest), *body[1:])) if is_known else (None, body)
