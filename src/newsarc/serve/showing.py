"""How a record looks on a page: every text safe and escaped, links that lead outside marked, times in German days."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from newsarc.present.safety import Marked, safe
from newsarc.serve.finding import Record

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_LONGEST_LINK = 2_000  # characters
_DATE = 10  # characters of a day


class Piece(NamedTuple):
    """A piece of a text, and whether it was searched for."""

    text: str
    is_marked: bool


class Block(NamedTuple):
    """Blocks of a body that belong together: the points of one list, or one block."""

    kind: str
    texts: list[str]


def environment(**names: Any) -> Environment:
    """Make the templates: everything that is put into one is made safe, then escaped."""
    made = Environment(
        loader=PackageLoader("newsarc.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "blocks": blocks, "clock": clock, "day_name": day_name, "language": language, "pieces": pieces, "web": web,
        **names,
    }  # fmt: skip
    made.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    made.filters["number"] = lambda number: f"{number:,}"
    for name in made.list_templates(("html",)):
        made.get_template(name)
    return made


def stylesheet() -> bytes:
    """Return the one style sheet."""
    return files("newsarc.serve").joinpath("static", "style.css").read_bytes()


def _safe(value: Any) -> Any:
    return safe(value, lines=True) if isinstance(value, str) and not isinstance(value, Markup) else value


def pieces(marked: Marked) -> Iterator[Piece]:
    """Cut a text into what is marked and what is not."""
    done = 0
    for start, end in marked.spans:
        yield from (Piece(marked.text[done:start], False), Piece(marked.text[start:end], True))  # noqa: FBT003
        done = end
    yield Piece(marked.text[done:], False)  # noqa: FBT003


def blocks(body: Sequence[Record]) -> Iterator[Block]:
    """Put the points of a list together."""
    for kind, several in groupby(body, key=lambda block: str(block["kind"])):
        texts = [str(block["text"]) for block in several]
        if kind == "list":
            yield Block(kind, texts)
        else:
            yield from (Block(kind, [text]) for text in texts)


def web(url: str | None) -> str | None:
    """Return an address that may be a link: of the web, and nothing else."""
    if not url or len(url) > _LONGEST_LINK or not url.isprintable() or safe(url) != url or '"' in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def language(record: Record) -> str:
    """Return the language of a record's text; German where it says none, or what is no language."""
    said = record.get("language") or ""
    return said if _LANGUAGE.fullmatch(said) else "de"


def clock(time: str | None) -> str:
    """Return the hour and minute of a time."""
    return time[11:16] if time else ""


def day_name(time: str) -> str:
    """Write a day in words.

    >>> day_name("2025-02-15T20:02:04+01:00")
    'Saturday, 15 February 2025'
    """
    try:
        day = date.fromisoformat(time[:_DATE])
    except ValueError:
        return time
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"
