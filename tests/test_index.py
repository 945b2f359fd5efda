"""The index gives the answers of the plain reading, sooner: whatever it knows already, and whoever writes meanwhile."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import newsarc.index
from asked import Seen, disagreements, ended, made, plain, process, told
from conftest import Run
from faulty import dice
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.archive.filing import Scanned
from newsarc.article import Article
from newsarc.errors import AmbiguousId
from newsarc.find import count, find, show
from newsarc.index import Index
from newsarc.index.asking import statement
from newsarc.query import Query
from newsarc.terms import read_words
from strategies import BEGINNINGS, IDS, Pick, batches, question, questions, steady, story


def database(archive: Archive) -> Path:
    """Return where an archive's index lies."""
    return Path(archive.root) / "index" / "newsarc.db"


def is_level(archive: Archive) -> bool:
    """Tell whether the index, as it lies there, knows all of the archive."""
    with closing(sqlite3.connect(database(archive))) as connection:
        return connection.execute("SELECT seq FROM state").fetchall() == [(archive.head().seq,)]


def generation(archive: Archive) -> int:
    """Return a number that changes when the index's tables are made anew."""
    with closing(sqlite3.connect(database(archive))) as connection:
        return int(connection.execute("PRAGMA schema_version").fetchone()[0])


@contextmanager
def busy(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold the index as another process that writes it does, and do not wait for it long."""
    monkeypatch.setattr(newsarc.index, "_READERS_WAIT", 0.02)
    with closing(sqlite3.connect(database(archive), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


# It answers as the plain reading does.


@settings(steady, max_examples=20)
@given(batches(), questions(), st.booleans(), st.sampled_from([1500, 6000, 1 << 20]))
def test_what_is_appended_is_found(
    told_in: list[list[Article]], asked: list[Query], is_known: bool, rotate_at: int
) -> None:
    with TemporaryDirectory() as folder:
        archive = made(Path(folder) / "a", rotate_at=rotate_at)
        with closing(Index(archive.root, archive.uuid)) as index:
            archive.known = index if is_known else Scanned()
            for stories in told_in:
                told(archive, stories)
                assert disagreements(archive, asked) == []
        assert disagreements(archive, [], BEGINNINGS) == []


@pytest.mark.parametrize("seed", range(4))
def test_a_bigger_archive_gives_the_same_with_and_without_it(seed: int, tmp_path: Path) -> None:
    pick = dice(seed).choice
    archive = made(tmp_path / "a", rotate_at=20_000)
    for _ in range(4):
        told(archive, [story(pick) for _ in range(pick([1, 20, 60]))])
        assert disagreements(archive, [question(pick) for _ in range(15)]) == []
        assert is_level(archive)
    shutil.rmtree(tmp_path / "a" / "index")
    assert disagreements(archive, [question(pick) for _ in range(15)], BEGINNINGS) == []
    assert is_level(archive)


@pytest.mark.parametrize("seed", range(5))
def test_lines_it_does_not_know_yet_are_merged_in(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pick = dice(seed).choice
    archive = made(tmp_path / "a", rotate_at=9000)
    told(archive, [story(pick) for _ in range(pick([1, 30, 60]))])
    assert disagreements(archive, [Query()]) == []
    with busy(archive, monkeypatch):
        told(archive, [story(pick) for _ in range(pick([1, 10, 30]))])
        assert disagreements(archive, [question(pick) for _ in range(20)], BEGINNINGS[:8]) == []
        assert not is_level(archive)
    assert disagreements(archive, [question(pick) for _ in range(20)]) == []
    assert is_level(archive)


def test_far_behind_and_busy_it_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pick = dice(1).choice
    archive = made(tmp_path / "a")
    told(archive, [story(pick) for _ in range(40)])
    monkeypatch.setattr("newsarc.find._MOST_BEHIND", 5)
    assert disagreements(archive, [Query()]) == []
    with busy(archive, monkeypatch):
        told(archive, [story(pick) for _ in range(40)])
        assert disagreements(archive, [question(pick) for _ in range(20)], BEGINNINGS[:8]) == []


def test_an_archive_that_was_set_back_is_answered_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pick = dice(2).choice
    archive = made(tmp_path / "a")
    told(archive, [story(pick) for _ in range(30)])
    shutil.copytree(tmp_path / "a", tmp_path / "backup")
    told(archive, [story(pick) for _ in range(30)])
    assert list(find(archive, Query(), raw=True)) == plain(archive, Query())
    shutil.copytree(tmp_path / "a" / "index", tmp_path / "backup" / "index")
    back = Archive(tmp_path / "backup")
    with busy(back, monkeypatch):
        assert disagreements(back, [question(pick) for _ in range(20)], BEGINNINGS[:8]) == []
    assert disagreements(back, [question(pick) for _ in range(20)], BEGINNINGS[:8]) == []
    told(back, [story(pick) for _ in range(30)])  # other lines than those the index knew
    assert disagreements(back, [question(pick) for _ in range(20)], BEGINNINGS[:8]) == []


# What a person types is never SQL, and costs no more than an answer.

TURM = read_words("turm")
JUNE = datetime.fromisoformat("2025-06-01T00:00:00+02:00")
JULY = datetime.fromisoformat("2025-07-01T00:00:00+02:00")


@pytest.mark.parametrize(
    "query",
    [
        Query(keywords=("\udcff",)), Query(credits=("\ud800x",)), Query(kinds=("\udcff",)),
        Query(categories=("\udcff",)), Query(categories=("\udcff",), words=TURM), Query(keywords=("a\0b",)),
        Query(categories=("a\0b",), words=TURM), Query(categories=("Kunst & Kultur",), words=TURM),
        Query(categories=('a"b', "c' OR 1=1 --"), words=TURM), Query(categories=("",), words=TURM),
        Query(keywords=("' OR 1=1 --",), credits=('"',)), Query(keywords=tuple(map(str, range(300)))),
        Query(words=TURM, since=datetime.min.replace(tzinfo=UTC), until=datetime.min.replace(tzinfo=UTC)),
        Query(words=TURM, since=datetime.max.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC)),
        Query(words=TURM, since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC)),
        Query(words=TURM, since=JUNE, until=JULY + timedelta(microseconds=1)),
        Query(words=TURM, since=JULY, until=JUNE), Query(since=JUNE, until=JULY),
        Query(limit=2**70), Query(order="relevance"),
    ],
    ids=range(20),
)  # fmt: skip
def test_any_question_is_answered_without_making_the_index_anew(query: Query, tmp_path: Path) -> None:
    pick = dice(3).choice
    archive = made(tmp_path / "a")
    first_of_july = Article(id="july", headline="Turm", published=JULY)
    told(archive, [first_of_july, *(story(pick) for _ in range(30))])
    assert disagreements(archive, [Query()]) == []
    before = generation(archive)
    assert disagreements(archive, [query]) == []
    assert generation(archive) == before


@pytest.mark.parametrize("beginning", ["\udcff", "b\0", "%", "' OR 1=1 --", '"', "x" * 100_000])
def test_any_beginning_is_answered_without_making_the_index_anew(beginning: str, tmp_path: Path) -> None:
    archive = made(tmp_path / "a")
    told(archive, [Article(id=name) for name in IDS])
    assert disagreements(archive, [Query()]) == []
    before = generation(archive)
    assert disagreements(archive, [], [beginning]) == []
    assert generation(archive) == before


def test_a_whole_id_is_found_among_many_that_begin_or_end_like_it(tmp_path: Path) -> None:
    archive = made(tmp_path / "a")
    told(archive, [Article(id=name) for name in ["b", *(f"a:b{number}" for number in range(9)), "c:b"]])
    assert disagreements(archive, [], ["b", "a:b", "a:b1", "c:", "b8"]) == []


def test_a_beginning_that_fits_many_says_how_many_as_the_plain_reading_does(tmp_path: Path) -> None:
    archive = made(tmp_path / "a", rotate_at=1 << 20)
    told(archive, [Article(id=f"z:{number * 7 % 1200:04}") for number in range(1200)])
    with pytest.raises(AmbiguousId) as by_index:
        list(show(archive, ["z:"]))
    shutil.rmtree(tmp_path / "a" / "index")
    (tmp_path / "a" / "index").write_bytes(b"")
    with pytest.raises(AmbiguousId) as by_scan:
        list(show(archive, ["z:"]))
    assert str(by_index.value) == str(by_scan.value)


@pytest.mark.parametrize("query", [
    Query(now=NOON, limit=20), Query(now=NOON, order="oldest"), Query(now=NOON, shows_embargoed=True),
    Query(now=NOON, categories=("Sport",), since=NOON - timedelta(days=9), until=NOON, limit=20),
])  # fmt: skip
def test_an_answer_comes_in_its_order_without_being_sorted(query: Query, tmp_path: Path) -> None:
    archive = made(tmp_path / "a")
    told(archive, [Article(id="x:1", published=NOON)])
    assert count(archive, query) == int(not query.categories)
    with closing(sqlite3.connect(database(archive))) as connection:
        for columns, is_counted in (("segment, offset, length, seq", False), ("count(*)", True)):
            sql, values = statement(query, columns, is_counted=is_counted)
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            assert "article_by_" in plan[0]
            assert ("COVERING" in plan[0]) is is_counted
            assert not any("TEMP B-TREE" in step for step in plan)


# As what the archive knows, it decides as the plain reading does.


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Archive, Archive]]:
    """Make two empty archives; the first asks an index, the second reads its lines."""
    one, two = made(tmp_path / "one"), made(tmp_path / "two")
    with closing(Index(one.root, one.uuid)) as index:
        one.known = index
        yield one, two


def lines(archive: Archive) -> list[bytes]:
    """Return all lines."""
    return [stored.line for stored in archive.scan()]


def with_numbers(article: Article, pick: Pick) -> Article:
    """Let a story name an agency's numbers, or be known by one."""
    numbers = ("iptc7901:20250312:0801", "iptc7901:20250312:0802")
    name = pick([article.id, article.id, article.id, *numbers])
    return article.model_copy(update={"id": name, "alternate_ids": pick([(), (), numbers[:1], numbers])})


@pytest.mark.parametrize("seed", range(3))
def test_it_numbers_versions_and_revisions_as_the_plain_reading_does(seed: int, both: tuple[Archive, Archive]) -> None:
    pick = dice(seed).choice
    one, two = both
    for _ in range(6):
        stories = [with_numbers(story(pick), pick) for _ in range(pick([1, 5, 30]))]
        assert told(one, stories) == told(two, stories)
    assert isinstance(one.known, Index)
    assert is_level(one)
    assert lines(one) == lines(two)
    assert {filed.what for filed in told(one, stories)} <= {"unchanged", "revision"}


def test_an_article_without_an_id_is_the_same_to_both(both: tuple[Archive, Archive]) -> None:
    one, two = both
    for _ in range(2):
        assert told(one, [Article(headline="Turm")]) == told(two, [Article(headline="Turm")])


def test_the_same_again_adds_not_one_byte(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "dumps"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.txt").write_bytes(dump(headline=f"Windau erneuert den {number}. Turm"))
    assert "5 new" in run("ingest", "dumps").stderr
    assert run("list", "--count").stdout == "5\n"
    before = (tmp_path / "archive" / "articles" / "000001.jsonl").read_bytes()
    assert "5 unchanged" in run("ingest", "dumps").stderr
    assert (tmp_path / "archive" / "articles" / "000001.jsonl").read_bytes() == before
    assert run("list", "--count").stdout == "5\n"


def test_many_lines_are_taken_in_by_several_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pick = dice(4).choice
    monkeypatch.setattr("newsarc.index._STEP", 7)
    archive = made(tmp_path / "a")
    told(archive, [story(pick) for _ in range(60)])
    assert disagreements(archive, [question(pick) for _ in range(20)], BEGINNINGS) == []


# Others read and write meanwhile.


def seen(said: list[str]) -> list[Seen]:
    """Read what processes that asked saw."""
    return [Seen(*json.loads(one)) for one in said]


def slowest(asking: list[Seen], share: float = 1) -> float:
    """Return how long the slowest answer took, or the slowest of a share of them."""
    seconds = sorted(second for one in asking for second in one.seconds)
    return seconds[round((len(seconds) - 1) * share)]


def test_readers_and_writers_do_not_disturb_each_other(full: bool, tmp_path: Path) -> None:
    archive = made(tmp_path / "a", rotate_at=1 << 20)
    told(archive, [Article(id=f"first:{number}", category="Sport", published=NOON) for number in range(500)])
    seconds = 10 if full else 3
    idle = seen(ended(process("ask", archive.root, 1)))
    writers = [process("write", archive.root, name, seconds) for name in ("one", "two")]
    readers = [process(word, archive.root, seconds) for word in ("ask", "ask", "list", "list")]
    *said, first, second = ended(*readers, *writers)
    for one in seen(said):
        assert one.counts == sorted(one.counts)
        assert one.counts[0] >= 500
    assert slowest(seen(said)) < 4
    number = sum(len(one.counts) for one in seen(said))
    sys.stdout.write(f"{number} counts, 99 % within {slowest(seen(said[:2]), 0.99):.3f} s, ")
    sys.stdout.write(f"idle {slowest(idle, 0.99):.3f} s\n")
    assert count(archive, Query()) == len(plain(archive, Query())) == 500 + int(first) + int(second)


def test_an_index_that_is_made_anew_meanwhile_hides_nothing(tmp_path: Path) -> None:
    archive = made(tmp_path / "a", rotate_at=1 << 20)
    told(archive, [Article(id=f"first:{number}", category="Sport", published=NOON) for number in range(200)])
    _, *said = ended(*(process(word, archive.root, 2) for word in ("clear", "ask", "ask")))
    for one in seen(said):
        assert set(one.counts) == {200}


def test_a_reader_does_not_wait_for_a_writer_of_the_index(tmp_path: Path) -> None:
    archive = made(tmp_path / "a")
    told(archive, [Article(id=name) for name in IDS])
    assert disagreements(archive, [Query()]) == []
    told(archive, [Article(id="one more")])
    with closing(sqlite3.connect(database(archive), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        started = monotonic()
        assert len(list(find(archive, Query()))) == len(IDS) + 1
        assert monotonic() - started < 1
