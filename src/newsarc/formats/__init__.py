"""Which grammars there are, and whose source this is.

A format is a module with `NAME`, `sniff` and `parse`; adding one is one line in `FORMATS`. Each is asked; two that
claim one source are an error that names both.
"""

from collections.abc import Iterator
from typing import Protocol

from newsarc.article import Article
from newsarc.encoding import decode_head
from newsarc.errors import (
    AmbiguousFormat,
    BinarySource,
    EmptySource,
    SourceError,
    UnknownFormat,
    UnknownWord,
    UnmarkedText,
)
from newsarc.formats import (
    agencytext,
    digitalwires,
    feed,
    html,
    iptc7901,
    newsmlg2,
    ninjs,
    nitf,
    portal,
    record,
)
from newsarc.source import HEAD, Source


class Format(Protocol):
    """What a module of this folder offers."""

    NAME: str
    ABOUT: str
    """What it is, in one sentence."""
    SIGN: str
    """How it is recognised, in one sentence."""
    FIELDS: tuple[str, ...]
    """Which fields of a record it can fill, in the record's order."""

    def sniff(self, head: bytes) -> bool:
        """Tell from the first bytes, cheaply and without a guess, whether a source is of this format."""

    def parse(self, source: Source) -> Iterator[Article | SourceError]:
        """Yield the articles of a source, as printed; a fault in place of each message that cannot be read."""


FORMATS: tuple[Format, ...] = (
    portal,
    agencytext,
    iptc7901,
    digitalwires,
    ninjs,
    newsmlg2,
    nitf,
    feed,
    html,
    record,
)


def sniff(source: Source) -> Format:
    """Find the one format that claims a source.

    Raises:
        EmptySource: There is nothing but blanks in it.
        UnmarkedText: None does, and it is UTF-16 without its mark.
        BinarySource: None does, and it is not text.
        UnknownFormat: None does; lists the formats.
        AmbiguousFormat: More than one does; names them.
    """
    claims = [known for known in FORMATS if known.sniff(source.head)]
    if len(claims) == 1:
        return claims[0]
    if claims:
        raise AmbiguousFormat(source.name, f"claimed by {' and '.join(known.NAME for known in claims)}")
    if source.size <= HEAD and not decode_head(source.head)[0].strip():
        raise EmptySource(source.name, "nothing but blanks")
    if sign := source.unmarked_sign():
        raise UnmarkedText(source.name, sign)
    if sign := source.binary_sign():
        raise BinarySource(source.name, sign)
    names = ", ".join(known.NAME for known in FORMATS)
    raise UnknownFormat(source.name, f"not claimed by any of: {names}")


def named(name: str) -> Format:
    """Return the format of a name.

    Raises:
        UnknownWord: There is none; lists the formats.
    """
    for known in FORMATS:
        if name.casefold() == known.NAME:
            return known
    raise UnknownWord(name, f"formats are {', '.join(known.NAME for known in FORMATS)}")
