"""Which lines of a source a story stands in: its bytes once more, decoded, with the number of their first line."""

from typing import NamedTuple

from newsarc.article import Article
from newsarc.encoding import decoder_of
from newsarc.source import CHUNK, Source


class Slice(NamedTuple):
    """The text of one story, and the number of its first line in the source, counted from 1."""

    text: str
    line: int

    def numbers(self) -> list[int]:
        """Return the numbers of the lines that are not blank."""
        lines = self.text.replace("\ufeff", " ").splitlines()
        return [number for number, line in enumerate(lines, self.line) if line.strip()]


class Slices:
    """Reads the stories of a source one after the other, and counts lines as it goes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0
        self._line = 1

    def of(self, article: Article) -> Slice:
        """Return the text of a story; stories come in their order, and one may lie in another.

        Raises:
            UnreadableSource: The file vanished since it was read.
        """
        origin = article.origin
        if origin is None:
            return Slice("", 1)
        with self._source.open() as stream:
            stream.seek(min(self._at, origin.offset))
            between = origin.offset - self._at
            while between > 0 and (skipped := stream.read(min(CHUNK, between))):
                self._line += _ends(_text(skipped, origin.encoding))
                between -= len(skipped)
            text = _text(stream.read(origin.length), origin.encoding)
        found = Slice(text, self._line)
        if origin.offset >= self._at:
            self._at = origin.offset + origin.length
            self._line += _ends(text)
        return found


def _text(data: bytes, codec: str) -> str:
    return decoder_of(codec).decode(data, final=True)


def _ends(text: str) -> int:
    """Count the line ends of a text."""
    lines = text.splitlines(keepends=True)
    return len(lines) - (bool(lines) and lines[-1].splitlines()[0] == lines[-1])
