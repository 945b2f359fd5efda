"""Which articles are asked for: the filters, which line of an id is the newest, and in which order answers come.

Works on stored lines as plain dictionaries; no model is loaded. A `Query` holds meanings (canonical labels, moments):
turning a person's words into them is the command line's business.
"""

import heapq
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

from newsarc.errors import ArticleEmbargoed, ArticleWithdrawn, ArticleWithheld, KeptBack

if TYPE_CHECKING:
    from newsarc.terms import Word

P = TypeVar("P")
Record = Mapping[str, Any]
_NEVER = float("-inf")
_LONGEST_NOTE = 200  # characters
_IS_COUNTED, _TIME = 0, 2  # in a rank
SAME_MOMENT = 2
"""Seconds by which the times of one message may differ in two formats."""
HIDDEN_STATUSES = ("withheld", "canceled")
HIDDEN_KINDS = ("advisory", "schedule", "service")
"""What is not for readers: shown only to who asks for it."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question. Filters of one kind are alternatives, filters of different kinds must all hold.

    `since` and `until` are the half-open span of `published`; a story without a time is outside of every span.
    With `now`, only what may be used at that moment is shown: nothing withheld, canceled or embargoed, and no message
    that speaks to editors; unless a status or kind is asked for by its name, or one of the switches says so.
    """

    categories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    words: tuple["Word", ...] = ()
    """What its text must hold, as `terms.read_words` reads it."""
    order: Literal["newest", "oldest", "relevance"] = "newest"
    limit: int | None = None
    behind: tuple[float, int] | None = None
    """Only what stands behind this place in the order of the answer: seconds since 1970 (-inf: no time), and `seq`."""
    now: datetime | None = None
    """The present moment, aware; None: nothing is hidden."""
    shows_embargoed: bool = False
    shows_canceled: bool = False
    """Withheld ones, too."""
    is_unique: bool = False
    """Of stories that are one, only the one that stands for them; `find` decides it, `matches` does not know."""

    def __post_init__(self) -> None:
        """Refuse a single string where several are meant: its letters would be the alternatives."""
        for name in ("categories", "kinds", "statuses", "keywords", "credits", "formats", "words"):
            if isinstance(getattr(self, name), str):
                raise TypeError(f"{name} takes a tuple, not one string")

    def matches(self, record: Record) -> bool:
        """Tell whether a record is asked for, whatever its version."""
        return (
            (not self.categories or record.get("category") in self.categories)
            and (not self.kinds or record.get("kind") in self.kinds)
            and (not self.statuses or record.get("status") in self.statuses)
            and (not self.formats or (record.get("origin") or {}).get("format") in self.formats)
            and _any_word(self.credits, [record.get("credit") or ""])
            and _any_word(self.keywords, record.get("keywords") or [])
            and self._is_in_span(record.get("published"))
            and (self.now is None or self.shows(record))
            and (not self.words or _holds(self.words, record))
        )

    def shows(self, record: Record) -> bool:
        """Tell whether a record may be shown now."""
        if record.get("kind") in HIDDEN_KINDS and not self.kinds:
            return False
        return not self.is_closed(record) and not self.is_early_for(record)

    def is_closed(self, record: Record) -> bool:
        """Tell whether the status of a record keeps it back."""
        status = record.get("status")
        is_hidden = self.now is not None and status in HIDDEN_STATUSES
        return is_hidden and not self.shows_canceled and status not in self.statuses

    def is_early_for(self, record: Record) -> bool:
        """Tell whether an embargo keeps a record back."""
        if self.now is None or self.shows_embargoed:
            return False
        end = record.get("embargoed")
        return bool(record.get("embargo_open")) or (end is not None and datetime.fromisoformat(end) > self.now)

    @property
    def is_open(self) -> bool:
        """Whether everything is asked for."""
        return self.is_about_section_and_time and not self.categories and self.since is None and self.until is None

    @property
    def is_about_section_and_time(self) -> bool:
        """Whether nothing but the section and the time of a record decides."""
        return not (self.kinds or self.statuses or self.keywords or self.credits or self.formats or self.words)

    @property
    def is_found_by_columns(self) -> bool:
        """Whether columns and stems give just the answer: no phrase and no beginning of a word is asked for."""
        if not self.words:
            return True
        from newsarc.terms import is_exact

        return is_exact(self.words)

    def is_behind(self, published: float, seq: int) -> bool:
        """Tell whether a line of this time and number comes behind the place where the answer begins."""
        here = (published, seq)
        return self.behind is None or (here > self.behind if self.order == "oldest" else here < self.behind)

    def _is_in_span(self, published: str | None) -> bool:
        if self.since is None and self.until is None:
            return True
        if published is None:
            return False
        moment = datetime.fromisoformat(published)
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


def _holds(words: tuple["Word", ...], record: Record) -> bool:
    from newsarc.terms import holds

    return holds(words, record)


def _any_word(wanted: tuple[str, ...], words: Iterable[str]) -> bool:
    """Tell whether one of the words is wanted, whatever their case and umlauts."""
    if not wanted:
        return True
    from newsarc.wording import fold_word

    return not {fold_word(word) for word in wanted}.isdisjoint(map(fold_word, words))


