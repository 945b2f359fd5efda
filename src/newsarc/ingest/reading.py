"""A source becomes records: read, sniff, parse, normalize; in the process it is called in."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from newsarc import formats
from newsarc.article import Article
from newsarc.errors import SourceError
from newsarc.ingest.parts import AS_IT_IS, READER, Again, Part, Reading
from newsarc.normalize.meaning import normalize
from newsarc.source import IN_MEMORY, Place, Source
from newsarc.source import read as read_source


def read(source: Source, how: Reading = AS_IT_IS) -> Iterator[Article]:
    """Yield the normalized articles of a source; lazy. A message that cannot be read does not hide those behind it.

    Raises:
        SourceError: No format claims it, or some of it breaks its grammar; all readable articles were yielded.
        UnknownWord: The format by force does not exist.
    """
    known = formats.named(how.format) if how.format else formats.sniff(source)
    return _articles(known, source, how)


def _articles(known: formats.Format, source: Source, how: Reading) -> Iterator[Article]:
    fault: SourceError | None = None
    more = 0
    for found in known.parse(source):
        if isinstance(found, SourceError):
            more += fault is not None
            fault = fault or found
        else:
            yield normalize(found, now=how.now, category=how.category, reader=READER)
    if fault:
        raise type(fault)(fault.where, f"{fault.why}; and {more} more in it" if more else fault.why)


def read_all(places: Iterable[Place | SourceError], how: Reading = AS_IT_IS) -> Iterator[Article | SourceError]:
    """Yield the normalized articles of many sources; an error in place of what could not be read."""
    for place in places:
        try:
            if isinstance(place, SourceError):
                raise place
            yield from read(_opened(place, how), how)
        except SourceError as error:
            yield error


def _opened(place: Place, how: Reading, tick: Callable[[], None] | None = None) -> Source:
    source = read_source(place, how.limits, tick)
    return source if source.longest == how.limits.document else replace(source, longest=how.limits.document)


def parts(place: Place | SourceError, how: Reading, tick: Callable[[], None] | None = None) -> Iterator[Part]:
    """Yield the records of a place one by one, then its end; `tick` is called with each megabyte that is read.

    Raises:
        UnknownWord: The format by force does not exist.
    """
    error = None
    try:
        if isinstance(place, SourceError):
            raise place
        source = _opened(place, how, tick)
        is_held = source.size <= IN_MEMORY
        if tick and not is_held:
            source = _Watched(source.name, source.size, source.sha256, source.head, source.open, source.longest, tick)
        original = source if is_held else Again(source.name, source.sha256, lambda: source)
        held = source.size if is_held else 0
        for article in read(source, how):
            yield Part(place, ((article.line(), original),), held)
            held = 0
    except SourceError as found:
        error = found
    yield Part(place, error=error, is_last=True)


@dataclass(frozen=True, slots=True)
class _Watched(Source):
    """A long source that says when it is read on."""

    tick: Callable[[], None] | None = None

    def chunks(self) -> Iterator[bytes]:
        for chunk in Source.chunks(self):
            if self.tick:
                self.tick()
            yield chunk
