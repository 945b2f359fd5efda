"""How many stories there are of each value of a column, or of two: counted by the database, in German time.

A story counts with its newest line, as for every other question. What a column holds folded (credit, keyword) is
given folded, with the last line that has it, where the printed word stands.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from newsarc.archive.chain import Head, Place
from newsarc.errors import IndexUnusable
from newsarc.index.asking import conditions_of
from newsarc.index.tables import connect_read_only, ours
from newsarc.query import Query
from newsarc.wording import fold_word
from newsarc.zone import BERLIN, in_german_time

_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BIAS = _EPOCH.toordinal() * _DAY  # seconds; makes every time of the calendar a positive number
_STEP = 20 * _DAY  # the clocks are never changed and changed back within so many seconds
_WAIT = 0.1  # seconds
_AT_ONCE = 500  # values in a statement
_MOST_MONTHS = 2_400  # that are told by when they begin; where there are more, the database reckons
_COLUMNS = {
    "category": "article.category",
    "kind": "article.kind",
    "status": "article.status",
    "format": "article.format",
    "credit": "nullif(article.credit, '')",
    "keyword": "keyword.word",
    "day": "local / 86400",
    "weekday": "(local / 86400 + 6) % 7",
    "hour": "local % 86400 / 3600",
    "month": "months",
    "year": "months / 12",
}
KNOWN = frozenset(_COLUMNS)
"""What can be counted by.

A `day` is given as its ordinal, 1 being 1 January of year 1, a `month` as 12 times its year and the months before it in
that year, a `weekday` as 0 for Monday.
"""


class Group(NamedTuple):
    """How many stories have these values, and the number of the last line among them."""

    values: tuple[Any, ...]
    number: int
    seq: int


def tally(path: str, head: Head, query: Query, names: tuple[str, ...]) -> list[Group]:
    """Count what a question finds by one or two of `KNOWN`, in the database at a path; the question has no words.

    Raises:
        IndexUnusable: It does not know the archive up to its head, or cannot be read.
        IndexDamaged: It is not as written.
    """
    if any(isinstance(value, str) and not value.isprintable() for value in (*query.credits, *query.keywords)):
        raise IndexUnusable(path, "it cannot be asked for such words")
    with ours(path), closing(connect_read_only(path, _WAIT)) as connection:
        connection.execute("BEGIN")
        if connection.execute("SELECT seq, chain FROM state").fetchall() != [(head.seq, head.chain)]:
            raise IndexUnusable(path, "it is behind")
        span = connection.execute("SELECT min(published), max(published) FROM article").fetchone()
        sql, values = _statement(query, names, span)
        return [Group(tuple(row[:-2]), int(row[-2]), int(row[-1])) for row in connection.execute(sql, values)]


def _statement(query: Query, names: tuple[str, ...], span: tuple[int | None, int | None]) -> tuple[str, list[Any]]:
    """Write the SQL; where words are counted, their table leads, as it is sorted by them."""
    columns = [_COLUMNS[name] for name in names]
    if any("local" in column or "months" in column for column in columns):
        offset = _offset(*span)
        local, months = f"(article.published + {offset} + {_BIAS})", _months(*span, offset)
        columns = [column.replace("local", local).replace("months", months) for column in columns]
    conditions, values = conditions_of(replace(query, keywords=()))
    if names == ("keyword",) and query.is_open:
        return _of_all_keywords(conditions), values
    if query.keywords:
        marks = ", ".join("?" for _ in query.keywords)
        conditions.append(f"article.seq IN (SELECT seq FROM keyword WHERE word IN ({marks}))")  # noqa: S608
        values += map(fold_word, query.keywords)
    source = "keyword CROSS JOIN article ON article.seq = keyword.seq" if "keyword" in names else "article"
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    groups = ", ".join(str(number) for number in range(1, len(names) + 1))
    said = f"{', '.join(columns)}, count(*), max(article.seq)"
    return f"SELECT {said} FROM {source}{where} GROUP BY {groups}", values  # noqa: S608 - only our own words


def _of_all_keywords(conditions: list[str]) -> str:
    """Write the count of keywords where nothing but what is kept back is left out: those few are, the rest is read."""
    hidden = "".join(f" UNION ALL SELECT seq FROM article WHERE hidden = 1 AND NOT {one}" for one in conditions)  # noqa: S608
    left_out = f"SELECT seq FROM older{hidden}"  # noqa: S608
    return f"SELECT word, count(*), max(seq) FROM keyword WHERE seq NOT IN ({left_out}) GROUP BY 1"  # noqa: S608


def _offset(first: int | None, last: int | None) -> str:
    """Write what German clocks are ahead of UTC at `published`, in seconds."""
    if first is None or last is None:
        return "0"
    return _chosen(_periods(first, last))


def _months(first: int | None, last: int | None, offset: str) -> str:
    """Write the number of the German month of `published`; nothing for a story without a time."""
    if first is None or last is None:
        return "NULL"
    begin, end = (_EPOCH + timedelta(seconds=second) for second in (first, last))
    numbers = range(_number(in_german_time(begin)), _number(in_german_time(end)) + 1)
    if len(numbers) > _MOST_MONTHS:
        local = f"article.published + {offset}, 'unixepoch'"
        return f"(strftime('%Y', {local}) * 12 + strftime('%m', {local}) - 1)"
    periods = [(_begin_of(number), number) for number in numbers]
    return f"CASE WHEN article.published IS NOT NULL THEN {_chosen(periods)} END"


def _number(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def _begin_of(number: int) -> int:
    return int(datetime(number // 12, number % 12 + 1, 1, tzinfo=BERLIN).timestamp())


def _chosen(periods: list[tuple[int, int]]) -> str:
    """Write a choice by halves, so that a row is compared with few of many."""
    if len(periods) == 1:
        return str(periods[0][1])
    middle = len(periods) // 2
    sooner, later = _chosen(periods[:middle]), _chosen(periods[middle:])
    return f"CASE WHEN article.published < {periods[middle][0]} THEN {sooner} ELSE {later} END"


def _periods(first: int, last: int) -> list[tuple[int, int]]:
    """List when German clocks were changed between two moments, and the seconds they are ahead of UTC from then on."""
    periods, at = [(first, _ahead(first))], first
    while at < last:
        following = min(at + _STEP, last)
        if (ahead := _ahead(following)) != periods[-1][1]:
            periods.append((_changed(at, following, ahead), ahead))
        at = following
    return periods


def _changed(before: int, after: int, ahead: int) -> int:
    """Find the second from which the clocks are ahead by so much."""
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if _ahead(middle) == ahead else (middle, after)
    return after


def _ahead(second: int) -> int:
    offset = in_german_time(_EPOCH + timedelta(seconds=second)).utcoffset() or timedelta()
    return int(offset.total_seconds())


def places_of(path: str, numbers: list[int]) -> Iterator[tuple[int, Place]]:
    """Yield where the lines of some numbers lie.

    Raises:
        IndexUnusable, IndexDamaged: As `tally`.
    """
    with ours(path), closing(connect_read_only(path, _WAIT)) as connection:
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            marks = ", ".join("?" for _ in some)
            sql = f"SELECT seq, segment, offset, length FROM article WHERE seq IN ({marks})"  # noqa: S608
            for seq, segment, offset, length in connection.execute(sql, some):
                yield int(seq), Place(int(segment), int(offset), int(length))
