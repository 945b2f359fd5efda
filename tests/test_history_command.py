"""The life of a story as the real commands tell it: in a pipe, on a terminal, and where something may not be told."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asked import made, told
from conftest import Run
from lives import AT, CANCEL, URN, in_format, story
from material import NOON
from newsarc.archive import Archive
from newsarc.article import Block
from newsarc.present import DIFF_WRITERS, HISTORY_WRITERS, Screen
from newsarc.versions import DIFF_FIELDS, HISTORY_FIELDS, compare, history
from test_cli import on_terminal

NUMBER = "250312-99-100001"
HIDDEN = "Geheim"
OLD = (Block(text="Elf Enten sind „da“."), Block(text="Der Eintritt ist frei."))
NEW = (Block(text="Neu ist ein Steg."), Block(text="Zwölf Enten sind „da“."), OLD[1])


@pytest.fixture
def pond(tmp_path: Path) -> Path:
    """Make an archive of a story in two versions, the newer one read three times; returns its place."""
    archive = made(tmp_path / "archive")
    told(archive, [in_format("digitalwires", story(1, body=OLD, category="Kultur", category_by="inferred"))])
    note = ("correction", "correction: zwölf statt elf")
    told(
        archive,
        [in_format("digitalwires", story(2, body=NEW, category="Kultur", category_by="inferred", signals=note))],
    )
    for number, said in ((2, {"lead": "Kurz."}), (3, {"category": "Umwelt", "category_by": "user"})):
        [*_, last] = archive.articles()
        archive.revise([last.model_copy(update={"revision": number, **said}).line()], now=NOON)
    told(archive, [story(1, id="x:one"), story(1, HIDDEN, id="x:gone", headline=HIDDEN)])
    told(archive, [story(2, id="x:gone", **CANCEL, unparsed=("falsch gemeldet",))])
    told(archive, [story(1, HIDDEN, id="x:early", headline=HIDDEN, embargoed=AT.replace(year=2999))])
    told(archive, [story(2, HIDDEN, id="x:early", keywords=(HIDDEN,), embargoed=AT.replace(year=2999))])
    return Path(archive.root)


def plain(shown: str) -> str:
    """Take away the colours of rich, and the second line end of the pty."""
    return re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n")


def read(stdout: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stdout.splitlines()]


# history


@pytest.mark.usefixtures("pond")
def test_history_into_a_pipe_is_one_object_a_line_with_all_keys(run: Run) -> None:
    done = run("history", NUMBER)
    assert (done.returncode, done.stderr) == (0, "")
    found = read(done.stdout)
    assert {tuple(line) for line in found} == {HISTORY_FIELDS}
    assert [(line["name"], line["newest"], line["against"]) for line in found] == [
        ("2.3", True, "2.2"), ("2.2", False, "2.1"), ("2.1", False, "1.1"), ("1.1", False, None),
    ]  # fmt: skip
    assert [line["user_changed"] for line in found] == [["category", "category_by"], [], [], []]
    assert [line["reading_changed"] for line in found[:2]] == [[], ["lead"]]
    assert found[2]["source_changed"] == ["body", "signals"]
    assert [line["note"] for line in found] == ["zwölf statt elf"] * 3 + [None]


def test_history_on_a_terminal_is_a_page_that_fits(pond: Path) -> None:
    shown = on_terminal(["history", URN], pond)
    assert "\x1b[" in shown
    lines = plain(shown).splitlines()
    assert max(map(len, lines)) <= 88
    assert lines[:3] == ["Ententeich eröffnet", URN, ""]
    assert [line for line in lines if line.startswith("Version")] == [
        "Version 2  2025-03-12 15:30 · usable · counted by its provider",
        "Version 1  2025-03-12 14:30 · usable · counted by its provider",
    ]
    text = "\n".join(lines)
    assert "  2.3   newest, archived 2026-01-15 12:00 from digitalwires.x · digitalwires\n" in text
    assert "        our reading changed: lead\n" in text
    assert "        a person changed: category, category_by\n        Umwelt (user)\n" in text
    assert text.count("correction: zwölf statt elf") == 3
    assert plain(on_terminal(["history", URN], pond, NO_COLOR="1")).splitlines() == lines


@pytest.mark.parametrize("width", [80, 40])
def test_history_and_diff_keep_within_a_narrow_screen(width: int, pond: Path) -> None:
    screen = Screen(is_terminal=True, width=width, has_colour=True)
    for rows, writer in (
        (history(Archive(pond), URN), HISTORY_WRITERS["table"]),
        (compare(Archive(pond), URN), DIFF_WRITERS["table"]),
    ):
        shown = plain(b"".join(writer((json.dumps(row).encode() for row in rows), (), screen)).decode())
        assert max(map(len, shown.splitlines())) <= width
        assert URN in shown.replace("\n", "")


@pytest.mark.parametrize("form", ["json", "csv", "tsv", "markdown", "table"])
@pytest.mark.usefixtures("pond")
def test_history_and_diff_have_all_forms(form: str, run: Run) -> None:
    for words, fields in ((["history", URN], HISTORY_FIELDS), (["diff", URN], DIFF_FIELDS)):
        done = run(*words, "--output", form)
        assert (done.returncode, done.stderr) == (0, "")
        if form == "json":
            assert {tuple(one) for one in json.loads(done.stdout)} == {fields}
        elif form in ("csv", "tsv"):
            [head, *rows] = csv.reader(io.StringIO(done.stdout), delimiter="," if form == "csv" else "\t")
            assert tuple(head) == fields
            assert len(rows) >= 4
        else:
            assert "2.3" in done.stdout or "Zwölf" in done.stdout


@pytest.mark.parametrize(
    "words", [["history"], ["diff"], ["diff", "--output", "ids", URN], ["diff", URN, "1", "2", "3"]]
)
@pytest.mark.usefixtures("pond")
def test_what_is_no_question_is_refused(words: list[str], run: Run) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("newsarc: error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["history", "diff"])
@pytest.mark.usefixtures("pond")
def test_an_id_is_named_as_for_show(command: str, run: Run) -> None:
    missing, several = run(command, "nichts"), run(command, "x:")
    assert (missing.returncode, missing.stdout) == (3, "")
    assert missing.stderr.startswith("newsarc: error: no such article (nichts)")
    assert (several.returncode, several.stdout) == (2, "")
    assert several.stderr == run("show", "x:").stderr
    assert run(command, URN, "--archive", "none").returncode == 3


# diff


def test_diff_marks_words_by_signs_where_there_is_no_colour(pond: Path, run: Run) -> None:
    without = plain(on_terminal(["diff", URN], pond, NO_COLOR="1"))
    assert without.splitlines() == [
        f"1.1 → 2.3  {URN}",
        "",
        "lead  our reading",
        "  {+Kurz.+}",
        "",
        "body  the source",
        "  1. {+Neu ist ein Steg.+}",
        "  2. [-Elf-] {+Zwölf+} Enten sind „da“.",
        "",
        "category  a person",
        "  [-Kultur-] {+Umwelt+}",
        "",
        "category_by  a person",
        "  [-inferred-] {+user+}",
        "",
        "signals  the source",
        "  {+correction, correction: zwölf statt elf+}",
        "",
        "published  our reading",
        "  [-2025-03-12T14:30:05+01:00-] {+2025-03-12T15:30:05+01:00+}",
    ]
    assert run("diff", URN, "--output", "table").stdout.splitlines() == without.splitlines()


def test_what_is_the_same_is_cut_to_what_stands_beside_a_change(tmp_path: Path, run: Run) -> None:
    long = "Und der Teich war groß. " * 50
    many = " ".join(f"gleich{number} alt" for number in range(300))
    old, new = f"{long}Elf Enten. {long}Ende.", f"{long}Zwölf Enten. {long}Schluss."
    texts = [(Block(text=old), Block(text=many)), (Block(text=new), Block(text=many.replace("alt", "neu")))]
    told(made(tmp_path / "archive"), [story(number, body=body) for number, body in enumerate(texts, 1)])
    shown = run("diff", URN, "--output", "table").stdout
    flat = " ".join(shown.split())
    assert "1. …" in flat
    assert "war groß. [-Elf-] {+Zwölf+} Enten. Und der Teich" in flat
    assert flat.count("Und der Teich war groß.") < 20
    assert "gleich0 [-alt-] {+neu+} gleich1" in flat
    assert re.search(r"… \(\d+ more passages\)", flat)
    whole = [one for one in read(run("diff", URN).stdout) if one["field"] == "body"]
    assert "".join(piece["text"] for piece in whole[1]["pieces"] if piece["kind"] != "deleted") == whole[1]["new"]


def test_diff_marks_words_by_colour_on_a_terminal(pond: Path) -> None:
    shown = on_terminal(["diff", URN], pond)
    assert re.search(r"\x1b\[9;31mElf\x1b\[0m \x1b\[32mZwölf\x1b\[0m Enten", shown)
    assert "[-" not in plain(shown)


@pytest.mark.usefixtures("pond")
def test_diff_into_a_pipe_is_one_object_a_change(run: Run) -> None:
    done = run("diff", NUMBER, "1", "2.1")
    assert (done.returncode, done.stderr) == (0, "")
    found = read(done.stdout)
    assert {tuple(one) for one in found} == {DIFF_FIELDS}
    assert [(one["field"], one["old_block"], one["new_block"], one["by"]) for one in found] == [
        ("body", None, 1, "source"), ("body", 1, 2, "source"), ("signals", None, None, "source"),
        ("published", None, None, "reading"),
    ]  # fmt: skip
    assert found[1]["pieces"] == [
        {"kind": "deleted", "text": "Elf"},
        {"kind": "inserted", "text": "Zwölf"},
        {"kind": "same", "text": " Enten sind „da“."},
    ]
    assert {(one["old_version"], one["new_version"]) for one in found} == {("1.1", "2.1")}


@pytest.mark.usefixtures("pond")
def test_one_version_alone_is_no_error(run: Run) -> None:
    done = run("diff", "x:one")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "there is one version of x:one, and one reading of it: nothing to compare\n"


@pytest.mark.usefixtures("pond")
def test_a_version_that_is_not_there_is_refused_with_those_that_are(run: Run) -> None:
    done = run("diff", NUMBER, "4")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "newsarc: error: no such version (4): it has 1.1, 2.1, 2.2, 2.3. Write 2, or 2.1 for its first revision.\n"
    )


# What may not be told.


@pytest.mark.parametrize(
    ("name", "option", "reason"),
    [("x:gone", "--canceled", "was withdrawn"), ("x:early", "--embargoed", "is embargoed")],
)
def test_what_show_keeps_back_is_kept_back_here(name: str, option: str, reason: str, run: Run, pond: Path) -> None:
    frame, refused = run("history", name), run("diff", name)
    assert (frame.returncode, frame.stderr) == (0, run("show", name).stderr.replace("error: ", ""))
    assert reason in frame.stderr
    assert [(line["name"], line["headline"], bool(line["kept_back"])) for line in read(frame.stdout)] == [
        ("2.1", None, True), ("1.1", None, True),
    ]  # fmt: skip
    assert (refused.returncode, refused.stdout, refused.stderr) == (3, "", run("show", name).stderr)
    seen = [frame.stdout, on_terminal(["history", name], pond), on_terminal(["diff", name], pond)]
    for words in (["1"], ["1", "1"], ["2", "1"]):
        older = run("diff", name, *words)
        assert older.returncode == 3
        seen += [older.stdout, older.stderr]
    assert HIDDEN not in "".join(seen)
    for asked in (option, "--all"):
        assert HIDDEN in run("history", name, asked).stdout
        assert HIDDEN in run("diff", name, asked).stdout


@pytest.mark.usefixtures("pond")
def test_the_reason_of_a_withdrawal_is_told(run: Run) -> None:
    assert [line["note"] for line in read(run("history", "x:gone").stdout)] == ["falsch gemeldet", None]


def test_a_damaged_line_ends_it(pond: Path, run: Run) -> None:
    path = pond / "articles" / "000001.jsonl"
    path.write_bytes(path.read_bytes().replace("Zwölf Enten".encode(), "Zwölf Gänse".encode()[:12], 1))
    for command in ("history", "diff"):
        done = run(command, URN)
        assert (done.returncode, done.stdout) == (4, "")
        assert "archive is damaged" in done.stderr


def test_a_long_life_is_told_in_time(tmp_path: Path, run: Run) -> None:
    archive = made(tmp_path / "archive", rotate_at=1 << 20)
    told(
        archive, [story(None, f"Fassung {number}.", published=AT + timedelta(hours=number)) for number in range(2_000)]
    )
    done = run("history", URN)
    assert [line["version"] for line in read(done.stdout)] == list(range(2_000, 0, -1))
    assert [one["new"] for one in read(run("diff", URN).stdout) if one["field"] == "body"] == ["Fassung 1999."]
