"""How a run ends that is disturbed: a closed pipe, a full disk behind stdout or stderr, signals at any moment."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from pkgutil import resolve_name

import pytest

from conftest import Run
from material import ROOT, dump
from misbehaving import site_of
from newsarc import __main__


def test_a_closed_pipe_ends_quietly(run: Run, tmp_path: Path) -> None:
    text = b"\n\n".join(dump(f"Turm Nummer {number} von Windau") for number in range(300))
    run("ingest", "-", stdin=text)
    env = {**os.environ, "NEWSARC_ARCHIVE": str(tmp_path / "archive")}
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m newsarc list | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        env=env,
        text=True,
        check=True,
    )
    first, status = done.stdout.splitlines()
    assert json.loads(first)["headline"].startswith("Turm Nummer")
    assert (status, done.stderr) == ("141", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_cannot_be_written(filled: Path) -> None:
    for redirect in (">/dev/full", ">&-"):
        done = subprocess.run(
            ["bash", "-c", f"{sys.executable} -m newsarc list {redirect}"],
            capture_output=True,
            env={**os.environ, "NEWSARC_ARCHIVE": str(filled / "archive")},
            text=True,
            check=False,
        )
        assert done.returncode == 74
        assert done.stderr.startswith("newsarc: error: cannot write output (stdout)")
        assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    ("words", "redirect", "status"),
    [
        ("ingest a.txt bad.txt --jobs 1", "2>/dev/full", 1),
        ("ingest a.txt bad.txt --jobs 1", "0<&- 2>&-", 1),
        ("ingest a.txt", "2> >(exit)", 0),
        ("verify", "2>/dev/full", 0),
        ("reparse", "2>/dev/full", 0),
        ("list --nope", "2>/dev/full", 2),
        ("show nothing", "2>&-", 3),
    ],
)
def test_nobody_to_tell_changes_no_exit_status(filled: Path, words: str, redirect: str, status: int) -> None:
    (filled / "bad.txt").write_text("Ein Text ohne Datum.")
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m newsarc {words} --archive archive {redirect}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=filled,
        check=False,
    )
    assert (done.returncode, done.stderr) == (status, b"")


def test_a_disk_full_behind_stderr_loses_no_article(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    command = f"{sys.executable} -m newsarc ingest a.txt --archive archive --json 2>/dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=tmp_path, check=True)
    assert json.loads(done.stdout)["new"] == 1
    assert run("list", "--count").stdout == "1\n"


def test_an_interrupt_ends_as_the_shell_expects(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "newsarc", "ingest", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "NEWSARC_ARCHIVE": str(tmp_path / "archive")},
    )
    assert process.stdin
    assert process.stderr
    assert process.stderr.readline().startswith(b"archive ")
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    assert process.wait(20) == -signal.SIGINT
    assert said == b"newsarc: interrupted; what was committed is archived, run it again to go on\n"
    process.stdin.close()
    process.stderr.close()


INTERRUPTED = "newsarc: interrupted; what was committed is archived, run it again to go on\n"


@pytest.mark.parametrize(("number", "said"), [("SIGTERM", ""), ("SIGHUP", ""), ("SIGINT", INTERRUPTED)])
def test_a_signal_while_a_worker_starts_leaves_no_complaint(number: str, said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    done = run("ingest", "a.txt", "--jobs", "1", **site_of(tmp_path, "strike"), STRIKE=number)
    assert done.returncode == -signal.Signals[number]
    assert done.stderr == f"archive {tmp_path}/archive (created)\n{said}"


@pytest.mark.parametrize(("before", "status"), [("", -signal.SIGINT), ("trap '' INT; ", 0)])
def test_an_interrupt_while_all_is_loaded_is_silent_and_an_ignored_one_ignored(
    before: str, status: int, filled: Path
) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{before}exec {sys.executable} -m newsarc list --count --archive archive"],
        capture_output=True,
        cwd=filled,
        env={**os.environ, **site_of(filled, "strike_early")},
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout == "2\n" * (status == 0)


def test_the_command_and_the_module_begin_alike() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert resolve_name(project["scripts"]["newsarc"]) is __main__.main
