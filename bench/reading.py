"""What it costs to read dumps: `parse` against a bare loop, the start of light commands, memory, stages, inference."""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from keeping import DUMPS, LONG, folder_of_dumps, long_file
from measuring import NEWSARC, PAIRS, ROOT, STARTS, Row, at_most, compared, cost, pairs, row, run
from newsarc.formats import portal
from newsarc.normalize.categories import TAKEN_FROM, categorize, shares
from newsarc.normalize.meaning import normalize
from newsarc.normalize.sections import LABELS
from newsarc.source import Place, find, read


def reading(folder: Path) -> Iterator[Row]:
    """Measure `parse` against the bare loop, and its peak of memory over one long file."""
    stories, fresh = folder_of_dumps(folder / "dumps"), folder_of_dumps(folder / "fresh", footers=False)
    bare = (sys.executable, ROOT / "bench" / "bare.py")
    for what, place in (
        (f"`parse` of {DUMPS:,} dumps / bare loop", stories),
        ("the same, every related link a story of its own", fresh),
    ):
        found = pairs(run(NEWSARC, "parse", place), run(*bare, place), PAIRS)
        more = f"{found.one / DUMPS * 1e6:.0f} / {found.other / DUMPS * 1e6:.0f} µs a dump"
        yield row(what, found.ratio, at_most(8, "x"), "x", more)
    for count in (LONG // 10, LONG):
        path = long_file(folder / ("long.txt" if count == LONG else "short.txt"), count)
        what = f"memory of `parse`, {count:,} dumps in one file of {path.stat().st_size / 1e6:,.0f} MB"
        yield row(what, cost(NEWSARC, "parse", path).megabytes, at_most(150, " MB"), " MB")


def starting(folder: Path) -> Iterator[Row]:
    """Measure the start of the light commands against `import click`."""
    archive = folder / "ten"
    shutil.rmtree(archive, ignore_errors=True)
    cost(NEWSARC, "ingest", "--include", "00000?.txt", "--archive", archive, folder_of_dumps(folder / "dumps"))
    click = run(sys.executable, "-c", "import click")
    for what, words in (
        ("`newsarc --help`", ("--help",)),
        ("`newsarc list` of 10 articles", ("list", "--archive", archive)),
    ):
        yield compared(f"{what} / `import click`", pairs(run(NEWSARC, *words), click, STARTS), at_most(1.5, "x"))


def stages(folder: Path) -> Iterator[Row]:
    """Time each stage of reading in one process, over fresh text as in a real run."""
    names = ("read the file", "sniff and parse", "infer the section", "rest of normalize", "write JSON")
    places = [place for place in find([str(folder_of_dumps(folder / "dumps"))]) if isinstance(place, Place)]
    spent = [sum(steps) for steps in zip(*map(_stages_of, places), strict=True)]
    for name, step in zip(names, spent, strict=True):
        yield row(name, step / len(places) * 1e6, unit=" µs a dump", more=f"{step / sum(spent):.0%} of these")


def _stages_of(place: Place) -> tuple[float, ...]:
    """Read one dump and return the seconds that each stage took."""
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
    return (*steps[:3], steps[3] - steps[4], steps[5])


def inference() -> Iterator[Row]:
    """Count how often the lexicon is right on invented texts that it was not written for."""
    lines = (ROOT / "bench" / "sections.jsonl").read_text(encoding="utf-8").splitlines()
    best, sure = [], []
    for story in map(json.loads, lines):
        found, _ = shares("\n".join([story["headline"], story["lead"], *story["body"]]))
        is_right = LABELS[found.index(max(found))] == story["category"]
        best.append(is_right)
        sure += [is_right] if max(found) >= TAKEN_FROM else []
    for what, right in (("the best label is right", best), (f"of those with a share of {TAKEN_FROM:.2f}", sure)):
        yield row(what, sum(right), more=f"of {len(right)}")
