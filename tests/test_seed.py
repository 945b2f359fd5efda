"""The one real dump comes out perfect: every fact that is known of it, and the way of its user.

Its text is the agency's, so it is read where it lies beside the project and nowhere repeated at length.
"""

import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import Run
from material import SEED, articles_of

SEEDS = sorted(SEED.glob("*.txt")) if SEED.is_dir() else []
pytestmark = pytest.mark.skipif(not SEEDS, reason="the real dump does not lie beside this checkout")

# title, begin of the restored teaser, its sentences, section, time
LINKS = [
    ("Weltmeisterin Anna Elendt schwimmt deutschen Rekord", "Anna Elendt knackt einen alten", 2, "Politik",
     "2025-10-10T19:18:00+02:00"),
    ("Taylor Swift knackt Rekorde - 8 Songs in Top 10", "Das gab es noch nie,", 1, "Unterhaltung",
     "2025-10-10T16:07:00+02:00"),
    ("Unklarheit über Zuständigkeit für Facebook-Sammelklage", "Verbraucher hoffen nach einer", 3, "Wirtschaft",
     "2025-10-10T13:53:00+02:00"),
    ("Tesla führt abgespecktes Model Y auch in Deutschland ein", "Elon Musk hatte lange", 2, "Wissenschaft",
     "2025-10-10T12:27:00+02:00"),
    ("Bundestag streitet über Zukunft der Chatkontrolle", "Obwohl die EU-Verhandlungen zur", 2, "Wissenschaft",
     "2025-10-09T15:25:00+02:00"),
    ("Porsche-Absatz weiter im Sinkflug – China bleibt Sorgenkind", "Die Verkaufszahlen bei Porsche", 3, "Wirtschaft",
     "2025-10-09T09:00:00+02:00"),
]  # fmt: skip


def test_every_known_fact_of_the_dump() -> None:
    [article] = articles_of(SEEDS[0].read_bytes())
    record = json.loads(article.line())
    assert record["keywords"] == ["Deutschland", "USA"]
    assert record["headline"] == "Deutschland soll USA Militärkapazitäten für Ukraine melden"
    assert record["lead"].startswith("Die US-Regierung hat Deutschland")
    assert record["lead"].endswith("zu melden.")
    begins = [
        "Nach Informationen der",
        "Hintergrund der US-Anfrage",
        "Um die Frage,",
        "Nato-Generalsekretär Mark Rutte",
    ]
    assert [block["kind"] for block in record["body"]] == ["paragraph"] * 4
    assert all(block["text"].startswith(begin) for block, begin in zip(record["body"], begins, strict=True))
    assert record["published"] == "2025-02-15T21:02:04+01:00"
    assert record["published_text"] == "15.02.2025 - 21:02:04"
    assert record["published_precision"] == "second"
    assert record["credit"] == "dpa"
    assert record["category"] == "Politik"
    assert record["category_by"] == "inferred"
    assert record["category_text"] is None
    assert record["category_confidence"] >= 0.60
    assert record["captured_after"] == "2025-10-10T19:18:00+02:00"
    assert record["unparsed"] == []
    assert record["warnings"] == []
    assert (record["origin"]["offset"], record["origin"]["length"], record["origin"]["encoding"]) == (0, 3593, "utf-8")


def test_its_related_links() -> None:
    [article] = articles_of(SEEDS[0].read_bytes())
    assert len(article.related) == len(LINKS)
    for link, (title, begin, sentences, category, published) in zip(article.related, LINKS, strict=True):
        assert link.title == title
        assert link.title_confidence == "high"
        assert link.teaser
        assert link.teaser.startswith(begin)
        assert link.teaser.count(". ") + 1 == sentences
        assert link.category == category
        assert link.published
        assert link.published.isoformat() == published
        assert link.text.endswith("weiterlesen...")


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not on this machine")
def test_the_way_of_its_user(run: Run, tmp_path: Path) -> None:
    assert run("ingest", SEEDS[0]).returncode == 0
    listed = run("list", "--category", "Politik")
    piped = subprocess.run(["jq", "-r", ".headline"], input=listed.stdout, capture_output=True, text=True, check=True)
    assert piped.stdout == "Deutschland soll USA Militärkapazitäten für Ukraine melden\n"
    before = {path: sha256(path.read_bytes()).digest() for path in (tmp_path / "archive").rglob("*") if path.is_file()}
    again = run("ingest", SEEDS[0])
    assert again.stderr.endswith("0 new, 1 unchanged\n")
    after = {path: sha256(path.read_bytes()).digest() for path in (tmp_path / "archive").rglob("*") if path.is_file()}
    assert before == after
