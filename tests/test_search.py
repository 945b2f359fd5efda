"""Search finds what holds the words, ranks it by its own text, shows where, and takes anything a person types."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import click
import pytest

from conftest import Run
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.archive.chain import without_framing
from newsarc.article import Article, Block
from newsarc.cli import cli
from newsarc.errors import QueryError
from newsarc.query import Query, select
from newsarc.search import RANKED, marks, search, snippet
from newsarc.terms import read_words
from test_cli import on_terminal

FIRST_DAY = datetime(2025, 1, 1, 12, tzinfo=UTC)


def story(number: int, headline: str, lead: str = "", *body: str, **more: Any) -> Article:
    """Make an article of a day; a greater number is a later day."""
    return Article(
        id=f"urn:windau:{number}",
        headline=headline,
        lead=lead or None,
        body=tuple(Block(text=text) for text in body),
        published=FIRST_DAY + timedelta(days=number),
        **more,
    )


def keep(archive: Archive, *stories: Article) -> None:
    archive.append([(one, None) for one in stories], now=NOON)


def ask(archive: Archive, question: str, **more: Any) -> list[int]:
    """Return the numbers of the stories found, in their order."""
    hits = search(archive, Query(words=read_words(question), **more))
    return [int(json.loads(hit.record)["id"].rpartition(":")[2]) for hit in hits]


STORIES = (
    story(1, "Windau erneuert den Turm", "Neues Licht für die Häuser am Hafen.", category="Politik"),
    story(2, "Häfen in Not", "Minister Müller reist.", "Ein Brand im Hafen von Windau.", keywords=("Hafen",)),
    story(3, "Straßen in München gesperrt", "Der Brand ist gelöscht.", category="Politik"),
    story(4, "Ministern fehlt das Licht", "Neu ist das nicht.", "Das neue Licht am Turm brennt."),
    story(5, "Turmbau", "Kein Wort davon.", byline="Erna Muster, dpa-infocom"),
    story(6, "Werft"),
)
ODD = story(7, "' OR 1=1 -- {a b} 50% 12:30 it's", "Turm AND hafen, near turm-hafen; drop table text NOT ﬀ ß.")


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Keep six stories of a harbour; no test adds to them."""
    made, _ = Archive.create(tmp_path_factory.mktemp("harbour") / "archive")
    keep(made, *STORIES)
    return made


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Keep one more, which holds what looks like the syntax of a question."""
    made, _ = Archive.create(tmp_path_factory.mktemp("odd") / "archive")
    keep(made, *STORIES, ODD)
    return made


# What is found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("turm", [4, 1]), ("haus", [1]), ("hafen", [2, 1]), ("hafen -brand", [1]), ("Muenchen", [3]), ("strasse", [3]),
        ('"neues licht"', [1]), ('"neue licht"', [4]), ("neues licht", [4, 1]), ("minister*", [4, 2]),
        ("tur*", [5, 4, 1]),
        ("turm* -turmbau", [4, 1]), ('licht -"neues licht"', [4]), ("dpa-infocom", [5]), ("dpa-inf*", [5]),
        ("erna muster", [5]), ("windau hafen brand", [2]), ("werft turm", []), ("zeppelin", []), ("zeppelin*", []),
    ],
)  # fmt: skip
def test_it_finds_what_holds_the_words_newest_first(question: str, expected: list[int], harbour: Archive) -> None:
    assert ask(harbour, question) == expected
    assert ask(harbour, question, order="oldest") == expected[::-1]
    assert sorted(ask(harbour, question, order="relevance")) == sorted(expected)
    assert ask(harbour, question, limit=1) == expected[:1]


def test_filters_narrow_it_down(harbour: Archive) -> None:
    assert ask(harbour, "turm", categories=("Politik",)) == [1]
    assert ask(harbour, "brand", since=FIRST_DAY + timedelta(days=3)) == [3]
    assert ask(harbour, "hafen", keywords=("HAFEN",)) == [2]


def test_only_the_newest_version_is_searched(archive: Archive) -> None:
    keep(archive, *STORIES)
    keep(archive, story(1, "Windau streicht die Pläne", category="Politik"), story(6, "Werft", "Ein Zeppelin."))
    assert ask(archive, "turm") == [4]
    assert ask(archive, "pläne") == [1]
    assert ask(archive, "zeppelin") == [6]


def test_a_hit_is_the_archives_own_bytes(harbour: Archive) -> None:
    [stored] = [line for _, line in harbour.scan() if b"Turmbau" in line]
    [hit] = search(harbour, Query(words=read_words("turmbau")))
    assert hit.record == without_framing(stored)
    [hit] = search(harbour, Query(words=read_words("turmbau")), raw=True)
    assert hit.record == stored[:-1]
    assert hit.snippet().text == "Kein Wort davon."


NAUGHTY = (
    "a OR b", "NEAR(turm hafen)", "headline:turm", "turm*hafen", "^turm", "12:30", "50%", "it's", "AND", "NOT turm",
    "{a b}",
    "turm + hafen", "turm AND", '"turm', "turm\\", "' OR 1=1 --", "turm; DROP TABLE text", "%s %n", "שלום",
    "\u202eturm\u202c",
    "\x1b[31mturm", "turm " * 60, "x" * 100_000, "東京 turm", "é" * 100, "1" * 400, "-a turm", 'turm -"', "ſ", "ŉ",
    "İ", "ﬀ", "ß*",
)  # fmt: skip


@pytest.mark.parametrize("question", NAUGHTY, ids=lambda question: ascii(question[:20]))
def test_anything_a_person_types_has_an_answer_and_it_is_the_plain_one(question: str, odd: Archive) -> None:
    query = Query(words=read_words(question))
    plain = select(odd.scan(), query)
    found = [hit.record for hit in search(odd, query)]
    assert found == [without_framing(odd.read(place)) for place in plain]


def test_what_looks_like_syntax_is_found_as_text(odd: Archive) -> None:
    for question in (
        "' OR 1=1 --",
        "{a b}",
        "50%",
        "it's",
        "12:30",
        "NEAR(turm hafen)",
        "turm*hafen",
        "DROP TABLE;",
        "ß",
    ):
        assert ask(odd, question) == [7]
    assert ask(odd, "turm") == [7, 4, 1]


# What says most


def ranked(archive: Archive, question: str, *stories: Article) -> list[int]:
    keep(archive, *stories)
    return ask(archive, question, order="relevance")


def test_the_headline_says_more_than_the_lead_and_the_lead_more_than_the_text(archive: Archive) -> None:
    rest = "Am Morgen war es kalt und still in der Stadt."
    stories = [
        story(3, "Kalter Morgen", "Es war still.", f"{rest} Ein Turm."),
        story(1, "Der Turm", "Es war still.", f"{rest} Ein Morgen."),
        story(2, "Kalter Morgen", "Ein Turm.", f"{rest} Es war still."),
    ]
    assert ranked(archive, "turm", *stories) == [1, 2, 3]


def test_a_word_that_stands_more_often_says_more_and_a_shorter_text_a_little(archive: Archive) -> None:
    stories = [
        story(4, "Stadt", "Turm", "Es war still."),
        story(3, "Stadt", "Turm", "Turm und Turm."),
        story(2, "Stadt", "Turm", "Es war still. " * 50),
        story(5, "Stadt", "Turm", "Es war still. " * 100),
    ]
    assert ranked(archive, "turm", *stories) == [3, 4, 2, 5]


def test_a_rare_word_says_more(archive: Archive) -> None:
    many = [story(number, "Stadt Stadt Stadt", "Die Stadt. Zeppelin.") for number in range(3, 9)]
    stories = [story(1, "Haus", "Stadt. Zeppelin, Zeppelin."), story(2, "Haus", "Zeppelin. Stadt, Stadt.")]
    assert [number for number in ranked(archive, "stadt zeppelin", *many, *stories) if number < 3] == [1, 2]


def test_what_weighs_the_same_comes_newest_first_and_the_limit_comes_last(archive: Archive) -> None:
    stories = [story(number, "Turm") for number in (2, 3, 1)] + [story(0, "Turm Turm")]
    assert ranked(archive, "turm", *stories) == [0, 3, 2, 1]
    assert ask(archive, "turm", order="relevance", limit=2) == [0, 3]
    assert ask(archive, "turm", order="relevance", limit=0) == []
    assert ask(archive, '"turm turm" -stadt', order="relevance") == [0]


def test_only_the_newest_thousand_are_ranked_and_it_says_so(archive: Archive) -> None:
    keep(archive, story(0, "Turm Turm Turm"), *(story(number, "Turm", "Stadt.") for number in range(1, RANKED)))
    told: list[str] = []
    query = Query(words=read_words("turm"), order="relevance", limit=1)
    [best] = search(archive, query, tell=told.append)
    assert (json.loads(best.record)["id"], told) == ("urn:windau:0", [])
    keep(archive, story(RANKED, "Turm", "Stadt."))
    [best] = search(archive, query, tell=told.append)
    assert json.loads(best.record)["id"] == f"urn:windau:{RANKED}"
    assert told == ["more than 1,000 match; only the newest 1,000 are ranked"]


# Where it stands


def shown(question: str, record: dict[str, Any]) -> str:
    """Return the snippet with its marks in square brackets."""
    text, spans = snippet(read_words(question), record)
    for start, end in reversed(spans):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


FILLER = "Am Morgen war es kalt und still in der Stadt und auf dem Wasser."


@pytest.mark.parametrize(
    ("question", "lead", "body", "expected"),
    [
        ("turm", "Der Turm.", [], "Der [Turm]."),
        ("turm hafen", "Der Turm.", ["Türme im Hafen.", "Ein Hafen."], "[Türme] im [Hafen]."),
        ("turm", "Ein Turm.", ["Turm und Turm"], "[Turm] und [Turm]"),
        ('"neues licht" neu', "Alt.", ["Das neue,\nNeues\tLicht: neu!"], "Das [neue], [Neues Licht]: [neu]!"),
        ("leucht* -brand", "Der Leuchtturm.", [], "Der [Leuchtturm]."),
        ("headline", "Nur die Überschrift.", ["Turm"], "Nur die Überschrift."),
        ("headline", None, [], "Leute, Küste"),
        ("küsten", "Am Meer.", [], "Leute, [Küste]"),
        ("turm", None, [f"{FILLER} {FILLER} {FILLER} Der Turm. {FILLER} {FILLER}"],
         f"…Wasser. {FILLER} Der [Turm]. {FILLER} Am Morgen…"),
        ("turm", None, [f"Der Turm. {FILLER} {FILLER} {FILLER}"],
         f"Der [Turm]. {FILLER} {FILLER} Am Morgen war es…"),
        ("turm", None, [f"{FILLER} {FILLER} {FILLER} Der Turm."],
         f"…und auf dem Wasser. {FILLER} {FILLER} Der [Turm]."),
    ],
)  # fmt: skip
def test_the_snippet_is_the_densest_passage_cut_between_words(
    question: str, lead: str | None, body: Sequence[str], expected: str
) -> None:
    blocks = [{"text": text} for text in body]
    record = {"headline": "Headline", "lead": lead, "body": blocks, "keywords": ["Leute", "Küste"]}
    assert shown(question, record) == expected


@pytest.mark.parametrize(
    "text",
    ["x" * 500 + " turm " + "y" * 500, "x" * 500 + "-turm-" + "y" * 500, "turm " * 200, "\n" * 300 + "turm" + " " * 300,
     "turm-" * 100_000, "x " * 1_000_000 + "turm", "turm" + "\u0301" * 500, "é turm é " * 100_000],
    ids=range(8),
)  # fmt: skip
def test_a_snippet_is_short_whatever_the_text(text: str) -> None:
    begun = process_time()
    for question in ("turm", '"turm turm"', "tu*", f'"{"turm " * 60}"'):
        made = snippet(read_words(question), {"lead": text})
        assert len(made.text) <= 162
        assert "\n" not in made.text
        assert list(made.spans) == sorted(made.spans)
        assert all(0 <= start < end <= len(made.text) for start, end in made.spans)
    assert process_time() - begun < 10  # 1 on a quiet machine


def test_marks_do_not_overlap() -> None:
    text = "Neues Licht am Turm"
    marked = marks(read_words('"neues licht" licht* neu "licht am turm" turm')).mark(text)
    assert marked.spans == ((0, 19),)
    assert marks(read_words('"neues licht" licht turm')).mark(text).spans == ((0, 11), (15, 19))
    assert marks(read_words("hafen -turm")).mark(text).spans == ()


# The command


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (["Turm", "-Brand"], ("Turm", "-Brand")), (["-hafen", "turm", "-h2o"], ("-hafen", "turm", "-h2o")),
        (["--limit", "3", "turm"], ("turm",)), (["turm", "--limit=3", "-x"], ("turm", "-x")),
        (["turm", "-"], ("turm", "-")),
        (["--keyword", "-x", "turm"], ("turm",)), (["--", "--limit", "-h"], ("--limit", "-h")),
        (["turm", "--raw"], ("turm",)),
        (["turm", "--", "-x", "--", "y"], ("turm", "-x", "--", "y")), (["=", "-=x"], ("=", "-=x")),
        (["", "x"], ("", "x")),
    ],
)  # fmt: skip
def test_a_word_with_a_dash_is_no_option(words: list[str], question: tuple[str, ...]) -> None:
    context = cli.commands["search"].make_context("search", [*words])
    assert context.params["question"] == question
    assert context.params["limit"] == (3 if "3" in "".join(words) else None)
    assert context.params["keyword"] == (("-x",) if "--keyword" in words else ())
    assert context.params["raw"] == ("--raw" in words)


@pytest.mark.parametrize(
    ("words", "said"),
    [(["turm", "--catgory", "Sport"], "--category"), (["turm", "--nope"], "No such option"), (["--limit"], "requires"),
     (["turm", "--raw=x"], "--raw"), ([], "QUERY")],
)  # fmt: skip
def test_a_mistyped_option_is_one(words: list[str], said: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        cli.commands["search"].make_context("search", words)
    assert said in caught.value.format_message()


TOWER = dump("Der Turm | Hafen", "05.06.2023 - 14:20:11", "Windau (dpa) - Neues Licht für den Turm.")
OTHER = dump("Brömsau baut ein Bad", "07.06.2023 - 08:00:00", "Im Kreis Brömsau gibt es bald einen Turm.")


@pytest.fixture
def filled(run: Run) -> Run:
    """Ingest two stories."""
    assert run("ingest", "-", stdin=TOWER + b"\n" + OTHER).returncode == 0
    return run


def test_search_prints_as_list_does(filled: Run) -> None:
    listed = filled("list").stdout
    assert listed.count("\n") == 2
    for more in ([], ["--raw"], ["--order", "oldest"], ["--output", "ids"], ["--output", "csv"], ["--limit", "1"]):
        done = filled("search", "turm", *more)
        assert (done.returncode, done.stdout, done.stderr) == (0, filled("list", *more).stdout, "")
    assert filled("search", "turm", "-licht", "--count").stdout == "1\n"
    assert filled("search", "turm", "--order", "relevance").stdout.splitlines() == listed.splitlines()[::-1]
    done = filled("search", "zeppelin")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_snippet_can_be_asked_for_by_name(filled: Run) -> None:
    done = filled("search", "licht", "--fields", "headline,snippet")
    assert json.loads(done.stdout) == {
        "headline": "Der Turm | Hafen",
        "snippet": "Windau (dpa) - Neues Licht für den Turm.",
    }
    rows = list(csv.reader(io.StringIO(filled("search", "licht", "--fields", "snippet", "--output", "csv").stdout)))
    assert rows == [["snippet"], ["Windau (dpa) - Neues Licht für den Turm."]]
    done = filled("search", "türme", "neu*", "--fields", "headline,snippet", "--output", "markdown")
    assert done.stdout.splitlines()[2:] == [
        r"| Der **Turm** \| Hafen | Windau (dpa) - **Neues** Licht für den **Turm**. |"
    ]
    for words in (["list", "--fields", "snippet"], ["search", "turm", "--fields", "snipet"]):
        done = filled(*words)
        assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean snippet?" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-x"], 2, "question not understood (-x): it only leaves words out."),
        (["*", '"'], 2, 'question not understood (* "): there is no word in it.'),
        (["a*"], 2, "two letters"), ([" ".join(map(str, range(65)))], 2, "more than 64 words"),
        (["\x1b\u202e"], 2, "(\\x1b\\u202e)"), (["turm", "--category", "Politk"], 2, "mean Politik?"),
        (["turm", "--order", "relevanc"], 2, "did you mean relevance?"),
        (["turm", "--archive", "none"], 3, "no archive here (none)"), ([], 2, "Missing argument 'QUERY...'"),
        (["turm\udcff"], 2, "it is no text"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_the_right_code(words: list[str], code: int, said: str, run: Run) -> None:
    done = run("search", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stderr)


@pytest.mark.usefixtures("filled")
def test_a_terminal_gets_a_table_with_what_was_found_marked(tmp_path: Path) -> None:
    raw = on_terminal(["search", "turm", "neu*"], tmp_path / "archive")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", raw)
    lines = [line.rstrip() for line in plain.splitlines()]
    assert lines[0].split() == ["published", "category", "headline", "id"]
    assert re.fullmatch(r"2023-06-05 14:20 +Der Turm \| Hafen +[0-9a-f]{16}", lines[1])
    assert lines[2].strip() == "Windau (dpa) - Neues Licht für den Turm."
    assert lines[2].index("Windau") == lines[1].index("Der Turm")
    assert re.search("\x1b\\[[0-9;]*7[0-9;]*mTurm\x1b", raw)
    assert re.search("\x1b\\[[0-9;]*7[0-9;]*mNeues\x1b", raw)


def test_nothing_of_a_text_or_a_question_reaches_a_terminal_raw(run: Run, tmp_path: Path) -> None:
    run("ingest", "-", stdin=dump("Alarm \x1b[31mrot\u202e am Turm", lead="Der \x9b2J\x07 Turm \x1b]0;x\x07 brennt."))
    for more in (
        [],
        ["--output", "markdown", "--fields", "headline,snippet"],
        ["--output", "json", "--fields", "snippet"],
    ):
        shown = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(["search", "turm", "\x1b", *more], tmp_path / "archive"))
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", shown)
        assert "brennt" in shown


@pytest.mark.usefixtures("filled")
def test_searching_into_a_pipe_loads_nothing_heavy(tmp_path: Path) -> None:
    probe = (
        "import sys; sys.argv = ['newsarc', 'search', 'turm']; from newsarc.cli import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join(sys.modules))"
    )
    env = {"NEWSARC_ARCHIVE": str(tmp_path / "archive"), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, env=env, check=True)
    assert "Stemmer" in done.stderr.split()
    assert {"pydantic", "rich", "lxml", "bs4", "dateutil"}.isdisjoint(done.stderr.split())


def test_a_question_of_exclusions_alone_is_still_a_filter_for_a_program(harbour: Archive) -> None:
    with pytest.raises(QueryError):
        read_words("-brand")
    without = tuple(word for word in read_words("x -brand") if word.is_excluded)
    assert len(list(search(harbour, Query(words=without)))) == 4


def test_a_question_is_read_before_it_is_asked() -> None:
    with pytest.raises(TypeError, match="words takes a tuple"):
        Query(words="turm")  # type: ignore[arg-type]
