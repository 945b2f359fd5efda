"""What the lines of one dump are: keywords, headline and lead in either order, gallery, body, credit, related links.

Source: samples/portal/full.txt (layout A), samples/portal/layout-b.txt, samples/portal/layout-c.txt,
samples/portal/gallery.txt, samples/portal/related-cut.txt
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from newsarc.article import Article, Block, Media, Origin, RelatedLink
from newsarc.dumps.cutting import Dump
from newsarc.dumps.grammar import (
    CREDIT,
    DATELINE,
    PHOTO,
    RULE,
    TAIL,
    is_more,
    looks_like_keywords,
    reads_on,
)
from newsarc.dumps.lines import Lines
from newsarc.encoding import mend
from newsarc.sentences import ends_like_sentence, split_sentences
from newsarc.source import Source

_MOST_HEADLINE_WORDS = 17
_MOST_HEADING_WORDS = 10
_LONGEST_KEPT = 2000  # characters of a related link that is remembered
_LONGEST_HEADING = 100  # characters


class _Head(NamedTuple):
    """What stands around the date line."""

    headline: str | None
    lead: str | None
    rest: list[str]
    is_doubtful: bool = False


def read_dump(source: Source, dump: Dump) -> Article | None:
    """Turn one dump into an article, dates and sections as printed; None when nothing stands around its date line."""
    if len(dump.lines.texts) == 1:
        return None
    lines, warnings = _mended(dump.lines)
    before = _blocks(lines.part(0, dump.anchor))
    after, credit, between, related = _sections(lines.part(dump.anchor + 1))
    early, before = _gallery(before)
    media, after = _gallery(after)
    front = before.pop() if before else None
    keywords, unparsed = _keywords(before)
    unparsed += [block for block in after if RULE.fullmatch(block)]
    head = _head(front, [block for block in after if not RULE.fullmatch(block)])
    media = early + media
    if head.headline is None and head.lead is None and not media:
        return None
    if head.headline is None:
        warnings.append("headline-missing")
    elif head.is_doubtful:
        warnings.append("headline-doubtful")
    lead, dateline = (head.lead, None) if head.headline else _without_place(head.lead)
    links, leftover, is_cut = _links(related)
    if credit is None and leftover and (found := CREDIT.fullmatch(leftover[-1])):
        credit, is_cut = found["who"] or found["site"], False
        leftover.pop()
    if is_cut:
        warnings.append("related-cut")
    body = list(_body(head.rest))
    return Article(
        headline=head.headline,
        lead=lead,
        dateline=dateline,
        body=tuple(block for block in body if block.text),
        keywords=keywords,
        credit=credit,
        media=media,
        published_text=lines.texts[dump.anchor],
        related=links,
        unparsed=(*unparsed, *between, *leftover),
        warnings=tuple(warnings),
        origin=Origin(
            name=source.name,
            format="portal",
            encoding=dump.encoding,
            sha256=source.sha256,
            offset=dump.offset,
            length=dump.length,
        ),
    )


def _mended(lines: Lines) -> tuple[Lines, list[str]]:
    """Repair the umlauts of a dump and bring it to NFC; no repair crosses a line end, so the lines stay the same."""
    text = "\n".join(lines.texts)
    mended, warnings = mend(text)
    if mended is not text:
        lines = lines._replace(texts=[*map(str.strip, mended.split("\n"))])
    return lines, warnings


def _blocks(lines: Lines) -> list[str]:
    """Join the lines of each block with a blank."""
    if all(lines.opens[1:]):
        return [*filter(None, lines.texts)]
    begins = [place for place, is_first in enumerate(lines.opens) if is_first or not place]
    ends = [*begins[1:], len(lines.texts)]
    return [*filter(None, (" ".join(lines.texts[begin:end]) for begin, end in zip(begins, ends, strict=True)))]


def _sections(lines: Lines) -> tuple[list[str], str | None, list[str], Lines]:
    """Cut what follows the date line: blocks of text, credit, blocks between credit and related links, their lines."""
    credit: str | None = None
    text_end = related = len(lines.texts)
    for place, text in enumerate(lines.texts):
        if not text.startswith(("@", "W")) or not lines.is_block(place):
            continue
        if is_more(text):
            related = place
            break
        if found := CREDIT.fullmatch(text):
            credit = found["who"] or found["site"]
            text_end = place
    if credit is None:
        return _blocks(lines.part(0, related)), None, [], lines.part(related + 1)
    between = lines.part(text_end + 1, related)
    return _blocks(lines.part(0, text_end)), credit, _blocks(between), lines.part(related + 1)


def _keywords(before: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Read the block before headline or lead as keywords, if it can be; what stands before it has no place.

    Commas with nothing between them are no keywords.
    """
    if not before or not looks_like_keywords(before[-1]):
        return (), before
    words = tuple(filter(None, map(str.strip, before[-1].split(","))))
    return (words, before[:-1]) if words else ((), before)


