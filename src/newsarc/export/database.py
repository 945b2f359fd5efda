"""Stories as a database of SQLite, as Datasette shows it: articles, and tables of what one has several of.

With foreign keys between them, indexes for what is asked most, and full text.
Times are ISO 8601 in German time, as in the record; true and false are 1 and 0.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from newsarc.export.leaving import About, Record, leaving

if TYPE_CHECKING:
    from sqlite3 import Connection

_TEXT, _NUMBER, _SHARE = "TEXT", "INTEGER", "REAL"
_MUST = "TEXT NOT NULL"
_ARTICLES = {
    "id": "TEXT NOT NULL UNIQUE", "version": "INTEGER NOT NULL", "version_by": _MUST, "revision": "INTEGER NOT NULL",
    "status": _MUST, "kind": _MUST, "headline": _TEXT, "kicker": _TEXT, "subhead": _TEXT, "lead": _TEXT,
    "byline": _TEXT, "dateline": _TEXT, "body": _MUST, "category": _TEXT, "category_by": _TEXT, "category_text": _TEXT,
    "category_confidence": _SHARE, "genre": _TEXT, "urgency": _NUMBER, "language": _TEXT, "credit": _TEXT,
    "rights": _TEXT, "published": _TEXT, "published_text": _TEXT, "published_precision": _TEXT, "updated": _TEXT,
    "updated_text": _TEXT, "embargoed": _TEXT, "embargoed_text": _TEXT,
    "embargo_open": "INTEGER NOT NULL CHECK (embargo_open IN (0, 1))", "same_as": _TEXT, "update_of": _TEXT,
    "captured_after": _TEXT, "archived": _TEXT,
}  # fmt: skip
_ORIGIN = {
    "name": _TEXT, "format": _TEXT, "encoding": _TEXT, "sha256": _TEXT, "offset": _NUMBER, "length": _NUMBER,
    "reader": _TEXT,
}  # fmt: skip
_WORDS = {
    "keywords": "keyword", "subjects": "code", "signals": "signal", "services": "service", "places": "place",
    "alternate_ids": "id", "warnings": "code",
}  # fmt: skip
"""Lists of words: the table has the name of the key, and this is its column."""
_PARTS: dict[str, tuple[str, dict[str, str]]] = {
    "body": ("blocks", {"kind": _MUST, "text": _MUST}),
    "category_candidates": ("category_candidates", {"category": _MUST, "confidence": "REAL NOT NULL"}),
    "related": ("related", {
        "title": _TEXT, "title_confidence": _TEXT, "teaser": _TEXT, "text": _MUST, "category": _TEXT,
        "category_text": _TEXT, "published": _TEXT, "published_text": _TEXT, "url": _TEXT,
    }),
    "media": ("media", {"kind": _MUST, "caption": _TEXT, "credit": _TEXT, "url": _TEXT}),
}  # fmt: skip
"""Lists of objects: their table and its columns."""
_SEARCHED = "kicker, headline, subhead, lead, body"
_INDEXES = {
    "articles": ("published", "category, published", "credit"), "keywords": ("keyword",), "subjects": ("code",),
    "media": ("kind",), "related": ("title",),
}  # fmt: skip
_AT_ONCE = 100  # stories
_MOST = 4 << 20  # bytes of them
_SETTINGS = (
    "PRAGMA page_size = 8192", "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -32768"
)  # fmt: skip


def write(records: Iterable[bytes], path: str, _about: About) -> None:
    """Write the database; a run that ends early leaves a file that is none, where nobody looks for one.

    Raises:
        OSError: SQLite cannot write it.
    """
    import sqlite3

    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as made:
            for setting in _SETTINGS:
                made.execute(setting)
            made.execute("BEGIN")
            for statement in _tables():
                made.execute(statement)
            _fill(made, records)
            for statement in _finishing():
                made.execute(statement)
            made.execute("COMMIT")
            made.execute("ANALYZE")
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def _tables() -> Iterator[str]:
    """Say the tables."""
    columns = {**_ARTICLES, **{f"origin_{name}": kind for name, kind in _ORIGIN.items()}}
    yield f"CREATE TABLE articles (number INTEGER PRIMARY KEY, {_declared(columns)})"
    for table, column in _WORDS.items():
        yield _part_of_article(table, {column: _MUST})
    for table, kinds in _PARTS.values():
        yield _part_of_article(table, kinds)


def _part_of_article(table: str, columns: dict[str, str]) -> str:
    return (
        f"CREATE TABLE {table} (article INTEGER NOT NULL REFERENCES articles(number), position INTEGER NOT NULL, "
        f"{_declared(columns)}, PRIMARY KEY (article, position)) WITHOUT ROWID"
    )


def _declared(columns: dict[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in columns.items())


def _finishing() -> Iterator[str]:
    """Say what is made when all rows are there: it is sooner than row by row."""
    for table, indexes in _INDEXES.items():
        for columns in indexes:
            yield f"CREATE INDEX {table}_{columns.replace(', ', '_')} ON {table} ({columns})"
    tokenizer = "unicode61 remove_diacritics 2"
    yield (
        f"CREATE VIRTUAL TABLE articles_fts USING fts5({_SEARCHED}, content='articles', content_rowid='number', "
        f"tokenize='{tokenizer}')"
    )
    yield "INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')"


def _fill(made: "Connection", records: Iterable[bytes]) -> None:
    """Insert the rows of some records at once."""
    number = 0
    for some in _some(records):
        numbered = list(enumerate(map(leaving, some), number + 1))
        number += len(some)
        _insert(made, "articles", [_article(at, record) for at, record in numbered])
        for key in _WORDS:
            _insert(made, key, [(at, place, word) for at, one in numbered for place, word in enumerate(one[key], 1)])
        for key, (table, columns) in _PARTS.items():
            rows = [
                (at, place, *map(part.get, columns))
                for at, record in numbered
                for place, part in enumerate(record[key], 1)
            ]
            _insert(made, table, rows)


def _some(records: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield records in lists, which few long ones fill, too."""
    some: list[bytes] = []
    size = 0
    for record in records:
        some.append(record)
        size += len(record)
        if len(some) == _AT_ONCE or size > _MOST:
            yield some
            some, size = [], 0
    if some:
        yield some


def _insert(made: "Connection", table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        made.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - names of this page


def _article(number: int, record: Record) -> tuple[Any, ...]:
    """Make the row of an article; its text is one, its blocks stand in a table of their own."""
    row = {**record, "body": "\n\n".join(block["text"] for block in record["body"])}
    origin = record["origin"] or {}
    return number, *(row[name] for name in _ARTICLES), *(origin.get(name) for name in _ORIGIN)
