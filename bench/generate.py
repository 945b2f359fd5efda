"""Generated dumps for measuring: German-looking text of invented words, each story different, the same for a seed.

Words follow a falling frequency, as in real text: the commonest are real function words, then words that say something
about a section, then thousands of compounds, and every sentence holds a compound of its own. A dump has about 4 kB,
four paragraphs and six related links.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate

_SYLLABLES = """ver ge be an auf ein schaft lung ter land berg stein wald feld haus stadt bahn werk zeug kraft licht
    rat tag dorf see hof""".split()
_COMMON = """der die das und in zu den mit von auf für ist im dem nicht ein eine als auch es an werden aus er hat dass
    sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch
    man sein wurde sei""".split()
_TOPICS = """Regierung Landtag Minister Koalition Haushalt Umsatz Aktie Unternehmen Spiel Trainer Tor Saison Gericht
    Urteil Polizei Unfall Feuerwehr Schule Studie Forscher Klinik Patienten Film Theater Wetter Regen Kirche Internet
    Sicherheitslücke Urlaub Familie""".split()
_SECTIONS = "Politik Wirtschaft Sport Unterhaltung Wissenschaft Panorama Kultur Schlaglichter".split()
_START = datetime(2016, 1, 1, 6, 0, 0)  # noqa: DTZ001 - a wall clock, as a portal prints it
_RECENT = 50  # stories a portal's footer chooses from


class Words:
    """A vocabulary and a dice: the n-th word comes about 1/n as often as the first."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.words = [*_COMMON, *_TOPICS, *(self.compound() for _ in range(20_000))]
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def compound(self) -> str:
        """Make a word that may be new."""
        word = "".join(self.dice.choices(_SYLLABLES, k=self.dice.randint(2, 4)))
        return word.capitalize() if self.dice.randrange(2) else word + self.dice.choice(("en", "e", "t", "ü", "ß", ""))

    def sentence(self, low: int = 8, high: int = 22) -> str:
        """Say something, without the full stop; one word of it is the sentence's own."""
        chosen = self.dice.choices(self.words, cum_weights=self.weights, k=self.dice.randint(low, high))
        chosen[self.dice.randrange(len(chosen))] = self.compound()
        text = " ".join(chosen)
        return text[0].upper() + text[1:]

    def paragraph(self) -> str:
        """Say two to six sentences."""
        return " ".join(self.sentence() + "." for _ in range(self.dice.randint(2, 6)))


def dumps(count: int, seed: int = 1, *, footers: bool = True) -> Iterator[str]:
    """Yield so many dumps of layout A and B in turn.

    A dump names six of the fifty stories around it, as a portal's footer does, so each story is named about six times;
    without `footers` every related link is a story of its own.
    """
    words = Words(seed)
    recent: list[str] = []
    for number in range(count):
        moment = _START + timedelta(seconds=number * 157)
        recent = [*recent[1 - _RECENT :], _link(words, moment)]
        links = words.dice.sample(recent, min(6, len(recent)))
        yield _dump(words, moment, links if footers else [_link(words, moment) for _ in links], is_a=bool(number % 2))


def _link(words: Words, moment: datetime) -> str:
    parts = [words.sentence(6, 14) + "." for _ in range(words.dice.choice((1, 2, 2, 3)))]
    title = words.sentence(4, 8)
    text = f"{title} {parts[0]}" if len(parts) == 1 else " ".join([title + ".", *parts[1:], parts[0]])
    return f"{text} ({words.dice.choice(_SECTIONS)}, {moment:%d.%m.%Y - %H:%M}) weiterlesen..."


def _dump(words: Words, moment: datetime, links: list[str], *, is_a: bool) -> str:
    lead, headline = words.sentence(10, 25) + ".", words.sentence(5, 9)
    first, second = (lead, headline) if is_a else (headline, lead)
    body = [words.paragraph() for _ in range(4)]
    keywords = ", ".join(words.dice.sample(_TOPICS, 2))
    blocks = [keywords, first, f"{moment:%d.%m.%Y - %H:%M:%S}", second, *body, "@ dpa.de", "Weitere Meldungen", *links]
    return "\n\n".join(blocks) + "\n"