def kept_back(record: Record, query: Query) -> KeptBack | None:
    """Say why a record may not be shown, without a word of its text; None if it may."""
    name = str(record["id"])
    if query.is_closed(record):
        error = ArticleWithdrawn if record["status"] == "canceled" else ArticleWithheld
        return error(name, ": ".join(filter(None, (_moment(record), note(record)))))
    if query.is_early_for(record):
        end = None if record.get("embargo_open") else record["embargoed"]
        return ArticleEmbargoed(name, f"until {_written(end)}" if end else "until its source lifts it")
    return None


def _moment(record: Record) -> str:
    time = record.get("updated") or record.get("published")
    return f"on {_written(time)}" if time else ""


def _written(time: str) -> str:
    return f"{time[:10]} {time[11:16]}"


def note(record: Record) -> str:
    """Return the reason its source gives for a correction or a withdrawal, on one line; empty where it gives none.

    It stands behind a signal; that of a withdrawal also by itself, never in the text.
    """
    notes = [signal.partition(": ")[2] for signal in record.get("signals") or ()]
    if record.get("status") in HIDDEN_STATUSES:
        notes += record.get("unparsed") or ()
    return " ".join(next(filter(None, notes), "").split())[:_LONGEST_NOTE]


class _Version(NamedTuple, Generic[P]):
    """The line that stands for one version of an id, and what decides whether it is the newest."""

    rank: tuple[float, ...]
    reading: tuple[bool, int]
    """Decides which line stands for the version: a cancel, else the highest revision."""
    arrival: int
    published: float
    seq: int
    place: P
    is_asked_for: bool

    @property
    def is_counted(self) -> bool:
        return bool(self.rank[_IS_COUNTED])

    @property
    def is_cancel(self) -> bool:
        return self.reading[0]


def select(stored: Iterable[tuple[P, bytes]], query: Query) -> list[P]:
    """Return the places of the newest line of each id, where it is asked for, in the order of the query.

    By `published` descending, no time last, then the later line; `oldest` is exactly the other way round. Holds a
    few numbers for each id in memory, never a text.
    """
    found = map(_newest, _versions(stored, query).values())
    hits = [
        (version.published, version.seq, version.place)
        for version in found
        if version.is_asked_for and query.is_behind(version.published, version.seq)
    ]
    pick = heapq.nsmallest if query.order == "oldest" else heapq.nlargest
    return [
        hit[2] for hit in pick(query.limit if query.limit is not None else len(hits), hits, key=lambda hit: hit[:2])
    ]


def in_order(stored: Iterable[tuple[P, bytes]]) -> list[P]:
    """Return the place of the line that stands for each version of one id, in the order of rank, the newest last."""
    [versions] = _versions(stored, Query()).values()
    in_force = {id(one) for one in _in_force(versions)}
    return [one.place for one in sorted(versions.values(), key=lambda one: (id(one) in in_force, one.rank))]


def _versions(stored: Iterable[tuple[P, bytes]], query: Query) -> dict[str, dict[tuple[str, int], _Version[P]]]:
    """Gather the line that stands for each version of each id."""
    found: dict[str, dict[tuple[str, int], _Version[P]]] = {}
    for place, line in stored:
        record = json.loads(line)
        versions = found.setdefault(record["id"], {})
        counted = (record["version_by"], record["version"])
        known = versions.get(counted)
        if known is None or _reading(record) >= known.reading:
            arrival = known.arrival if known else record["seq"]
            versions[counted] = _version(record, place, arrival, is_asked_for=query.matches(record))
    return found


def _newest(versions: dict[tuple[str, int], _Version[P]]) -> _Version[P]:
    """Choose the newest version of an id."""
    if len(versions) == 1:
        [newest] = versions.values()
        return newest
    return max(_in_force(versions), key=lambda version: version.rank)


def _in_force(versions: dict[tuple[str, int], _Version[P]]) -> list[_Version[P]]:
    """Choose what may be the newest. A cancel that no provider counted withdraws all counted ones that are not later.

    Two formats of one message may differ by two seconds.
    """
    cancels = [one.rank[_TIME] + SAME_MOMENT for one in versions.values() if one.is_cancel and not one.is_counted]
    return [
        one
        for one in versions.values()
        if one.is_cancel or not one.is_counted or all(end < one.rank[_TIME] for end in cancels)
    ]


def _reading(record: Record) -> tuple[bool, int]:
    return record["status"] == "canceled", record["revision"]


def _version(record: Record, place: P, arrival: int, *, is_asked_for: bool) -> _Version[P]:
    """Rank a version: what a provider counted first, then the later time, a cancel, the later copy, the later arrival.

    A cancel without a time holds against every time.
    """
    is_counted, reading = record["version_by"] == "provider", _reading(record)
    time = _seconds(record.get("updated") or record.get("published"))
    rank = (
        is_counted,
        record["version"] if is_counted else 0,
        -_NEVER if reading[0] and time == _NEVER else time,
        reading[0],
        _seconds(record.get("captured_after")),
        arrival,
    )
    published = _seconds(record.get("published"))
    return _Version(rank, reading, arrival, published, record["seq"], place, is_asked_for)


def _seconds(time: str | None) -> float:
    return datetime.fromisoformat(time).timestamp() if time else _NEVER
