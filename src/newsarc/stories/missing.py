"""Stories that are known by links alone: what an archive lacks, the most often named first."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from newsarc.archive.chain import Place
from newsarc.kinship import marks_of_link
from newsarc.kinship.resolving import Named, majority, said_at
from newsarc.query import Query
from newsarc.stories import Record, Stories

_LINES = 1024  # whose links are held


class Missing(NamedTuple):
    """A story that links name and no line tells."""

    title: str | None
    category: str | None
    """As most stories say that name it; of as many, the one said last."""
    published: str | None
    named: int
    """How many stories name it."""
    named_by: str
    """Id of the one whose links are the newest."""


def missing(stories: Stories, query: Query) -> Iterator[Missing]:
    """Yield what is only named, with a title and a minute, within the span, sections and limit of a query; lazy.

    What a link may mean is not missing, even where it is not certain.
    """
    yield from islice(filter(None, map(_Looking(stories, query).at, stories.index.unnamed())), query.limit)


class _Looking:
    """Looks at one number of links after the other; the links of a line are sorted by their numbers once."""

    def __init__(self, stories: Stories, query: Query) -> None:
        self._stories = stories
        self._query = query
        self._links: Callable[[Place | int], dict[int, Record]] = lru_cache(_LINES)(self._links_of)

    def at(self, unnamed: tuple[int, int, Place]) -> Missing | None:
        """Return what a number of links names; None where it may be archived, or is not asked for."""
        number, count, place = unnamed
        link = self._links(place)[number]
        meant = self._stories.resolver.meant(link)
        if meant.ids or meant.candidates:
            return None
        tokens = self._stories.web.found([number])[number]
        named = [Named(self._stories.web.record(token), self._links(token)[number]) for token in tokens]
        last = max(named, key=lambda one: (said_at(one.record), one.record["id"]))
        found = Missing(last.link["title"], majority(named), link["published"], count, str(last.record["id"]))
        is_asked_for = self._query.matches({"kind": "article", "status": "usable", **found._asdict()})
        return found if is_asked_for else None

    def _links_of(self, token: Place | int) -> dict[int, Record]:
        links = self._stories.web.record(token).get("related") or ()
        return {mark: link for link in links for mark in marks_of_link(link)}
