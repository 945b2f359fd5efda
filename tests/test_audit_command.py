"""`newsarc audit` as a person meets it: the list, corrections through a pipe, taking them back, a terminal."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import linked
from conftest import Run
from faulty import faults
from hostile import NASTY
from material import SAMPLES
from newsarc.archive import Archive
from newsarc.cli import cli
from newsarc.errors import QueryError
from test_audit import SWIMMING, story, told
from test_cli import on_terminal
from test_hostile_terminal import VISIBLE, check_safe

KEYS = [
    "id", "headline", "published", "category", "category_by", "category_text", "suggestion", "confidence", "evidence",
    "archived",
]  # fmt: skip
IDS = ["taldern-5103", "taldern-5101"]


@pytest.fixture
def wrong(run: Run) -> None:
    """Make an archive of three stories, two of them under a wrong section."""
    assert run("ingest", SAMPLES / "feed" / "wrong-sections.xml").returncode == 0


def rows(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def listed(run: Run, *words: str) -> list[str]:
    """Return the ids that are listed; nothing else is said."""
    done = run("audit", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return [row["id"] for row in rows(done.stdout)]


def told_by(run: Run, *words: str, stdin: bytes | None = None) -> tuple[int, str]:
    done = run("audit", *words, stdin=stdin)
    return done.returncode, done.stderr.splitlines()[-1]


@pytest.mark.usefixtures("wrong")
def test_what_is_doubtful_is_listed_with_the_keys_that_are_promised(run: Run) -> None:
    done = run("audit")
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(done.stdout)
    assert [list(row) for row in found] == [KEYS, KEYS]
    assert [row["id"] for row in found] == IDS
    swimming = found[1]
    assert (swimming["category"], swimming["category_by"], swimming["category_text"]) == (
        "Politik",
        "stated",
        "Politik",
    )
    assert (swimming["suggestion"], swimming["confidence"]) == ("Sport", 0.884)
    assert [list(one) for one in swimming["evidence"]] == [["word", "weight"]] * 5
    assert swimming["evidence"][0] == {"word": "Finale", "weight": 0.126}


@pytest.mark.usefixtures("wrong")
def test_filters_are_those_of_list(run: Run) -> None:
    assert listed(run, "--category", "pl") == IDS[1:]
    assert listed(run, "--category", "sport") == []
    assert listed(run, "--since", "2023-06-06") == IDS[:1]
    assert listed(run, "--until", "05.06.2023") == IDS[1:]
    assert listed(run, "--order", "oldest") == IDS[::-1]
    assert listed(run, "--limit", "1") == IDS[:1]
    assert listed(run, "--limit", "1", "--order", "oldest") == IDS[1:]
    assert listed(run, "--format", "feed", "--kind", "article", "--status", "usable") == IDS


@pytest.mark.usefixtures("wrong")
def test_other_programs_get_all_and_people_what_matters(run: Run) -> None:
    found = rows(run("audit").stdout)
    assert json.loads(run("audit", "--output", "json").stdout) == found
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        cells = list(csv.DictReader(io.StringIO(run("audit", "--output", form).stdout), delimiter=delimiter))
        assert [list(row) for row in cells] == [KEYS, KEYS]
        assert [json.loads(row["evidence"]) for row in cells] == [row["evidence"] for row in found]
    assert run("audit", "--output", "ids").stdout.split() == IDS
    markdown = run("audit", "--output", "markdown", "--limit", "1").stdout.splitlines()
    assert markdown[0] == "| published | headline | category | suggestion | evidence | id |"
    assert markdown[2] == (
        "| 2023-06-06 08:10 | Lastwagen kippt auf der Küstenstraße um | Wirtschaft (stated) | Vermischtes .93 | "
        "Lastwagen, Feuerwehr, Unfall, Vollsperrung, Stau | taldern-5103 |"
    )
    table = run("audit", "--output", "table").stdout
    assert table.splitlines()[0].split() == ["published", "headline", "category", "suggestion", "evidence", "id"]
    assert "Sport .88" in table


@pytest.mark.usefixtures("wrong")
def test_a_correction_says_what_it_was_and_is_taken_back(run: Run, tmp_path: Path) -> None:
    dry = run("audit", "--accept", "--dry-run", IDS[1])
    done = run("audit", "--accept", IDS[1])
    assert (dry.stderr, done.stderr) == ("dry run: 1 corrected\n", "1 corrected\n")
    assert dry.stdout == done.stdout
    assert rows(done.stdout) == [
        {
            "what": "corrected", "id": IDS[1], "version": 1, "revision": 2,
            "headline": "Schwimmerin aus Windau stellt Landesrekord auf", "category": "Sport", "category_by": "user",
            "was": "Politik", "was_by": "stated",
        }
    ]  # fmt: skip
    [shown] = rows(run("show", IDS[1], "--fields", "category,category_by,category_text,category_confidence").stdout)
    assert list(shown.values()) == ["Sport", "user", "Politik", None]
    again = run("audit", "--accept", IDS[1])
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "0 corrected, 1 unchanged\n")
    assert listed(run) == IDS[:1]
    assert run("ingest", SAMPLES / "feed" / "wrong-sections.xml").stderr.endswith("0 new, 3 unchanged\n")
    assert told_by(run, "--undo", "--dry-run", IDS[1]) == (0, "dry run: 1 taken back")
    assert told_by(run, "--undo", IDS[1]) == (0, "1 taken back")
    assert listed(run) == IDS
    assert faults(tmp_path / "archive") == []
    assert run("verify").returncode == 0


@pytest.mark.usefixtures("wrong")
@pytest.mark.parametrize("form", ["ids", "jsonl"])
def test_a_list_is_accepted_through_a_pipe(form: str, run: Run) -> None:
    ids = run("audit", "--output", form).stdout.encode()
    assert told_by(run, "--accept", "-", stdin=ids + ids) == (0, "2 corrected")
    assert listed(run) == []
    assert run("list", "--category", "Sport", "--output", "ids").stdout.split() == IDS[1:]
    assert told_by(run, "--undo", "-", stdin=ids) == (0, "2 taken back")
    assert listed(run) == IDS


def test_taking_back_tells_what_links_said_meanwhile(run: Run, tmp_path: Path) -> None:
    one, two, three, four = (linked.told(number) for number in range(4))
    (tmp_path / "0.txt").write_bytes(linked.dump(one))
    for number, (other, section) in enumerate(((two, "Kultur"), (three, "Politik"), (four, "Politik")), 1):
        (tmp_path / f"{number}.txt").write_bytes(linked.dump(other, [one.filed(section).link]))
    run("ingest", "0.txt", "1.txt")
    [name] = run("list", "--category", "Kultur", "--output", "ids").stdout.split()
    assert told_by(run, "--accept", "--as", "wetter", name) == (0, "1 corrected")
    run("ingest", "2.txt", "3.txt")
    for words in (("--dry-run",), ()):
        [done] = rows(run("audit", "--undo", *words, name).stdout)
        assert (done["category"], done["category_by"], done["was"]) == ("Politik", "linked", "Wetter")
    assert rows(run("show", name, "--fields", "category,revision").stdout) == [{"category": "Politik", "revision": 3}]


@pytest.mark.usefixtures("wrong")
@pytest.mark.parametrize(("word", "label"), [("kultur", "Kultur"), ("fussball", "Sport"), ("wi", "Wirtschaft")])
def test_as_takes_any_word_for_a_section(word: str, label: str, run: Run) -> None:
    done = run("audit", "--accept", "--as", word, "taldern-5102")
    assert (done.returncode, rows(done.stdout)[0]["category"]) == (0, label)


@pytest.mark.usefixtures("wrong")
def test_what_cannot_be_corrected_does_not_stop_the_rest(run: Run) -> None:
    done = run("audit", "--accept", "taldern-5102", "nirgends", IDS[0])
    assert done.returncode == 3
    missing, refused, summary = done.stderr.splitlines()
    assert missing == "newsarc: error: no such article (nirgends). Look for its id with newsarc list --output ids."
    assert refused.startswith("newsarc: error: nothing to correct (taldern-5102): its text does not clearly speak ")
    assert refused.endswith(" against Politik; --as WORD says another.")
    assert summary == "1 corrected"
    assert run("audit", "--undo", "taldern-5102").stderr.splitlines()[0] == (
        "newsarc: error: nothing to correct (taldern-5102): no person gave its category."
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("--accept", "it takes ids"), ("--undo", "it takes ids"), ("x", "ids go with"),
        ("--accept --undo x", "does not go with --accept"), ("--as Sport", "it goes with --accept"),
        ("--undo --as Sport x", "it goes with --accept"), ("--dry-run", "it goes with"),
        ("--accept x --category Sport", "filters are for the list"), ("--undo x --limit 0", "filters are for the list"),
        ("--accept x --as Quark", "no such category"), ("--output blau", "no such output form"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(words: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(QueryError) as caught:
        cli.commands["audit"].main([*words.split(), "--archive", str(tmp_path)], standalone_mode=False)
    assert caught.value.exit_code == 2
    assert why in str(caught.value)


@pytest.mark.usefixtures("wrong")
def test_an_ambiguous_id_changes_nothing(run: Run) -> None:
    done = run("audit", "--accept", IDS[0], "taldern")
    assert (done.returncode, done.stdout) == (2, "")
    assert "fits several" in done.stderr
    assert listed(run) == IDS


def test_an_empty_archive_has_nothing_to_say(run: Run, tmp_path: Path) -> None:
    Archive.create(tmp_path / "archive")
    done = run("audit")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert run("audit", "--output", "json").stdout == "[]\n"
    assert run("audit", "--accept", "x").returncode == 3


@pytest.mark.parametrize("words", [(), ("--accept", "x"), ("--undo", "x")])
def test_without_an_archive_that_is_said(words: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    done = run("audit", *words)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("newsarc: error: no archive here (")
    assert not (tmp_path / "archive").exists()


def test_a_terminal_gets_a_table(run: Run, tmp_path: Path) -> None:
    run("ingest", SAMPLES / "feed" / "wrong-sections.xml")
    shown = on_terminal(["audit"], tmp_path / "archive", TERM="dumb", NO_COLOR="1")
    assert shown.splitlines()[0].split() == ["published", "headline", "category", "suggestion", "evidence", "id"]
    assert max(map(len, shown.splitlines())) <= 100
    assert "Schwimmerin" in shown
    done = on_terminal(["audit", "--accept", IDS[1]], tmp_path / "archive", TERM="dumb", NO_COLOR="1")
    assert done.splitlines()[0].split() == ["headline", "was", "category", "id"]
    assert done.splitlines()[1].split()[-3:] == ["Politik", "Sport", IDS[1]]
    assert done.splitlines()[-1] == "1 corrected"


@pytest.mark.parametrize(
    "words", ["", "--output jsonl", "--output markdown", "--output csv", "--accept ID", "--undo ID"]
)
def test_nothing_hostile_reaches_a_terminal(words: str, archive: Archive, tmp_path: Path) -> None:
    nasty = "".join(unit[:9].replace("\0", "") for unit in NASTY.values()) + "\x1b[2J\x1b]0;x\x07\x9b"
    nasty = nasty.encode("utf-8", "replace").decode()
    text = f"Torwart{nasty} {nasty} {SWIMMING} {'fußball' * 300}"
    by: dict[str, Any] = {"category_by": "user"} if "--undo" in words else {}
    told(archive, story(f"urn:{nasty}", text, headline=f"{nasty} Rekord", category_text=nasty, **by))
    ids = [f"urn:{nasty}".replace("\0", "") if word == "ID" else word for word in words.split()]
    shown = on_terminal(["audit", *ids], tmp_path / "archive", TERM="dumb", NO_COLOR="1")
    check_safe(shown)
    assert VISIBLE.search(shown)
    assert "newsarc: error" not in shown
