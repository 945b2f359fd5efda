"""Each form is read back by the tools of its users, and says what the record says."""

import csv
import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import feedparser
import polars as pl
import pyarrow.dataset
import pyarrow.parquet
import pytest
import yaml
from lxml import etree

from exports import exported, samples, stories, story
from material import NOON, ROOT, articles_of
from newsarc.article import Article
from newsarc.export import FORMS
from newsarc.export.leaving import COLUMNS
from newsarc.schema import arrow

WORDS = "Die Möwe kam um acht – und ging um neun."


def _asked(question: str, path: str) -> list[tuple[Any, ...]]:
    """Ask DuckDB."""
    return duckdb.connect().execute(question, [path]).fetchall()


def test_what_nobody_judged_and_what_is_of_this_machine_stays_here(tmp_path: Path) -> None:
    for form in FORMS:
        files = exported(form, tmp_path / form, stories(3))
        data = b"".join(path.read_bytes() for path in files)
        assert b"Redaktion" not in data, form
        assert b"geheim" not in data, form
        assert b"pack_offset" not in data, form
        if form != "parquet":  # its texts are packed
            assert WORDS.encode() in data, form
            assert b"Max Beispiel/dpa" in data, form
            assert "© Windauer Bote".encode() in data, form


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_tables_are_read_by_python_and_duckdb(form: str, delimiter: str, tmp_path: Path) -> None:
    [file] = exported(form, tmp_path / f"table.{form}", stories(30))
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=delimiter))
    assert len(rows) == 30
    assert list(rows[0]) == [*COLUMNS, "text"]
    assert rows[0]["keywords"] == "Möwen; Brötchen"
    assert json.loads(rows[0]["media"])[0]["credit"] == "Max Beispiel/dpa"
    assert json.loads(rows[0]["body"])[2] == {"kind": "list", "text": "warten"}
    found = _asked("SELECT count(*), count(published), max(urgency), min(lead) FROM read_csv(?)", str(file))
    assert found == [(30, 30, 4, WORDS)]


def test_parquet_is_read_by_duckdb_pyarrow_and_polars(tmp_path: Path) -> None:
    place = tmp_path / "parquet"
    made = [story(1, published="2025-02-01T00:30:00+01:00"), story(2), story(3, published="2024-12-31T23:59:59+01:00"),
            story(4, published=None, category=None, urgency=None), story(5)]  # fmt: skip
    files = exported("parquet", place, made)
    assert [path.relative_to(place).as_posix() for path in files] == [
        "year=2024/month=12/part-0.parquet", "year=2025/month=02/part-0.parquet", "year=2025/month=02/part-1.parquet",
        "year=__HIVE_DEFAULT_PARTITION__/month=__HIVE_DEFAULT_PARTITION__/part-0.parquet",
    ]  # fmt: skip
    rows = _asked(
        "SELECT id, year, month, epoch(published), media[1].credit, origin.name "
        "FROM read_parquet(?, hive_partitioning = true) ORDER BY id",
        f"{place}/**/*.parquet",
    )
    assert [row[1:3] for row in rows] == [(2025, "02"), (2025, "02"), (2024, "12"), (None, None), (2025, "02")]
    assert rows[0][3] == datetime.fromisoformat("2025-02-01T00:30:00+01:00").timestamp()
    assert {row[4:] for row in rows} == {("Max Beispiel/dpa", "dump.txt")}
    table = pyarrow.dataset.dataset(place, partitioning="hive").to_table(filter=pyarrow.dataset.field("year") == 2025)
    assert table.num_rows == 3
    assert table["body"].to_pylist()[0][2] == {"kind": "list", "text": "warten"}
    assert pl.read_parquet(place / "**/*.parquet", hive_partitioning=True)["id"].n_unique() == 5


def test_parquet_has_the_types_that_the_schema_declares(tmp_path: Path) -> None:
    for number, made in enumerate(([story(1)], [])):
        [file] = exported("parquet", tmp_path / f"{number}", made)
        read = pyarrow.parquet.read_schema(file)
        declared = arrow()
        assert read.names == [name for name in declared.names if name != "unparsed"]
        for name in set(read.names) - {"origin"}:
            same = str(declared.field(name).type).replace("timestamp[s", "timestamp[ms").replace("item", "element")
            assert str(read.field(name).type).replace("item", "element") == same
        assert [field.name for field in read.field("origin").type][:3] == ["name", "format", "encoding"]


