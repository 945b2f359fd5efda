"""How many stories there are, by one or two of their properties, in German time.

The index counts what its columns know; everything else is read, story by story, and gives the same. `names` knows what
can be counted by, `charts` how it is drawn.
"""

import json
from collections.abc import Callable
from contextlib import closing
from itertools import product
from math import prod
from typing import Any, NamedTuple

from newsarc.archive import Archive
from newsarc.archive.scanning import read_lines
from newsarc.errors import ArchiveDamaged, IndexDamaged, IndexUnusable
from newsarc.find import find
from newsarc.index import Index
from newsarc.index.grouping import KNOWN, places_of, tally
from newsarc.query import Query
from newsarc.stats.names import NAMES, Value, following, key_of, names_of, rank_of

__all__ = ["NAMES", "Count", "count_by", "filled", "names_of", "row_of", "values_of"]

_MOST_DATES = 4_000  # values of a calendar, more than ten years of days
_MOST_FILLED = 200_000  # pairs, most of them 0
_EVERY = 1_000  # stories between two signs of life


class Count(NamedTuple):
    """How many stories have these values, in the order of the names."""

    values: tuple[Value, ...]
    number: int


_Keys = tuple[Value, ...]


def count_by(
    archive: Archive,
    query: Query,
    names: tuple[str, ...],
    *,
    top: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Count]:
    """Count the stories a question finds, by one or two names.

    A story with several keywords counts for each, one without for none. Calendar names come in their order, words by
    how often they are there; of words only the `top` are kept. `advance` is called with every thousandth story that
    is read.

    Raises:
        ArchiveDamaged, ArchiveRewritten: As `find`.
    """
    if KNOWN.issuperset(names) and query.limit is None and not query.words and not query.is_unique:
        try:
            return _by_index(archive, query, names, top)
        except (IndexUnusable, ArchiveDamaged):
            pass  # the long way says what is wrong
    return by_reading(archive, query, names, top=top, advance=advance)


def row_of(names: tuple[str, ...], counted: Count) -> dict[str, Any]:
    """Return a count with its names as keys."""
    return {**dict(zip(names, counted.values, strict=True)), "count": counted.number}


def filled(names: tuple[str, ...], counts: list[Count]) -> list[Count]:
    """Return the counts for who looks at them: with the pairs, and what is between in a calendar, that count 0."""
    values = [values_of(names, counts, at) for at in range(len(names))]
    if prod(map(len, values)) > _MOST_FILLED:
        return counts
    known = {counted.values: counted.number for counted in counts}
    return [Count(pair, known.get(pair, 0)) for pair in product(*values)]


def values_of(names: tuple[str, ...], counts: list[Count], at: int) -> list[Value]:
    """Return the values that one of the names has, in order; of a calendar with those between, unless they are many."""
    name = names[at]
    ordered = list(_ranks(name, at, {counted.values: counted.number for counted in counts}, None))
    dated: list[Value] = [value for value in ordered if value is not None]
    if NAMES[name].order != "calendar" or name == "urgency" or not dated:
        return ordered
    whole = dated[:1]
    while whole[-1] != dated[-1]:
        if len(whole) > _MOST_DATES:
            return ordered
        whole.append(following(name, whole[-1]))
    return [*whole, None] if None in ordered else whole


# By the index.


def _by_index(archive: Archive, query: Query, names: tuple[str, ...], top: int | None) -> list[Count]:
    with closing(Index(archive.root, archive.uuid, tell=archive.tell)) as index:
        index.catch_up(archive)
        path = index.path
    counts: dict[_Keys, int] = {}
    lines: list[dict[Value, int]] = [{} for _ in names]
    known: list[dict[Any, Value]] = [{} for _ in names]
    for group in tally(path, archive.head(), query, names):
        keys = tuple(map(_meant, names, group.values, known))
        counts[keys] = counts.get(keys, 0) + group.number
        for key, name, last in zip(keys, names, lines, strict=True):
            if NAMES[name].is_folded and key is not None:
                last[key] = max(last.get(key, 0), group.seq)
    kept = _kept(names, counts, top)
    spelt = [_spelt(archive, path, names[at], last, {keys[at] for keys in kept}) for at, last in enumerate(lines)]
    return [Count(tuple(map(_told, spelt, keys)), counts[keys]) for keys in kept]


