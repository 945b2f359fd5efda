"""What may not be used is not shown by the real command, unless an option asks for it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from asked import made, told
from conftest import Run
from lives import AT, CANCEL, in_format, story

HIDDEN = "Geheim"
NEVER = AT.replace(year=2999)


@pytest.fixture
def kept(tmp_path: Path) -> None:
    """Make an archive with a story of each sort, each with a word of its own."""
    archive = made(tmp_path / "archive")
    told(archive, [
        story(1, "Frei.", id="x:free"),
        story(1, "Vorbei.", id="x:over", embargoed=AT + timedelta(hours=1)),
        story(1, "Gesperrt.", id="x:early", embargoed=NEVER, headline=HIDDEN),
        story(1, "Offen.", id="x:open", embargo_open=True, headline=HIDDEN),
        story(1, "Weg.", id="x:gone", headline=HIDDEN),
        story(2, id="x:gone", **{**CANCEL, "headline": HIDDEN}, signals=("correction", "correction: falsche Zahlen")),
        story(1, "Zurück.", id="x:held", status="withheld", headline=HIDDEN),
        story(1, "Achtung.", id="x:note", kind="advisory"),
        in_format("portal", story(1, "Kein Original.", id="x:blank", embargoed=NEVER)),
    ])  # fmt: skip


FREE = {"x:free", "x:over"}
EARLY = {"x:early", "x:open", "x:blank"}
CLOSED = {"x:gone", "x:held"}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ([], FREE), (["--embargoed"], FREE | EARLY), (["--canceled"], FREE | CLOSED),
        (["--embargoed", "--canceled"], FREE | EARLY | CLOSED), (["--all"], FREE | EARLY | CLOSED | {"x:note"}),
        (["--status", "canceled"], {"x:gone"}), (["--kind", "advisory"], {"x:note"}),
    ],
)  # fmt: skip
def test_lists_leave_out_what_may_not_be_used(options: list[str], shown: set[str], run: Run) -> None:
    listed = run("list", "--output", "ids", *options)
    assert set(listed.stdout.split()) == shown
    assert run("list", "--count", *options).stdout == f"{len(shown)}\n"
    found = run("search", "Ententeich", "--output", "ids", *options)
    assert set(found.stdout.split()) == {name for name in shown if name in {*FREE, "x:note", "x:blank"}}
    assert (listed.returncode, found.returncode) == (0, 0)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("name", "option", "reason"),
    [
        ("x:early", "--embargoed", "article is embargoed (x:early): until 2999-03-12 14:30"),
        ("x:open", "--embargoed", "article is embargoed (x:open): until its source lifts it"),
        ("x:gone", "--canceled", "article was withdrawn (x:gone): on 2025-03-12 15:30: falsche Zahlen"),
        ("x:held", "--canceled", "article is withheld (x:held): on 2025-03-12 14:30"),
    ],
)  # fmt: skip
def test_show_gives_the_reason_in_place_of_the_text(name: str, option: str, reason: str, run: Run) -> None:
    refused = run("show", name)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert refused.stderr == f"newsarc: error: {reason}. Show it with {option}.\n"
    for asked in (option, "--all"):
        shown = run("show", name, asked)
        assert (shown.returncode, shown.stderr, json.loads(shown.stdout)["headline"]) == (0, "", HIDDEN)


@pytest.mark.usefixtures("kept")
def test_the_rest_is_shown_beside_what_is_refused(run: Run) -> None:
    shown = run("show", "x:early", "x:free", "x:note", "--output", "ids")
    assert (shown.returncode, shown.stdout) == (3, "x:free\nx:note\n")
    assert shown.stderr.count("\n") == 1


@pytest.mark.usefixtures("kept")
def test_the_original_of_what_is_kept_back_is_refused_the_same_way(run: Run) -> None:
    refused = run("show", "--original", "x:early")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "until 2999" in refused.stderr
    assert "no original kept" in run("show", "--original", "x:early", "--embargoed").stderr


@pytest.mark.usefixtures("kept")
def test_an_erasing_takes_what_is_kept_back(run: Run) -> None:
    assert run("erase", "x:gone", "--reason", "test", "--yes").returncode == 0
    assert run("show", "x:gone", "--all").returncode == 3
