"""Where one dump ends and the next begins: a source of any length, cut into dumps with their byte ranges.

Each date line that is a block of its own starts a dump; the start lies before it, at the keywords and the block in
front. The ranges of a source's dumps follow each other without a gap, from its first byte to its last. Only one
window of text is held at a time, and the last dump of a window is carried into the next.

Source: samples/portal/two-dumps.txt, samples/portal/tight-dumps-with-rules.txt,
samples/portal/dumps-without-footers.txt
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from newsarc.dumps.grammar import CREDIT, DATE_LINE, LOOSE_DATE, RULE, is_more, looks_like_keywords, reads_on
from newsarc.dumps.lines import Lines, count_lines, lines_of
from newsarc.encoding import byte_length, decode_head, decoder_of, detect
from newsarc.errors import TooLarge
from newsarc.source import Source

_LEAST_WINDOW = 1 << 20  # bytes
_MOST_LINES = 200_000  # of one story, blank ones aside
_FOOTERS = "@W-–—*=_"  # what a credit line, `Weitere Meldungen` or a rule begins with


class Dump(NamedTuple):
    """The lines of one article, the place of its date line among them, and its bytes in the source."""

    lines: Lines
    anchor: int
    offset: int
    length: int
    encoding: str
    rules: tuple[list[str], list[str]] = ([], [])
    """The rule lines that were taken off its start and its end."""

    @property
    def is_strict(self) -> bool:
        """Whether its date line has seconds; a looser one counts only with the family's footer."""
        return DATE_LINE.fullmatch(self.lines.texts[self.anchor]) is not None


class _Piece(NamedTuple):
    """What a window holds of one dump: start and end in characters, its lines, and which of them is the date line."""

    start: int
    end: int
    lines: Lines
    anchor: int


