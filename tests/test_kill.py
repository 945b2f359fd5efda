"""Killed at any instant, newsarc loses nothing that was acknowledged, and the next run goes on as if nothing was."""

import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import Figure
from faulty import (
    BAD_NAME,
    ROTATE_AT,
    UNREADABLE,
    When,
    dice,
    dumps,
    everything,
    faults,
    folder_of,
    keep,
    losses,
    process,
    segments,
    whole_lines,
)
from killed import acknowledged, answers_alike, left_behind, unfit, unlike_a_new_one
from material import NOON
from newsarc.archive import Archive
from newsarc.archive.chain import EMPTY, head_line
from newsarc.errors import ArchiveNotFound

# Killed between any two steps, before, half-way through and after each.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of six dumps and one source that cannot be read."""
    return folder_of({**dumps(6), BAD_NAME: UNREADABLE}, tmp_path / "sources")


def clean(folder: Path, root: Path) -> Counter[bytes]:
    """Return what an archive holds when nobody interferes."""
    keep(root, folder)
    assert faults(root) == []
    return everything(root)


def goes_on(root: Path, folder: Path, wanted: Counter[bytes]) -> None:
    """Assert that the next run completes an archive of six, and its index."""
    keep(root, folder)
    assert everything(root) == wanted, root
    assert losses(root, [*dumps(6), BAD_NAME]) == [], root
    assert unfit(root) == [], root


