"""newsarc inspect as a real process: pages on a terminal of any width, JSON for machines, exit codes, no archive."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from conftest import Run
from material import OTHER, SAMPLES, dump
from terminal import on_terminal

DUMP = SAMPLES / "portal" / "full.txt"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_into_a_pipe_it_is_one_report_a_line_and_no_archive_is_made(run: Run, tmp_path: Path) -> None:
    done = run("inspect", DUMP)
    assert (done.returncode, done.stderr) == (0, "")
    [report] = map(json.loads, done.stdout.splitlines())
    assert (report["format"], report["layout"], report["exact"]) == ("portal", "A", True)
    assert [block["field"] for block in report["blocks"]][:5] == [
        "keywords", "lead", "published_text", "headline", "body[0]",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_a_wide_terminal_shows_the_field_beside_its_block_a_narrow_one_below(tmp_path: Path) -> None:
    code, wide = on_terminal(tmp_path, "inspect", DUMP, width=140)
    assert code == 0
    assert "\x1b[" in wide
    assert re.search(r"^ +7  Landtag von Taldern beschließt .* headline$", _COLOUR.sub("", wide), re.MULTILINE)
    code, narrow = on_terminal(tmp_path, "inspect", DUMP, width=80)
    assert code == 0
    lines = [line.rstrip() for line in _COLOUR.sub("", narrow).split("\n")]
    assert max(map(len, lines)) <= 80
    place = lines.index("    7  Landtag von Taldern beschließt höhere Deiche an der Küste")
    assert lines[place + 1] == "       → headline"


def test_no_color_is_honoured(tmp_path: Path) -> None:
    _, shown = on_terminal(tmp_path, "inspect", DUMP, NO_COLOR="1")
    assert "\x1b[3" not in shown


def test_a_hostile_file_reaches_a_terminal_as_text(tmp_path: Path) -> None:
    (tmp_path / "evil\x1b[31m.txt").write_bytes(dump("Turm \x1b]0;x\x07 \u202e[bold]neu[/bold]", lead="\x9b2J Text."))
    code, shown = on_terminal(tmp_path, "inspect", "evil\x1b[31m.txt", NO_COLOR="1")
    assert code == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "\x1b" not in plain
    assert not set("\u202e\x07\x9b") & set(shown)
    assert "[bold]neu[/bold]" in shown
    assert "\\x1b]0;x\\x07" in shown


def test_a_source_that_no_format_claims_tells_what_each_looked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Nur ein Zettel.\n", encoding="utf-8")
    done = run("inspect", "note.txt", "--output", "table")
    assert done.returncode == 1
    assert done.stderr.startswith("newsarc: error: format not recognised (note.txt)")
    assert done.stdout.count("not found: ") == 10
    [report] = json.loads(run("inspect", "note.txt", "--output", "json").stdout)
    assert (report["format"], report["story"], report["blocks"]) == (None, None, [])
    assert {one["found"] for one in report["formats"]} == {False}
    assert report["error"].startswith("format not recognised")


def test_several_stories_a_zip_and_stdin_are_told_one_by_one(run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as packed:
        packed.writestr("a.txt", dump())
        packed.writestr("b.txt", OTHER)
    done = run("inspect", "both.zip", "-", stdin=dump() + b"\n\n" + OTHER)
    found = [(one["source"], one["story"]) for one in map(json.loads, done.stdout.splitlines())]
    assert found == [("both.zip!a.txt", 1), ("both.zip!b.txt", 1), ("stdin", 1), ("stdin", 2)]


def test_what_can_be_read_is_told_and_the_fault_with_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump() + b"\n@ dpa.de\n\n07.06.2023 - 08:00:00\n")
    done = run("inspect", "a.txt", "missing.txt")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["story"] for one in told][:1] == [1]
    assert done.returncode in (1, 74)
    assert "missing.txt" in done.stderr


@pytest.mark.parametrize(("words", "said"), [(("--format", "portl"), "portal"), (("--output", "csv"), "table")])
def test_a_wrong_word_is_refused(words: tuple[str, ...], said: str, run: Run) -> None:
    done = run("inspect", *words, DUMP)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_format_by_force_and_a_category_are_said_to_be_a_persons_word(run: Run) -> None:
    [report] = map(json.loads, run("inspect", DUMP, "--format", "portal", "--category", "Sport").stdout.splitlines())
    assert (report["format_by"], report["category"], report["category_by"]) == ("option", "Sport", "user")
    assert report["category_rule"] == "said with --category"
