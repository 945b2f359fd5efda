"""Whether all of the index fits the archive: every row against its line, and a sample of words and marks.

SQLite's own checks do not find rot: most flipped bits leave a database that is well formed and wrong.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from newsarc.archive.chain import Place, Stored
from newsarc.archive.scanning import read_lines
from newsarc.index.rows import Row, number_of, row_of
from newsarc.query import Query, select

if TYPE_CHECKING:
    from newsarc.archive import Archive

SAMPLE = 97  # of so many lines the words of one are looked up,
_MOST_SAMPLED = 64  # but not of more lines than that: each costs what a question of fifty words costs
_COLUMNS = (
    "seq, id, tail, segment, offset, length, published, category, kind, status, format, credit, embargoed, hidden"
)
_ROWS = f"""
SELECT {_COLUMNS}, 1, highest, lines FROM article UNION ALL
SELECT seq, id, NULL, segment, offset, length, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0 FROM older
ORDER BY seq
"""  # noqa: S608 - only our own words
_WORDS = "SELECT seq, word FROM keyword ORDER BY seq", "SELECT seq, name FROM alternate ORDER BY seq"


def compare(connection: sqlite3.Connection, archive: "Archive", last: int) -> Iterator[str]:
    """Yield what does not fit, line by line, up to the last line the index knows; holds one line in memory.

    Raises:
        sqlite3.Error: The database cannot be read.
        ArchiveDamaged: The archive cannot.
    """
    step = max(SAMPLE, last // _MOST_SAMPLED)
    rows = connection.execute(_ROWS)
    keywords, alternates = map(_Held, map(connection.execute, _WORDS))
    held = next(rows, None)
    for stored in archive.scan():
        row = row_of(stored, has_words=False)
        if row.seq > last:
            break
        while held is not None and held[0] < row.seq:
            yield f"line {held[0]} is held, but not where it should be"
            held = next(rows, None)
        if held is None or held[0] != row.seq:
            yield f"line {row.seq} ({row.id}) is not held"
            continue
        yield from _differences(row, held)
        if keywords.of(row.seq) != set(row.keywords):
            yield f"line {row.seq} ({row.id}): its keywords are not the ones held"
        if alternates.of(row.seq) != set(row.alternates):
            yield f"line {row.seq} ({row.id}): its other ids are not the ones held"
        if row.seq % step == 0 or row.seq == last:
            full = row_of(stored)
            yield from _missing_words(connection, full)
            if not all(map(_held_mark(connection, full.seq), full.marks)):
                yield f"line {full.seq} ({full.id}) is not found by all that joins it to other stories"
        held = next(rows, None)
    if held is not None:
        yield f"line {held[0]} is held, but the archive has no such line"
    yield from _wrong_newest(connection, archive)


class _Held:
    """What a table holds of each line, asked for line by line; of what belongs to no line nothing is said."""

    def __init__(self, rows: Iterator[tuple[int, str]]) -> None:
        self._rows = groupby(rows, key=itemgetter(0))
        self._next = next(self._rows, None)

    def of(self, seq: int) -> set[str]:
        """Return what is held of a line."""
        words: set[str] = set()
        while self._next is not None and self._next[0] <= seq:
            words = {word for _, word in self._next[1]} if self._next[0] == seq else words
            self._next = next(self._rows, None)
        return words


def _differences(row: Row, held: tuple[Any, ...]) -> Iterator[str]:
    """Compare the columns of a line; of an older one only where it lies is held."""
    is_newest, highest, lines = held[14:]
    names = _COLUMNS.split(", ")
    wrong = [
        name
        for name, mine, theirs in zip(names, row, held, strict=False)
        if mine != theirs and (is_newest or name in ("seq", "id", "segment", "offset", "length"))
    ]
    wrong += ["highest"] * (lines == 1 and highest != row.version)  # of several lines, see below
    if wrong:
        yield f"line {row.seq} ({row.id}): other values are held for {', '.join(wrong)}"


def _held_mark(connection: sqlite3.Connection, seq: int) -> Callable[[int], bool]:
    """Make a function that looks up one number of a line."""
    tables = ("mark", "fresh_mark")
    find = " UNION ALL ".join(f"SELECT 1 FROM {table} WHERE number = ?1 AND seq = ?2" for table in tables)  # noqa: S608
    return lambda number: connection.execute(find, (number, seq)).fetchone() is not None


def _missing_words(connection: sqlite3.Connection, row: Row) -> Iterator[str]:
    """Look up all words of a line."""
    words = row.words.split()
    for start in range(0, len(words), 50):
        match = " AND ".join(f'"{word}"' for word in words[start : start + 50])
        found = connection.execute("SELECT 1 FROM text WHERE text MATCH ? AND rowid = ?", (match, row.seq)).fetchone()
        if not found:
            yield f"line {row.seq} ({row.id}) is not found by all of its words"
            return


def _wrong_newest(connection: sqlite3.Connection, archive: "Archive") -> Iterator[str]:
    """Decide anew, for each id that has several lines, which one is the newest."""
    places = """
        SELECT id, segment, offset, length, 0, 0 FROM older UNION ALL
        SELECT id, segment, offset, length, lines, highest FROM article WHERE lines != 1 OR id IN (SELECT id FROM older)
        ORDER BY 1, 2, 3
    """
    for name, group in groupby(connection.execute(places), key=itemgetter(0)):
        several = [(Place(*row[1:4]), *row[4:]) for row in group]
        if sum(lines for _, lines, _ in several) != len(several):
            yield f"{name}: another number of lines is held than there are"
        lines = read_lines(archive.root, [place for place, *_ in several])
        newest = select([Stored(place, line) for (place, *_), line in zip(several, lines, strict=True)], Query())
        if [place for place, is_newest, _ in several if is_newest] != newest:
            yield f"{name}: another line than its newest is held as the newest"
        if max(highest for *_, highest in several) != max(number_of(json.loads(line)) for line in lines):
            yield f"{name}: another number than its highest is held as the highest"
