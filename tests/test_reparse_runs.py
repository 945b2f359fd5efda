"""Runs of reparse that end in the middle, that have others beside them, and what a person sees of them."""

import errno
import json
import os
import shutil
import signal
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from faulty import Failing, Killing, entries_of, faults
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.errors import StorageError
from newsarc.ingest import Reading
from newsarc.reparse import Tally, reparse
from older import LATER, again, keep, many, stored, whats
from test_cli import on_terminal

# Runs that end in the middle, and runs beside each other.


def altered(root: Path) -> Path:
    archive, _ = Archive.create(root)
    keep(archive, many(3), {"headline": None})
    return root


def ended(root: Path) -> list[dict[str, Any]]:
    """Read all of it again, to the end; returns what every record says then."""
    again(Archive(root))
    assert set(whats(again(Archive(root)))) == {"same"}
    assert not faults(root)
    return [article.model_dump(exclude={"archived"}) for article in stored(Archive(root))]


def test_a_run_that_fails_at_any_step_is_gone_on_with(tmp_path: Path) -> None:
    expected = ended(altered(tmp_path / "whole"))
    for number in count(1):
        root = altered(tmp_path / str(number))
        steps = Failing(number, errno.ENOSPC)
        try:
            again(Archive(root, disk=steps))
        except StorageError:
            assert ended(root) == expected
        else:
            assert steps.failed is None
            break
    assert number > 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_run_that_is_killed_at_any_step_is_gone_on_with(tmp_path: Path) -> None:
    before = altered(tmp_path / "before")
    expected = ended(shutil.copytree(before, tmp_path / "whole"))
    for number in count(1):
        root = shutil.copytree(before, tmp_path / str(number))
        child = os.fork()
        if not child:
            again(Archive(root, disk=Killing(number, "within")))
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ended(root) == expected
        if status != -signal.SIGKILL:
            break
    assert (status, number > 8) == (0, True)


def test_where_another_run_was_quicker_its_word_counts(archive: Archive) -> None:
    keep(archive, dump(), {"headline": None})

    def clock() -> datetime:
        """Be asked for the moment of the commit, when the other run has just ended."""
        said = entries_of(dump(), how=Reading(now=NOON, category="Kultur"))
        assert [one.what for one in Archive(archive.root).append(said, now=NOON)] == ["revision"]
        return LATER

    tally = Tally()
    for one in reparse(archive, clock=clock):
        tally.add(one)
    assert tally.sentence() == "0 read again, 0 new readings, 0 the same, 1 changed by another run"
    assert [(one.revision, one.category_by) for one in stored(archive)] == [(1, None), (2, "user")]
    assert whats(again(archive)) == ["same"]


def test_only_the_next_revision_of_a_stored_version_is_taken(archive: Archive) -> None:
    keep(archive, dump(), {})
    [today] = stored(archive)
    records = [
        today.model_copy(update=said).line()
        for said in ({"revision": 3}, {"revision": 2}, {"revision": 2}, {"version": 2}, {"id": "urn:a"})
    ]
    assert [one.what for one in archive.revise(records, now=LATER)] == ["unchanged", "revision", *["unchanged"] * 3]
    assert [one.revision for one in stored(archive)] == [1, 2]


def test_what_is_erased_meanwhile_is_not_revised_nor_is_an_original_named_that_is_gone(archive: Archive) -> None:
    gone, left, _ = keep(archive, many(3), *[{"headline": None}] * 3)

    def clock() -> datetime:
        """Be asked for the moment of the commit, when the erasing has just ended."""
        Archive(archive.root).erase([gone.id], reason="x", now=NOON, reread=lambda *_: (), opened=lambda *_: ())
        return LATER

    found = list(reparse(archive, clock=clock))
    assert [(one.what, one.id) for one in found][:2] == [("overtaken", gone.id), ("overtaken", left.id)]
    assert gone.id not in {one.id for one in stored(archive)}
    assert not faults(Path(archive.root))
    assert whats(again(archive)) == ["revised"] * 2
    assert not faults(Path(archive.root))
    assert all("original-redacted" in one.warnings for one in stored(archive))


# On the command line.


def test_a_dry_run_says_what_would_change(archive: Archive, run: Run) -> None:
    long = "Der Hafen bleibt, wie er ist. " * 20
    [today] = keep(
        archive, dump(lead=f"{long}Der Turm leuchtet."), {"lead": f"{long}Der Turm\x1b[2J fehlt.", "credit": None}
    )
    done = run("reparse", "--dry-run")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "dry run: 1 read again, 1 new reading, 0 the same\n")
    assert [(row["id"], row["version"], row["field"]) for row in rows] == [
        (today.id, 1, "lead"),
        (today.id, 1, "credit"),
    ]
    assert (rows[0]["new"], rows[1]["old"], rows[1]["new"]) == (today.lead, None, "dpa")
    shown = on_terminal(["reparse", "--dry-run"], Path(archive.root))
    assert "leuchtet" in shown, "the passage that differs is shown, not the beginning"
    assert "\x1b[2J" not in shown
    assert len(stored(archive)) == 1


def test_a_run_counts_and_a_second_one_changes_nothing(archive: Archive, run: Run) -> None:
    keep(archive, many(2), {"headline": None}, {})
    done = run("reparse")
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "",
        "2 read again, 2 new readings, 0 the same\n",
    )  # copies, too
    assert run("reparse").stderr == "2 read again, 0 new readings, 2 the same\n"
    [newest, _] = [json.loads(line) for line in run("list", "--order", "oldest").stdout.splitlines()]
    assert (newest["revision"], newest["headline"]) == (2, "Nummer 1 am Hafen")


def test_ids_are_arguments_or_come_from_a_pipe(archive: Archive, run: Run) -> None:
    today = keep(archive, many(3), {"headline": None})
    done = run("reparse", today[0].id[:12], "nein")
    assert done.returncode == 3
    assert done.stderr.splitlines()[0].startswith("newsarc: error: no such article (nein)")
    assert done.stderr.splitlines()[1] == "1 read again, 1 new reading, 0 the same"
    done = run("reparse", "-", stdin=f"{today[1].id}\n".encode())
    assert (done.returncode, done.stderr) == (0, "1 read again, 1 new reading, 0 the same\n")
    assert run("reparse", "--archive", "none").returncode == 3


def test_damage_is_named_and_ends_with_4(archive: Archive, run: Run) -> None:
    keep(archive, many(2), {"headline": None})
    (Path(archive.root) / "originals" / "000001.gz").write_bytes(b"")
    done = run("reparse")
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 2)
    assert done.stderr.startswith("newsarc: error: archive is damaged (originals/000001.gz bytes 0-")
    assert done.stderr.endswith("0 read again, 0 new readings, 0 the same, 2 damaged\n")
