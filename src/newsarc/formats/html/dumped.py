"""A portal's dump inside a page: its blocks are the lines of the dump, and its related links have addresses.

Source: samples/html/portal.html, docs/formats.md
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from urllib.parse import urljoin

from newsarc import markup
from newsarc.article import Article, Block
from newsarc.dumps.cutting import Dump, cut_text
from newsarc.dumps.grammar import is_dump
from newsarc.dumps.lines import Lines
from newsarc.dumps.reading import read_dump
from newsarc.encoding import byte_length
from newsarc.formats.html.looking import Page
from newsarc.formats.html.telling import id_of
from newsarc.source import Source

_GAP = r"(?:\s|&nbsp;|&#160;|&#xa0;){1,9}"
_DATE = re.compile(rf"\.\d{{4}}{_GAP}(?:[-–]|&ndash;|&#8211;|&#x2013;){_GAP}\d{{1,2}}:\d\d", re.IGNORECASE)
_MOST_MISSES = 100
_LONGEST_LOOK = 40  # characters


def dumps_in(source: Source, text: str, codec: str, page: Page) -> Iterator[Article]:
    """Yield the dumps that a page shows; none, if it shows no date line of the family.

    Raises:
        MarkupTooDeep: The page lies too deep in itself.
    """
    root = markup.parse_html(text, source.name) if _DATE.search(text) else None
    found = markup.blocks(root)
    shown = "\n\n".join(block.text for block in found)
    if root is None or not is_dump(shown):
        return
    urls = _addresses(root, page)
    cut = cut_text(shown)
    places = _places(text, codec, [lines for lines, _ in cut])
    for (lines, anchor), start, end in zip(cut, places, [*places[1:], source.size], strict=True):
        article = read_dump(source, Dump(lines, anchor, start, end - start, codec))
        if article and article.origin:
            yield article.model_copy(
                update={
                    "id": (id_of(page, {}) or "") if len(cut) == 1 else "",
                    "language": page.language,
                    "category_text": page.meta("article:section") if len(cut) == 1 else None,
                    "body": tuple(_kinds(article.body, found)),
                    "related": tuple(
                        link.model_copy(update={"url": urls.get(_squeezed(link.text))}) for link in article.related
                    ),
                    "warnings": tuple(code for code in article.warnings if code != "related-cut"),  # pages go on
                    "origin": article.origin.model_copy(update={"format": "html"}),
                }
            )


def _places(text: str, codec: str, dumps: list[Lines]) -> list[int]:
    """Find about where in the bytes of the page each dump begins; the first has what stands before it, too."""
    places, start, length = [0], 0, 0
    for lines in dumps[1:]:
        found = text.find(lines.texts[0][:_LONGEST_LOOK], start + 1)
        end = max(found, start + 1)
        length += byte_length(text[start:end], codec)
        places.append(length)
        start = end
    return places


def _kinds(body: tuple[Block, ...], found: tuple[Block, ...]) -> Iterator[Block]:
    """Give each block of the body the kind that the markup says."""
    known = {_squeezed(block.text): block for block in found if block.kind != "paragraph"}
    for block in body:
        marked = known.get(_squeezed(block.text))
        yield block.model_copy(update={"kind": marked.kind}) if marked else block


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _addresses(root: markup.Element, page: Page) -> dict[str, str]:
    """Return the address of the first link in each line of the page, by its words without blanks."""
    base = id_of(page, {}) or ""
    by_line: dict[str, str] = {}
    of_block: dict[markup.Element, list[tuple[str, str]]] = {}
    for link in markup.descendants(root, "a"):
        url = (link.get("href") or "").strip()
        if url and not url.startswith(("#", "javascript:", "mailto:")):
            around = next((one for one in link.iterancestors() if markup.breaks(one)), root)
            of_block.setdefault(around, []).append((_squeezed(markup.text_of(link)), url))
    for block, links in of_block.items():
        lines = [_squeezed(line) for line in markup.text_of(block).split("\n")]
        by_line.setdefault("".join(lines), links[0][1])
        for line, url in _in_lines(lines, links):
            by_line.setdefault(line, url)
    return {line: _joined(base, url) for line, url in by_line.items()}


def _in_lines(lines: list[str], links: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Say in which line of a block each of its links stands; they stand in order."""
    whole, ends = "".join(lines), list(accumulate(map(len, lines)))
    place = number = misses = 0
    for words, url in links:
        found = whole.find(words, place) if misses < _MOST_MISSES else -1
        misses += found < 0
        if found >= 0 and words:
            place = found + len(words)
            while ends[number] <= found:
                number += 1
            yield lines[number], url


def _joined(base: str, url: str) -> str:
    """Complete an address by that of the page, where it is known."""
    try:
        return urljoin(base, url) if base.startswith("http") else url
    except ValueError:
        return url
