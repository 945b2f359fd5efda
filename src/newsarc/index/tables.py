"""The index's database: its tables, how it is opened, and which of its errors mean that it must be made anew."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from newsarc.archive.disk import LockHeldError, locked
from newsarc.errors import IndexDamaged, IndexUnusable
from newsarc.index.patience import notice_signals

SCHEMA = 4
"""Number of these tables; an index of any other number is made anew."""

TABLES = """
CREATE TABLE state(
    schema INTEGER, uuid TEXT, terms TEXT, segment INTEGER, length INTEGER, seq INTEGER, chain TEXT, first INTEGER,
    gathered INTEGER                        -- the last line whose marks lie in mark, those behind it in fresh_mark
);
CREATE TABLE article(                       -- the newest line of each id
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, tail TEXT NOT NULL,
    segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    published INTEGER, category TEXT, kind TEXT, status TEXT, format TEXT, credit TEXT NOT NULL,
    embargoed INTEGER,                      -- seconds since 1970, and beyond all of them without an end
    hidden INTEGER NOT NULL,                -- it may have to be kept back: withheld, canceled, embargoed, for editors
    highest INTEGER NOT NULL,               -- number of a version of its id, this one's or an older one's
    lines INTEGER NOT NULL                  -- of its id, this one and the older ones
);
CREATE UNIQUE INDEX article_by_id ON article(id);
CREATE INDEX article_by_tail ON article(tail);
CREATE INDEX article_by_time ON article(published, seq, hidden);
CREATE INDEX article_by_category ON article(category, published, seq, hidden);
CREATE INDEX article_hidden ON article(seq) WHERE hidden = 1;
CREATE TABLE older(                         -- every other line, only to be found by its id
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL,
    segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL
);
CREATE INDEX older_by_id ON older(id);
CREATE TABLE keyword(word TEXT, seq INTEGER, PRIMARY KEY(word, seq)) WITHOUT ROWID;
CREATE TABLE alternate(name TEXT, seq INTEGER, PRIMARY KEY(name, seq)) WITHOUT ROWID; -- other ids a line names
CREATE TABLE mark(number INTEGER, seq INTEGER, PRIMARY KEY(number, seq)) WITHOUT ROWID; -- what joins stories
CREATE TABLE fresh_mark(number INTEGER, seq INTEGER, PRIMARY KEY(number, seq)) WITHOUT ROWID; -- of the last lines
CREATE VIRTUAL TABLE text USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii');
"""
BEYOND = 1 << 62
"""A number that no time and no version reaches."""
_GATHERED = 8 << 20  # bytes of new words held before they are written
_NAMES = ("state", "article", "older", "keyword", "alternate", "mark", "fresh_mark", "text")

_PASSING = {  # what says nothing about the tables: another process, the disk, permissions
    getattr(sqlite3, name)
    for name in (
        "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CANTOPEN",
        "SQLITE_PERM", "SQLITE_NOMEM", "SQLITE_AUTH",
    )
}  # fmt: skip


@contextmanager
def ours(path: str) -> Iterator[None]:
    """Turn the database's errors into ours: damage, or an index that cannot be used now."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from error
        if code in _PASSING:
            raise IndexUnusable(path, str(error)) from error
        raise IndexDamaged(path, str(error)) from error
    except (OSError, LockHeldError) as error:
        raise IndexUnusable(path, str(error)) from error
    except (TypeError, ValueError, OverflowError) as error:  # a value of another kind than the column's
        raise IndexDamaged(path, str(error)) from error


def connect(path: str, wait: float) -> sqlite3.Connection:
    """Open the database to read and write, or make an empty one; waits so many seconds for others."""
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return _prepared(sqlite3.connect(path, isolation_level=None, timeout=wait), "page_size=8192", "journal_mode=WAL")


def connect_read_only(path: str, wait: float) -> sqlite3.Connection:
    """Open the database without writing to it, also where nothing can be written.

    There it must have no log beside it, which could not be read.
    """
    from urllib.parse import quote

    address = f"file:{quote(os.path.abspath(path))}?mode=ro"
    try:
        connection = _prepared(sqlite3.connect(address, uri=True, isolation_level=None, timeout=wait))
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        if os.path.exists(f"{path}-wal") and os.path.getsize(f"{path}-wal"):
            raise
        return _prepared(sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None, timeout=wait))
    return connection


def _prepared(connection: sqlite3.Connection, *settings: str) -> sqlite3.Connection:
    for setting in (*settings, "synchronous=NORMAL", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {setting}")
    notice_signals(connection)
    return connection


def make_tables(connection: sqlite3.Connection, uuid: str, terms: str) -> None:
    """Make all tables, empty, in place of what is there; in the transaction that is open."""
    for name in _NAMES:
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in filter(str.strip, TABLES.split(";")):
        connection.execute(statement)
    connection.execute("INSERT INTO text(text, rank) VALUES ('hashsize', ?)", (_GATHERED,))
    connection.execute("INSERT INTO state VALUES (?, ?, ?, 1, 0, 0, ?, 1, 0)", (SCHEMA, uuid, terms, "0" * 64))


def remove(path: str) -> None:
    """Delete a database that cannot even be opened: first its log, which must never be applied to another one."""
    with locked(f"{path}.lock", wait=1, holder=f"process {os.getpid()}"):
        for name in (f"{path}-wal", f"{path}-shm", path):
            with suppress(FileNotFoundError):
                os.remove(name)
