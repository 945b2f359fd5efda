"""How a command speaks: records and data to stdout, sentences to stderr, both safe for a terminal."""

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from newsarc.errors import NewsarcError, OutputError
from newsarc.present import PAGE_WRITERS, WRITERS, Marks, Screen, fields_named, safe

ZONE = "newsarc.zone"
"""Where a command's context keeps the zone in which a terminal shows times."""
COMMITTED = "what was committed is archived, run it again to go on"
T = TypeVar("T")
_STDERR = 2


class _Listener(io.TextIOWrapper):
    """stderr; once it takes nothing more, nobody: no work fails because it cannot be told of."""

    def write(self, text: str) -> int:
        """Write, if it can be written."""
        try:
            return super().write(text)
        except OSError:
            self._give_up()
            return len(text)

    def flush(self) -> None:
        """Flush, if it can be flushed."""
        try:
            super().flush()
        except OSError:
            self._give_up()

    def _give_up(self) -> None:
        """Throw away what waits and what comes, so that nothing tries again at exit."""
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())


def prepare() -> None:
    """Make stdout and stderr UTF-8 everywhere, and stderr one whose failure fails nothing.

    In place of those that are closed something is opened, so that no file of ours gets their numbers.
    """
    while (nowhere := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(nowhere)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stderr, io.TextIOWrapper):
        raw = open(sys.stderr.fileno(), "wb", closefd=False)  # noqa: SIM115 - as long as we live
        sys.stderr = _Listener(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def present(records: Iterable[bytes], said: dict[str, Any], *, pages: bool = False, marks: Marks | None = None) -> None:
    """Hand records to the writer that was asked for, with what to mark in them."""
    seen = screen()._replace(marks=marks)
    form = said["output"] or ("table" if seen.is_terminal else "jsonl")
    fields = fields_named(said["fields"], ("snippet",) if marks else ())
    write((PAGE_WRITERS if pages else WRITERS)[form](records, fields, seen))


def dumped(row: Mapping[str, Any]) -> bytes:
    """Return a row of our own making as the writers take records."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def screen() -> Screen:
    """Look at what stdout is."""
    if sys.stdout is None or not sys.stdout.isatty():
        return Screen(is_terminal=False)
    has_colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = os.get_terminal_size(sys.stdout.fileno()).columns or 80
    context = click.get_current_context(silent=True)
    return Screen(
        is_terminal=True, width=width, has_colour=has_colour, zone=context.meta.get(ZONE) if context else None
    )


def write(chunks: Iterable[bytes]) -> None:
    """Write data to stdout."""
    if sys.stdout is None:
        raise OutputError("stdout", "it is closed")
    out = sys.stdout.buffer
    for chunk in chunks:
        out.write(chunk)
    out.flush()


def tell(sentence: str) -> None:
    """Say something on stderr, safe for a terminal."""
    if sys.stderr is not None:
        sys.stderr.write(safe(sentence) + "\n")


def say(error: NewsarcError | None) -> None:
    """Say one line about an error."""
    if error is not None:
        tell(f"newsarc: error: {error}")


def kept(found: Iterable[T | NewsarcError], failed: list[NewsarcError]) -> Iterator[T]:
    """Pass on what was found; say what was not, and keep it for the exit code."""
    for one in found:
        if isinstance(one, NewsarcError):
            failed.append(one)
            say(one)
        else:
            yield one


@contextmanager
def lasting(what: str) -> Iterator[None]:
    """Let an interrupt of what is done in here say what of it stays true; blank where nothing is written."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(*filter(None, (what,))) from interrupt


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)
