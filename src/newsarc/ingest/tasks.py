"""What workers are told to read: places in chunks, and what has come of each so far."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from json import dumps
from typing import TypeAlias

from newsarc.archive.originals import Packed
from newsarc.errors import SourceError
from newsarc.ingest.messages import error_of, pieces_of
from newsarc.ingest.parts import Again, Part, Reading
from newsarc.source import IN_MEMORY, Place, read

_MOST_PLACES = 32  # of a task
_MOST_BYTES = 1 << 20  # of the files of a task; a larger one is a task alone
_MOST_TEXT = 4000  # bytes of names: a task of files fits into any pipe, and may wait there


Why: TypeAlias = Callable[[str], SourceError]
"""Makes the error of the place that a worker died of."""


class Task:
    """Places that one worker reads together, and what has come of them: parts in their order."""

    def __init__(self, key: tuple[int, ...], places: list[Place], how: Reading) -> None:
        self.key = key
        """Where it stands among the others."""
        self.places = places
        self.parts: deque[Part] = deque()
        self.waiting = 0
        """Bytes of the parts that nobody took yet."""
        self.finished = 0
        """How many of its places have come to their end."""
        self.is_begun = False
        """Some records of the next place came already."""
        self._how = how
        self._original: Packed | Again | None = None

    @property
    def is_again(self) -> bool:
        """Tell whether its places are read for the second time, because a worker died."""
        return len(self.key) > 1

    @property
    def is_done(self) -> bool:
        """Tell whether all has come."""
        return self.finished == len(self.places)

    @property
    def held(self) -> int:
        """Tell how many bytes its places hold in memory."""
        return sum(len(place.data) for place in self.places if place.data)

    @property
    def size(self) -> int:
        """Tell about how long it is as a message."""
        return self.held + sum(map(_length_of, self.places))

    def take(self, data: bytes) -> None:
        """Take results of a worker; raises ValueError, TypeError or IndexError if they are none."""
        self.waiting += len(data)
        for piece, member, records in pieces_of(data):
            place = self.places[self.finished]
            if piece.sha256 is not None:
                self._original = self._original_of(place, piece.sha256, member, is_held=bool(piece.held))
            entries = [(record, self._original) for record in records]
            self.parts.append(Part(place, entries, piece.held, error_of(piece.error), piece.is_last))
            self.is_begun = not piece.is_last
            if piece.is_last:
                self.finished += 1
                self._original = None

    def _original_of(self, place: Place, sha256: str, member: bytes | None, *, is_held: bool) -> Packed | Again | None:
        if member is not None:
            return Packed(sha256, member)
        return None if is_held else Again(place.name, sha256, partial(read, place, self._how.limits))

    def blame(self, error: Why) -> "list[Task]":
        """End it after its worker died: name the guilty place, and return the others as tasks of their own.

        The guilty one is known when its records had begun to come, or when it was alone; else all that is left is
        read again, one by one.
        """
        left = self.places[self.finished :]
        del self.places[self.finished :]
        if left and (self.is_begun or len(left) == 1):
            guilty = left.pop(0)
            self.places.append(guilty)
            self.parts.append(Part(guilty, error=error(guilty.name), is_last=True))
            self.finished += 1
        return [Task((*self.key, number), [place], self._how) for number, place in enumerate(left)]


def tasks_of(places: Iterable[Place | SourceError], how: Reading) -> Iterator[Task | Part | Place]:
    """Put places together into tasks, in their order; between them stand faults, and places that cannot be handed on.

    These are standard input of more than 16 MB, which is read from a file that has no name.
    """
    number, gathered, size, text = 0, list[Place](), 0, 0
    for place in places:
        found = _handed_on(place)
        more, length = (0, 0) if not isinstance(found, Place) else (_size_of(found), _length_of(found))
        is_full = len(gathered) == _MOST_PLACES or size + more > _MOST_BYTES or text + length > _MOST_TEXT
        if gathered and (is_full or found is None or isinstance(found, Part)):
            yield Task((number,), gathered, how)
            number, gathered, size, text = number + 1, [], 0, 0
        if isinstance(found, Place):
            gathered.append(found)
            size, text = size + more, text + length
        elif found:
            yield found
        elif isinstance(place, Place):
            yield place
    if gathered:
        yield Task((number,), gathered, how)


def _handed_on(place: Place | SourceError) -> Place | Part | None:
    """Make a place one that a worker can open, or a fault the end of it; None where neither is possible."""
    fault = place if isinstance(place, SourceError) else place.fault
    if isinstance(place, SourceError) or fault:
        return Part(place, error=fault, is_last=True)
    if place.spool is None:
        return place
    if place.spool.size > IN_MEMORY:
        return None
    try:
        with place.spool.open() as stream:
            return replace(place, data=stream.read())
    except OSError:
        return None


def _length_of(place: Place) -> int:
    """Return how long a place is in a message, apart from its bytes."""
    return len(dumps(place.path)) + (0 if place.name == place.path else len(dumps(place.name))) + 20


def _size_of(place: Place) -> int:
    """Return how many bytes are to be read, as far as one can tell from outside."""
    if place.data is not None:
        return len(place.data)
    try:
        return os.stat(place.path).st_size
    except (OSError, ValueError):
        return 0
