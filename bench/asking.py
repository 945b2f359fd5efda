"""What it costs to ask an archive of so many records: against DuckDB, ripgrep, jq and cat, and within which memory."""

import json
import re
from collections import Counter
from functools import partial
from itertools import islice
from pathlib import Path

import peers
from measuring import (
    FEW,
    MANY,
    NEWSARC,
    PAIRS,
    Row,
    Run,
    absent,
    answer,
    at_least,
    at_most,
    compared,
    cost,
    knows,
    pairs,
    row,
    run,
    sample,
)

CATEGORY, MONTH, LIMIT = "Politik", "2019-03", 20
_FILTERS = ("--category", CATEGORY, "--since", MONTH, "--until", MONTH)
_QUESTION = (*_FILTERS, "--limit", str(LIMIT))
_LOOKED_AT = 5_000  # records whose words are counted
_SHOWN = 100_000  # rows of the long table on a terminal
_LESS = 60  # MB
_TARGETS = {
    "DuckDB over the same JSON Lines": at_least(8, "x"),
    "DuckDB's shell over the same JSON Lines": at_least(8, "x"),
    "DuckDB over Parquet": at_least(4, "x"),
    "DuckDB's shell over Parquet": at_least(4, "x"),
    "ripgrep and tail": at_least(1, "x"),
}
_SLOW = ("jq and tail",)


def asking(archive: Path, count: int, parquet: Path) -> list[Row]:
    """Measure everything that is asked of an archive; its index is built by the first question."""
    ask = partial(run, NEWSARC, "list", "--archive", archive)
    cost(NEWSARC, "list", "--archive", archive, *_QUESTION)
    return [
        *_against(ask(*_QUESTION), archive, count, parquet),
        *_everything(ask(), archive, count),
        *_searching(archive, count),
        *_memory(archive, count),
    ]


def _often(count: int) -> int:
    return PAIRS if count < MANY else FEW


def _against(ours: Run, archive: Path, count: int, parquet: Path) -> list[Row]:
    """Compare the newest of a section and month with other tools; one that gives another answer is said to."""
    asked = peers.rivals(archive, peers.parquet(archive, parquet), peers.Question(CATEGORY, MONTH, LIMIT))
    truth = _ids(answer(NEWSARC, "list", "--archive", archive, *_QUESTION))
    rows = []
    for name, words in asked.items():
        if name in _SLOW and count >= MANY:
            continue
        if words is None:
            rows.append(absent(f"{name} / `list`", "it is not on this machine and cannot be installed"))
            continue
        remark = "" if _ids(answer(*words)) == truth else " (the last archived)"
        target = _TARGETS.get(name) if count >= MANY or "ripgrep" not in name else None
        rows.append(compared(f"{name} / `list`{remark}", pairs(run(*words), ours, _often(count)), target))
    return rows


def _ids(said: bytes) -> list[str]:
    return [json.loads(line)["id"] for line in said.splitlines()]


def _everything(ours: Run, archive: Path, count: int) -> list[Row]:
    segments = sorted((archive / "articles").glob("*.jsonl"))
    found = pairs(ours, run("cat", *segments), _often(count))
    return [compared("`list` of everything / `cat articles/*.jsonl`", found, at_most(3, "x"))]


def _searching(archive: Path, count: int) -> list[Row]:
    """Measure full text: a word in every tenth text, and one of the rarest."""
    what = "`search`"
    if not knows("search"):
        return [absent(what, "this newsarc has no such command")]
    frequent, rare = words_of(archive)
    target = at_most(100, " ms") if count >= MANY else None
    asked = {
        "a word in every tenth text, section and month": (frequent, *_FILTERS),
        "the same, newest 20": (frequent, *_QUESTION),
        "a rare word, section and month": (rare, *_FILTERS),
        "a rare word": (rare,),
        "a word in every tenth text, newest 20": (frequent, "--limit", str(LIMIT)),
    }
    if knows("search", "relevance"):
        asked["the same, most relevant 20"] = (frequent, "--limit", str(LIMIT), "--order", "relevance")
    rows = []
    for name, words in asked.items():
        wanted = target if "--since" in words else None
        once = run(NEWSARC, "search", "--archive", archive, *words)
        once()
        spent = sample([once().cpu * 1000 for _ in range(PAIRS)])
        hits = answer(NEWSARC, "search", "--archive", archive, "--output", "ids", *words).count(b"\n")
        rows.append(row(f"{what}: {name}", spent, wanted, " ms", f"{hits:,} found"))
    return rows


def words_of(archive: Path) -> tuple[str, str]:
    """Pick a word of every tenth text and a rare one, by counting the first records."""
    counted: Counter[str] = Counter()
    looked_at = 0
    with (archive / "articles" / "000001.jsonl").open("rb") as lines:
        for line in islice(lines, _LOOKED_AT):
            looked_at += 1
            record = json.loads(line)
            text = " ".join([record["headline"], record["lead"], *(block["text"] for block in record["body"])])
            counted.update(set(re.findall(r"[a-zäöüß]{6,}", text.casefold())))
    frequent = min(sorted(counted), key=lambda word: abs(counted[word] - looked_at / 10))
    return frequent, min(word for word, times in counted.items() if times == 1)


def _memory(archive: Path, count: int) -> list[Row]:
    """Measure the peak of memory, into a pipe and on a terminal."""
    listing = (NEWSARC, "list", "--archive", archive)
    newest = ("--limit", str(LIMIT))
    runs = [
        ("`list` of everything", run(*listing)),
        (f"`list --limit {LIMIT}`", run(*listing, *newest)),
        (f"`list --limit {LIMIT}` on a terminal", run(*listing, *newest, terminal=True)),
        (f"`list --limit {_SHOWN:,}` on a terminal", run(*listing, "--limit", str(_SHOWN), terminal=True)),
    ]
    if knows("search"):
        topic = (NEWSARC, "search", "--archive", archive, "Regierung")
        runs += [
            ("`search` of a frequent word, all found", run(*topic)),
            (f"`search --limit {LIMIT}` of it on a terminal", run(*topic, *newest, terminal=True)),
        ]
    target = at_most(_LESS, " MB") if count >= MANY else None
    return [row(f"memory of {name}", once().megabytes, target, " MB") for name, once in runs]
