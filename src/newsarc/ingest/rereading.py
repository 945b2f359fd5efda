"""What was kept is read again: into records, for a repair or an erasing that looks for articles in bytes."""

from collections.abc import Callable, Iterator
from datetime import datetime

from newsarc.errors import SourceError, UnknownWord
from newsarc.ingest.parts import Reading
from newsarc.ingest.reading import read
from newsarc.source import Place, find, from_bytes
from newsarc.source import read as read_source


def rereader(now: datetime) -> Callable[[bytes, str, str | None], Iterator[bytes]]:
    """Make a reader of bytes, a name and perhaps a format; it yields records, and ends where it cannot read on."""

    def reread(data: bytes, name: str, form: str | None) -> Iterator[bytes]:
        try:
            for article in read(from_bytes(data, name), Reading(format=form, now=now)):
                yield article.line()
        except (SourceError, UnknownWord, RecursionError):
            return

    return reread


def sources_in(path: str) -> Iterator[bytes]:
    """Yield the bytes of every source in a file, unpacked; passes over what cannot be unpacked."""
    for place in find([path]):
        if isinstance(place, Place):
            try:
                yield b"".join(read_source(place).chunks())
            except SourceError:
                continue
