"""Stories of very many versions: what is remembered of them changes no number, and costs no more with each one."""

import errno
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import newsarc.archive.recalling
import newsarc.index
from asked import disagreements, made, told
from faulty import Failing, Unflushed, dice
from material import NOON
from newsarc.archive import Archive
from newsarc.article import Article
from newsarc.errors import StorageError
from newsarc.find import find
from newsarc.index import Index
from newsarc.query import Query


def text(number: int, name: str = "urn:a", **said: Any) -> Article:
    """Make a story that says something else with each number."""
    return Article(id=name, headline=f"Fassung {number}", **said)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the lines that are read at known places."""
    counts: list[int] = []
    for room in (newsarc.index, newsarc.archive.recalling):
        whole = room.read_lines

        def counted(root: str, places: Any, whole: Any = whole) -> list[bytes]:
            counts.append(len(places))
            return whole(root, places)  # type: ignore[no-any-return]

        monkeypatch.setattr(room, "read_lines", counted)
    return counts


@pytest.mark.parametrize("batch", [7, 100])
def test_a_line_is_read_a_few_times_however_many_come_behind_it(batch: int, tmp_path: Path, read: list[int]) -> None:
    archive = made(tmp_path / "a", rotate_at=1 << 20)
    with closing(Index(archive.root, archive.uuid)) as archive.known:
        for first in range(0, 1400, batch):
            filed = told(archive, [text(number) for number in range(first, first + batch)])
            assert [one.version for one in filed] == list(range(first + 1, first + batch + 1))
    assert sum(read) < 3 * 1400
    assert [b'"headline":"Fassung 1399"' in record for record in find(archive, Query())] == [True]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_remembered_numbers_as_what_is_read(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsarc.archive.recalling, "_LONG", 2)
    roll = dice(seed)
    remembering = made(tmp_path / "one")

    def story() -> Article:
        times = {"updated": NOON - timedelta(hours=roll.randrange(9)) if roll.random() < 0.5 else None}
        counted = {"version_by": "provider", "version": roll.randrange(1, 4)} if roll.random() < 0.2 else {}
        said = {"category": roll.choice(["Sport", "Kultur"]), "category_by": "user"} if roll.random() < 0.2 else {}
        return text(roll.randrange(40), roll.choice(["urn:a", "urn:b"]), **times, **counted, **said)

    made(tmp_path / "two")
    with closing(Index(remembering.root, remembering.uuid)) as remembering.known:
        for number in range(25):
            if number % 6 == 5:  # somebody else writes
                other = [story()]
                assert told(Archive(remembering.root, disk=Unflushed()), other) == told(
                    Archive(tmp_path / "two"), other
                )
            stories = [story() for _ in range(roll.choice([1, 2, 8]))]
            assert told(remembering, stories) == told(Archive(tmp_path / "two", disk=Unflushed()), stories)
            assert remembering.preview([(one, None) for one in stories]) == Archive(tmp_path / "two").preview(
                [(one, None) for one in stories]
            )
    written = [[line for _, line in Archive(tmp_path / name).scan()] for name in ("one", "two")]
    assert written[0] == written[1]
    assert disagreements(remembering, [Query(), Query(categories=("Sport",))], ["urn:a", "urn:"]) == []
    with closing(Index(remembering.root, remembering.uuid)) as index:
        assert list(index.compare(remembering)) == []


def test_a_batch_that_failed_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsarc.archive.recalling, "_LONG", 1)
    told(made(tmp_path / "a"), [text(1), text(2)])
    for number in range(1, 9):
        failing = Archive(tmp_path / "a", disk=Failing(number, errno.EIO))
        before = failing.head().seq
        told(failing, [text(2)])
        with pytest.raises(StorageError):
            told(failing, [text(100 + number)])
        [one] = told(failing, [text(200 + number)])
        assert (one.what, one.version) == ("version", failing.head().seq)
        assert failing.head().seq <= before + 2


def test_a_reading_of_what_was_just_written_is_its_next_revision(archive: Archive) -> None:
    told(archive, [text(number) for number in range(80)])
    [*_, last] = archive.articles()
    again = last.model_copy(update={"revision": 2, "lead": "Neu gelesen."}).line()
    assert [one.what for one in archive.revise([again, again], now=NOON)] == ["revision", "unchanged"]
    assert [one.what for one in archive.revise([again], now=NOON)] == ["unchanged"]


def test_a_highest_number_that_rots_is_found(archive: Archive) -> None:
    told(archive, [text(number) for number in range(3)])
    assert len(list(find(archive, Query()))) == 1
    with closing(sqlite3.connect(Path(archive.root, "index", "newsarc.db"))) as connection, connection:
        connection.execute("UPDATE article SET highest = 2")
    with closing(Index(archive.root, archive.uuid)) as index:
        assert list(index.compare(archive)) == ["urn:a: another number than its highest is held as the highest"]
