"""Whatever is done to the index, answers are late and never wrong, and what is archived is archived once."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from asked import Shown, disagreements, ended, made, plain, plainly_shown, process, shown, told
from faulty import Unflushed, dice, digests, unmeasured
from material import dump
from newsarc.archive import Archive
from newsarc.archive.filing import Filed, Scanned
from newsarc.article import Article
from newsarc.errors import ArticleNotFound, IndexUnusable
from newsarc.find import count, find
from newsarc.index import Index
from newsarc.query import Query
from strategies import BEGINNINGS, question, story

PAGE = 8192


class Case(NamedTuple):
    """An archive whose index is whole, what is asked of it, and what comes in later."""

    root: Path
    questions: list[tuple[Query, list[bytes]]]
    """With all lines that answer, whatever the limit."""
    beginnings: dict[str, Shown]
    later: list[Article]
    filed: list[Filed]
    """What the plain reading makes of that."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Make an archive of a few hundred lines in three segments, half of them known to the index from the start."""
    pick = dice(7).choice
    root = tmp_path_factory.mktemp("damage")
    archive = made(root / "a", rotate_at=40_000)
    for _ in range(2):
        told(archive, [story(pick) for _ in range(80)])
        assert disagreements(archive, [Query()]) == []
    other = made(root / "other")
    told(other, [story(pick) for _ in range(50)])
    assert disagreements(other, [Query()]) == []
    asked = [Query(), Query(limit=20), Query(order="oldest"), *(question(pick) for _ in range(150))]
    questions = [(query, right) for query in asked if (right := plain(archive, replace(query, limit=None)))]
    beginnings = {beginning: plainly_shown(archive, beginning) for beginning in BEGINNINGS}
    later = [story(pick) for _ in range(30)]
    shutil.copytree(root / "a", root / "plain")
    return Case(root, questions, beginnings, later, told(Archive(root / "plain"), later))


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
    **{f"page {number} zeroed": _change(lambda data, n=number: _no_page(data, n)) for number in (0, 1, 2, 3, 5, 8)},  # type: ignore[misc]
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
            (("state segment", "state length", "state seq", "state first"), (-1, 0, 999, "'x'"), ""),
            (("state chain",), ("NULL", "x'ff'", "''"), ""),
            (
                tuple(
                    f"{table} {column}" for table in ("article", "older") for column in ("segment", "offset", "length")
                ),
                (-7, 999, 1 << 40, HUGE, 0.5),
                SOME,
            ),
            (("article published",), ("'x'", "x'00'", "-published", "published + 90000"), SOME),
            (("article highest", "article lines"), ("-7", "999", "'x'", "x'00'"), SOME),
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

VANISHED = {"lines vanished", "counted less", "not shown"}
"""What a lie may be: something is missing. `newsarc verify` finds it."""


def lies(archive: Archive, asked: Iterable[tuple[Query, list[bytes]]], named: Iterable[tuple[str, Shown]]) -> set[str]:
    """Compare answers with the right ones, and say in which ways some are others."""
    found: Counter[str] = Counter()
    for query, right in asked:
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
    for beginning, right_one in named:
        one = shown(archive, beginning)
        if one != right_one:
            found["not shown" if is_less(archive, one, beginning) else "WRONG ONE SHOWN"] += 1
    return set(+found)


def is_less(archive: Archive, one: Shown, beginning: str) -> bool:
    """Tell whether nothing was shown, or the newest line of an id that fits where the right one was not seen."""
    if not isinstance(one, bytes):
        return one is ArticleNotFound
    name = str(json.loads(one)["id"])
    is_fitting = name.startswith(beginning) or name.rpartition(":")[2].startswith(beginning)
    return is_fitting and one == plainly_shown(archive, name)


@pytest.mark.parametrize("damage", FILES)
def test_files_that_are_not_as_written_change_no_answer(damage: str, case: Case, hurt: Archive) -> None:
    FILES[damage](hurt)
    assert lies(hurt, case.questions[:10], case.beginnings.items()) == set()


@pytest.mark.parametrize("damage", TABLES)
def test_tables_that_are_not_as_written_give_no_wrong_answer(damage: str, case: Case, hurt: Archive) -> None:
    TABLES[damage](hurt)
    assert lies(hurt, case.questions[:10], case.beginnings.items()) <= VANISHED


