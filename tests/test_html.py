"""What the goldens of saved pages do not show: odd JSON-LD, the process that looks for text, hostile pages."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic, process_time

import pytest

from conftest import Run
from material import NOON, SAMPLES
from newsarc import extraction
from newsarc.article import Article
from newsarc.errors import SourceError
from newsarc.formats import FORMATS, html
from newsarc.ingest import Reading, read
from newsarc.source import from_bytes

WHOLE = sorted((SAMPLES / "html").glob("*.html"))
STATED = [path for path in WHOLE if path.name not in ("meta-only.html", "visible-only.html")]
TEXT = "".join(
    f"<p>Der {n}. Absatz ist lang genug, um als Text eines Artikels zu gelten, sagte sie.</p>" for n in range(9)
)


def one(data: str) -> Article:
    [article] = read(from_bytes(data.encode(), "x.html"), Reading(now=NOON))
    return article


def page(script: object, head: str = "", body: str = "") -> str:
    text = script if isinstance(script, str) else json.dumps(script)
    return f'<!DOCTYPE html><html><head>{head}<script type="application/ld+json">{text}</script></head>{body}</html>'


def stated(**keys: object) -> Article:
    return one(page({"@type": "NewsArticle", "headline": "Titel", "articleBody": "Text.", **keys}))


@pytest.mark.parametrize(
    ("author", "byline", "credit"),
    [
        ("dpa", "dpa", "dpa"),
        ([{"name": "Ada Muster"}, {"name": "dpa-infocom GmbH"}], "Ada Muster", "dpa-infocom GmbH"),
        ("Ada Muster und Bo Probe, dpa", "Ada Muster und Bo Probe, dpa", "dpa"),
        ({"@type": "Person", "name": " Sid  Muster\u00a0"}, "Sid Muster", "Bote"),
        ([{"@id": "#nobody"}, None, 7, {}], None, "Bote"),
    ],
)
def test_authors(author: object, byline: str | None, credit: str) -> None:
    article = stated(author=author, publisher={"name": "Bote"})
    assert (article.byline, article.credit) == (byline, credit)


@pytest.mark.parametrize(
    ("keywords", "wanted"),
    [
        ("Neues Licht, Turm", ("Neues Licht", "Turm")),
        ("Neues Licht; Turm", ("Neues Licht", "Turm")),
        ("Neues Licht", ("Neues Licht",)),
        (["Turm, alt", "Turm, alt", "Licht"], ("Turm, alt", "Licht")),
        (None, ()),
    ],
)
def test_keywords(keywords: object, wanted: tuple[str, ...]) -> None:
    assert stated(keywords=keywords).keywords == wanted


@pytest.mark.parametrize(
    ("headline", "wanted"),
    [
        ("Titel - Bote", "Titel"),
        ("Titel | Bote", "Titel"),
        ("Titel - Andere", "Titel - Andere"),
        ("Kicker: Titel", "Kicker: Titel"),
        ("Bote", "Bote"),
        ("A &amp;amp; B", "A &amp; B"),
        ("Titel &#8211; so", "Titel – so"),
    ],
)
def test_headlines(headline: str, wanted: str) -> None:
    assert stated(headline=headline, publisher={"name": "Bote"}).headline == wanted


@pytest.mark.parametrize("free", [False, "False", "false", "https://schema.org/False"])
def test_a_page_that_is_not_free_is_flagged(free: object) -> None:
    assert "paywall-possible" in stated(isAccessibleForFree=free).warnings
    assert "paywall-possible" not in stated(isAccessibleForFree=True).warnings


@pytest.mark.parametrize(
    ("head", "keys", "wanted"),
    [
        (
            '<link rel="canonical" href="https://example.org/c">',
            {"@id": "https://example.org/i"},
            "https://example.org/c",
        ),
        ('<link rel="canonical" href="/c">', {"@id": "https://example.org/i"}, "https://example.org/i"),
        ("", {"@id": "#i", "url": "https://example.org/u"}, "https://example.org/u"),
        ("", {"mainEntityOfPage": {"@id": "https://example.org/m"}}, "https://example.org/m"),
        ('<meta property="og:url" content="https://example.org/o">', {"url": ["x"]}, "https://example.org/o"),
        ('<link rel="canonical" href="javascript:alert(1)">', {}, "portal:"),
    ],
)
def test_the_id_is_an_address(head: str, keys: dict[str, object], wanted: str) -> None:
    found = one(page({"@type": "Article", "headline": "Titel", "articleBody": "Text.", **keys}, head)).id
    assert found == wanted or (wanted.endswith(":") and found.startswith(wanted))


@pytest.mark.parametrize("script", ["{", "nein", "[" * 100_000, '{"@type":"NewsArticle","n":' + "9" * 10_000 + "}"])
def test_a_broken_script_is_passed_over(script: str) -> None:
    article = one(page(script, "<title>Titel</title>", f"<body>{TEXT}</body>"))
    assert (article.headline, article.warnings) == ("Titel", ("json-ld-broken", "date-unreadable", "text-left-out"))
    assert len(article.body) == 9


@pytest.mark.parametrize(
    "value", [None, 7, True, "", [], {}, [[]], [None], {"name": None}, {"@id": 7}, "\ud800", "\0x"]
)
def test_odd_values_cost_nothing_else(value: object) -> None:
    keys = "description author keywords articleSection about image video publisher inLanguage datePublished @id url"
    article = stated(**dict.fromkeys(keys.split(), value))
    assert (article.headline, article.body[0].text) == ("Titel", "Text.")
    article.line().decode()


def test_only_pages_are_claimed() -> None:
    def claims(text: str) -> list[str]:
        return [known.NAME for known in FORMATS if known.sniff(text.encode())]

    assert claims("<!-- saved from url -->\n<HTML><body>x</body>") == ["html"]
    assert claims("\ufeff\n<!doctype HTML><title>x</title>") == ["html"]
    assert claims("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>") == ["html"]
    assert claims("<div><p>x</p></div>") == []
    assert "html" not in claims("<nitf><head><title>x</title></head><body/></nitf>")
    assert "html" not in claims("<?xml version='1.0'?><x><html/></x>")


# ------------------------------------------------------------------------------------------ the process that looks


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a module of the test take the place of trafilatura in every process that is started."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "trafilatura.py"


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.abort()",
        "raise ImportError",
        "import sys; sys.stdout.write('[1'); sys.exit(0)",
        "def bare_extraction(*a, **k): x = 'y' * (1 << 33)",
    ],
)
def test_a_process_that_dies_costs_the_text_only(program: str, stand_in: Path) -> None:
    stand_in.write_text(program, encoding="utf-8")
    article = one(f"<html><head><title>Titel</title></head><body>{TEXT}</body></html>")
    assert (article.headline, article.body) == ("Titel", ())
    assert "body-missing:no-answer" in article.warnings


@pytest.mark.parametrize("program", ["while True: pass", "import time; time.sleep(600)"])
def test_a_process_that_hangs_is_ended(program: str, stand_in: Path) -> None:
    note = stand_in.with_name("pid")
    stand_in.write_text(f"import os\nopen({str(note)!r}, 'w').write(str(os.getpid()))\n{program}", encoding="utf-8")
    began = monotonic()
    with pytest.raises(extraction.NoAnswerError):
        extraction.extract("<p>x</p>", seconds=1.5)
    assert monotonic() - began < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_without_the_extra_the_warning_names_it(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<html><head><title>Titel</title></head>{TEXT}</html>", encoding="utf-8")
    program = (
        "import sys, importlib.abc\n"
        "class Without(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'trafilatura': raise ModuleNotFoundError(name)\n"
        "from importlib import util\n"
        "util.find_spec = lambda name, find=util.find_spec: None if name == 'trafilatura' else find(name)\n"
        "sys.meta_path.insert(0, Without())\n"
        "sys.argv = ['newsarc', 'parse', 'page.html']\n"
        "from newsarc.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=tmp_path, check=True, timeout=60)
    record = json.loads(done.stdout)
    assert (record["headline"], record["body"]) == ("Titel", [])
    assert record["warnings"] == ["date-unreadable", "body-missing:newsarc[html]"]


def test_a_page_goes_through_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes((SAMPLES / "html" / "meta-only.html").read_bytes())
    assert run("ingest", "page").returncode == 0
    assert json.loads(run("list", "--fields", "headline").stdout)["headline"] == "Windau erneuert den Turm"


# -------------------------------------------------------------------------------------------------- hostile pages

END = "Schlusswort4711"
FAMILIES = {
    "bold": "<p><b>" * 60_000,
    "comments": "<!--" * 20_000 + "-->",
    "links": '<a href="x">y</a>' * 60_000,
    "addresses": '<a href="' * 20_000 + '">',
    "entities": "&#x" * 100_000,
    "ends": "</" * 100_000,
    "headings": "<h1>x</h1>" * 30_000,
    "metas": '<meta name="a" content="b">' * 30_000,
    "nested": "<h1><b>" * 20_000,
    "rows": "<table>" + "<tr><td>x</td></tr>" * 30_000 + "</table>",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_large_pages_are_read_to_their_last_word_or_refused(family: str) -> None:
    head = page({"@type": "Article", "headline": "Titel", "articleBody": f"Text. {END}"}).removesuffix("</html>")
    began = process_time()
    try:
        assert END in one(f"{head}<body>{FAMILIES[family]}</body></html>").line().decode()
    except SourceError:
        assert family == "comments"
    assert process_time() - began < 4


@pytest.mark.parametrize("family", FAMILIES)
def test_a_dump_in_a_large_page_is_read_to_its_last_word_or_refused(family: str) -> None:
    lines = "<p>Windau</p><p>Der Turm leuchtet.</p><p>05.06.2023 - 14:20:11</p><p>Turm leuchtet wieder</p>"
    began = process_time()
    try:
        article = one(f"<html><body>{lines}<div>{FAMILIES[family]}</div><p>{END}</p></body></html>")
        assert END in article.line().decode()
    except SourceError:
        assert family in ("bold", "nested", "comments", "addresses", "ends")
    assert process_time() - began < 4


def test_damaged_pages_give_records_or_faults(stand_in: Path) -> None:
    stand_in.write_text("def bare_extraction(*words, **more): return None", encoding="utf-8")
    dice = random.Random(11)
    tokens = (b"<script>", b"</script>", b"<!--", b"&", b"<", b"\0", b"\xff", b'"', b"{", b"]", b"<p>", b"</head>")
    for _ in range(100):
        data = bytearray(dice.choice(STATED).read_bytes())
        for _ in range(dice.randint(1, 3)):
            place = dice.randrange(len(data))
            match dice.randrange(3):
                case 0:
                    data[place] = dice.randrange(256)
                case 1:
                    del data[place : place + dice.randrange(60)]
                case _:
                    data[place:place] = dice.choice(tokens)
        try:
            for found in html.parse(from_bytes(bytes(data), "x")):
                assert isinstance(found, Article)
                found.line().decode()
        except SourceError:
            pass


@pytest.mark.parametrize("path", [path for path in WHOLE if "portal" in path.name], ids=lambda path: path.name)
def test_every_word_of_a_dump_in_a_page_stands_somewhere(path: Path) -> None:
    text = re.sub(r"<title>.*?</title>|<[^<>]+>", " ", path.read_text(encoding="utf-8"))
    lines = " ".join(article.line().decode() for article in read(from_bytes(path.read_bytes(), "x"), Reading(now=NOON)))
    assert set(re.findall(r"\w{4,}", text)) - {"nbsp", "Weitere", "Meldungen"} <= set(re.findall(r"\w+", lines))
