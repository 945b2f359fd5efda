"""Stories, not lines: what they point to and what points to them, which are one, which are known by name only.

All of it is found by the index and read from the archive's lines, so it is the same after the index is made anew.

`edges` knows links, `missing` what is only named, `pairs` copies and updates, `groups` which story stands for several.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, TypeAlias

from newsarc.archive import Archive
from newsarc.archive.chain import Place, Stored
from newsarc.archive.scanning import read_lines
from newsarc.archive.web import ArchiveWeb
from newsarc.errors import IndexDamaged, IndexUnusable
from newsarc.index import Index
from newsarc.kinship.resolving import Resolver
from newsarc.query import Query, select

Record: TypeAlias = Mapping[str, Any]


class Stories:
    """The stories of one state of an archive."""

    def __init__(self, archive: Archive, index: Index) -> None:
        self.index = index
        self.web = ArchiveWeb(archive.root, index)
        self.resolver = Resolver(self.web)
        self._root = archive.root
        self._newest: dict[str, Record | None] = {}

    def forget(self) -> None:
        """Let go of what was looked up; lines that were read lately stay."""
        self.web.renew(self.index)
        self.resolver = Resolver(self.web)
        self._newest.clear()

    def newest(self, name: str) -> Record | None:
        """Return the newest record of an id; None where none is stored."""
        if name not in self._newest:
            places = [place for place in self.web.story(name) if isinstance(place, Place)]
            if len(places) > 1:
                lines = read_lines(self._root, places)
                places = select(map(Stored, places, lines), Query())
            self._newest[name] = self.web.record(places[0]) if places else None
        return self._newest[name]


@contextmanager
def opened(archive: Archive) -> Iterator[Stories]:
    """Open the stories of an archive, by its index; where that cannot be used, by one that is made aside.

    Raises:
        IndexUnusable: None can be made.
        ArchiveDamaged: The archive ends before HEAD says.
    """
    with closing(_whole_index(archive)) as index, index.snapshot():
        yield Stories(archive, index)


def _whole_index(archive: Archive) -> Index:
    """Return an index that knows all lines."""
    try:
        index = Index(archive.root, archive.uuid, tell=archive.tell)
        try:
            index.catch_up(archive)
        except IndexDamaged:
            index.clear()
            index.catch_up(archive)
        if index.seen == archive.head():
            return index
        index.close()
    except IndexUnusable as error:
        archive.tell(f"newsarc: {error}")
    index = Index.aside(archive)
    index.catch_up(archive)
    return index
