"""NITF, the News Industry Text Format, 3.0 to 3.6: one document a story, with or without namespace.

A document may change the status of another one: that is a record of its own, without text. `heads` knows what stands in
the head of a document, `reading` its body and the whole.

Source: samples/nitf/, docs/formats.md
"""

from collections.abc import Iterator

from newsarc.article import Article
from newsarc.documents import documents
from newsarc.errors import ParseError, SourceError
from newsarc.sniffing import xml_root
from newsarc.source import Source

NAME = "nitf"
ABOUT = "NITF, the News Industry Text Format of the IPTC, 3.0 to 3.6."
SIGN = "The first element is nitf, with or without a namespace."
FIELDS: tuple[str, ...] = (
    "id", "version", "status", "headline", "kicker", "subhead", "lead", "byline", "dateline", "body", "keywords",
    "category_text", "subjects", "genre", "signals", "urgency", "language", "credit", "rights", "services", "places",
    "published", "embargoed", "embargo_open", "related", "media", "unparsed",
)  # fmt: skip


def sniff(head: bytes) -> bool:
    """Tell whether a source begins with the root of NITF."""
    root = xml_root(head)
    return root is not None and root.name == "nitf"


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield every document of a source, and behind it the one whose status it changes, if it does; lazy.

    Raises:
        EntitiesDeclared: Its document type has declarations of its own.
        ParseError: There is no document in it.
        TooLarge: One document is longer than one message may be.
    """
    from newsarc.formats.nitf.reading import read_document

    is_any = False
    for found in documents(source, NAME):
        is_any = True
        if isinstance(found, SourceError):
            yield found
        else:
            yield from read_document(source, found)
    if not is_any:
        raise ParseError(source.name, "an element nitf was expected, none found")
