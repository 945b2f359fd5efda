"""Which records answer a question: the newest of each id, filtered, in order, as the archive's own bytes.

The plain scan of all lines (`query.select`) is the definition of every answer. The index finds the same sooner, and
decides nothing: each line it names is read, and counts only when it is the one meant. An index that does not fit is
made anew, and one that cannot be used is done without; an answer is then late, never wrong.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from newsarc.archive import Archive
from newsarc.archive.chain import Place, Stored, unseal, without_framing
from newsarc.archive.filing import id_of, is_line_of
from newsarc.archive.scanning import read_around, read_lines
from newsarc.errors import (
    AmbiguousId,
    ArchiveDamaged,
    ArchiveRewritten,
    ArticleNotFound,
    IndexDamaged,
    IndexUnusable,
    KeptBack,
)
from newsarc.index import NO_TIME, Hit, Index
from newsarc.query import Query, kept_back, select

if TYPE_CHECKING:
    from newsarc.article import Article

T = TypeVar("T")
Places: TypeAlias = Sequence[tuple[int, int, int]]

_MOST_NAMED = 5  # ids in a message
_MOST_LOOKED_AT = 32  # ids that fit a beginning
_AT_ONCE = 32  # lines: few enough for who wants only some, and for the processor's cache
_FOR_ALL = b'"status":"usable","kind":"article"'
_FOR_ALL_KINDS = re.compile(rb'"status":"usable","kind":"(?:article|table|digest|media)"')
_PUBLISHED = b',"published":"'
_IS_FREE = b'"embargo_open":false,"related":['
_HAS_NO_EMBARGO = (b'"embargoed":null,"embargoed_text":null,', b'"embargoed":null,')
_BEGINNING = 2_000  # bytes of a line in which its status stands, unless its id is very long
_MOST_BEHIND = 5_000  # lines an index may be behind and still be asked
_TRIES = 3  # answers that are begun while segments are replaced


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
        return _of_one_state(archive, partial(_answers, archive, query))
    from newsarc.stories.groups import standing

    every = replace(query, is_unique=False, limit=None)
    lines = _of_one_state(archive, partial(_answers, archive, every))
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
    if query.limit is None and query.is_found_by_columns:
        try:
            with _asked(archive) as index:
                if index.seen == archive.head():
                    return index.count(query)
        except (IndexUnusable, ArchiveDamaged):
            pass  # the long way says what is wrong
    [found] = _of_one_state(archive, lambda first: iter([sum(1 for _ in _answers(archive, query, first))]))
    return found


def _of_one_state(archive: Archive, answer: Callable[[int], Iterator[T]]) -> Iterator[T]:
    """Yield an answer that knows the first segment it is of; where segments are replaced before it began, begin again.

    Lines have other numbers and places behind a repair or an erasing, so what was begun cannot go on.

    Raises:
        ArchiveRewritten: It had begun, or it happened again and again.
    """
    for left in reversed(range(_TRIES)):
        first, is_begun = archive.head().first, False
        try:
            for one in answer(first):
                is_begun = True
                yield one
        except (OSError, ArchiveDamaged, ArchiveRewritten, IndexUnusable):
            if archive.head().first == first:
                raise
            if is_begun or not left:
                raise ArchiveRewritten(archive.root) from None
        else:
            return


def _must_be(archive: Archive, first: int) -> None:
    """Refuse to go on where the archive does not begin with this segment any more.

    Raises:
        ArchiveRewritten: It does not.
    """
    if archive.head().first != first:
        raise ArchiveRewritten(archive.root)


# Ways to an answer: all give the same lines in the same order, of the segments from `first` on.


def _answers(archive: Archive, query: Query, first: int) -> Iterator[bytes]:
    """Yield the lines of an answer; where one way fails, the next goes on behind what was yielded."""
    line: bytes | None = None
    ways = [_by_index, _by_new_index, _by_scan]
    while ways:
        given = _position(line) if line else None
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
    here = _position(line)
    return here > given if query.order == "oldest" else here < given


def _by_index(archive: Archive, query: Query, first: int) -> Iterator[bytes]:
    """Answer by the index; lines that it does not know yet are read and merged in."""
    with _asked(archive) as index:
        seen, head = index.seen, archive.head()
        if head.seq - seen.seq > _MOST_BEHIND or seen.first != first or not archive.holds(seen):
            raise IndexUnusable(index.path, "it is far behind, and others write it")
        found = _read(archive, index.hits(query), query)
        if seen != head:
            found = _with_unknown(archive, index, found, query)
            _must_be(archive, first)
        yield from islice(found, _bounded(query.limit))


def _bounded(limit: int | None) -> int | None:
    return None if limit is None else max(0, min(limit, sys.maxsize))


def _by_new_index(archive: Archive, query: Query, first: int) -> Iterator[bytes]:
    """Answer by an index that is made anew."""
    _must_be(archive, first)
    with closing(Index(archive.root, archive.uuid, tell=archive.tell)) as index:
        index.clear()
    return _by_index(archive, query, first)


@contextmanager
def _asked(archive: Archive) -> Iterator[Index]:
    """Open the index, let it catch up as far as it can, and ask one state of it."""
    with closing(Index(archive.root, archive.uuid, tell=archive.tell)) as index:
        index.catch_up(archive)
        with index.snapshot():
            yield index


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
    _must_be(archive, first)
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
        around = _sound(read_around, archive, [hit[:3] for hit in some])
        for (_, _, _, seq, published), (data, start, end) in zip(some, around, strict=True):
            line = data[start:end]
            is_plain = _is_plainly_meant(seq, published, line)
            if not (is_plain or _is_meant(seq, published, line)):
                raise IndexDamaged("index", f"line {seq} is not where it says")
            try:
                is_plain = is_plain or not is_kept_back or _is_for_all(line)
                fits = is_plain if is_open and is_plain else query.matches(_glanced(line, query, is_plain=is_plain))
            except (ValueError, KeyError, TypeError) as error:  # who reads all lines says what is wrong with it
                raise IndexDamaged("index", f"line {seq} is no record") from error
            if fits:
                yield line
            elif query.is_found_by_columns:
                raise IndexDamaged("index", f"line {seq} is no answer")


def _lines(archive: Archive, places: Places) -> list[bytes]:
    return _sound(read_lines, archive, places)


def _sound(reading: Callable[[str, Places], list[T]], archive: Archive, places: Places) -> list[T]:
    """Read at places that an index names.

    Raises:
        IndexDamaged: There can be no lines.
    """
    try:
        return reading(archive.root, places)
    except (OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise IndexDamaged("index", str(error)) from error


def _is_plainly_meant(seq: int, published: float, line: bytes) -> bool:
    """Tell of most lines in one look that they are the one meant (`_is_meant`) and for all (`_is_for_all`).

    There may be a million. What this says no to is looked at with care.
    """
    end = b',"seq":%d,"chain":"' % seq
    # All that is looked for stands behind the text, which is the first array, and most of a line. A quote inside a
    # string is escaped, so a quoted key is one.
    time = line.find(_PUBLISHED, line.find(b"]")) + len(_PUBLISHED)
    try:
        return (
            line.startswith(end, len(line) - 67 - len(end))
            and line.startswith(b'{"schema":')
            and line.endswith(b'"}\n')
            and line.find(b'"', time) == time + 25
            and published == int(datetime.fromisoformat(line[time : time + 25].decode()).timestamp())
            and line.find(_FOR_ALL, 0, _BEGINNING) > 0
            and line.endswith(_HAS_NO_EMBARGO, 0, max(0, line.find(_IS_FREE, time)))
        )
    except ValueError:
        return False


def _is_meant(seq: int, published: float, line: bytes) -> bool:
    """Tell whether a line is whole and has the number and the time the index says: by these answers are in order."""
    end = b',"seq":%d,"chain":"' % seq
    is_whole = line.startswith(b'{"schema":') and line.endswith(b'"}\n')
    return is_whole and line.startswith(end, len(line) - 67 - len(end)) and _is_of_time(published, line)


def _is_of_time(published: float, line: bytes) -> bool:
    try:
        time = _first(line, b'"published":')
        return published == (int(datetime.fromisoformat(time).timestamp()) if time else NO_TIME)
    except ValueError:
        return False


def _is_for_all(line: bytes) -> bool:
    """Tell whether a line says of itself that it need not be kept back."""
    is_usable = _FOR_ALL_KINDS.search(line, 0, _BEGINNING) is not None
    return is_usable and line.endswith(_HAS_NO_EMBARGO, 0, max(0, line.find(_IS_FREE)))


def _glanced(line: bytes, query: Query, *, is_plain: bool) -> dict[str, Any]:
    """Read of a line what a question asks for: section and time are found without reading all of it."""
    if query.is_about_section_and_time and is_plain:
        return {"category": _first(line, b'"category":'), "published": _first(line, b'"published":')}
    record: dict[str, Any] = json.loads(line)
    return record


def _first(line: bytes, key: bytes) -> str | None:
    """Return the first value of a key that is a plain word or null: the record's own, which stands before its parts."""
    start = line.find(key) + len(key)
    if not line.startswith(b'"', start):
        return None
    return line[start + 1 : line.index(b'"', start + 1)].decode()


