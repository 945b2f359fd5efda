"""What of a source stands in none of its records: every character counts, and only words of the grammar may be left.

For sources of any kind, damaged ones too; `test_samples` asks more of the samples, which are known.
"""

import re
from collections import Counter
from collections.abc import Iterator

from newsarc.article import Article
from newsarc.dumps.grammar import CREDIT, LITERALS, PHOTO, RULE, is_more
from newsarc.encoding import decoder_of, detect, mend


def unaccounted(data: bytes, articles: list[Article]) -> str:
    """Say what a source has that its records have not, or they have and it has not; empty if there is nothing.

    The byte ranges of the records must follow each other from the first byte to the last.
    """
    codec, end, wrong = detect([data]), 0, ""
    for article in articles:
        assert article.origin
        if article.origin.offset != end:
            return f"there is a gap at byte {end}"
        end += article.origin.length
        wrong = wrong or _difference(data[article.origin.offset : end], codec, article)
    return wrong or ("" if end == len(data) else f"nothing of byte {end} and what follows")


def _difference(data: bytes, codec: str, article: Article) -> str:
    lines = list(_lines(data, codec))
    left = _characters("".join(lines))
    left.subtract(_characters("".join(_placed(article))))
    lost = left - _characters("".join(_may_be_left_out(article, lines)))
    invented = -left
    return f"lost {''.join(lost.elements())!r}" * bool(lost) + f"invented {''.join(invented.elements())!r}" * bool(
        invented
    )


def _lines(data: bytes, codec: str) -> Iterator[str]:
    """Decode and repair a story as it is read; yield its lines that are not blank."""
    text = decoder_of(codec).decode(data, final=True).replace("\ufeff", " ")
    lines = filter(None, map(str.strip, text.splitlines()))
    yield from mend("\n".join(lines))[0].split("\n")


def _characters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def _placed(article: Article) -> Iterator[str]:
    """Yield what stands in the verbatim fields."""
    words = [article.headline, article.lead, article.dateline, article.credit, article.published_text]
    yield from filter(None, words)
    yield from (*article.keywords, *article.unparsed)
    yield from (block.text for block in article.body)
    yield from (link.text for link in article.related)
    for media in article.media:
        yield (media.caption or "") + (media.credit or "")


def _may_be_left_out(article: Article, lines: list[str]) -> Iterator[str]:
    """Yield what the grammar keeps in no field, as often as this source has it."""
    if article.dateline:
        yield dash_behind(article.dateline, " ".join(lines))
    for line in map(str.strip, lines):
        if is_more(line) or RULE.fullmatch(line):
            yield line
        elif article.credit and CREDIT.fullmatch(line):
            yield "".join(LITERALS["credit"])
        if article.keywords:
            yield LITERALS["keywords"][0] * line.count(",")
        if line.startswith("•"):
            yield "•"
        if article.media:
            yield from _repetition(article, line)


def dash_behind(place: str, text: str) -> str:
    """Return the dash that stands between a place and what follows it."""
    return next((dash for dash in LITERALS["dateline"] if f"{place} {dash} " in text), "")


def _repetition(article: Article, line: str) -> Iterator[str]:
    """Yield what a gallery says twice: a credit of its own, all captions run together; and the words between them."""
    yield PHOTO * line.count(PHOTO)
    if line in {media.credit for media in article.media} or (PHOTO in line and re.match("[^•]", line)):
        yield line
