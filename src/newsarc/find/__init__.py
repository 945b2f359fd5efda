"""Which records answer a question: the newest of each id, filtered, in order, as the archive's own bytes.

The plain scan of all lines (`query.select`) is the definition of every answer. The index finds the same sooner, and
decides nothing: each line it names is read, and counts only when it is the one meant. An index that does not fit is
made anew, and one that cannot be used is done without; an answer is then late, never wrong.

`looking` knows whether a line is the one meant, `showing` one article by its id, `states` one state to answer from.
"""

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from newsarc.archive import Archive
from newsarc.archive.chain import Place, Stored, without_framing
from newsarc.archive.filing import id_of
from newsarc.archive.scanning import read_around, read_lines
from newsarc.errors import ArchiveDamaged, IndexDamaged, IndexUnusable
from newsarc.find.looking import glanced, is_for_all, is_meant, is_plainly_meant, position
from newsarc.find.showing import lines_of, show
from newsarc.find.states import asked, lines, must_be, of_one_state, sound
from newsarc.index import Hit, Index
from newsarc.query import Query, select

__all__ = ("articles", "count", "find", "lines_of", "show")

if TYPE_CHECKING:
    from newsarc.article import Article


_AT_ONCE = 32  # lines: few enough for who wants only some, and for the processor's cache
_MOST_BEHIND = 5_000  # lines an index may be behind and still be asked


def find(archive: Archive, query: Query, *, raw: bool = False) -> Iterator[bytes]:
    """Yield the records a question asks for, newest first unless it says otherwise; lazy.

    `raw` keeps `seq` and `chain`.

    Raises:
        ArchiveDamaged: The archive ends before HEAD says; what stands before was yielded.
        ArchiveRewritten: A repair or an erasing replaced the segments, and the rest of the answer with them.
        QuestionTooCostly: So many beginnings of words take too long to look up.
    """
    for line in _lines_of(archive, query):
        yield line[:-1] if raw else without_framing(line)


def _lines_of(archive: Archive, query: Query) -> Iterator[bytes]:
    """Yield the lines of an answer; of stories that are one, all or the one that stands for them."""
    if not query.is_unique:
        return of_one_state(archive, partial(_answers, archive, query))
    from newsarc.stories.groups import standing

    every = replace(query, is_unique=False, limit=None)
    lines = of_one_state(archive, partial(_answers, archive, every))
    return islice(standing(archive, lines, every), _bounded(query.limit))


def articles(archive: Archive, query: Query) -> Iterator["Article"]:
    """Yield what `find` finds as `Article`.

    Raises:
        ArchiveDamaged, ArchiveRewritten: As `find`.
    """
    from newsarc.article import from_line

    yield from map(from_line, find(archive, query))


def count(archive: Archive, query: Query) -> int:
    """Count what `find` would yield.

    Raises:
        ArchiveDamaged: The archive ends before HEAD says.
        ArchiveRewritten: Repairs or erasings replaced the segments again and again.
    """
    if query.is_unique:
        return sum(1 for _ in _lines_of(archive, query))
    if query.limit is None and query.behind is None and query.is_found_by_columns:
        try:
            with asked(archive) as index:
                if index.seen == archive.head():
                    return index.count(query)
        except (IndexUnusable, ArchiveDamaged):
            pass  # the long way says what is wrong
    [found] = of_one_state(archive, lambda first: iter([sum(1 for _ in _answers(archive, query, first))]))
    return found


# Ways to an answer: all give the same lines in the same order, of the segments from `first` on.


def _answers(archive: Archive, query: Query, first: int) -> Iterator[bytes]:
    """Yield the lines of an answer; where one way fails, the next goes on behind what was yielded."""
    line: bytes | None = None
    ways = [_by_index, _by_new_index, _by_scan]
    while ways:
        given = position(line) if line else None
        try:
            for line in ways.pop(0)(archive, query, first):
                if given is None or _is_behind(line, given, query):
                    yield line
        except IndexDamaged:
            continue
        except (IndexUnusable, ArchiveDamaged):
            if not ways:
                raise
            ways = ways[-1:]  # a new index would not help
            continue
        return


