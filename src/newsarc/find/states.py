"""One state of an archive to answer from: its index, opened and caught up, and lines read where that says.

Lines have other numbers and places behind a repair or an erasing, so what was begun before cannot go on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TypeAlias, TypeVar

from newsarc.archive import Archive
from newsarc.archive.scanning import read_lines
from newsarc.errors import ArchiveDamaged, ArchiveRewritten, IndexDamaged, IndexUnusable
from newsarc.index import Index

T = TypeVar("T")
Places: TypeAlias = Sequence[tuple[int, int, int]]

_TRIES = 3  # answers that are begun while segments are replaced


def of_one_state(archive: Archive, answer: Callable[[int], Iterator[T]]) -> Iterator[T]:
    """Yield an answer that knows the first segment it is of; where segments are replaced before it began, begin again.

    Lines have other numbers and places behind a repair or an erasing, so what was begun cannot go on.

    Raises:
        ArchiveRewritten: It had begun, or it happened again and again.
    """
    for left in reversed(range(_TRIES)):
        first, is_begun = archive.head().first, False
        try:
            for one in answer(first):
                is_begun = True
                yield one
        except (OSError, ArchiveDamaged, ArchiveRewritten, IndexUnusable):
            if archive.head().first == first:
                raise
            if is_begun or not left:
                raise ArchiveRewritten(archive.root) from None
        else:
            return


def must_be(archive: Archive, first: int) -> None:
    """Refuse to go on where the archive does not begin with this segment any more.

    Raises:
        ArchiveRewritten: It does not.
    """
    if archive.head().first != first:
        raise ArchiveRewritten(archive.root)


@contextmanager
def asked(archive: Archive) -> Iterator[Index]:
    """Open the index, let it catch up as far as it can, and ask one state of it."""
    with closing(Index(archive.root, archive.uuid, tell=archive.tell)) as index:
        index.catch_up(archive)
        with index.snapshot():
            yield index


def lines(archive: Archive, places: Places) -> list[bytes]:
    """Read the lines at places that an index names.

    Raises:
        IndexDamaged: There can be none.
    """
    return sound(read_lines, archive, places)


def sound(reading: Callable[[str, Places], list[T]], archive: Archive, places: Places) -> list[T]:
    """Read at places that an index names.

    Raises:
        IndexDamaged: There can be no lines.
    """
    try:
        return reading(archive.root, places)
    except (OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise IndexDamaged("index", str(error)) from error
