"""Kept originals, read again by today's reader: as far as is asked for, in bounded memory.

Whoever asks in the order of the bytes reads an original once; whoever goes back begins it anew.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from newsarc import formats
from newsarc.archive.disk import Disk
from newsarc.archive.mending.erasing import REDACTED
from newsarc.archive.originals import Member, pack_path, unpack
from newsarc.article import Article
from newsarc.errors import ArchiveDamaged, SourceError, StorageError, UnknownWord
from newsarc.source import IN_MEMORY, Place, Source, from_bytes, read
from newsarc.source.places import Spool

_MOST_TEXTS = 32
_MOST_OPEN = 4  # originals that are half read: several writers may have taken turns


class Key(NamedTuple):
    """Which bytes, and how they are read."""

    sha256: str
    pack: int
    offset: int
    length: int
    format: str

    @property
    def where(self) -> str:
        """Name its place as a message does."""
        return f"originals/{self.pack:06}.gz bytes {self.offset}-{self.offset + self.length - 1}"


def key_of(origin: Mapping[str, Any] | None) -> Key | None:
    """Name the original of a record by its `origin`; None if none is kept.

    Raises:
        KeyError: It is no origin.
    """
    if origin is None or None in (origin["pack"], origin["pack_offset"], origin["pack_length"]):
        return None
    return Key(origin["sha256"], origin["pack"], origin["pack_offset"], origin["pack_length"], origin["format"])


class UnfoundError(Exception):
    """Today's reader does not find one article where one was; says so in a sentence."""


class Originals:
    """The originals of an archive; those that were read last stay open."""

    def __init__(self, root: str) -> None:
        self._folder = os.path.join(root, "originals")
        self._open: dict[Key, _Original] = {}

    def article(self, key: Key, stored: Article) -> Article:
        """Return what today's reader finds in the bytes of a stored article, as printed.

        Raises:
            UnfoundError: It finds no article there, or several, or the format is none of today's.
            ArchiveDamaged: The original is not as it was read.
            StorageError: There is no room to unpack it.
        """
        name = stored.origin.name if stored.origin else ""
        original = self._open.pop(key, None) or _Original(self._folder, key, name)
        self._open[key] = original  # the last in use stands last
        if len(self._open) > _MOST_OPEN:
            del self._open[next(iter(self._open))]
        if original.fault:
            raise original.fault.with_traceback(None)
        wanted = _span(stored)
        # Where a neighbour was erased there are blanks now, which say nothing.
        text_of = original.text if REDACTED in stored.warnings else _as_it_is
        found = original.within(wanted, text_of)
        if len(found) > 1 and len({_span(one) for one in found}) == 1:  # one message that speaks of several stories
            found = [one for one in found if stored.id in (one.id, *one.alternate_ids)]
        if len(found) == 1 and _is_mostly(wanted, _span(found[0])):
            return _at(stored, found[0]) if text_of(_span(found[0])) == text_of(wanted) else found[0]
        finds = "several articles" if len(found) > 1 else "no article of its own"
        where = f"bytes {wanted.start}-{wanted.stop - 1} of {name}"
        because = f" ({original.broken})" if original.broken and not found else ""
        raise UnfoundError(
            f"{stored.id} version {stored.version} stays as it is: today's reader finds {finds} in {where}{because}"
        )


