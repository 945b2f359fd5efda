"""Whatever is done to the index, answers are late and never wrong, and what is archived is archived once."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from asked import Shown, disagreements, made, plain, plainly_shown, shown, told
from conftest import Run
from faulty import Unflushed, dice
from material import dump
from newsarc.archive import Archive
from newsarc.archive.filing import Filed, Scanned
from newsarc.article import Article
from newsarc.errors import IndexUnusable, NewsarcError
from newsarc.find import count, find
from newsarc.index import Index
from newsarc.query import Query
from strategies import BEGINNINGS, IDS, question, story

PAGE = 8192


class Case(NamedTuple):
    """An archive whose index is whole, and what comes in later."""

    root: Path
    later: list[Article]
    filed: list[Filed]
    """What the plain reading makes of that."""
    questions: list[Query]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Make an archive of a few hundred lines in three segments, half of them known to the index from the start."""
    pick = dice(7).choice
    root = tmp_path_factory.mktemp("damage")
    archive = made(root / "a", rotate_at=60_000)
    for _ in range(2):
        told(archive, [story(pick) for _ in range(120)])
        assert disagreements(archive, [Query()]) == []
    asked = [query for query in (question(pick) for _ in range(200)) if plain(archive, query)]
    other = made(root / "other")
    told(other, [story(pick) for _ in range(100)])
    assert disagreements(other, [Query()]) == []
    later = [story(pick) for _ in range(30)]
    shutil.copytree(root / "a", root / "plain")
    filed = told(Archive(root / "plain"), later)
    return Case(root, later, filed, asked)


@pytest.fixture
def hurt(case: Case, tmp_path: Path) -> Archive:
    """Return a copy of that archive, to be damaged."""
    shutil.copytree(case.root / "a", tmp_path / "a")
    return Archive(tmp_path / "a", disk=Unflushed())


def database(archive: Archive, more: str = "") -> Path:
    """Return where the index lies, or a file beside it."""
    return Path(archive.root) / "index" / f"newsarc.db{more}"


# What can happen to the files.


def _change(change: Callable[[bytes], bytes]) -> Callable[[Archive], object]:
    """Make damage of a change of the database's bytes."""
    return lambda archive: database(archive).write_bytes(change(database(archive).read_bytes()))


def _beside(more: str, data: bytes) -> Callable[[Archive], object]:
    """Make damage of a file that lies beside the database."""
    return lambda archive: database(archive, more).write_bytes(data)


def _no_page(data: bytes, number: int) -> bytes:
    return data[: number * PAGE] + bytes(PAGE) + data[(number + 1) * PAGE :]


def _is_a_folder(name: str) -> Callable[[Archive], object]:
    def damage(archive: Archive) -> None:
        database(archive, name).unlink(missing_ok=True)
        database(archive, name).mkdir()
        (database(archive, name) / "x").touch()

    return damage


def _is_a_file(archive: Archive) -> None:
    shutil.rmtree(database(archive).parent)
    database(archive).parent.write_bytes(b"x")


def _leads_nowhere(archive: Archive) -> None:
    shutil.rmtree(database(archive).parent)
    database(archive).parent.symlink_to("/nowhere/at/all")


def _cannot_be_locked(archive: Archive) -> None:
    database(archive).write_bytes(b"garbage" * 1000)
    database(archive, ".lock").mkdir()


