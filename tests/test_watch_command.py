"""The command that watches, as the process it is: events, signals, kills in a burst of files, its log, its unit."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from conftest import Figure, Run
from faulty import dumps, losses, unmeasured
from killed import unfit
from material import OTHER, dump
from test_kill_command import committed, wait_until_gone

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")

Watching = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    """Return a function that watches the folder `inbox`, in a session of its own; what still runs is killed."""
    runs = list["subprocess.Popen[str]"]()
    (tmp_path / "inbox").mkdir()

    def start(*words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "newsarc", "watch", "inbox", "--archive", "archive", "--settle", "0.2"]
        run = subprocess.Popen(
            [*command, "--jobs", "0", *words], stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=unmeasured(),
            start_new_session=True,
        )  # fmt: skip
        runs.append(run)
        return run

    yield start
    for run in runs:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        assert run.stderr
        run.stderr.close()


def read_until(run: "subprocess.Popen[str]", word: str) -> list[str]:
    """Return the lines of a log up to the one that holds a word, each without its time."""
    assert run.stderr
    lines = list[str]()
    while not lines or word not in lines[-1]:
        line = run.stderr.readline()
        assert line, lines
        lines.append(line[26:].rstrip("\n"))
    return lines


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_it_cleanly(name: str, watching: Watching, run: Run, tmp_path: Path) -> None:
    process = watching("--jobs", "1")
    assert read_until(process, "watching") == ["archive archive (created)", "watching inbox, with events"]
    (tmp_path / "inbox" / "a.txt").write_bytes(dump())
    assert read_until(process, "a.txt") == ["inbox/a.txt: new"]
    process.send_signal(signal.Signals[name])
    said = process.communicate(timeout=20)[1]
    begin = "newsarc: interrupted" if name == "SIGINT" else f"newsarc: ended by {name}"
    assert process.returncode == -signal.Signals[name]
    assert said == f"{begin}; what was committed is archived, start it again to go on\n"
    wait_until_gone(process.pid)
    assert run("list", "--count").stdout == "1\n"


def test_a_hangup_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    process = subprocess.Popen(
        ["bash", "-c", f"trap '' HUP; exec {sys.executable} -m newsarc watch inbox --archive archive --settle 0.2"],
        stderr=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    read_until(process, "watching")
    process.send_signal(signal.SIGHUP)
    (tmp_path / "inbox" / "a.txt").write_bytes(dump())
    assert read_until(process, "a.txt") == ["inbox/a.txt: new"]
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM


def test_killed_three_times_in_a_burst_it_takes_each_article_once(
    watching: Watching, tmp_path: Path, full: bool, figure: Figure
) -> None:
    """Files keep falling while it is killed: in its first look, and twice as soon as it has committed something."""
    files = dumps(10_000 if full else 400)
    names, lives = sorted(files), 4
    share = len(files) // lives

    def drop(some: list[str]) -> None:
        for name in some:
            (tmp_path / "inbox" / name).write_bytes(files[name])

    for life in range(lives):
        known = committed(tmp_path / "archive")
        burst = Thread(target=drop, args=(names[life * share : (life + 1) * share],))
        process = watching("--jobs", "1")
        log = Thread(target=process.communicate)
        read_until(process, "watching")
        burst.start()
        log.start()
        deadline = time.monotonic() + (600 if full else 60)
        wanted = (0, known + 1, known + 1, len(files))[life]
        while committed(tmp_path / "archive") < wanted:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        if not life:
            time.sleep(0.7)  # a random moment of its first look
        os.killpg(process.pid, signal.SIGTERM if life == lives - 1 else signal.SIGKILL)
        burst.join()
        log.join()
        assert process.returncode == (-signal.SIGTERM if life == lives - 1 else -signal.SIGKILL)
        wait_until_gone(process.pid)
    assert losses(tmp_path / "archive", names) == []
    assert unfit(tmp_path / "archive") == []
    figure("D1", "kills while a folder was watched", lives - 1)


def test_once_ends_and_says_how(run: Run, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.txt").write_bytes(dump())
    (inbox / "b.txt").write_text("Unsinn ohne Datum")
    first, again = (run("watch", "--once", "--settle", "0.1", "--jobs", "0", "inbox") for _ in range(2))
    assert (first.returncode, again.returncode) == (1, 0)
    said = [line[26:] for line in first.stderr.splitlines()]
    assert [said[0], said[1], said[-1]] == [
        f"archive {tmp_path}/archive (created)", "inbox/a.txt: new", "1 new, 0 unchanged, 1 in quarantine"
    ]  # fmt: skip
    assert said[2].startswith("inbox/b.txt: in quarantine: format not recognised: ")
    assert [line[26:] for line in again.stderr.splitlines()[1:]] == ["0 new, 0 unchanged"]
    assert sorted(path.name for path in inbox.iterdir()) == ["a.txt", "b.txt"]


def test_a_log_of_json_and_names_that_try_to_forge_lines(run: Run, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    names = [
        b"a\n2026-01-01T00:00:00+01:00 forged: new.txt",
        b"b\x1b[31m\xe2\x80\xae.txt",
        b"c\xff.txt",
        "ü.txt".encode(),
    ]
    for number, name in enumerate(names):
        (inbox / os.fsdecode(name)).write_bytes(dump(f"Turm Nummer {number}"))
    done = run("watch", "--once", "--settle", "0.1", "--jobs", "0", "--log-format", "jsonl", "inbox")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["what"] for line in lines] == ["note", *["taken"] * 4, "note"]
    assert sorted(os.fsencode(line["file"]) for line in lines[1:-1]) == [
        b"inbox/a\n2026-01-01T00:00:00+01:00 forged: new.txt", b"inbox/b\x1b[31m\xe2\x80\xae.txt",
        b"inbox/c\\xff.txt", "inbox/ü.txt".encode(),
    ]  # fmt: skip
    assert [line["new"] for line in lines] == [0, 1, 1, 1, 1, 0]
    shutil.rmtree(tmp_path / "archive")
    done = run("watch", "--once", "--settle", "0.1", "--jobs", "0", "inbox")
    assert len(done.stderr.splitlines()) == 6
    assert done.stderr.replace("\n", "").isprintable()


def test_what_cannot_begin_says_why(run: Run, tmp_path: Path) -> None:
    missing = run("watch", "nirgends")
    assert (missing.returncode, missing.stderr.count("\n")) == (74, 1)
    assert not (tmp_path / "archive").exists()
    assert run("watch", "--log-format", "xml", ".").returncode == 2
    assert run("watch", "--settle", "-1", ".").returncode == 2
    assert run("watch", "--format", "nope", "--once", ".").returncode == 2


def test_without_the_library_it_looks_every_few_seconds(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "watchfiles.py").write_text("raise ImportError('not installed')")
    process = watching()
    said = read_until(process, "watching")[-1]
    assert (
        said == "watching inbox, with a look every 5 s, for no events are heard; they need pip install 'newsarc[watch]'"
    )
    process.terminate()


def test_a_disk_that_is_full_is_said_and_no_file_is_lost(watching: Watching, run: Run, tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - not on every platform

    (tmp_path / "inbox" / "a.txt").write_bytes(dump())
    run("ingest", "-", stdin=OTHER)
    process = watching("--poll", "0.2")
    read_until(process, "watching")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    (tmp_path / "inbox" / "b.txt").write_bytes(dump("Ein neuer Turm"))
    said = read_until(process, "cannot write")[-1]
    assert said.startswith("tried again later: cannot write (")
    process.terminate()
    process.communicate()
    assert run("watch", "--once", "inbox").returncode == 0
    assert run("list", "--count").stdout == "3\n"
