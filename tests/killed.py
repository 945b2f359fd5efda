"""Processes that are killed at every step of the disk or at every statement of the index, and what an index must hold.

As a script it is such a process: `steps BASE FOLDER OUT WHEN` ingests and dies at each step there is, `statements BASE
FOLDER OUT EVERY` ingests and dies at every so manieth statement the index is told, `asking BASE OUT EVERY` answers a
question and does, `rotations BASE FOLDER OUT RUNS SEED` dies at random steps while segments of random length change.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from faulty import Killing, When, keep, say, unmeasured
from newsarc.archive import Archive
from newsarc.find import find
from newsarc.index import Index
from newsarc.query import Query

WHENS: tuple[When, ...] = ("before", "within", "after")

# What an index must hold.

_TABLES = (
    "SELECT * FROM state",
    "SELECT * FROM article ORDER BY seq",
    "SELECT * FROM older ORDER BY seq",
    "SELECT * FROM keyword ORDER BY word, seq",
    "SELECT term, doc FROM temp.word ORDER BY term, doc",
)


def unfit(root: Path) -> list[str]:
    """Return what the index of an archive says that is not so, after it caught up as a reader's does."""
    archive = Archive(root)
    with closing(Index(archive.root, archive.uuid)) as index:
        index.catch_up(archive)
        behind = [] if index.seen == archive.head() else ["it is behind"]
        return behind + list(index.compare(archive))


def unlike_a_new_one(root: Path) -> list[str]:
    """Return which tables of the index differ from those of one that is made anew; that one takes its place."""
    archive = Archive(root)
    with closing(Index(archive.root, archive.uuid)) as index:
        index.catch_up(archive)
        before = _contents(root)
        index.clear()
        index.catch_up(archive)
    return [sql for sql, old, new in zip(_TABLES, before, _contents(root), strict=True) if old != new]


def _contents(root: Path) -> list[list[tuple[Any, ...]]]:
    """Return all that the tables of an index hold, each word of each text too."""
    with closing(sqlite3.connect(root / "index" / "newsarc.db")) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, text, instance)")
        return [connection.execute(sql).fetchall() for sql in _TABLES]


def answers_alike(root: Path) -> bool:
    """Tell whether the index gives every article there is, as reading all lines does."""
    archive = Archive(root)
    found = list(find(archive, Query(), raw=True))
    return sorted(found) == sorted(line[:-1] for _, line in archive.scan())


# Processes.


def killed(*words: str | Path | int) -> "subprocess.Popen[bytes]":
    """Start this file as a process of its own."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, __file__, *map(str, words)], bufsize=0, stdout=pipe, stderr=pipe, env=unmeasured()
    )


def left_behind(out: Path, *words: str | Path | int) -> list[tuple[Path, list[str]]]:
    """Run such a process; returns the archives its children left behind, and what each had acknowledged."""
    out.mkdir()
    process = killed(*words)
    told, complaint = process.communicate(timeout=600)
    assert process.returncode == 0, complaint
    roots = sorted(path for path in out.iterdir() if path.is_dir())
    assert len(roots) == int(told)
    return [(root, acknowledged(Path(f"{root}.acknowledged").read_bytes())) for root in roots]


def acknowledged(told: bytes) -> list[str]:
    """Return the whole lines of what was told, as names."""
    return [name.decode() for name in told.split(b"\n")[:-1]]


def _died(base: Path, end: Path, do: Callable[[Path, int], None]) -> bool:
    """Do something to a copy of an archive in a child; tells whether it was killed, else removes the copy."""
    shutil.copytree(base, end)
    child = os.fork()
    if not child:
        do(end, os.open(f"{end}.acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    if not status:
        shutil.rmtree(end)
        os.remove(f"{end}.acknowledged")
    return bool(status)


def _steps(base: Path, folder: Path, out: Path, when: When) -> int:
    """Die at every step of one run, each time from the same beginning; returns how many there are."""
    steps = ((number, partial(_ingest, folder, disk=Killing(number + 1, when))) for number in count())
    return next(number for number, one in steps if not _died(base, out / f"{number:04}", one))


def _rotations(base: Path, folder: Path, out: Path, runs: int, seed: int) -> int:
    """Die so many times, each at a random step of a run over segments of random length; returns how many."""
    roll, died = random.Random(seed), 0
    while died < runs:
        rotate_at, when = roll.choice((1, 1, 1500, 3000, 4500)), roll.choice(WHENS)
        disk = Killing(roll.randrange(30, 130), when)
        work = partial(_ingest, folder, disk=disk, rotate_at=rotate_at)
        died += _died(base, out / f"{died:04}", work)
    return died


def _dying_at(number: int) -> None:
    """Let the process die before the Nth statement that any database is told."""
    left, connect = number, sqlite3.connect

    def count_down(_statement: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def connected(*args: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **named)
        connection.set_trace_callback(count_down)
        return connection

    sqlite3.connect = connected  # type: ignore[assignment]


def _statements(base: Path, out: Path, every: int, work: Callable[[Path, int], None]) -> int:
    """Die before every so manieth statement of the index; returns how many archives are left."""

    def do(number: int, root: Path, notes: int) -> None:
        _dying_at(number)
        work(root, notes)

    tries = ((number, partial(do, number)) for number in count(1, every))
    return next(made for made, (number, one) in enumerate(tries) if not _died(base, out / f"{number:05}", one))


def _ingest(folder: Path, root: Path, notes: int, **how: Any) -> None:
    keep(root, folder, acknowledged=partial(say, descriptor=notes), **how)


def _ask(root: Path, _notes: int) -> None:
    list(find(Archive(root), Query()))


def main(word: str, *words: str) -> None:
    """Be the process whose children are killed."""
    if word == "steps":
        when = next(when for when in WHENS if when == words[3])
        say(str(_steps(Path(words[0]), Path(words[1]), Path(words[2]), when)))
    elif word == "rotations":
        say(str(_rotations(Path(words[0]), Path(words[1]), Path(words[2]), int(words[3]), int(words[4]))))
    elif word == "statements":
        say(str(_statements(Path(words[0]), Path(words[2]), int(words[3]), partial(_ingest, Path(words[1])))))
    elif word == "asking":
        say(str(_statements(Path(words[0]), Path(words[1]), int(words[2]), _ask)))


if __name__ == "__main__":
    main(*sys.argv[1:])
