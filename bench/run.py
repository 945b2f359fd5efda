"""Measure what newsarc costs, as ratios of interleaved pairs, and renew docs/performance.md.

Each pair runs the one and the other right after each other; the median of the pairs' CPU ratios counts, so that a
machine whose speed drifts does not matter. Nothing here fails when a figure is missed: it is written down.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from generate import dumps
from newsarc.formats import portal
from newsarc.normalize.categories import TAKEN_FROM, categorize, shares
from newsarc.normalize.meaning import normalize
from newsarc.normalize.sections import LABELS
from newsarc.source import Place, find, read

ROOT = Path(__file__).parent.parent
# As installed: with its bytecode on disk, which the first run writes.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
NEWSARC = [str(Path(sys.executable).parent / "newsarc")]
PAIRS = 5
STARTS = 25  # pairs of short runs
DUMPS = 20_000
LONG = 100_000  # dumps in one file


class Cost(NamedTuple):
    """What a run cost: seconds of CPU, user and system, and its peak of memory in MB."""

    seconds: float
    megabytes: float


def cost(words: Sequence[str | Path], **env: str) -> Cost:
    """Run a command into nowhere and return what it cost."""
    process = subprocess.Popen(
        [str(word) for word in words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**ENVIRONMENT, **env},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20))


class Pair(NamedTuple):
    """The median of the pairs' ratios, their spread, and the medians of both sides in seconds."""

    ratio: float
    low: float
    high: float
    one: float
    other: float


def pairs(one: Sequence[str | Path], other: Sequence[str | Path], count: int, **env: str) -> Pair:
    """Run two commands in turn and compare their CPU; a first run of each does not count."""
    for words in (one, other):
        cost(words, **env)
    runs = [(cost(one, **env).seconds, cost(other, **env).seconds) for _ in range(count)]
    ratios = sorted(first / second for first, second in runs)
    medians = [statistics.median(side) for side in zip(*runs, strict=True)]
    return Pair(statistics.median(ratios), ratios[0], ratios[-1], *medians)


def _row(what: str, target: str, pair: Pair, unit: float, each: str) -> str:
    spread = f"{pair.low:.2f} to {pair.high:.2f}"
    per = f"{pair.one / unit * 1e6:,.0f} / {pair.other / unit * 1e6:,.0f} {each}"
    return f"| {what} | {target} | **{pair.ratio:.2f}** | {spread} | {per} |"


def speed(folder: Path) -> list[str]:
    """Measure `parse` against the bare loop, and the start of the light commands against `import click`."""
    stories, fresh = folder / "dumps", folder / "fresh"
    for place, footers in ((stories, True), (fresh, False)):
        place.mkdir()
        for number, text in enumerate(dumps(DUMPS, footers=footers)):
            (place / f"{number:06}.txt").write_text(text, encoding="utf-8")
    bare = [sys.executable, str(ROOT / "bench" / "bare.py")]
    rows = [
        _row(what, "at most 8", pairs([*NEWSARC, "parse", str(place)], [*bare, str(place)], PAIRS), DUMPS, "µs a dump")
        for what, place in (
            (f"`parse` of {DUMPS:,} dumps / bare loop", stories),
            ("the same, every related link a story of its own", fresh),
        )
    ]
    archive = folder / "archive"
    cost([*NEWSARC, "ingest", "--include", "00000?.txt", "--archive", archive, stories])
    click = [sys.executable, "-c", "import click"]
    env = {"NEWSARC_ARCHIVE": str(archive)}
    rows += [
        _row("`newsarc --help` / `import click`", "at most 1.5", pairs([*NEWSARC, "--help"], click, STARTS), 1, "µs"),
        _row("`newsarc list` of 10 articles / `import click`", "at most 1.5",
             pairs([*NEWSARC, "list"], click, STARTS, **env), 1, "µs"),
    ]  # fmt: skip
    return rows


