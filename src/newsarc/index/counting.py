"""How many articles there are of each section in each span of time: counted from the index's columns alone."""

import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from newsarc.index.asking import conditions_of
from newsarc.query import Query

Tally: TypeAlias = dict[tuple[str | None, int], int]
"""How many there are of a section (None: of none) in a span, known by its number; only where there are any."""

_LABELS = """
    WITH RECURSIVE label(name) AS (
        SELECT min(category) FROM article
        UNION ALL SELECT (SELECT min(category) FROM article WHERE category > name) FROM label WHERE name IS NOT NULL
    ), span(number, since, until) AS (VALUES {spans})
"""
_MOST = 300  # spans of one question: SQLite takes only so many values


def tally(connection: sqlite3.Connection, query: Query, edges: Sequence[float]) -> Tally:
    """Count what a question finds, by section, between each two neighbours of `edges`, seconds in order.

    A question of sections and times is answered by the keys of one index: a million articles take about 0.1 s.
    """
    found: Tally = {}
    spans = list(pairwise(edges))
    for start in range(0, len(spans), _MOST):
        found |= _tallied(connection, query, spans[start : start + _MOST], start)
    return found


def _tallied(connection: sqlite3.Connection, query: Query, spans: list[tuple[float, float]], first: int) -> Tally:
    conditions, values = conditions_of(query)
    asked = " AND ".join(["category IS name", "published >= span.since", "published < span.until", *conditions])
    counted = f"(SELECT count(*) FROM article INDEXED BY article_by_category WHERE {asked})"  # noqa: S608 - our own words
    rows = [value for number, span in enumerate(spans, first) for value in (number, *span)]
    labels = _LABELS.format(spans=", ".join(["(?, ?, ?)"] * len(spans)))
    sql = f"{labels} SELECT name, number, {counted} AS found FROM label CROSS JOIN span WHERE found > 0"  # noqa: S608
    return {(name, int(number)): int(count) for name, number, count in connection.execute(sql, [*rows, *values])}
