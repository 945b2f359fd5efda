"""How XML and HTML are written: elements, escaped text without what XML cannot hold, and the blocks of a story.

Written as text, not as a tree: a story is small, and what goes into it is escaped in one place.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

_UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What XML cannot hold, and the controls it can, which nobody sees."""
_WEB = re.compile(r"https?://", re.IGNORECASE)
_MARKS = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#13;"))

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def text(words: Any) -> str:
    """Write words as text of an element; a character that XML cannot hold, or nobody can see, becomes U+FFFD."""
    written = _UNHELD.sub("\ufffd", str(words))
    for mark, escaped in _MARKS:
        written = written.replace(mark, escaped)
    return written


def element(name: str, /, *inside: str, **attributes: Any) -> str:
    """Write an element with what is inside, which is written already; an attribute that is None is left out.

    Attributes are named as Python can: `id_string` is `id-string`, `date__norm` is `date.norm`, `class_` is `class`.

    >>> element("p", text("1 < 2"), lede="true", class_="lead", id=None)
    '<p lede="true" class="lead">1 &lt; 2</p>'
    >>> element("doc-id", id_string='a"b')
    '<doc-id id-string="a&quot;b"/>'
    """
    named = "".join(
        f' {_attribute(key)}="{_in_attribute(value)}"' for key, value in attributes.items() if value is not None
    )
    content = "".join(inside)
    return f"<{name}{named}>{content}</{name}>" if content else f"<{name}{named}/>"


def _in_attribute(value: Any) -> str:
    return text(value).replace("\t", "&#9;").replace("\n", "&#10;")


def _attribute(key: str) -> str:
    return key.removesuffix("_").replace("__", ".").replace("_", "-")


def web(url: str | None) -> str | None:
    """Return an address of the web; None for anything else, such as a script, that nobody should follow."""
    return url if url and _WEB.match(url) else None


def lines(words: str) -> str:
    """Write a text in which the line ends count."""
    return "<br/>".join(map(text, words.split("\n")))


def blocks(body: Iterable[dict[str, str]], heading: str, quote: str) -> Iterator[str]:
    """Write the blocks of a story; points of a list that follow each other are one list."""
    for kind, some in groupby(body, key=lambda block: block["kind"]):
        if kind == "list":
            yield element("ul", *(element("li", lines(block["text"])) for block in some))
        elif kind == "table":
            yield from (_table(block["text"]) for block in some)
        elif kind == "quote":
            yield from (quote.format(element("p", lines(block["text"]))) for block in some)
        else:
            yield from (element(heading if kind == "heading" else "p", lines(block["text"])) for block in some)


def _table(words: str) -> str:
    """Write a table: cells where bars part them, else the lines as they stand."""
    rows = words.split("\n")
    if not all(" | " in row for row in rows):
        return element("pre", text(words))
    return element("table", *(element("tr", *(element("td", text(cell)) for cell in row.split(" | "))) for row in rows))


def html(body: Iterable[dict[str, str]]) -> str:
    """Write the blocks of a story as HTML."""
    return "\n".join(blocks(body, "h2", "<blockquote>{}</blockquote>"))
