"""What the agencies' codes say, whatever format carries them: status, signals, genres, ids, private notes.

Words in, words out; the record's meaning of dates and sections is made by `normalize`.

Source: docs/formats.md
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from newsarc.article import Block, Status

_STATUSES: dict[str, Status] = {
    "usable": "usable", "embargoed": "usable", "withheld": "withheld", "canceled": "canceled", "cancelled": "canceled",
}  # fmt: skip
_SIGNALS = {
    "correction": "correction", "update": "update", "repeat": "repeat", "flash": "flash", "urgent": "urgent",
}  # fmt: skip
_MOST_DIGITS = 18  # what every database holds
_URGENCIES = frozenset("123456789")
GENRES = {
    1: "Meldung", 2: "Chronologie", 3: "Dokumentation", 5: "Fragen und Antworten", 7: "Extra",
    8: "Feiertags-Zusammenfassung", 9: "Gesamtzusammenfassung", 11: "Hintergrund", 13: "Interview", 14: "KORR-Bericht",
    16: "Kurzporträt", 17: "Porträt", 19: "Reportage", 20: "Stichwort", 21: "Überblick", 22: "Umfrage",
    24: "Vorbericht", 25: "Wochenend-Zusammenfassung", 26: "Zusammenfassung", 27: "Achtung",
    30: "Nachrichtenüberblick", 31: "Tabelle", 32: "Vorschau", 33: "Zitat", 34: "Dossier", 41: "Analyse",
    42: "Nachruf", 49: "Faktencheck",
}  # fmt: skip
"""dpa's genres (`dpatextgenre:`), by their numbers."""
REGIONAL_SIGNS = frozenset(
    "lby lsw lbn lhe lmv lni lnw lno lrs lsn lah lth tmn dpa-tmn dpa-euro dpa-spe dpa-kurz dpa-knd".split()
)
"""Signs of dpa's own services: who must be named is dpa."""
_DPA_DASHED = re.compile(r"urn-newsml-(?P<host>[a-z0-9-]+?)-(?P<date>\d{8})-(?P<rest>.+?)(?::\d{13})?", re.IGNORECASE)
DATELINE = re.compile(
    r"(?P<place>(?:[^().!?\n]|\b(?:[A-Za-z]|St|Mt|Ft)\.){2,60}?) \((?P<sign>(?=[^()\n]*[^\W\d])[^()\n]{2,30})\)"
    r"(?: ?[-–—] ?|(?<=KNA\)) )(?=\S)"
)
"""A place and an agency's sign at the start of a text: `Aburg (dpa/lni) - `; only KNA prints no dash."""
_PRIVATE = re.compile(
    r"nicht zur ver\S{1,3}ffentlichung bestimmt"  # an umlaut may be two letters, or damaged
    r"|the following information is not (?:intended )?for publication",
    re.IGNORECASE,
)
_PRIVATE_OPENING = re.compile(
    r"\W*(?:die folgenden informationen sind nicht (?:zur|für die) veröffentlichung"
    r"|the following information is not (?:intended )?for publication)",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"[^\s@]@[^\s@]{1,200}?\.\w|(?<![\w.,/-])(?:\+|00?[1-9])[\d ()/-]{6,40}\d")
_STARS = re.compile(r"\*(?: ?\*){2,}")
_OPENS = re.compile(rf"\*(?: \*){{3,}}|^[ \t]*\*{{3,}}[ \t]*$|{_PRIVATE.pattern}", re.IGNORECASE | re.MULTILINE)
_BEGINS = re.compile(
    r"die folgenden informationen sind nicht zur ver\S{1,3}ffentlichung bestimmt"
    r"|the following information is not (?:intended )?for publication",
    re.IGNORECASE,
)
CONTACTS = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.\w{1,20}){1,4}"  # a mail address
    r"|\+\d[\d ()/-]{6,20}\d|(?<![\w.:])0\d{2,5}[ /-]{1,3}\d[\d -]{3,12}\d"  # +49 30 5550123, 030 5550123
    r"|\b(?:Tel|Fon|Telefon|Fax|Mobil|Phone)\b[.: ]{0,3}[\d+(][\d ()/-]{0,20}",
    re.IGNORECASE,
)
"""Telephone numbers and mail addresses."""
_CLOSING = re.compile(r"dpa\S{0,10}(?: [a-z]{2,4}(?:/[a-z]{2,4})*| n\d){1,6}")
CLOSING_LINE = re.compile(rf"(?:^|(?<=>))[ \t]{{0,9}}{_CLOSING.pattern}[ \t]{{0,9}}(?=\r?$|<)", re.MULTILINE)
"""The line that closes a message: desks and authors by their signs."""
_DATED = re.compile(r",\s*\d.*")
_DASHES = " -–—"


