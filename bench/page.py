"""How the measurements become docs/performance.md: a section for each part that was measured, with its day."""

import json
from typing import Any

from measuring import BUILD, PAIRS, ROOT, STARTS

_HEAD = """# Performance

<!-- Made by `make bench`; do not edit. -->

How a figure comes about:

- A figure with an x is a ratio of CPU time, user and system together: the median of {pairs} interleaved pairs (three \
where a run is long, {starts} where it is short).
  Its spread is the smallest and the largest ratio of a pair.
  Where it says "on the clock", it is elapsed time.
- Other figures with a spread are medians of several runs, and one without is of one run.
- A figure that does not reach its target is marked as missed.
- Everything is measured as a whole process, with files in the page cache.

The dumps are generated (`bench/generate.py`): invented words in falling frequency, 4 kB and six related links each.
The archives of many records (`bench/records.py`) are put together from such dumps: 8 kB a record, ten years, one \
story in ten archived late, no originals.
"""
_TITLES = {
    "reading": "Reading",
    "wires": "Reading the wires",
    "ingesting": "Ingesting",
    "keeping": "Keeping {count:,} records",
    "asking": "Asking {count:,} records",
    "stories": "Joining {count:,} stories",
    "serving": "Reading {count:,} records in a browser",
}
_ABOUT = {
    "reading": "The bare loop (`bench/bare.py`) reads the same files, splits each with one regular expression and"
    " writes one line of\nJSON; it knows no date, no section, no title and keeps nothing.",
    "wires": "Files of many messages, generated as the dumps are (`bench/wires.py`), 500 distinct ones again and"
    " again;\none process from the bytes to JSON Lines.",
    "ingesting": "From the dump to the commit: parse, normalise, infer, hash, index; a CPU second counts all"
    " processes.",
    "keeping": "The index is deleted, and the next `list` makes it anew.",
    "asking": "The question: the newest 20 of a section and a month, as whole records.\nEvery tool is asked in the"
    " cheapest way that gives them; ripgrep and jq know no order and give the last archived.",
    "stories": "The dumps are of one stream (`bench/stories.py`): each names six stories of its hours, half of them"
    " before they\ncome; 3 % are copies and 3 % updates of a story of the last day, and one story in twenty never"
    " comes.\nWhat links and sketches add is counted by the tables that are theirs alone.",
    "serving": "Pages of `newsarc serve`, from the request to the last byte, on the clock; a page holds 20 stories.",
    "stages": "In one process over the same files, by stage; what is missing to the whole is the start, finding files"
    " and output.",
    "inference": "The texts (`bench/sections.jsonl`) are invented and short, eight for each label, and were written"
    " without a look at the\nlexicon; a third of them are borderline on purpose.\nThey have authors close to the"
    " lexicon's, so expect less on real text: published measurements of this method on\nnewspaper text are about 92 %"
    " right at a share of .60.",
}
_SUBTITLES = {"stages": "Where the time of reading goes", "inference": "Inference of the section"}
_COLUMNS = ("what", "target", "measured", "spread", "more")


def page() -> str:
    """Write the page from all parts that were measured, whenever that was."""
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((BUILD / "bench").glob("*.json"))]
    parts.sort(key=lambda part: (list(_TITLES).index(part["part"]), part["count"]))
    head = _HEAD.format(pairs=PAIRS, starts=STARTS)
    return "\n".join([head, _missed(parts), *_remarks(), *map(_section, parts)])


def _missed(parts: list[dict[str, Any]]) -> str:
    """List the targets that are missed, all of them."""
    rows = ((part, row["missed"]) for part in parts for rows in part["tables"].values() for row in rows)
    lines = [f"- {_TITLES[part['part']].format(**part)}: {what}" for part, what in rows if what]
    return "\n".join(["## Missed targets\n", *(lines or ["None."]), ""])


def _section(part: dict[str, Any]) -> str:
    """Write one part: its day and machine, its tables."""
    pieces = [f"## {_TITLES[part['part']].format(**part)}\n", "Measured {day} {where}.".format(**part)]
    for name, rows in part["tables"].items():
        if name in _SUBTITLES:
            pieces.append(f"### {_SUBTITLES[name]}\n")
        pieces.append((_ABOUT.get(name, "") + "\n").lstrip("\n"))
        pieces.append(_table([_COLUMNS, ["---"] * len(_COLUMNS), *(row["cells"] for row in rows)]))
    return "\n".join(pieces)


def _table(lines: list[Any]) -> str:
    """Write a table, without the columns that say nothing."""
    used = [column for column in range(len(_COLUMNS)) if any(line[column] for line in lines[2:])]
    return "".join("| " + " | ".join(line[column] for column in used) + " |\n" for line in lines)


def _remarks() -> list[str]:
    """Return what people found out about the figures, where they wrote it down."""
    path = ROOT / "bench" / "remarks.md"
    return [path.read_text(encoding="utf-8")] if path.exists() else []
