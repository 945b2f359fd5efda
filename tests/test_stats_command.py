"""newsarc stats as a real process: rows for programs, pictures for a terminal, charts in files that come whole."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conftest import Run
from faulty import Entry, entries_of
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.ingest import Reading
from terminal import on_terminal

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive of stories on four days, with a section each."""
    folder, sources = tmp_path_factory.mktemp("ponds") / "archive", list[Entry]()
    for number, (date, section) in enumerate((
        ("05.06.2023 - 14:20:11", "Sport"), ("05.06.2023 - 15:00:00", "Politik"), ("07.06.2023 - 14:59:59", "Politik"),
        ("07.08.2023 - 00:00:00", "Politik"), ("01.01.2024 - 23:59:59", "Sport"),
    )):  # fmt: skip
        sources += entries_of(dump(f"Turm {number} in Windau", date), how=Reading(category=section, now=NOON))
    Archive.create(folder)[0].append(sources, now=NOON)
    return folder


@pytest.fixture
def ponds(made: Path, tmp_path: Path) -> Path:
    """Take that archive for a test of its own."""
    shutil.copytree(made, tmp_path / "archive")
    return tmp_path


def rows(printed: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in printed.splitlines()]


def test_into_a_pipe_it_is_a_row_a_line_with_the_names_as_keys(run: Run, ponds: Path) -> None:
    done = run("stats")
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(done.stdout) == [{"category": "Politik", "count": 3}, {"category": "Sport", "count": 2}]
    found = rows(run("stats", "--by", "month,category").stdout)
    assert found[0] == {"month": "2023-06", "category": "Politik", "count": 2}
    assert [tuple(row) for row in found] == [("month", "category", "count")] * 4
    assert rows(run("stats", "--by", "weekday").stdout) == [
        {"weekday": "Montag", "count": 4}, {"weekday": "Mittwoch", "count": 1},
    ]  # fmt: skip
    assert ponds.exists()


@pytest.mark.usefixtures("ponds")
def test_filters_are_those_of_list(run: Run) -> None:
    assert rows(run("stats", "--by", "year", "--category", "sp", "--until", "2023").stdout) == [
        {"year": 2023, "count": 1}
    ]
    assert rows(run("stats", "--by", "keyword", "--top", "1", "--since", "2024").stdout) == [
        {"keyword": "Hafen", "count": 1}
    ]
    [only] = rows(run("stats", "--by", "kind", "--unique", "--category", "Politik").stdout)
    assert f"{only['count']}\n" == run("list", "--unique", "--category", "Politik", "--count").stdout
    assert run("stats", "--since", "2030").stdout == ""


@pytest.mark.usefixtures("ponds")
def test_every_output_holds_the_same(run: Run) -> None:
    expected = [("Politik", "3"), ("Sport", "2")]
    for form, sign in (("csv", ","), ("tsv", "\t")):
        head, *lines = csv.reader(run("stats", "--output", form).stdout.splitlines(), delimiter=sign)
        assert (head, [tuple(line) for line in lines]) == (["category", "count"], expected)
    found = json.loads(run("stats", "--output", "json").stdout)
    assert [(row["category"], str(row["count"])) for row in found] == expected
    assert run("stats", "--output", "markdown").stdout.splitlines()[2] == "| Politik | 3 |"
    assert run("stats", "--output", "table").stdout.splitlines()[2].split() == ["5", "together"]


def test_a_terminal_shows_bars_with_the_empty_months_between(ponds: Path) -> None:
    code, shown = on_terminal(ponds, "stats", "--by", "month", width=60)
    lines = [line.rstrip() for line in _COLOUR.sub("", shown).splitlines()]
    assert code == 0
    assert [line.split()[0] for line in lines[:-1]] == [f"2023-{month:02}" for month in range(6, 13)] + ["2024-01"]
    assert lines[0].count("█") > 20
    assert lines[1].split() == ["2023-07", "0", "0.0%"]
    assert max(map(len, lines)) <= 60


def test_two_names_are_a_shaded_table_that_fits(ponds: Path) -> None:
    code, shown = on_terminal(ponds, "stats", "--by", "weekday,hour", width=80, COLORTERM="truecolor")
    assert code == 0
    assert "\x1b[38;2;255;255;255;48;2;23;74;140m" in shown
    lines = [line.rstrip() for line in _COLOUR.sub("", shown).splitlines()]
    assert lines[0].split() == ["hour", "Mo", "Di", "Mi"]
    assert lines[-1].split() == ["23", "1", "·", "·"]
    _, narrow = on_terminal(ponds, "stats", "--by", "day,hour", width=12, NO_COLOR="1")
    assert "more of" in " ".join(narrow.split())
    assert "48;2" not in narrow