class Said(NamedTuple):
    """A status, and what is doubtful about it."""

    status: Status
    warnings: tuple[str, ...] = ()


def status_of(word: str | None) -> Said:
    """Read a publishing status, with or without its scheme; none is usable, one that nobody knows is withheld.

    >>> status_of("stat:canceled"), status_of(None)
    (Said(status='canceled', warnings=()), Said(status='usable', warnings=()))
    """
    code = (word or "").strip().rpartition(":")[2].lower()
    if not code:
        return Said("usable")
    known = _STATUSES.get(code)
    if known is None or code == "cancelled":
        return Said(known or "withheld", ("status-unknown",))
    return Said(known)


class Counted(NamedTuple):
    """A version, who counts it, and what is doubtful about it."""

    version: int
    version_by: Literal["provider", "archive"]
    warnings: tuple[str, ...] = ()


def version_of(printed: str | None) -> Counted:
    """Read the number a provider gives a version; without one the archive counts.

    >>> version_of("10"), version_of("b")
    (Counted(version=10, version_by='provider', warnings=()), \
Counted(version=1, version_by='archive', warnings=('number-unreadable',)))
    """
    text = (printed or "").strip()
    if not text:
        return Counted(1, "archive")
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS or not int(text):
        return Counted(1, "archive", ("number-unreadable",))
    return Counted(int(text), "provider")


def urgency_of(printed: str | None) -> tuple[int | None, tuple[str, ...]]:
    """Read how urgent a story is, 1 to 9, and what is doubtful about it."""
    text = (printed or "").strip()
    if not text:
        return None, ()
    return (int(text), ()) if text in _URGENCIES else (None, ("number-unreadable",))


def signal_of(code: str | None, note: str | None = None) -> tuple[str, ...]:
    """Read a signal such as `sig:correction`; its note follows it as `correction: note`. Others stay as they are.

    >>> signal_of("sig:correction", "zwölf statt elf"), signal_of("dpasig:isplanned")
    (('correction', 'correction: zwölf statt elf'), ('dpasig:isplanned',))
    """
    code = (code or "").strip()
    if not code:
        return ()
    scheme, _, word = code.rpartition(":")
    known = _SIGNALS.get(word.lower()) if scheme in ("", "sig") else None
    if known is None:
        return (code,)
    return (known, f"{known}: {note}") if note else (known,)


def news_id(printed: str) -> str:
    """Return a provider's id as it is kept: as given, with `urn:newsml:` in lower case; dpa's dashed form undone.

    >>> news_id("urn-newsml-dpa-com-20090101-250312-99-100001:1741786204000")
    'urn:newsml:dpa.com:20090101:250312-99-100001'
    >>> news_id("URN:NewsML:dpa.com:20090101:250312-99-100001")
    'urn:newsml:dpa.com:20090101:250312-99-100001'
    """
    name = printed.strip()
    if dashed := _DPA_DASHED.fullmatch(name):
        host = ".".join(dashed["host"].rsplit("-", 1))
        return f"urn:newsml:{host}:{dashed['date']}:{dashed['rest']}"
    head, rest = name[: len("urn:newsml:")], name[len("urn:newsml:") :]
    return head.lower() + rest if head.lower() == "urn:newsml:" else name


def number_id(day: str, number: str) -> str | None:
    """Return the id an agency number gives on a German day (`20250312`); None for 0000, which numbers nothing.

    Without sign and service, which differ for one story.

    >>> number_id("20250312", "0801"), number_id("20250312", "0000")
    ('iptc7901:20250312:0801', None)
    """
    return None if not number.strip("0") else f"iptc7901:{day}:{number}"


def split_dateline(text: str) -> tuple[str | None, str | None, str]:
    """Take a dateline off a paragraph: the place, the sign in brackets, and the rest.

    >>> split_dateline("Neustadt (dpa/lni) - Der Teich ist offen.")
    ('Neustadt', 'dpa/lni', 'Der Teich ist offen.')
    >>> split_dateline("Max Muster (SPD) sprach.")
    (None, None, 'Max Muster (SPD) sprach.')
    """
    found = DATELINE.match(text)
    return (
        (found["place"].strip(), found["sign"].strip(), text[found.end() :].lstrip()) if found else (None, None, text)
    )


