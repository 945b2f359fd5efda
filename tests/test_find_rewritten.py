"""Whoever asks while stories are erased gets an answer of one moment, or is told; never a line twice, never a gap."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

import newsarc.index
from asked import ended, made, plain, process, told
from material import NOON
from newsarc.archive import Archive
from newsarc.article import Article
from newsarc.errors import ArchiveRewritten, ArticleNotFound
from newsarc.find import count, find, show
from newsarc.index import Index
from newsarc.query import Query

STORIES = 400
NAMES = [f"story:{number:03}" for number in range(STORIES)]  # oldest line first; two of them each minute
QUERIES = [Query(), Query(order="oldest"), Query(categories=("Sport",)), Query(categories=("Sport",), order="oldest")]


@pytest.fixture
def stories(tmp_path: Path) -> Archive:
    """Make an archive of many small segments, with its index."""
    archive = made(tmp_path / "a", rotate_at=20_000)
    for start in range(0, STORIES, 20):
        moment = NOON + timedelta(minutes=start)
        told(archive, [
            Article(id=name, category="Sport", published=moment + timedelta(minutes=number // 2))
            for number, name in enumerate(NAMES[start : start + 20])
        ])  # fmt: skip
    assert count(archive, Query()) == STORIES
    assert archive.head().segment > 1
    return archive


@pytest.fixture(params=["by the index", "by reading all"])
def asked(request: pytest.FixtureRequest, stories: Archive, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """Let the archive be asked in every way; where the index is far behind and held by another, it is done without."""
    if request.param == "by the index":
        yield stories
        return
    monkeypatch.setattr(newsarc.index, "_READERS_WAIT", 0.02)
    with closing(Index(stories.root, stories.uuid)) as index:
        index.clear()
    monkeypatch.setattr("newsarc.find._MOST_BEHIND", 0)
    with closing(sqlite3.connect(Path(stories.root, "index", "newsarc.db"), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield stories


def names_of(lines: list[bytes]) -> list[str]:
    return [str(json.loads(line)["id"]) for line in lines]


@pytest.mark.parametrize("query", QUERIES[:2])
@pytest.mark.parametrize("begun", [1, 33, 200])
def test_an_answer_that_was_begun_goes_on_as_it_was_or_ends(begun: int, query: Query, asked: Archive) -> None:
    expected = names_of(plain(asked, query))
    answer = find(asked, query)
    got = list(islice(answer, begun))
    ended(process("erase", asked.root, 0))
    with pytest.raises(ArchiveRewritten, match="was rewritten while it was read"):
        got.extend(answer)
    assert names_of(got) == expected[: len(got)]
    assert names_of(list(find(asked, query))) == [name for name in expected if name != NAMES[0]]


@pytest.mark.parametrize("query", QUERIES)
def test_answers_while_stories_are_erased_are_each_of_one_moment(query: Query, stories: Archive) -> None:
    every = names_of(plain(stories, query))
    moments = {tuple(name for name in every if name not in NAMES[:number]): number for number in range(STORIES + 1)}
    said, last = Counter[str](), 0
    eraser = process("erase", stories.root, 1)
    while eraser.poll() is None:
        got: list[bytes] = []
        try:
            got.extend(find(stories, query))
        except ArchiveRewritten:
            said["told"] += 1
            assert any(moment[: len(got)] == tuple(names_of(got)) for moment in moments)
        else:
            said["answered"] += 1
            assert moments[tuple(names_of(got))] >= last
            last = moments[tuple(names_of(got))]
        try:
            assert STORIES - count(stories, query) >= last
            [shown] = show(stories, [NAMES[-1]])
            assert not isinstance(shown, ArticleNotFound)
        except ArchiveRewritten:
            said["told"] += 1
    [erased] = ended(eraser)
    assert said["answered"]
    assert names_of(list(find(stories, query))) == [name for name in every if name not in NAMES[: int(erased)]]