def test_every_sample_is_the_same_in_parquet(tmp_path: Path) -> None:
    made = samples()
    exported("parquet", tmp_path / "parquet", made)
    table = pyarrow.dataset.dataset(tmp_path / "parquet", partitioning="hive").to_table()
    read = {row["id"]: row for row in table.to_pylist()}
    assert len(read) == len(made) > 200
    for one in made:
        row = read[one.id]
        assert (row["published"] and row["published"].timestamp()) == (one.published and one.published.timestamp())
        assert [block["text"] for block in row["body"]] == [block.text for block in one.body]
        assert row["headline"] == one.headline
        assert row["related"] == [link.model_dump() for link in one.related]
        assert row["version"] == one.version


def test_the_database_has_tables_keys_types_and_full_text(tmp_path: Path) -> None:
    [file] = exported("sqlite", tmp_path / "news.db", [*stories(1200), story(5000, lead="Ein Wal in Böhlen.")])
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        keys = {name: db.execute(f"PRAGMA foreign_key_list({name})").fetchall() for (name,) in _tables(db)}
        assert {name for name, found in keys.items() if found} == {
            "alternate_ids", "blocks", "category_candidates", "keywords", "media", "places", "related", "services",
            "signals", "subjects", "warnings",
        }  # fmt: skip
        found = "SELECT a.id, a.urgency, typeof(a.urgency), a.published FROM articles_fts f JOIN articles a"
        assert db.execute(f"{found} ON a.number = f.rowid WHERE articles_fts MATCH 'bohlen'").fetchall() == [
            (f"portal:{5000:016x}", 4, "integer", "2025-02-17T20:02:04+01:00")
        ]
        assert db.execute("SELECT count(*), count(DISTINCT article) FROM keywords").fetchone() == (2402, 1201)
        assert db.execute("SELECT text FROM blocks WHERE kind = 'quote' LIMIT 1").fetchone() == ("Endlich Ruhe!",)
        assert db.execute("SELECT DISTINCT credit FROM media").fetchall() == [("Max Beispiel/dpa",)]
        plan = db.execute("EXPLAIN QUERY PLAN SELECT * FROM articles ORDER BY published DESC LIMIT 9").fetchall()
        assert "articles_published" in plan[0][3]


def _tables(db: sqlite3.Connection) -> list[tuple[str]]:
    return db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'").fetchall()


def _squeezed(text: str | None) -> str | None:
    """Return a text as markup can hold it: runs of blanks are one, controls that nobody sees are replaced."""
    return re.sub(r"[\x7f-\x9f]", "\ufffd", " ".join(text.split())) if text else text


def _said(one: Article) -> dict[str, Any]:
    return {
        "headline": _squeezed(one.headline), "lead": _squeezed(one.lead),
        "body": [(block.kind, _squeezed(block.text)) for block in one.body], "published": one.published,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["ninjs", "nitf", "atom"])
def test_what_news_people_exchange_is_read_back_as_the_same_story(form: str, tmp_path: Path) -> None:
    made = [one for one in samples() if one.published and (form != "atom" or ":" in one.id)]
    back: dict[str, Article] = {}
    for path in exported(form, tmp_path / form, made):
        back |= {one.id: one for one in articles_of(path.read_bytes(), path.name)}
    assert len(made) > 190
    assert back.keys() == {one.id for one in made}
    for one in made:
        again = back[one.id]
        if one.dateline != again.dateline and form == "nitf":  # its first paragraph opens with a dateline of its own
            continue
        wanted, got = _said(one), _said(again)
        kept = [kind != "table" for kind, _ in wanted["body"]]  # lines that are no cells come back as a paragraph
        for said in (wanted, got):
            said["body"] = [text if keep else text[1] for text, keep in zip(said["body"], kept, strict=True)]
        assert got == wanted
        if one.category:
            assert again.category == one.category
        assert again.keywords == one.keywords
        assert again.language == one.language
        assert again.byline == one.byline


