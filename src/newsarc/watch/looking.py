"""Which files of a folder are finished: nothing about them changed for a while, or for long before they were seen."""

import os
from collections.abc import Container, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from newsarc.errors import UnreadableSource
from newsarc.source import files

_TEMPORARY = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp", "~")
_LONG_AGO = 60.0  # seconds that a file of another clock may seem older than it is
_AGAIN = 300.0  # seconds after which a file that could not be read is tried again


class File(NamedTuple):
    """A file as it was seen."""

    path: str
    mark: bytes
    """Digest of its name in the folder, and of all that changes when it is written."""
    written: int
    """When, in nanoseconds of the folder's clock."""


class Look(NamedTuple):
    """What one look through a folder found."""

    finished: Sequence[File]
    """Those to be taken, in the order they were written."""
    growing: Sequence[File]
    """Those that may still be written to."""
    marks: set[bytes]
    """Of all files there are."""
    faults: Sequence[UnreadableSource]
    """Folders that could not be looked into."""


class Lookout:
    """Looks through a folder again and again, and remembers since when each file is as it is."""

    def __init__(self, folder: str, settle: float) -> None:
        self._folder = folder.rstrip(os.sep) or folder
        self._settle = settle
        self._since = dict[bytes, float]()
        self._refused = dict[bytes, float]()

    def look(self, taken: Container[bytes], *, now: datetime, moment: float) -> Look:
        """Look through the folder; `now` is the time of day, `moment` counts seconds and never goes back."""
        finished, growing = list[File](), list[File]()
        marks, faults = set[bytes](), list[UnreadableSource]()
        since = dict[bytes, float]()
        for entry in files(self._folder, lambda _path, _reason: None):
            if isinstance(entry, UnreadableSource):
                faults.append(entry)
                continue
            try:
                file, age = self._seen(entry.path, entry.stat(follow_symlinks=False), now)
            except OSError:
                continue  # it is gone again
            marks.add(file.mark)
            if file.mark in taken or entry.name.lower().endswith(_TEMPORARY):
                continue
            since[file.mark] = begun = self._since.get(file.mark, moment)
            if moment - begun < self._settle and age < self._settle + _LONG_AGO:
                growing.append(file)
            elif moment >= self._refused.get(file.mark, moment):
                finished.append(file)
        self._since = since
        self._refused = {mark: when for mark, when in self._refused.items() if mark in marks}
        return Look(sorted(finished, key=lambda file: (file.written, file.path)), growing, marks, faults)

    def soonest(self, look: Look, moment: float) -> float:
        """Return in how many seconds one of those that grow may be finished."""
        return max(0.0, min(self._since[file.mark] for file in look.growing) + self._settle - moment)

    def refuse(self, file: File, moment: float) -> bool:
        """Leave a file that the system does not hand over for a while; tells whether it is the first time."""
        is_first = file.mark not in self._refused
        self._refused[file.mark] = moment + _AGAIN
        return is_first

    def _seen(self, path: str, status: os.stat_result, now: datetime) -> tuple[File, float]:
        """Make a file of what the system says of it, with its age in seconds."""
        numbers = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        name = path.removeprefix(self._folder)
        mark = blake2b(b"%b\0%d %d %d %d" % (os.fsencode(name), *numbers), digest_size=16).digest()
        return File(path, mark, status.st_mtime_ns), now.timestamp() - status.st_mtime