class _Window:
    """The text in hand, its first byte in the source, its lines that are not blank; a reader takes off what it read."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.offset = 0
        self.lines = 0


def cut(source: Source) -> Iterator[Dump]:
    """Yield the dumps of a source, in order.

    Raises:
        TooLarge: A story has more bytes or lines than one may have; those before it were yielded.
    """
    for window, codec, is_last in _windows(source):
        pieces = _cut_window(window.text, whole=is_last)
        for start, end, lines, anchor in pieces if is_last else pieces[:-1]:
            length = byte_length(window.text[start:end], codec)
            if is_last and end == len(window.text):
                length = source.size - window.offset
            _check_size(source, window.offset, length, len(lines.texts))
            kept, place = _without_rules(lines, anchor)
            rules = _rules_off(lines.texts, anchor - place, len(kept.texts))
            yield Dump(kept, place, window.offset, length, codec, rules)
            window.offset += length
        if len(pieces) > 1:
            window.text, window.lines = window.text[pieces[-1].start :], len(pieces[-1].lines.texts)


def cut_text(text: str) -> list[tuple[Lines, int]]:
    """Cut a text that is at hand into the lines of its dumps, and the place of the date line among them."""
    return [_without_rules(piece.lines, piece.anchor) for piece in _cut_window(text, whole=True)]


def _windows(source: Source) -> Iterator[tuple[_Window, str, bool]]:
    """Yield a growing window of a source, its codec, and whether it is the last; a small source is one window.

    It stops growing as soon as what is left in it is too large for one story.
    """
    if source.size == len(source.head):
        text, codec = decode_head(source.head)
        yield _Window(text), codec, True
        return
    codec = detect(source.chunks())
    decoder = decoder_of(codec)
    window, wanted, position = _Window(), _LEAST_WINDOW, 0
    for chunk in source.chunks():
        text = decoder.decode(chunk)
        window.text += text
        position += len(chunk)
        window.lines += count_lines(text)
        if position - window.offset >= wanted or window.lines > _MOST_LINES:
            yield window, codec, False
            held = position - window.offset
            _check_size(source, window.offset, held - _LEAST_WINDOW, window.lines)  # some may be of the next story
            wanted = min(4 * held, source.longest + _LEAST_WINDOW)
    window.text += decoder.decode(b"", final=True)
    yield window, codec, True


def _check_size(source: Source, offset: int, length: int, lines: int) -> None:
    """Refuse a story of too many bytes or lines.

    Raises:
        TooLarge: It is one.
    """
    for number, most, what in ((length, source.longest, "bytes"), (lines, _MOST_LINES, "lines")):
        if number > most:
            raise TooLarge(source.name, f"the story at byte {offset} has more than {most:,} {what}")


def _cut_window(window: str, *, whole: bool) -> list[_Piece]:
    """Cut one window.

    Unless it is the `whole` rest of the source, a date line among the last lines may still grow into a sentence;
    it is left to the next window.
    """
    lines, starts = lines_of(window.replace("\ufeff", " "))
    anchors = _anchors(lines)
    if not whole:
        anchors = [anchor for anchor in anchors if anchor < len(lines.texts) - 3]
    if not anchors:
        return []
    firsts = [0]
    firsts += [_first_line(lines, before, anchor) for before, anchor in pairwise(anchors)]
    begins = [0, *(starts[first] for first in firsts[1:])]
    ends = [*begins[1:], len(window)]
    lasts = [*firsts[1:], len(lines.texts)]
    return [
        _Piece(begin, end, lines.part(first, last), anchor - first)
        for begin, end, first, last, anchor in zip(begins, ends, firsts, lasts, anchors, strict=True)
    ]


def _anchors(lines: Lines) -> list[int]:
    """Find the date lines that start a dump.

    A date without seconds, or with `Uhr`, counts only where the family's footer follows it and no dump is open:
    inside a body it is text.
    """
    strict, loose, footers = [], [], []
    for place, text in enumerate(lines.texts):
        first = text[0]
        if not (first.isdigit() or first in _FOOTERS) or not lines.is_block(place):
            continue
        if first.isdigit():
            if DATE_LINE.fullmatch(text):
                strict.append(place)
            elif LOOSE_DATE.fullmatch(text):
                loose.append(place)
        elif _is_footer(text):
            footers.append(place)
    return sorted(strict + _loose_anchors(lines.texts, strict, loose, footers)) if loose else strict


def _is_footer(text: str) -> bool:
    """Tell whether a line that is a block certainly belongs to the dump before: a part of its footer, or a rule."""
    return text[0] in _FOOTERS and bool(is_more(text) or CREDIT.fullmatch(text) or RULE.fullmatch(text))


def _loose_anchors(texts: list[str], strict: list[int], loose: list[int], footers: list[int]) -> list[int]:
    events = sorted([(place, "strict") for place in strict] + [(place, "loose") for place in loose]
                    + [(place, "footer") for place in footers])  # fmt: skip
    closing = _closed_by_footer(texts, events)
    anchors, is_open = [], False
    for place, what in events:
        if what == "footer":
            is_open = False
        elif what == "strict":
            is_open = True
        elif not is_open and place in closing:
            anchors.append(place)
            is_open = True
    return anchors


def _closed_by_footer(texts: list[str], events: list[tuple[int, str]]) -> set[int]:
    """Tell which loose dates have a credit line or related links after them, before the next dump begins."""
    closed, footer = set(), False
    for place, what in reversed(events):
        if what == "footer":
            footer = not RULE.fullmatch(texts[place])
        elif what == "strict":
            footer = False
        elif footer:
            closed.add(place)
    return closed


def _first_line(lines: Lines, before: int, anchor: int) -> int:
    """Find the first line of the dump of `anchor`; the dump of the date line `before` ends there.

    The block in front of the date line, and one in front of that if it can be the keywords; never beyond the last
    line that certainly belongs to the dump before: credit, `Weitere Meldungen`, a whole link, a rule.
    """
    floor = before + 1
    for place in range(anchor - 1, before, -1):
        text = lines.texts[place]
        if reads_on(text) or (_is_footer(text) and lines.is_block(place)):
            floor = place + 1
            break
    first = _block_start(lines.opens, anchor, floor)
    keywords = _block_start(lines.opens, first, floor)
    if keywords < first and looks_like_keywords(" ".join(lines.texts[keywords:first])):
        return keywords
    return first


def _block_start(opens: list[bool], place: int, floor: int) -> int:
    """Find the first line of the block that ends before `place`; `place` itself if `floor` leaves none."""
    start = place
    while start > floor:
        start -= 1
        if opens[start]:
            break
    return start


def _without_rules(lines: Lines, anchor: int) -> tuple[Lines, int]:
    """Take off the rule lines at the ends of a dump: they separate, they say nothing."""
    first, last = 0, len(lines.texts)
    while RULE.fullmatch(lines.texts[last - 1]):
        last -= 1
    while RULE.fullmatch(lines.texts[first]):
        first += 1
    return lines.part(first, last) if last - first < len(lines.texts) else lines, anchor - first


def _rules_off(texts: list[str], first: int, length: int) -> tuple[list[str], list[str]]:
    """Return the lines that were taken off, before and behind those that were kept."""
    return texts[:first], texts[first + length :]
