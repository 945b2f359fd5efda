"""An answer read page by page is the whole answer, and is counted right by section and time."""

import json
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from asked import made, plain, told
from material import NOON
from newsarc.archive import Archive
from newsarc.find import find
from newsarc.index import Index
from newsarc.query import Query
from newsarc.terms import read_words
from strategies import story


def place_of(line: bytes) -> tuple[float, int]:
    record = json.loads(line)
    time = record["published"]
    return datetime.fromisoformat(time).timestamp() if time else float("-inf"), record["seq"]


def pages(
    answer: Callable[[Archive, Query], Sequence[bytes]], archive: Archive, query: Query, size: int
) -> list[bytes]:
    """Read an answer page by page."""
    found, query = list[bytes](), replace(query, limit=size)
    while page := answer(archive, query):
        assert len(page) <= size
        found += page
        query = replace(query, behind=place_of(page[-1]))
    return found


def by_index(archive: Archive, query: Query) -> list[bytes]:
    return list(find(archive, query, raw=True))


QUESTIONS = {
    "everything": Query(),
    "oldest first": Query(order="oldest"),
    "a section": Query(categories=("Sport",)),
    "words": Query(words=read_words("Turm -Bad")),
    "a beginning": Query(words=read_words("Ha*")),
    "keywords": Query(keywords=("Turm",), order="oldest"),
}


@pytest.mark.parametrize("query", QUESTIONS.values(), ids=QUESTIONS.keys())
@pytest.mark.parametrize("size", [1, 7])
def test_pages_together_are_the_whole(query: Query, size: int, tmp_path: Path) -> None:
    archive, dice = made(tmp_path / "a"), Random(6)
    pick: Callable[[Sequence[Any]], Any] = dice.choice
    for _ in range(3):
        told(archive, [story(pick) for _ in range(40)])
    whole = plain(archive, query)
    timeless = [line for line in whole if b'"published":null' in line]
    assert len(whole) > 3
    assert timeless or query.words or query.keywords
    assert pages(by_index, archive, query, size) == whole
    assert pages(plain, archive, query, size) == whole


def test_a_tally_counts_what_is_found(tmp_path: Path) -> None:
    archive, dice = made(tmp_path / "a"), Random(7)
    pick: Callable[[Sequence[Any]], Any] = dice.choice
    told(archive, [story(pick) for _ in range(120)])
    times = sorted({place_of(line)[0] for line in plain(archive, Query())} - {float("-inf")})
    edges = [*times[1::3], 9e9]
    for query in (Query(), Query(now=NOON), Query(categories=("Sport",), kinds=("article",))):
        right = Counter(
            (json.loads(line)["category"], bisect(edges, place_of(line)[0]) - 1)
            for line in plain(archive, query)
            if edges[0] <= place_of(line)[0]
        )
        with closing(Index(archive.root, archive.uuid)) as index:
            index.catch_up(archive)
            assert index.tally(query, edges) == right
        assert right
