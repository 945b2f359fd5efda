"""Which values options take: a wrong one is refused in one line that says what is right, before anything is done."""

from pathlib import Path

import click
import pytest

from conftest import Run
from containers import zip_of
from material import dump
from newsarc.cli import cli
from newsarc.cli.values import size
from newsarc.errors import QueryError


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["lst"], 2, "did you mean list?"),
        (["list", "--category", "Politk"], 2, "did you mean Politik?"),
        (["list", "--fields", "headlin"], 2, "did you mean headline?"),
        (["list", "--output", "jsnl"], 2, "did you mean jsonl?"),
        (["list", "--since", "31.02.2025"], 2, "the calendar has no such day"),
        (["list", "--since", "gestern"], 2, "date not understood (gestern)"),
        (["list", "--limit", "-1"], 2, "--limit"),
        (["list", "--format", "portl"], 2, "did you mean portal?"),
        (["list", "--format", "x"], 2, "formats are portal"),
        (["list", "--nope"], 2, "No such option"),
        (["show"], 2, "Missing argument"),
        (["show", "nothing"], 3, "no such article (nothing)"),
        (["list", "--archive", "none"], 3, "no archive here (none)"),
        (["schema", "--as", "duckbd"], 2, "did you mean duckdb?"),
        (["ingest", "a.txt", "--format", "portl"], 2, "did you mean portal?"),
        (["list", "--category", "\x1b[31mrot"], 2, "(\\x1b[31mrot)"),
    ],
)
def test_a_mistake_is_one_line_with_the_right_code(
    words: list[str], code: int, said: str, filled: Path, run: Run
) -> None:
    assert filled
    done = run(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.startswith("newsarc: error: ")
    assert done.stderr.count("\n") == 1


def test_limits_are_options(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_of({f"{number}.txt": dump(f"Turm {number}") for number in range(3)}))
    for words in (["ingest", "a.zip", "--jobs", "1"], ["parse", "a.zip"]):
        assert "more than 2 members" in run(*words, "--max-members", "2").stderr
    assert "a.zip!0.txt" in run("parse", "a.zip", "--max-member", "100").stderr
    assert "the story at byte 0 has " in run("parse", "a.zip", "--max-document", "100").stderr
    done = run("ingest", "a.zip", "--memory", "1MB")
    assert done.returncode == 2
    assert "(--memory): 1MB is no size from 128MB to 1,024TB; " in done.stderr


@pytest.mark.parametrize(
    ("word", "number"), [("512KB", 512 << 10), ("16 mb", 16 << 20), ("4G", 4 << 30), ("1tb", 1 << 40), ("77", 77)]
)
def test_sizes_are_words(word: str, number: int) -> None:
    assert size()(click.Context(click.Command("x")), click.Option(["--memory"]), word) == number


@pytest.mark.parametrize(
    "word", ["5 apples", "-1", "0", "1.5GB", "MB", "", "1" * 16, "١GB", "1025T", "999999999999999T"]
)
def test_what_is_no_size_is_refused(word: str) -> None:
    with pytest.raises(QueryError, match="--memory"):
        size()(click.Context(click.Command("x")), click.Option(["--memory"]), word)


# Every option of every command.


def options_of(metavars: set[str]) -> list[tuple[str, str]]:
    """Return each command that has options whose value looks so, and their names."""
    return [
        (name, option.opts[0])
        for name, command in cli.commands.items()
        for option in command.params
        if isinstance(option, click.Option) and option.metavar in metavars
    ]


def refusal(command: str, *words: str) -> str:
    """Parse a command line that must be refused; returns why. Nothing is run."""
    more = ["x"] if command in ("diff", "erase", "history", "ingest", "inspect", "parse", "search", "show") else []
    with pytest.raises(QueryError) as caught:
        cli.commands[command].make_context(command, [*words, *more])
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("command", "option"), options_of({"N", "SECONDS", "SIZE"}))
def test_a_number_that_is_none_or_out_of_range_is_refused(command: str, option: str) -> None:
    for value in ("nan", "inf", "-inf", "1e400", "-1", "9" * 5000, "0x10", "", " "):
        said = refusal(command, f"{option}={value}")
        assert f"({option}): " in said
        assert " from " in said
        assert len(said) < 200


@pytest.mark.parametrize(
    ("command", "option"),
    options_of(
        {
            "ADDRESS",
            "DATE",
            "FILE",
            "FORM",
            "KIND",
            "NAME",
            "NAME,...",
            "NAME[,NAME]",
            "ORDER",
            "PATTERN",
            "STATUS",
            "TEXT",
            "WORD",
        }
    ),
)
def test_a_blank_word_is_refused(command: str, option: str) -> None:
    for value in ("", " "):
        assert refusal(command, f"{option}={value}")


def test_every_option_with_a_value_is_tried() -> None:
    metavars = {option.metavar for command in cli.commands.values() for option in command.params} - {None}
    tried = {"N", "SECONDS", "SIZE", "DATE", "FORM", "KIND", "NAME", "NAME,...", "ORDER", "PATTERN", "STATUS", "TEXT"}
    arguments = {
        "SOURCE...",
        "QUERY...",
        "ID...",
        "[ID]...",
        "[DIGEST]...",
        "ID",
        "[V1 [V2]]",
        "DESTINATION",
        "FOLDER",
        "SHELL",
    }
    assert metavars - arguments == tried | {"ADDRESS", "WORD", "DIR", "FILE", "NAME[,NAME]"}


def test_ends_of_a_range_are_in_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    done = run("ingest", "a.txt", "--jobs", "1", "--timeout", "86400", "--wait", "0", "--memory", "1024TB")
    assert (done.returncode, done.stderr.splitlines()[1:]) == (0, ["1 new, 0 unchanged"])
