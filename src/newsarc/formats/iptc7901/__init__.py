"""The agencies' text wire, IPTC 7901: messages between control characters, as dpa and others send them.

`cutting` knows where a message ends, `frame` its charset and its parts, `headlines` the headline block, `text` the
blocks and what is private, `notepad` its sections, `reading` what all of it says. Dates and sections stay as
printed: `normalize` knows what they mean.

Source: samples/iptc7901/, docs/formats.md
"""

import re
from collections.abc import Iterator

from newsarc.article import Article
from newsarc.errors import ParseError, SourceError
from newsarc.formats.iptc7901.cutting import SOH, STX, cut
from newsarc.formats.iptc7901.reading import read_message
from newsarc.sniffing import beginning, begins_bare_message
from newsarc.source import Source

NAME = "iptc7901"
ABOUT = "The agencies' text wire, IPTC 7901, one or many messages."
SIGN = "The control character SOH and a header such as bdt0142 3 vm 98 dpa 0817; or that header and a line ending in =."
FIELDS: tuple[str, ...] = (
    "id", "version", "status", "headline", "lead", "byline", "dateline", "body", "keywords", "category_text",
    "genre", "signals", "urgency", "language", "credit", "services", "places", "published", "embargoed",
    "embargo_open", "related", "alternate_ids", "media", "unparsed",
)  # fmt: skip

_FILLING = b" \t\r\n\v\f\0\x7f\x04\xef\xbb\xbf"
_BEGINS = re.compile(r"\x01[^\W\d]{1,60}\d{3,4} \d [^\W\d_]{1,3} \d")
_LONGEST_BEGINNING = 200  # bytes


def sniff(head: bytes) -> bool:
    """Tell whether the first bytes of a source begin a message of the wire, with its control characters or without."""
    data = beginning(head)
    if data[:1] != SOH:
        return begins_bare_message(data)
    return bool(_BEGINS.match(data[:_LONGEST_BEGINNING].decode("utf-8", "replace"))) and STX in data


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield the articles of a source in their order, and a fault for each message that cannot be read.

    Lazy; of the source only one message is held. Bytes between two messages that are more than blanks, line ends and
    DEL are a fault, too. Offset and length count from SOH to EOT.

    Raises:
        ParseError: There is no message at all.

    Source: samples/iptc7901/many.txt, samples/iptc7901/broken/junk-between.txt
    """
    is_any = False
    for piece in cut(source):
        is_any = is_any or piece.is_message
        if piece.is_message:
            yield read_message(source, piece)
        elif junk := piece.data.strip(_FILLING):
            where = f"{source.name} at byte {piece.offset + piece.data.index(junk[:1])}"
            yield ParseError(where, f"{len(junk):,} bytes belong to no message")
    if not is_any:
        raise ParseError(source.name, "SOH or a header such as bdt0142 3 vm 98 dpa 0817 was expected, none found")
