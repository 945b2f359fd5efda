"""Which archive a command works on: where it lies, how it is opened, what helps it to write."""

import os
from typing import TYPE_CHECKING

from newsarc.cli.output import tell
from newsarc.errors import QueryError

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.archive.filing import Known


def place_of(place: str | None) -> str:
    """Return where the archive is: the option, the environment, else the user data folder."""
    if place is not None:
        if not place:
            raise QueryError("--archive", "it names no folder")
        return os.path.expanduser(place)
    from platformdirs import user_data_path

    return str(user_data_path("newsarc", appauthor=False) / "archive")


def opened(place: str | None) -> "Archive":
    """Open the archive a person names, or the one at its usual place."""
    from newsarc.archive import Archive

    return Archive(place_of(place), tell=tell)


def let_index_know(archive: "Archive") -> None:
    """Let the index answer what the archive holds already, and join each batch with the stories around it.

    Where the archive's own index cannot be used, another one is made aside for the run.
    """
    from newsarc.errors import ArchiveDamaged, IndexUnusable
    from newsarc.index import Index
    from newsarc.joining import Joiner

    archive.stand_in = lambda: _aside(archive)
    archive.joiner = Joiner(archive)

    try:
        index = Index(archive.root, archive.uuid, tell=tell, is_written=True)
        if not index.is_whole():
            index.clear()
        index.catch_up(archive)
    except IndexUnusable as error:
        tell(f"newsarc: {error}")
        archive.known = archive.stand_in()
    except ArchiveDamaged:
        pass  # the first batch says it
    else:
        archive.known = index


def _aside(archive: "Archive") -> "Known":
    """Make an index aside; where there is no room for one either, stories are joined another time."""
    from newsarc.archive.filing import Scanned
    from newsarc.errors import IndexUnusable
    from newsarc.index import Index

    try:
        return Index.aside(archive)
    except IndexUnusable as error:
        tell(f"newsarc: {error}")
        tell("newsarc: what comes is not joined with the stories that are there; newsarc reparse does it later")
        return Scanned()
