"""Disks that break at a chosen step, processes that die there, and what must hold afterwards.

As a script it is such a process: `ingest ROOT FOLDER` runs until it is killed, `hold ROOT` keeps the lock, `limited
BYTES WORD...` is newsarc on a disk that is soon full.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing, suppress
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Literal

from material import NOON, dump
from newsarc.archive import Archive
from newsarc.archive.chain import GENESIS, follows
from newsarc.archive.disk import Disk
from newsarc.article import Article
from newsarc.errors import IndexUnusable
from newsarc.index import Index
from newsarc.ingest import Reading, ingest, read
from newsarc.source import Source, find, from_bytes

When = Literal["before", "within", "after"]
Entry = tuple[Article, Source | None]

ROTATE_AT = 3500  # bytes: about three articles a segment
UNREADABLE = b"Das ist keine Meldung, nur ein Satz.\n"
BAD_NAME = "kaputt.txt"


def dice(seed: int) -> random.Random:
    """Roll dice that can be rolled again: the seed is printed."""
    sys.stdout.write(f"seed {seed}\n")
    return random.Random(seed)


# Disks.


class Unflushed(Disk):
    """Never waits for the platter: for loops that ask what is written, not when."""

    def fsync(self, path: str) -> None:
        """Do nothing."""

    def fsync_folder(self, path: str) -> None:
        """Do nothing."""


class Stepping(Disk):
    """Hands every step that changes something to `take`, which does it, or not."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def take(self, do: Callable[[], None], _half: Callable[[], None]) -> None:
        """Decide what becomes of the last of `steps`; `half` does half of a write."""
        do()

    def _step(self, name: str, do: Callable[[], None], half: Callable[[], None] = lambda: None) -> None:
        self.steps.append(name)
        self.take(do, half)

    def create(self, path: str) -> None:
        """Make a file, as `take` decides."""
        self._step("create", partial(super().create, path))

    def write(self, path: str, offset: int, data: bytes) -> None:
        """Write, as `take` decides."""
        put = partial(super().write, path, offset)
        self._step("write", partial(put, data), partial(put, data[: len(data) // 2]))

    def truncate(self, path: str, length: int) -> None:
        """Cut a file, as `take` decides."""
        self._step("truncate", partial(super().truncate, path, length))

    def fsync(self, path: str) -> None:
        """Flush a file, as `take` decides."""
        self._step("fsync", partial(super().fsync, path))

    def fsync_folder(self, path: str) -> None:
        """Flush a folder, as `take` decides."""
        self._step("fsync_folder", partial(super().fsync_folder, path))

    def replace(self, path: str, target: str) -> None:
        """Rename, as `take` decides."""
        self._step("replace", partial(super().replace, path, target))


class Killing(Stepping):
    """Kills its own process before, within or after the Nth step."""

    def __init__(self, number: int, when: When) -> None:
        super().__init__()
        self.number = number
        self.when = when

    def take(self, do: Callable[[], None], half: Callable[[], None]) -> None:
        """Do it, and die at the one that was chosen."""
        if len(self.steps) != self.number:
            do()
            return
        if self.when != "before":
            (half if self.when == "within" else do)()
        os.kill(os.getpid(), signal.SIGKILL)


class Failing(Stepping):
    """Fails the Nth step, or it and every later one; a write that fails has written half."""

    def __init__(self, number: int, code: int, *, for_ever: bool = False) -> None:
        super().__init__()
        self.number = number
        self.code = code
        self.for_ever = for_ever
        self.failed: str | None = None
        """The step that failed first."""

    def take(self, do: Callable[[], None], half: Callable[[], None]) -> None:
        """Do it, or fail."""
        if len(self.steps) < self.number or (self.failed and not self.for_ever):
            do()
            return
        self.failed = self.failed or self.steps[-1]
        half()
        raise OSError(self.code, os.strerror(self.code))

    def flushes_after(self) -> list[str]:
        """Return the flushes that were tried after the failure."""
        return [name for name in self.steps[self.number :] if name.startswith("fsync")]


# Sources and runs.


def dumps(number: int, *, first: int = 1) -> dict[str, bytes]:
    """Write so many dumps of one article each, by file name."""
    return {
        f"{one:04}.txt": dump(f"Nummer {one} am Hafen", f"05.06.2023 - {one // 60 % 24:02}:{one % 60:02}:00")
        for one in range(first, first + number)
    }


def folder_of(files: dict[str, bytes], folder: Path) -> Path:
    """Write files into a folder."""
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def entries_of(data: bytes, name: str = "dump.txt", how: Reading | None = None) -> list[Entry]:
    """Read bytes into what `append` takes."""
    source = from_bytes(data, name)
    return [(article, source) for article in read(source, how or Reading(now=NOON))]


def filled(archive: Archive, *sources: bytes) -> list[str]:
    """Append each source as a batch of its own; returns what each article was."""
    return [filed.what for data in sources for filed in archive.append(entries_of(data), now=NOON)]


def ticking(seconds: float = 0.2) -> Callable[[], datetime]:
    """Return a clock that goes on by so much at each look, so that every few articles a batch is committed."""
    looks = count()
    return lambda: NOON + timedelta(seconds=seconds * next(looks))


def keep(
    root: Path,
    folder: Path,
    *,
    disk: Disk | None = None,
    acknowledged: Callable[[str], object] = str,
    rotate_at: int = ROTATE_AT,
) -> None:
    """Ingest a folder as the command does, with an index, in small batches and small segments."""
    archive, _ = Archive.create(root, disk=disk, rotate_at=rotate_at)
    with ExitStack() as stack:
        with suppress(IndexUnusable):  # another run makes it
            archive.known = stack.enter_context(closing(Index(archive.root, archive.uuid)))
        for outcome in ingest(find([str(folder)]), archive, clock=ticking(), how=Reading(now=NOON)):
            acknowledged(Path(outcome.name).name)


# What must hold.


def digests(root: Path) -> dict[str, str]:
    """Digest every file of a folder."""
    return {
        str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest() for path in root.rglob("*") if path.is_file()
    }


def said(article: Article) -> bytes:
    """Return what a record says, apart from when it was archived, where its original lies and where it was read."""
    kept = {"name": "", "pack": None, "pack_offset": None, "pack_length": None}
    origin = article.origin.model_copy(update=kept) if article.origin else None
    return article.model_copy(update={"archived": None, "origin": origin}).line()


def everything(root: Path) -> Counter[bytes]:
    """Count what the records of an archive say."""
    return Counter(said(article) for article in Archive(root).articles())


def name_of(article: Article) -> str:
    """Return the name of the file an article was read from."""
    return Path(article.origin.name).name if article.origin else ""


def faults(root: Path) -> list[str]:
    """Return what `check` finds."""
    return [str(fault) for fault in Archive(root).check()]


def losses(root: Path, acknowledged: Iterable[str]) -> list[str]:
    """Return which sources were acknowledged and are not there exactly once, each byte of them; and every fault."""
    archive = Archive(root)
    stored = Counter(map(name_of, archive.articles()))
    bad = [f"{name}: stored {number} times" for name, number in stored.items() if number != 1]
    for name in acknowledged:
        if name == BAD_NAME:
            raw = root / "quarantine" / f"{sha256(UNREADABLE).hexdigest()}.raw"
            if raw.read_bytes() != UNREADABLE or not raw.with_suffix(".json").exists():
                bad.append(f"{name}: not in quarantine")
        elif not stored[name]:
            bad.append(f"{name}: acknowledged and lost")
    return bad + faults(root)


def segments(root: Path) -> list[Path]:
    """Return the segments there are, in order."""
    return sorted((root / "articles").glob("*.jsonl"))


def whole_lines(root: Path) -> list[bytes]:
    """Return every line whose chain holds from the first one on, without asking HEAD or the archive."""
    lines: list[bytes] = []
    chain: str | None = GENESIS
    for path in segments(root):
        for line in path.read_bytes().split(b"\n")[:-1]:
            chain = follows(line + b"\n", len(lines) + 1, chain or "")
            if chain is None:
                return lines
            lines.append(line)
    return lines


# Power.

_SECTOR = 512
Step = tuple[str, str, int, bytes]  # name, path in the archive, offset or length, data
Forgets = Callable[[str, str], bool]


class Torn(BaseException):
    """The process died in a write."""


class _Bytes:
    """What a file holds, and what of it is on the platter."""

    def __init__(self, data: bytes = b"") -> None:
        self.synced = data
        self.now = bytearray(data)

    def survivor(self, roll: random.Random) -> bytes:
        """Return what is left of it: each sector as it was flushed or as it was written last."""
        share = roll.choice((0.0, 0.5, 1.0))
        size = len(self.now) if roll.random() < share else len(self.synced)
        left = bytearray()
        for start in range(0, size, _SECTOR):
            piece = (self.now if roll.random() < share else self.synced)[start : min(start + _SECTOR, size)]
            left += bytes(piece).ljust(min(_SECTOR, size - start), b"\0")
        return bytes(left)


Names = dict[str, "_Bytes | None"]  # None is a folder


class Recording(Disk):
    """Keeps a log of all steps, so that a loss of power at any moment can be played back.

    `forgets` says of a step and the name of its file whether this protocol leaves it out: a mutation.
    """

    def __init__(self, root: Path, forgets: Forgets = lambda _step, _name: False) -> None:
        self.root = root
        self.log: list[Step] = []
        self.tears = 0
        """How many last bytes of the next write to a segment are missing when the process dies in it."""
        self._forgets = forgets

    def note(self, step: str, path: str, number: int = 0, data: bytes = b"") -> None:
        """Add a step to the log; `acknowledged` is one, its ids are the data."""
        if not self._forgets(step, os.path.basename(path)):
            self.log.append((step, os.path.relpath(path, self.root), number, data))

    def create(self, path: str) -> None:
        """Make a file, and log it."""
        if not os.path.lexists(path):
            self.note("create", path)
        super().create(path)

    def write(self, path: str, offset: int, data: bytes) -> None:
        """Write, and log it."""
        is_torn = bool(self.tears and path.endswith(".jsonl"))
        data = data[: -self.tears] if is_torn else data
        self.note("write", path, offset, data)
        super().write(path, offset, data)
        if is_torn:
            raise Torn

    def truncate(self, path: str, length: int) -> None:
        """Cut a file, and log it."""
        self.note("truncate", path, length)
        super().truncate(path, length)

    def fsync(self, path: str) -> None:
        """Flush a file, in the log alone."""
        self.note("fsync", path)

    def fsync_folder(self, path: str) -> None:
        """Flush a folder, in the log alone."""
        self.note("fsync_folder", path)

    def replace(self, path: str, target: str) -> None:
        """Rename, and log it."""
        self.note("replace", path, 0, os.path.relpath(target, self.root).encode())
        super().replace(path, target)

    def make_folder(self, path: str) -> None:
        """Make a folder, and log it."""
        if not os.path.isdir(path) and not os.path.samefile(os.path.dirname(path), self.root.parent):
            self.note("make_folder", path)
        super().make_folder(path)


def power_lost(log: list[Step], moment: int, root: Path, roll: random.Random) -> list[str]:
    """Lay out what a disk may hold when power is lost at a moment of the log; returns the ids acknowledged by then."""
    folders: dict[str, list[Names]] = {".": [{}]}  # each as flushed, then after every later change
    acknowledged: list[str] = []
    for step, path, number, data in log[:moment]:
        folder, name = os.path.split(path)
        states = folders.setdefault(folder or ".", [{}])
        if step in ("create", "make_folder"):
            states.append({**states[-1], name: _Bytes() if step == "create" else None})
        elif step == "replace":
            rest = dict(states[-1])
            moved = rest.pop(name)
            states.append({**rest, os.path.basename(data.decode()): moved})
        elif step == "fsync_folder":
            whole = folders.setdefault(path, [{}])
            del whole[:-1]
        elif step == "acknowledged":
            acknowledged += data.decode().split()
        else:
            _change(states[-1][name], step, number, data)
    _lay_out(folders, ".", root, roll)
    return acknowledged


def _change(file: _Bytes | None, step: str, number: int, data: bytes) -> None:
    assert file is not None
    if step == "write":
        file.now += bytes(max(0, number - len(file.now)))
        file.now[number : number + len(data)] = data
    elif step == "truncate":
        del file.now[number:]
    else:
        assert step == "fsync"
        file.synced = bytes(file.now)


def _lay_out(folders: dict[str, list[Names]], folder: str, root: Path, roll: random.Random) -> None:
    """Write one folder: any prefix of its changes, each folder on its own."""
    (root / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, file in roll.choice(folders.get(folder, [{}])).items():
        if file is None:
            _lay_out(folders, os.path.normpath(os.path.join(folder, name)), root, roll)
        else:
            (root / folder / name).write_bytes(file.survivor(roll))


# Processes.


def process(*words: str | Path) -> "subprocess.Popen[bytes]":
    """Start this file as a process of its own."""
    command = [sys.executable, __file__, *map(str, words)]
    pipe = subprocess.PIPE
    # No byte waits in a buffer.
    return subprocess.Popen(command, bufsize=0, stdin=pipe, stdout=pipe, stderr=pipe, env=unmeasured())


def unmeasured() -> dict[str, str]:
    """Return the environment without coverage: its file would be torn by a kill, and fail where no file may grow."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


def say(word: str, descriptor: int = 1) -> None:
    """Write a line, at once."""
    os.write(descriptor, f"{word}\n".encode())


class _Holding(Stepping):
    """Stays for ever in its first step."""

    def take(self, _do: Callable[[], None], _half: Callable[[], None]) -> None:
        say("held")
        sys.stdin.read()


def main(word: str, *words: str) -> None:
    """Be the process that is broken."""
    if word == "ingest":
        say("ready")
        keep(Path(words[0]), Path(words[1]), acknowledged=say)
    elif word == "hold":
        Archive(words[0], disk=_Holding()).append(entries_of(dump()), now=NOON)
    elif word == "limited":
        import resource  # noqa: PLC0415 - not on every platform

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(words[0]), int(words[0])))
        os.execv(sys.executable, [sys.executable, "-B", "-m", "newsarc", *words[1:]])  # noqa: S606 - the same process


if __name__ == "__main__":
    main(*sys.argv[1:])