def memory(folder: Path) -> list[str]:
    """Measure the peak of memory over one long file, and what ingest costs an article."""
    rows = []
    for count in (LONG // 10, LONG):
        path = folder / "long.txt"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(text + "\n" for text in dumps(count))
        found = cost([*NEWSARC, "parse", path])
        size = path.stat().st_size / 1e6
        what = f"`parse` of {count:,} dumps in one file of {size:,.0f} MB"
        rows.append(f"| {what} | under 150 MB | **{found.megabytes:,.0f} MB** |")
    found = cost([*NEWSARC, "ingest", "--archive", folder / "big", path])
    rate = f"{LONG / found.seconds:,.0f} articles per CPU second"
    rows.append(f"| `ingest` of the same file | | {found.megabytes:,.0f} MB, {rate} |")
    found = cost([*NEWSARC, "list", "--limit", "20", "--archive", folder / "big"])
    what = f"`list --limit 20` of {LONG:,} articles, end to end"
    rows.append(f"| {what} | | {found.megabytes:,.0f} MB, {found.seconds:.1f} s of CPU |")
    return rows


def stages(folder: Path) -> str:
    """Time each stage of reading in one process, over fresh text as in a real run."""
    spent = dict.fromkeys(
        ("read the file", "sniff and parse", "infer the section", "rest of normalize", "write JSON"), 0.0
    )
    count = 0
    for place in find([str(folder)]):
        if not isinstance(place, Place):
            continue
        ticks = [time.perf_counter()]
        source = read(place)
        ticks.append(time.perf_counter())
        [article] = list(portal.parse(source)) if portal.sniff(source.head) else []
        ticks.append(time.perf_counter())
        categorize(article)
        ticks.append(time.perf_counter())
        normalized = normalize(article)  # infers again, now with every word known
        ticks.append(time.perf_counter())
        categorize(article)
        ticks.append(time.perf_counter())
        normalized.line()
        ticks.append(time.perf_counter())
        steps = [later - earlier for earlier, later in pairwise(ticks)]
        for name, step in zip(spent, (*steps[:3], steps[3] - steps[4], steps[5]), strict=True):
            spent[name] += step
        count += 1
    total = sum(spent.values())
    return "\n".join(f"| {name} | {step / total:.0%} | {step / count * 1e6:.0f} |" for name, step in spent.items())


def inference() -> str:
    """Count how often the lexicon is right on invented texts that it was not written for."""
    stories = [
        json.loads(line) for line in (ROOT / "bench" / "sections.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    best = taken = right = 0
    for story in stories:
        found, _ = shares("\n".join([story["headline"], story["lead"], *story["body"]]))
        share = max(found)
        is_right = LABELS[found.index(share)] == story["category"]
        best += is_right
        taken += share >= TAKEN_FROM
        right += is_right and share >= TAKEN_FROM
    return (
        f"Of {len(stories)} texts the best label is right for {best}; {taken} reach a share of {TAKEN_FROM:.2f} and"
        f" {right} of those are right."
    )


PAGE = """# Performance

<!-- Made by `make bench`; do not edit. -->

Measured on {day} with Python {python} on {cores} cores ({machine}).
A ratio is the median of {pairs} (short runs: {starts}) interleaved pairs of CPU time, user and system together; the
spread is the smallest and the largest ratio of a pair.
A ratio above its target is a target missed.
The dumps are generated (`bench/generate.py`): invented words in falling frequency, 4 kB and six related links each.
The bare loop (`bench/bare.py`) reads the same files, splits each with one regular expression and writes one line of
JSON; it knows no date, no section, no title and keeps nothing.

| what | target | ratio | spread | CPU, one / other |
|---|---|---|---|---|
{speed}

| what | target | measured |
|---|---|---|
{memory}

## Where the time goes

In one process over the same files, by stage; what is missing to the whole is the start, finding files and output.

| stage | share of these | µs a dump |
|---|---|---|
{stages}

## Inference of the section

{inference}
The texts (`bench/sections.jsonl`) are invented and short, eight for each label, and were written without a look at the
lexicon; a third of them are borderline on purpose.
They have authors close to the lexicon's, so expect less on real text: published measurements of this method on
newspaper text are about 92 % right at a share of .60.
"""


def main() -> None:
    """Measure everything and write the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = PAGE.format(
            day=date.today().isoformat(),  # noqa: DTZ011 - the day of the measurement, here
            python=platform.python_version(),
            cores=os.cpu_count(),
            machine=platform.machine(),
            pairs=PAIRS,
            starts=STARTS,
            speed="\n".join(speed(folder)),
            memory="\n".join(memory(folder)),
            stages=stages(folder / "dumps"),
            inference=inference(),
        )
    (ROOT / "docs" / "performance.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
