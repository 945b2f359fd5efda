"""Small dumps that name each other: stories of their own words, links in the portal's rotation."""

import random
from collections.abc import Sequence
from typing import NamedTuple

_SYLLABLES = (
    "yba ydu yfe ygo yhe yjo yka yli ymo yne yös ypra yqui yre ysa ytro yul yve ywe yzi".split()
)  # of no section


class Told(NamedTuple):
    """A story, with what a dump and a link say of it."""

    headline: str
    lead: tuple[str, ...]
    """Sentences."""
    date: str
    body: tuple[str, ...]
    section: str = "Sport"

    @property
    def link(self) -> str:
        """The story as a portal's footer names it: the first sentence of its lead stands last."""
        first, *others = self.lead
        stop = "." if others and self.headline[-1] not in "?!" else ""
        words = " ".join([f"{self.headline}{stop}", *others, first])
        return f"{words} ({self.section}, {self.date[:-3]}) weiterlesen..."

    def filed(self, section: str) -> "Told":
        """Return it as a portal that files it elsewhere names it."""
        return self._replace(section=section)


def told(number: int, *, minute: int | None = None, sentences: int = 2, words: int = 120) -> Told:
    """Invent a story: number and seed are one, no two share a sequence of four words."""
    dice = random.Random(number)

    def sentence(length: int = 9) -> str:
        made = ["".join(dice.choices(_SYLLABLES, k=3)) for _ in range(length)]
        return " ".join(made).capitalize() + "."

    hour, minutes = divmod((number * 7 if minute is None else minute) % 1440, 60)
    date = f"{1 + number % 28:02}.06.2025 - {hour:02}:{minutes:02}:{number % 60:02}"
    lead = tuple(sentence() for _ in range(sentences))
    body = tuple(" ".join(sentence() for _ in range(3)) for _ in range(words // 27 + 1))
    return Told(f"{sentence(5)[:-1]} {number}", lead, date, body)


def dump(story: Told, links: Sequence[str] = (), *, headline: str | None = None, date: str | None = None) -> bytes:
    """Write a story as a dump of layout B, with links in its footer."""
    blocks = ["Windau, Hafen", headline or story.headline, date or story.date, " ".join(story.lead), *story.body]
    blocks += ["@ dpa.de", "Weitere Meldungen", *links]
    return "\n\n".join(blocks).encode()
