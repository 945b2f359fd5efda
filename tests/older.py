"""Archives as an older reader would have made them: what their records say is not today's reading of their bytes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from faulty import dumps
from material import NOON, articles_of
from newsarc.archive import Archive
from newsarc.article import Article
from newsarc.reparse import Reread, reparse
from newsarc.source import from_bytes

LATER = NOON + timedelta(days=400)
OLD = "newsarc 0.0.9 lexicon 0"


def older(article: Article, **said: Any) -> Article:
    """Say of an article what an older reader would have said."""
    origin = article.origin.model_copy(update={"reader": OLD, **said.pop("origin", {})}) if article.origin else None
    return article.model_copy(update={"origin": origin, **said})


def keep(archive: Archive, data: bytes, *alterations: dict[str, Any], name: str = "dump.txt") -> list[Article]:
    """Archive a source as an older reader would have read it; returns today's reading."""
    today = articles_of(data, name)
    source = from_bytes(data, name)
    several = alterations * len(today) if len(alterations) == 1 else alterations
    archive.append([(older(article, **said), source) for article, said in zip(today, several, strict=True)], now=NOON)
    return today


def again(archive: Archive, **how: Any) -> list[Reread]:
    return list(reparse(archive, clock=lambda: LATER, **how))


def whats(found: Iterable[Reread]) -> list[str]:
    return [one.what for one in found]


def stored(archive: Archive) -> list[Article]:
    return list(archive.articles())


def says(article: Article) -> dict[str, Any]:
    """Return what a record says, apart from its place in the archive."""
    return unplaced(article).model_dump()


def unplaced(article: Article) -> Article:
    """Return a stored article as it is read: without its place in the archive."""
    assert article.origin
    origin = article.origin.model_copy(update={"pack": None, "pack_offset": None, "pack_length": None})
    return article.model_copy(update={"origin": origin, "archived": None, "revision": 1})


def many(number: int, first: int = 1) -> bytes:
    """Write a source of so many small stories."""
    return b"\n".join(dumps(number, first=first).values())
