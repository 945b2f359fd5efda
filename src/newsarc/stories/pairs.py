"""Which stories are copies of others, and which carry others on."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from newsarc.kinship.likeness import compared, resemblance
from newsarc.query import Query
from newsarc.stories import Record, Stories


class Pair(NamedTuple):
    """A story that repeats another one, or carries it on."""

    relation: str
    """`same_as` or `update_of`."""
    id: str
    of: str
    """The earlier one."""
    similarity: float | None
    """Share of the sequences of four words: of a copy those both have, of an update those that it took over.

    Null where the other one is not archived: it was erased.
    """


def pairs(stories: Stories, query: Query, relation: str | None = None) -> Iterator[Pair]:
    """Yield the pairs whose later story a query asks for, newest first; of both relations, or of one; lazy."""
    yield from islice(_pairs(stories, query, (relation,) if relation else ("same_as", "update_of")), query.limit)


def _pairs(stories: Stories, query: Query, relations: tuple[str, ...]) -> Iterator[Pair]:
    for place in stories.index.kin():
        record = stories.web.record(place)
        if not query.matches(record):
            continue
        for relation in relations:
            if record.get(relation):
                yield Pair(relation, str(record["id"]), record[relation], _similarity(stories, record, relation))


def _similarity(stories: Stories, record: Record, relation: str) -> float | None:
    """Compare a story with the line of the other one that is the most like it."""
    lines = map(stories.web.record, stories.web.story(str(record[relation])))
    shares = [resemblance(compared(record), compared(line)) for line in lines]
    found = (share.jaccard if relation == "same_as" else share.containment for share in shares)
    return round(max(found), 3) if shares else None