@pytest.mark.parametrize("damage", ["garbage", "future", "other terms", "halved", "log of garbage", "state seq 0"])
def test_what_comes_in_later_is_found_all_the_same(damage: str, case: Case, hurt: Archive) -> None:
    (FILES | TABLES)[damage](hurt)
    told(hurt, case.later)
    assert disagreements(hurt, [query for query, _ in case.questions[:10]], BEGINNINGS) == []


def test_an_index_of_another_archive_is_made_anew(case: Case, hurt: Archive) -> None:
    shutil.copy(case.root / "other" / "index" / "newsarc.db", database(hurt))
    assert lies(hurt, case.questions[:10], case.beginnings.items()) == set()


def flips(archive: Archive, whole: bytes, number: int) -> Iterator[tuple[int, int]]:
    """Change one byte of a whole index, so many times, never amid zeros, which nobody reads; says seed and byte."""
    for seed in range(number):
        roll = Random(seed)
        at = roll.randrange(len(whole))
        while not any(whole[max(at - 1, 0) : at + 2]):
            at = roll.randrange(len(whole))
        change = 1 << roll.randrange(8) if roll.random() < 0.5 else roll.randrange(1, 256)
        for more in ("-wal", "-shm"):
            database(archive, more).unlink(missing_ok=True)
        database(archive).write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
        sys.stdout.write(f"seed {seed}, byte {at}\n")
        yield seed, at


def is_found_by_verify(archive: Archive) -> bool:
    """Tell whether comparing the index with the archive tells of its damage; leaves the database as it is."""
    whole = database(archive).read_bytes()
    with suppress(IndexUnusable), closing(Index(archive.root, archive.uuid)) as index:
        is_told = index.seen != archive.head() or any(index.compare(archive))
        if database(archive).read_bytes() == whole:
            return is_told
    database(archive).write_bytes(whole)
    return True


def test_a_flipped_byte_never_makes_an_answer_wrong(full: bool, case: Case, hurt: Archive) -> None:
    whole = database(hurt).read_bytes()
    seen: Counter[str] = Counter()
    wrong, unseen = [], []
    for seed, at in flips(hurt, whole, 1000 if full else 50):
        roll = Random(seed)
        is_told = is_found_by_verify(hurt)
        asked = [*case.questions[:3], *roll.sample(case.questions[3:], 9)]
        found = lies(hurt, roll.sample(asked, 12), roll.sample([*case.beginnings.items()], 8))
        seen.update(found or {"right"})
        unseen += [f"seed {seed}, byte {at}: {found}"] * (bool(found) and not is_told)
        wrong += [f"seed {seed}, byte {at}: {found}"] * (not found <= VANISHED)
    sys.stdout.write(f"{seen}, not found by newsarc verify: {unseen}\n")
    assert wrong == []


# What is archived is archived once.


@contextmanager
def asking_its_index(archive: Archive) -> Iterator[list[str]]:
    """Let an archive ask its index before it writes, as `newsarc ingest` does; says what the archive told of it."""
    told_of: list[str] = []
    archive.tell = told_of.append
    archive.known = Scanned()
    with ExitStack() as stack:
        with suppress(IndexUnusable):
            index = stack.enter_context(closing(Index(archive.root, archive.uuid)))
            index.catch_up(archive)
            archive.known = index
        yield told_of


def lines(archive: Archive) -> list[bytes]:
    """Return all lines."""
    return [stored.line for stored in archive.scan()]


@pytest.mark.parametrize("damage", [*FILES, *(name for name in TABLES if " id " not in name)])
def test_what_is_archived_is_not_archived_again(damage: str, case: Case, hurt: Archive) -> None:
    (FILES | TABLES)[damage](hurt)
    with asking_its_index(hurt):
        assert told(hurt, case.later) == case.filed
    assert lines(hurt) == lines(Archive(case.root / "plain"))


def test_a_flipped_byte_never_archives_an_article_twice(full: bool, case: Case, hurt: Archive) -> None:
    archive = Archive(case.root / "plain")
    known = [article for article in archive.articles() if article.category_by != "user"]
    known = [article for article, filed in zip(known, archive.preview([(one, None) for one in known]), strict=True)
             if filed.what == "unchanged"]  # fmt: skip
    assert len(known) > 30
    list(find(hurt, Query()))
    told(hurt, case.later)
    list(find(hurt, Query()))
    whole = database(hurt).read_bytes()
    twice = []
    for seed, at in flips(hurt, whole, 1000 if full else 50):
        with asking_its_index(hurt):
            filed = hurt.preview([(one, None) for one in known])
        twice += [f"seed {seed}, byte {at}: {one}" for one in filed if one.what != "unchanged"]
    assert twice == []


