"""What an archive makes of the corpus: taken in whole or in any order, and what the command line says of it."""

import json
import random
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from os import fspath
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from asked import made
from corpus import corpus, sources
from material import NOON, articles_of
from newsarc.archive import Archive
from newsarc.cli import cli
from newsarc.find import find
from newsarc.index import Index
from newsarc.joining import Joiner
from newsarc.query import Query

Answers = dict[str, dict[str, Any]]

# What differs with the order in which things come: the archive's counting, where bytes lie, and how sure we are.
_BY_ORDER = ("seq", "chain", "archived", "version", "revision", "category_confidence")
_SMALL = 7  # records of a small batch
_PLACES = ("pack", "pack_offset", "pack_length")


@cache
def lines() -> tuple[bytes, ...]:
    """Read the corpus once: its records, in the order in which the pages were taken."""
    return tuple(article.line() for name, data in sources(corpus()) for article in articles_of(data, name))


def taken_in(root: Path, seed: int | None = None) -> Archive:
    """Append all records: as they come, or, with a seed, shuffled and in batches, two of fifty in very small ones."""
    records, size = list(lines()), len(lines())
    if seed is not None:
        dice = random.Random(seed)
        dice.shuffle(records)
        size = _SMALL if seed % 25 == 0 else dice.choice((90, 180, size))
    archive = made(root, rotate_at=1 << 20)
    archive.joiner = Joiner(archive)
    with closing(Index(archive.root, archive.uuid, is_written=True)) as index:
        index.catch_up(archive)
        archive.known = index
        for start in range(0, len(records), size):
            archive.append([(record, None) for record in records[start : start + size]], now=NOON)
    return Archive(root)


def answers(archive: Archive) -> Answers:
    """Return what is said of each id in the end, without what differs with the order."""
    return {record["id"]: final(record) for record in map(json.loads, find(archive, Query()))}


def final(record: dict[str, Any]) -> dict[str, Any]:
    """Take off a record what differs with the order of arrival, and the folder its source was in."""
    record = {name: value for name, value in record.items() if name not in _BY_ORDER}
    origin = {name: value for name, value in record["origin"].items() if name not in _PLACES}
    record["origin"] = origin | {"name": Path(origin["name"]).name}
    record["related"] = [{**link, "title_confidence": None} for link in record["related"]]
    return record


def said(root: Path | str, *words: str) -> list[dict[str, Any]]:
    """Ask the command line in this process, and read its JSON Lines.

    Raises:
        Exception: What the command ended with.
    """
    command, *rest = words
    done = CliRunner().invoke(cli, [command, "--archive", fspath(root), "--output", "jsonl", *rest])
    if done.exception:
        raise done.exception
    return [json.loads(line) for line in done.stdout_bytes.splitlines()]


def newest(records: Iterable[bytes]) -> dict[str, bytes]:
    """Keep of each id the record that was copied last."""
    found: dict[str, bytes] = {}
    moments: dict[str, str] = {}
    for record in records:
        fields = json.loads(record)
        copied = str(fields["captured_after"] and datetime.fromisoformat(fields["captured_after"]).astimezone(UTC))
        if copied >= moments.get(fields["id"], ""):
            found[fields["id"]], moments[fields["id"]] = record, copied
    return found
