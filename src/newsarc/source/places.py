"""A place where bytes lie: a path, what came in on standard input, or a member of a container."""

import io
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from newsarc.errors import SourceError, UnreadableSource
from newsarc.source.unpacking import pieces_of


@dataclass(frozen=True, slots=True)
class Place:
    """A source that was found, not yet opened; `named` when a person named it, not a walk through a folder."""

    name: str
    path: str
    named: bool
    spool: "Spool | None" = field(default=None, repr=False)
    """What came in on standard input, which can be read only once."""
    data: bytes | None = field(default=None, repr=False)
    """What a member of a container holds; `path` is then that of the container."""
    fault: SourceError | None = None
    """Why it cannot be read, where that was seen when it was found. Of a container its raw bytes are all of it; of a
    member what can be kept of it (see `containers.members`), and there may be none."""


def opened(place: Place) -> IO[bytes]:
    """Open a regular file; a pipe or device neither blocks nor counts as one."""
    if place.data is not None:
        return io.BytesIO(place.data)
    if place.spool is not None:
        return place.spool.open()
    descriptor = os.open(place.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return open(descriptor, "rb", buffering=0)


def raw_bytes(place: Place) -> bytes:
    """Return the bytes of a place as they came, packed or not, for quarantine; see `raw_chunks`."""
    return b"".join(raw_chunks(place))


def raw_chunks(place: Place) -> Iterator[bytes]:
    """Yield the bytes of a place as they came, packed or not, for quarantine, a megabyte at a time.

    Raises:
        UnreadableSource: The system does not hand them over.
    """
    try:
        with opened(place) as stream:
            yield from pieces_of(stream)
    except (OSError, ValueError) as error:
        raise UnreadableSource(place.name, reason_of(error)) from error


class Spool:
    """Bytes kept in a temporary file without a name, which lives as long as this does."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        with tempfile.TemporaryFile() as file:
            for piece in pieces:
                file.write(piece)
            self.size = file.tell()
            file.flush()
            self._descriptor = os.dup(file.fileno())

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)

    def open(self) -> IO[bytes]:
        """Open them from the start; only the one opened last may be read."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return open(self._descriptor, "rb", buffering=0, closefd=False)


def shown(path: str) -> str:
    """Return a path as text; bytes of a name that are no UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def reason_of(error: OSError | ValueError) -> str:
    """Return what the system says."""
    return getattr(error, "strerror", None) or str(error)
