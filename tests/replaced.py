"""What the tests of repair and erasing share: the reader they are given, disks that also remove, power that is lost."""

import os
import random
import shutil
import signal
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from faulty import Failing, Killing, Names, Recording, Step, Stepping, Unflushed, When, _Bytes, _change, _lay_out
from material import NOON
from newsarc.archive import Archive
from newsarc.archive.chain import without_framing
from newsarc.archive.disk import Disk
from newsarc.archive.mending.repairing import Repair, repair
from newsarc.ingest.rereading import rereader

LATER = NOON + timedelta(days=1)
REREAD = rereader(LATER)


def mended(root: Path, *, disk: Disk | None = None, dry_run: bool = False, rotate_at: int = 5000) -> Repair:
    """Repair an archive."""
    return repair(
        os.fspath(root), now=LATER, reread=REREAD, disk=disk or Unflushed(), dry_run=dry_run, rotate_at=rotate_at
    )


def records(root: Path) -> dict[tuple[str, int, int], bytes]:
    """Return the bytes of every record by id, version and revision, in the order of lines."""
    archive = Archive(root)
    pairs = zip(archive.articles(), archive.scan(), strict=True)
    return {(one.id, one.version, one.revision): without_framing(line) for one, (_, line) in pairs}


def seen_in(path: Path) -> Iterator[bytes]:
    """Yield all bytes of a file, and those that anything in it unpacks to."""
    data = path.read_bytes()
    yield data
    start = data.find(b"\x1f\x8b\x08")
    while start >= 0:
        unpacker = zlib.decompressobj(wbits=31)
        with suppress(zlib.error):
            yield unpacker.decompress(data[start:])
        start = data.find(b"\x1f\x8b\x08", start + 1)


def holders(root: Path, *needles: bytes) -> list[str]:
    """Return which files of a folder hold one of some bytes, packed or not."""
    return sorted(
        {
            str(path.relative_to(root))
            for path in root.rglob("*")
            if path.is_file()
            for data in seen_in(path)
            if any(needle in data for needle in needles)
        }
    )


# Steps.


class Removing(Stepping, Unflushed):
    """Counts, breaks or kills removals too."""

    def remove(self, path: str) -> None:
        """Remove a file, as `take` decides."""
        self._step("remove", partial(super().remove, path))


class Dying(Removing, Killing):
    """Kills its own process before, within or after the Nth step."""


class Breaking(Removing, Failing):
    """Fails the Nth step."""


def killed_at_every_step(
    base: Path, out: Path, when: When, do: Callable[[Path, Disk], object], *, last: int = 1000
) -> Iterator[Path]:
    """Do something to a copy in a process that is killed at a step, each of the last in turn; yields what is left.

    Only a write can be killed within.
    """
    shutil.copytree(base, out / "counted")
    counted = Removing()
    do(out / "counted", counted)
    assert len(counted.steps) > 15
    for number, step in list(enumerate(counted.steps, 1))[-last:]:
        if when == "within" and step != "write":
            continue
        root = out / f"{when}{number}"
        shutil.copytree(base, root)
        child = os.fork()
        if not child:
            try:
                do(root, Dying(number, when))
            except BaseException:  # noqa: BLE001 - the parent looks at the exit code
                os._exit(1)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status == -signal.SIGKILL
        yield root
        shutil.rmtree(root)
    shutil.rmtree(out / "counted")


# Power.


class Night(Recording):
    """Keeps a log of removals and moves too."""

    def remove(self, path: str) -> None:
        """Remove a file, and log it."""
        if os.path.lexists(path):
            self.note("remove", path)
        super().remove(path)


def power_lost(base: Path, log: list[Step], moment: int, root: Path, roll: random.Random) -> None:
    """Lay out what a disk may hold when power is lost at a moment of a log that began with an archive.

    A move between folders is one entry in the journal of a file system: the file is not lost, at worst it is in both.
    """
    folders: dict[str, list[Names]] = {}
    for place in [base, *base.rglob("*")]:
        if place.is_dir():
            names = {one.name: None if one.is_dir() else _Bytes(one.read_bytes()) for one in place.iterdir()}
            folders[os.path.relpath(place, base)] = [names]
    for step, path, number, data in log[:moment]:
        folder, name = os.path.split(path)
        states = folders.setdefault(folder or ".", [{}])
        if step in ("create", "make_folder"):
            states.append({**states[-1], name: _Bytes() if step == "create" else None})
        elif step in ("replace", "remove"):
            rest = dict(states[-1])
            moved = rest.pop(name)
            target, new_name = os.path.split(data.decode())
            if step == "replace" and (target or ".") != (folder or "."):
                for state in folders[target or "."]:
                    state[new_name] = moved
            elif step == "replace":
                rest[new_name] = moved
            states.append(rest)
        elif step == "fsync_folder":
            del folders.setdefault(path, [{}])[:-1]
        else:
            _change(states[-1][name], step, number, data)
    _lay_out(folders, ".", root, roll)
