"""Which grammars there are, and whose source this is.

A format is a module with `NAME`, `sniff` and `parse`; adding one is one line in `FORMATS`. Each is asked; two that
claim one source are an error that names both. Relatives of theirs that are not read are told by name.
"""

from collections.abc import Callable, Iterator
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
    UnsupportedFormat,
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
from newsarc.sniffing import json_keys, xml_root
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


def _root(*names: str) -> Callable[[bytes], bool]:
    return lambda head: (root := xml_root(head)) is not None and root.name in names


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _is_schema_org(head: bytes) -> bool:
    return "schema.org" in json_keys(head).get("@context", "")


RELATIVES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("NewsML 1.x, an older standard than NewsML-G2", _root("NewsML")),
    ("a concept item of NewsML-G2, which describes codes", _root("conceptItem")),
    ("a knowledge item of NewsML-G2, which describes codes", _root("knowledgeItem")),
    ("a planning item of NewsML-G2, which announces coverage", _root("planningItem")),
    ("a catalog of NewsML-G2, which names codes", _root("catalogItem", "catalog")),
    ("JSON-LD of schema.org, which is read inside a saved page", _is_schema_org),
)
"""What comes beside the formats and is not read, by its first bytes: told by name, before any format is asked."""
BINARIES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("a picture (JPEG)", _starts(b"\xff\xd8\xff")),
    ("a picture (PNG)", _starts(b"\x89PNG\r\n\x1a\n")),
    ("a picture (TIFF)", _starts(b"II*\0", b"MM\0*")),
    ("a document (PDF)", _starts(b"%PDF-")),
)
"""The same for what is no text; in a folder it is passed over, as a person puts pictures beside their texts."""


def sniff(source: Source) -> Format:
    """Find the one format that claims a source.

    Raises:
        UnsupportedFormat: It is a relative of a format that is not read; names it.
        EmptySource: There is nothing but blanks in it.
        UnmarkedText: None does, and it is UTF-16 without its mark.
        BinarySource: None does, and it is not text.
        UnknownFormat: None does; lists the formats.
        AmbiguousFormat: More than one does; names them.
    """
    if relative := next((name for name, is_one in RELATIVES if is_one(source.head)), None):
        raise UnsupportedFormat(source.name, f"it is {relative}")
    if binary := next((name for name, is_one in BINARIES if is_one(source.head)), None):
        raise BinarySource(source.name, f"it is {binary}")
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
        UnknownWord: There is none; says the nearest, or lists them.
    """
    from difflib import get_close_matches

    for known in FORMATS:
        if name.casefold() == known.NAME:
            return known
    names = [known.NAME for known in FORMATS]
    near = get_close_matches(name.casefold(), names, 1)
    raise UnknownWord(name, f"no such format; did you mean {near[0]}?" if near else f"formats are {', '.join(names)}")
