"""A line that is being typed: what newsarc offers, and what real shells make of it."""

import os
import pty
import select
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Run
from material import dump
from newsarc.archive.chain import Place
from newsarc.cli import cli
from newsarc.cli.completing import answer
from newsarc.cli.offering import _FORMATS
from newsarc.formats import FORMATS
from newsarc.index.offers import credits_of, ids, keywords, offered

BREAKS = " \t\n\"'><=;|&(:"
BIN = str(Path(sys.executable).parent)


def offers(line: str, shell: str = "zsh") -> dict[str, str]:
    """Ask what may come next; returns the words with what stands beside them."""
    lines = answer(cli, {"_NEWSARC_COMPLETE": shell, "_NEWSARC_LINE": line, "_NEWSARC_BREAKS": BREAKS}).splitlines()
    return {value: about for _, value, about in (line.split("\t") for line in lines)}


def kinds(line: str) -> list[str]:
    """Ask what may come next; returns what each offer is."""
    asked = {"_NEWSARC_COMPLETE": "bash", "_NEWSARC_LINE": line}
    return [line.partition("\t")[0] for line in answer(cli, asked).splitlines()]


@pytest.fixture
def here(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fill an archive, and make it the one that is asked."""
    monkeypatch.setenv("NEWSARC_ARCHIVE", str(filled / "archive"))
    return filled


def test_commands_and_options_are_offered_with_what_they_are() -> None:
    assert set(offers("newsarc ")) == set(cli.commands)
    assert list(offers("newsarc ver")) == ["verify"]
    assert offers("newsarc list --cat") == {"--category": "Only this section: label, alias, desk code or topic code."}
    assert "--order" in offers("newsarc search Turm --o")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("newsarc list --output ", ["table", "jsonl", "json", "csv", "tsv", "markdown", "ids"]),
        ("newsarc search x --order re", ["relevance"]),
        ("newsarc list --kind se", ["service"]),
        ("newsarc list --category pol", ["Politik", "Polizei"]),
        ("newsarc list --category maer", ["Märkte"]),
        ("newsarc list --category=Po", ["--category=Politik", "--category=Polizei"]),
        ("newsarc list --category 'Aus al", ["Aus aller Welt"]),
        ("newsarc list --fields headline,pl", ["headline,places"]),
        ("newsarc list --format ninj", ["ninjs"]),
        ("newsarc schema --as duck", ["duckdb"]),
        ("newsarc completion f", ["fish"]),
        ("newsarc audit --accept --as Kul", ["Kultur"]),
    ],
)
def test_values_are_offered(line: str, expected: list[str]) -> None:
    assert list(offers(line)) == expected


def test_the_formats_that_are_offered_are_those_there_are() -> None:
    assert tuple(known.NAME for known in FORMATS) == _FORMATS


def test_every_option_of_a_fixed_list_offers_it() -> None:
    for name, command in cli.commands.items():
        for param in command.params:
            if param.metavar in ("FORM", "KIND", "ORDER", "STATUS", "RELATION"):
                assert offers(f"newsarc {name} {param.opts[0]} "), (name, param.opts)


def test_files_and_folders_are_left_to_the_shell() -> None:
    assert kinds("newsarc ingest du") == ["file"]
    assert kinds("newsarc list --archive ") == ["dir"]


def test_bash_gets_words_as_they_must_stand_in_a_line(here: Path) -> None:
    assert here
    assert list(offers("newsarc list --category Aus\\ al", "bash")) == ["Aus\\ aller\\ Welt"]
    assert list(offers("newsarc list --category 'Aus al", "bash")) == ["Aus aller Welt"]
    assert list(offers("newsarc list --category=Politi", "bash")) == ["Politik"]
    whole, other = offers("newsarc show portal:", "zsh")
    assert list(offers(f"newsarc show {whole[:12]}", "bash")) == [whole.removeprefix("portal:")]
    assert list(offers("newsarc show portal:", "bash")) == [
        whole.removeprefix("portal:"),
        other.removeprefix("portal:"),
    ]


# From the archive.


def test_ids_come_with_their_headlines_newest_first(here: Path, run: Run) -> None:
    newest, older = run("list", "--output", "ids").stdout.split()
    assert here
    assert list(offers("newsarc show ").items()) == [
        (newest, "Brömsau baut ein Bad"),
        (older, "Windau erneuert den Turm"),
    ]
    assert list(offers(f"newsarc history {older[:9]}")) == [older]
    tail = older.rpartition(":")[2]
    assert list(offers(f"newsarc diff {tail[:3]}")) == [tail]
    assert list(offers(f"newsarc show {newest} {older[:9]}")) == [older]


def test_keywords_and_credits_are_offered(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    run("ingest", "a.txt")
    monkeypatch.setenv("NEWSARC_ARCHIVE", str(tmp_path / "archive"))
    assert set(offers("newsarc list --keyword ")) == {"windau", "hafen"}
    assert list(offers("newsarc list --keyword Win")) == ["windau"]
    assert list(offers("newsarc list --credit ")) == ["dpa"]


def test_what_is_kept_back_shows_no_headline(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSARC_ARCHIVE", str(tmp_path / "archive"))
    (tmp_path / "a.txt").write_bytes(dump())
    run("parse", "a.txt")
    line = run("parse", "a.txt").stdout
    line = line.replace('"embargo_open":false', '"embargo_open":true').replace("Windau", "Geheimau")
    (tmp_path / "a.jsonl").write_text(line, encoding="utf-8")
    assert run("ingest", "a.jsonl").returncode == 0
    assert offers("newsarc show ") == {}
    assert list(offers("newsarc show portal").values()) == [""]
    assert offers("newsarc list --keyword ") == {}


def test_what_is_dangerous_never_reaches_a_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSARC_ARCHIVE", str(tmp_path / "archive"))
    text = dump("Titel \x1b[31m\u202e").decode().replace("Windau, Hafen", "x; rm -rf ~, $(id), it's")
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    run("ingest", "a.txt")
    [about] = offers("newsarc show ").values()
    assert about.startswith("Titel")
    assert "\x1b" not in about
    assert "\u202e" not in about
    words = set(offers("newsarc list --keyword ", "bash"))
    assert words == {r"x\;\ rm\ -rf\ \~", r"\$\(id\)", r"it\'s"}
    assert set(offers("newsarc list --keyword '", "bash")) == {"x; rm -rf ~", "$(id)"}
    assert set(offers('newsarc list --keyword "', "bash")) == {"x; rm -rf ~", "it's"}


def test_many_ids_are_offered_by_the_ways_they_go_on() -> None:
    names = [f"urn:x:{way}{number:03}" for way in "abz" for number in range(100)]
    with closing(sqlite3.connect(":memory:")) as made:
        made.execute("CREATE TABLE article(id, tail, segment, offset, length)")
        made.executemany("INSERT INTO article VALUES (?, ?, 1, 0, 9)", [(name, name[6:]) for name in names])
        found = ids(made, "urn", 50)
        assert [name for name, _ in found] == ["urn:x:a000", "urn:x:b000", "urn:x:z000"]
        assert ids(made, "b09", 50) == [(f"b09{number}", Place(1, 0, 9)) for number in range(10)]
        assert [name for name, _ in ids(made, "urn:x:a", 50)] == [f"urn:x:a0{ten}0" for ten in range(10)]


def test_keywords_and_credits_read_in_order(here: Path) -> None:
    with offered(str(here / "archive")) as index:
        assert keywords(index, "", 1) == ["hafen"]
        assert keywords(index, "\U0010ffff", 5) == []
        assert credits_of(index, "zz") == []


@pytest.mark.parametrize("line", ["newsarc show ", "newsarc list --keyword ", "newsarc quarantine ", "newsarc show p"])
def test_without_an_archive_nothing_is_offered(line: str, run: Run, tmp_path: Path) -> None:
    done = run(_NEWSARC_COMPLETE="bash", _NEWSARC_LINE=line)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    folder = tmp_path / "archive" / "index"
    folder.mkdir(parents=True)
    (folder / "newsarc.db").write_bytes(b"no database" * 1000)
    done = run(_NEWSARC_COMPLETE="bash", _NEWSARC_LINE=line)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert os.listdir(folder) == ["newsarc.db"]


@pytest.mark.parametrize(
    "line", ["", "newsarc nope ", "newsarc list --nope x --ou", "newsarc show 'a\\", "\0", "a\nb "]
)
def test_a_strange_line_says_nothing_wrong(line: str) -> None:
    assert isinstance(answer(cli, {"_NEWSARC_COMPLETE": "fish", "_NEWSARC_LINE": line}), str)
    assert answer(cli, {"_NEWSARC_COMPLETE": "bash"}) == answer(cli, {"_NEWSARC_COMPLETE": "bash", "_NEWSARC_LINE": ""})


def test_nothing_heavy_is_loaded_for_ids(here: Path) -> None:
    code = "import sys; from newsarc.cli import main\ntry: main()\nfinally: print(*sorted(sys.modules))"
    env = {**os.environ, "_NEWSARC_COMPLETE": "bash", "_NEWSARC_LINE": "newsarc show "}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert here
    assert "sqlite3" in loaded
    assert loaded.isdisjoint({"lxml", "bs4", "pydantic", "dateutil", "rich", "newsarc.formats", "newsarc.find"})


# In real shells.


@pytest.fixture
def env(here: Path) -> dict[str, str]:
    """Return what a shell finds around it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE"))}
    home = here / "home"
    home.mkdir()
    return {**kept, "PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "HOME": str(home), "TERM": "xterm", "PS1": "> "}


class _Typed:
    """A shell on a terminal, and what it showed."""

    def __init__(self, words: list[str], env: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self._shell = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        )
        os.close(theirs)
        self.shown = ""

    def type(self, keys: str, until: str) -> str:
        """Type, and read until something is shown; returns what was shown."""
        os.write(self._ours, keys.encode())
        before, end = len(self.shown), time.monotonic() + 15
        while until not in self.shown[before:]:
            assert time.monotonic() < end, self.shown[before:]
            if select.select([self._ours], [], [], 0.1)[0]:
                self.shown += os.read(self._ours, 65536).decode(errors="replace")
        return self.shown[before:]

    def close(self) -> None:
        self._shell.kill()
        self._shell.wait(20)
        os.close(self._ours)


@pytest.fixture
def bash(env: dict[str, str]) -> Iterator[_Typed]:
    shell = _Typed(["bash", "--norc", "--noprofile", "-i"], env)
    shell.type('eval "$(newsarc completion bash)"; echo re""ady\n', "ready\r\n")
    yield shell
    shell.close()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not on this machine")
def test_bash_completes(bash: _Typed) -> None:
    bash.type("newsarc list --cat\t", "newsarc list --category ")
    bash.type("Aus\\ al\t", "ler\\ Welt ")
    bash.type("--output=mark\t", "--output=markdown ")
    bash.type("--count\n", "0\r\n")
    bash.type("newsarc show portal:\t", "newsarc show portal:")
    bash.type("\t --fields headline\n", "headline")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not on this machine")
def test_zsh_completes_and_shows_headlines(env: dict[str, str]) -> None:
    zsh = _Typed(["zsh", "-f", "-i"], env)
    try:
        zsh.type('autoload -U compinit; compinit -u; eval "$(newsarc completion zsh)"; echo re""ady\n', "ready\r\n")
        zsh.type("newsarc list --category 'Aus al\t", "ler Welt'")
        zsh.type("\x15newsarc list --keyword=win\t", "--keyword=windau")
        zsh.type("\x15newsarc show portal:\t\t", "Windau erneuert den Turm")
    finally:
        zsh.close()


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not on this machine")
def test_fish_completes_and_shows_headlines(env: dict[str, str]) -> None:
    def asked(line: str) -> list[str]:
        words = ["fish", "--no-config", "-c", "newsarc completion fish | source; complete -C $argv[1]", line]
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=True, timeout=60)
        assert done.stderr == ""
        return done.stdout.splitlines()

    assert [line.partition("\t")[2] for line in asked("newsarc show ")] == [
        "Brömsau baut ein Bad",
        "Windau erneuert den Turm",
    ]
    assert asked("newsarc list --fields headline,place") == ["headline,places"]
    assert asked("newsarc list --category 'Aus al") == ["Aus aller Welt\tVermischtes"]
    assert any(line.startswith("verify\tCheck every byte") for line in asked("newsarc ver"))
