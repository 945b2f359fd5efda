"""Which files were taken already, kept beside the index: derived, may be deleted.

A line for each file: a digest of its name and of all that changes when it is written. After some of them the end of
the archive that holds what they gave; where the archive does not know that end any more (a repair, an erasing, an
older copy put back) they count for nothing, and the files are read again, which adds nothing.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b

from newsarc.archive import Archive
from newsarc.archive.chain import Head, head_line, read_head
from newsarc.errors import NewsarcError

_SAVED_AT = 500  # files
_MARK = re.compile(rb"[0-9a-f]{32}\n")
_SPARE = 100_000  # marks of files that are gone, beyond as many again as there are files


class Taken:
    """Marks of the files that were taken, in memory and in a file that only ever adds to them."""

    def __init__(self, what: Iterable[str]) -> None:
        """Begin for a folder, and the ways it is looked through."""
        self._name = f"watch-{blake2b(repr(tuple(what)).encode(), digest_size=8).hexdigest()}.txt"
        self._marks = set[bytes]()
        self._unsaved = list[bytes]()
        self._head: Head | None = None

    def __contains__(self, mark: object) -> bool:
        return mark in self._marks

    def open(self, archive: Archive) -> None:
        """Take up what was kept; forget it all if the archive's lines are not those it speaks of.

        Raises:
            ArchiveDamaged, StorageError: The archive's end cannot be read.
        """
        if self._head is None:
            self._load(archive)
        if self._head is None or not archive.holds(self._head):
            self._marks.clear()
            self._unsaved.clear()
            with suppress(OSError):
                os.remove(self._path(archive))
            self._head = archive.head()

    def add(self, mark: bytes, archive: Archive) -> None:
        """Note a file whose articles are durable."""
        self._marks.add(mark)
        self._unsaved.append(mark)
        if len(self._unsaved) >= _SAVED_AT:
            self.save(archive)

    def save(self, archive: Archive) -> None:
        """Write down what is new; if that fails, some files are read again one day.

        Nothing is written behind a repair or an erasing: `open` is to find out.
        """
        with suppress(OSError, NewsarcError):
            head = archive.head()
            if self._unsaved and self._head and head.first == self._head.first:
                self._write(archive, "ab", self._unsaved, head)
                self._head = head
                self._unsaved = []

    def keep(self, marks: set[bytes], archive: Archive) -> None:
        """Forget files that are gone, if they are many; a folder that is away for a while must not be forgotten."""
        if len(self._marks) > 2 * len(marks) + _SPARE and self._head:
            self._marks &= marks
            with suppress(OSError):
                self._write(archive, "wb", self._marks, self._head)
                self._unsaved = []

    def _path(self, archive: Archive) -> str:
        return os.path.join(archive.root, "index", self._name)

    def _load(self, archive: Archive) -> None:
        """Read marks up to the last end that was written down; what a kill tore off is no mark."""
        with suppress(OSError), open(self._path(archive), "rb") as lines:
            unproved = list[bytes]()
            for line in lines:
                if _MARK.fullmatch(line):
                    unproved.append(bytes.fromhex(line.decode()))
                elif head := read_head(line):
                    self._head = head
                    self._marks.update(unproved)
                    unproved.clear()

    def _write(self, archive: Archive, mode: str, marks: Iterable[bytes], head: Head) -> None:
        path = self._path(archive)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        text = "".join(f"{mark.hex()}\n" for mark in marks).encode()
        with open(path, mode, buffering=0, opener=_opener) as file:
            file.write(b"\n" * (mode == "ab" and file.tell() > 0) + text + head_line(head))


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
