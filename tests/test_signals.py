"""How a run ends that is disturbed: a closed pipe, a full disk behind stdout or stderr, signals at any moment."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Run
from material import dump


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
