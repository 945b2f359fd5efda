"""What a story points to, and what points to it."""

from collections.abc import Iterator
from typing import NamedTuple

from newsarc.kinship.pointing import minute_of
from newsarc.query import Query
from newsarc.stories import Record, Stories


class Edge(NamedTuple):
    """A link, seen from one of its two stories: what is at the other end."""

    direction: str
    """`out`: this story names the other one; `in`: the other one names this."""
    id: str | None
    """Of the other story; null where it is not archived, or where several may be meant."""
    title: str | None
    """Headline of the other story, or what the link calls it."""
    published: str | None
    category: str | None
    """Section of the other story, or what the link says it is."""
    archived: bool
    linked_category: str | None
    """What the link says the section of the story is that it names."""
    candidates: tuple[str, ...]
    """Ids of stories that fit equally well, where it is not certain which one is meant."""


def edges(stories: Stories, record: Record, query: Query) -> Iterator[Edge]:
    """Yield the links of a story as printed, then those that name it, newest first.

    Of those that name it, what a query keeps back is left out.
    """
    for link in record.get("related") or ():
        yield _out(stories, link)
    naming: dict[str, Record] = {}
    for other, link in stories.resolver.naming(str(record["id"])):
        naming[str(other["id"])] = link
    found = [(stories.newest(name), link) for name, link in naming.items()]
    shown = [(other, link) for other, link in found if other is not None and (query.now is None or query.shows(other))]
    for other, link in sorted(shown, key=_newest_last, reverse=True):
        yield _in(other, link)


def _newest_last(one: tuple[Record, Record]) -> tuple[int, str]:
    return minute_of(one[0].get("published")) or 0, str(one[0]["id"])


def _in(other: Record, link: Record) -> Edge:
    """Return the edge from a story that names this one."""
    return Edge(
        direction="in",
        id=str(other["id"]),
        title=other.get("headline") or other.get("lead"),
        published=other["published"],
        category=other["category"],
        archived=True,
        linked_category=link.get("category"),
        candidates=(),
    )


def _out(stories: Stories, link: Record) -> Edge:
    """Return the edge to a story that this one names."""
    meant = stories.resolver.meant(link)
    return Edge(
        direction="out",
        id=meant.ids[0] if meant.ids else None,
        title=link.get("title") or link.get("text") or link.get("url"),
        published=link.get("published"),
        category=link.get("category"),
        archived=bool(meant.ids or meant.candidates),
        linked_category=link.get("category"),
        candidates=meant.candidates,
    )
