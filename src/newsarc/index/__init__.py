"""Where answers stand in an archive: a derived database that only finds, and may be deleted at any time.

It catches up with the archive by itself, and is made anew inside its own database when it is missing, damaged, of other
tables or of another archive. What it says counts only after the archive's line was read (`find` does that).

`rows` knows what of a line is held, `tables` the database, `asking` how a question becomes SQL, `patience` how long it
may take, `counting` how many there are, `comparing` whether all of it fits the archive.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from newsarc.archive.chain import EMPTY, Head, Place, Stored
from newsarc.archive.scanning import read_lines
from newsarc.errors import ArchiveDamaged, IndexDamaged, IndexUnusable
from newsarc.index.asking import are_text, behind, statement, without_time
from newsarc.index.marks import insert_marks, kin, marked, unnamed
from newsarc.index.patience import patient_rows
from newsarc.index.tables import BEYOND, SCHEMA, connect, connect_read_only, make_tables, ours, remove
from newsarc.query import Query, select

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.index.counting import Tally
    from newsarc.index.rows import Row

_STEP = 5_000  # lines of a transaction that catches up
_READERS_WAIT = 0.1  # seconds for another process that writes it; a reader has other ways
_WRITERS_WAIT = 5.0


NO_TIME = -9e18
"""Stands for the time of a line without one, before all times."""
Hit: TypeAlias = tuple[int, int, int, int, float]
"""Segment, offset, length and number of a line, and its time in seconds since 1970, or NO_TIME."""


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
        is_written: bool = False,
        folder: str | None = None,
    ) -> None:
        """Open it, or make an empty one; with `read_only` nothing is made or mended.

        Who writes it with every batch says `is_written`, and waits longer for others. It lies in the archive, unless
        another `folder` is named.

        Raises:
            IndexUnusable: It can be neither opened nor made here.
            IndexDamaged: It is not as written, and may only be read.
        """
        self.path = os.path.join(folder or os.path.join(root, "index"), "newsarc.db")
        self._root = root
        self._uuid = uuid
        self._tell = tell
        self._wait = _WRITERS_WAIT if is_written else _READERS_WAIT
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

    def _sound(self, opening: Callable[[str, float], sqlite3.Connection]) -> sqlite3.Connection:
        """Open the database if it is this archive's and of these tables."""
        with ours(self.path), _closed_on_error(opening(self.path, self._wait)) as connection:
            if not self._is_sound(connection):
                raise IndexDamaged(self.path, "it is another archive's, or of other tables")
            return connection

    def _is_sound(self, connection: sqlite3.Connection) -> bool:
        return connection.execute("SELECT schema, uuid FROM state").fetchall() == [(SCHEMA, self._uuid)]

    def _made_anew(self, *, is_forced: bool = False) -> sqlite3.Connection:
        """Make empty tables inside the database that is there; only where that fails, in a new file."""
        with suppress(IndexDamaged):
            return self._made(is_forced=is_forced)
        with ours(self.path):
            remove(self.path)
        return self._made(is_forced=is_forced)

    def _made(self, *, is_forced: bool) -> sqlite3.Connection:
        """Make empty tables, unless another process was quicker."""
        with ours(self.path), _closed_on_error(connect(self.path, self._wait)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            is_there = False
            if not is_forced:
                with suppress(sqlite3.Error):
                    is_there = self._is_sound(connection)
            if not is_there:
                make_tables(connection, self._uuid, _terms())
            connection.execute("COMMIT")
            return connection

    @classmethod
    def aside(cls, archive: "Archive") -> "Index":
        """Make an empty index in a folder of its own, where the archive's own cannot be used; it goes with the process.

        Raises:
            IndexUnusable: It can be made nowhere.
        """
        from shutil import rmtree
        from tempfile import mkdtemp
        from weakref import finalize

        folder = mkdtemp(prefix="newsarc-")
        made = cls(archive.root, archive.uuid, is_written=True, folder=folder)
        finalize(made, rmtree, folder, ignore_errors=True)
        return made

    def clear(self) -> None:
        """Forget everything: empty tables again."""
        self._connection.close()
        self._connection = self._made_anew(is_forced=True)

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
        while (last := next(lines, None)) is not None:
            rows = [_row(last)]
            for last in islice(lines, _STEP - 1):  # only the rows are held
                rows.append(_row(last))
            self._add(rows, last, seen.first)

    def _add(self, rows: list["Row"], last: Stored, first: int) -> None:
        """Add lines and the end they reach; those that another process added meanwhile are passed over."""
        with ours(self.path), self._transaction():
            self._check_words()
            [(known,)] = self._all("SELECT seq FROM state")
            rows = [row for row in rows if row.seq > known]
            if not rows:
                return
            if rows[0].seq != known + 1:
                raise IndexUnusable(self.path, "another process makes it anew")
            self._insert(rows)
            place, line = last
            end = (place.segment, place.offset + place.length, rows[-1].seq, line[-67:-3].decode(), first)
            self._connection.execute("UPDATE state SET segment = ?, length = ?, seq = ?, chain = ?, first = ?", end)

    def _insert(self, rows: list["Row"]) -> None:
        """Insert lines: the newest of an id as an article, every other one as an older line of it."""
        execute = self._connection.executemany
        execute("INSERT INTO text(rowid, words) VALUES (?, ?)", ((row.seq, row.words) for row in rows))
        execute("INSERT INTO keyword VALUES (?, ?)", ((word, row.seq) for row in rows for word in row.keywords))
        execute("INSERT INTO alternate VALUES (?, ?)", ((name, row.seq) for row in rows for name in row.alternates))
        insert_marks(self._connection, rows)
        counts = Counter(row.id for row in rows)
        names = list(counts)
        for start in range(0, len(names), 500):  # as many values as SQLite takes
            some = names[start : start + 500]
            marks = ", ".join("?" * len(some))
            counts.update(name for (name,) in self._all(f"SELECT id FROM article WHERE id IN ({marks})", some))  # noqa: S608
        self._insert_articles((*row[:14], row.version, 1) for row in rows if counts[row.id] == 1)
        repeated: dict[str, list[Row]] = {}
        for row in rows:
            if counts[row.id] > 1:
                repeated.setdefault(row.id, []).append(row)
        for name, several in repeated.items():
            if not self._weigh(name, several):
                self._settle(name, several)

    def _insert_articles(self, values: Iterable[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * 16)
        self._connection.executemany(f"INSERT INTO article VALUES ({marks})", values)  # noqa: S608

    def _insert_older(self, rows: Iterable["Row"]) -> None:
        values = ((row.seq, row.id, row.segment, row.offset, row.length) for row in rows)
        self._connection.executemany("INSERT INTO older VALUES (?, ?, ?, ?, ?)", values)

    def _weigh(self, name: str, rows: list["Row"]) -> bool:
        """Decide which line of an id is the newest by reading that one and the new ones, if that is enough; tells so.

        It is where each new line bears a higher number than all before it: a version of its own, that changes the rank
        of no other one, as a cancel may.
        """
        known = self._all("SELECT segment, offset, length, highest, lines FROM article WHERE id = ?", [name])
        numbers = [highest for *_, highest, _ in known] + [row.version for row in rows]
        if not known or BEYOND in numbers or any(later <= before for before, later in pairwise(numbers)):
            return False
        before, lines = Place(*known[0][:3]), known[0][4] + len(rows)
        by_place = {Place(row.segment, row.offset, row.length): row for row in rows}
        places = [before, *by_place]
        stored = [Stored(place, line) for place, line in zip(places, read_lines(self._root, places), strict=True)]
        [newest] = select(stored, Query())
        if newest == before:
            update = "UPDATE article SET highest = ?, lines = ? WHERE id = ?"
            self._connection.execute(update, (numbers[-1], lines, name))
        else:
            columns = "seq, id, segment, offset, length"
            self._connection.execute(f"INSERT INTO older SELECT {columns} FROM article WHERE id = ?", [name])  # noqa: S608
            self._connection.execute("DELETE FROM article WHERE id = ?", [name])
            self._insert_articles([(*by_place[newest][:14], numbers[-1], lines)])
        self._insert_older(row for place, row in by_place.items() if place != newest)
        return True

    def _settle(self, name: str, rows: list["Row"]) -> None:
        """Decide which line of an id is the newest by reading all of them."""
        places = [*self.places(name), *(Place(row.segment, row.offset, row.length) for row in rows)]
        stored = [Stored(place, line) for place, line in zip(places, read_lines(self._root, places), strict=True)]
        [newest] = select(stored, Query())
        known = {Place(row.segment, row.offset, row.length): row for row in rows}
        self._connection.execute("DELETE FROM article WHERE id = ?", (name,))
        self._connection.execute("DELETE FROM older WHERE id = ?", (name,))
        every = {one.place: known.get(one.place) or _row(one, has_words=False) for one in stored}
        highest = max(row.version for row in every.values())
        self._insert_articles([(*every[newest][:14], highest, len(every))])
        self._insert_older(row for place, row in every.items() if place != newest)

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

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all questions see one state, whatever others write meanwhile."""
        with ours(self.path):
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def is_whole(self) -> bool:
        """Tell whether it holds as many lines as it says, which takes a moment in a large archive."""
        counted = "(SELECT count(*) FROM article INDEXED BY article_by_id) + (SELECT count(*) FROM older)"
        with ours(self.path):
            return self._all(f"SELECT {counted} = seq FROM state") == [(1,)]  # noqa: S608 - only our own words

    def places(self, name: str) -> list[Place]:
        """Return where the lines of an id lie, oldest first."""
        if not name:
            return []
        with ours(self.path):
            columns = "SELECT segment, offset, length, lines FROM article"
            found = self._all(f"{columns} WHERE id = ?", [name])
            if not found:  # what says that there is nothing is asked twice: a story must not be stored again
                found = self._all(f"{columns} WHERE tail = ? AND +id = ?", [name.rpartition(":")[2], name])
            if not found or found[0][3] > 1:
                found += self._all("SELECT segment, offset, length, 0 FROM older WHERE id = ?", [name])
            if found and len(found) != found[0][3]:
                raise IndexDamaged(self.path, f"it holds {len(found)} lines of {name}")
            return sorted(Place(int(row[0]), int(row[1]), int(row[2])) for row in found)

    def naming(self, name: str) -> list[str]:
        """Return the ids of stories that name an id among their alternate ones."""
        if not are_text((name,)):
            return []
        lines = "seq IN (SELECT seq FROM alternate WHERE name = ?)"
        sql = f"SELECT id FROM article WHERE {lines} UNION SELECT id FROM older WHERE {lines} ORDER BY 1"  # noqa: S608
        with ours(self.path):
            return [str(one) for (one,) in self._all(sql, (name, name))]

    def marked(self, marks: Iterable[int]) -> dict[int, list[Place]]:
        """Return where the lines lie that bear each number; numbers that no line bears are left out.

        Of a number that many lines bear, `marks.MOST` are enough.
        """
        with ours(self.path):
            return marked(self._connection, marks)

    def unnamed(self) -> Iterator[tuple[int, int, Place]]:
        """Yield each number of links whose story is not found by it, how many stories bear it, and their last line.

        Most often named first.
        """
        with ours(self.path):
            yield from unnamed(self._connection)

    def kin(self) -> Iterator[Place]:
        """Yield where the newest lines lie that may be copies of other stories or carry them on, newest first."""
        with ours(self.path):
            yield from kin(self._connection)

    def hits(self, query: Query) -> Iterator[Hit]:
        """Yield where the newest line of every id lies that fits, in the query's order, with its number and time.

        `limit` is not applied. Where words must be read (`Query.is_found_by_columns`), more is yielded than fits.

        Raises:
            QuestionTooCostly: It takes too long from one row to the next.
        """
        columns = f"segment, offset, length, seq, ifnull(published, {NO_TIME})"
        asked = [statement(query, columns)]
        if query.behind and query.behind[0] > NO_TIME and query.order != "oldest":
            asked.append(without_time(query, columns))
        if not are_text(asked[0][1]):
            return
        is_oldest_first, last = query.order == "oldest", None
        with ours(self.path):
            self._check_words(query)
            for segment, offset, length, seq, published in chain.from_iterable(
                patient_rows(self._connection, *one, words=len(query.words)) for one in asked
            ):
                here = (published, seq)
                if last is not None and (here <= last if is_oldest_first else here >= last):
                    raise IndexDamaged(self.path, f"line {seq} is not in its order")
                last = here
                yield segment, offset, length, seq, published

    def count(self, query: Query) -> int:
        """Count what `hits` would yield."""
        sql, values = statement(query, "count(*)", is_counted=True)
        if not are_text(values):
            return 0
        with ours(self.path):
            self._check_words(query)
            [(number,)] = patient_rows(self._connection, sql, values, words=len(query.words))
            return int(number)

    def tally(self, query: Query, edges: Sequence[float]) -> "Tally":
        """Count what `hits` would yield of a question without words and keywords, by section and span of time."""
        from newsarc.index.counting import tally

        with ours(self.path):
            return tally(self._connection, query, edges)

    def names(self, beginning: str, most: int = 100_000) -> list[str]:
        """Return ids that begin so, or whose part after the last colon does; at most so many."""
        end = behind(beginning)
        if not are_text((beginning,)):
            return []
        found: set[str] = set()
        with ours(self.path):
            for column in ("id", "tail"):
                limit = f" AND {column} < ?" if end else ""
                sql = f"SELECT id FROM article WHERE {column} >= ?{limit} LIMIT ?"  # noqa: S608 - only our own words
                found.update(str(name) for (name,) in self._all(sql, (beginning, *filter(None, (end,)), most)))
        return sorted(found)

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


def _row(stored: Stored, *, has_words: bool = True) -> "Row":
    from newsarc.index.rows import row_of

    try:
        return row_of(stored, has_words=has_words)
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
