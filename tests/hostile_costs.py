"""What hostile documents cost: each family is read in a process of its own, which gets no more memory than a worker.

As a script it measures them at full size, and renews the table in docs/hostile-input.md; with the name of a family it
is such a process.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, deque
from operator import attrgetter
from pathlib import Path
from time import process_time
from typing import NamedTuple

from faulty import unmeasured
from hostile import FAMILIES, SENTINEL, Case
from material import NOON, ROOT
from newsarc.article import Article, from_line
from newsarc.ingest import Reading, read_all
from newsarc.source import find

PAGE = ROOT / "docs" / "hostile-input.md"
MEMORY = 1 << 30  # bytes of address space
LOOKED_AT = 100  # records at the end of a source, of which each must be sound

ABOUT = {
    "many": "100,000 related links, paragraphs, keywords, date lines; 50,000 credit lines; 500 dumps in one file",
    "long runs": "a million blanks, dots, brackets, commas, bullets in one related link, and alone",
    "large": "texts of 12 and 35 MB, lines of 5 and 20 MB, a word of 5 MB, millions of blank and of short lines",
    "numbers": "a million digits in dates and texts; days, years and seconds that never were",
    "characters": "NUL, ESC, OSC 8, C1, bidirectional overrides, tags, 200,000 accents, in every place of a dump",
    "encodings": "one text in 12 encodings: plain, marked, declared, lying, mixed, cut; late and overlong bytes",
    "markup": "HTML, XML and JSON inside a dump, a million levels deep: there it is text",
    "not ours": "the same alone; PDF, pictures, random bytes",
    "containers": "gzip, bzip2, xz, zip and tar: bombs, cut, lying, links, devices, names that climb, 100,001 members",
}


class Cost(NamedTuple):
    """What a case cost, in seconds of CPU and megabytes at most, and what came of it."""

    name: str
    found: str
    """`read` to its last word, `left out` of a page and said so, `lost`, `unsound`, or the code of its error."""
    seconds: float
    megabytes: int


def measured(name: str, case: Case, folder: Path, *, full: bool = False) -> Cost:
    """Read a case from a file, as `newsarc parse` does."""
    path = folder / case.name
    path.write_bytes(case.document(full=full))
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is forgotten
    codes, lines, begun = list[str](), deque[bytes](maxlen=LOOKED_AT), process_time()
    try:
        for one in read_all(find([str(path)]), Reading(now=NOON)):
            if isinstance(one, Article):
                lines.append(one.line())
            else:
                codes.append(one.code)
    except MemoryError:
        codes.append("memory")
    seconds = process_time() - begun
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return Cost(name, _found(codes, lines), seconds, int(status.partition("VmHWM:")[2].split()[0]) >> 10)


def _found(codes: list[str], lines: "deque[bytes]") -> str:
    if any(b"\n" in line or from_line(line).line() != line for line in lines):
        return "unsound"
    if codes:
        return codes[-1]
    if any(SENTINEL.encode() in line for line in lines):
        return "read"
    return "left out" if lines and b'"text-left-out"' in lines[-1] else "lost"


def costs_of(family: str, *, full: bool = False) -> list[Cost]:
    """Measure a family."""
    words = [sys.executable, __file__, family, *["--full"] * full]
    done = subprocess.run(words, capture_output=True, env=unmeasured(), text=True, check=True, timeout=1800)
    return [Cost(*json.loads(line)) for line in done.stdout.splitlines()]


def outcomes(family: str) -> str:
    """Say what must come of the cases of a family."""
    counts = Counter(case.refused for case in FAMILIES[family].values())
    return ", ".join(f"{number} `{code}`" if code else f"{number} read" for code, number in counts.most_common())


def unlike(family: str, costs: list[Cost]) -> list[Cost]:
    """Return the cases of which something else came than must."""
    return [cost for cost in costs if cost.found != (FAMILIES[family][cost.name].refused or "read")]


def row(family: str, costs: list[Cost]) -> str:
    """Write a line of the table; many stories in one source may take their time."""
    slowest = max((cost for cost in costs if not FAMILIES[family][cost.name].is_many), key=attrgetter("seconds"))
    largest = max(costs, key=attrgetter("megabytes"))
    return (
        f"| {family} | {ABOUT[family]} | {outcomes(family)} "
        f"| {slowest.seconds:.2f} ({slowest.name}) | {largest.megabytes} ({largest.name}) |"
    )


def renew() -> None:
    """Measure all families at full size, and write the table; what is not as it must be is said."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for family in FAMILIES:
        costs = costs_of(family, full=True)
        [place] = (number for number, line in enumerate(lines) if line.startswith(f"| {family} |"))
        lines[place] = row(family, costs)
        sys.stderr.writelines(f"{family}: {cost}\n" for cost in unlike(family, costs))
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(family: str, *words: str) -> None:
    """Be the process that reads a family; one line of JSON for each case."""
    import resource  # noqa: PLC0415 - not on every platform

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as folder:
        for name, case in FAMILIES[family].items():
            os.write(1, json.dumps(measured(name, case, Path(folder), full="--full" in words)).encode() + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 1 else renew()
