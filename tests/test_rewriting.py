"""Repair and erasing may be killed, fail, or lose power at any step: the archive is the old one or the new one."""

import errno
import json
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from faulty import Forgets, Unflushed, When, dice, digests, entries_of, faults, filled, segments
from material import NOON, dump
from newsarc import schema
from newsarc.archive import Archive
from newsarc.archive.chain import small_file
from newsarc.archive.disk import Disk
from newsarc.errors import ArchiveDamaged, ArchiveRewritten, NewsarcError, StorageError, UnknownFormat
from newsarc.ingest.rereading import sources_in
from replaced import (
    LATER,
    REREAD,
    Breaking,
    Night,
    Removing,
    holders,
    killed_at_every_step,
    mended,
    power_lost,
    records,
)

GONE = dump("Klaas verlässt das Rathaus", "05.06.2023 - 10:00:00", "Er legt alle seine Ämter nieder, sagt er.")
NEEDLES = ["verlässt das Rathaus".encode(), "seine Ämter".encode()]
OTHERS = [dump(f"Nachbar {number}", f"05.06.2023 - 09:{number}0:00") for number in range(5)]


def id_of(data: bytes) -> str:
    """Return the id of a source's article."""
    return str(entries_of(data)[0][0].id)


class Case(NamedTuple):
    """An archive, what is done to it, and what of its files shows that it was not done yet."""

    root: Path
    do: Callable[[Path, Disk], object]
    kept: dict[str, bytes]
    """The records that must never change."""
    marks: tuple[str, ...]

    def is_old(self, root: Path) -> bool:
        """Assert that an archive is the old one, to the byte, or the new one, whole; returns which."""
        now, before = digests(root), digests(self.root)
        if all(now.get(name) == before.get(name) for name in self.marks):
            return True
        assert faults(root) == []
        self.is_sound(root)
        return False

    def is_sound(self, root: Path) -> None:
        """Assert that the records which must not change are there, in order."""
        found = {name: record for (name, _, _), record in records(root).items() if name in self.kept}
        assert found == self.kept
        assert list(found) == list(self.kept)

    def completes(self, root: Path) -> None:
        """Assert that doing it again leaves nothing to do."""
        self.do(root, Unflushed())
        assert faults(root) == []
        self.is_sound(root)
        assert not (root / "REWRITE").exists()
        if self.do is erase:
            assert holders(root, *NEEDLES, id_of(GONE).encode()) == []
            assert len((root / "erased.jsonl").read_bytes().splitlines()) == 1
            assert filled(Archive(root, disk=Unflushed()), GONE) == ["erased"]
        else:
            assert list(records(root))[:5] == [(id_of(data), 1, 1) for data in [*OTHERS[:2], GONE, *OTHERS[2:4]]]
            old = {digest for name, digest in digests(self.root).items() if name == "articles/000002.jsonl"}
            assert old <= set(digests(root).values())


def erase(root: Path, disk: Disk) -> None:
    """Erase one story."""
    archive = Archive(root, disk=disk, rotate_at=2500)
    archive.erase([id_of(GONE)], reason="Beschluss", now=LATER, reread=REREAD, opened=sources_in)


def repair(root: Path, disk: Disk) -> None:
    """Repair an archive."""
    mended(root, disk=disk, rotate_at=2500)


