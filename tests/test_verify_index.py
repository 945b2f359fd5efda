"""`newsarc verify` compares the index with the archive, row by row, and changes neither."""

import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import Run
from material import dump


@pytest.fixture
def indexed(run: Run, tmp_path: Path) -> Path:
    """Make an archive of three stories, one in two versions, with its index."""
    for number in range(3):
        (tmp_path / f"{number}.txt").write_bytes(dump(f"Turm {number} leuchtet wieder"))
    run("ingest", *(f"{number}.txt" for number in range(3)))
    assert run("list", "--count").stdout == "3\n"
    return tmp_path / "archive" / "index" / "newsarc.db"


def _change(database: Path, sql: str) -> None:
    connection = sqlite3.connect(database)
    with connection:
        assert connection.execute(sql).rowcount == 1
    connection.close()


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE article SET category = 'Wetter' WHERE seq = 2", "other values are held for category"),
        ("UPDATE article SET published = published + 1 WHERE seq = 2", "other values are held for published"),
        ("UPDATE article SET offset = offset + 1 WHERE seq = 3", "other values are held for offset"),
        ("UPDATE article SET highest = 0 WHERE seq = 2", "other values are held for highest"),
        ("DELETE FROM article WHERE seq = 1", "line 1 "),
        ("INSERT INTO keyword VALUES ('fremd', 2)", "its keywords are not the ones held"),
        ("INSERT INTO older VALUES (9, 'x', 1, 0, 5)", "the archive has no such line"),
        ("UPDATE state SET uuid = 'another'", "another archive's"),
        ("UPDATE state SET terms = 'other'", "made by other rules"),
        ("UPDATE state SET chain = 'g' || substr(chain, 2)", "it ends with line 3"),
    ],
)
def test_a_row_that_does_not_fit_is_named(indexed: Path, run: Run, sql: str, what: str) -> None:
    assert run("verify").returncode == 0
    _change(indexed, sql)
    before = sha256(indexed.read_bytes()).digest()
    done = run("verify")
    assert done.returncode == 5
    assert done.stdout.startswith("index/newsarc.db: ")
    assert what in done.stdout
    assert "Delete the folder index/" in done.stderr
    assert sha256(indexed.read_bytes()).digest() == before


def test_words_that_are_missing_are_found_by_the_sample(indexed: Path, run: Run) -> None:
    connection = sqlite3.connect(indexed)
    with connection:
        connection.execute("INSERT INTO text(text) VALUES ('delete-all')")
    connection.close()
    done = run("verify")
    assert done.returncode == 5
    assert "is not found by all of its words" in done.stdout


def test_no_index_and_one_that_is_behind_are_no_fault(indexed: Path, run: Run, tmp_path: Path) -> None:
    copy = indexed.read_bytes()
    (tmp_path / "more.txt").write_bytes(dump("Noch ein Turm"))
    run("ingest", "more.txt")
    indexed.write_bytes(copy)
    assert run("verify").returncode == 0
    indexed.unlink()
    assert run("verify").returncode == 0
    assert not indexed.exists()


def test_garbage_is_told_and_left_alone(indexed: Path, run: Run, kept: Callable[[Path], bytes]) -> None:
    indexed.write_bytes(b"no database at all, but text" * 400)
    before = kept(indexed)
    done = run("verify")
    assert (done.returncode, kept(indexed)) == (5, before)
    assert done.stdout.startswith("index/newsarc.db: ")


@pytest.fixture
def kept() -> Callable[[Path], bytes]:
    """Return what reads a file's digest."""
    return lambda path: sha256(path.read_bytes()).digest()