def _position(line: bytes) -> tuple[float, int]:
    """Return where a line stands in the order of answers: time and number."""
    published = _first(line, b'"published":')
    parts = unseal(line)
    return datetime.fromisoformat(published).timestamp() if published else float("-inf"), parts[1] if parts else 0


def _with_unknown(archive: Archive, index: Index, found: Iterator[bytes], query: Query) -> Iterator[bytes]:
    """Merge what an index finds with the lines behind its end, whose ids it may know in older versions only."""
    unknown: dict[str, list[Stored]] = {}
    for stored in archive.scan(index.seen):
        unknown.setdefault(id_of(stored.line), []).append(stored)
    newer = []
    for name, several in unknown.items():
        places = index.places(name)
        known = [Stored(place, line) for place, line in zip(places, _lines(archive, places), strict=True)]
        by_place = dict([*known, *several])
        newer += [by_place[place] for place in select([*known, *several], query)]
    is_newest_first = query.order != "oldest"
    newer.sort(key=_position, reverse=is_newest_first)
    others = (line for line in found if id_of(line) not in unknown)
    return merge(others, newer, key=_position, reverse=is_newest_first)


# One article.


def show(
    archive: Archive, beginnings: Sequence[str], *, raw: bool = False, query: Query | None = None
) -> Iterator[bytes | ArticleNotFound | KeptBack]:
    """Yield the newest record of each id, in the order asked; an error in place of one that is not there.

    An id may be given by any unambiguous beginning, of the whole or of its part after the last colon. Each line is
    compared with its chain. With a `query`, an error also takes the place of what it keeps back because of its status
    or an embargo; whoever names an id wants it, whatever its kind.

    Raises:
        AmbiguousId: A beginning fits several ids; names them.
        ArchiveDamaged: A line does not fit its chain.
        ArchiveRewritten: As `find`.
    """
    yield from _of_one_state(archive, lambda _first: _shown(archive, beginnings, query, raw=raw))


