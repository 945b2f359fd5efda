"""Other tools read an archive with every column typed, whatever its first lines happen to fill."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.json
import pytest

from material import NOON
from newsarc import schema
from newsarc.archive import Archive
from newsarc.article import Article, Block, Candidate, Media, Origin, RelatedLink, from_line
from newsarc.query import Query, select

EMPTY = Article(id="x:0")
FULL = Article(
    id="x:full", version=3, version_by="provider", headline="Köln", kicker="K", subhead="S", lead="L", byline="B",
    dateline="D", body=(Block(text="Text"),), keywords=("a", "b"), category="Sport", category_by="inferred",
    category_text="c", category_confidence=0.75, category_candidates=(Candidate(category="Politik", confidence=0.2),),
    subjects=("medtop:1",), genre="g", signals=("s",), urgency=4, language="de", credit="dpa", rights="r",
    services=("s",), places=("p",), published=NOON, published_text="p", published_precision="second", updated=NOON,
    embargoed=NOON, embargo_open=True, related=(RelatedLink(title="t", text="t", published=NOON),), same_as="x:1",
    update_of="x:2", media=(Media(caption="c"),), captured_after=NOON, unparsed=("u",), warnings=("w",),
    origin=Origin(name="n", format="portal", encoding="utf-8", sha256="0" * 64, offset=1, length=2, pack=3),
    archived=NOON,
)  # fmt: skip
EARLY = 50_000  # lines before a field is first filled


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive whose fields are first filled after 50,000 records."""
    archive, _ = Archive.create(tmp_path_factory.mktemp("late") / "archive")
    entries = [(EMPTY.model_copy(update={"id": f"x:{number}"}), None) for number in range(EARLY)]
    archive.append([*entries, (FULL, None)], now=NOON)
    return Path(archive.root)


def run_sql(archive: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(schema.duckdb(str(archive)))
    return connection


def test_duckdb_types_every_column(late: Path) -> None:
    connection = run_sql(late)
    columns = dict(connection.execute("SELECT column_name, column_type FROM (DESCRIBE articles)").fetchall())
    assert list(columns) == [*json.loads(FULL.line()), "seq", "chain"]
    assert columns["keywords"] == "VARCHAR[]"
    assert columns["published"] == "TIMESTAMP WITH TIME ZONE"
    assert columns["urgency"] == "BIGINT"
    assert columns["category_confidence"] == "DOUBLE"
    assert columns["embargo_open"] == "BOOLEAN"
    assert columns["origin"].startswith("STRUCT(")
    assert columns["related"].endswith("[]")
    row = connection.execute(
        "SELECT count(*), max(urgency), max(category_confidence), max(epoch(published)), max(related[1].title),"
        " max(origin.pack), max(len(media)) FROM articles"
    ).fetchone()
    assert row == (EARLY + 1, 4, 0.75, NOON.timestamp(), "t", 3, 1)


def _declared(code: str) -> object:
    space: dict[str, object] = {}
    exec(compile(code, "schema", "exec"), space)  # noqa: S102 - what a user would save and import
    return space["SCHEMA"]


def test_pyarrow_types_every_column(late: Path) -> None:
    declared = _declared(schema.pyarrow(str(late)))
    assert isinstance(declared, pa.Schema)
    assert declared.names == list(json.loads(FULL.line()))
    options = pyarrow.json.ParseOptions(explicit_schema=declared, unexpected_field_behavior="ignore")
    table = pyarrow.json.read_json(late / "articles" / "000001.jsonl", parse_options=options)
    assert table.num_rows == EARLY + 1
    last = table.slice(EARLY).to_pylist()[0]
    assert (last["urgency"], last["published"], last["related"][0]["title"]) == (4, NOON, "t")
    assert last["category_candidates"] == [{"category": "Politik", "confidence": 0.2}]


def test_polars_types_every_column(late: Path) -> None:
    declared = _declared(schema.polars(str(late)))
    assert isinstance(declared, dict)
    assert list(declared) == list(json.loads(FULL.line()))
    frame = pl.read_ndjson(late / "articles" / "000001.jsonl", schema=declared)
    assert frame.height == EARLY + 1
    last = frame.row(EARLY, named=True)
    assert (last["urgency"], last["published"], last["related"][0]["title"]) == (4, NOON, "t")


def test_json_schema_names_every_key() -> None:
    declared = json.loads(schema.json_schema(""))
    assert list(declared["properties"]) == list(json.loads(FULL.line()))
    assert declared["properties"]["schema"]["const"] == "newsarc/1"


def test_a_full_record_comes_back_from_its_line() -> None:
    assert from_line(FULL.line()) == FULL


def test_the_view_newest_is_the_newest_of_each_id(tmp_path: Path) -> None:
    """Random versions and revisions of few ids: the view gives what the plain scan gives."""
    dice = Random(20260115)
    archive, _ = Archive.create(tmp_path / "archive")
    moments = [None, *(datetime(2025, 1, day, 0, 0, second, tzinfo=UTC) for day in (1, 2) for second in (0, 2, 3))]
    for _ in range(300):
        article = Article(
            id=f"x:{dice.randrange(40)}",
            headline=f"Fassung {dice.random()}",
            version=dice.randrange(1, 4),
            version_by=dice.choice(("archive", "archive", "provider")),
            status=dice.choice(("usable", "usable", "withheld", "canceled")),
            published=dice.choice(moments),
            updated=dice.choice((None, None, NOON - timedelta(days=dice.randrange(3)))),
            captured_after=dice.choice(moments),
            category_by="user" if dice.randrange(3) == 0 else None,
            category=dice.choice(("Sport", "Politik")),
        )
        archive.append([(article, None)], now=NOON)
    wanted = dict.fromkeys(select(archive.scan(), Query()))
    places = {json.loads(line)["seq"]: place for place, line in archive.scan()}
    found = [seq for (seq,) in run_sql(tmp_path / "archive").execute("SELECT seq FROM newest").fetchall()]
    assert len(places) > 250
    assert len(found) == len(wanted) == 40
    assert {places[seq] for seq in found} == set(wanted)


def test_the_views_stop_at_head_and_bear_a_quote_in_the_path(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "it's mine")
    archive.append([(EMPTY, None)], now=NOON)
    line = next(iter(archive.scan())).line
    path = tmp_path / "it's mine" / "articles" / "000001.jsonl"
    path.write_bytes(line + line.replace(b'"seq":1', b'"seq":2'))
    assert run_sql(tmp_path / "it's mine").execute("SELECT count(*) FROM articles").fetchone() == (1,)


def test_the_views_work_over_an_empty_archive_and_one_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    for name in ("empty", "br[1]*?"):
        archive, _ = Archive.create(tmp_path / name)
        assert run_sql(tmp_path / name).execute("SELECT count(*) FROM newest").fetchone() == (0,)
        archive.append([(EMPTY, None)], now=NOON)
        assert run_sql(tmp_path / name).execute("SELECT count(*) FROM newest").fetchone() == (1,)
