"""How articles look outside: one table of writers, from JSON Lines to a page on the terminal.

What comes in are records, one JSON object in bytes each; what goes out are bytes. JSON Lines into a pipe are the
archive's own bytes.

`fields` knows what of a record can be shown, `safety` what a terminal may see; `rows` writes for programs, `table`,
`page` and `lives` for people.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from newsarc.present.fields import FIELDS, fields_named, text_of
from newsarc.present.lives import change_table, differences, histories
from newsarc.present.page import documents, pages
from newsarc.present.rows import csv, ids, json_array, jsonl, tsv
from newsarc.present.safety import Marked, Marks, Screen, Writer, original, plain, safe
from newsarc.present.table import markdown, table

__all__ = [
    "DIFF_WRITERS", "FIELDS", "HISTORY_WRITERS", "PAGE_WRITERS", "WRITERS", "Marked", "Marks", "Screen", "Writer",
    "fields_named", "meter", "original", "plain", "progress", "safe", "text_of",
]  # fmt: skip

WRITERS: dict[str, Writer] = {
    "table": table, "jsonl": jsonl, "json": json_array, "csv": csv, "tsv": tsv, "markdown": markdown, "ids": ids
}  # fmt: skip
PAGE_WRITERS: dict[str, Writer] = {**WRITERS, "table": pages, "markdown": documents}
HISTORY_WRITERS: dict[str, Writer] = {**WRITERS, "table": histories}
DIFF_WRITERS: dict[str, Writer] = {**WRITERS, "table": differences, "markdown": change_table}


@contextmanager
def progress(stream: TextIO | None, what: str = "sources") -> Iterator[Callable[[str], None]]:
    """Show on a terminal how far long work is: how many of `what`, a sentence, time; silent anywhere else.

    Yields what to call with a sentence after each of them.
    """
    if stream is None or not stream.isatty():
        yield lambda _sentence: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn(f"{{task.completed:,.0f}} {what}:"),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, TimeElapsedColumn(), console=Console(file=stream), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda sentence: shown.update(task, advance=1, description=safe(sentence))


@contextmanager
def meter(stream: TextIO | None) -> Iterator[tuple[Callable[[int, int], None], Callable[[], None]]]:
    """Show on a terminal how much of a number of bytes is done; silent anywhere else.

    Yields what to call with the bytes that are done and all of them, and what to call before something else is written.
    """
    if stream is None or not stream.isatty():
        yield lambda _done, _total: None, lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=Console(file=stream), transient=True)
    task = shown.add_task("", total=None)

    def show(done: int, total: int) -> None:
        shown.start()
        shown.update(task, completed=done, total=total)

    try:
        yield show, shown.stop
    finally:
        shown.stop()
