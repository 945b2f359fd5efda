"""How long a question for words may take from one row to the next, so that no question holds a processor for ever.

What is asked for the rows in between does not count: an answer of a million articles is as welcome as one of ten.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import thread_time
from typing import Any

from newsarc.errors import QuestionTooCostly

SECONDS = 5.0
"""Of a processor, for one row; the commonest words of a million articles need less than one."""
_EVERY = 1_000  # steps of SQLite's machine; full text takes few of them for much work


def patient_rows(
    connection: sqlite3.Connection, sql: str, values: Sequence[Any], *, words: int
) -> Iterator[tuple[Any, ...]]:
    """Return the rows of a question, lazily; one without words is let run.

    Raises:
        QuestionTooCostly: One row took too long.
    """
    return _bounded(connection, sql, values, words) if words else connection.execute(sql, values)


def _bounded(connection: sqlite3.Connection, sql: str, values: Sequence[Any], words: int) -> Iterator[tuple[Any, ...]]:
    until = thread_time() + SECONDS
    is_over = False

    def look() -> bool:
        nonlocal is_over
        is_over = thread_time() > until
        return is_over

    connection.set_progress_handler(look, _EVERY)
    try:
        for row in connection.execute(sql, values):
            yield row
            until = thread_time() + SECONDS
    except sqlite3.OperationalError as error:
        if is_over:
            number = f"{words} word{'s' * (words != 1)}"
            raise QuestionTooCostly(number, f"no answer within {SECONDS:g} seconds") from error
        raise
    finally:
        with suppress(sqlite3.Error):  # it may be closed already
            notice_signals(connection)


def notice_signals(connection: sqlite3.Connection) -> None:
    """Let a signal be noticed in a long statement."""
    connection.set_progress_handler(lambda: 0, 100_000)
