"""Whether the originals that records name are as they were read: each unpacked once, in the order of the packs."""

import os
from array import array
from bisect import bisect_left
from collections.abc import Callable
from hashlib import sha256

from newsarc.archive.checking.shape import Kept
from newsarc.archive.disk import Disk
from newsarc.archive.originals import Member, unpack

_AHEAD = 1 << 20  # bytes read at once
_PACK = 40  # bits of a place in a pack
_MASK = (1 << 64) - 1


class Ahead(Disk):
    """A disk that reads on: members follow each other, so the next one is here already."""

    def __init__(self, disk: Disk, passed: Callable[[int], None]) -> None:
        self._disk = disk
        self._passed = passed
        self._path, self._start, self._data = "", 0, b""

    def read(self, path: str, offset: int = 0, length: int = -1) -> bytes:
        """Return bytes of a file, fewer where it ends."""
        first = offset - self._start
        if path != self._path or first < 0 or first + length > len(self._data):
            data = self._disk.read(path, offset, max(length, _AHEAD))
            known = self._start + len(self._data) if path == self._path else 0
            self._passed(max(0, offset + len(data) - max(known, offset)))
            self._path, self._start, self._data, first = path, offset, data, 0
        return self._data[first : first + length]


class Originals:
    """The originals of an archive on their way through a check; remembers in 24 bytes each which were sound.

    Records name originals in the order they were kept, but for later readings of older ones: those are looked up.
    """

    def __init__(self, disk: Disk, root: str, passed: Callable[[int], None]) -> None:
        self._ahead = Ahead(disk, passed)
        self._folder = os.path.join(root, "originals")
        self._places, self._prints, self._sizes = array("Q"), array("Q"), array("Q")
        self._failed = (-1, -1, "")
        self.count = 0

    def fault(self, kept: Kept, member: Member) -> str:
        """Say what is wrong with the original that a record names, nothing where it is as it was read.

        Raises:
            OSError: Its pack cannot be read.
        """
        place, mark = member.pack << _PACK | member.offset, hash((member.length, kept.sha256)) & _MASK
        if self._failed[:2] == (place, mark):
            return self._failed[2]
        size = self._known(place, mark)
        if size is None:
            try:
                size = self._size(kept, member)
            except ValueError as error:
                self._failed = (place, mark, str(error))
                return str(error)
            if not self._places or place > self._places[-1]:
                self._places.append(place)
                self._prints.append(mark)
                self._sizes.append(size)
            self.count += 1
        is_inside = kept.offset + kept.length <= size
        return "" if is_inside else f"it has {size} bytes, the article would end at byte {kept.offset + kept.length}"

    def _known(self, place: int, mark: int) -> int | None:
        """Return the size of an original that was sound before."""
        if not self._places or place > self._places[-1]:
            return None
        found = bisect_left(self._places, place)
        return self._sizes[found] if (self._places[found], self._prints[found]) == (place, mark) else None

    def _size(self, kept: Kept, member: Member) -> int:
        """Unpack an original and compare it with its digest.

        Raises:
            ValueError: It is not as it was read.
        """
        found, size = sha256(), 0
        for piece in unpack(self._ahead, self._folder, member):
            found.update(piece)
            size += len(piece)
        if found.hexdigest() != kept.sha256:
            raise ValueError("its bytes are not those that were read")
        return size