def _meant(name: str, said: Any, known: dict[Any, Value]) -> Value:
    """Return what a value of the index says; looked up once, as thousands of groups share a day."""
    of_number = NAMES[name].of_number
    if of_number is None or said is None:
        return said  # type: ignore[no-any-return]
    if said not in known:
        known[said] = of_number(said)
    return known[said]


def _told(spelt: dict[Value, Value], key: Value) -> Value:
    return spelt.get(key, key)


def _spelt(archive: Archive, path: str, name: str, last: dict[Value, int], kept: set[Value]) -> dict[Value, Value]:
    """Read how the words that are kept are printed, in the last line of each.

    Raises:
        IndexDamaged: A line has no such word.
    """
    wanted = {key: number for key, number in last.items() if key in kept}
    places = dict(places_of(path, sorted(set(wanted.values()))))
    numbers = sorted(places, key=places.__getitem__)
    printed: dict[int, dict[Value, Value]] = {}
    for number, line in zip(numbers, read_lines(archive.root, [places[number] for number in numbers]), strict=True):
        printed[number] = _words(name, json.loads(line))
    try:
        return {key: printed[number][key] for key, number in wanted.items()}
    except KeyError as error:
        raise IndexDamaged(path, "a line has not the word it says") from error


def _words(name: str, record: dict[str, Any]) -> dict[Value, Value]:
    """Return the values of a record, as printed, by what they are compared by; of two that are one, the first."""
    found: dict[Value, Value] = {}
    for value in NAMES[name].of(record):
        key = key_of(name, value)
        found.setdefault(key, value if key is not None else None)
    return found


# By reading.


def by_reading(
    archive: Archive,
    query: Query,
    names: tuple[str, ...],
    *,
    top: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Count]:
    """Count the same by reading each story.

    Raises:
        ArchiveDamaged, ArchiveRewritten: As `find`.
    """
    counts: dict[_Keys, int] = {}
    spelt: list[dict[Value, tuple[int, Value]]] = [{} for _ in names]
    for number, record in enumerate(map(json.loads, find(archive, query, raw=True)), 1):
        found = [_words(name, record) for name in names]
        for keys in product(*found):
            counts[keys] = counts.get(keys, 0) + 1
        if all(found):
            for known, words in zip(spelt, found, strict=True):
                for key, printed in words.items():
                    if key not in known or known[key][0] < record["seq"]:
                        known[key] = record["seq"], printed
        if not number % _EVERY:
            advance()
    kept = _kept(names, counts, top)
    return [Count(tuple(known[key][1] for known, key in zip(spelt, keys, strict=True)), counts[keys]) for keys in kept]


# Order.


def _kept(names: tuple[str, ...], counts: dict[_Keys, int], top: int | None) -> list[_Keys]:
    """Put the groups in order, the first name first; of words only the most frequent are kept."""
    ranks = [_ranks(name, at, counts, top) for at, name in enumerate(names)]
    found = (keys for keys in counts if all(key in rank for key, rank in zip(keys, ranks, strict=True)))
    return sorted(found, key=lambda keys: [rank[key] for key, rank in zip(keys, ranks, strict=True)])


def _ranks(name: str, at: int, counts: dict[_Keys, int], top: int | None) -> dict[Value, int]:
    totals: dict[Value, int] = {}
    for keys, count in counts.items():
        totals[keys[at]] = totals.get(keys[at], 0) + count
    if NAMES[name].order == "calendar":
        ordered = sorted(totals, key=lambda value: rank_of(name, value))
    else:
        ordered = sorted(totals, key=lambda value: (-totals[value], *rank_of(name, value)))[:top]
    return {value: rank for rank, value in enumerate(ordered)}