@pytest.fixture(params=["erase", "repair", "repair without HEAD"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """Make each archive there is."""
    return made(str(request.param), tmp_path)


@pytest.fixture(params=["erase", "repair"])
def readable(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """Make those that have a HEAD."""
    return made(str(request.param), tmp_path)


def made(what: str, tmp_path: Path) -> Case:
    """Make an archive of five stories in segments of two, one of them to erase, or damaged."""
    root = tmp_path / "base"
    archive, _ = Archive.create(root, rotate_at=2500, disk=Unflushed())
    filled(archive, *OTHERS[:2], GONE, *OTHERS[2:4])
    assert len(segments(root)) == 3
    kept = {name: record for (name, _, _), record in records(root).items() if name != id_of(GONE)}
    marks = ("HEAD", *(f"articles/{path.name}" for path in segments(root)))
    if what == "erase":
        archive.quarantine(b"Kein Datum.\n" + GONE, UnknownFormat("x.txt", "y"), reader="r", now=NOON)
        (root / "lost+found" / "000001.jsonl").write_bytes(segments(root)[1].read_bytes())
        assert len(holders(root, *NEEDLES)) == 4
        return Case(root, erase, kept, marks)
    path = segments(root)[1]
    path.write_bytes(path.read_bytes().replace(b"Klaas", b"Klaus"))
    if what == "repair without HEAD":
        (root / "HEAD").unlink()
    return Case(root, repair, kept, marks)


@pytest.mark.parametrize("when", ["before", "within"])
def test_killed_at_any_step(case: Case, tmp_path: Path, when: When) -> None:
    seen = list[bool]()
    for root in killed_at_every_step(case.root, tmp_path, when, case.do):
        seen.append(case.is_old(root))
        case.completes(root)
    assert set(seen) >= {True, when != "before"}
    assert seen == sorted(seen, reverse=True)


def test_another_writer_finishes_or_undoes_it(readable: Case, tmp_path: Path) -> None:
    said = set[str]()
    for root in killed_at_every_step(readable.root, tmp_path, "before", readable.do):
        archive, told = Archive(root, disk=Unflushed()), list[str]()
        archive.tell = told.append
        was_old = readable.is_old(root)
        assert filled(archive, OTHERS[4]) == ["new"]
        said.update(told)
        assert not (root / "REWRITE").exists()
        assert not was_old or readable.do is erase or faults(root)
        assert was_old or faults(root) == []
        assert was_old or readable.do is repair or holders(root, *NEEDLES) == []
        readable.completes(root)
    what = readable.do.__name__
    assert said == {
        f"finished newsarc {what}, which had been interrupted",
        f"undid newsarc {what}, which had been interrupted; run it again",
    }


def steps_of(case: Case, root: Path) -> int:
    """Count the steps of a run that nothing interrupts."""
    shutil.copytree(case.root, root)
    disk = Removing()
    case.do(root, disk)
    assert set(disk.steps) == {"create", "write", "truncate", "fsync", "fsync_folder", "replace", "remove"}
    return len(disk.steps)


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "from then on"])
def test_any_step_may_fail(case: Case, tmp_path: Path, for_ever: bool) -> None:
    for number in range(1, steps_of(case, tmp_path / "counted") + 1):
        root, disk = tmp_path / f"{number}", Breaking(number, errno.ENOSPC, for_ever=for_ever)
        shutil.copytree(case.root, root)
        with pytest.raises(StorageError) as caught:
            case.do(root, disk)
        assert caught.value.exit_code == 74
        assert not (disk.failed or "").startswith("fsync") or disk.flushes_after() == [], number
        case.is_old(root)
        case.completes(root)
        shutil.rmtree(root)


def nights(case: Case, tmp_path: Path, forgets: Forgets, states: int) -> list[str]:
    """Lose power in so many ways; returns what was wrong, by seed."""
    shutil.copytree(case.root, tmp_path / "night")
    disk, found = Night(tmp_path / "night", forgets), list[str]()
    case.do(tmp_path / "night", disk)
    for seed in range(states):
        root, roll = tmp_path / f"{seed}", dice(seed)
        moment = roll.randrange(len(disk.log) + 1) if seed % 5 else len(disk.log)
        power_lost(case.root, disk.log, moment, root, roll)
        try:
            is_old = case.is_old(root)
            assert moment < len(disk.log) or not is_old
            assert moment < len(disk.log) or case.do is repair or holders(root, *NEEDLES) == []
            case.completes(root)
        except (AssertionError, NewsarcError) as error:
            found.append(f"seed {seed}: {error}")
        shutil.rmtree(root)
    return found


def test_a_loss_of_power_at_any_moment(case: Case, tmp_path: Path) -> None:
    assert nights(case, tmp_path, lambda _step, _name: False, 40) == []


MUTATIONS = {
    "fsync of the new segments": ("fsync", ".jsonl.tmp"),
    "fsync of HEAD.tmp": ("fsync", "HEAD.tmp"),
    "fsync of REWRITE.tmp": ("fsync", "REWRITE.tmp"),
    "fsync of articles/": ("fsync_folder", "articles"),
    "fsync of the archive folder": ("fsync_folder", "night"),
}


@pytest.mark.parametrize("left_out", MUTATIONS)
def test_each_flush_is_needed_and_its_loss_is_seen(readable: Case, tmp_path: Path, left_out: str) -> None:
    step, ending = MUTATIONS[left_out]
    assert nights(readable, tmp_path, lambda done, name: done == step and name.endswith(ending), 15)


# Readers, while it goes on.


def test_a_reader_is_told_and_one_that_begins_anew_gets_the_new_archive(readable: Case) -> None:
    reader = Archive(readable.root)
    begun, at_start = reader.scan(), reader.scan()
    first = next(begun)
    readable.do(readable.root, Unflushed())
    with pytest.raises(ArchiveRewritten, match="was rewritten while it was read"):
        list(begun)
    with pytest.raises(ArchiveRewritten):
        reader.read(first.place)
    assert list(at_start) == list(reader.scan())


def test_a_reader_that_had_looked_at_head_before_starts_over(readable: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Archive(readable.root)
    old, looks = reader.head(), count()
    readable.do(readable.root, Unflushed())
    head = reader.head
    monkeypatch.setattr(reader, "head", lambda: head() if next(looks) else old)
    assert list(reader.scan()) == list(Archive(readable.root).scan())


def test_a_lost_segment_is_still_damage(readable: Case) -> None:
    readable.do(readable.root, Unflushed())
    reader = Archive(readable.root)
    [*_, last] = reader.scan()
    segments(readable.root)[-1].unlink()
    with pytest.raises(ArchiveDamaged):
        list(reader.scan())
    with pytest.raises(ArchiveDamaged):
        reader.read(last.place)


def test_other_tools_see_each_line_once_while_segments_are_replaced(readable: Case, tmp_path: Path) -> None:
    sql, counted = schema.duckdb(str(readable.root)), list[int]()
    for root in killed_at_every_step(readable.root, tmp_path, "before", readable.do, last=40):
        if len(segments(root)) <= 3:
            continue
        with duckdb.connect() as connection:
            connection.execute(sql.replace(str(readable.root), str(root)))
            [(lines,)] = connection.execute("SELECT count(*) FROM articles").fetchall()
            counted.append(lines)
    assert set(counted) == ({4, 5} if readable.do is erase else {5})


# The journal of somebody else.

JOURNALS: dict[str, dict[str, object]] = {
    "a file outside": {"removed": ["../outside.txt"]},
    "a folder": {"removed": ["quarantine/../HEAD"]},
    "an absolute path": {"cut": [["/etc/hostname", "0" * 64, [[0, 1]]]]},
    "an unknown word": {"what": "format"},
    "an unknown key": {"more": 1},
    "its own new segments": {"old": [1, 2, 3, 9]},
    "no numbers": {"old": ["1"]},
    "no member": {"zeros": [[1, 2]]},
    "no list": {"old": 3},
}


@pytest.mark.parametrize("what", JOURNALS)
def test_a_journal_that_newsarc_never_wrote_removes_nothing(readable: Case, tmp_path: Path, what: str) -> None:
    (tmp_path / "outside.txt").write_text("stays")
    fields = {"what": "erase", "old": [1, 2, 3], "new": 4, "zeros": [], "removed": [], "cut": [], "logged": []}
    (readable.root / "REWRITE").write_bytes(small_file({**fields, **JOURNALS[what]}))
    before = digests(readable.root)
    with pytest.raises(ArchiveDamaged, match="REWRITE"):
        filled(Archive(readable.root), OTHERS[4])
    assert digests(readable.root) == before
    assert "REWRITE: it is not as written; moved to lost+found" in mended(readable.root).said
    assert (tmp_path / "outside.txt").exists()
    assert filled(Archive(readable.root), OTHERS[4]) == ["new"]
    assert faults(readable.root) == []


# What comes after.


def test_a_lost_head_is_rebuilt_where_the_chain_starts_now(readable: Case) -> None:
    readable.do(readable.root, Unflushed())
    before, head = digests(readable.root), (readable.root / "HEAD").read_bytes()
    assert json.loads(head)["first"] == 4
    (readable.root / "HEAD").unlink()
    assert [fault.split(" (")[0] for fault in faults(readable.root)] == ["HEAD: it is missing"]
    Archive(readable.root).append([], now=NOON)
    assert digests(readable.root) == before
    assert filled(Archive(readable.root), OTHERS[4]) == ["new"]
    readable.is_sound(readable.root)


def test_a_second_time_goes_on_from_the_first(readable: Case) -> None:
    for name in (id_of(OTHERS[0]), id_of(OTHERS[3])):
        readable.do(readable.root, Unflushed())
        archive = Archive(readable.root, disk=Unflushed(), rotate_at=2500)
        archive.erase([name], reason="x", now=LATER, reread=REREAD, opened=sources_in)
        assert faults(readable.root) == []
    left = [name for name, _, _ in records(readable.root)]
    assert left == [id_of(data) for data in (OTHERS[1], *[GONE][: readable.do is repair], OTHERS[2])]
    assert archive.head().first == (9 if readable.do is repair else 8)


def test_journal_and_log_are_no_strangers(tmp_path: Path) -> None:
    for name in ("REWRITE.tmp", "erased.jsonl.tmp"):
        (tmp_path / name).touch()
    made, is_new = Archive.create(tmp_path)
    assert is_new
    assert filled(made, OTHERS[0]) == ["new"]


def test_a_log_that_is_damaged_while_an_erasing_is_interrupted_is_mended_first(tmp_path: Path) -> None:
    case = made("erase", tmp_path)
    Archive(case.root, disk=Unflushed()).erase(
        [id_of(OTHERS[0])], reason="x", now=LATER, reread=REREAD, opened=sources_in
    )
    first, seen = Archive(case.root).head().first, 0
    for root in killed_at_every_step(case.root, tmp_path, "before", case.do, last=20):
        if (root / "REWRITE").exists() and Archive(root).head().first != first:
            log = (root / "erased.jsonl").read_bytes()
            (root / "erased.jsonl").write_bytes(log.replace(b'"reason":"x"', b'"reason":"y"'))
            with pytest.raises(ArchiveDamaged, match="erased"):
                filled(Archive(root), OTHERS[4])
            assert mended(root).exit_code == 0
            assert filled(Archive(root), GONE, OTHERS[0]) == ["erased", "erased"]
            assert holders(root, *NEEDLES) == []
            seen += 1
    assert seen > 10
