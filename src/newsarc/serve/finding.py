"""Which records stand on a page: some of an answer at a time, all lines of one story, its original."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from newsarc.archive import Archive
from newsarc.archive.chain import Stored
from newsarc.archive.filing import id_of
from newsarc.errors import ArchiveDamaged, ArticleNotFound, IndexUnusable, NotFound
from newsarc.find import find
from newsarc.index import Index
from newsarc.query import Query, kept_back, select
from newsarc.stories import opened
from newsarc.stories.edges import Edge, edges

Record = dict[str, Any]
_STEPS = (31, 120, 600, 1000)  # days: where a question for words or keywords looks first, then further back
_GLANCED = 60  # records
_NO_TIME = float("-inf")


class Page(NamedTuple):
    """Some records of an answer, as raw lines, and the place behind which the next ones stand."""

    lines: list[bytes]
    behind: tuple[float, int] | None


def page_of(archive: Archive, query: Query, size: int) -> Page:
    """Read the first records of an answer, or those behind its place.

    Raises:
        QuestionTooCostly: Words take too long to look up.
    """
    lines = list(islice(_found(archive, replace(query, limit=size + 1)), size + 1))
    return Page(lines[:size], place_of(lines[size - 1]) if len(lines) > size else None)


def place_of(line: bytes) -> tuple[float, int]:
    """Return where a record stands in the order of answers."""
    record = json.loads(line)
    return time_of(record), record["seq"]


def time_of(record: Record) -> float:
    """Return the time of a record in seconds since 1970; -inf where it has none."""
    return datetime.fromisoformat(record["published"]).timestamp() if record["published"] else _NO_TIME


def _found(archive: Archive, query: Query) -> Iterator[bytes]:
    """Yield an answer, one span of time after the other."""
    for part in _parts(archive, query) if query.words or query.keywords else [query]:
        if any(word.kind == "prefix" and not word.is_excluded for word in part.words):
            last = None
            for last in find(archive, _without_beginnings(part), raw=True):
                if query.matches(json.loads(last)):
                    yield last
            if last is None:
                continue
            part = replace(part, behind=place_of(last))  # noqa: PLW2901 - what was looked through is done
        yield from find(archive, part, raw=True)


def _without_beginnings(query: Query) -> Query:
    """Ask for the newest records that may hold beginnings of words: common ones are seen sooner than looked up."""
    words = tuple(word for word in query.words if word.kind != "prefix" or word.is_excluded)
    words = words if any(not word.is_excluded for word in words) else ()
    return replace(query, words=words, limit=_GLANCED)


def _parts(archive: Archive, query: Query) -> Iterator[Query]:
    """Cut a question into spans of time that follow each other, newest first; the last one is all the rest."""
    end = _newest_moment(archive, query)
    if end is None:
        yield query
        return
    for days in _STEPS:
        try:
            start = end - timedelta(days=days)
        except OverflowError:  # before the calendar begins
            break
        if query.since and query.since >= start:
            yield replace(query, until=end)
            return
        yield replace(query, since=start, until=end)
        end = start
    place = (end.timestamp(), 0)
    yield replace(query, behind=min(place, query.behind) if query.behind else place)


def _newest_moment(archive: Archive, query: Query) -> datetime | None:
    """Return a moment behind the newest record that such a question may find; None where none has a time."""
    plain = replace(query, words=(), keywords=(), credits=(), limit=1)
    for line in find(archive, plain):
        published = json.loads(line)["published"]
        return datetime.fromisoformat(published) + timedelta(seconds=1) if published else None
    return None


def all_of(archive: Archive, query: Query, size: int = 500) -> Iterator[list[bytes]]:
    """Yield a whole answer in pieces; each is a question of its own, so nothing is held open between them."""
    left = query.limit
    while left is None or left > 0:
        page = page_of(archive, query, size if left is None else min(size, left))
        yield page.lines
        if page.behind is None:
            return
        left = None if left is None else left - len(page.lines)
        query = replace(query, behind=page.behind)


# One story.


class Story(NamedTuple):
    """One story: the record that is shown, the newest one, and all that may be shown, the newest line first."""

    record: Record
    newest: Record
    lines: list[bytes]


def story_of(archive: Archive, name: str, query: Query, seq: int | None = None) -> Story:
    """Read a story by its whole id; with `seq` an older line of it.

    Raises:
        ArticleNotFound: There is none, or it has no such line.
        KeptBack: Its newest line, or the one asked for, may not be shown.
        ArchiveDamaged: A line does not fit its chain.
    """
    stored = _lines_of(archive, name)
    if not stored:
        raise ArticleNotFound(name)
    [place] = select(stored, Query())
    records = [(one.place, json.loads(one.line), one.line) for one in reversed(stored)]
    newest = next(record for at, record, _ in records if at == place)
    record = newest if seq is None else next((one for _, one, _ in records if one["seq"] == seq), None)
    if record is None:
        raise ArticleNotFound(name)
    for one in (newest, record):
        if reason := kept_back(one, query):
            raise reason
    return Story(record, newest, [line for _, one, line in records if kept_back(one, query) is None])


def _lines_of(archive: Archive, name: str) -> list[Stored]:
    """Find every line of an id, oldest first: by the index, else by reading all of them."""
    try:
        with closing(Index(archive.root, archive.uuid, tell=archive.tell)) as index:
            index.catch_up(archive)
            if index.seen == archive.head():
                found = [Stored(place, archive.read_checked(place)) for place in index.places(name)]
                if all(id_of(one.line) == name for one in found):
                    return found
    except (IndexUnusable, ArchiveDamaged):
        pass  # the long way finds it too, and says what is wrong
    return [Stored(place, archive.read_checked(place)) for place, line in archive.scan() if id_of(line) == name]


def headline_of(archive: Archive, name: str | None, query: Query) -> Record | None:
    """Return the newest record of an id where it is there and may be shown."""
    if not name:
        return None
    try:
        return story_of(archive, name, query).newest
    except NotFound:
        return None


def original_of(archive: Archive, record: Record) -> str:
    """Return what a record was read from as text, without what is not for publication.

    Raises:
        OriginalNotKept: The archive keeps none.
        ArchiveDamaged: It is not as it was read.
    """
    from newsarc.article import from_line
    from newsarc.present.private import without_private

    article = from_line(json.dumps(record))
    data = archive.original(article)
    origin = article.origin
    text = data.decode(origin.encoding if origin else "utf-8", "replace").removeprefix("\ufeff")
    if origin and "private-notes-omitted" in article.warnings:
        return without_private(text, origin.format)
    return text


class Around(NamedTuple):
    """The stories around one: those its links name, as printed, with their ids; and those that name it."""

    related: list[Record]
    naming: list[Edge]


def around(archive: Archive, record: Record, query: Query, most: int) -> Around:
    """Find the stories around one, at most so many of each.

    Raises:
        IndexUnusable: No index can be made.
    """
    links = (record.get("related") or [])[:most]
    with opened(archive) as stories:
        found = list(edges(stories, {**record, "related": links}, query))
    related = [{**link, "id": edge.id} for link, edge in zip(links, found, strict=False)]
    return Around(related, found[len(links) :][:most])
