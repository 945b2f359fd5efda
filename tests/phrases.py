"""Invented German sentences about invented places: enough words that two texts share hardly four in a row.

Everything said is plural, so that every noun fits every article, and each section has nouns of its own that the
lexicon knows. The same dice say the same.
"""

import random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

NOUNS = {
    "Politik": "Fraktionen Ministerien Koalitionen Abkommen Parteien Wähler Parlamente Senatoren Diplomaten Sanktionen "
    "Regierungen Botschafter Soldaten Demonstranten Bürgermeister Wahlkämpfer",
    "Wirtschaft": "Konzerne Aktionäre Lieferanten Gewerkschaften Anleihen Investoren Dividenden Fabriken Zulieferer "
    "Banken Exporte Einzelhändler Rohstoffe Arbeitgeber Versicherer Zinsen",
    "Sport": "Stürmer Torhüter Trainer Spieler Turniere Pokale Athleten Mannschaften Torschützen Trikots "
    "Schiedsrichter Medaillen Heimspiele Handballer Klubs Weltmeister",
    "Kultur": "Museen Künstler Regisseure Galerien Gemälde Konzerte Orchester Romane Intendanten Festspiele Dirigenten "
    "Skulpturen Gedichte Komponisten Ballette Schriftsteller",
    "Wissenschaft": "Forscher Astronomen Fossilien Planeten Satelliten Biologen Teleskope Asteroiden Archäologen "
    "Geologen Raumsonden Galaxien Physiker Astronauten Kometen Moleküle",
    "Gesundheit": "Patienten Kliniken Medikamente Infektionen Hebammen Tumore Impfungen Apotheken Therapien Symptome "
    "Diagnosen Antibiotika Krankenhäuser Allergien Chirurgen Epidemien",
    "Justiz": "Richter Staatsanwälte Urteile Anklagen Verteidiger Haftbefehle Amtsgerichte Einbrecher Ermittler "
    "Häftlinge Gefängnisse Fahnder Straftaten Razzien Nebenkläger Betrüger",
    "Netzwelt": "Server Apps Algorithmen Browser Hacker Smartphones Messenger Accounts Programmierer Chatbots "
    "Laptops Downloads Roboter Plattformen Webseiten Computer",
}  # fmt: skip
"""What stories of a section speak of."""

_BEFORE = """Kessel Wiesen Linden Mauer Keller Silber Birken Lampen Kiesel Gruben Weiden Torf Ziegel Buchen Hafen Segel
    Korb Nebel Flieder Anger Deich Glocken Holz Kupfer Leder Mühlen Nuss Pfeifen Quellen Rosen Schilf Tauben""".split()
_BEHIND = """bänke häuser wege schuppen zäune gassen türme pläne hallen stege gräben kisten karren lauben pfosten
    schilder rinnen räder ketten dächer treppen säulen böden ufer wannen""".split()
_SAID_OF = """neuen alten großen kleinen hellen dunklen stillen lauten grauen bunten breiten schmalen hohen tiefen
    schweren leichten runden eckigen warmen kalten frischen fernen nahen frühen späten seltenen vielen wenigen
    heimischen fremden gelben roten hölzernen steinernen offenen leeren vollen sauberen glatten groben festen losen
    eisernen inneren oberen unteren mittleren geheimen bekannten berühmten gewöhnlichen krummen geraden""".split()
_DO = """prüfen bauen räumen streichen zählen verlegen schmücken vermessen erneuern verkaufen meiden retten suchen
    finden ordnen tauschen loben tadeln öffnen sperren verteilen sammeln pflegen verschenken besuchen beschreiben
    bestaunen bezahlen verleihen verpacken bewachen heben senken drehen wiegen trocknen waschen flicken tragen
    ziehen stützen beladen zeichnen ersetzen kürzen verlängern""".split()
_WHEN = """Zunächst Später Inzwischen Dennoch Vielerorts Mancherorts Seither Bislang Abends Morgens Nebenbei
    Überraschend Schließlich Anderswo Jährlich Zugleich Derweil Mittags Heimlich Vorsorglich Notfalls Meistens
    Gemeinsam Ausnahmsweise Regelmäßig Nachts""".split()
_OVER = "für gegen ohne durch über um".split()
_BECAUSE = "weil obwohl während nachdem sobald solange damit falls".split()
_PLACES = """Windau Brömsau Öhlstede Grünstätt Süßwitz Nordau Strandöhe Quellach Wölmershausen Lüttmoor Tannau
    Kirrlohe Espenmark Ödwang Rübenau Hollerbüll Zwiesau Mühlrade Fährdorf Steinlohe Uhlbach Kraupa
    Jemsiel-Süd Dollnitz""".split()