GARBAGE = Random(1).randbytes(40_000)
FILES: dict[str, Callable[[Archive], object]] = {
    "deleted": lambda archive: shutil.rmtree(database(archive).parent),
    "database deleted": lambda archive: database(archive).unlink(),
    "empty": _change(lambda _: b""),
    "garbage": _change(lambda _: GARBAGE),
    "text": _change(lambda _: b"hello"),
    "halved": _change(lambda data: data[: len(data) // 2]),
    "cut between pages": _change(lambda data: data[: len(data) // 2 // PAGE * PAGE]),
    "doubled": _change(lambda data: data * 2),
    "no header": _change(lambda data: bytes(100) + data[100:]),
    "header of nonsense": _change(lambda data: data[:16] + GARBAGE[:84] + data[100:]),
    **{f"page {number} zeroed": _change(lambda data, n=number: _no_page(data, n)) for number in range(12)},  # type: ignore[misc]
    "log of garbage": _beside("-wal", GARBAGE),
    "shared memory of garbage": _beside("-shm", GARBAGE[:32768]),
    "journal of garbage": _beside("-journal", GARBAGE),
    "log is a folder": _is_a_folder("-wal"),
    "shared memory is a folder": _is_a_folder("-shm"),
    "database is a folder": _is_a_folder(""),
    "index is a file": _is_a_file,
    "index leads nowhere": _leads_nowhere,
    "lock is a folder": _cannot_be_locked,
}


def _sql(*statements: str) -> Callable[[Archive], object]:
    def damage(archive: Archive) -> None:
        with closing(sqlite3.connect(database(archive), isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return damage


SOME = "WHERE seq % 3 = 0"
HUGE = 2**63 - 1
TABLES: dict[str, Callable[[Archive], object]] = {
    "future": _sql("UPDATE state SET schema = 99"),
    "another archive's": _sql("UPDATE state SET uuid = 'x'"),
    "other terms": _sql("UPDATE state SET terms = '0/0'"),
    "no state": _sql("DELETE FROM state"),
    "two states": _sql("INSERT INTO state SELECT * FROM state"),
    "a table less": _sql("DROP TABLE article"),
    "no words": _sql("DROP TABLE text"),
    "a column less": _sql("ALTER TABLE article RENAME COLUMN kind TO sort"),
    "a view": _sql("ALTER TABLE article RENAME TO hidden", "CREATE VIEW article AS SELECT * FROM hidden"),
    **{
        f"{name} {value}": _sql(f"UPDATE {name.split()[0]} SET {name.split()[1]} = {value} {where}")  # noqa: S608
        for names, values, where in (
            (("state segment", "state length", "state seq", "state first"), (-1, 0, 999, HUGE, "'x'", "NULL"), ""),
            (("state chain",), ("NULL", "x'ff'", "''"), ""),
            (
                tuple(
                    f"{table} {column}" for table in ("article", "older") for column in ("segment", "offset", "length")
                ),
                (-1, -7, 0, 999, HUGE, -HUGE, "'x'", "x'00'", 0.5, "9e999", 1 << 40),
                SOME,
            ),
            (("article published",), ("'x'", "x'00'", "9e999"), SOME),
            (("article id", "article tail", "older id"), ("id || 'x'", "CAST(x'ff' || id AS TEXT)"), SOME),
        )
        for name in names
        for value in values
    },
    "words without data": _sql("DELETE FROM text_data"),
    "words of nonsense": _sql("UPDATE text_data SET block = x'ffffffffffffffff'"),
    "words of no version": _sql("DELETE FROM text_config"),
    "words without a list": _sql("DELETE FROM text_idx"),
}


# Answers are late, never wrong.


@pytest.mark.parametrize("damage", FILES)
def test_files_that_are_not_as_written_change_no_answer(damage: str, case: Case, hurt: Archive) -> None:
    FILES[damage](hurt)
    assert disagreements(hurt, case.questions[:20], BEGINNINGS) == []


@pytest.mark.parametrize("damage", TABLES)
def test_tables_that_are_not_as_written_give_no_wrong_answer(damage: str, case: Case, hurt: Archive) -> None:
    TABLES[damage](hurt)
    assert lies(hurt, case.questions[:20], BEGINNINGS).keys() <= VANISHED


@pytest.mark.parametrize("damage", ["garbage", "future", "other terms", "halved", "log of garbage", "state seq 0"])
def test_what_comes_in_later_is_found_all_the_same(damage: str, case: Case, hurt: Archive) -> None:
    (FILES | TABLES)[damage](hurt)
    told(hurt, case.later)
    assert disagreements(hurt, case.questions[:20], BEGINNINGS) == []


def test_an_index_of_another_archive_is_made_anew(case: Case, hurt: Archive) -> None:
    shutil.copy(case.root / "other" / "index" / "newsarc.db", database(hurt))
    assert disagreements(hurt, case.questions[:20], BEGINNINGS) == []


VANISHED = {"lines vanished", "counted less", "not shown"}
"""What a lie may be: something is missing. `newsarc verify` finds it."""


def lies(archive: Archive, queries: list[Query], beginnings: tuple[str, ...] = ()) -> Counter[str]:
    """Compare answers with the plain reading's, and say of each that is another one in which way."""
    found: Counter[str] = Counter()
    for query in queries:
        right = plain(archive, replace(query, limit=None))
        expected = right[: query.limit]
        answer = list(find(archive, query, raw=True))
        places = [right.index(line) for line in answer if line in right]
        number = count(archive, query)
        found["lines vanished"] += answer != expected
        found["WRONG LINES"] += len(places) != len(answer)
        found["LINES TWICE"] += len(set(places)) != len(places)
        found["WRONG ORDER"] += places != sorted(places)
        found["counted less"] += number < len(expected)
        found["COUNTED MORE"] += number > len(expected)
    for beginning in beginnings:
        one, right_one = shown(archive, beginning), plainly_shown(archive, beginning)
        if one != right_one:
            found["not shown" if is_less(archive, one, right_one) else "WRONG ONE SHOWN"] += 1
    return +found


def is_less(archive: Archive, one: Shown, right_one: Shown) -> bool:
    """Tell whether an article is missing, or was the only one that was seen; and what was shown is the newest."""
    if isinstance(one, bytes):
        return not isinstance(right_one, bytes) and one == plainly_shown(archive, str(json.loads(one)["id"]))
    return one.exit_code == 3 or right_one == one
