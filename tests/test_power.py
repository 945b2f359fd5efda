"""A loss of power at any moment costs nothing that was acknowledged; each flush is needed, and its lack is seen."""

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import Figure
from faulty import (
    ROTATE_AT,
    Entry,
    Forgets,
    Recording,
    Step,
    Torn,
    Unflushed,
    dice,
    dumps,
    entries_of,
    faults,
    power_lost,
    segments,
)
from killed import unfit
from material import NOON
from newsarc.archive import Archive
from newsarc.errors import NewsarcError
from newsarc.index import Index

STATES = 300


class Night(NamedTuple):
    """The log of some runs, all that they were given, and the index as it was after each."""

    log: list[Step]
    entries: list[Entry]
    indexes: list[Path]


def night(root: Path, forgets: Forgets, *, too_early: bool = False) -> Night:
    """Make an archive, append, die in a write, recover, append over two rotations; noting what was acknowledged.

    With `too_early` it is acknowledged before it is committed: a mutation.
    """
    disk, indexes = Recording(root, forgets), list[Path]()
    sources = [entries_of(data, name) for name, data in dumps(8).items()]

    def append(*numbers: int) -> None:
        writer = Archive(root, disk=disk, rotate_at=ROTATE_AT)
        entries = [entry for number in numbers for entry in sources[number]]
        if too_early:
            disk.note("acknowledged", os.fspath(root), 0, " ".join(str(one.id) for one, _ in entries).encode())
        with closing(Index(writer.root, writer.uuid)) as writer.known:
            filed = writer.append(entries, now=NOON)
        disk.note("acknowledged", os.fspath(root), 0, " ".join(one.id for one in filed).encode())
        indexes.append(Path(f"{root}.index{len(indexes)}"))
        shutil.copytree(root / "index", indexes[-1])

    Archive.create(root, disk=disk)
    append(0)
    append(1)
    disk.tears = 700
    with pytest.raises(Torn):
        append(2, 3)
    disk.tears = 0
    append(4)
    append(5, 6)
    append(7, 0)
    assert len(segments(root)) == 3
    assert len(list((root / "lost+found").iterdir())) == 1
    assert faults(root) == []
    return Night(disk.log, [entry for source in sources for entry in source], indexes)


def lost(known: Night, root: Path, seed: int, *, indexed: bool) -> str:
    """Lose power at a moment, look what is there, go on; returns what is wrong.

    The index that is found then is one of any moment: older than the archive, or of lines that were never committed.
    """
    roll = dice(seed)
    acknowledged = set(power_lost(known.log, roll.randrange(len(known.log) + 1), root, roll))
    try:
        stored = {one.id for one in Archive(root).articles()}
        if wrong := [*(acknowledged - stored), *faults(root)]:
            return wrong[0]
    except (NewsarcError, ValueError, OSError) as error:
        if acknowledged:
            return str(error)
    try:
        archive, _ = Archive.create(root, disk=Unflushed(), rotate_at=ROTATE_AT)
        if indexed:
            shutil.copytree(roll.choice(known.indexes), root / "index")
            archive.known = Index(archive.root, archive.uuid)
        archive.append(known.entries, now=NOON)
        once = sorted(one.id for one in archive.articles()) == sorted(article.id for article, _ in known.entries)
        bad = [*faults(root), *(unfit(root) if indexed else [])]
    except (NewsarcError, ValueError, OSError) as error:
        return str(error)
    return "".join(bad[:1]) if once else "not each once after the next run"


def nights(known: Night, tmp_path: Path, states: int) -> list[str]:
    """Lose power in each of so many ways, with an index in every fifth; returns what was wrong, by seed."""
    assert len(known.log) > 80
    found = []
    for seed in range(states):
        root = tmp_path / f"{seed}"
        if wrong := lost(known, root, seed, indexed=seed % 5 == 0):
            found.append(f"seed {seed}: {wrong}")
        shutil.rmtree(root)
    return found


def test_a_loss_of_power_at_any_moment_loses_nothing_acknowledged(tmp_path: Path, full: bool, figure: Figure) -> None:
    states = 20_000 if full else 2_000
    known = night(tmp_path / "archive", lambda _step, _name: False)
    assert nights(known, tmp_path, states) == []
    figure("D4", "losses of power", states)
    figure("D4", "steps of the log", len(known.log))


MUTATIONS = {
    "fsync of the segment": ("fsync", ".jsonl"),
    "fsync of HEAD.tmp": ("fsync", "HEAD.tmp"),
    "fsync of FORMAT.tmp": ("fsync", "FORMAT.tmp"),
    "fsync of the pack": ("fsync", ".gz"),
    "fsync of the archive folder": ("fsync_folder", "archive"),
    "fsync of articles/": ("fsync_folder", "articles"),
    "fsync of originals/": ("fsync_folder", "originals"),
}


@pytest.mark.parametrize("left_out", MUTATIONS)
def test_each_flush_is_needed_and_its_loss_is_seen(tmp_path: Path, left_out: str, full: bool, figure: Figure) -> None:
    """A protocol without it loses what was acknowledged: the test above would see it."""
    step, ending = MUTATIONS[left_out]
    known = night(tmp_path / "archive", lambda done, name: done == step and name.endswith(ending))
    found = nights(known, tmp_path, 2_000 if full else STATES)
    assert len(found) > 5, left_out
    figure("D5", f"violations of {2_000 if full else STATES:,} without {left_out}:", len(found))


def test_an_acknowledgement_before_the_commit_is_seen(tmp_path: Path, full: bool, figure: Figure) -> None:
    known = night(tmp_path / "archive", lambda _step, _name: False, too_early=True)
    found = nights(known, tmp_path, 2_000 if full else STATES)
    assert len(found) > 5
    figure("D5", f"violations of {2_000 if full else STATES:,}, acknowledged before the commit:", len(found))
