"""A folder is taken file by file: when each is finished, once, whatever happens to it, to the archive or to us."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from conftest import Run
from faulty import everything, faults
from material import NOON, OTHER, dump
from newsarc.archive import Archive
from newsarc.archive.disk import Disk, locked
from newsarc.archive.quarantine import listed
from newsarc.errors import ArchiveLocked, UnreadableSource
from newsarc.ingest import Outcome
from newsarc.watch import Terms
from newsarc.watch.looking import Lookout
from newsarc.watch.taken import Taken
from newsarc.watch.telling import told
from watched import Days, put, seen


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Make an empty folder beside an empty archive."""
    Archive.create(tmp_path / "archive")
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def state(root: Path) -> Path:
    """Return the one file of marks."""
    (found,) = (root / "index").glob("watch-*.txt")
    return found


def test_a_file_is_taken_when_it_has_not_changed_for_a_while(inbox: Path, root: Path) -> None:
    days, text = Days(), dump()
    days.plan(10, lambda: put(inbox / "a.txt", text[:100], days))
    days.plan(11, lambda: put(inbox / "a.txt", text[:200], days))
    days.plan(12.5, lambda: put(inbox / "a.txt", text, days))
    assert seen(inbox, root, days, 100) == [(14.5, "a.txt", "new")]


def test_what_is_old_when_it_is_first_seen_is_taken_at_once(inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / "fresh.txt", dump(), days)
    put(inbox / "old.txt", OTHER)
    os.utime(inbox / "old.txt", (NOON.timestamp() - 62,) * 2)
    assert seen(inbox, root, days, 50) == [(0, "old.txt", "new"), (2, "fresh.txt", "new")]


def test_a_time_that_lies_ahead_makes_no_file_wait_for_ever(inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / "a.txt", dump())
    os.utime(inbox / "a.txt", (NOON.timestamp() + 10**8,) * 2)
    assert seen(inbox, root, days, 50) == [(2, "a.txt", "new")]


def test_what_goes_on_growing_after_it_was_taken_is_taken_again(inbox: Path, root: Path) -> None:
    days, text = Days(), b"\n\n".join((dump(), OTHER))
    put(inbox / "a.txt", dump(), days)
    days.plan(20, lambda: put(inbox / "a.txt", text, days))
    assert seen(inbox, root, days, 100) == [(2, "a.txt", "new"), (22, "a.txt", "1 new, 1 unchanged")]


@pytest.mark.parametrize("name", ["a.txt.part", "a.tmp", "a.txt~", ".a.txt", "A.FILEPART", ".git/a.txt"])
def test_unfinished_names_are_passed_over_until_they_are_renamed(name: str, inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / name, dump(), days)
    days.plan(30, lambda: os.replace(inbox / name, inbox / "a.txt"))
    assert seen(inbox, root, days, 200) == [(32, "a.txt", "new")]


def test_a_file_that_is_moved_after_it_was_taken_adds_nothing(inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / "a.txt", dump(), days)
    days.plan(30, (inbox / "done").mkdir)
    days.plan(31, lambda: os.replace(inbox / "a.txt", inbox / "done" / "a.txt"))
    assert seen(inbox, root, days, 200) == [(2, "a.txt", "new"), (33, "done/a.txt", "unchanged")]


def test_a_file_of_which_no_event_tells_is_found_by_the_next_look(inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / "a.txt", dump(), days)
    days.wait(10)
    put(inbox / "b.txt", OTHER, days)
    assert seen(inbox, root, days, 40) == [(12, "a.txt", "new"), (12, "b.txt", "new")]
    put(inbox / "c.txt", dump("Ein anderer Turm"), days)
    assert seen(inbox, root, days, 300, Terms(every=60)) == [(42, "c.txt", "new")]


def test_members_of_a_container_are_told_one_by_one_and_the_container_is_taken_once(inbox: Path, root: Path) -> None:
    days = Days()
    with zipfile.ZipFile(inbox / "a.zip", "w") as packed:
        packed.writestr("eins.txt", dump())
        packed.writestr("zwei.txt", "Unsinn ohne Datum")
        packed.writestr("drei.txt", OTHER)
    with zipfile.ZipFile(inbox / "versteckt.zip", "w") as packed:
        packed.writestr(".eins.txt", dump())
    expected = [(2, "a.zip!eins.txt", "new"), (2, "a.zip!zwei.txt", "in quarantine"), (2, "a.zip!drei.txt", "new")]
    assert seen(inbox, root, days, 500) == expected
    assert seen(inbox, root, days, 900) == []


def test_only_what_is_included(inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / "a.txt", dump(), days)
    put(inbox / "b.html", OTHER, days)
    assert seen(inbox, root, days, 100, Terms(include=("*.txt",))) == [(2, "a.txt", "new")]
    everything_now = [(100, "a.txt", "unchanged"), (100, "b.html", "new")]
    assert seen(inbox, root, days, 200) == everything_now, "another question looks at all of them anew"


def test_what_cannot_be_read_goes_to_quarantine_once(inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / "a.txt", b"Unsinn ohne Datum", days)
    assert seen(inbox, root, days, 1000) == [(2, "a.txt", "in quarantine")]
    assert seen(inbox, root, days, 2000) == []
    assert len(listed(Disk(), str(root / "quarantine"))) == 1
    assert (inbox / "a.txt").read_bytes() == b"Unsinn ohne Datum"