def _is_behind(line: bytes, given: tuple[float, int], query: Query) -> bool:
    here = position(line)
    return here > given if query.order == "oldest" else here < given


def _by_index(archive: Archive, query: Query, first: int) -> Iterator[bytes]:
    """Answer by the index; lines that it does not know yet are read and merged in."""
    with asked(archive) as index:
        seen, head = index.seen, archive.head()
        if head.seq - seen.seq > _MOST_BEHIND or seen.first != first or not archive.holds(seen):
            raise IndexUnusable(index.path, "it is far behind, and others write it")
        found = _read(archive, index.hits(query), query)
        if seen != head:
            found = _with_unknown(archive, index, found, query)
            must_be(archive, first)
        yield from islice(found, _bounded(query.limit))


def _bounded(limit: int | None) -> int | None:
    return None if limit is None else max(0, min(limit, sys.maxsize))


def _by_new_index(archive: Archive, query: Query, first: int) -> Iterator[bytes]:
    """Answer by an index that is made anew."""
    must_be(archive, first)
    with closing(Index(archive.root, archive.uuid, tell=archive.tell)) as index:
        index.clear()
    return _by_index(archive, query, first)


def _by_scan(archive: Archive, query: Query, first: int) -> Iterator[bytes]:
    """Answer by reading all lines, up to a cut if there is one; a line that is no record is the archive's damage."""
    last, fault = Place(0, 0, 0), None

    def watched() -> Iterator[Stored]:
        nonlocal last, fault
        try:
            for stored in archive.scan():
                last = stored.place
                yield stored
        except ArchiveDamaged as error:
            fault = error

    try:
        places = iter(select(watched(), query))
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveDamaged(last.where, "it is no record") from error
    must_be(archive, first)
    while some := list(islice(places, _AT_ONCE)):
        yield from read_lines(archive.root, some)
    if fault:
        raise fault


def _read(archive: Archive, hits: Iterator[Hit], query: Query) -> Iterator[bytes]:
    """Read the lines the index names, neighbours at once; each must be the one meant.

    Raises:
        IndexDamaged: One is another line, or does not fit the question where its columns said so.
    """
    is_open, is_kept_back = query.is_open, query.now is not None
    while some := list(islice(hits, _AT_ONCE)):
        around = sound(read_around, archive, [hit[:3] for hit in some])
        for (_, _, _, seq, published), (data, start, end) in zip(some, around, strict=True):
            line = data[start:end]
            is_plain = is_plainly_meant(seq, published, line)
            if not (is_plain or is_meant(seq, published, line)):
                raise IndexDamaged("index", f"line {seq} is not where it says")
            try:
                is_plain = is_plain or not is_kept_back or is_for_all(line)
                fits = is_plain if is_open and is_plain else query.matches(glanced(line, query, is_plain=is_plain))
            except (ValueError, KeyError, TypeError) as error:  # who reads all lines says what is wrong with it
                raise IndexDamaged("index", f"line {seq} is no record") from error
            if fits:
                yield line
            elif query.is_found_by_columns:
                raise IndexDamaged("index", f"line {seq} is no answer")


def _with_unknown(archive: Archive, index: Index, found: Iterator[bytes], query: Query) -> Iterator[bytes]:
    """Merge what an index finds with the lines behind its end, whose ids it may know in older versions only."""
    unknown: dict[str, list[Stored]] = {}
    for stored in archive.scan(index.seen):
        unknown.setdefault(id_of(stored.line), []).append(stored)
    newer = []
    for name, several in unknown.items():
        places = index.places(name)
        known = [Stored(place, line) for place, line in zip(places, lines(archive, places), strict=True)]
        by_place = dict([*known, *several])
        newer += [by_place[place] for place in select([*known, *several], query)]
    is_newest_first = query.order != "oldest"
    newer.sort(key=position, reverse=is_newest_first)
    others = (line for line in found if id_of(line) not in unknown)
    return merge(others, newer, key=position, reverse=is_newest_first)


# One article.