class _Original:
    """One original, and the articles that today's reader finds in it."""

    def __init__(self, folder: str, key: Key, name: str) -> None:
        self.fault: ArchiveDamaged | UnfoundError | None = None
        """Why it cannot be read at all."""
        self.broken = ""
        """Why today's reader stopped before its end."""
        self._near: list[tuple[range, Article]] = []
        self._passed = 0
        self._texts: dict[range, range] = {}
        self._articles: Iterator[Article | SourceError] = iter(())
        try:
            known, source = formats.named(key.format), _source(folder, key, name)
            # A temporary file is read by the parser alone: who else reads takes what lies in the pack.
            self._chunks = source.chunks if source.size <= IN_MEMORY else partial(_pieces, folder, key)
            self._parse = partial(known.parse, source)
            self._articles = self._parse()
        except ArchiveDamaged as error:
            self.fault = error
        except UnknownWord:
            self.fault = UnfoundError(f"{name} stays as it is: its format {key.format} is none of today's")

    def within(self, wanted: range, text_of: Callable[[range], range]) -> list[Article]:
        """Return the articles of which the larger part lies in a range of bytes; two are enough to know of."""

        def is_within(span: range) -> bool:
            is_apart = span.start >= wanted.stop or span.stop <= wanted.start
            return span == wanted or (not is_apart and _is_mostly(text_of(span), wanted))

        if wanted.start < self._passed:
            self._near, self._articles, self.broken = [], self._parse(), ""
        self._passed = wanted.start
        self._near = [(span, article) for span, article in self._near if span.stop > wanted.start]
        found = [article for span, article in self._near if is_within(span)]
        while len(found) <= 1 and (not self._near or self._near[-1][0].start < wanted.stop):
            article = self._next()
            if article is None:
                break
            span = _span(article)
            if span.stop > wanted.start:
                self._near.append((span, article))
                found += [article] * is_within(span)
        return found

    def text(self, span: range) -> range:
        """Take the blanks off the edges of a range; the last answers are kept."""
        if span not in self._texts:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            self._texts[span] = _trimmed(self._chunks(), span)
        return self._texts[span]

    def _next(self) -> Article | None:
        try:
            for found in self._articles:
                if not isinstance(found, SourceError):
                    return found
                self.broken = found.why
        except SourceError as error:
            self.broken = error.why
        return None


def _trimmed(chunks: Iterator[bytes], span: range) -> range:
    start, stop, at = span.stop, span.stop, 0
    for chunk in chunks:
        piece = chunk[max(0, span.start - at) : max(0, span.stop - at)]
        if piece.strip():
            begin = max(at, span.start)
            start = min(start, begin + len(piece) - len(piece.lstrip()))
            stop = begin + len(piece.rstrip())
        at += len(chunk)
        if at >= span.stop:
            break
    return range(start, stop)


def _at(stored: Article, found: Article) -> Article:
    """Say the bytes of a stored article in place of those found, which are the same but for blanks."""
    if not found.origin or _span(found) == _span(stored):
        return found
    place = {"offset": _span(stored).start, "length": len(_span(stored))}
    return found.model_copy(update={"origin": found.origin.model_copy(update=place)})


def _span(article: Article) -> range:
    """Return the bytes of an article in its source."""
    origin = article.origin
    return range(origin.offset, origin.offset + origin.length) if origin else range(0)


def _as_it_is(span: range) -> range:
    return span


def _is_mostly(span: range, other: range) -> bool:
    """Tell whether the larger part of a range lies in another one."""
    return 2 * len(range(max(span.start, other.start), min(span.stop, other.stop))) > len(span)


def _source(folder: str, key: Key, name: str) -> Source:
    """Unpack an original: into memory, and beyond 16 MB into a temporary file.

    Raises:
        ArchiveDamaged: It is not as it was read.
        StorageError: There is no room for the temporary file.
    """
    where, pieces = key.where, _pieces(folder, key)
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) > IN_MEMORY:
            break
    try:
        source = (
            from_bytes(bytes(held), name) if len(held) <= IN_MEMORY else _spooled(chain((bytes(held),), pieces), name)
        )
    except SourceError as error:
        raise ArchiveDamaged(where, error.why) from error
    if source.sha256 != key.sha256:
        raise ArchiveDamaged(where, "its bytes are not those that were read")
    return source


def _pieces(folder: str, key: Key) -> Iterator[bytes]:
    try:
        yield from unpack(Disk(), folder, Member(key.pack, key.offset, key.length))
    except ValueError as error:
        raise ArchiveDamaged(key.where, str(error)) from error
    except OSError as error:
        raise ArchiveDamaged(pack_path("originals", key.pack), error.strerror or str(error)) from error


def _spooled(pieces: Iterator[bytes], name: str) -> Source:
    try:
        return read(Place(name, "", named=True, spool=Spool(pieces)))
    except OSError as error:
        raise StorageError(error.filename or "temporary file", error.strerror or str(error)) from error
