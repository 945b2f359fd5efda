"""The record's columns, typed, in the words of other tools: JSON Schema, DuckDB, pyarrow, Polars.

All are made from the model of `article`, so they cannot fall behind it. Reading with declared types does not depend on
which fields the first lines happen to fill.
"""

import json
import re
from collections.abc import Callable
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from newsarc.article import Article
from newsarc.query import SAME_MOMENT


class _Dialect(NamedTuple):
    """How a tool says a plain type, a list and an object, in words or by itself."""

    plain: dict[Any, Any]
    many: Callable[[Any], Any]
    part: Callable[[list[tuple[str, Any]]], Any]


def _named(form: str, around: str) -> Callable[[list[tuple[str, Any]]], str]:
    """Write the fields of an object."""
    return lambda fields: around.format(", ".join(form.format(name, word) for name, word in fields))


_ARROW = '("{}", {})'
_POLAR = '"{}": {}'
_DUCKDB = _Dialect(
    {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", AwareDatetime: "TIMESTAMPTZ"},
    "{}[]".format, _named('"{}" {}', "STRUCT({})"),
)  # fmt: skip
_PYARROW = _Dialect(
    {str: "pa.string()", int: "pa.int64()", float: "pa.float64()", bool: "pa.bool_()",
     AwareDatetime: 'pa.timestamp("s", tz="Europe/Berlin")'},
    "pa.list_({})".format, _named(_ARROW, "pa.struct([{}])"),
)  # fmt: skip
_POLARS = _Dialect(
    {str: "pl.String", int: "pl.Int64", float: "pl.Float64", bool: "pl.Boolean",
     AwareDatetime: 'pl.Datetime("us", "Europe/Berlin")'},
    "pl.List({})".format, _named(_POLAR, "pl.Struct({{{}}})"),
)  # fmt: skip

_DUCKDB_FORM = """\
-- newsarc/1 for DuckDB: two views over an archive's own files.
-- articles: every version and revision; newest: one row an id. Whole lines behind HEAD, and segments that a repair or
-- an erasing replaces, are left out; half a line, which only a killed run leaves until the next newsarc ingest, is
-- refused by DuckDB.
CREATE OR REPLACE VIEW articles AS
SELECT lines.* EXCLUDE (filename) FROM read_json({articles}, format = 'newline_delimited', filename = true,
  maximum_object_size = 268435456, columns = {{
  {columns}
}}) AS lines, read_json({head}, format = 'newline_delimited',
  columns = {{"segment": 'BIGINT', "seq": 'BIGINT', "first": 'BIGINT'}}) AS head
WHERE lines.seq <= head.seq
  AND CAST(lines.filename[-12:-7] AS BIGINT) BETWEEN coalesce(head."first", 1) AND head.segment;

CREATE OR REPLACE VIEW newest AS
WITH versions AS (
  SELECT *, min(seq) OVER (PARTITION BY id, version_by, version) AS arrival,
    row_number() OVER (PARTITION BY id, version_by, version
      ORDER BY status = 'canceled' DESC, revision DESC, seq DESC) AS reading,
    coalesce(updated, published) AS time
  FROM articles
), counted AS (
  SELECT *, max(CASE WHEN version_by = 'archive' AND status = 'canceled' THEN coalesce(time, 'infinity') END)
    OVER (PARTITION BY id) AS canceled_at
  FROM versions WHERE reading = 1
)
SELECT * EXCLUDE (arrival, reading, time, canceled_at) FROM counted
WHERE NOT (version_by = 'provider' AND status != 'canceled' AND canceled_at IS NOT NULL
  AND coalesce(time, '-infinity') <= canceled_at + INTERVAL {same_moment} SECONDS)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY
  version_by = 'provider' DESC,
  CASE WHEN version_by = 'provider' THEN version END DESC NULLS LAST,
  CASE WHEN status = 'canceled' THEN coalesce(time, 'infinity') ELSE time END DESC NULLS LAST,
  status = 'canceled' DESC,
  captured_after DESC NULLS LAST,
  arrival DESC) = 1;
"""

_PYARROW_FORM = """\
# newsarc/1 for pyarrow; read an archive's segments, or what `newsarc list` prints:
#   options = pyarrow.json.ParseOptions(explicit_schema=SCHEMA, unexpected_field_behavior="ignore")
#   table = pyarrow.json.read_json("articles.jsonl", parse_options=options)
import pyarrow as pa

SCHEMA = pa.schema([
    {columns},
])
"""

_POLARS_FORM = """\
# newsarc/1 for Polars; read an archive's segments, or what `newsarc list` prints:
#   frame = polars.read_ndjson("articles.jsonl", schema=SCHEMA)
import polars as pl

SCHEMA = {{
    {columns},
}}
"""


def duckdb(archive: str) -> str:
    """Write SQL that makes the views `articles` and `newest` over the archive at a place."""
    columns = ",\n  ".join(f"\"{name}\": '{_word(kind, _DUCKDB)}'" for name, kind in _columns(framed=True))
    folder = _quoted(archive)
    articles, head = f"'{folder}/articles/*.jsonl'", f"'{folder}/HEAD'"
    return _DUCKDB_FORM.format(articles=articles, head=head, columns=columns, same_moment=SAME_MOMENT)


def _quoted(path: str) -> str:
    """Write a path so that neither SQL nor DuckDB's patterns see more in it than a path."""
    return re.sub(r"([*?\[])", r"[\1]", path).replace("'", "''")


def pyarrow(_archive: str) -> str:
    """Write Python that declares a pyarrow schema."""
    columns = ",\n    ".join(_ARROW.format(name, _word(kind, _PYARROW)) for name, kind in _columns())
    return _PYARROW_FORM.format(columns=columns)


def arrow() -> Any:
    """Return the schema that `pyarrow` writes, as pyarrow has it."""
    import pyarrow as pa

    moment = pa.timestamp("s", tz="Europe/Berlin")
    plain = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), AwareDatetime: moment}
    dialect = _Dialect(plain, pa.list_, pa.struct)
    return pa.schema([(name, _word(kind, dialect)) for name, kind in _columns()])


def polars(_archive: str) -> str:
    """Write Python that declares a Polars schema."""
    columns = ",\n    ".join(_POLAR.format(name, _word(kind, _POLARS)) for name, kind in _columns())
    return _POLARS_FORM.format(columns=columns)


def json_schema(_archive: str) -> str:
    """Write the JSON Schema of a record as `newsarc list` prints it."""
    schema = Article.model_json_schema(mode="serialization", by_alias=True)
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"


FORMS = {"json": json_schema, "duckdb": duckdb, "pyarrow": pyarrow, "polars": polars}


def _columns(*, framed: bool = False) -> list[tuple[str, Any]]:
    """List the keys of a record with the types of the model; `framed` adds what the archive writes last."""
    columns = [(field.alias or name, field.annotation) for name, field in Article.model_fields.items()]
    return [*columns, ("seq", int), ("chain", str)] if framed else columns


def _word(kind: Any, dialect: _Dialect) -> Any:
    """Say one type of the model in a tool's words."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _word(parts[0], dialect)
    if origin is Literal:
        return dialect.plain[type(parts[0])]
    if origin is tuple:
        return dialect.many(_word(parts[0], dialect))
    if origin is not None:
        return _word(next(part for part in parts if part is not NoneType), dialect)
    if issubclass(kind, BaseModel):
        fields = kind.model_fields.items()
        return dialect.part([(name, _word(field.annotation, dialect)) for name, field in fields])
    return dialect.plain[kind]
