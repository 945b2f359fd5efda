"""Where an answer stands in an archive: by reading it from end to end.

The plain scan is the definition of every answer: the newest of each id, filtered, in order. What comes out are the
archive's own bytes, one record a line, without number, chain and line end unless they are asked for.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from newsarc.archive import Archive
from newsarc.archive.chain import Place, Stored, without_framing
from newsarc.archive.filing import id_of
from newsarc.errors import AmbiguousId, ArchiveDamaged, ArticleNotFound
from newsarc.query import Query, select

if TYPE_CHECKING:
    from newsarc.article import Article

_MOST_NAMED = 5  # ids in a message


def find(archive: Archive, query: Query, *, raw: bool = False) -> Iterator[bytes]:
    """Yield the records a question asks for, newest first unless it says otherwise.

    The places are found at once, the records are read one by one. `raw` keeps `seq` and `chain`.

    Raises:
        ArchiveDamaged: The archive ends before HEAD says; what stands before was yielded.
    """
    places, fault = _selected(archive, query)
    for place in places:
        line = archive.read(place)
        yield line[:-1] if raw else without_framing(line)
    if fault:
        raise fault


def articles(archive: Archive, query: Query) -> Iterator["Article"]:
    """Yield what `find` finds as `Article`.

    Raises:
        ArchiveDamaged: As `find`.
    """
    from newsarc.article import from_line

    yield from map(from_line, find(archive, query))


def count(archive: Archive, query: Query) -> int:
    """Count what `find` would yield.

    Raises:
        ArchiveDamaged: The archive ends before HEAD says.
    """
    places, fault = _selected(archive, query)
    if fault:
        raise fault
    return len(places)


def _selected(archive: Archive, query: Query) -> tuple[list[Place], ArchiveDamaged | None]:
    """Select from all lines, up to a cut if there is one; a line that is no record is the archive's damage."""
    last, fault = Place(0, 0, 0), None

    def watched() -> Iterator[Stored]:
        nonlocal last, fault
        try:
            for stored in archive.scan():
                last = stored.place
                yield stored
        except ArchiveDamaged as error:
            fault = error

    try:
        return select(watched(), query), fault
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveDamaged(last.where, "it is no record") from error


def show(archive: Archive, beginnings: Sequence[str], *, raw: bool = False) -> Iterator[bytes | ArticleNotFound]:
    """Yield the newest record of each id, in the order asked; an error in place of one that is not there.

    An id may be given by any unambiguous beginning, of the whole or of its part after the last colon. Each line is
    compared with its chain.

    Raises:
        AmbiguousId: A beginning fits several ids; names them.
        ArchiveDamaged: A line does not fit its chain.
    """
    candidates = _candidates(archive, beginnings)
    for beginning in beginnings:
        names = candidates[beginning]
        chosen = [name for name in names if name == beginning] or list(names)
        if not chosen:
            yield ArticleNotFound(beginning)
            continue
        if len(chosen) > 1:
            more = f" and {len(chosen) - _MOST_NAMED} more" if len(chosen) > _MOST_NAMED else ""
            raise AmbiguousId(beginning, ", ".join(chosen[:_MOST_NAMED]) + more)
        lines = [Stored(place, archive.read_checked(place)) for place, _ in names[chosen[0]]]
        line = archive.read(select(lines, Query())[0])
        yield line[:-1] if raw else without_framing(line)


def _candidates(archive: Archive, beginnings: Sequence[str]) -> dict[str, dict[str, list[Stored]]]:
    """Collect the lines of every id that one of the beginnings fits."""
    found: dict[str, dict[str, list[Stored]]] = {beginning: {} for beginning in beginnings}
    for place, line in archive.scan():
        name = id_of(line)
        rest = name.rpartition(":")[2]
        for beginning, names in found.items():
            if beginning and (name.startswith(beginning) or rest.startswith(beginning)):
                names.setdefault(name, []).append(Stored(place, line))
    return found
