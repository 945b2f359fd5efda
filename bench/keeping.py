"""What it costs to take dumps into an archive, to index it, and to verify it."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from generate import dumps
from measuring import (
    FEW,
    MANY,
    NEWSARC,
    PAIRS,
    Cost,
    Row,
    Run,
    Word,
    absent,
    at_least,
    at_most,
    cost,
    knows,
    pairs,
    row,
    run,
    sample,
    size_of,
    wall,
)

DUMPS = 20_000
LONG = 100_000  # dumps in one file
_MB = 1e6
_LARGE = 4e9  # bytes that are verified only once
_VERIFIED = at_least(100, " MB/s")


def folder_of_dumps(folder: Path, count: int = DUMPS, *, footers: bool = True) -> Path:
    """Return a folder of generated dumps, one a file: the one that is there already, or a new one."""
    if not folder.exists():
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for number, text in enumerate(dumps(count, footers=footers)):
            (part / f"{number:06}.txt").write_text(text, encoding="utf-8")
        part.rename(folder)
    return folder


def long_file(path: Path, count: int) -> Path:
    """Return a file of generated dumps one after the other: the one that is there already, or a new one."""
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.writelines(text + "\n" for text in dumps(count))
        part.rename(path)
    return path


def ingesting(folder: Path) -> Iterator[Row]:
    """Measure dumps on their way into a new archive, and the archive that comes of it."""
    stories, long = folder_of_dumps(folder / "dumps"), long_file(folder / "long.txt", LONG)
    archive = folder / "ingested"
    fresh = partial(_fresh, archive)
    fresh(stories)()
    yield _rate(f"`ingest` of {DUMPS:,} dumps, one a file", DUMPS, [fresh(stories)() for _ in range(FEW)])
    yield from _verified(archive, size_of(archive / "articles") + size_of(stories), "with originals")
    yield _rate(f"`ingest` of {LONG:,} dumps in one file of {long.stat().st_size / _MB:,.0f} MB", LONG, [fresh(long)()])
    what = "`ingest --jobs 0` / `ingest --jobs 2`, on the clock"
    if knows("ingest", "--jobs"):
        found = pairs(fresh(stories, "--jobs", "0"), fresh(stories, "--jobs", "2"), PAIRS, wall)
        yield row(what, found.ratio, at_least(1.6, "x"), "x", f"{found.one:.1f} s / {found.other:.1f} s")
    else:
        yield absent(what, "this newsarc has no such option")


def _fresh(archive: Path, source: Path, *options: Word) -> Run:
    """Make a run of ingest into an archive that is not there yet."""

    def once() -> Cost:
        shutil.rmtree(archive, ignore_errors=True)
        return cost(NEWSARC, "ingest", "--archive", archive, *options, source)

    return once


def _rate(what: str, count: int, spent: list[Cost]) -> Row:
    rate = sample([count / one.cpu for one in spent])
    clock = sample([count / one.wall for one in spent])
    more = f"{clock.middle:,.0f} a second on the clock; {max(one.megabytes for one in spent):,.0f} MB"
    return row(what, rate, at_least(1500, " a CPU second"), more=more)


def indexing(archive: Path, count: int) -> Iterator[Row]:
    """Measure how an index is made anew and how large it is, and how fast the archive is verified."""
    index, data = archive / "index", size_of(archive / "articles")
    spent = [_indexed(archive, index) for _ in range(1 if count >= MANY else FEW)]
    if not index.exists():
        yield absent("rebuild of the index", "this newsarc makes none")
        return
    rate = sample([count / one.cpu for one in spent])
    more = f"{spent[-1].cpu:.1f} s of CPU, {spent[-1].megabytes:,.0f} MB of memory"
    yield row("rebuild of the index", rate, at_least(5000, " a CPU second"), more=more)
    size = size_of(index)
    more = f"{size / _MB:,.0f} of {data / _MB:,.0f} MB"
    yield row("size of the index / data", size / data * 100, at_most(20, " %"), " %", more)
    yield from _verified(archive, data, "no originals kept")


def _indexed(archive: Path, index: Path) -> Cost:
    """Delete the index and ask a question, which makes it anew."""
    shutil.rmtree(index, ignore_errors=True)
    return cost(NEWSARC, "list", "--archive", archive, "--limit", "1")


def _verified(archive: Path, size: int, how: str) -> Iterator[Row]:
    what = f"`verify`, {how}"
    if not knows("verify"):
        yield absent(what, "this newsarc has no such command")
        return
    verify = run(NEWSARC, "verify", "--archive", archive)
    spent = [verify() for _ in range(FEW if size < _LARGE else 1)]
    rate = sample([size / _MB / one.cpu for one in spent])
    clock = sample([size / _MB / one.wall for one in spent])
    more = f"{size / _MB:,.0f} MB; {clock.middle:,.0f} MB/s on the clock; {spent[-1].megabytes:,.0f} MB of memory"
    yield row(what, rate, _VERIFIED, " MB/s", more)