def test_ninjs_says_what_it_is(tmp_path: Path) -> None:
    [file] = exported("ninjs", tmp_path / "ninjs", [story(1)])
    item = json.loads(file.read_bytes())
    assert item["standard"]["name"] == "ninjs"
    assert item["uri"] == story(1).id
    assert item["versionCreated"] == "2025-02-02T21:00:00+01:00"
    assert item["firstPublished"] == "2025-02-02T20:02:04+01:00"
    assert [one["role"] for one in item["headlines"]] == ["main", "subhead", "kicker"]
    assert [one["type"] for one in item["associations"]] == ["picture", "text"]
    assert all(one["uri"] for one in item["associations"])
    [again] = articles_of(file.read_bytes(), file.name)
    assert again.media == story(1).media
    assert again.rights == story(1).rights
    assert again.credit == story(1).credit


def test_nitf_is_valid(tmp_path: Path) -> None:
    dtd = etree.DTD(str(ROOT / "tests" / "nitf.dtd"))
    for path in exported("nitf", tmp_path / "nitf", [*samples(), story(1)]):
        assert dtd.validate(etree.parse(path)), dtd.error_log.filter_from_errors()


def test_nitf_keeps_what_stands_around_the_text(tmp_path: Path) -> None:
    [file] = exported("nitf", tmp_path / "nitf", [story(1)])
    [again] = articles_of(file.read_bytes(), file.name)
    for name in ("kicker", "subhead", "byline", "dateline", "credit", "rights", "media", "urgency", "genre", "places",
                 "services", "subjects", "category"):  # fmt: skip
        assert getattr(again, name) == getattr(story(1), name), name
    assert again.related[0].title == "Ente gesehen"


def test_a_feed_reader_reads_atom(tmp_path: Path) -> None:
    [file] = exported("atom", tmp_path / "feed.xml", stories(20))
    read = feedparser.parse(file.read_bytes())
    assert (read.bozo, read.version, len(read.entries)) == (False, "atom10", 20)
    assert read.feed.updated_parsed[:3] == NOON.timetuple()[:3]
    entry = read.entries[0]
    assert entry.title == stories(20)[0].headline
    assert entry.summary == WORDS
    assert [term.term for term in entry.tags] == ["Vermischtes", "Panorama", "Möwen", "Brötchen"]
    assert (entry.author, entry.rights, entry.source.title) == ("Ida Probe", "© Windauer Bote", "dpa")
    assert entry.media_credit[0]["content"] == "Max Beispiel/dpa"
    assert [link.rel for link in entry.links] == ["related"]
    assert "<li>warten</li><li>backen</li>" in entry.content[0].value


def test_front_matter_is_yaml_and_says_the_record(tmp_path: Path) -> None:
    made = [story(1), *samples()]
    files = exported("markdown", tmp_path / "notes", made)
    assert len(files) == len(made)
    read = {}
    for path in files:
        _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
        told = yaml.safe_load(front)
        read[told["id"]] = (told, text)
    for one in made:
        told, _ = read[one.id]
        assert told.get("title") == one.headline
        assert told.get("date") == (one.published.isoformat() if one.published else None)
        assert told.get("tags", []) == list(one.keywords)
        assert told.get("media", []) == [media.model_dump() for media in one.media]
    told, text = read[story(1).id]
    assert told["category"] == "Vermischtes"
    assert text.startswith("\n# Möwe Nummer 1 stiehlt «Brötchen»\n\n**Die Möwe kam")
    assert "\n## Wie weiter\n\n- warten\n\n- backen\n\n> Endlich Ruhe!\n" in text
    assert "sah \\<nichts\\> \\& schwieg" in text


def test_plain_text_reads_as_in_print(tmp_path: Path) -> None:
    [file] = exported("text", tmp_path / "text", [story(1)])
    assert file.relative_to(tmp_path / "text").as_posix() == (
        "2025/02/2025-02-02-moewe-nummer-1-stiehlt-broetchen-00000000.txt"
    )
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[:5] == [
        "Küste", "Möwe Nummer 1 stiehlt «Brötchen»", "Bäcker sind entsetzt", "",
        "2025-02-02 20:02 · Vermischtes · Ida Probe · Windau · dpa · Möwen, Brötchen",
    ]  # fmt: skip
    assert lines[-1] == story(1).id
