"""What each block of a dump became, and by which rule: told by the reading itself, as it decides.

A reading is handed a `Silent` listener, or a `Trace` that remembers; it does the same for both, so what a trace says
cannot differ from what was done.
"""

from collections.abc import Iterable
from typing import NamedTuple

from newsarc.dumps.lines import Lines


class Note(NamedTuple):
    """What became of some lines of a dump."""

    first: int
    """The first of its lines, counted from 0 among those that are not blank."""
    last: int
    """The line behind them."""
    field: str
    """The key of the record, a number in brackets counts within it; blank for what is a word of the grammar alone."""
    rule: str
    source: str
    """The lines as they stand in the source, decoded."""
    text: str
    """The same as it was read: repaired, and its lines joined."""


class Silent:
    """Nobody wants to know."""

    def begin(self, raw: Lines, mended: Lines, rules: tuple[list[str], list[str]]) -> Lines:
        """Take the lines of a dump before and after the repair, and the rules around it; returns what is to be read."""
        del raw, rules
        return mended

    def join(self, texts: list[str]) -> str:
        """Join the lines of a block."""
        return " ".join(texts)

    def tell(self, block: str, field: str, rule: str) -> None:
        """Say what a block became."""

    def layout(self, name: str, why: str) -> None:
        """Say which layout it is."""


SILENT = Silent()


class _Placed(str):  # noqa: SLOT000 - its places are set once it is made
    """A text that knows from which lines it was made."""

    first: int
    last: int


def _placed(text: str, first: int, last: int) -> _Placed:
    made = _Placed(text)
    made.first, made.last = first, last
    return made


class Trace(Silent):
    """Remembers all that it is told about one dump."""

    def __init__(self) -> None:
        self.layout_name: str | None = None
        self.layout_rule = ""
        self.rules: tuple[list[str], list[str]] = ([], [])
        self._told: dict[int, tuple[int, str, str]] = {}
        self._raw: list[str] = []
        self._mended: list[str] = []

    def begin(self, raw: Lines, mended: Lines, rules: tuple[list[str], list[str]]) -> Lines:
        """Give each line its place."""
        self.rules = rules
        self._raw, self._mended = raw.texts, mended.texts
        return mended._replace(texts=[_placed(text, at, at + 1) for at, text in enumerate(mended.texts)])

    def join(self, texts: list[str]) -> str:
        """Join lines that know their places into a block that does."""
        text, first, last = " ".join(texts), texts[0], texts[-1]
        if isinstance(first, _Placed) and isinstance(last, _Placed):
            return _placed(text, first.first, last.last)
        return text

    def tell(self, block: str, field: str, rule: str) -> None:
        """Remember it; what is said later of the same lines is said in place of it."""
        if isinstance(block, _Placed):
            self._told[block.first] = (block.last, field, rule)

    def layout(self, name: str, why: str) -> None:
        """Remember it."""
        self.layout_name, self.layout_rule = name, why

    @property
    def notes(self) -> list[Note]:
        """What became of every line, in their order; of a line that nothing was said of, that."""
        found, at = list[Note](), 0
        for first, (last, field, rule) in sorted(self._told.items()):
            found += self._untold(at, first)
            found.append(self._note(first, last, field, rule))
            at = last
        return [*found, *self._untold(at, len(self._raw))]

    def _untold(self, first: int, last: int) -> Iterable[Note]:
        return (self._note(at, at + 1, "", "") for at in range(first, last))

    def _note(self, first: int, last: int, field: str, rule: str) -> Note:
        source, text = "\n".join(self._raw[first:last]), " ".join(self._mended[first:last])
        return Note(first, last, field, rule, source, text)
