"""How words that a person began may go on: ids, keywords and credits of what is archived, for who completes them.

Read from the index as it stands, which is neither made, mended nor brought up to date; a few steps down its trees,
however large it is. What may have to be kept back gives neither keyword nor credit.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from os.path import join
from typing import Any

from newsarc.archive.chain import Place
from newsarc.index.tables import SCHEMA, connect_read_only, ours

_LAST = "\U0010ffff"
_NEWEST = 1_000  # lines whose credits are offered
_COLUMNS = "id, tail, segment, offset, length"
_WAIT = 0.05  # seconds for who writes it


@contextmanager
def offered(root: str) -> Iterator[sqlite3.Connection]:
    """Open the index of an archive, only to read.

    Raises:
        IndexUnusable, IndexDamaged: It is not there, busy, of other tables, or not as written.
    """
    path = join(root, "index", "newsarc.db")
    with ours(path), closing(connect_read_only(path, _WAIT)) as connection:
        if connection.execute("SELECT schema FROM state").fetchall() != [(SCHEMA,)]:
            raise ValueError("of other tables")
        yield connection


def ids(index: sqlite3.Connection, beginning: str, most: int) -> list[tuple[str, Place]]:
    """Return ids that begin so, or else such parts behind the last colon, with where their newest lines lie.

    Without a beginning the newest ones. Where more than `most` fit, one for each way in which they go on, so that what
    the answers have in common is what all have in common.
    """
    if not beginning:
        sql = f"SELECT {_COLUMNS} FROM article WHERE hidden = 0 ORDER BY published DESC, seq DESC LIMIT ?"  # noqa: S608
        rows = index.execute(sql, (most,))
        return [(row[0], Place(*row[2:])) for row in rows]
    for number, column in enumerate(("id", "tail")):
        if found := _beginning(index, column, beginning, most):
            return [(row[number], Place(*row[2:])) for row in found]
    return []


def _beginning(index: sqlite3.Connection, column: str, beginning: str, most: int) -> list[tuple[Any, ...]]:
    """Return rows whose column begins so: all, or one for each way they go on."""
    at = ("id", "tail").index(column)
    sql = f"SELECT {_COLUMNS} FROM article WHERE {column} >= ? AND {column} < ? ORDER BY {column}"  # noqa: S608
    found = index.execute(f"{sql} LIMIT ?", (beginning, beginning + _LAST, most + 1)).fetchall()
    if len(found) <= most:
        return found
    [last] = index.execute(f"{sql} DESC LIMIT 1", (beginning, beginning + _LAST))
    common = _common(found[0][at], last[at])
    ways, following = list[tuple[Any, ...]](), common
    while len(ways) < most:
        row = index.execute(f"{sql} LIMIT 1", (following, common + _LAST)).fetchone()
        if row is None:
            break
        ways.append(row)
        following = row[at][: len(common) + 1] + _LAST
    return ways if last in ways or len(ways) < most else [*ways[:-1], last]


def _common(one: str, other: str) -> str:
    """Return how both begin."""
    length = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[:length]


def keywords(index: sqlite3.Connection, beginning: str, most: int) -> list[str]:
    """Return keywords that begin so, as the index has them: folded."""
    found: list[str] = []
    sql = (
        "SELECT word FROM keyword CROSS JOIN article USING (seq) WHERE hidden = 0 AND word {} ? AND word < ?"
        " ORDER BY word LIMIT 1"
    )
    while len(found) < most:
        comparison, start = (">", found[-1]) if found else (">=", beginning)
        row = index.execute(sql.format(comparison), (start, beginning + _LAST)).fetchone()
        if row is None:
            break
        found.append(row[0])
    return found


def credits_of(index: sqlite3.Connection, beginning: str) -> list[str]:
    """Return credits of the newest lines that begin so, as the index has them: folded."""
    newest = f"SELECT credit, hidden FROM article ORDER BY published DESC LIMIT {_NEWEST}"  # noqa: S608
    sql = f"SELECT DISTINCT credit FROM ({newest}) WHERE hidden = 0 AND credit <> '' ORDER BY credit"  # noqa: S608
    return [credit for (credit,) in index.execute(sql) if credit.startswith(beginning)]
