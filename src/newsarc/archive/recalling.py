"""How the history of an id is read, and kept from batch to batch as long as nobody else writes."""

import json
from collections.abc import Callable, Sequence

from newsarc.archive.chain import Head, Place
from newsarc.archive.copies import story_of
from newsarc.archive.filing import is_line_of
from newsarc.archive.history import History
from newsarc.archive.scanning import read_lines
from newsarc.errors import IndexDamaged

_AT_ONCE = 256  # lines
_LONG = 64  # lines of an id that are not read again for each batch
_MOST_KEPT = 8  # histories


def history_of(root: str, name: str, places: Sequence[Place], read_checked: Callable[[Place], bytes]) -> History:
    """Read every line of an id, each compared with its chain.

    Raises:
        ArchiveDamaged: A line does not fit its chain.
        IndexDamaged: A line is another story's, or none: what is known does not fit.
    """
    found = History()
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        try:
            is_fitting = all(is_line_of(line, name) for line in read_lines(root, some))
        except (OSError, ValueError, OverflowError, MemoryError) as error:
            raise IndexDamaged(root, str(error)) from error
        if not is_fitting:
            raise IndexDamaged(root, f"a line that should be {name} is another story")
        for place in some:
            found.add(story_of(json.loads(read_checked(place))))
    return found


class Histories:
    """The histories a batch needs, read once; of long ones what is known is true for the next batch too.

    What a batch adds to them counts only when `settle` was told that it is committed.
    """

    def __init__(self, read: Callable[[str], History]) -> None:
        self._read = read
        self._known: dict[str, History] = {}
        self._end: Head | None = None

    def begin(self, head: Head) -> None:
        """Begin a batch behind an end; what was known counts only if it is of that very end."""
        if head != self._end:
            self._known.clear()
        self._end = None

    def of(self, name: str) -> History:
        """Return the history of an id, to be added to."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def settle(self, end: Head) -> None:
        """Keep what is long: it is true up to this end."""
        long = [(name, known) for name, known in self._known.items() if len(known) >= _LONG]
        self._known = dict(long[-_MOST_KEPT:])
        self._end = end
