"""How far long work is: a bar, how many, how fast, how long still; on a terminal, and only after two seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from newsarc.present.safety import safe

_PATIENCE = 2.0  # seconds that nobody minds
_MINUTE, _HOUR = 60, 3600
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


class Progress:
    """What is shown of one piece of work; nothing where there is no terminal."""

    def __init__(self, what: str, shown: Any = None) -> None:
        self._what = what
        self._shown = shown
        self._task = shown.add_task("", total=None) if shown else None
        self._begun = shown.get_time() if shown else 0.0
        self.is_seen = shown is not None

    def show(self, count: int, *, done: float | None = None, total: float | None = None, said: str = "") -> None:
        """Show how many are done, and a sentence; `done` of `total` says how far that is, else `count` does."""
        if self._shown is None:
            return
        seconds = self._shown.get_time() - self._begun
        if seconds < _PATIENCE:
            return
        part = min(1.0, (count if done is None else done) / total) if total else None
        self._shown.update(
            self._task,
            total=1.0 if part is not None else None,
            completed=part or 0.0,
            description=safe("  ".join(filter(None, (*told(self._what, count, total, seconds, part), said)))),
        )
        self._shown.start()

    def clear(self) -> None:
        """Take it off the screen, before something else is written."""
        if self._shown is not None:
            self._shown.stop()


def told(what: str, count: int, total: float | None, seconds: float, part: float | None) -> Iterator[str]:
    """Say in words how many, how fast, and how long still; `part` of all is done.

    >>> "  ".join(told("articles", 12_000, None, 10, 0.25))
    '25 %  12,000 articles  1,200/s  0:30 left'
    >>> "  ".join(told("bytes", 3 << 20, 12 << 20, 2, 0.25))
    '25 %  3.0 MB of 12.0 MB  1.5 MB/s  0:06 left'
    """
    if part is not None:
        yield f"{part:.0%}".replace("%", " %")
    if what == "bytes":
        yield _sized(count) + (f" of {_sized(total)}" if total else "")
        yield f"{_sized(count / seconds)}/s"
    else:
        yield f"{count:,} {what}"
        yield f"{count / seconds:,.0f}/s" if count >= seconds else f"{count * _MINUTE / seconds:,.0f}/min"
    if part:
        yield f"{_clock(seconds * (1 - part) / part)} left"


def _sized(number: float) -> str:
    for unit in _UNITS:
        if number < 1 << 10 or unit == _UNITS[-1]:
            break
        number /= 1 << 10
    return f"{number:,.0f} {unit}" if unit == _UNITS[0] else f"{number:,.1f} {unit}"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    minutes = f"{whole // _MINUTE % _MINUTE:02}" if whole >= _HOUR else f"{whole // _MINUTE}"
    return (f"{whole // _HOUR}:" if whole >= _HOUR else "") + f"{minutes}:{whole % _MINUTE:02}"


@contextmanager
def progress(stream: TextIO | None, what: str, *, clock: Callable[[], float] | None = None) -> Iterator[Progress]:
    """Show on a terminal how far work is that counts `what`; silent anywhere else. Other clocks are for tests."""
    if stream is None or not stream.isatty():
        yield Progress(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    words = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
    columns = (SpinnerColumn(), BarColumn(20), words)
    shown = Bar(*columns, console=Console(file=stream), transient=True, expand=False, get_time=clock)
    try:
        yield Progress(what, shown)
    finally:
        shown.stop()
