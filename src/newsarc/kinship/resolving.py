"""Which archived story a link means, what other dumps say a story's section is, and what it is a copy of or carries on.

Asked of a `Web`: lines found by their numbers, those of an archive and those of a batch that is about to join it.
Answers depend on what these lines say, not on the order in which they came. A link that fits several stories equally
well means none of them, unless they are copies of each other: nothing is guessed.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from newsarc.kinship import marks_like, marks_of_link, marks_of_story, named_by, naming
from newsarc.kinship.likeness import (
    COPY_FROM,
    UPDATE_LIKE_NAMED_FROM,
    Resemblance,
    compared,
    is_carried_on,
    may_be_alike,
    resemblance,
)
from newsarc.kinship.pointing import Fit, Record, fit_of, minute_of

UPDATE_WITHIN = 72 * 3600
"""Seconds between a story and one that carries it on."""
_MOST_COPIES = 100  # stories that fit one link and are compared
_OF_COPIES = 0.4  # share of a sketch that copies have in common; by chance they have less once in ten thousand times
_MOST_LIKE = 200  # lines that bear one number of a sketch; what more of them bear is a phrase that tells nothing

T = TypeVar("T", bound=Hashable)
"""Stands for a line."""


class Web(Protocol[T]):
    """Where lines are found."""

    def found(self, marks: Sequence[int]) -> Mapping[int, Sequence[T]]:
        """Return the lines that bear each number, in an order that is always the same."""

    def story(self, name: str) -> Sequence[T]:
        """Return every line of an id."""

    def record(self, token: T) -> Record:
        """Read a line."""


class Meant(NamedTuple):
    """What a link means: one story, or copies of one; else several that it may mean, or nothing."""

    ids: tuple[str, ...] = ()
    """The story it means; of copies of one text all, the first published first."""
    line: Record | None = None
    """The line of the first that proves it."""
    candidates: tuple[str, ...] = ()
    """Stories that fit equally well and are no copies; then it means none of them."""


Line: TypeAlias = tuple[str, str, int, int]
"""Id, who counts, version, revision: what tells a line from every other."""


class Named(NamedTuple):
    """A link, and the line in which it stands."""

    record: Record
    link: Record


class Kin(NamedTuple):
    """What a story is the same as, or what it carries on."""

    same_as: str | None = None
    update_of: str | None = None


NO_KIN = Kin()


class Resolver(Generic[T]):
    """Answers of one state of a web; each link is resolved once."""

    def __init__(self, web: Web[T]) -> None:
        self._web = web
        self._meant: dict[tuple[str | None, ...], Meant] = {}
        self._links: dict[T, dict[int, list[int]]] = {}
        self._fitting: dict[Line, list[Named]] = {}
        self._alike: dict[Line, list[tuple[Record, Resemblance]]] = {}
        self._sections: dict[str, str | None] = {}

    # Links.

    def meant(self, link: Record) -> Meant:
        """Return which story a link means."""
        key = (link["text"], link.get("published"), link.get("url"), link.get("title"), link.get("teaser"))
        if key not in self._meant:
            self._meant[key] = self._resolved(link)
        return self._meant[key]

    def _resolved(self, link: Record) -> Meant:
        best, fitting = Fit(0), dict[str, Record]()
        for token in self._tokens([named_by(mark) for mark in marks_of_link(link)]):
            record = self._web.record(token)
            fit = fit_of(link, record)
            if fit is None or fit < best:
                continue
            if fit > best:
                best, fitting = fit, {}
            fitting.setdefault(str(record["id"]), record)
        several = sorted(fitting.values(), key=_order)
        names = tuple(str(record["id"]) for record in several)
        if len(several) > 1 and not _are_copies(several):
            return Meant(candidates=names)
        return Meant(names, several[0]) if several else Meant()

    def _tokens(self, marks: Sequence[int]) -> Iterable[T]:
        """Return the lines that bear any of some numbers, each once."""
        return dict.fromkeys(token for tokens in self._web.found(marks).values() for token in tokens)

    def fitting(self, record: Record) -> list[Named]:
        """Return every link that a line of a story fits, whichever story it means."""
        line = _line(record)
        if line not in self._fitting:
            self._fitting[line] = list(self._found_fitting(record))
        return self._fitting[line]

    def _found_fitting(self, record: Record) -> Iterator[Named]:
        marks = [naming(mark) for mark in marks_of_story(record)]
        for token in self._tokens(marks):
            links = self._links_of(token)
            places = sorted({place for mark in marks for place in links.get(mark, ())})
            other = self._web.record(token) if places else record
            for place in places:
                if fit_of(other["related"][place], record):
                    yield Named(other, other["related"][place])

    def _links_of(self, token: T) -> dict[int, list[int]]:
        """Return which links of a line bear each number, by their places."""
        if token not in self._links:
            found: dict[int, list[int]] = {}
            for place, link in enumerate(self._web.record(token).get("related") or ()):
                for mark in marks_of_link(link):
                    found.setdefault(mark, []).append(place)
            self._links[token] = found
        return self._links[token]

    def naming(self, name: str) -> list[Named]:
        """Return the links that mean a story, each once a line."""
        found: dict[tuple[Line, str], Named] = {}
        for token in self._web.story(name):
            for named in self.fitting(self._web.record(token)):
                found[(_line(named.record), named.link["text"])] = named
        return [named for named in found.values() if name in self.meant(named.link).ids]

    def section(self, name: str) -> str | None:
        """Return the section that most stories say this one belongs to; of as many, the one said last.

        Each story has one voice for each section it says, and none about itself. None where nobody says one.
        """
        if name not in self._sections:
            self._sections[name] = majority(named for named in self.naming(name) if named.record["id"] != name)
        return self._sections[name]

    # Likeness.

    def kin(self, record: Record) -> Kin:
        """Return what a story is a copy of or carries on, among all that were published before it.

        Of copies it is the first; of stories carried on the last one, copies of others aside.
        """
        mine = self.order(record)
        copies, carried = [], list[tuple[tuple[float, str], Record]]()
        for other, share in self.alike(record):
            theirs = self.order(other)
            if theirs < mine and share.jaccard >= COPY_FROM:
                copies.append(theirs)
            elif theirs < mine and is_update(record, other, share):
                carried.append((theirs, other))
        if copies:
            return Kin(same_as=min(copies)[1])
        carried.sort(key=lambda one: one[0])
        firsts = [
            name
            for place, ((_, name), other) in enumerate(carried)
            if not any(_are_copies([other, before]) for (_, known), before in carried[:place] if known != name)
        ]
        return Kin(update_of=firsts[-1]) if firsts else NO_KIN

    def alike(self, record: Record) -> list[tuple[Record, Resemblance]]:
        """Return the lines of other stories that share much with one; withdrawn ones are like none."""
        line = _line(record)
        if line not in self._alike:
            self._alike[line] = list(self._found_alike(record))
        return self._alike[line]

    def _found_alike(self, record: Record) -> Iterator[tuple[Record, Resemblance]]:
        marks = marks_like(record) if record.get("status") != "canceled" else []
        shared: dict[T, int] = {}
        for tokens in self._web.found(marks).values() if marks else ():
            for token in tokens if len(tokens) <= _MOST_LIKE else ():
                shared[token] = shared.get(token, 0) + 1
        for token, count in shared.items():
            if may_be_alike(marks, count):
                other = self._web.record(token)
                if other["id"] != record["id"] and _are_worth_it(record, other, count / len(marks)):
                    share = resemblance(compared(record), compared(other))
                    if share.containment >= UPDATE_LIKE_NAMED_FROM:
                        yield other, share

    def order(self, record: Record) -> tuple[float, str]:
        """Return by what stories are put in order: when their first version was published, none last; then the id."""
        lines = map(self._web.record, self._web.story(str(record["id"])))
        return min((_order(line) for line in lines), default=_order(record))


def _line(record: Record) -> Line:
    return record["id"], record["version_by"], record["version"], record["revision"]


def majority(links: Iterable[Named]) -> str | None:
    """Return the section that most stories say; of as many, the one that was said last."""
    voices: dict[str, set[str]] = {}
    latest: dict[str, int] = {}
    for named in links:
        label = named.link.get("category")
        if label:
            voices.setdefault(label, set()).add(str(named.record["id"]))
            latest[label] = max(latest.get(label, 0), said_at(named.record))
    return max(voices, key=lambda label: (len(voices[label]), latest[label], label), default=None)


def said_at(record: Record) -> int:
    """Return the minute at which a dump's links were new, as far as it is known."""
    return minute_of(record.get("captured_after") or record.get("published")) or 0