def read_dateline(printed: str) -> tuple[str | None, str | None]:
    """Read a dateline that is a field of its own: the place alone, and the sign in brackets.

    >>> read_dateline("Neustadt (dpa/lni) - "), read_dateline("ABURG, 3 May 2025 (Agentur) -"), read_dateline("12.03.")
    (('Neustadt', 'dpa/lni'), ('ABURG', 'Agentur'), (None, None))
    """
    line = " ".join(printed.split())
    place, sign, _ = split_dateline(f"{line.rstrip(_DASHES)} - x")
    place = _DATED.sub("", place or line.partition("(")[0]).strip(_DASHES)
    return (place if any(map(str.isalpha, place)) else None), sign


def credit_of(sign: str | None) -> str | None:
    """Return who must be named by the sign of a dateline: without the signs of dpa's own regional services.

    >>> credit_of("dpa/lni"), credit_of("tca/dpa"), credit_of("lby")
    ('dpa', 'tca/dpa', 'dpa')
    """
    if not sign:
        return None
    names = [name for name in map(str.strip, sign.split("/")) if name and name not in REGIONAL_SIGNS]
    return "/".join(names) or "dpa"


def without_dateline(body: Iterable[Block], printed: str | None) -> Iterator[Block]:
    """Take a dateline that is a field of its own off the first paragraph, if it stands there, too.

    >>> [block.text for block in without_dateline([Block(text="Ada Muster (45) - sie spielt.")], "Windau (dpa) - ")]
    ['Ada Muster (45) - sie spielt.']
    """
    is_first = True
    for block in body:
        if is_first and block.kind == "paragraph":
            is_first = False
            known = " ".join((printed or "").split())
            if known and block.text.startswith(known):
                yield Block(text=block.text[len(known) :].lstrip(" -–—"))
                continue
            place, _, rest = split_dateline(block.text)
            yield block if known and place and not known.startswith(place) else Block(text=rest)
            continue
        yield block


def public_part(body: Iterable[Block]) -> tuple[tuple[Block, ...], bool]:
    """Cut a story off at a paragraph that says that what follows is not for publication; tells whether it was cut.

    Only the whole phrase counts, at the start of a paragraph: a story may speak of papers that were not to be
    published, and stars may part its chapters.
    """
    public: list[Block] = []
    for block in body:
        if _PRIVATE_OPENING.match(block.text):
            while public and _STARS.fullmatch(public[-1].text):
                public.pop()
            return tuple(public), True
        public.append(block)
    return tuple(public), False


def opens_private_part(line: str) -> bool:
    """Tell whether a line opens what is not for publication: all that follows it is private."""
    return bool(_STARS.fullmatch(line.strip()) or _PRIVATE.search(line))


def names_a_contact(note: str) -> bool:
    """Tell whether a note to editors holds an e-mail address or a phone number, whatever it is marked as.

    >>> names_a_contact("Rückfragen: 030 5550123"), names_a_contact("Musterweg 1, 00000 Neustadt")
    (True, False)
    """
    return bool(_CONTACT.search(note) or CONTACTS.search(note))


def public_note(note: str) -> tuple[str, bool]:
    """Cut off what is not for publication, and tell whether there was any.

    >>> public_note("Keine Bilder. * * * * Kontakt: Erika Muster")
    ('Keine Bilder.', True)
    """
    found = _OPENS.search(note)
    return (note[: found.start()].rstrip(), True) if found else (note, False)


def public_blocks(body: Iterable[Block]) -> tuple[list[Block], bool]:
    """Cut a text where a private part begins in it, and tell whether one did; words that quote its opening do not."""
    found: list[Block] = []
    for block in body:
        if _BEGINS.match(block.text.lstrip("* \n")):
            while found and _STARS.fullmatch(found[-1].text) and len(found[-1].text.replace(" ", "")) > len("***"):
                found.pop()
            return found, True
        found.append(block)
    return found, False


def is_private(note: str) -> bool:
    """Tell whether a note without any mark is private: it names a telephone number or a mail address, or signs off.

    >>> is_private("Autorin: +49 30 5550123"), is_private("dpa em/mb yyzz n1 kfg"), is_private("Stand: 05.06.2023")
    (True, True, False)
    """
    return names_a_contact(note) or bool(_CLOSING.fullmatch(note.strip()))