def _shown(
    archive: Archive, beginnings: Sequence[str], query: Query | None, *, raw: bool
) -> Iterator[bytes | ArticleNotFound | KeptBack]:
    found = _named(archive, beginnings)
    for beginning in beginnings:
        places = _chosen(beginning, found[beginning])
        if not places:
            yield ArticleNotFound(beginning)
            continue
        lines = [Stored(place, archive.read_checked(place)) for place in places]
        line = archive.read(select(lines, Query())[0])
        reason = kept_back(json.loads(line), query) if query else None
        yield reason or (line[:-1] if raw else without_framing(line))


def lines_of(archive: Archive, beginning: str) -> Iterator[Stored]:
    """Yield every line of one id, named as `show` takes it, oldest first, compared with its chain; lazy.

    Raises:
        ArticleNotFound: No id begins so.
        AmbiguousId, ArchiveDamaged, ArchiveRewritten: As `show`.
    """

    def checked(_first: int) -> Iterator[Stored]:
        places = _chosen(beginning, _named(archive, [beginning])[beginning])
        if not places:
            raise ArticleNotFound(beginning)
        yield from (Stored(place, archive.read_checked(place)) for place in sorted(places))

    yield from _of_one_state(archive, checked)


def _chosen(beginning: str, names: dict[str, list[Place]]) -> list[Place]:
    """Return the places of the one id that is meant; none where none is.

    Raises:
        AmbiguousId: The beginning fits several ids; names them.
    """
    chosen = [beginning] if beginning in names else sorted(names)
    if len(chosen) > 1:
        more = f" and {len(chosen) - _MOST_NAMED} more" if len(chosen) > _MOST_NAMED else ""
        raise AmbiguousId(beginning, ", ".join(chosen[:_MOST_NAMED]) + more)
    return names[chosen[0]] if chosen else []


def _named(archive: Archive, beginnings: Sequence[str]) -> dict[str, dict[str, list[Place]]]:
    """Find the places of every id that one of the beginnings fits: by the index, else by reading all lines."""
    try:
        with _asked(archive) as index:
            if index.seen == archive.head():
                return {beginning: _by_name(archive, index, beginning) for beginning in beginnings}
    except (IndexUnusable, ArchiveDamaged):
        pass  # the long way finds it too, and says what is wrong
    found: dict[str, dict[str, list[Place]]] = {beginning: {} for beginning in beginnings}
    for place, line in archive.scan():
        name = id_of(line)
        rest = name.rpartition(":")[2]
        for beginning, names in found.items():
            if beginning and (name.startswith(beginning) or rest.startswith(beginning)):
                names.setdefault(name, []).append(place)
    return found


def _by_name(archive: Archive, index: Index, beginning: str) -> dict[str, list[Place]]:
    """Ask the index for ids and their places; every line must be of that id.

    Raises:
        IndexDamaged: One is not.
    """
    names = index.names(beginning) if beginning else []
    if beginning in names:
        names = [beginning]
    found = {name: index.places(name) for name in names[:_MOST_LOOKED_AT]}
    for name, places in found.items():
        fits = beginning in (name[: len(beginning)], name.rpartition(":")[2][: len(beginning)])
        if not fits or not places or not all(is_line_of(line, name) for line in _lines(archive, places)):
            raise IndexDamaged(index.path, f"a line of {name} is not what it says")
    return found | {name: [] for name in names[_MOST_LOOKED_AT:]}  # too many to choose from anyway
