"""Stories that are known by links alone: what an archive lacks, the most often named first."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from newsarc.kinship import marks_of_link
from newsarc.query import Query
from newsarc.stories import Stories


class Missing(NamedTuple):
    """A story that links name and no line tells."""

    title: str | None
    category: str | None
    """As the story says that came in last of those that name it."""
    published: str | None
    named: int
    """How many stories name it."""
    named_by: str
    """Id of the last of them."""


def missing(stories: Stories, query: Query) -> Iterator[Missing]:
    """Yield what is only named, with a title and a minute, within the span, sections and limit of a query; lazy.

    What a link may mean is not missing, even where it is not certain.
    """
    yield from islice(filter(None, _missing(stories, query)), query.limit)


def _missing(stories: Stories, query: Query) -> Iterator[Missing | None]:
    for number, count, place in stories.index.unnamed():
        record = stories.web.record(place)
        for link in record.get("related") or ():
            if number in marks_of_link(link) and query.matches({**link, "kind": "article"}):
                meant = stories.resolver.meant(link)
                if not meant.ids and not meant.candidates:
                    yield Missing(link["title"], link["category"], link["published"], count, str(record["id"]))
                break
