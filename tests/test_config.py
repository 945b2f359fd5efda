"""newsarc.toml: where it is looked for, what of it holds, and what is said of a wrong word in it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from platformdirs import user_config_path

from conftest import Run
from faulty import unmeasured
from newsarc.cli import cli
from newsarc.cli.configuring import config_of, defaults, settable, usual_path
from newsarc.errors import ConfigError
from newsarc.present import Screen
from newsarc.present.page import pages
from newsarc.present.table import table


@pytest.fixture
def said(filled: Path) -> Path:
    """Return where the file may be written that `run` shall read."""
    return filled / "newsarc.toml"


def asked_by_all(path: Path) -> None:
    """Ask the file for the defaults of every command."""
    config = config_of(str(path))
    for name in cli.commands:
        defaults(config, cli, name)


def write(path: Path, *lines: str) -> None:
    path.write_text("\n".join(lines), encoding="utf-8")


def test_option_before_environment_before_file(said: Path, run: Run) -> None:
    write(said, 'archive = "nowhere"', "[list]", 'output = "csv"', "limit = 1", 'fields = ["published", "headline"]')
    config = str(said)
    done = run("list", NEWSARC_CONFIG=config)
    assert done.stdout == "published,headline\n2023-06-07T08:00:00+02:00,Brömsau baut ein Bad\n"
    assert run("list", "--output", "ids", "--limit", "5", NEWSARC_CONFIG=config).stdout.count("\n") == 2
    assert (
        "no archive here (" + str(said.parent / "nowhere")
        in run("list", NEWSARC_CONFIG=config, NEWSARC_ARCHIVE="").stderr
    )
    assert "no archive here (other)" in run("list", "--archive", "other", NEWSARC_CONFIG=config).stderr


def test_the_file_is_named_by_option_environment_or_its_place(said: Path, run: Run, tmp_path: Path) -> None:
    write(said, "[list]", "limit = 1")
    usual = tmp_path / "newsarc"
    usual.mkdir()
    write(usual / "newsarc.toml", "[list]", "limit = 0")

    def lines(*words: str, **env: str) -> int:
        return run(*words, "list", XDG_CONFIG_HOME=str(tmp_path), **env).stdout.count("\n")

    assert lines(NEWSARC_CONFIG="") == 2
    assert lines(NEWSARC_CONFIG=str(said)) == 1
    assert lines("--config", str(said), NEWSARC_CONFIG="") == 1
    assert lines("--config", "", NEWSARC_CONFIG=str(said)) == 2
    env = {name: value for name, value in os.environ.items() if name != "NEWSARC_CONFIG"}
    env |= {"XDG_CONFIG_HOME": str(tmp_path), "NEWSARC_ARCHIVE": str(tmp_path / "archive")}
    if sys.platform == "linux":
        done = subprocess.run([sys.executable, "-m", "newsarc", "list"], env=env, capture_output=True, check=True)
        assert done.stdout == b""


def test_config_shows_each_value_and_where_it_comes_from(said: Path, run: Run) -> None:
    write(said, "# mine", 'zone = "UTC"', "", "[ingest]", "jobs = 2", "[list]", "since = 2025-01-01", "unique = true")
    rows = [json.loads(line) for line in run("--config", str(said), "config").stdout.splitlines()]
    assert [(row["key"], row["value"], row["from"]) for row in rows] == [
        ("config", str(said), "--config"),
        ("archive", str(said.parent / "archive"), "NEWSARC_ARCHIVE"),
        ("zone", "UTC", f"{said}:2"),
        ("ingest.jobs", 2, f"{said}:5"),
        ("list.since", "2025-01-01", f"{said}:7"),
        ("list.unique", True, f"{said}:8"),
    ]
    write(said, 'archive = "here"')
    rows = [
        json.loads(line) for line in run("config", NEWSARC_CONFIG=str(said), NEWSARC_ARCHIVE="").stdout.splitlines()
    ]
    assert rows[1] == {"key": "archive", "value": str(said.parent / "here"), "from": f"{said}:1"}
    first = json.loads(run("config", NEWSARC_CONFIG="").stdout.splitlines()[0])
    assert first["from"] == "NEWSARC_CONFIG (none is read)" or first["from"].startswith("its usual place")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('archve = "x"', 1, "no such setting or command: archve; did you mean archive?"),
        ("\n[lst]", 2, "no such setting or command: lst; did you mean list?"),
        ('[list]\noutpt = "csv"', 2, "list has no option outpt; did you mean output?"),
        ('[list]\noutput = "tabel"', 2, "output = 'tabel': no such output form; did you mean table?"),
        ('[list]\nlimit = "many"', 2, "limit = 'many': many is no whole number"),
        ("[list]\nlimit = true", 2, "limit takes a text or a number"),
        ("[list]\nall = 1", 2, "all takes true or false"),
        ("[list]\ncategory = ['Politk']", 2, "did you mean Politik?"),
        ("[list]\nformat = 'ninj'", 2, "did you mean ninjs?"),
        ("[list]\nfields = ['a', 1.5, {}]", 2, "fields takes a text or a number"),
        ("[list]\nsince = 2025-01-01T00:00:00", 2, "since takes a text or a number"),
        ("[list]\narchive = 'x'", 2, "archive has no default; it stands above all tables"),
        ("[erase]\nyes = true", 2, "yes has no default; it is typed each time"),
        ("[verify]\n'quik' = true", 2, "verify has no option quik; did you mean quick?"),
        ("list = 3", 1, "defaults of list stand in a table, [list]"),
        ("archive = 3", 1, "archive is a text"),
        ("zone = 'Europe/Berln'", 1, "did you mean Europe/Berlin?"),
        ("zone = '../../etc/passwd'", 1, "no such zone"),
        ("zone = 'Europe'", 1, "no such zone"),
        ("zone = 3", 1, "no such zone"),
        ("a = [", 0, "it is no TOML: "),
        ("a = " + "[" * 100_000, 0, "it is no TOML: "),
        ("a = " + "9" * 5_000, 0, "it is no TOML: "),
        ("\x1b[31m = 1", 0, "it is no TOML: "),
        ("a = '" + "x" * (1 << 20) + "'", 0, "it has more than 1,048,576 bytes"),
    ],
)
def test_a_wrong_word_is_told_with_its_place(text: str, line: int, why: str, tmp_path: Path) -> None:
    said = tmp_path / "newsarc.toml"
    said.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        asked_by_all(said)
    assert str(caught.value).startswith(f"configuration not understood ({said}{f':{line}' if line else ''}): ")
    assert why in str(caught.value)
    assert len(str(caught.value)) < 700


def test_a_wrong_word_is_one_line_and_nothing_is_done(said: Path, run: Run) -> None:
    write(said, "[list]", 'output = "tab\\u001b[31mle"')
    for words in (["list"], ["config"]):
        done = run("--config", str(said), *words)
        assert done.returncode == 2
        assert "list." not in done.stdout
        assert done.stderr.startswith("newsarc: error: configuration not understood")
        assert done.stderr.count("\n") == 1
        assert "\x1b" not in done.stderr


def test_a_file_that_is_named_must_be_there_and_readable(said: Path, run: Run) -> None:
    for name, why in (("nope.toml", "No such file"), (str(said.parent), "irectory")):
        done = run("list", NEWSARC_CONFIG=name)
        assert (done.returncode, done.stdout) == (2, "")
        assert why in done.stderr
    said.write_bytes(b'archive = "M\xfcnchen"')
    assert "it is not UTF-8 (byte 12)" in run("--config", str(said), "list").stderr


def test_help_and_what_reads_no_default_do_without_the_file(said: Path, run: Run) -> None:
    write(said, "broken = [")
    for words in (["list", "--help"], ["--help"], ["completion", "bash"]):
        assert run("--config", str(said), *words).returncode == 0
    done = run("--config", str(said), _NEWSARC_COMPLETE="zsh", _NEWSARC_LINE=f"newsarc --config {said} lis")
    assert done.stdout.startswith("list\t") or "plain\tlist\t" in done.stdout
    write(said, f'archive = "{said.parent / "archive"}"')
    line = f"newsarc --config {said} show "
    assert "Windau" in run(_NEWSARC_COMPLETE="zsh", _NEWSARC_LINE=line, NEWSARC_ARCHIVE="").stdout


def test_every_command_has_defaults_but_for_what_is_typed_each_time() -> None:
    names = {name for command in cli.commands.values() for name in settable(command)}
    assert {"output", "limit", "jobs", "wait", "category", "quick"} <= names
    assert names.isdisjoint({"yes", "force", "accept", "undo", "retry", "archive", "private", "reason", "dry-run"})


def test_the_zone_changes_what_a_terminal_shows_and_nothing_else(said: Path, run: Run) -> None:
    line = run("list", "--limit", "1").stdout.encode()
    there = Screen(is_terminal=True, zone=ZoneInfo("Europe/Lisbon"))
    assert b"2023-06-07 07:00" in b"".join(table([line], (), there))
    assert b"2023-06-07 07:00" in b"".join(pages([line], (), there))
    first = line.replace(b"2023-06-07T08:00:00+02:00", b"0001-01-01T00:00:00+01:00")
    assert b"0001-01-01 00:00" in b"".join(table([first], (), there._replace(zone=ZoneInfo("America/Lima"))))
    write(said, 'zone = "Europe/Lisbon"')
    assert run("--config", str(said), "list", "--limit", "1").stdout.encode() == line


def test_toml_and_zones_are_loaded_by_who_has_a_file_only(filled: Path) -> None:
    code = "import sys; from newsarc.cli import main\ntry: main()\nfinally: sys.stderr.write(' '.join(sys.modules))"
    env = {**unmeasured(), "NEWSARC_ARCHIVE": str(filled / "archive"), "XDG_CONFIG_HOME": str(filled)}
    env.pop("NEWSARC_CONFIG")
    done = subprocess.run([sys.executable, "-c", code, "list"], env=env, capture_output=True, text=True, check=True)
    assert {"tomllib", "platformdirs", "rich", "pydantic"}.isdisjoint(done.stderr.split())


def test_the_usual_place_is_that_of_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for folder in ("", " ", str(tmp_path)):
        monkeypatch.setenv("XDG_CONFIG_HOME", folder)
        assert usual_path() == str(user_config_path("newsarc", appauthor=False) / "newsarc.toml")
