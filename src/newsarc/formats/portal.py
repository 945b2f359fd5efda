"""Portal dumps: plain text copied from the pages of one family of news portals, in its three layouts.

Everything is found from the date line outward: the block before it and the first one after it are lead and headline
in either order, what follows is body until the credit line, then come the related links. What fits nowhere goes to
`unparsed`. Dates, sections and the end of a link's title stay as printed: `normalize` knows what they mean.

The grammar itself is in `dumps`, because it also comes inside saved pages.

Source: samples/portal/, docs/formats/portal.md
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from newsarc.article import Article
from newsarc.dumps.cutting import cut
from newsarc.dumps.grammar import is_dump
from newsarc.dumps.reading import read_dump
from newsarc.dumps.tracing import Silent, Trace
from newsarc.encoding import decode_head
from newsarc.errors import ParseError
from newsarc.sniffing import is_of_a_wire
from newsarc.source import Source

L = TypeVar("L", bound=Silent)

NAME = "portal"
ABOUT = "Pages of a family of German news portals, copied and pasted as plain text."
SIGN = "A line with nothing on it but a date and a time, such as 05.06.2023 - 14:20:11."
FIELDS: tuple[str, ...] = (
    "headline", "lead", "dateline", "body", "keywords", "credit", "published", "related", "media",
    "unparsed",
)  # fmt: skip


def sniff(head: bytes) -> bool:
    """Tell whether the first bytes of a source hold a date line of the family; markup and wires hold none of theirs."""
    return not is_of_a_wire(head) and is_dump(decode_head(head)[0].removeprefix("\ufeff"))


def parse(source: Source) -> Iterator[Article]:
    """Yield every story of a source of dumps, in their order, one for each date line.

    Lazy; a date line with nothing around it is reported after all the others were yielded. Dates and sections stay
    as printed. Offsets count bytes of the source, and the ranges of its stories follow each other without a gap.

    Raises:
        ParseError: There is no date line, or one with no text around it; names the source and the byte.
        TooLarge: One story has more bytes or lines than one may have.

    Source: samples/portal/minimal.txt, samples/portal/broken/date-line-alone.txt
    """
    yield from (article for article, _ in _read(source, Silent))


def traced(source: Source) -> Iterator[tuple[Article, Trace]]:
    """Yield the same, each with what its reading told of its blocks.

    Raises:
        ParseError, TooLarge: As `parse`.
    """
    return _read(source, Trace)


def _read(source: Source, listener: Callable[[], L]) -> Iterator[tuple[Article, L]]:
    bare: int | None = None
    is_any = False
    for dump in cut(source):
        is_any = True
        trace = listener()
        article = read_dump(source, dump, trace)
        if article:
            yield article, trace
        elif bare is None:
            bare = dump.offset
    if bare is not None:
        raise ParseError(
            source.name, f"after byte {bare} a headline or lead beside the date line was expected, none found"
        )
    if not is_any:
        raise ParseError(source.name, "a date line such as 05.06.2023 - 14:20:11 was expected, none found")
