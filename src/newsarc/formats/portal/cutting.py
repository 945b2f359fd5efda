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

from newsarc.encoding import byte_length, decode_head, decoder_of, detect
from newsarc.errors import TooLarge
from newsarc.formats.portal.grammar import CREDIT, DATE_LINE, LOOSE_DATE, RULE, is_more, looks_like_keywords, reads_on
from newsarc.source import Source

_LEAST_WINDOW = 1 << 20  # characters


class Line(NamedTuple):
    """One line that is not blank: its text without blanks at the edges, and where it stands."""

    text: str
    number: int
    """Line of the window, from 0."""
    opens: bool
    """It begins a block."""
    tight: bool
    """It is a block of its own for want of blank lines; a related link may go on in the next."""


class Dump(NamedTuple):
    """The lines of one article, the place of its date line among them, and its bytes in the source."""

    lines: list[Line]
    anchor: int
    offset: int
    length: int
    encoding: str


def cut(source: Source) -> Iterator[Dump]:
    """Yield the dumps of a source, in order.

    Raises:
        TooLarge: A story has more characters than one may have; those before it were yielded.
    """
    offset = 0
    for window, codec, is_last in _windows(source):
        dumps = _cut_window(window.text, whole=is_last)
        for start, end, lines, anchor in dumps if is_last else dumps[:-1]:
            if end - start > source.longest:
                raise TooLarge(source.name, f"the story at byte {offset} has {end - start:,} characters")
            length = byte_length(window.text[start:end], codec)
            if is_last and end == len(window.text):
                length = source.size - offset
            yield Dump(lines, anchor, offset, length, codec)
            offset += length
        if len(dumps) > 1:
            window.text = window.text[dumps[-1][0] :]


class _Window:
    """The text in hand; what a reader leaves in it comes again at the start of the next."""

    def __init__(self, text: str = "") -> None:
        self.text = text


def _windows(source: Source) -> Iterator[tuple[_Window, str, bool]]:
    """Yield a growing window of a source, its codec, and whether it is the last; a small source is one window."""
    if source.size == len(source.head):
        text, codec = decode_head(source.head)
        yield _Window(text), codec, True
        return
    codec = detect(source.chunks())
    decoder = decoder_of(codec)
    window, wanted = _Window(), _LEAST_WINDOW
    for chunk in source.chunks():
        window.text += decoder.decode(chunk)
        if len(window.text) >= wanted:
            yield window, codec, False
            wanted = len(window.text) + max(_LEAST_WINDOW, len(window.text))
            if len(window.text) > 2 * max(source.longest, _LEAST_WINDOW):
                raise TooLarge(source.name, f"more than {len(window.text):,} characters without a date line")
    window.text += decoder.decode(b"", final=True)
    yield window, codec, True


def _cut_window(window: str, *, whole: bool) -> list[tuple[int, int, list[Line], int]]:
    """Cut one window: start and end in characters, lines, and which of them is the date line.

    Unless it is the `whole` rest of the source, a date line among the last lines may still grow into a sentence;
    it is left to the next window.
    """
    raw = window.splitlines(keepends=True)
    lines = _lines(raw if "\ufeff" not in window else [text.replace("\ufeff", " ") for text in raw])
    anchors = _anchors(lines)
    if not whole:
        anchors = [anchor for anchor in anchors if anchor < len(lines) - 3]
    if not anchors:
        return []
    firsts = [0]
    firsts += [_first_line(lines, before, anchor) for before, anchor in pairwise(anchors)]
    starts = _positions(raw, [0, *(lines[first].number for first in firsts[1:])])
    ends = [*starts[1:], len(window)]
    lasts = [*firsts[1:], len(lines)]
    return [
        (start, end, *_without_rules(lines[first:last], anchor - first))
        for start, end, first, last, anchor in zip(starts, ends, firsts, lasts, anchors, strict=True)
    ]


def _positions(raw: list[str], numbers: list[int]) -> list[int]:
    """Turn line numbers into positions of characters."""
    positions, place, number = [], 0, 0
    for wanted in numbers:
        place += sum(map(len, raw[number:wanted]))
        number = wanted
        positions.append(place)
    return positions


