"""Lines found by the numbers they bear, by their id, by their place: the archive's, and those of a batch on its way."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from newsarc.archive.chain import Place
from newsarc.archive.scanning import read_lines
from newsarc.errors import IndexDamaged
from newsarc.kinship import Marks, marks_of

_HELD = 2048  # records
_NUMBERED = {"id", "version", "version_by", "revision"}

Token = Place | int
"""The place of a stored line, or the number of one of the batch."""


class Finds(Protocol):
    """What of an index a web asks."""

    def places(self, name: str) -> list[Place]:
        """Return where the lines of an id lie, oldest first."""

    def marked(self, marks: Iterable[int]) -> dict[int, list[Place]]:
        """Return where the lines lie that bear each number; numbers that no line bears are left out."""


class ArchiveWeb:
    """The lines of an archive as an index finds them, with those of a batch; each record is read once and held a while.

    What a rotten index names wrongly is another line, or none: it fits nothing, or it is damage.
    """

    def __init__(self, root: str, finds: Finds) -> None:
        self._root = root
        self._finds = finds
        self._marked: dict[int, list[Place]] = {}
        self._places: dict[str, list[Place]] = {}
        self._batch: list[Mapping[str, Any]] = []
        self._fresh_marks: dict[int, list[int]] = {}
        self._fresh_ids: dict[str, list[int]] = {}
        self._read: Callable[[Place], Mapping[str, Any]] = lru_cache(_HELD)(self._read_place)

    def renew(self, finds: Finds) -> None:
        """Forget the batch and all that the next one may change; what was read of lines stays true."""
        self._finds = finds
        self._marked, self._places, self._batch = {}, {}, []
        self._fresh_marks, self._fresh_ids = {}, {}

    def add(self, record: Mapping[str, Any]) -> Marks:
        """Take a record of the batch; returns its numbers."""
        number, marks = len(self._batch), marks_of(record)
        self._batch.append(record)
        self._fresh_ids.setdefault(str(record["id"]), []).append(number)
        for mark in marks.all:
            self._fresh_marks.setdefault(mark, []).append(number)
        return marks

    def prepare(self, marks: Iterable[int]) -> None:
        """Look up many numbers at once."""
        unknown = [mark for mark in dict.fromkeys(marks) if mark not in self._marked]
        if unknown:
            found = self._finds.marked(unknown)
            self._marked.update((mark, found.get(mark, [])) for mark in unknown)

    def found(self, marks: Sequence[int]) -> dict[int, list[Token]]:
        """Return the lines that bear each number."""
        self.prepare(marks)
        return {mark: [*self._marked[mark], *self._fresh_marks.get(mark, ())] for mark in marks}

    def story(self, name: str) -> list[Token]:
        """Return every line of an id, those of the batch last."""
        if name not in self._places:
            self._places[name] = self._finds.places(name)
        return [*self._places[name], *self._fresh_ids.get(name, ())]

    def record(self, token: Token) -> Mapping[str, Any]:
        """Read a line.

        Raises:
            IndexDamaged: There is none.
        """
        return self._batch[token] if isinstance(token, int) else self._read(token)

    def _read_place(self, place: Place) -> Mapping[str, Any]:
        try:
            [line] = read_lines(self._root, [place])
            record = json.loads(line)
        except (OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
            raise IndexDamaged(self._root, f"{place.where} is no line") from error
        if not isinstance(record, dict) or not _NUMBERED.issubset(record):
            raise IndexDamaged(self._root, f"{place.where} is no record")
        return record
