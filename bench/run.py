"""Measure what newsarc costs, as ratios of interleaved pairs, and renew docs/performance.md.

Nothing here fails when a figure is missed: it is written down. What a part measured is kept in build/bench, so that
the page can be made of parts measured at different moments.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import peers
from asking import asking
from keeping import indexing, ingesting
from measuring import MANY, ROOT, Row, keep
from newsarc import __version__
from page import page
from reading import inference, reading, stages, starting
from records import archive_of
from serving import serving
from stories import joining
from wires import reading_wires

PARTS = ("reading", "wires", "ingesting", "keeping", "asking", "stories", "serving")
COUNTS = (MANY // 10, MANY)


def main() -> None:
    """Measure everything, or the parts asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="measure only this part")
    parser.add_argument("--records", action="append", type=int, metavar="N", help="instead of 100,000 and 1,000,000")
    parser.add_argument("--reuse", type=Path, metavar="DIR", help="keep dumps and archives there, and use those there")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = (said.reuse or Path(name)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        _measure(folder, said.only or PARTS, said.records or COUNTS)
    text = page()
    (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
    print(text)


def _measure(folder: Path, parts: Iterable[str], counts: Iterable[int]) -> None:
    """Measure parts and keep what was found."""
    if "reading" in parts:
        starts = [*starting(folder), *reading(folder)]
        _keep("reading", {"reading": starts, "stages": stages(folder), "inference": inference()})
    if "wires" in parts:
        _keep("wires", {"wires": reading_wires(folder)})
    if "ingesting" in parts:
        _keep("ingesting", {"ingesting": ingesting(folder)})
    for count in counts if "stories" in parts else ():
        _keep("stories", {"stories": joining(folder / f"stories-{count}", count)}, count)
    for count in counts if {"keeping", "asking", "serving"} & set(parts) else ():
        archive = archive_of(count, folder / f"records-{count}")
        if "keeping" in parts:
            _keep("keeping", {"keeping": indexing(archive, count)}, count)
        if "asking" in parts:
            _keep("asking", {"asking": asking(archive, count, folder / f"records-{count}.parquet")}, count)
        if "serving" in parts:
            _keep("serving", {"serving": serving(archive, count)}, count)


def _keep(part: str, tables: dict[str, Iterable[Row]], count: int = 0) -> None:
    """Keep a part with its day and its machine."""
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores ({platform.machine()})"
    others = f"; {peers.versions()}" if part == "asking" else ""
    keep(
        f"{part}-{count}" if count else part,
        {
            "part": part,
            "count": count,
            "day": date.today().isoformat(),  # noqa: DTZ011 - the day of the measurement, here
            "where": f"with newsarc {__version__}, {machine}{others}",
            "tables": {name: list(rows) for name, rows in tables.items()},
        },
    )


if __name__ == "__main__":
    main()
