"""NewsML-G2 of the IPTC: what dpa sends, what is made from its digitalwires, and what other agencies send.

A source is one item or a message of many; each item is cut out and read on its own. `reading` knows where an item says
what, `texts` its text, `notes` what its editors say of it and to whom, `naming` how the standard names things.

Source: samples/newsmlg2/, docs/formats.md
"""

from collections.abc import Iterator

from newsarc.article import Article
from newsarc.documents import documents
from newsarc.errors import ParseError, SourceError, UnsupportedFormat
from newsarc.sniffing import xml_root
from newsarc.source import Source

NAME = "newsmlg2"
ABOUT = "NewsML-G2, the XML of the IPTC in which agencies send their items: dpa and others."
SIGN = "The first element is newsMessage, newsItem or packageItem, with any prefix."
FIELDS: tuple[str, ...] = (
    "id", "version", "status", "kind", "headline", "kicker", "subhead", "lead", "byline", "dateline", "body",
    "keywords", "category_text", "subjects", "genre", "signals", "urgency", "language", "credit", "rights", "services",
    "places", "published", "embargoed", "embargo_open", "related", "alternate_ids", "media", "unparsed",
)  # fmt: skip

_ROOTS = ("newsmessage", "newsItem", "packageItem")
_READ = ("newsItem", "packageItem")
_NOT_READ = ("conceptItem", "knowledgeItem", "planningItem", "catalogItem")


def sniff(head: bytes) -> bool:
    """Tell whether a source begins with an element of the standard; the case of the outermost one varies."""
    root = xml_root(head)
    return root is not None and (root.name in _ROOTS or root.name.lower() == _ROOTS[0])


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield every item of a source, in their order; lazy.

    A package without id and headline is the table of contents of its message, and no article.

    Raises:
        EntitiesDeclared: Its document type has declarations of its own.
        ParseError: There is no item in it.
        TooLarge: One item is longer than one message may be.
    """
    from newsarc.formats.newsmlg2.reading import read_item
    from newsarc.markup import local

    is_any = False
    for found in documents(source, *_READ, *_NOT_READ):
        if isinstance(found, SourceError):
            is_any = True
            yield found
        elif (name := local(found.root)) not in map(str.lower, _READ):
            is_any = True
            yield UnsupportedFormat(f"{source.name} at byte {found.offset}", f"a {name} of NewsML-G2 is no article")
        elif article := read_item(source, found):
            is_any = True
            yield article
    if not is_any:
        raise ParseError(source.name, "a newsItem, or a packageItem with id or headline, was expected, none found")
