"""What goes between a source and a batch: how it is to be read, and its records, part by part."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias, Union

from newsarc import __version__
from newsarc.archive.originals import Packed
from newsarc.errors import SourceError, UnreadableSource
from newsarc.source import LIMITS, Limits, Place, Source

READER = f"newsarc {__version__}"


class Reading(NamedTuple):
    """How sources are read: a format by force, a section for those that state none, the present moment, the limits."""

    format: str | None = None
    category: str | None = None
    now: datetime | None = None
    limits: Limits = LIMITS


AS_IT_IS = Reading()


class Shelter(NamedTuple):
    """What one document may take of a worker before the worker is ended."""

    timeout: float = 10.0
    """Seconds without a result."""
    memory: int = 1 << 30
    """Bytes of address space, where the system can hold a process to it."""


SHELTER = Shelter()


Kept: TypeAlias = Union[Source, "Again", Packed, None]
"""The original of a record: in memory, on the disk, compressed already, or not wanted."""


class Part(NamedTuple):
    """Some records of a source, or its end."""

    place: Place | SourceError
    entries: "Sequence[tuple[bytes, Kept]]" = ()
    held: int = 0
    """Bytes of the source that stay in memory until its records are committed; said once."""
    error: SourceError | None = None
    """Why it could not be read to its end."""
    is_last: bool = False


class Again:
    """An original too large to be held: it is read once more when it is kept, and must be the same still."""

    def __init__(self, name: str, sha256: str, source: Callable[[], Source]) -> None:
        self.name = name
        self.sha256 = sha256
        self._source = source

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes from the start.

        Raises:
            UnreadableSource: It changed or vanished since its records were read.
        """
        digest = hashlib.sha256()
        for chunk in self._source().chunks():
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != self.sha256:
            raise UnreadableSource(self.name, "it changed while it was read")