def with_a_tail(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """Make an archive of three articles, with one and a half more behind HEAD; returns its whole lines."""
    root = tmp_path / "base"
    keep(root, folder_of(dumps(3), tmp_path / "earlier"))
    head = (root / "HEAD").read_bytes()
    keep(root, folder_of(dumps(5), tmp_path / "later"))
    one, two = segments(root)
    assert one.stat().st_size > ROTATE_AT
    fourth, fifth = two.read_bytes().splitlines(keepends=True)
    one.write_bytes(one.read_bytes() + fourth + fifth[:500])
    two.unlink()
    (root / "HEAD").write_bytes(head)
    assert Archive(root).head().seq == 3
    lines = whole_lines(root)
    assert len(lines) == 4
    return root, lines


@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_killed_at_any_step_of_recovery_rotation_and_append(
    folder: Path, tmp_path: Path, when: When, figure: Figure
) -> None:
    base, lines = with_a_tail(tmp_path)
    wanted = clean(folder, tmp_path / "clean")
    left = left_behind(tmp_path / "out", "steps", base, folder, tmp_path / "out", when)
    assert len(left) > 40
    assert min(len(names) for _, names in left) == 0
    assert max(len(names) for _, names in left) > 4
    for number, (root, names) in enumerate(left):
        assert losses(root, names) == [], root
        assert number % 2 or unfit(root) == [], root
        stored = [line for _, line in Archive(root).scan()]
        assert [line + b"\n" for line in lines[:3]] == stored[:3], root
        goes_on(root, folder, wanted)
        assert whole_lines(root)[:4] == lines, root
        assert len(segments(root)) == 2
        (aside,) = (root / "lost+found").glob("*.bin")
        assert len(aside.read_bytes()) == 500
    figure("D2", f"kills {when} each step of recovery, rotation and append:", len(left))


@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_killed_at_any_step_of_a_first_run(folder: Path, tmp_path: Path, when: When, figure: Figure) -> None:
    (tmp_path / "nothing").mkdir()
    wanted = clean(folder, tmp_path / "clean")
    left = left_behind(tmp_path / "out", "steps", tmp_path / "nothing", folder, tmp_path / "out", when)
    assert len(left) > 50
    made = 0
    for root, names in left:
        try:
            Archive(root)
        except ArchiveNotFound:
            assert names == [], root
        else:
            made += 1
            assert losses(root, names) == [], root
        goes_on(root, folder, wanted)
        assert list((root / "lost+found").glob("*.bin")) == [] or when == "within"
    assert made < len(left)
    figure("D2", f"kills {when} each step of a first run:", len(left))


# Killed while the index is written, or made anew.


def test_killed_at_any_statement_of_the_index(folder: Path, tmp_path: Path, full: bool, figure: Figure) -> None:
    base, lines = with_a_tail(tmp_path)
    wanted = clean(folder, tmp_path / "clean")
    left = left_behind(tmp_path / "out", "statements", base, folder, tmp_path / "out", 1 if full else 2)
    for number, (root, names) in enumerate(left):
        assert losses(root, names) == [], root
        assert number % 2 or unfit(root) == [], root
        goes_on(root, folder, wanted)
        assert whole_lines(root)[:4] == lines, root
        assert unlike_a_new_one(root) == [], root
    assert len(left) > 40
    figure("D2", "kills at statements of the index", len(left))


@pytest.mark.parametrize("before", ["missing", "behind", "damaged", "of tables to come"])
def test_a_reader_killed_while_it_makes_the_index_anew(
    folder: Path, tmp_path: Path, before: str, full: bool, figure: Figure
) -> None:
    base = tmp_path / "base"
    wanted = clean(folder, base)
    index = base / "index" / "newsarc.db"
    if before in ("missing", "damaged"):
        index.unlink() if before == "missing" else index.write_bytes(b"x" * 20_000)
    else:
        with closing(sqlite3.connect(index)) as connection:
            connection.executescript(CLEARED if before == "behind" else "UPDATE state SET schema = 99")
    left = left_behind(tmp_path / "out", "asking", base, tmp_path / "out", 1 if full else 4)
    assert len(left) > 10
    for root, _ in left:
        assert answers_alike(root), root
        assert everything(root) == wanted, root
        assert unfit(root) == [], root
        assert unlike_a_new_one(root) == [], root
    figure("D2", f"kills of a reader, index {before}", len(left))


CLEARED = """
DELETE FROM article; DELETE FROM older; DELETE FROM keyword; INSERT INTO text(text) VALUES ('delete-all');
UPDATE state SET segment = 1, length = 0, seq = 0, chain = printf('%064d', 0);
"""


# Killed at a random moment, two runs at once.

MANY = {**dumps(60), BAD_NAME: UNREADABLE}
HEADS = ("kept", "older", "deleted")


class Pair(NamedTuple):
    """What two runs acknowledged, how many of them died, and HEAD when the first did."""

    names: list[str]
    killed: int
    head: bytes


def killed_pair(root: Path, folder: Path, moments: list[float]) -> Pair:
    """Let two runs write the same into one archive and kill each at its moment, in seconds."""
    runs = [process("ingest", root, folder) for _ in moments]
    for run in runs:
        assert run.stdout
        assert run.stdout.readline() == b"ready\n"
    begun, heads = time.monotonic(), list[bytes]()
    for run, moment in sorted(zip(runs, moments, strict=True), key=lambda pair: pair[1]):
        try:
            run.wait(max(0.0, begun + moment - time.monotonic()))
        except subprocess.TimeoutExpired:
            run.kill()
        heads.append((root / "HEAD").read_bytes() if (root / "HEAD").exists() else b"")
    told = b""
    for run in runs:
        out, complaint = run.communicate(timeout=60)
        told += out[: out.rfind(b"\n") + 1]
        assert run.returncode in (0, -signal.SIGKILL), complaint
    return Pair(acknowledged(told), sum(run.returncode != 0 for run in runs), heads[0])


def duration(root: Path, folder: Path) -> float:
    """Measure how long two runs that nobody kills take."""
    begun = time.monotonic()
    pair = killed_pair(root, folder, [60.0, 60.0])
    assert not pair.killed
    assert sorted(pair.names) == sorted([*MANY, *MANY])
    assert losses(root, MANY) == []
    return time.monotonic() - begun


def test_two_runs_killed_at_random_lose_double_and_tear_nothing(
    tmp_path: Path, request: pytest.FixtureRequest, figure: Figure
) -> None:
    """Now and then HEAD is set back to an older one, or deleted, before the next run: no whole line is lost by that."""
    kills, seed = int(request.config.getoption("--kills")), 7
    roll = dice(seed)
    folder = folder_of(MANY, tmp_path / "sources")
    wanted = clean(folder, tmp_path / "clean")
    longest = duration(tmp_path / "measured", folder)
    killed, life, checked, seen = 0, 0, 0, Counter[str]()
    while killed < kills:
        root, names, heads = tmp_path / f"life{life}", set[str](), [head_line(EMPTY)]
        life, head = life + 1, "kept"
        while len(names) < 0.8 * len(MANY):
            pair = killed_pair(root, folder, [roll.uniform(0, longest / 3) for _ in range(2)])
            killed += pair.killed
            names.update(pair.names)
            if (root / "FORMAT").exists():
                if head != "kept":  # both may have died before they recovered it
                    Archive(root).append([], now=NOON)
                assert losses(root, names) == [], (seed, life)
                head = _set_back(root, roll.choice(heads), roll.choice(HEADS))
                seen[head] += 1
                heads.append(pair.head or heads[0])
            else:
                assert not names, (seed, life)
        lines = whole_lines(root)
        checked += len(names)
        keep(root, folder)
        assert whole_lines(root)[: len(lines)] == lines, (seed, life)
        assert everything(root) == wanted, (seed, life)
        assert losses(root, MANY) == [], (seed, life)
        assert unlike_a_new_one(root) == [], (seed, life)
        shutil.rmtree(root)
    figure("D1", "kills of two runs at once", killed)
    figure("D1", "archives", life)
    figure("D1", "acknowledged sources checked", checked)
    for what in HEADS:
        figure("D1", f"HEAD {what} after the kill", seen[what])
    assert killed >= kills
    assert kills < 60 or set(seen) == set(HEADS), seen


def _set_back(root: Path, older: bytes, what: str) -> str:
    """Put an older HEAD in place, or none; returns what was done."""
    head = root / "HEAD"
    if what == "older" and older != head.read_bytes():
        head.write_bytes(older)
        return what
    if what == "deleted" and segments(root):
        head.unlink()
        return what
    return "kept"