def _lines(raw: list[str]) -> list[Line]:
    """Keep the lines that are not blank, and tell where blocks begin.

    A block of several lines that holds a line of the grammar has lost its blank lines: each line is a block.
    """
    lines: list[Line] = []
    begin = 0  # of the block in `lines`
    blank = True
    for number, text in enumerate(map(str.strip, raw)):
        if not text:
            blank = True
            continue
        if blank:
            if len(lines) - begin > 1:
                _loosen(lines, begin)
            begin = len(lines)
        lines.append(Line._make((text, number, blank, False)))
        blank = False
    _loosen(lines, begin)
    return lines


def _loosen(lines: list[Line], begin: int) -> None:
    """Make each line of the last block a block of its own, where a line of the grammar stands among them."""
    block = lines[begin:]
    if not block[1:] or not _is_tight([line.text for line in block]):
        return
    lines[begin:] = [line._replace(opens=True, tight=True) for line in block]


def _is_tight(block: list[str]) -> bool:
    if block[0].startswith("•"):
        return True
    links = any(map(reads_on, block))
    return any(DATE_LINE.fullmatch(text) or CREDIT.fullmatch(text) or (links and is_more(text)) for text in block)


def _is_block(lines: list[Line], place: int) -> bool:
    """Tell whether a line is a block alone."""
    return lines[place].opens and (place + 1 == len(lines) or lines[place + 1].opens)


def _anchors(lines: list[Line]) -> list[int]:
    """Find the date lines that start a dump.

    A date without seconds, or with `Uhr`, counts only where the family's footer follows it and no dump is open:
    inside a body it is text.
    """
    strict, loose, footers = [], [], []
    for place, line in enumerate(lines):
        first = line.text[0]
        if not (first.isdigit() or first in "@W-–—*=_") or not _is_block(lines, place):
            continue
        if first.isdigit():
            if DATE_LINE.fullmatch(line.text):
                strict.append(place)
            elif LOOSE_DATE.fullmatch(line.text):
                loose.append(place)
        elif is_more(line.text) or CREDIT.fullmatch(line.text) or RULE.fullmatch(line.text):
            footers.append(place)
    return sorted(strict + _loose_anchors(lines, strict, loose, footers)) if loose else strict


def _loose_anchors(lines: list[Line], strict: list[int], loose: list[int], footers: list[int]) -> list[int]:
    events = sorted([(place, "strict") for place in strict] + [(place, "loose") for place in loose]
                    + [(place, "footer") for place in footers])  # fmt: skip
    closing = _closed_by_footer(lines, events)
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


def _closed_by_footer(lines: list[Line], events: list[tuple[int, str]]) -> set[int]:
    """Tell which loose dates have a credit line or related links after them, before the next dump begins."""
    closed, footer = set(), False
    for place, what in reversed(events):
        if what == "footer":
            footer = not RULE.fullmatch(lines[place].text)
        elif what == "strict":
            footer = False
        elif footer:
            closed.add(place)
    return closed


def _first_line(lines: list[Line], before: int, anchor: int) -> int:
    """Find the first line of the dump of `anchor`; the dump of the date line `before` ends there.

    The block in front of the date line, and one in front of that if it can be the keywords; never beyond the last
    line that certainly belongs to the dump before: credit, `Weitere Meldungen`, a whole link, a rule.
    """
    floor = before + 1
    for place in range(anchor - 1, before, -1):
        text = lines[place].text
        if reads_on(text) or (
            _is_block(lines, place) and (is_more(text) or CREDIT.fullmatch(text) or RULE.fullmatch(text))
        ):
            floor = place + 1
            break
    first = _block_start(lines, anchor, floor)
    keywords = _block_start(lines, first, floor)
    if keywords < first and looks_like_keywords(" ".join(line.text for line in lines[keywords:first])):
        return keywords
    return first


def _block_start(lines: list[Line], place: int, floor: int) -> int:
    """Find the first line of the block that ends before `place`; `place` itself if `floor` leaves none."""
    start = place
    while start > floor:
        start -= 1
        if lines[start].opens:
            break
    return start


def _without_rules(lines: list[Line], anchor: int) -> tuple[list[Line], int]:
    """Take off the rule lines at the ends of a dump: they separate, they say nothing."""
    first, last = 0, len(lines)
    while RULE.fullmatch(lines[last - 1].text):
        last -= 1
    while RULE.fullmatch(lines[first].text):
        first += 1
    return lines[first:last], anchor - first
