"""One article, or all lines of one, by the beginning of its id."""

import json
from collections.abc import Iterator, Sequence

from newsarc.archive import Archive
from newsarc.archive.chain import Place, Stored, without_framing
from newsarc.archive.filing import id_of, is_line_of
from newsarc.errors import AmbiguousId, ArchiveDamaged, ArticleNotFound, IndexDamaged, IndexUnusable, KeptBack
from newsarc.find.states import asked, lines, of_one_state
from newsarc.index import Index
from newsarc.query import Query, kept_back, select

_MOST_NAMED = 5  # ids in a message
_MOST_LOOKED_AT = 32  # ids that fit a beginning


def show(
    archive: Archive, beginnings: Sequence[str], *, raw: bool = False, query: Query | None = None
) -> Iterator[bytes | ArticleNotFound | KeptBack]:
    """Yield the newest record of each id, in the order asked; an error in place of one that is not there.

    An id may be given by any unambiguous beginning, of the whole or of its part after the last colon. Each line is
    compared with its chain. With a `query`, an error also takes the place of what it keeps back because of its status
    or an embargo; whoever names an id wants it, whatever its kind.

    Raises:
        AmbiguousId: A beginning fits several ids; names them.
        ArchiveDamaged: A line does not fit its chain.
        ArchiveRewritten: As `find`.
    """
    yield from of_one_state(archive, lambda _first: _shown(archive, beginnings, query, raw=raw))


def _shown(
    archive: Archive, beginnings: Sequence[str], query: Query | None, *, raw: bool
) -> Iterator[bytes | ArticleNotFound | KeptBack]:
    found = _named(archive, beginnings)
    for beginning in beginnings:
        places = _chosen(beginning, found[beginning])
        if not places:
            yield ArticleNotFound(beginning)
            continue
        stored = [Stored(place, archive.read_checked(place)) for place in places]
        line = archive.read(select(stored, Query())[0])
        reason = kept_back(json.loads(line), query) if query else None
        yield reason or (line[:-1] if raw else without_framing(line))


def lines_of(archive: Archive, beginning: str) -> Iterator[Stored]:
    """Yield every line of one id, named as `show` takes it, oldest first, compared with its chain; lazy.

    Raises:
        ArticleNotFound: No id begins so.
        AmbiguousId, ArchiveDamaged, ArchiveRewritten: As `show`.
    """

    def checked(_first: int) -> Iterator[Stored]:
        places = _chosen(beginning, _named(archive, [beginning])[beginning])
        if not places:
            raise ArticleNotFound(beginning)
        yield from (Stored(place, archive.read_checked(place)) for place in sorted(places))

    yield from of_one_state(archive, checked)


def _chosen(beginning: str, names: dict[str, list[Place]]) -> list[Place]:
    """Return the places of the one id that is meant; none where none is.

    Raises:
        AmbiguousId: The beginning fits several ids; names them.
    """
    chosen = [beginning] if beginning in names else sorted(names)
    if len(chosen) > 1:
        more = f" and {len(chosen) - _MOST_NAMED} more" if len(chosen) > _MOST_NAMED else ""
        raise AmbiguousId(beginning, ", ".join(chosen[:_MOST_NAMED]) + more)
    return names[chosen[0]] if chosen else []


def _named(archive: Archive, beginnings: Sequence[str]) -> dict[str, dict[str, list[Place]]]:
    """Find the places of every id that one of the beginnings fits: by the index, else by reading all lines."""
    try:
        with asked(archive) as index:
            if index.seen == archive.head():
                return {beginning: _by_name(archive, index, beginning) for beginning in beginnings}
    except (IndexUnusable, ArchiveDamaged):
        pass  # the long way finds it too, and says what is wrong
    found: dict[str, dict[str, list[Place]]] = {beginning: {} for beginning in beginnings}
    for place, line in archive.scan():
        name = id_of(line)
        rest = name.rpartition(":")[2]
        for beginning, names in found.items():
            if beginning and (name.startswith(beginning) or rest.startswith(beginning)):
                names.setdefault(name, []).append(place)
    return found


def _by_name(archive: Archive, index: Index, beginning: str) -> dict[str, list[Place]]:
    """Ask the index for ids and their places; every line must be of that id.

    Raises:
        IndexDamaged: One is not.
    """
    names = index.names(beginning) if beginning else []
    if beginning in names:
        names = [beginning]
    found = {name: index.places(name) for name in names[:_MOST_LOOKED_AT]}
    for name, places in found.items():
        fits = beginning in (name[: len(beginning)], name.rpartition(":")[2][: len(beginning)])
        if not fits or not places or not all(is_line_of(line, name) for line in lines(archive, places)):
            raise IndexDamaged(index.path, f"a line of {name} is not what it says")
    return found | {name: [] for name in names[_MOST_LOOKED_AT:]}  # too many to choose from anyway