@pytest.mark.parametrize("damage", ["garbage", "no header", "empty", "halved", "a table less", "no words", "future"])
def test_damaged_between_two_batches_it_costs_no_article(damage: str, case: Case, hurt: Archive) -> None:
    half = len(case.later) // 2
    with asking_its_index(hurt) as told_of:
        filed = told(hurt, case.later[:half])
        (FILES | TABLES)[damage](hurt)
        filed += told(hurt, case.later[half:])
    assert filed == case.filed
    assert all(sentence.startswith("index ") for sentence in told_of)
    assert disagreements(hurt, [query for query, _ in case.questions[:10]], BEGINNINGS[:5]) == []


# Where nothing can be written, reading works.

MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


@pytest.fixture
def read_only(tmp_path: Path) -> list[str]:
    """Return a command before a command: for it everything here lies on a read-only file system."""
    within = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNTED, str(tmp_path)]
    if not shutil.which("unshare") or subprocess.run([*within, "true"], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    assert subprocess.run([*within, "touch", tmp_path / "x"], check=False, capture_output=True).returncode
    return within


def _with_a_log(archive: Archive, *, without: str = "") -> None:
    """Leave the index as a process that was killed leaves it."""
    aside = f"{archive.root}.index"
    with asking_its_index(archive):
        told(archive, [Article(id="from the log")])
        shutil.copytree(database(archive).parent, aside)
    shutil.rmtree(database(archive).parent)
    shutil.move(aside, database(archive).parent)
    assert database(archive, "-wal").stat().st_size
    if without:
        database(archive, without).unlink()


STATES: dict[str, Callable[[Archive], object]] = {
    "whole": lambda _: None,
    "behind": lambda archive: told(archive, [Article(id="not known")]),
    "with a log": _with_a_log,
    "with a log alone": lambda archive: _with_a_log(archive, without="-shm"),
    "not there": FILES["deleted"],
    "an empty folder": FILES["database deleted"],
    "garbage": FILES["garbage"],
    "halved": FILES["halved"],
    "future": TABLES["future"],
    "other terms": TABLES["other terms"],
    "a future schema and a log": lambda archive: (TABLES["future"](archive), _beside("-wal", GARBAGE)(archive)),
}


def in_every_state(case: Case, folder: Path) -> list[str]:
    """Make an archive for each state the index can be in."""
    for state, bring_about in STATES.items():
        shutil.copytree(case.root / "a", folder / state)
        bring_about(Archive(folder / state, disk=Unflushed()))
    return [str(folder / state) for state in STATES]


def test_on_a_read_only_file_system_every_answer_is_given(case: Case, tmp_path: Path, read_only: list[str]) -> None:
    roots = in_every_state(case, tmp_path)
    assert ended(process("compare", *roots, 0, within=read_only)) == ["{}"]


def test_who_may_only_read_gets_every_answer(case: Case) -> None:
    within = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if within and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere, and cannot become anybody else here")
    with TemporaryDirectory() as folder:
        roots = in_every_state(case, Path(folder))
        for path in [Path(folder), *Path(folder).rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        said = ended(process("compare", *roots, 0, within=within))
        for path in [Path(folder), *Path(folder).rglob("*")]:
            path.chmod(0o755)
    assert said == ["{}"]


@pytest.mark.parametrize("state", ["whole", "with a log alone", "not there"])
def test_on_a_read_only_file_system_ingest_says_why_not(
    state: str, hurt: Archive, read_only: list[str], tmp_path: Path
) -> None:
    STATES[state](hurt)
    before = digests(Path(hurt.root))
    (tmp_path / "dump.txt").write_bytes(dump())
    command = [
        *read_only,
        sys.executable,
        "-m",
        "newsarc",
        "ingest",
        "--archive",
        hurt.root,
        str(tmp_path / "dump.txt"),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=unmeasured())
    assert done.returncode == 74
    [complaint] = [line for line in done.stderr.splitlines() if line.startswith("newsarc: error: ")]
    assert complaint.startswith("newsarc: error: cannot write (")
    assert "Read-only file system" in complaint
    assert digests(Path(hurt.root)) == before
