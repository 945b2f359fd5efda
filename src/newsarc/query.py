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

if TYPE_CHECKING:
    from newsarc.terms import Word

P = TypeVar("P")
Record = Mapping[str, Any]
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Query:
    """A question. Filters of one kind are alternatives, filters of different kinds must all hold.

    `since` and `until` are the half-open span of `published`; a story without a time is outside of every span.
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
            and (not self.words or _holds(self.words, record))
        )

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


class _Version(NamedTuple, Generic[P]):
    """The highest revision of one version of an id, and what decides whether it is the newest."""

    rank: tuple[float, ...]
    revision: int
    arrival: int
    published: float
    seq: int
    place: P
    is_asked_for: bool


def select(stored: Iterable[tuple[P, bytes]], query: Query) -> list[P]:
    """Return the places of the newest line of each id, where it is asked for, in the order of the query.

    By `published` descending, no time last, then the later line; `oldest` is exactly the other way round. Holds a
    few numbers for each id in memory, never a text.
    """
    newest: dict[str, dict[tuple[str, int], _Version[P]]] = {}
    for place, line in stored:
        record = json.loads(line)
        versions = newest.setdefault(record["id"], {})
        counted = (record["version_by"], record["version"])
        known = versions.get(counted)
        if known is None or record["revision"] >= known.revision:
            arrival = known.arrival if known else record["seq"]
            versions[counted] = _version(record, place, arrival, is_asked_for=query.matches(record))
    found = (max(versions.values(), key=lambda version: version.rank) for versions in newest.values())
    hits = [(version.published, version.seq, version.place) for version in found if version.is_asked_for]
    pick = heapq.nsmallest if query.order == "oldest" else heapq.nlargest
    return [
        hit[2] for hit in pick(query.limit if query.limit is not None else len(hits), hits, key=lambda hit: hit[:2])
    ]


def _version(record: Record, place: P, arrival: int, *, is_asked_for: bool) -> _Version[P]:
    """Rank a version: what a provider counted first, then the later time, the later copy, the later arrival."""
    is_counted = record["version_by"] == "provider"
    rank = (
        is_counted,
        record["version"] if is_counted else 0,
        _seconds(record.get("updated") or record.get("published")),
        _seconds(record.get("captured_after")),
        arrival,
    )
    published = _seconds(record.get("published"))
    return _Version(rank, record["revision"], arrival, published, record["seq"], place, is_asked_for)


def _seconds(time: str | None) -> float:
    return datetime.fromisoformat(time).timestamp() if time else _NEVER
