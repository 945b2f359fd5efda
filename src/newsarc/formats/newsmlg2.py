"""NewsML-G2 of the IPTC."""

from collections.abc import Iterator

from newsarc.article import Article
from newsarc.errors import ParseError, SourceError
from newsarc.source import Source

NAME = "newsmlg2"
ABOUT = "NewsML-G2 of the IPTC."
SIGN = ""
FIELDS: tuple[str, ...] = ()


def sniff(head: bytes) -> bool:
    """Tell whether a source begins like one."""
    return not head


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield its articles."""
    yield ParseError(source.name, "not read yet")
