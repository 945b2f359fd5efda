"""Whatever a person asks, there is an answer or one clear line; no syntax of the index is obeyed or leaks."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

from asked import made, plain, told
from faulty import dice
from newsarc.archive import Archive
from newsarc.article import Article
from newsarc.cli import main
from newsarc.errors import QueryError
from newsarc.find import find
from newsarc.query import Query
from newsarc.terms import read_words

SECONDS = 1.0
SLOW = 5.0
"""A machine under load may need so many times the seconds."""

PLAIN = (
    "NEAR(turm hafen)", "NEAR(turm hafen, 2)", "NEAR/2", "near", "a NEAR b", "AND", "OR", "NOT", "turm AND", "OR turm",
    "NOT turm", "turm NOT hafen", "turm AND NOT hafen", "AND OR NOT", "(turm", "turm)", "(turm OR hafen) AND licht",
    "((((", "((turm))", "headline:turm", "{headline text}: turm", "col:", ":turm", "turm:hafen:licht", "rowid:1",
    "text : turm", "^turm", "^ turm", "turm^2", "turm + hafen", "turm+hafen", "+turm", "turm\\", "\\", '\\"turm',
    "'", "''", "it's", "turm'; DROP TABLE article; --", "1' OR '1'='1", '" OR ""="', "; SELECT 1", "/* turm */",
    "turm -- hafen", "x'00'", "?1", ":name", "@name", "$name", "%s", "%(x)s", "{0}", "{turm}", "${HOME}", "$(turm)",
    "`turm`", "|turm", "turm | hafen", "turm & hafen", "turm && hafen", "!turm", "~turm", "turm~2", "#turm", "turm#",
    "50%", "12:30", "05.06.2023 - 14:20:11", "1e400", "NaN", "Infinity", "0x1F", "-1", "1,5", "3/4", "§ 17", "€ 100",
    "dpa-infocom", "e.V.", "u.s.w.", "a_b", "_", "__init__", "C++", "C#", ".NET", "@ dpa.de", "https://windau.example/a?b=c",
    "<b>turm</b>", "&lt;turm&gt;", "[bold]turm[/]", "../../etc/passwd", "C:\\turm", "NULL", "null", "None", "true",
    "undefined", "=1+1", "「東京」", "ﬀ", "ẞß", "İstanbul", "Ａ", "٣", "𝟎𝟓", "👩‍🚒", "שלום", "e\u0301" * 40,
    "\u202eturm", "tu\u00adrm", "tu\u200brm", "\ufeffturm", "turm\u2028hafen",
    "\x1b[2Jturm\x07", "turm\x9bhafen", "\x7f",
)  # fmt: skip
"""Who wrote such a headline finds it by it, where there is a word to ask for."""
ASKED = (
    '"', '""', '"""', '"turm', 'turm"', '"turm" "', '" "', '"turm" OR "hafen"', '"tu"rm"', "„turm“", "«turm»", "“turm",
    "*", "**", "t*", "tu*", "*turm", "tu*rm", "turm**", '"turm*"', "(tu*)", "ü*", "-", "--", "---", "-turm", "- turm",
    "turm -", "turm -hafen", "turm - hafen", "turm --hafen", '-"am Hafen"', "-tu*", "turm -turm", "-a -b", "a -a*b",
    "", " ", "\t\n", "\0", "turm\0hafen", "\ud800", "turm \udcff", "\u0301", "\u00ad", "...", "–", "€",
    " ".join(f"w{number}" for number in range(64)), " ".join(f"w{number}" for number in range(65)),
    "turm " * 100_000, "w" * 1_000_000, "a-" * 100_000, '"' * 100_000, "(" * 100_000, "tu* " * 64, "\u0301" * 100_000,
    " ".join(f"{one}{two}*" for one in "abcdefgh" for two in "aeiouxyz"), "-turm " * 1_000 + "hafen", "* " * 50_000,
)  # fmt: skip
LEAKED = re.compile(r"fts|sqlite|syntax|no such column|malformed MATCH|unterminated|unknown special|Traceback|a bug")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Make an archive of stories whose headlines are the questions."""
    archive = made(tmp_path_factory.mktemp("questions") / "archive", rotate_at=1 << 20)
    told(archive, [Article(id=f"urn:{number}", headline=text) for number, text in enumerate(PLAIN)])
    told(archive, [Article(id=f"more:{number}", headline=f"Turm {number} am Hafen, w{number}") for number in range(99)])
    return archive


@pytest.mark.parametrize("order", ["newest", "relevance"])
def test_a_question_is_answered_or_refused_in_one_line(
    order: str, archive: Archive, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    refused = 0
    for question in (*PLAIN, *ASKED):
        words = [
            "newsarc",
            "search",
            "--archive",
            str(archive.root),
            "--order",
            order,
            "--output",
            "ids",
            "--",
            question,
        ]
        monkeypatch.setattr(sys, "argv", words)
        begun = process_time()
        with pytest.raises(SystemExit) as ended:
            main()
        asked, (out, err) = question[:80], capfdbinary.readouterr()
        assert process_time() - begun < SLOW * SECONDS, asked
        assert ended.value.code in (0, 2), (asked, err)
        refused += bool(ended.value.code)
        if ended.value.code:
            assert (out, err.count(b"\n")) == (b"", 1), (asked, err)
            assert err.startswith(b"newsarc: error: question "), asked
            assert len(err) < 1_000, asked
        assert not LEAKED.search(err.decode().replace(question, "")), (asked, err)
        if question in PLAIN and not ended.value.code:
            assert f"urn:{PLAIN.index(question)}".encode() in out.split(), asked
    assert 30 < refused < 80


def questions(count: int) -> Iterator[str]:
    """Yield all questions, and mixtures of them."""
    yield from (*PLAIN, *ASKED)
    roll = dice(4711)
    pieces = [piece for question in (*PLAIN, *ASKED) if len(question) < 200 for piece in (question, *question.split())]
    for _ in range(count):
        yield roll.choice(("", " ", " ", " -")).join(roll.choices(pieces, k=roll.randint(1, 5)))


def test_the_index_answers_as_reading_every_line_does(archive: Archive, full: bool) -> None:
    answered = 0
    for question in questions(10_000 if full else 500):
        with suppress(QueryError):
            query = Query(words=read_words(question))
            found = list(find(archive, query, raw=True))
            assert found == plain(archive, query), question
            answered += bool(found)
    assert answered > 100


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are bytes")
@pytest.mark.parametrize(
    ("question", "code"),
    [(b"turm \xff", 2), (b"\xed\xa0\x80", 2), (b"\x1b[2J", 0), (b"NEAR(", 0), (b'"', 2), (b"col: ^turm AND", 0),
     ("\u202e„turm".encode(), 0), (b"w" * 100_000, 0)],
)  # fmt: skip
def test_bytes_of_an_argument_are_a_question_or_refused(question: bytes, code: int, archive: Archive) -> None:
    words = [*map(os.fsencode, (sys.executable, "-m", "newsarc", "search", "--archive", archive.root)), question]
    done = subprocess.run(words, capture_output=True, check=False, timeout=60)
    assert done.returncode == code, done.stderr
    assert done.stderr.count(b"\n") == (code != 0)
    assert not LEAKED.search(done.stderr.decode())


def test_a_question_where_there_is_no_archive_is_refused_in_one_line(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "newsarc", "search", "--archive", str(tmp_path / "none"), "NEAR("]
    done = subprocess.run(words, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (3, b"", 1)
