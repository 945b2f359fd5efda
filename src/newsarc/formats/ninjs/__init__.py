"""ninjs, the IPTC's news in JSON, of all three generations: one item, JSON Lines, a list, or `{"item": [...]}`.

`reading` knows what an item's keys are, `stories` its texts, `companions` what is associated with it.

Source: samples/ninjs/, docs/formats.md; ninjs 1.5, 2.1 and 3.1 of the IPTC
"""

import re
from collections.abc import Iterator

from newsarc.article import Article
from newsarc.errors import ParseError, SourceError
from newsarc.formats.ninjs.reading import read
from newsarc.sniffing import beginning, json_keys
from newsarc.source import Source
from newsarc.strictjson import Document, documents

NAME = "ninjs"
ABOUT = "ninjs 1, 2 and 3, the IPTC's news in JSON: single items, JSON Lines, a list, or an object with item."
SIGN = (
    "JSON with uri or guid, and a key of ninjs such as versioncreated, headline or pubstatus; or its standard is ninjs."
)
FIELDS: tuple[str, ...] = (
    "id", "version", "status", "kind", "headline", "subhead", "lead", "byline", "dateline", "body", "keywords",
    "category_text", "subjects", "genre", "urgency", "language", "credit", "rights", "services", "places", "published",
    "updated", "embargoed", "embargo_open", "related", "alternate_ids", "media", "unparsed",
)  # fmt: skip

_IDS = frozenset(("uri", "guid"))
_KEYS = frozenset((
    "versioncreated", "versionCreated", "headline", "headlines", "bodies", "body_text", "body_html", "body_xhtml",
    "renditions", "pubstatus", "pubStatus", "eventDetails",
))  # fmt: skip
_STANDARD = re.compile(rb'"\$?standard"\s*:\s*(?:\{[^{}]{0,300}?)?"[^"]{0,200}ninjs', re.IGNORECASE)
_MOST_NAMED = 8  # keys that a message names


def sniff(head: bytes) -> bool:
    """Tell whether the first object of a source has an id and another key of this format, or says what it is."""
    keys = json_keys(head, "entries", "item").keys()
    if keys & _IDS and keys & _KEYS:
        return True
    return bool(keys & {"standard", "$standard"}) and bool(_STANDARD.search(beginning(head)))


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield the items of a source; a fault in the place of each that cannot be read.

    Raises:
        TooLarge: One item is longer than one may be.

    Source: samples/ninjs/minimal.json, samples/ninjs/broken/
    """
    for found in documents(source, ("item", "items")):
        try:
            yield found if isinstance(found, SourceError) else _read(source, found)
        except SourceError as error:
            yield error


def _read(source: Source, document: Document) -> Article:
    keys = document.value.keys()
    if not (keys & _IDS or keys & _KEYS):
        named = ", ".join(list(keys)[:_MOST_NAMED]) or "none"
        raise ParseError(f"{source.name} at byte {document.offset}", f"no item of ninjs; its keys are {named}")
    return read(source, document, NAME)
