"""Who writes to an archive waits for others that do, as long as a person says; an interrupt says what stays true."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from conftest import Run
from faulty import digests, faults
from material import NOON, OTHER, dump
from newsarc.archive import Archive
from newsarc.archive.disk import locked
from newsarc.errors import UnknownFormat
from older import keep

COMMITTED = "what was committed is archived, run it again to go on"
WRITERS = [
    (["ingest", "new.txt", "--jobs", "0"], COMMITTED),
    (["reparse"], COMMITTED),
    (["audit", "--accept", "--as", "Kultur", "portal:"], COMMITTED),
    (["quarantine", "--retry", "--jobs", "0"], COMMITTED),
    (["repair", "--yes"], "the archive is no worse than it was, run it again to go on"),
    (
        ["erase", "portal:", "--reason", "Urteil", "--yes"],
        "the next run that writes undoes it or finishes it, run it again to be sure",
    ),
]
writers = pytest.mark.parametrize(("words", "stays"), WRITERS, ids=lambda given: given[0] * isinstance(given, list))


@pytest.fixture
def lock(tmp_path: Path) -> str:
    """Make an archive where each command has something to do; returns its lock."""
    archive, _ = Archive.create(tmp_path / "archive")
    keep(archive, dump(), {"headline": None})
    archive.quarantine([OTHER], UnknownFormat("other.txt", "unknown then"), reader="newsarc 0.0.9", now=NOON)
    (tmp_path / "new.txt").write_bytes(dump("Turm nebenan"))
    return str(tmp_path / "archive" / "LOCK")


@writers
def test_who_does_not_wait_is_told_for_whom(words: list[str], stays: str, lock: str, run: Run, tmp_path: Path) -> None:
    assert stays
    before = digests(tmp_path / "archive" / "articles")
    with locked(lock, wait=0, holder="another run"):
        done = run(*words, "--wait", "0")
    assert (done.returncode, "another run" in done.stderr) == (75, True)
    assert digests(tmp_path / "archive" / "articles") == before


def waiting(words: list[str], lock: str) -> "subprocess.Popen[str]":
    """Start newsarc; returns it when it waits for the lock."""
    process = subprocess.Popen(
        [sys.executable, "-m", "newsarc", *words, "--wait", "60", "--archive", os.path.dirname(lock)],
        cwd=Path(lock).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while lock not in opened(process.pid):
        assert process.poll() is None
    return process


def opened(pid: int) -> set[str]:
    """Return which files a process has open."""
    found = set()
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.add(os.readlink(path))
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at open files through /proc")
@writers
def test_who_waits_goes_on_when_the_other_is_done(words: list[str], stays: str, lock: str, tmp_path: Path) -> None:
    assert stays
    with locked(lock, wait=0, holder="another run"):
        process = waiting(words, lock)
    said = process.communicate(timeout=60)[1]
    assert (process.returncode, "error" in said) == (0, False)
    assert faults(tmp_path / "archive") == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at open files through /proc")
@writers
def test_an_interrupt_says_what_stays_true(words: list[str], stays: str, lock: str, run: Run, tmp_path: Path) -> None:
    with locked(lock, wait=0, holder="another run"):
        process = waiting(words, lock)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == -signal.SIGINT
    assert said.splitlines()[-1] == f"newsarc: interrupted; {stays}"
    assert "Traceback" not in said
    assert run(*words).returncode == 0
    assert faults(tmp_path / "archive") == []
