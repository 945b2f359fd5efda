"""What an archive answers by definition: every line is read, and nothing is remembered.

As a script it is a process that goes on for some seconds: `write ROOT NAME SECONDS` appends articles with an index of
its own, `ask ROOT SECONDS` asks and `list ROOT SECONDS` runs newsarc, both say what they saw, `clear ROOT SECONDS`
makes the index anew and anew, `erase ROOT SECONDS` erases one article after the other. `compare ROOT... 0` says where
answers differ from the definition.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from faulty import Unflushed, unmeasured
from material import NOON
from newsarc.archive import Archive
from newsarc.archive.filing import Filed, id_of
from newsarc.article import Article
from newsarc.errors import AmbiguousId, ArticleNotFound, NewsarcError
from newsarc.find import count, find, show
from newsarc.index import Index
from newsarc.query import Query, select

if TYPE_CHECKING:
    from newsarc.archive.chain import Stored

Shown = bytes | type[NewsarcError]


def made(root: Path, *, rotate_at: int = 4000) -> Archive:
    """Make an archive of small segments that does not wait for the platter."""
    return Archive.create(root, disk=Unflushed(), rotate_at=rotate_at)[0]


def told(archive: Archive, stories: Iterable[Article]) -> list[Filed]:
    """Append stories in one batch."""
    return archive.append([(story, None) for story in stories], now=NOON)


def plain(archive: Archive, query: Query) -> list[bytes]:
    """Answer a question."""
    return [archive.read(place)[:-1] for place in select(archive.scan(), query)]


def plainly_shown(archive: Archive, beginning: str) -> Shown:
    """Return the newest line of the one id that begins so, or whose last part does; else what is wrong."""
    found: dict[str, list[Stored]] = {}
    for stored in archive.scan():
        name = id_of(stored.line)
        if beginning and (name.startswith(beginning) or name.rpartition(":")[2].startswith(beginning)):
            found.setdefault(name, []).append(stored)
    if beginning in found:
        found = {beginning: found[beginning]}
    if len(found) != 1:
        return AmbiguousId if found else ArticleNotFound
    [lines] = found.values()
    [newest] = select(lines, Query())
    return archive.read(newest)[:-1]


def shown(archive: Archive, beginning: str) -> Shown:
    """Return what `show` gives, in the same terms."""
    with suppress(AmbiguousId):
        [found] = show(archive, [beginning], raw=True)
        return type(found) if isinstance(found, NewsarcError) else found
    return AmbiguousId


def disagreements(archive: Archive, queries: Iterable[Query], beginnings: Iterable[str] = ()) -> list[str]:
    """Say where `find`, `count` and `show` differ from the definition."""
    wrong = []
    for query in queries:
        right = plain(archive, query)
        found, number = list(find(archive, query, raw=True)), count(archive, query)
        if found != right:
            wrong.append(f"{len(found)} instead of {len(right)} lines, or others: {query}")
        if number != len(right):
            wrong.append(f"counted {number} instead of {len(right)}: {query}")
    for beginning in beginnings:
        right_one = plainly_shown(archive, beginning)
        one = shown(archive, beginning)
        if one != right_one:
            wrong.append(f"show {beginning!r}: {one!r} instead of {right_one!r}")
    return wrong


# Processes.


class Seen(NamedTuple):
    """What a process saw while it asked: how long each answer took, how many articles there were each time."""

    seconds: list[float]
    counts: list[int]


def process(*words: str | float, within: Iterable[str] = ()) -> "subprocess.Popen[bytes]":
    """Start this file as a process of its own, perhaps within another command."""
    command = [*within, sys.executable, __file__, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=unmeasured())


def ended(*running: "subprocess.Popen[bytes]") -> list[str]:
    """Return what processes said in the end; all must have ended well."""
    said = [one.communicate(timeout=60) for one in running]
    assert [(one.returncode, complaint) for one, (_, complaint) in zip(running, said, strict=True)] == [(0, b"")] * len(
        said
    )
    return [answer.decode() for answer, _ in said]


def _write(root: str, name: str, until: float) -> int:
    """Append batches of ten new articles; returns how many there were."""
    archive = Archive(root)
    with closing(Index(archive.root, archive.uuid)) as archive.known:
        number = 0
        while monotonic() < until:
            times = (NOON - timedelta(minutes=number + one) for one in range(10))
            filed = told(
                archive, [Article(id=f"{name}:{time:%d.%H.%M}", category="Sport", published=time) for time in times]
            )
            assert {one.what for one in filed} == {"new"}
            number += 10
    return number


def _ask(root: str, until: float) -> Seen:
    """Ask for the newest few, for all that are there, and how many there are."""
    archive, seen = Archive(root), Seen([], [])
    while monotonic() < until:
        for query in (Query(limit=5), Query(categories=("Sport",), limit=5)):
            started = monotonic()
            list(find(archive, query))
            seen.seconds.append(monotonic() - started)
        seen.counts.append(count(archive, Query()))
        seen.counts.append(len(list(find(archive, Query()))))
    return seen


def _list(root: str, until: float) -> Seen:
    """Run the command for the newest few, and for how many there are."""
    seen = Seen([], [])
    while monotonic() < until:
        for words in (["--limit", "5"], ["--count"]):
            started = monotonic()
            command = [sys.executable, "-m", "newsarc", "list", "--archive", root, *words]
            said = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
            seen.seconds.append(monotonic() - started)
        seen.counts.append(int(said))
    return seen


def _clear(root: str, until: float) -> None:
    """Make the index anew, as one who finds it damaged does."""
    archive = Archive(root)
    while monotonic() < until:
        with closing(Index(archive.root, archive.uuid)) as index:
            index.clear()
        list(find(archive, Query(limit=1)))


def _erase(root: str, until: float) -> int:
    """Erase articles in the order of their lines; returns how many."""
    archive, number = Archive(root, disk=Unflushed(), rotate_at=20_000), 0
    for name in [one.id for one in archive.articles()]:
        if number and monotonic() > until:
            break
        archive.erase([name], reason="x", now=NOON, reread=lambda *_: iter(()), opened=lambda *_: iter(()))
        number += 1
    return number


def _compare(*rest: str | float) -> dict[str, list[str]]:
    """Ask some questions of each archive."""
    from strategies import BEGINNINGS, question  # noqa: PLC0415 - the others start without hypothesis

    pick = Random(1).choice
    asked = [Query(), *(question(pick) for _ in range(15))]
    wrong = {str(root): disagreements(Archive(str(root)), asked, BEGINNINGS[:9]) for root in rest[:-1]}
    return {root: some for root, some in wrong.items() if some}


def main(word: str, *words: str) -> None:
    """Be a process that writes or asks."""
    until = monotonic() + float(words[-1])
    ways = {"write": _write, "ask": _ask, "list": _list, "clear": _clear, "erase": _erase, "compare": _compare}
    sys.stdout.write(json.dumps(ways[word](*words[:-1], until)))  # type: ignore[operator]


if __name__ == "__main__":
    main(*sys.argv[1:])
