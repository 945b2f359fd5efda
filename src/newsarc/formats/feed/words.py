"""How feeds write text: escaped HTML, HTML escaped twice, plain lines; and the pictures in it.

Source: samples/feed/rss-full.xml, samples/feed/double-escaped.xml
"""

import re
from html import unescape
from typing import Any

from newsarc import markup

_INLINE = re.compile(r"</?(?:a|abbr|b|br|em|i|small|span|strong|sub|sup|u)(?:\s[^<>]{0,500})?/?>", re.IGNORECASE)
_BLOCKISH = re.compile(
    r"<(?:p|div|br|ul|ol|li|table|h[1-6]|blockquote|section|article|figure|pre|dl)[\s>/]", re.IGNORECASE
)
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
_KINDS = {"image": "image", "audio": "audio", "video": "video"}

Plain = dict[str, Any]
"""A part of the record in plain values."""


def one_line(text: str | None, where: str) -> str | None:
    """Read a title: HTML is undone once, tags within the line go."""
    words = text or ""
    if _INLINE.search(words):
        words = markup.text_of(markup.parse_html(words, where))
    elif "&" in words:
        words = unescape(words)
    return " ".join(words.replace("\0", "").split()) or None


def blocks_of(html: str, where: str) -> tuple[list[Plain], list[Plain]]:
    """Read a text in HTML, or in plain lines with empty ones between paragraphs: its blocks, and its pictures.

    Raises:
        MarkupTooDeep: Its elements lie too deep in each other.
    """
    text = html.replace("\0", "").replace("\r\n", "\n")
    if "<" not in text and "&" not in text:
        return lines_of(text), []
    if not _BLOCKISH.search(text):
        text = "".join(f"<p>{part}</p>" for part in _EMPTY_LINE.split(text))
    return blocks_in(markup.parse_html(text, where))


def lines_of(text: str) -> list[Plain]:
    """Read plain text: an empty line ends a paragraph."""
    parts = (" ".join(part.split()) for part in _EMPTY_LINE.split(text.replace("\0", "").replace("\r\n", "\n")))
    return [{"text": part} for part in parts if part]


def blocks_in(element: markup.Element) -> tuple[list[Plain], list[Plain]]:
    """Read an element: its blocks, and its pictures with their captions."""
    if element is None:
        return [], []
    figures = [one for one in markup.descendants(element, "figure") if list(markup.descendants(one, "img"))]
    blocks = [block.model_dump() for block in markup.blocks(element, without=figures)]
    media = []
    for image in markup.descendants(element, "img"):
        url = (image.get("src") or "").strip()
        if url and not url.startswith("data:") and "1" not in (image.get("width"), image.get("height")):
            media.append({"caption": _caption(image, figures) or None, "url": url})
    return blocks, media


def _caption(image: markup.Element, figures: list[markup.Element]) -> str:
    around = next((one for one in image.iterancestors() if one in figures), None)
    captions = markup.descendants(around, "figcaption") if around is not None else iter(())
    caption = markup.text_of(next(captions, None))
    return caption or " ".join((image.get("alt") or image.get("title") or "").split())


def kind_of(mime: str | None) -> str:
    """Tell what an attachment is by its type; without one it is taken for a picture."""
    return _KINDS.get((mime or "image").partition("/")[0].strip().lower(), "embed")


def distinct(media: list[Plain]) -> list[Plain]:
    """Keep one of each address, with all that is said of it; what has no address is none."""
    by_url: dict[str, Plain] = {}
    for one in media:
        if url := (one.get("url") or "").strip():
            known = by_url.setdefault(url, {**one, "url": url})
            known |= {name: value for name, value in one.items() if value and not known.get(name)}
    return list(by_url.values())
