"""Where answers stand in an archive: a derived database that only finds, and may be deleted at any time.

It catches up with the archive by itself, and is made anew inside its own database when it is missing, damaged, of other
tables or of another archive. What it says counts only after the archive's line was read (`find` does that).

`rows` knows what of a line is held, `tables` the database, `asking` how a question becomes SQL, `comparing` whether all
of it fits the archive.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from newsarc.archive.chain import EMPTY, Head, Place, Stored
from newsarc.archive.scanning import read_lines
from newsarc.errors import ArchiveDamaged, IndexDamaged, IndexUnusable
from newsarc.index.asking import statement
from newsarc.index.tables import SCHEMA, connect, connect_read_only, make_tables, ours, remove
from newsarc.query import Query, select

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.index.rows import Row

_STEP = 5_000  # lines of a transaction that catches up
_LAST = "\U0010ffff"  # sorts behind every beginning


class Index:
    """The index of one archive, held open; one process at a time writes it, the others read what is committed.

    Every method raises `IndexDamaged` where its tables are not as written, `IndexUnusable` where it is busy or the
    system fails.
    """

    def __init__(
        self,
        root: str,
        uuid: str,
        *,
        tell: Callable[[str], None] = lambda _sentence: None,
        read_only: bool = False,
    ) -> None:
        """Open it, or make an empty one; with `read_only` nothing is made or mended.

        Raises:
            IndexUnusable: It can be neither opened nor made here.
            IndexDamaged: It is not as written, and may only be read.
        """
        self.path = os.path.join(root, "index", "newsarc.db")
        self._root = root
        self._uuid = uuid
        self._tell = tell
        self._connection = self._sound(connect_read_only) if read_only else self._opened()

    # Opening, making, closing.

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._sound(connect)
        except IndexDamaged:
            return self._made_anew()
        except IndexUnusable:
            if os.path.exists(self.path):
                with suppress(IndexDamaged):
                    return self._sound(connect_read_only)
            raise

    def _sound(self, opening: Callable[[str], sqlite3.Connection]) -> sqlite3.Connection:
        """Open the database if it is this archive's and of these tables."""
        with ours(self.path), _closed_on_error(opening(self.path)) as connection:
            found = connection.execute("SELECT schema, uuid FROM state").fetchall()
            if found != [(SCHEMA, self._uuid)]:
                raise IndexDamaged(self.path, "it is another archive's, or of other tables")
            return connection

    def _made_anew(self) -> sqlite3.Connection:
        """Make empty tables inside the database that is there; only where that fails, in a new file."""
        with suppress(IndexDamaged):
            return self._made()
        with ours(self.path):
            remove(self.path)
        return self._made()

    def _made(self) -> sqlite3.Connection:
        with ours(self.path), _closed_on_error(connect(self.path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            make_tables(connection, self._uuid, _terms())
            connection.execute("COMMIT")
            return connection

    def clear(self) -> None:
        """Forget everything: empty tables again."""
        self._connection.close()
        self._connection = self._made_anew()

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    # Keeping up with the archive.

    @property
    def seen(self) -> Head:
        """The end up to which it knows the archive."""
        with ours(self.path):
            segment, length, seq, chain, first = self._all("SELECT segment, length, seq, chain, first FROM state")[0]
            return Head(int(segment), int(length), int(seq), str(chain), int(first))

    def catch_up(self, archive: "Archive") -> None:
        """Read the lines it does not know yet; where others write, or nothing can be written, it stays behind.

        Raises:
            ArchiveDamaged: The archive ends before HEAD says.
        """
        seen = self.seen
        head = archive.head()
        if seen == head:
            return
        try:
            if not archive.holds(seen):
                self.clear()
                seen = EMPTY
            if head.seq - seen.seq > _STEP:
                self._tell(f"the index takes in {head.seq - seen.seq:,} articles; that happens once")
            self.add(archive.scan(seen), head)
        except IndexDamaged:
            raise
        except IndexUnusable:
            return

    def add(self, stored: Iterable[Stored], seen: Head) -> None:
        """Take the lines between `seen` and a new end, in transactions that each leave it true."""
        lines = iter(stored)
        while batch := list(islice(lines, _STEP)):
            self._add(batch, seen.first)

    def _add(self, batch: list[Stored], first: int) -> None:
        """Add lines and the end they reach; those that another process added meanwhile are passed over."""
        with ours(self.path), self._transaction():
            rows = list(map(_row, batch))
            self._check_words()
            [(known,)] = self._all("SELECT seq FROM state")
            rows = [row for row in rows if row.seq > known]
            if not rows:
                return
            if rows[0].seq != known + 1:
                raise IndexUnusable(self.path, "another process makes it anew")
            self._insert(rows)
            place, line = batch[-1]
            end = (place.segment, place.offset + place.length, rows[-1].seq, line[-67:-3].decode(), first)
            self._connection.execute("UPDATE state SET segment = ?, length = ?, seq = ?, chain = ?, first = ?", end)

    def _insert(self, rows: list["Row"]) -> None:
        """Insert lines: the newest of an id as an article, every other one as an older line of it."""
        execute = self._connection.executemany
        execute("INSERT INTO text(rowid, words) VALUES (?, ?)", ((row.seq, row.words) for row in rows))
        execute("INSERT INTO keyword VALUES (?, ?)", ((word, row.seq) for row in rows for word in row.keywords))
        counts = Counter(row.id for row in rows)
        names = list(counts)
        for start in range(0, len(names), 500):  # as many values as SQLite takes
            some = names[start : start + 500]
            marks = ", ".join("?" * len(some))
            counts.update(name for (name,) in self._all(f"SELECT id FROM article WHERE id IN ({marks})", some))  # noqa: S608
        self._insert_articles([row for row in rows if counts[row.id] == 1])
        repeated: dict[str, list[Row]] = {}
        for row in rows:
            if counts[row.id] > 1:
                repeated.setdefault(row.id, []).append(row)
        for name, several in repeated.items():
            self._settle(name, several)

    def _insert_articles(self, rows: Iterable["Row"]) -> None:
        marks = ", ".join("?" * 12)
        self._connection.executemany(f"INSERT INTO article VALUES ({marks})", (row[:12] for row in rows))  # noqa: S608

    def _settle(self, name: str, rows: list["Row"]) -> None:
        """Decide which line of an id is the newest, by reading all of them."""
        places = [*self.places(name), *(Place(row.segment, row.offset, row.length) for row in rows)]
        stored = [Stored(place, line) for place, line in zip(places, read_lines(self._root, places), strict=True)]
        [newest] = select(stored, Query())
        known = {Place(row.segment, row.offset, row.length): row for row in rows}
        self._connection.execute("DELETE FROM article WHERE id = ?", (name,))
        self._connection.execute("DELETE FROM older WHERE id = ?", (name,))
        every = [known.get(one.place) or _row(one) for one in stored]
        self._insert_articles(row for row, one in zip(every, stored, strict=True) if one.place == newest)
        self._connection.executemany(
            "INSERT INTO older VALUES (?, ?, ?, ?, ?)",
            ((row.seq, row.id, *one.place) for row, one in zip(every, stored, strict=True) if one.place != newest),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    # Asking.

    def places(self, name: str) -> list[Place]:
        """Return where the lines of an id lie, oldest first."""
        with ours(self.path):
            found = self._all("SELECT segment, offset, length FROM article WHERE id = ?", [name])
            if found:  # else there is no older line either
                found += self._all("SELECT segment, offset, length FROM older WHERE id = ?", [name])
            return sorted(Place(*map(int, row)) for row in found)

    def hits(self, query: Query) -> Iterator[tuple[int, int, int, int]]:
        """Yield segment, offset, length and number of the newest line of every id that fits, in the query's order.

        `limit` is not applied. Where words must be read (`Query.is_found_by_columns`), more is yielded than fits.
        """
        sql, values = statement(query, "segment, offset, length, seq")
        with ours(self.path):
            self._check_words(query)
            for row in self._connection.execute(sql, values):  # noqa: UP028 - it would close the cursor, too late
                yield row

    def count(self, query: Query) -> int:
        """Count what `hits` would yield."""
        sql, values = statement(query, "count(*)", is_counted=True)
        with ours(self.path):
            self._check_words(query)
            return int(self._all(sql, values)[0][0])

    def names(self, beginning: str, most: int = 1_000) -> list[str]:
        """Return ids that begin so, or whose part after the last colon does; at most so many."""
        sql = "SELECT id FROM article WHERE {0} >= ? AND {0} < ? LIMIT ?"
        values = (beginning, beginning + _LAST, most)
        with ours(self.path):
            found = [row for column in ("id", "tail") for row in self._all(sql.format(column), values)]
            return sorted({str(name) for (name,) in found})

    def compare(self, archive: "Archive") -> Iterator[str]:
        """Yield what does not fit the archive, of all lines it knows.

        Raises:
            ArchiveDamaged: The archive cannot be read.
        """
        from newsarc.index.comparing import compare

        seen = self.seen
        if not archive.holds(seen):
            yield f"it ends with line {seen.seq}, which the archive does not hold like that"
            return
        with ours(self.path):
            self._check_words()
            yield from compare(self._connection, archive, seen.seq)

    def _check_words(self, query: Query | None = None) -> None:
        """Refuse words that were made by the rules of another newsarc."""
        if (query is None or query.words) and self._all("SELECT terms FROM state") != [(_terms(),)]:
            raise IndexDamaged(self.path, "its words were made by other rules")

    def _all(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, tuple(values)).fetchall()


def _terms() -> str:
    """Name the rules by which words of a text are made; they are loaded only by who needs them."""
    from newsarc.terms import version

    return version()


def _row(stored: Stored) -> "Row":
    from newsarc.index.rows import row_of

    try:
        return row_of(stored)
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveDamaged(stored.place.where, "it is no record") from error


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Let go of a database that turns out to be none."""
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