def test_a_restart_reads_nothing_twice_and_a_lost_memory_adds_nothing(inbox: Path, root: Path) -> None:
    days = Days()
    for number in range(20):
        put(inbox / f"{number:02}.txt", dump(f"Turm Nummer {number}"), days)
    assert len(seen(inbox, root, days, 100)) == 20
    before = everything(root)
    assert seen(inbox, root, days, 200) == []
    data = state(root).read_bytes()
    for kept in (b"", data[:-1], data[:200], data[:100] + b"\xff" + data[101:], b"Unsinn\n"):
        state(root).write_bytes(kept)
        assert {said for _, _, said in seen(inbox, root, days, days.seconds + 100)} == {"unchanged"}
        assert seen(inbox, root, days, days.seconds + 100) == []
    shutil.rmtree(root / "index")
    assert len(seen(inbox, root, days, days.seconds + 100)) == 20
    assert everything(root) == before
    assert faults(root) == []


def test_an_archive_that_was_put_back_gets_again_what_it_lost(inbox: Path, root: Path, tmp_path: Path) -> None:
    days = Days()
    put(inbox / "a.txt", dump(), days)
    seen(inbox, root, days, 100)
    shutil.copytree(root, tmp_path / "copy")
    put(inbox / "b.txt", OTHER, days)
    seen(inbox, root, days, 200)
    marks = state(root).read_bytes()
    shutil.rmtree(root)
    os.rename(tmp_path / "copy", root)
    state(root).write_bytes(marks)
    assert seen(inbox, root, days, 300) == [(200, "a.txt", "unchanged"), (200, "b.txt", "new")]


def test_an_archive_that_is_locked_is_tried_again(inbox: Path, root: Path) -> None:
    days, terms = Days(), Terms(wait=0)
    put(inbox / "a.txt", dump(), days)
    with locked(str(root / "LOCK"), wait=0, holder="another run"):
        assert seen(inbox, root, days, 100, terms) == [(2, "", "tried again later")]
        with pytest.raises(ArchiveLocked):
            seen(inbox, root, days, terms=terms, once=True)
    assert seen(inbox, root, days, 200, terms) == [(100, "a.txt", "new")]


def test_once_waits_for_what_is_fresh_and_leaves_what_still_grows(inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / "a.txt", dump(), days)
    put(inbox / "b.txt", OTHER[:50], days)
    days.plan(1.5, lambda: put(inbox / "b.txt", OTHER, days))
    assert seen(inbox, root, days, once=True) == [
        (2, "a.txt", "new"), (2, "b.txt", "still being written, left for the next time")
    ]  # fmt: skip
    days.seconds = 100
    assert seen(inbox, root, days, once=True) == [(100, "b.txt", "new")]
    assert days.seconds == 100


def test_a_folder_that_is_not_there(inbox: Path, root: Path) -> None:
    with pytest.raises(UnreadableSource):
        seen(inbox / "nowhere", root, Days(), once=True)


def test_a_folder_that_goes_away_is_told_of_once_and_taken_up_again(inbox: Path, root: Path, tmp_path: Path) -> None:
    days = Days()
    put(inbox / "a.txt", dump(), days)
    days.plan(50, lambda: os.rename(inbox, tmp_path / "aside"))
    days.plan(500, lambda: os.rename(tmp_path / "aside", inbox))
    days.plan(501, lambda: put(inbox / "b.txt", OTHER, days))
    assert seen(inbox, root, days, 600) == [(2, "a.txt", "new"), (50, ".", "tried again later"), (503, "b.txt", "new")]


def test_the_archive_in_the_folder_it_watches_is_passed_over(inbox: Path) -> None:
    days, root = Days(), inbox / "archive"
    Archive.create(root)
    put(inbox / "a.txt", dump(), days)
    assert seen(inbox, root, days, 300) == [(2, "a.txt", "new")]


def test_a_file_that_is_not_handed_over_is_told_of_once_and_tried_again(inbox: Path, root: Path) -> None:
    days = Days()
    put(inbox / "a.txt", dump(), days)
    lookout = Lookout(str(inbox), 0)
    (file,) = lookout.look(set(), now=days.now(), moment=0).finished
    assert lookout.refuse(file, 0)
    assert lookout.look(set(), now=days.now(), moment=299).finished == []
    assert lookout.look(set(), now=days.now(), moment=300).finished == [file]
    assert not lookout.refuse(file, 300)
    said = told(Outcome("a.txt", error=UnreadableSource("a.txt", "Permission denied")), NOON)
    assert (said.what, said.words) == ("unreadable", "tried again later: cannot read source: Permission denied")
    assert root.exists()


def test_what_is_remembered_of_files_that_are_gone_is_forgotten_when_it_is_much(inbox: Path, root: Path) -> None:
    archive, taken = Archive(root), Taken([str(inbox)])
    taken.open(archive)
    marks = [number.to_bytes(16, "big") for number in range(100_200)]
    for mark in marks:
        taken.add(mark, archive)
    taken.save(archive)
    taken.keep(set(marks[:100]), archive)
    assert marks[-1] in taken, "not so many are gone yet"
    taken.keep(set(marks[:50]), archive)
    again = Taken([str(inbox)])
    again.open(archive)
    for known in (taken, again):
        assert [mark in known for mark in (marks[0], marks[49], marks[50], marks[-1])] == [True, True, False, False]


def test_an_erasing_makes_what_was_remembered_void(inbox: Path, root: Path, run: Run) -> None:
    days = Days()
    put(inbox / "a.txt", dump(), days)
    put(inbox / "b.txt", OTHER, days)
    seen(inbox, root, days, 50)
    name = next(article.id for article in Archive(root).articles() if "Turm" in str(article.headline))
    assert run("erase", name, "--reason", "Urteil", "--yes").returncode == 0
    assert seen(inbox, root, days, 90) == [(52, "a.txt", "refused (erased)"), (52, "b.txt", "unchanged")]
