"""Nothing hostile reaches a terminal raw: not from a text, a related link, a file name or an argument.

Every command is run on a real terminal, one that is told to know no colours: then no control character is ours.
"""

import os
import re
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from hostile import NASTY, nasty
from material import dump
from test_cli import on_terminal

RAW = re.compile(
    "[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
VISIBLE = re.compile(r"\\x1b|\\u001b|\\u202e|\\x9b|\\u009b")
PROGRESS = re.compile("\r|\x1b\\[(?:[0-9;]*m|\\?25[lh]|2K|1A)")
"""What a bar of progress is drawn with. The text below has other sequences."""
SHORT = {name: unit[:9].replace("\0", "") for name, unit in NASTY.items() if name != "escape"}
ALL = "".join(SHORT.values()) + "\x1b[2J\x1b]0;x\x07\udcff\udc9b"
"""Every one of them, as an argument; none of the sequences that are ours."""
TEXT = f"{ALL.encode('utf-8', 'replace').decode()} Leuchtfeuer"
SILENT = {"list --output ids", "verify", "repair", "reparse --dry-run", "erase ID --reason ALL"}
"""What shows no word of a source."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of hostile files with hostile names, and of what is no file, and archive it on a terminal."""
    root = tmp_path_factory.mktemp("hostile")
    folder = root / "in"
    folder.mkdir()
    for number, unit in enumerate(SHORT.values()):
        name = unit.replace("/", "")
        (folder / f"{number}{name}.txt").write_bytes(nasty(unit))
        (folder / f"{number}{name}").write_text(f"Kein Text. {unit}", encoding="utf-8")
    (folder / "all.txt").write_bytes(nasty(TEXT))
    (folder / "none.txt").write_text(f"Kein Text. {TEXT}", encoding="utf-8")
    for raw in (b"-rf.txt", b"\xff\x9b2J.txt", b"\x1b[2J\n.txt", b"x" * 246 + "ö.txt".encode(), b"=cmd.txt"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + raw)).write_bytes(dump(f"Turm {len(raw)}"))
    (folder / "empty\x1b.txt").touch()
    (folder / "folder\x1b").mkdir()
    (folder / "loop\x1b").symlink_to(folder)
    (folder / "nowhere\x1b").symlink_to("nowhere\x1b")
    os.mkfifo(folder / "pipe\x1b")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "socket\x1b"))
    shown = on_terminal(["ingest", str(folder)], root / "archive", TERM="xterm-256color")
    assert " new, " in shown
    assert " in quarantine" in shown
    check_safe(PROGRESS.sub("", shown))
    (root / "again.txt").write_bytes(nasty(TEXT).replace(b"Rumpf", f"Leib {TEXT}".encode()))
    assert "1 new version" in on_terminal(["ingest", str(root / "again.txt")], root / "archive")
    words = [sys.executable, "-m", "newsarc", "list", "--archive", str(root / "archive")]
    assert RAW.search(subprocess.run(words, capture_output=True, check=True).stdout.decode()), "a pipe gets all of it"
    return root


def check_safe(shown: str) -> None:
    """Look for what a terminal would obey; the pty itself writes each line end as two."""
    found = RAW.search(shown.replace("\r\n", "\n"))
    assert not found, shown[max(0, found.start() - 80) : found.end() + 80]


ANSWERS = [
    "list", "list --output jsonl", "list --output csv", "list --output tsv",
    "list --output markdown", "list --output ids", "list --fields headline,keywords,related,origin",
    "search Turm", "search Turm --output markdown", "search Turm --fields snippet,text,unparsed --output csv",
    "history ID", "history ID --output jsonl", "history ID --output markdown", "diff ID", "diff ID --output markdown",
    "diff ID --output csv", "diff ID --output jsonl", "show ID", "show ID --output markdown", "show ID --original",
    "quarantine", "quarantine --output jsonl", "quarantine --show SUM", "quarantine --retry", "verify",
    "reparse --dry-run", "audit --accept ID --as Kultur", "erase ID --reason ALL", "repair", "parse FOLDER",
    "parse FOLDER --output table", "ingest FOLDER --dry-run", "ingest FOLDER --json",
]  # fmt: skip


@pytest.fixture(scope="module")
def given(place: Path) -> dict[str, str]:
    """Find out what the words in capitals stand for."""
    return {
        "ID": on_terminal(["search", "Leuchtfeuer", "--output", "ids"], place / "archive").strip(),
        "SUM": sha256((place / "in" / "none.txt").read_bytes()).hexdigest(),
        "FOLDER": str(place / "in"),
        "ALL": ALL,
    }


@pytest.mark.parametrize("words", ANSWERS)
def test_no_answer_reaches_a_terminal_raw(words: str, place: Path, given: dict[str, str]) -> None:
    shown = on_terminal([given.get(word, word) for word in words.split()], place / "archive", TERM="dumb")
    shown = PROGRESS.sub("", shown) if "FOLDER" in words or "--retry" in words else shown
    check_safe(shown)
    assert "Traceback" not in shown
    assert len(shown) > 2
    assert "newsarc: error: a bug" not in shown
    assert bool(VISIBLE.search(shown)) == (words not in SILENT)


REFUSED = [
    "ALL", "--ALL", "list --ALL", "list ALL", "list --kind ALL", "list --category ALL",
    "list --since ALL", "list --limit ALL", "list --fields ALL", "list --output ALL",
    "list --format ALL", "list --archive ALL", "search --ALL", "show ALL", "history ALL", "diff ALL",
    "history --output ALL x", "diff x 1 2 ALL",
    "ingest ALL", "ingest --jobs ALL x", "ingest --memory ALL x", "ingest --format ALL x", "parse ALL",
    "schema --as ALL", "quarantine --show ALL", "erase ALL --reason x", "verify ALL",
    "audit --accept ALL", "audit --accept --as ALL x", "audit ALL",
]  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_no_argument_reaches_a_terminal_raw(words: str, place: Path) -> None:
    given = [word.replace("ALL", ALL) for word in words.split()]
    shown = on_terminal(given, place / "archive", TERM="dumb")
    check_safe(shown)
    assert shown.startswith("newsarc: error: ")
    assert VISIBLE.search(shown)
