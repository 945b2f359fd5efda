"""The numbers by which stories are joined: written in two tables, asked for many at once.

They come in no order, so each would touch a page of its own in a large table. The last lines' numbers wait in a small
one, and go over together when they are a sixty-fourth of all.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from newsarc.archive.chain import Place
from newsarc.kinship import KIN, TITLES, named_by

if TYPE_CHECKING:
    from newsarc.index.rows import Row

MOST = 1_000
"""Lines that are returned for a number."""
_FEWEST_GATHERED = 4_096  # lines whose numbers wait
_SHARE_GATHERED = 64
_ONE = "(SELECT group_concat(seq) FROM (SELECT seq FROM {table} WHERE number = value ORDER BY seq LIMIT {most}))"
_FIND = f"""
    SELECT value, old, new FROM (
        SELECT value, {_ONE.format(table="mark", most=MOST)} AS old, {_ONE.format(table="fresh_mark", most=MOST)} AS new
        FROM json_each(?)
    ) WHERE old IS NOT NULL OR new IS NOT NULL
"""  # noqa: S608 - only our own words
_PLACES = """
    SELECT seq, segment, offset, length FROM article WHERE seq IN (SELECT value FROM json_each(?1)) UNION ALL
    SELECT seq, segment, offset, length FROM older WHERE seq IN (SELECT value FROM json_each(?1))
"""
# Lines of one id are one voice: those that are not the newest bear the id in its place.
_UNNAMED = """
    SELECT count(DISTINCT ifnull(older.id, CASE article.lines WHEN 1 THEN named.seq ELSE article.id END)),
        max(named.seq), named.number
    FROM (
        SELECT number, seq FROM mark WHERE number >= ?1 AND number < ?2 UNION ALL
        SELECT number, seq FROM fresh_mark WHERE number >= ?1 AND number < ?2
    ) AS named LEFT JOIN article ON article.seq = named.seq LEFT JOIN older ON older.seq = named.seq
    WHERE NOT EXISTS (SELECT 1 FROM mark WHERE number = named.number - ?3)
    AND NOT EXISTS (SELECT 1 FROM fresh_mark WHERE number = named.number - ?3)
    GROUP BY named.number ORDER BY 1 DESC, 2 DESC
"""
_KIN = """
    SELECT segment, offset, length FROM article WHERE seq IN (
        SELECT seq FROM mark WHERE number >= ?1 AND number < ?2 UNION ALL
        SELECT seq FROM fresh_mark WHERE number >= ?1 AND number < ?2
    ) ORDER BY published DESC, seq DESC
"""


def insert_marks(connection: sqlite3.Connection, rows: "list[Row]") -> None:
    """Add the numbers of lines; in the transaction that is open."""
    numbers = sorted((mark, row.seq) for row in rows for mark in row.marks)
    connection.executemany("INSERT INTO fresh_mark VALUES (?, ?)", numbers)
    [(gathered,)] = connection.execute("SELECT gathered FROM state").fetchall()
    last = rows[-1].seq
    if last - gathered > max(_FEWEST_GATHERED, last // _SHARE_GATHERED):
        connection.execute("INSERT INTO mark SELECT number, seq FROM fresh_mark ORDER BY number, seq")
        connection.execute("DELETE FROM fresh_mark")
        connection.execute("UPDATE state SET gathered = ?", (last,))


def marked(connection: sqlite3.Connection, marks: Iterable[int]) -> dict[int, list[Place]]:
    """Return where the lines lie that bear each number, in the order of the lines."""
    numbers = json.dumps(sorted(marks))
    found = {
        int(number): [int(seq) for seqs in (old, new) if seqs for seq in str(seqs).split(",")]
        for number, old, new in connection.execute(_FIND, (numbers,))
    }
    places = dict(_places(connection, {seq for seqs in found.values() for seq in seqs}))
    return {number: [places[seq] for seq in seqs if seq in places] for number, seqs in found.items()}


def _places(connection: sqlite3.Connection, seqs: Iterable[int]) -> Iterator[tuple[int, Place]]:
    for seq, segment, offset, length in connection.execute(_PLACES, (json.dumps(sorted(seqs)),)):
        yield seq, Place(int(segment), int(offset), int(length))


def unnamed(connection: sqlite3.Connection) -> Iterator[tuple[int, int, Place]]:
    """Yield each number of links whose story is not found by it, how many stories bear it, and the last line of them.

    Most often named first.
    """
    apart = TITLES[0] - named_by(TITLES[0])
    for count, seq, number in connection.execute(_UNNAMED, (*TITLES, apart)):
        for _, place in _places(connection, [seq]):
            yield int(number), int(count), place


def kin(connection: sqlite3.Connection) -> Iterator[Place]:
    """Yield where the newest lines lie that may be copies of other stories or carry them on, newest first."""
    for segment, offset, length in connection.execute(_KIN, KIN):
        yield Place(int(segment), int(offset), int(length))
