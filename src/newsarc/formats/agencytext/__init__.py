"""Plain agency text without a portal's date line: copied from other portals, or what is left of a wire as text.

Its signs are a dateline with an agency's sign and the agency's code line. `grammar` knows what single lines look
like, `cutting` where one story ends, `reading` what a story's paragraphs are. Dates stay as printed: `normalize`
knows what they mean.

Source: samples/agencytext/, docs/formats/agencytext.md
"""

from collections.abc import Iterator

from newsarc.article import Article
from newsarc.dumps.grammar import is_dump
from newsarc.encoding import decode_head
from newsarc.errors import ParseError, SourceError
from newsarc.formats.agencytext.cutting import cut
from newsarc.formats.agencytext.grammar import is_agency_text
from newsarc.formats.agencytext.reading import read_story
from newsarc.sniffing import is_of_a_wire
from newsarc.source import Source

NAME = "agencytext"
ABOUT = "Plain agency text without a portal's date line, one or several stories."
SIGN = (
    "A line that begins like Windau (dpa) - with an agency's sign, or ends like © dpa-infocom, dpa:230605-99-000123/2."
)
FIELDS: tuple[str, ...] = (
    "id", "version", "headline", "kicker", "lead", "byline", "dateline", "body", "credit", "rights", "services",
    "published", "updated", "alternate_ids", "media", "unparsed",
)  # fmt: skip


def sniff(head: bytes) -> bool:
    """Tell whether the first bytes of a source hold an agency's dateline or code line, and are of no other format."""
    if is_of_a_wire(head):
        return False
    text = decode_head(head)[0].removeprefix("\ufeff")
    return is_agency_text(text) and not is_dump(text)


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield every story of a source, in their order, one for each dateline or code line that ends or begins one.

    Lazy; of the source only one story is held. Offsets count bytes of the source, and the ranges of its stories follow
    each other without a gap.

    Raises:
        ParseError: There is neither a dateline nor a code line.
        TooLarge: One story has more characters than one may have; those before it were yielded.

    Source: samples/agencytext/minimal.txt, samples/agencytext/listing.txt
    """
    is_any = False
    for story in cut(source):
        is_any = True
        yield read_story(source, story)
    if not is_any:
        raise ParseError(source.name, "a dateline such as Windau (dpa) - was expected, or a code line, none found")