def test_a_hostile_keyword_reaches_a_terminal_as_text(run: Run, ponds: Path) -> None:
    (ponds / "evil.txt").write_bytes(dump("Turm neun").replace(b"Windau, Hafen", b"[red]x\x1b[31m, \xe2\x80\xaeno"))
    run("ingest", "evil.txt")
    code, shown = on_terminal(ponds, "stats", "--by", "keyword", NO_COLOR="1")
    assert code == 0
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    assert "[red]x\\x1b[31m" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--by", "monht"), "did you mean month?"),
        (("--by", "month,day,hour"), "one or two"),
        (("--top", "0"), "whole number from 1"),
        (("--chart", "x.gif"), ".svg, .png, .html"),
        (("--output", "ids"), "known are"),
        (("--limit", "3"), "--limit"),
    ],
)
def test_a_wrong_word_is_refused_with_the_right_one(words: tuple[str, ...], said: str, run: Run, ponds: Path) -> None:
    done = run("stats", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert ponds.exists()


def test_without_an_archive_it_is_3_and_an_empty_one_has_an_empty_answer(run: Run, tmp_path: Path) -> None:
    assert run("stats").returncode == 3
    (tmp_path / "none.txt").write_text("Nur ein Zettel.\n", encoding="utf-8")
    run("ingest", "none.txt")
    assert (run("stats").returncode, run("stats").stdout, run("stats", "--output", "table").stdout) == (0, "", "")


# Charts.

_DRAWN = [("month",), ("month", "category"), ("weekday", "hour"), ("category",), ("hour",), ("category", "kind")]


@pytest.mark.usefixtures("ponds")
@pytest.mark.parametrize("names", _DRAWN, ids=",".join)
def test_a_chart_is_drawn_of_every_kind(names: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    done = run("stats", "--by", ",".join(names), "--chart", "c.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "chart c.svg\n")
    root = ET.fromstring((tmp_path / "c.svg").read_bytes())  # noqa: S314 - we wrote it
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 10


def test_a_page_holds_the_drawing_and_its_numbers_and_nothing_runs_in_it(run: Run, ponds: Path) -> None:
    pytest.importorskip("matplotlib")
    (ponds / "evil.txt").write_bytes(
        dump("Turm neun").replace(b"Windau, Hafen", b"Hafen, <script>x</script>, $\\frac{$")
    )
    run("ingest", "evil.txt")
    assert run("stats", "--by", "keyword", "--chart", "k.html", "--output", "csv").stdout.startswith("keyword,count\n")
    page = (ponds / "k.html").read_text(encoding="utf-8")
    assert "<svg " in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert not re.search(r"<script|\son\w+=|(?:src|href)=.(?!#)|url\((?!#)|@import", page)
    assert "<td>Hafen</td><td>6</td>" in page


def test_the_same_counts_give_the_same_drawing_and_a_file_is_not_replaced(run: Run, ponds: Path) -> None:
    pytest.importorskip("matplotlib")
    assert run("stats", "--chart", "c.svg").returncode == 0
    first = (ponds / "c.svg").read_bytes()
    done = run("stats", "--chart", "c.svg")
    assert done.returncode == 2
    assert done.stderr == (
        "newsarc: error: there is something already (c.svg): the file is there already. Name another place, or replace"
        " what newsarc made there with --force.\n"
    )
    assert run("stats", "--chart", "c.svg", "--force").returncode == 0
    assert (ponds / "c.svg").read_bytes() == first
    assert run("stats", "--chart", "p.png", "--since", "2030").returncode == 0
    assert (ponds / "p.png").read_bytes().startswith(b"\x89PNG")
    done = run("stats", "--chart", "no/such/folder/c.svg")
    assert (done.returncode, done.stdout) == (74, "")
    assert "no/such/folder/c.svg" in done.stderr
    assert [name for name in os.listdir(ponds) if name.startswith(".newsarc")] == []


def test_without_the_extra_one_line_says_how_to_get_it(ponds: Path) -> None:
    hide = (
        "import sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'matplotlib': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hide())\n"
        "sys.argv = ['newsarc', 'stats', '--archive', 'archive', '--chart', 'c.svg']\n"
        "from newsarc.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", hide], cwd=ponds, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "pip install 'newsarc[charts]'" in done.stderr
    assert not (ponds / "c.svg").exists()
