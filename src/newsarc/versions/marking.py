"""Which words of two texts differ, and which texts of two lists: in a time that no text can drive up.

What both begin and end with is cut off, the rest is compared word by word. `difflib` may take a time that grows with
the third power, so the most that a comparison can cost is reckoned first: what would cost too much is compared
sentence by sentence, or is one change.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Any, Literal, NamedTuple, TypeAlias

Kind = Literal["same", "deleted", "inserted"]
_PART = re.compile(r"\w+|[^\w\s]|\s+")
_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]*")
_LONGEST = 400_000  # characters of a text that are cut into words
_STEPS = 20_000_000  # of a whole comparison, at the most; about two seconds
_CELLS = 2_500  # of texts that stand in the place of others, each with each
_AKIN = 0.3  # share of words that two texts have in common, from which on the one was made of the other


class Piece(NamedTuple):
    """A passage of a comparison: in both texts, in the old one only, or in the new one only."""

    kind: Kind
    text: str


Pieces: TypeAlias = tuple[Piece, ...]
Span: TypeAlias = tuple[int, int, int, int]
"""A stretch of the old and one of the new: from, to, from, to."""


class _Token(NamedTuple):
    """What is compared, with what stands in front of it."""

    lead: str
    said: str


class Pen:
    """Marks what differs; what all its comparisons may cost together is bounded."""

    def __init__(self, steps: int = _STEPS) -> None:
        self._left = steps

    def texts(self, old: str, new: str) -> Pieces:
        """Mark the words that differ. What is not inserted is the old text, what is not deleted the new one."""
        start, end = _common(old, new)
        middle = old[start : len(old) - end], new[start : len(new) - end]
        rest = old[len(old) - end :]
        return _joined([Piece("same", old[:start]), *self._middle(*middle), Piece("same", rest)])

    def items(self, old: Sequence[str], new: Sequence[str]) -> Pieces:
        """Mark which words of a list differ; each is one, and a comma stands between them."""
        said = [[_Token(", " if at else "", one) for at, one in enumerate(some)] for some in (old, new)]
        return _joined(self._tokens(*said))

    def whole(self, old: str | None, new: str | None) -> Pieces:
        """Mark a value that is another one as a whole."""
        return _joined([Piece("deleted", old or ""), Piece("inserted", new or "")])

    def pairs(self, old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
        """Yield which text of one list stands in the place of which of the other, where they differ; None for none."""
        for first, last, begin, end in self._changes(old, new):
            for one, other in _paired(old[first:last], new[begin:end]):
                yield None if one is None else first + one, None if other is None else begin + other

    def _middle(self, old: str, new: str) -> Iterable[Piece]:
        if not old or not new or max(len(old), len(new)) > _LONGEST:
            return self.whole(old, new)
        words = _words(old), _words(new)
        if _cost(*map(_said, words)) <= self._left:
            return self._tokens(*words)
        return self._sentences(_SENTENCE.findall(old), _SENTENCE.findall(new))

    def _tokens(self, old: Sequence[_Token], new: Sequence[_Token]) -> Iterator[Piece]:
        """Mark tokens; between two that are the same, what stands in front of them may differ."""
        done, at = 0, 0
        for first, last, begin, end in [
            *self._changes(_said(old), _said(new)),
            (len(old), len(old), len(new), len(new)),
        ]:
            for one, other in zip(old[done:first], new[at:begin], strict=True):
                yield from _led(one, other)
            yield from self.whole(_text(old[first:last]), _text(new[begin:end]))
            done, at = last, end

    def _sentences(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
        """Mark sentences, and the words of those that stand in the place of others."""
        done = 0
        for first, last, begin, end in [*self._changes(old, new), (len(old), len(old), len(new), len(new))]:
            yield Piece("same", "".join(old[done:first]))
            passage = "".join(old[first:last]), "".join(new[begin:end])
            words = _words(passage[0]), _words(passage[1])
            is_cheap = _cost(*map(_said, words)) <= self._left
            yield from self._tokens(*words) if is_cheap else self.whole(*passage)
            done = last

    def _changes(self, old: Sequence[str], new: Sequence[str]) -> list[Span]:
        """Return the stretches that differ; where that costs too much, one between what is the same at both ends."""
        start, end = _common(old, new)
        old, new = old[start : len(old) - end], new[start : len(new) - end]
        if not old and not new:
            return []
        cost = _cost(old, new)
        if not old or not new or cost > self._left:
            return [(start, start + len(old), start, start + len(new))]
        self._left -= cost
        spans = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        return [
            (start + first, start + last, start + begin, start + to)
            for what, first, last, begin, to in spans
            if what != "equal"
        ]


def _common(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """Return how much is the same at the start, and of the rest at the end; of texts whole words."""
    most = min(len(old), len(new))
    start = _longest(most, lambda size: old[:size] == new[:size])
    if isinstance(old, str) and isinstance(new, str):
        start = _whole_word(old, new, start)
    end = _longest(most - start, lambda size: old[len(old) - size :] == new[len(new) - size :])
    if isinstance(old, str) and isinstance(new, str):
        end = _whole_word(old[::-1], new[::-1], end)
    return start, end


def _whole_word(old: str, new: str, size: int) -> int:
    """Return how much of what two texts begin with ends before a blank in both, or at the end."""
    if all(size == len(text) or text[size].isspace() for text in (old, new)):
        return size
    return max(0, *(old.rfind(blank, 0, size) for blank in (" ", "\n")))


def _longest(most: int, fits: Any) -> int:
    """Return the greatest size that fits, by halves."""
    least = 0
    while least < most:
        half = (least + most + 1) // 2
        least, most = (half, most) if fits(half) else (least, half - 1)
    return least


def _cost(old: Sequence[str], new: Sequence[str]) -> int:
    """Return the most steps that a comparison takes: each finding of a match looks at all pairs of the same word."""
    counts = Counter(old), Counter(new)
    pairs = sum(count * counts[1][word] for word, count in counts[0].items())
    return len(old) + len(new) + pairs * min(len(old), len(new))


def _words(text: str) -> list[_Token]:
    """Cut a text into words and signs, each with the blanks in front of it."""
    found: list[_Token] = []
    lead = ""
    for part in _PART.findall(text):
        if part.isspace():
            lead = part
        else:
            found.append(_Token(lead, part))
            lead = ""
    return [*found, _Token(lead, "")] if lead else found


def _said(tokens: Sequence[_Token]) -> list[str]:
    return [token.said for token in tokens]


def _text(tokens: Iterable[_Token]) -> str:
    return "".join(token.lead + token.said for token in tokens)


def _led(one: _Token, other: _Token) -> Iterator[Piece]:
    """Yield what two equal tokens come to, where what stands in front of them may differ."""
    if one.lead == other.lead:
        yield Piece("same", one.lead)
    else:
        yield from (Piece("deleted", one.lead), Piece("inserted", other.lead))
    yield Piece("same", one.said)


def _joined(pieces: Iterable[Piece]) -> Pieces:
    """Join pieces of a kind, the deleted before the inserted; signs alone do not part two changes."""
    joined: list[Piece] = []
    for is_same, some in groupby(
        _bridged([piece for piece in pieces if piece.text]), lambda piece: piece.kind == "same"
    ):
        run = list(some)
        if is_same:
            joined.append(Piece("same", _of_kind("same", run)))
            continue
        old, new = _of_kind("deleted", run), _of_kind("inserted", run)
        blank = old[: len(old) - len(old.lstrip())]
        if blank and joined and old != blank != new and new.startswith(blank):  # it belongs to what stands before
            joined[-1] = Piece("same", joined[-1].text + blank)
            old, new = old.removeprefix(blank), new.removeprefix(blank)
        joined += [piece for piece in (Piece("deleted", old), Piece("inserted", new)) if piece.text]
    return tuple(joined)


def _of_kind(kind: Kind, pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind == kind)


def _bridged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Make what is the same between two changes, but no word, part of both."""
    runs = [(kind, list(some)) for kind, some in groupby(pieces, lambda piece: piece.kind == "same")]
    for number, (is_same, run) in enumerate(runs):
        text = "".join(piece.text for piece in run) if is_same else ""
        if is_same and 0 < number < len(runs) - 1 and not any(map(str.isalnum, text)):
            yield from (Piece("deleted", text), Piece("inserted", text))
        else:
            yield from run


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Pair texts that have many words in common, in their order; the rest stands alone. Very many by their place."""
    if len(old) * len(new) > _CELLS or not old or not new:
        yield from zip_longest(range(len(old)), range(len(new)))
        return
    partners = _partners([_known(text) for text in old], [_known(text) for text in new])
    at = 0
    for one in range(len(old)):
        partner = partners.get(one)
        if partner is not None:
            yield from ((None, other) for other in range(at, partner))
            at = partner + 1
        yield one, partner
    yield from ((None, other) for other in range(at, len(new)))


def _known(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text[:_LONGEST]))


def _partners(old: Sequence[frozenset[str]], new: Sequence[frozenset[str]]) -> dict[int, int]:
    """Choose pairs in order whose words have most in common, all in all."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    likeness = [[len(one & other) / (max(len(one), len(other)) or 1) for other in new] for one in old]
    for one in reversed(range(len(old))):
        for other in reversed(range(len(new))):
            like = likeness[one][other]
            both = like + best[one + 1][other + 1] if like >= _AKIN else 0.0
            best[one][other] = max(both, best[one + 1][other], best[one][other + 1])
    found: dict[int, int] = {}
    one = other = 0
    while one < len(old) and other < len(new):
        like = likeness[one][other]
        if like >= _AKIN and best[one][other] == like + best[one + 1][other + 1]:
            found[one] = other
            one, other = one + 1, other + 1
        elif best[one][other] == best[one + 1][other]:
            one += 1
        else:
            other += 1
    return found
