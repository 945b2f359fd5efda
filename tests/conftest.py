"""What the tests share: an archive, a real newsarc process, the samples, and the switches."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from material import OTHER, dump
from newsarc.archive import Archive

os.environ["NEWSARC_CONFIG"] = ""  # what a person set for themselves is no matter of the tests


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="renew goldens and generated pages instead of comparing")
    parser.addoption("--kills", type=int, default=60, help="how many random kills")
    parser.addoption("--full", action="store_true", help="the fault matrix at full size")
    parser.addoption("--figures", type=Path, help="a file for the figures that tests count, one a line")


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--bless"))


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Tell whether the fault matrix is wanted at full size."""
    return bool(request.config.getoption("--full"))


Figure = Callable[[str, str, float], None]


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Return a function that notes a figure of the fault matrix: its row, what was counted, how many."""

    def note(row: str, what: str, number: float) -> None:
        line = f"FIGURE {row} {what} {number:,}\n"
        sys.stdout.write(line)
        if path := request.config.getoption("--figures"):
            with path.open("a", encoding="utf-8") as stream:
                stream.write(line)

    return note


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Make an empty archive."""
    made, _ = Archive.create(tmp_path / "archive")
    return made


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs a real newsarc with an archive of its own; stdout, stderr and exit code apart."""

    def call(*words: str | Path, stdin: bytes | None = None, **env: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "newsarc", *map(str, words)],
            input=stdin if stdin is not None else b"",
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, "NEWSARC_ARCHIVE": str(tmp_path / "archive"), **env},
            check=False,
            timeout=60,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8")
        )

    return call


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Path:
    """Make an archive of two stories; returns the folder of the test."""
    (tmp_path / "a.txt").write_bytes(dump())
    (tmp_path / "b.txt").write_bytes(OTHER)
    done = run("ingest", "a.txt", "b.txt")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"archive {tmp_path}/archive (created)\n2 new, 0 unchanged\n"
    return tmp_path
