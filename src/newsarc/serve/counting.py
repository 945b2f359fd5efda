"""How many stories there are of each section, month and day, as the index knows; remembered until the archive grows."""

import json
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple

from newsarc.archive import Archive
from newsarc.errors import IndexUnusable, NewsarcError
from newsarc.find import find
from newsarc.index import Index
from newsarc.query import Query
from newsarc.serve.finding import time_of
from newsarc.zone import BERLIN, in_german_time

if TYPE_CHECKING:
    from newsarc.archive.chain import Head

_MOST_MONTHS = 1_200  # that are counted one by one, the newest
_MONTHS_A_YEAR = 12
_ALL_TIMES = datetime(1, 1, 1, tzinfo=UTC)

MANY = 100_000
"""So many stories take a moment to be counted."""

Label = str | None
_Key = tuple["Head", datetime]


class Counts(NamedTuple):
    """How many stories stand in each month, by section; months from the first to the last, `2025-02`."""

    months: tuple[str, ...]
    by_label: dict[Label, tuple[int, ...]]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(map(sum, self.by_label.values()))

    def of(self, label: Label) -> int:
        """Return how many there are of a section."""
        return sum(self.by_label.get(label, ()))


_Known = tuple[_Key, Counts]


class Counting:
    """Counts of one archive, remembered for as long as its end and the minute are the same: embargoes end.

    Of many stories the counts of before are given while new ones are made, so that no page waits for them.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = Lock()
        self._known: _Known | None = None
        self._is_counting = False

    def months(self, now: datetime) -> Counts:
        """Count every section by German months; stories without a time are in none."""
        key = (self._archive.head(), now.replace(second=0, microsecond=0))
        with self._lock:
            if self._known is None or (self._known[0] != key and self._known[1].total < MANY):
                self._known = key, _months(self._archive, Query(now=now))
            elif self._known[0] != key and not self._is_counting:
                self._is_counting = True
                Thread(target=self._recount, args=(key, now), daemon=True).start()
            return self._known[1]

    def _recount(self, key: _Key, now: datetime) -> None:
        """Count anew; where that fails, the next page tries it again."""
        found = None
        with suppress(NewsarcError, OSError):
            found = key, _months(self._archive, Query(now=now))
        with self._lock:
            self._known = found or self._known
            self._is_counting = False

    def days(self, days: Sequence[str], now: datetime) -> dict[str, Counter[Label]]:
        """Count every section by days, `2025-02-15`, the newest first."""
        starts = sorted({edge for day in days for edge in edges_of(day)})
        found = tally(self._archive, Query(now=now), [start.timestamp() for start in starts])
        counted: dict[str, Counter[Label]] = {day: Counter() for day in days}
        for (label, number), count in found.items():
            if (day := starts[number].date().isoformat()) in counted:
                counted[day][label] = count
        return counted


def newest_days(archive: Archive, now: datetime, most: int) -> list[str]:
    """Return the newest days that have stories, `2025-02-15`; where the calendar ends there are none."""
    days = list[str]()
    until = None
    while len(days) < most:
        found = find(archive, Query(now=now, since=_ALL_TIMES, until=until, limit=1))
        published = next((json.loads(line)["published"] for line in found), None)
        if published is None:
            break
        try:
            until = edges_of(published[:10])[0]
        except OverflowError:
            break
        days.append(published[:10])
    return days


def edges_of(day: str) -> tuple[datetime, datetime]:
    """Return when a German day begins and ends."""
    start = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
    return in_german_time(start), in_german_time(start + timedelta(days=1))


def tally(archive: Archive, query: Query, edges: Sequence[float]) -> dict[tuple[Label, int], int]:
    """Count by section and span: by the index as far as it knows the archive, else by reading all lines."""
    try:
        with _asked(archive) as index:
            return index.tally(query, edges)
    except IndexUnusable:
        found: Counter[tuple[Label, int]] = Counter()
        for line in find(archive, query):
            record = json.loads(line)
            number = bisect(edges, time_of(record)) - 1
            if 0 <= number < len(edges) - 1:
                found[record["category"], number] += 1
        return dict(found)


@contextmanager
def _asked(archive: Archive) -> Iterator[Index]:
    with closing(Index(archive.root, archive.uuid, tell=archive.tell)) as index:
        index.catch_up(archive)
        with index.snapshot():
            yield index


def _months(archive: Archive, query: Query) -> Counts:
    """Count all there is, from the month of the oldest story to that of the newest."""
    ends = [_month(archive, Query(now=query.now, order=order)) for order in ("oldest", "newest")]
    if ends[0] is None or ends[1] is None:
        return Counts((), {})
    last = ends[1]
    first = max(ends[0], last - _MOST_MONTHS + 1)
    names = [f"{number // _MONTHS_A_YEAR:04}-{number % _MONTHS_A_YEAR + 1:02}" for number in range(first, last + 1)]
    starts = [datetime.fromisoformat(f"{name}-01").replace(tzinfo=BERLIN).timestamp() for name in names]
    found = tally(archive, query, [*starts, starts[-1] + 31.5 * 86_400])
    labels = sorted({label for label, _ in found}, key=lambda label: label or "\uffff")
    counted = {label: tuple(found.get((label, number), 0) for number in range(len(names))) for label in labels}
    return Counts(tuple(names), counted)


def _month(archive: Archive, query: Query) -> int | None:
    """Return the number of the month of the first story of an answer that has a time."""
    for line in find(archive, replace(query, since=_ALL_TIMES, limit=1)):
        published = json.loads(line)["published"]
        return int(published[:4]) * _MONTHS_A_YEAR + int(published[5:7]) - 1
    return None