_FIRST = """Ada Tjark Erna Udo Silke Jörn Mirja Götz Wiebke Falk Ilse Ragnar Thea Enno Jule Knut""".split()
_LAST = """Muster Beispiel Sühlen Grootkamp Wendelin Ährmann Probst Tillich Vossberg Küpker Lohmühl Zander Rautner
    Wölk Ipsen Dorndorf""".split()


class Voice(NamedTuple):
    """Whose words a story is made of: the dice, its section, and how strongly it speaks of it."""

    dice: random.Random
    section: str
    share: float
    """Of its nouns, how many are the section's."""
    other: str | None = None
    """A second section that it speaks of as much."""

    def one(self, words: list[str]) -> str:
        """Choose a word."""
        return self.dice.choice(words)

    def noun(self) -> str:
        """Choose a plural noun: one of the section, or one of some thousand that say nothing."""
        if self.dice.random() < self.share:
            section = self.other if self.other and self.dice.random() < 0.5 else self.section
            return self.one(NOUNS[section].split())
        return self.one(_BEFORE) + self.one(_BEHIND)

    def things(self) -> str:
        """Say some plural noun with what is said of it."""
        return f"{self.one(_SAID_OF)} {self.noun()}"

    def number(self) -> int:
        """Choose a number a sentence can hold."""
        return self.dice.randrange(3, 990)

    def place(self) -> str:
        """Choose a place."""
        return self.one(_PLACES)


def sentence(voice: Voice) -> str:
    """Say something, with its full stop."""
    one, noun, things = voice.one, voice.noun, voice.things
    forms: list[Callable[[], str]] = [
        lambda: f"Die {things()} {one(_DO)} die {noun()}, {one(_BECAUSE)} alle {things()} die {noun()} {one(_DO)}.",
        lambda: f"{one(_WHEN)} {one(_DO)} die {noun()} {voice.number()} {noun()} {one(_OVER)} die {things()}.",
        lambda: f"{noun()} aus {voice.place()} {one(_DO)} {voice.number()} {noun()} {one(_OVER)} alle {things()}.",
        lambda: f"„Wir {one(_DO)} die {things()} {one(_OVER)} die {noun()}“, sagt {one(_FIRST)} {one(_LAST)}.",
        lambda: f"Ob die {noun()} die {things()} {one(_DO)}, {one(_DO)} alle {things()} aus {voice.place()}.",
        lambda: f"Rund {voice.number()} {noun()} {one(_DO)} {one(_WHEN).lower()} die {things()} von {voice.place()}.",
        lambda: f"In {voice.place()} {one(_DO)} alle {things()} die {noun()} – und {noun()} {one(_DO)} die {things()}.",
        lambda: f"Am {voice.dice.randrange(1, 29)}. Mai {one(_DO)} {noun()} und Dr. {one(_LAST)} die {things()}.",
    ]  # fmt: skip
    return voice.dice.choice(forms)()


def title(voice: Voice) -> str:
    """Say something as a headline does, without a full stop."""
    one, noun = voice.one, voice.noun
    forms: list[Callable[[], str]] = [
        lambda: f"{noun()} {one(_DO)} die {noun()} von {voice.place()}",
        lambda: f"{voice.place()}: {noun()} {one(_DO)} {voice.number()} {noun()}",
        lambda: f"{noun()} {one(_DO)} {noun()} – {voice.place()} wartet auf {noun()}",
        lambda: f"{voice.number()} {noun()} in {voice.place()} - {noun()} {one(_DO)} weiter",
        lambda: f"{one(_DO).capitalize()} die {noun()} von {voice.place()} {voice.number()} {noun()}?",
        lambda: f"{noun()} {one(_DO)} {noun()} {one(_OVER)} {noun()}",
    ]  # fmt: skip
    return voice.dice.choice(forms)()


def paragraph(voice: Voice, low: int = 2, high: int = 3) -> str:
    """Say several sentences."""
    return " ".join(sentence(voice) for _ in range(voice.dice.randint(low, high)))


def keywords(voice: Voice) -> tuple[str, ...]:
    """Choose the keywords of a dump: a place, and a noun that says nothing."""
    return voice.place(), voice.one(_BEFORE) + voice.one(_BEHIND)


def edited(text: str, dice: random.Random, share: float) -> str:
    """Put other words in the place of some verbs and what is said of things, of all words about that share."""
    words = text.split(" ")
    places = [place for place, word in enumerate(words) if word in _DO or word in _SAID_OF]
    for place in dice.sample(places, min(len(places), int(len(words) * share + dice.random()))):
        words[place] = dice.choice(
            [word for word in (_DO if words[place] in _DO else _SAID_OF) if word != words[place]]
        )
    return " ".join(words)
