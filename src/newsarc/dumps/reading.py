"""What the lines of one dump are: keywords, headline and lead in either order, gallery, body, credit, related links.

Source: samples/portal/full.txt (layout A), samples/portal/layout-b.txt, samples/portal/layout-c.txt,
samples/portal/gallery.txt, samples/portal/related-cut.txt
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

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
from newsarc.dumps.tracing import SILENT, Silent
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


def read_dump(source: Source, dump: Dump, trace: Silent = SILENT) -> Article | None:
    """Turn one dump into an article, dates and sections as printed; None when nothing stands around its date line.

    A `trace` is told what each block became, and why.
    """
    if len(dump.lines.texts) == 1:
        return None
    lines, warnings = _mended(dump.lines)
    lines = trace.begin(dump.lines, lines, dump.rules)
    trace.tell(lines.texts[dump.anchor], "published_text", _SAID_OF_DATE[dump.is_strict])
    before = _blocks(lines.part(0, dump.anchor), trace)
    after, credit, between, related = _sections(lines.part(dump.anchor + 1), trace)
    early, before = _gallery(before, trace)
    media, after = _gallery(after, trace, len(early))
    front = before.pop() if before else None
    keywords, unparsed = _keywords(before, trace)
    rules = [block for block in after if RULE.fullmatch(block)]
    _leave(trace, unparsed, "it stands before the keywords, where nothing has its place")
    _leave(trace, rules, "a rule between blocks of text says nothing")
    unparsed += rules
    head = _head(front, [block for block in after if not RULE.fullmatch(block)], trace)
    media = early + media
    if head.headline is None and head.lead is None and not media:
        return None
    if head.headline is None:
        warnings.append("headline-missing")
    elif head.is_doubtful:
        warnings.append("headline-doubtful")
    lead, dateline = (head.lead, None) if head.headline else _without_place(head.lead)
    if head.lead and dateline:
        trace.tell(head.lead, "lead", "it stands alone; the place before its dash is the `dateline`")
    links, leftover, is_cut = _links(related, trace)
    if credit is None and leftover and (found := CREDIT.fullmatch(leftover[-1])):
        credit, is_cut = found["who"] or found["site"], False
        trace.tell(leftover.pop(), "credit", "@ and a name, in the last line; there is none before the related links")
    _leave(trace, between, "it stands between the credit and the related links")
    if is_cut:
        warnings.append("related-cut")
    return Article(
        headline=head.headline,
        lead=lead,
        dateline=dateline,
        body=tuple(_body(head.rest, trace)),
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


def _leave(trace: Silent, blocks: Iterable[str], why: str) -> None:
    for block in blocks:
        trace.tell(block, "unparsed", why)


def _blocks(lines: Lines, trace: Silent = SILENT) -> list[str]:
    """Join the lines of each block with a blank."""
    if all(lines.opens[1:]):
        return [*filter(None, lines.texts)]
    begins = [place for place, is_first in enumerate(lines.opens) if is_first or not place]
    ends = [*begins[1:], len(lines.texts)]
    return [*filter(None, (trace.join(lines.texts[begin:end]) for begin, end in zip(begins, ends, strict=True)))]


def _sections(lines: Lines, trace: Silent) -> tuple[list[str], str | None, list[str], Lines]:
    """Cut what follows the date line: blocks of text, credit, blocks between credit and related links, their lines."""
    credit: str | None = None
    text_end = related = len(lines.texts)
    for place, text in enumerate(lines.texts):
        if not text.startswith(("@", "W")) or not lines.is_block(place):
            continue
        if is_more(text):
            related = place
            trace.tell(text, "related", "the words before the first related link")
            break
        if found := CREDIT.fullmatch(text):
            credit = found["who"] or found["site"]
            text_end = place
    if credit is None:
        return _blocks(lines.part(0, related), trace), None, [], lines.part(related + 1)
    trace.tell(lines.texts[text_end], "credit", "@ and a name: the last such line before the related links")
    between = lines.part(text_end + 1, related)
    return _blocks(lines.part(0, text_end), trace), credit, _blocks(between, trace), lines.part(related + 1)


def _keywords(before: list[str], trace: Silent) -> tuple[tuple[str, ...], list[str]]:
    """Read the block before headline or lead as keywords, if it can be; what stands before it has no place.

    Commas with nothing between them are no keywords.
    """
    if not before or not looks_like_keywords(before[-1]):
        return (), before
    words = tuple(filter(None, map(str.strip, before[-1].split(","))))
    if words:
        trace.tell(before[-1], "keywords", "short pieces between commas, without the end of a sentence")
    return (words, before[:-1]) if words else ((), before)


def _head(front: str | None, after: list[str], trace: Silent) -> _Head:
    """Tell headline from lead by how they end: the lead ends in a full stop, the headline does not."""
    if front is None or not after:
        return _lonely(front, after, trace)
    back, rest = after[0], after[1:]
    first, second = _manner(front), _manner(back)
    if first == "lead" and second in ("headline", "cry"):
        trace.layout("A", "lead above the date line, headline below it")
        _tell_head(trace, back, front, _SAID_OF[second])
        return _Head(back, front, rest)
    if first in ("headline", "cry") and second == "lead":
        trace.layout("B", "headline above the date line, lead below it")
        _tell_head(trace, front, back, _SAID_OF[first])
        return _Head(front, back, rest)
    if first == second == "lead":
        trace.layout("C", "the blocks above and below the date line both end like a sentence: there is no headline")
        trace.tell(front, "lead", "the block above the date line ends like a sentence, and so does the one below")
        return _Head(None, front, after)
    return _undecided(front, back, first, rest, trace)


def _lonely(front: str | None, after: list[str], trace: Silent) -> _Head:
    """Say what the only block beside the date line is."""
    only = front if front is not None else (after[0] if after else None)
    rest = after if front is not None else after[1:]
    is_lead = only is None or bool(ends_like_sentence(only))
    if only is not None:
        ends = "ends like a sentence" if is_lead else "does not end like a sentence"
        trace.tell(only, "lead" if is_lead else "headline", f"the only block beside the date line; it {ends}")
    return _Head(None, only, rest) if is_lead else _Head(only, None, rest)


def _undecided(front: str, back: str, first: str, rest: list[str], trace: Silent) -> _Head:
    """Choose between two that both look like a headline: one without a mark before one that cries, then the shorter."""
    is_marked = first != _manner(back)
    is_front = first == "headline" if is_marked else len(front) <= len(back)
    headline, lead = (front, back) if is_front else (back, front)
    trace.layout("B" if is_front else "A", "both blocks beside the date line look like a headline; doubtful")
    why = "the one without a mark at its end" if is_marked else "the shorter one"
    _tell_head(trace, headline, lead, f"both blocks look like a headline; {why}")
    return _Head(headline, lead, rest, is_doubtful=True)


def _tell_head(trace: Silent, headline: str, lead: str, why: str) -> None:
    trace.tell(headline, "headline", why)
    trace.tell(lead, "lead", "the other block beside the date line")


def _manner(block: str) -> str:
    """Say what a block looks like: a `lead`, a `headline`, or a headline that `cry`s: one short sentence in ? or !."""
    mark = ends_like_sentence(block)
    if not mark:
        return "headline"
    if mark == ".":
        return "lead"
    is_short = block.count(" ") < _MOST_HEADLINE_WORDS and len(split_sentences(block)) == 1
    return "cry" if is_short else "lead"


_SAID_OF = {
    "headline": "it does not end like a sentence, and the other block does",
    "cry": "one short sentence that ends in ? or !, and the other block ends in a full stop",
}
_SAID_OF_DATE = {
    True: "a date and a time with seconds, alone in its block",
    False: "a date and a time alone in its block, and a credit or related links below",
}


def _without_place(lead: str | None) -> tuple[str | None, str | None]:
    """Take the place off the start of a lead that stands alone (layout C)."""
    found = DATELINE.match(lead) if lead else None
    if not lead or not found:
        return lead, None
    return lead[found.end() :], found["place"]


def _gallery(blocks: list[str], trace: Silent, number: int = 0) -> tuple[tuple[Media, ...], list[str]]:
    """Take the gallery out: a bullet with `- Foto:` each, its credit once more, and all captions run together."""
    media: list[Media] = []
    rest: list[str] = []
    joined = ""
    for block in blocks:
        if block.startswith("•") and PHOTO in block:
            caption, _, credit = block[1:].rpartition(PHOTO)
            media.append(Media(caption=caption.strip() or None, credit=credit.strip() or None))
            joined += "".join(block[1:].split())
            trace.tell(block, f"media[{number + len(media) - 1}]", "a bullet, a caption, - Foto: and a credit")
        elif media and (block == media[-1].credit or (PHOTO in block and "".join(block.split()) == joined)):
            trace.tell(block, f"media[{number + len(media) - 1}]", "the portal prints this of a gallery a second time")
        else:
            rest.append(block)
    return tuple(media), rest


def _body(blocks: list[str], trace: Silent) -> Iterable[Block]:
    """Say what each block of the body is."""
    number = 0
    for place, text in enumerate(blocks):
        kind, why = _kind(text, has_more=place + 1 < len(blocks))
        if said := text[1:].strip() if kind == "list" else text:
            trace.tell(text, f"body[{number}]", why)
            number += 1
            yield Block(kind=kind, text=said)
        else:
            trace.tell(text, "", "a bullet without a text")


def _kind(text: str, *, has_more: bool) -> tuple[Literal["list", "heading", "paragraph"], str]:
    """Tell the kind of a block by its look, and why; a short one without a mark, with text after it, is a heading."""
    if text.startswith("•"):
        return "list", "list: it begins with a bullet"
    is_short = len(text) < _LONGEST_HEADING and text.count(" ") < _MOST_HEADING_WORDS
    if is_short and has_more and text[-1].isalnum():
        return "heading", "heading: it is short, without a mark at its end, and text follows"
    return "paragraph", "paragraph: text below the date line"


def _links(lines: Lines, trace: Silent) -> tuple[tuple[RelatedLink, ...], list[str], bool]:
    """Collect lines until a tail closes a related link. Returns links, what is none, and whether the last was cut."""
    links: list[RelatedLink] = []
    leftover: list[str] = []
    pending: list[str] = []

    def leave(why: str) -> None:
        leftover.append(trace.join(pending))
        trace.tell(leftover[-1], "unparsed", why)

    for line, opens, tight in zip(*lines, strict=True):
        if pending and opens and not tight and not line.startswith("("):
            leave("among the related links, and no tail closes it")
            pending = []
        if is_more(line) and not pending:
            trace.tell(line, "related", "the words before the first related link")
            continue
        pending.append(line)
        if reads_on(line):
            text = trace.join(pending)
            link = _link(text) if len(text) < _LONGEST_KEPT else _link.__wrapped__(text)
            if link:
                trace.tell(text, f"related[{len(links)}]", "its tail closes it: section, date and time, weiterlesen")
                links.append(link)
            else:
                leave("it ends like a related link, without a section, a date and a time in brackets, or a title")
            pending = []
    if pending:
        leave("the last related link has no tail: it was cut")
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