def _head(front: str | None, after: list[str]) -> _Head:
    """Tell headline from lead by how they end: the lead ends in a full stop, the headline does not."""
    if front is None or not after:
        only = front if front is not None else (after[0] if after else None)
        rest = after if front is not None else after[1:]
        if only is None or ends_like_sentence(only):
            return _Head(None, only, rest)
        return _Head(only, None, rest)
    back, rest = after[0], after[1:]
    first, second = _manner(front), _manner(back)
    if first == "lead" and second in ("headline", "cry"):
        return _Head(back, front, rest)
    if first in ("headline", "cry") and second == "lead":
        return _Head(front, back, rest)
    if first == second == "lead":
        return _Head(None, front, after)
    return _undecided(front, back, first, rest)


def _undecided(front: str, back: str, first: str, rest: list[str]) -> _Head:
    """Choose between two that both look like a headline: one without a mark before one that cries, then the shorter."""
    is_front = first == "headline" if first != _manner(back) else len(front) <= len(back)
    headline, lead = (front, back) if is_front else (back, front)
    return _Head(headline, lead, rest, is_doubtful=True)


def _manner(block: str) -> str:
    """Say what a block looks like: a `lead`, a `headline`, or a headline that `cry`s: one short sentence in ? or !."""
    mark = ends_like_sentence(block)
    if not mark:
        return "headline"
    if mark == ".":
        return "lead"
    is_short = block.count(" ") < _MOST_HEADLINE_WORDS and len(split_sentences(block)) == 1
    return "cry" if is_short else "lead"


def _without_place(lead: str | None) -> tuple[str | None, str | None]:
    """Take the place off the start of a lead that stands alone (layout C)."""
    found = DATELINE.match(lead) if lead else None
    if not lead or not found:
        return lead, None
    return lead[found.end() :], found["place"]


def _gallery(blocks: list[str]) -> tuple[tuple[Media, ...], list[str]]:
    """Take the gallery out: a bullet with `- Foto:` each, its credit once more, and all captions run together."""
    media: list[Media] = []
    rest: list[str] = []
    joined = ""
    for block in blocks:
        if block.startswith("•") and PHOTO in block:
            caption, _, credit = block[1:].rpartition(PHOTO)
            media.append(Media(caption=caption.strip() or None, credit=credit.strip() or None))
            joined += "".join(block[1:].split())
        elif media and (block == media[-1].credit or (PHOTO in block and "".join(block.split()) == joined)):
            continue
        else:
            rest.append(block)
    return tuple(media), rest


def _body(blocks: list[str]) -> Iterable[Block]:
    """Say what each block of the body is; a short one without a mark, with text after it, is a heading."""
    for place, text in enumerate(blocks):
        if text.startswith("•"):
            yield Block(kind="list", text=text[1:].strip())
        elif (
            len(text) < _LONGEST_HEADING
            and text.count(" ") < _MOST_HEADING_WORDS
            and place + 1 < len(blocks)
            and text[-1].isalnum()
        ):
            yield Block(kind="heading", text=text)
        else:
            yield Block(text=text)


def _links(lines: Lines) -> tuple[tuple[RelatedLink, ...], list[str], bool]:
    """Collect lines until a tail closes a related link. Returns links, what is none, and whether the last was cut."""
    links: list[RelatedLink] = []
    leftover: list[str] = []
    pending: list[str] = []
    for line, opens, tight in zip(*lines, strict=True):
        if pending and opens and not tight and not line.startswith("("):
            leftover.append(" ".join(pending))
            pending = []
        if is_more(line) and not pending:
            continue
        pending.append(line)
        if reads_on(line):
            text = " ".join(pending)
            pending = []
            link = _link(text) if len(text) < _LONGEST_KEPT else _link.__wrapped__(text)
            links.extend([link] if link else ())
            leftover.extend(() if link else [text])
    if pending:
        leftover.append(" ".join(pending))
    return tuple(links), leftover, bool(pending)


@lru_cache(4096)  # the footers of a portal name the same stories again and again
def _link(text: str) -> RelatedLink | None:
    """Read one related link; its title is told from its teaser by `normalize`."""
    start = text.rfind("(")
    found = TAIL.match(text, start) if start >= 0 else None
    words = text[:start].strip()
    if not found or not words:
        return None
    return RelatedLink(
        title=words, text=text, category_text=found["category"].strip(), published_text=found["published"]
    )
