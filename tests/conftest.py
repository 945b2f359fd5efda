"""What the tests share: an archive, a real newsarc process, the samples, and the switches."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsarc.archive import Archive
from newsarc.article import Article
from newsarc.ingest import Reading, read
from newsarc.source import from_bytes

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
SEED = ROOT.parent / "shared" / "seed"
NOON = datetime(2026, 1, 15, 11, 0, 0, tzinfo=UTC)
"""The present moment of every test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="renew goldens and generated pages instead of comparing")
    parser.addoption("--kills", type=int, default=60, help="how many random kills")


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--bless"))


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


def articles_of(data: bytes, name: str = "dump.txt", how: Reading | None = None) -> list[Article]:
    """Read bytes as newsarc would, at NOON."""
    return list(read(from_bytes(data, name), how or Reading(now=NOON)))


DUMP = """Windau, Hafen

Der Turm von Windau bekommt im Sommer ein neues Licht.

05.06.2023 - 14:20:11

Windau erneuert den Turm

Die Arbeiten dauern bis in den Juli. Das teilte die Stadt mit.

@ dpa.de
"""


def dump(headline: str = "Windau erneuert den Turm", date: str = "05.06.2023 - 14:20:11", lead: str | None = None) -> bytes:
    """Write a small dump of layout A."""
    text = DUMP.replace("Windau erneuert den Turm", headline).replace("05.06.2023 - 14:20:11", date)
    return (text.replace("Der Turm von Windau bekommt im Sommer ein neues Licht.", lead) if lead else text).encode()


@pytest.fixture
def lines(archive: Archive) -> Iterator[Callable[[], list[bytes]]]:
    """Return a function that lists the archive's lines."""
    yield lambda: [line for _, line in archive.scan()]
