"""What is shown of long work: nothing at first and nothing in a pipe, then how far, how fast, and how long still."""

import io
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

from containers import zip_of
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.ingest import ingest
from newsarc.present import progress
from newsarc.present.pace import told
from newsarc.source import find
from newsarc.source.weighing import weight


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(seconds: float, **more: float | str) -> str:
    """Show one state after some seconds; returns what a terminal would have got."""
    moments, terminal = [0.0], _Terminal()
    with progress(terminal, "articles", clock=lambda: moments[0]) as work:
        moments[0] = seconds
        work.show(300, **more)  # type: ignore[arg-type]
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.getvalue())


def test_two_seconds_are_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert shown(1.9, total=600) == ""
    assert "50 %  300 articles  100/s  0:03 left" in shown(3, total=600)


def test_a_pipe_gets_nothing() -> None:
    pipe = io.StringIO()
    with progress(pipe, "articles", clock=lambda: 1e9) as work:
        work.show(300, total=600)
        work.clear()
    assert (pipe.getvalue(), work.is_seen) == ("", False)


def test_what_is_said_is_safe_and_cut_to_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = shown(3, said="x\x1b[31m\u202e[bold]" + "y" * 100)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert all(len(line) <= 60 for line in re.split(r"[\r\n]", text))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("articles", 5, None, 10, None), "5 articles  30/min"),
        (("articles", 5, 10, 10, 0.5), "50 %  5 articles  30/min  0:10 left"),
        (("articles", 0, 10, 10, 0.0), "0 %  0 articles  0/min"),
        (("versions", 90_000, None, 3, 0.01), "1 %  90,000 versions  30,000/s  4:57 left"),
        (("articles", 1, None, 7200, 0.25), "25 %  1 articles  0/min  6:00:00 left"),
        (("bytes", 500, 1000, 5, 0.5), "50 %  500 bytes of 1,000 bytes  100 bytes/s  0:05 left"),
    ],
)
def test_how_far_how_fast_how_long(given: tuple[str, int, float | None, float, float | None], expected: str) -> None:
    assert "  ".join(told(*given)) == expected


def test_what_there_is_to_read_is_weighed_where_it_can_be_known(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_bytes(dump())
    (folder / "deep" / "b.xml").write_bytes(b"12345")
    (folder / ".hidden").write_bytes(b"1")
    (folder / "link").symlink_to(folder)
    length = len(dump())
    assert weight([str(folder)]) == length + 5
    assert weight([str(folder)], ("*.txt",)) == length
    assert weight([str(folder / "a.txt"), str(folder / "a.txt"), "nope", "a\0b"]) == 2 * length
    assert weight([str(folder), "-"]) is None
    (folder / "c.zip").write_bytes(zip_of({"a.txt": dump()}))
    assert weight([str(folder)]) is None
    assert weight([str(folder)], ("*.txt",)) is None


@pytest.mark.parametrize("jobs", [0, 1])
def test_each_batch_tells_how_many_articles_and_bytes(jobs: int, tmp_path: Path) -> None:
    whole = b"\n".join(dump(f"Turm {number}", f"05.06.2023 - 14:{number:02}:00") for number in range(40))
    (tmp_path / "a.txt").write_bytes(whole)
    archive, _ = Archive.create(tmp_path / "archive")
    seen: list[tuple[int, int]] = []
    places = find([str(tmp_path / "a.txt")])
    list(ingest(places, archive, clock=lambda: NOON, jobs=jobs, watch=lambda *told: seen.append(told)))
    assert sum(count for count, _ in seen) == 40
    assert sum(length for _, length in seen) == len(whole)


def test_long_work_is_seen_on_a_terminal_and_gone_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import newsarc.present.pace as p\np._PATIENCE = 0.0\n")
    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(site), "TERM": "xterm", "NEWSARC_ARCHIVE": str(tmp_path / "archive")}
    work = subprocess.Popen(
        [sys.executable, "-m", "newsarc", "ingest", str(tmp_path / "a.txt")], stderr=theirs, stdin=theirs, env=env
    )
    os.close(theirs)
    text = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            text += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    assert work.wait(30) == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text.decode())
    assert re.search(r"100 %  1 articles  \d+/\w+  0:00 left", plain)
    assert "%" not in plain.rstrip().splitlines()[-1]
