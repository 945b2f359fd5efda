"""What one place in a zip or tar file is, and the bytes of such a file in one direction."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from newsarc.errors import CompressionBomb, DamagedContainer, SourceError
from newsarc.source.limits import Limits
from newsarc.source.unpacking import CHUNK

Unwanted = Callable[[str], str]
"""Says of the name of a member why it is passed over; empty if it is wanted."""


class Member(NamedTuple):
    """What stands in one place of a container: bytes, or why there are none."""

    name: str
    data: bytes = b""
    fault: SourceError | None = None
    skipped: str = ""
    """Why it was passed over, such as `symlink`."""


class Stream:
    """Bytes in one direction; no more of them is held than is asked for."""

    def __init__(self, pieces: Iterator[bytes], name: str) -> None:
        self.name = name
        self._pieces = pieces
        self._held = b""
        self._at = 0

    def read(self, most: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        parts = []
        while most:
            if self._at == len(self._held):
                self._held, self._at = next(self._pieces, b""), 0
                if not self._held:
                    break
            parts.append(self._held[self._at : self._at + most])
            self._at += len(parts[-1])
            most -= len(parts[-1])
        return b"".join(parts)

    def take(self, size: int) -> bytes:
        """Return the next bytes, all of them.

        Raises:
            DamagedContainer: There are fewer.
        """
        data = self.read(size)
        if len(data) < size:
            raise DamagedContainer(self.name, "it is cut")
        return data

    def skip(self, size: int) -> None:
        """Pass over bytes, holding a megabyte at most."""
        for start in range(0, size, CHUNK):
            self.take(min(CHUNK, size - start))


def check_number(number: int, name: str, limits: Limits) -> None:
    """Count members.

    Raises:
        CompressionBomb: There are too many.
    """
    if number > limits.members:
        raise CompressionBomb(name, f"more than {limits.members:,} members")


def text_of(name: bytes, otherwise: str = "utf-8") -> str:
    """Read the name of a member: UTF-8, or what else it may be; what is neither is escaped."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode(otherwise, "backslashreplace")
