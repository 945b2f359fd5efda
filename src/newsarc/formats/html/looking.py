"""What a saved page says of itself in its head and its marks: scripts of JSON-LD, meta tags, addresses, visible times.

bs4's home. Only the elements that are looked at are kept, so that a page of any depth costs little.

Source: samples/html/full.html
"""

import re
import warnings
from collections.abc import Mapping
from typing import NamedTuple

from newsarc.errors import ParseError

_LOOKED_AT = ("script", "meta", "link", "base", "title", "h1", "time")
_LANGUAGE = re.compile(r"<html\b[^<>]{0,2000}?\s(?:xml:)?lang\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9-]{1,35})", re.IGNORECASE)
_MOST_HEADINGS = 10  # they may lie in each other
_JSON_LD = "application/ld+json"


class Page(NamedTuple):
    """What a page says of itself, as printed; entities are undone."""

    language: str | None
    canonical: str | None
    title: str | None
    metas: dict[str, list[str]]
    """By the name in lower case, whether it stands in `name`, `property` or `itemprop`."""
    scripts: list[str]
    """The scripts of JSON-LD."""
    headings: list[str]
    """The visible headings of the first order."""
    times: list[str]
    """The `datetime` of each `<time>`, those of the publication first."""

    def meta(self, *names: str) -> str | None:
        """Return what the first of some meta tags says that says something."""
        return next((word for name in names for word in self.metas.get(name, ())), None)


def look_at(text: str, where: str) -> Page:
    """Look at a page, already decoded.

    Raises:
        ParseError: It holds what no parser of HTML takes.
    """
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup
    from bs4.filter import SoupStrainer

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            soup = BeautifulSoup(text, "lxml", parse_only=SoupStrainer(list(_LOOKED_AT)))
    except (ParserRejectedMarkup, ValueError) as error:
        raise ParseError(where, f"no readable HTML: {str(error)[:100]}") from error
    metas: dict[str, list[str]] = {}
    for tag in soup.find_all("meta"):
        content = _line(tag.get("content"))
        for name in ("property", "name", "itemprop"):
            if content and tag.get(name):
                metas.setdefault(_line(tag.get(name)).lower(), []).append(content)
    canonical = [
        _line(tag.get("href")) for tag in soup.find_all("link") if "canonical" in _line(tag.get("rel")).split()
    ]
    titles = [_line(tag.get_text()) for tag in soup.find_all("title")]
    language = _LANGUAGE.search(text[:100_000])
    return Page(
        language=language[1] if language else None,
        canonical=next(filter(None, canonical), None),
        title=next(filter(None, titles), None),
        metas=metas,
        scripts=[tag.get_text() for tag in soup.find_all("script") if _JSON_LD in _line(tag.get("type")).lower()],
        headings=[words for tag in soup.find_all("h1", limit=_MOST_HEADINGS) if (words := _line(tag.get_text(" ")))],
        times=_times([(_line(tag.get("datetime")), _is_of_publication(tag.attrs)) for tag in soup.find_all("time")]),
    )


def _is_of_publication(marks: Mapping[str, object]) -> bool:
    return "pubdate" in marks or marks.get("itemprop") == "datePublished"


def _times(found: list[tuple[str, bool]]) -> list[str]:
    return [
        text for wanted in (True, False) for text, is_of_publication in found if text and is_of_publication is wanted
    ]


def _line(value: object) -> str:
    """Write an attribute or a text on one line; an attribute of several words is a list."""
    words = " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return " ".join(words.replace("\0", "").split())
