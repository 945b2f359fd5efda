"""A folder that is watched in steps: a clock that moves when it is waited for, and what happens meanwhile."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from material import NOON
from newsarc.archive import Archive
from newsarc.watch import Terms, Told, watch


class Days:
    """Time that passes while somebody waits; what is planned happens then."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._plans = list[tuple[float, Callable[[], object]]]()

    def now(self) -> datetime:
        """Return the time of day."""
        return NOON + timedelta(seconds=self.seconds)

    def moment(self) -> float:
        """Return how many seconds have passed."""
        return self.seconds

    def plan(self, when: float, do: Callable[[], object]) -> None:
        """Let something happen at a moment."""
        self._plans.append((when, do))
        self._plans.sort(key=lambda plan: plan[0])

    def wait(self, most: float) -> bool:
        """Pass the time until the next thing happens."""
        until = self.seconds + most
        if self._plans and self._plans[0][0] <= until:
            when, do = self._plans.pop(0)
            self.seconds = max(self.seconds, when)
            do()
            return True
        self.seconds = until
        return False


class Ended(Exception):
    """The time of a test is over."""


def put(path: Path, data: bytes, days: Days | None = None) -> None:
    """Write a file, at the moment it is for a test."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    when = (days.now() if days else NOON).timestamp()
    os.utime(path, (when, when))


@contextmanager
def opened(root: Path) -> Iterator[Archive]:
    """Open an archive for a round, without an index."""
    yield Archive(root)


def seen(
    folder: Path, root: Path, days: Days, until: float = 0.0, terms: Terms | None = None, *, once: bool = False
) -> list[tuple[float, str, str]]:
    """Watch until a moment; returns the second, the file, and what was said of it."""

    def over() -> None:
        raise Ended

    if not once:
        days.plan(until, over)
    found = list[tuple[float, str, str]]()
    told = watch(
        str(folder), lambda: opened(root), ears=days.wait, clock=days.now, seconds=days.moment,
        terms=terms or Terms(), once=once,
    )  # fmt: skip
    try:
        for one in told:
            found.append(_short(one, folder, days))
    except Ended:
        pass
    return found


def _short(one: Told, folder: Path, days: Days) -> tuple[float, str, str]:
    name = os.path.relpath(one.file, folder) if one.file else ""
    return round(days.seconds, 1), name, one.words.partition(":")[0]
