"""Which sections there are: labels, words, desk codes and topic codes, and how any of them is read.

The topic codes and their German labels are from the IPTC Media Topics, © IPTC, CC BY 4.0 (iptc.org); only the codes of
this table are shipped. The aliases are a judgement, and so is every row without a topic of its own.
"""

from functools import cache, lru_cache
from typing import NamedTuple

from newsarc.wording import fold_word


class Section(NamedTuple):
    """One canonical label and everything that is read as it."""

    label: str
    desk: str
    """dpa desk a story of this section is given out under."""
    topic: str
    """IPTC Media Topic given out for it."""
    also: tuple[str, ...] = ()
    """Further topic codes read as this label."""
    aliases: tuple[str, ...] = ()


SECTIONS: tuple[Section, ...] = (
    Section("Politik", "pl", "11000000", ("16000000",),
            ("Inland", "Ausland", "Innenpolitik", "Außenpolitik", "International", "Deutschland", "Europa")),
    Section("Wirtschaft", "wi", "04000000", ("09000000",),
            ("Finanzen", "Börse", "Märkte", "Unternehmen", "Geld", "Konjunktur", "Arbeit", "Business")),
    Section("Sport", "sp", "15000000", (),
            ("Fußball", "Bundesliga", "Handball", "Tennis", "Formel 1", "Motorsport", "Wintersport")),
    Section("Kultur", "ku", "01000000", ("20000038", "20000002"),
            ("Feuilleton", "Kunst", "Kunst & Kultur", "Musik", "Film", "Kino", "Theater", "Literatur", "Bücher")),
    Section("Unterhaltung", "vm", "20000502", ("20000504", "20000505"),
            ("Boulevard", "Stars", "Promis", "Prominente", "Leute", "People", "Entertainment", "Show")),
    Section("Medien", "ku", "20000045", (),
            ("Fernsehen", "TV", "Radio", "Rundfunk", "Presse", "Medien & TV")),
    Section("Netzwelt", "vm", "20000763", ("20000756", "20001182", "20000225"),
            ("Digital", "Digitales", "Internet", "Computer", "Technik", "IT", "Web", "Online", "Multimedia", "Netz")),
    Section("Wissenschaft", "vm", "13000000", ("20000757",),
            ("Forschung", "Wissen", "Weltraum", "Raumfahrt")),
    Section("Gesundheit", "vm", "07000000", (), ("Medizin", "Pflege", "Gesundheit & Medizin")),
    Section("Umwelt", "pl", "06000000", (), ("Klima", "Natur", "Naturschutz", "Umwelt & Klima")),
    Section("Bildung", "vm", "05000000", (), ("Schule", "Hochschule", "Universität", "Studium", "Ausbildung")),
    Section("Justiz", "vm", "02000000", (),
            ("Recht", "Gericht", "Kriminalität", "Polizei", "Blaulicht", "Prozesse")),
    Section("Religion", "pl", "12000000", (), ("Kirche", "Kirchen", "Glaube", "Weltanschauung")),
    Section("Gesellschaft", "vm", "14000000", (), ("Soziales", "Familie", "Bevölkerung", "Menschen")),
    Section("Leben", "vm", "10000000", ("20000011",),
            ("Lifestyle", "Freizeit", "Reise", "Tourismus", "Auto", "Ratgeber", "Mode", "Essen & Trinken",
             "Modernes Leben")),
    Section("Wetter", "vm", "17000000", (), ("Wetterbericht", "Unwetter", "Wettervorhersage")),
    Section("Vermischtes", "vm", "08000000", ("03000000",),
            ("Panorama", "Aus aller Welt", "Buntes", "Kurioses", "Unglücke", "Verkehr")),
)  # fmt: skip

_LONGEST_WORD = 1000  # characters of what may stand for a label

LABELS = tuple(section.label for section in SECTIONS)

# Reading a desk code: one code, one label; then the codes of one letter, and the Italian ones.
_DESKS = {
    "pl": "Politik", "wi": "Wirtschaft", "sp": "Sport", "ku": "Kultur", "vm": "Vermischtes",
    "i": "Politik", "f": "Wirtschaft", "s": "Sport", "e": "Kultur", "c": "Kultur",
    "u": "Vermischtes", "x": "Vermischtes",
    "pol": "Politik", "eco": "Wirtschaft", "fds": "Sport", "cul": "Kultur", "alr": "Vermischtes",
}  # fmt: skip


WORDS = tuple(word for section in SECTIONS for word in (section.label, *section.aliases))


def forms(word: str) -> tuple[str, ...]:
    """Return the ways a word is looked up: umlauts as two letters, and as one without its dots.

    >>> forms("Märkte")
    ('maerkte', 'markte')
    """
    joined = " / ".join(fold_word(word).replace(" und ", " & ").replace("&", "/").split("/"))
    folded = " ".join(joined.split())
    bare = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return (folded,) if bare == folded else (folded, bare)


@cache
def words() -> dict[str, str]:
    """Every word and code that is read as a label, folded, with that label."""
    table = dict(_DESKS)
    for section in SECTIONS:
        for word in (section.label, *section.aliases):
            table |= dict.fromkeys(forms(word), section.label)
        for code in (section.topic, *section.also):
            table |= {code: section.label, f"medtop:{code}": section.label}
    return table


def canonical(word: str) -> str | None:
    """Return the label a printed or typed word stands for: label, alias, desk code or topic code; None if unknown.

    >>> canonical("fussball"), canonical("PL"), canonical("medtop:11000000"), canonical("Schlaglichter")
    ('Sport', 'Politik', 'Politik', None)
    """
    return _canonical(word) if len(word) <= _LONGEST_WORD else None


def top_level(code: str) -> str | None:
    """Return the code under which a subject is looked up: a Media Topic as it is, an old subject code by its top level.

    >>> top_level("medtop:15000000"), top_level("subj:15054000"), top_level("iptccat:a")
    ('15000000', '15000000', None)
    """
    scheme, _, number = code.rpartition(":")
    if len(number) != len("15000000") or not number.isdigit():
        return None
    return f"{number[:2]}000000" if scheme.endswith("subj") else number


@lru_cache(1024)
def _canonical(word: str) -> str | None:
    table = words()
    return next((table[form] for form in forms(word) if form in table), None)
