"""What a run costs and how two compare: CPU, clock and memory of processes, interleaved pairs, and the rows they make.

Each pair runs the one and the other right after each other; the median of the pairs' ratios counts, so that a machine
whose speed drifts does not matter.
"""

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
# As installed: with its bytecode on disk, which the first run writes.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
NEWSARC = str(Path(sys.executable).parent / "newsarc")
_METER = [sys.executable, "-I", "-S", str(ROOT / "bench" / "meter.py")]
PAIRS = 5
FEW = 3  # pairs of long runs
STARTS = 25  # pairs of short runs
_UNKNOWN = 2  # how newsarc ends when it does not know a command
MANY = 1_000_000
"""Some targets were set for so many records: they hold from here on."""

Word = str | Path
Row = dict[str, Any]
"""`cells` of a table, and what to say where its target is `missed`."""


class Cost(NamedTuple):
    """What a run cost: seconds of CPU, user and system, its children's too; seconds on the clock; its peak in MB."""

    cpu: float
    wall: float
    megabytes: float


Run = Callable[[], Cost]


def cost(*words: Word, terminal: bool = False, **env: str) -> Cost:
    """Run a command into nowhere, or into a terminal, and return what it cost."""
    command = [*_METER, *(["--terminal"] if terminal else []), *map(str, words)]
    found = subprocess.run(command, env={**ENVIRONMENT, **env}, capture_output=True, text=True, check=False)
    cpu, wall, kilobytes, code = found.stdout.split() if not found.returncode else (0, 0, 0, found.returncode)
    if int(code):
        raise SystemExit(f"{' '.join(map(str, words))} ended with {code}: {found.stderr[-2000:]}")
    return Cost(float(cpu), float(wall), int(kilobytes) / 1024)


def run(*words: Word, terminal: bool = False, **env: str) -> Run:
    """Make a command that can be run again and again."""
    return partial(cost, *words, terminal=terminal, **env)


def answer(*words: Word) -> bytes:
    """Return what a command says."""
    return subprocess.run([str(word) for word in words], env=ENVIRONMENT, capture_output=True, check=True).stdout


@cache
def knows(command: str, option: str = "") -> bool:
    """Tell whether this newsarc has a command, and that an option."""
    found = subprocess.run([NEWSARC, command, "--help"], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if found.returncode not in (0, _UNKNOWN):
        raise SystemExit(f"newsarc {command} --help ended with {found.returncode}: {found.stderr[-2000:]}")
    return not found.returncode and option in found.stdout


class Sample(NamedTuple):
    """Several measurements of one thing: the middle one counts, the outer ones are the spread."""

    middle: float
    low: float
    high: float


def sample(values: Sequence[float]) -> Sample:
    """Take the middle and the ends of several measurements."""
    return Sample(statistics.median(values), min(values), max(values))


class Pair(NamedTuple):
    """The ratios of one to the other, and the medians of both sides in seconds."""

    ratio: Sample
    one: float
    other: float


def _cpu(spent: Cost) -> float:
    return spent.cpu


def wall(spent: Cost) -> float:
    """Return seconds on the clock."""
    return spent.wall


def pairs(one: Run, other: Run, count: int, of: Callable[[Cost], float] = _cpu) -> Pair:
    """Run two commands in turn and compare what they cost; a first run of each does not count."""
    one(), other()
    runs = [(of(one()), of(other())) for _ in range(count)]
    middles = [statistics.median(side) for side in zip(*runs, strict=True)]
    return Pair(sample([first / second for first, second in runs]), *middles)


class Target(NamedTuple):
    """What a figure must reach: at most or at least so many of a unit."""

    sense: str
    bound: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.sense} {self.bound:,g}{self.unit}"

    def is_met(self, found: float) -> bool:
        """Tell whether a figure reaches it."""
        return found >= self.bound if self.sense == "at least" else found <= self.bound


def at_most(bound: float, unit: str = "") -> Target:
    """Make a target that must not be passed."""
    return Target("at most", bound, unit)


def at_least(bound: float, unit: str = "") -> Target:
    """Make a target that must be reached."""
    return Target("at least", bound, unit)


def row(what: str, found: Sample | float, target: Target | None = None, unit: str = "", more: str = "") -> Row:
    """Make a row of the page: a figure beside its target, with its spread."""
    figure = found.middle if isinstance(found, Sample) else found
    low, high = (found.low, found.high) if isinstance(found, Sample) else (figure, figure)
    spread = f"{_figure(low)} to {_figure(high)}" if low < high else ""
    is_missed = target is not None and not target.is_met(figure)
    said = f"**{_figure(figure)}{unit}**" + (" missed" if is_missed else "")
    missed = f"{what}: {_figure(figure)}{unit}, target {target}" if is_missed else ""
    return {"cells": [what, str(target or ""), said, spread, more], "missed": missed}


def absent(what: str, why: str) -> Row:
    """Make a row for what could not be measured, with the reason."""
    return {"cells": [what, "", "not measured", "", why], "missed": ""}


def compared(what: str, pair: Pair, target: Target | None = None) -> Row:
    """Make a row of a pair of runs, with the seconds of both sides."""
    return row(what, pair.ratio, target, "x", f"{milliseconds(pair.one)} / {milliseconds(pair.other)}")


def milliseconds(value: float) -> str:
    """Write seconds as milliseconds."""
    return f"{value * 1000:,.0f} ms"


def _figure(value: float) -> str:
    """Write a number with three digits, or all where it has more before the point."""
    digits = 0 if value == int(value) else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def size_of(folder: Path) -> int:
    """Add up the bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def keep(part: str, found: dict[str, Any]) -> None:
    """Keep what a part measured, for the page."""
    folder = BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