def _order(record: Record) -> tuple[float, str]:
    return _time(record.get("published")), str(record["id"])


@lru_cache(4096)
def _time(published: str | None) -> float:
    return datetime.fromisoformat(published).timestamp() if published else float("inf")


def _are_worth_it(record: Record, other: Record, shared: float) -> bool:
    """Tell whether two stories need to be compared: those far apart in time only where they may be copies."""
    if other.get("status") == "canceled":
        return False
    return shared >= _OF_COPIES or abs(_order(record)[0] - _order(other)[0]) <= UPDATE_WITHIN


def _are_copies(records: Sequence[Record]) -> bool:
    """Tell whether all of these are copies of the first."""
    if len(records) > _MOST_COPIES:
        return False
    first = compared(records[0])
    return all(resemblance(first, compared(other)).jaccard >= COPY_FROM for other in records[1:])


def is_update(record: Record, other: Record, share: Resemblance) -> bool:
    """Tell whether a story carries on another one that is no copy of it: later within 72 hours, and longer."""
    later, earlier = _order(record)[0], _order(other)[0]
    return (
        0 <= later - earlier <= UPDATE_WITHIN
        and record.get("kind") == other.get("kind")
        and len(compared(record)) > len(compared(other))
        and is_carried_on(share, record.get("headline"), other.get("headline"))
    )
