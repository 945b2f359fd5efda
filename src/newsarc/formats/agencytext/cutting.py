"""Where one story ends and the next begins: a source of any length, cut into stories with their byte ranges.

A story begins with the headline in front of a dateline, or behind a code line, a rule or a desk code. A dateline
without a headline in front of it, or one of these signs, is a paragraph of the same story. The ranges of a source's
stories follow each other without a gap, from its first byte to its last.

Source: samples/agencytext/listing.txt, samples/agencytext/two-with-code-lines.txt, samples/agencytext/wrapped.txt
"""

from collections.abc import Iterator
from typing import NamedTuple

from newsarc.dumps.grammar import RULE
from newsarc.encoding import byte_length, decode_head, decoder_of, detect
from newsarc.errors import TooLarge
from newsarc.formats.agencytext.grammar import (
    DESK_CODE,
    code_line,
    is_cry,
    is_kicker,
    is_meta,
    is_title,
    opener,
    without_code,
)
from newsarc.source import Source
from newsarc.wires import names_a_contact, opens_private_part

_WIDEST = 80  # characters of a line of a text that was wrapped
_MOST_TITLES = 2  # headline and kicker


class Paragraph(NamedTuple):
    """A paragraph, its lines joined, and the first byte of its first line in the source."""

    text: str
    offset: int


class Story(NamedTuple):
    """The paragraphs of one story, its bytes in the source, and whether it is the first and the last one there."""

    paragraphs: list[Paragraph]
    offset: int
    length: int
    encoding: str
    is_first: bool
    is_last: bool


def cut(source: Source) -> Iterator[Story]:
    """Yield the stories of a source, in order; lazy, one story is held.

    Raises:
        TooLarge: A story has more characters than one may have; those before it were yielded.
    """
    codec = decode_head(source.head)[1] if source.size == len(source.head) else detect(source.chunks())
    open_story = _OpenStory()
    offset, held, is_first = 0, 0, True
    for paragraph in _paragraphs(source, codec):
        held += len(paragraph.text)
        if held > source.longest:
            raise TooLarge(source.name, f"the story at byte {offset} has more than {source.longest:,} characters")
        finished = open_story.take(paragraph)
        if finished:
            end = open_story.paragraphs[0].offset
            yield Story(finished, offset, end - offset, codec, is_first, is_last=False)
            offset, is_first = end, False
            held = sum(len(kept.text) for kept in open_story.paragraphs)
    if open_story.is_any:
        yield Story(open_story.paragraphs, offset, source.size - offset, codec, is_first, is_last=True)


class _OpenStory:
    """The paragraphs since the last story; they may end with the head of the next one."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self._opened: int | None = None  # where its dateline is
        self._closed: int | None = None  # behind its code line
        self._floor = 0  # behind the last sign that the text is over
        self._is_private = False

    @property
    def is_any(self) -> bool:
        """Whether there is a dateline or a code line, so that it is a story."""
        return self._opened is not None or self._closed is not None

    def take(self, paragraph: Paragraph) -> list[Paragraph]:
        """Take the next paragraph; returns those of the story that it ends, if it does."""
        text, finished = paragraph.text, list[Paragraph]()
        if opener(text):
            start = self._start_of_next() if self.is_any else None
            finished = self._split(start) if start is not None else []
            if self._opened is None or finished:
                self._opened = len(self.paragraphs)
            self._is_private = False
        elif code_line(text):
            if self._closed is not None and self._has_text_behind(self._closed):
                finished = self._split(self._closed)
            self._closed = self._floor = len(self.paragraphs) + 1
            self._is_private = False
        elif RULE.fullmatch(text) and not opens_private_part(text):
            self._floor, self._is_private = len(self.paragraphs) + 1, False
        elif opens_private_part(text):
            self._is_private = True
        elif DESK_CODE.search(text[-40:]):
            self._floor = len(self.paragraphs) + 1
        self.paragraphs.append(paragraph)
        return finished

    def _split(self, start: int) -> list[Paragraph]:
        finished, self.paragraphs = self.paragraphs[:start], self.paragraphs[start:]
        self._opened = self._closed = None
        self._floor = 0
        return finished

    def _start_of_next(self) -> int | None:
        """Find the first paragraph of the story whose dateline comes now; None if it is no new one."""
        if self._closed is not None:
            return self._closed
        opened = self._opened or 0
        if self._is_private:
            return len(self.paragraphs)
        if self._floor > opened:
            return self._floor
        return _first_of_titles(self.paragraphs, opened + 1)

    def _has_text_behind(self, place: int) -> bool:
        return any(not is_meta(paragraph.text) for paragraph in self.paragraphs[place:])


def _first_of_titles(paragraphs: list[Paragraph], floor: int) -> int | None:
    """Find the first of the titles at the end, with what stands between them; None if there are none."""
    first, titles = None, 0
    for place in range(len(paragraphs) - 1, floor - 1, -1):
        text = paragraphs[place].text
        if is_meta(text):
            continue
        fits = is_kicker(text) if titles else is_title(text) or is_cry(text)
        if not fits or text.startswith("•") or opener(text) or names_a_contact(text):
            break
        first, titles = place, titles + 1
        if titles == _MOST_TITLES:
            break
    return first


def _paragraphs(source: Source, codec: str) -> Iterator[Paragraph]:
    """Join wrapped lines to paragraphs; a line of the grammar is one of its own."""
    width = _width(decode_head(source.head)[0])
    lines: list[str] = []
    begin = 0
    for text, offset, opens in _lines(source, codec):
        if lines and not opens and _goes_on(lines[-1], text, width):
            lines.append(text)
            continue
        if lines:
            yield from _joined(lines, begin)
        lines, begin = [text], offset
    if lines:
        yield from _joined(lines, begin)


def _joined(lines: list[str], offset: int) -> Iterator[Paragraph]:
    """Join lines, and make a code line at their end a paragraph of its own."""
    text, code = without_code(" ".join(lines))
    yield Paragraph(text, offset)
    if code:
        yield Paragraph(code, offset)


def _width(text: str) -> int:
    """Return the width a text was wrapped at, by its longest line; 0 if it is wider than wrapped text is."""
    width = max((len(line.strip()) for line in text.splitlines()), default=0)
    return width if width <= _WIDEST else 0


def _goes_on(line: str, following: str, width: int) -> bool:
    """Tell whether a line was wrapped: the first word of the next one had no room on it."""
    if len(line) + 1 + len(following.split(maxsplit=1)[0]) <= width or not width:
        return False
    return not (is_meta(line) or is_meta(following) or opener(following) or code_line(following) or code_line(line))


def _lines(source: Source, codec: str) -> Iterator[tuple[str, int, bool]]:
    """Yield the lines that are not blank, the first byte of each, and whether a blank line stands before it.

    Raises:
        TooLarge: One line is longer than a story may be.
    """
    decoder = decoder_of(codec)
    offset, rest, opens = 0, "", True
    for chunk in _chunks_and_end(source):
        window = rest + decoder.decode(chunk, final=not chunk)
        raw = window.splitlines(keepends=True)
        rest = raw.pop() if raw and chunk else ""  # it may go on, and CR may be half of a line end
        for line in raw:
            text = line.replace("\ufeff", " ").strip()
            if text:
                yield text, offset, opens
            opens = not text
            offset += byte_length(line, codec)
        if len(rest) > source.longest:
            raise TooLarge(source.name, f"the line at byte {offset} has more than {source.longest:,} characters")


def _chunks_and_end(source: Source) -> Iterator[bytes]:
    yield from filter(None, source.chunks())
    yield b""
