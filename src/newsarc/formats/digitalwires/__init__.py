"""digitalwires, dpa's own JSON: one message, JSON Lines, or what its queue delivers, `{"entries": [...]}`.

`reading` knows what a message's keys are, `texts` its HTML, `notes` what of its notes is public.

Source: samples/digitalwires/, docs/formats.md
"""

from collections.abc import Iterator

from newsarc.article import Article
from newsarc.errors import ParseError, SourceError
from newsarc.formats.digitalwires.reading import read
from newsarc.sniffing import json_keys
from newsarc.source import Source
from newsarc.strictjson import Document, documents, words

NAME = "digitalwires"
ABOUT = "dpa's own JSON, digitalwires 0.5 to 0.9: single messages, JSON Lines, or entries of a queue."
SIGN = "JSON whose format begins with digitalwires@, or with the keys urn, version_created and article_html."
FIELDS: tuple[str, ...] = (
    "id", "version", "status", "kind", "headline", "kicker", "subhead", "lead", "byline", "dateline", "body",
    "keywords", "category_text", "subjects", "genre", "signals", "urgency", "language", "credit", "rights", "services",
    "places", "published", "embargoed", "embargo_open", "related", "media", "unparsed",
)  # fmt: skip

_FORMAT = "digitalwires@"
_KEYS = frozenset(("urn", "version_created", "article_html"))
_MOST_NAMED = 8  # keys that a message names


def sniff(head: bytes) -> bool:
    """Tell whether the first object of a source has the keys of this format."""
    keys = json_keys(head, "entries", "item")
    return keys.get("format", "").startswith(_FORMAT) or keys.keys() >= _KEYS


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield the messages of a source; a fault in the place of each that cannot be read.

    Raises:
        TooLarge: One message is longer than one may be.

    Source: samples/digitalwires/minimal.json, samples/digitalwires/broken/
    """
    for found in documents(source, ("entries",)):
        try:
            yield found if isinstance(found, SourceError) else _read(source, found)
        except SourceError as error:
            yield error


def _read(source: Source, document: Document) -> Article:
    value = document.value
    if "urn" not in value and not words(value.get("format")).startswith(_FORMAT):
        keys = ", ".join(list(value)[:_MOST_NAMED])
        raise ParseError(
            f"{source.name} at byte {document.offset}", f"no message of dpa; its keys are {keys or 'none'}"
        )
    return read(source, document, NAME)
