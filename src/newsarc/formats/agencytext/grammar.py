"""What the lines of plain agency text look like: dateline with a sign, code line, date, byline, caption, desk code.

Every expression is anchored and linear. The dash of a dateline may still be damaged here (UTF-8 read as another
charset), because stories are cut apart before each is repaired on its own.

Source: samples/agencytext/full.txt, samples/agencytext/dates.txt, samples/agencytext/listing.txt
"""

import re
from typing import NamedTuple

from newsarc.encoding import damaged_forms
from newsarc.sentences import ends_like_sentence, split_sentences
from newsarc.wires import names_a_contact

# Words of the grammar that no field keeps. A block that repeats headline, byline or caption word for word is equal to
# text placed already.
LITERALS = {
    "dateline": ("(", ")", "-", "–", "/"),  # around the sign, and before a regional service
    "code": ("dpa:", "/"),  # before the number, and before its version
    "byline": ("Von",),  # before an agency alone
    "media": ("Foto:", "Bild:", "Quelle:", "©", "(", ")", "-"),
    "dates": ("Aktualisiert", "Veröffentlicht", "am", ":"),
}

AGENCIES = frozenset("dpa dts dapd ddp afp afx ap apa epd kna sid sda ots pte rtr reuters".split())
_SMALL = frozenset(
    "am an auf a. bei d. da de del dem den der di do im in la le los ob of sur und van von vor zu".split()
)
_DASH = "(?:[-–—]|" + "|".join(sorted(map(re.escape, damaged_forms("–") | damaged_forms("—")))) + ")"
_SIGN = r"[^\W\d][\w/ .-]{1,39}"
_OPENER = re.compile(
    r"(?P<place>(?=[^\W\d_])(?:[^().!?:;\n]|\b(?:[A-Za-z]|St|Mt|Ft)\.){2,60}?) "
    rf"?\((?P<sign>{_SIGN})\) ?{_DASH} ?(?=\S)"
)
_ANY_OPENER = re.compile(rf"^[^\S\n]*(?P<line>[^\W\d_][^()\n]{{1,60}}\({_SIGN}\) ?{_DASH} ?\S)", re.MULTILINE)
_NUMBER = r"dpa:(?P<number>\d{6}-\d{1,6}-\d{1,9})(?:/(?P<version>\d{1,9}))?"
_CODE = re.compile(rf"(?:(?P<rights>(?:\S{{1,9}}\s?)?\bdpa-\w{{1,20}}(?: \w{{1,20}}){{0,2}}),?\s+)?{_NUMBER}")
_CODE_AT_END = re.compile(rf"(?<=\s)(?:(?:©|\(c\)|Copyright)\s?)?dpa-infocom,?\s+{_NUMBER}$", re.IGNORECASE)
_ANY_CODE = re.compile(r"dpa-infocom,?\s+dpa:\d{6}-\d{1,6}-\d{1,9}(?:/\d{1,9})?[^\S\n]*$", re.MULTILINE)

_MONTHS = "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_WEEKDAYS = "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag"
_DAY = (
    rf"(?:(?:{_WEEKDAYS}),?\s+)?"
    rf"(?:\d{{1,2}}\.\d{{1,2}}\.\d{{4}}|\d{{1,2}}\.\s?(?:{_MONTHS})\s+\d{{4}}"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{4}}|(?:{_MONTHS})\s+\d{{1,2}},\s+\d{{4}})"
)
_CLOCK = r"(?:,|\s[-–|])?\s*(?:um\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s+Uhr)?"
_DATE = re.compile(
    rf"(?:(?P<word>Aktualisiert|Veröffentlicht)(?:\s+am)?:?\s+)?(?P<date>{_DAY}(?P<clock>{_CLOCK})?)", re.IGNORECASE
)
_TAIL = re.compile(
    rf"(?<!\s)\s+(?P<date>{_DAY}{_CLOCK})(?:\s+(?P<credit>(?:von\s+)?(?:dpa|dts|AFP)[\w/-]{{0,20}}))?(?:\s+(?P<count>\d{{1,4}}))?$"
)
GLUED_DATE = re.compile(r"\s*(?P<date>date \d{4}-\d{2}(?:-\d{2})?)(?:\s+|$)")
_NAME = r"(?:[A-ZÄÖÜ][\w'’.-]*|und|von|van|de|zu|dpa[\w/-]*),?"
_BYLINE = re.compile(rf"(?:Von|Redaktion)\s+(?P<who>\(?(?:{_NAME}\s+){{0,10}}(?:[A-ZÄÖÜ][\w'’.-]*|dpa[\w/-]*)\)?)")
_CAPTION = re.compile(
    r"(?:(?P<caption>.{1,299}?\S)\s+)??[-–(]?\s?(?:Foto|Bild|Quelle):\s?(?:©\s?)?(?P<credit>[^\s.!?()][^.!?()]{1,60})\)?"
)
DESK_CODE = re.compile(r"(?:(?<=[.!?»«“”\"')])|\s)(?P<code>(?:/[A-Za-zÄÖÜäöüß]{2,5}){2,6}/?)$")
_CREDIT_AT_END = re.compile(rf"\s?\((?P<sign>{_SIGN})\)$")
_BESIDE = (
    re.compile(r"\d{1,4}|\d{1,2}[:.]\d{2} Uhr|date \d{4}-\d{2}(?:-\d{2})?"),
    re.compile(r"Anzeige|Werbung|Logo|Textgröße ändern:?|Teilen|Drucken|Merken|Startseite", re.IGNORECASE),
    re.compile(r"\+\+\+.{1,200}\+\+\+"),
    re.compile(r"[^>›]{1,40}(?: [>›] [^>›]{1,80}){1,8}"),
    re.compile(r"(?:\d\. [^\d.]{2,40}){2,9}"),
    re.compile(r"Wetter: .{1,60}|[^.!?]{0,30}\d ?°C[^.!?]{0,40}"),
    re.compile(r"[\w -]{2,30} · .{0,30}Uhr"),
)
_CLOSING = re.compile(r"dpa[\w-]{0,9}(?:\s+[a-z0-9]{1,6}(?:/[a-z0-9]{1,6}){0,3}){2,6}")
_CLOSING_WORD = re.compile(r"\w/\w|\byyzz\b|\b[a-z]\d\b")
_CONTACT = re.compile(
    r"\W*(?:dpa[- ])?(?:kontakte?|ansprechpartner(?:in)?|autor(?:in)?|(?:bild)?redaktion|(?:bei|für)? ?(?:rück)?fragen|"
    r"contact|author|editor)\b",
    re.IGNORECASE,
)
NOTEPAD = re.compile(r"(?:#+\s*)?(?:dpa[- ])?(?:Notizblock|Notebook)\s*:?", re.IGNORECASE)

_LONGEST_HEADLINE = 200  # characters
_MOST_HEADLINE_WORDS = 20
_MOST_CRY_WORDS = 17
_MOST_KICKER_WORDS = 6
_LONGEST_LOOK = 400  # characters of a paragraph that may be more than text


class Opener(NamedTuple):
    """A dateline with an agency's sign, at the start of a paragraph, and how long it is."""

    place: str
    sign: str
    length: int


class Code(NamedTuple):
    """A code line: whose it is as printed, the agency's number with its date, and the version."""

    rights: str | None
    number: str
    version: str | None


class Dated(NamedTuple):
    """A line that is nothing but a date: the word before it in small letters, the date, whether it has a clock."""

    word: str
    date: str
    has_clock: bool


def is_agency_text(text: str) -> bool:
    """Tell whether a line of a text begins with a dateline that has an agency's sign, or ends with a code line."""
    if "(" not in text and "dpa:" not in text:
        return False
    text = text if "\r" not in text and "\f" not in text else "\n".join(text.splitlines())
    if _ANY_CODE.search(text):
        return True
    return any(opener(found["line"]) for found in _ANY_OPENER.finditer(text))


def opener(text: str) -> Opener | None:
    """Read the dateline a paragraph begins with, if it has the sign of an agency.

    >>> opener("Windau (dpa/bb) - Der Turm ist neu.")
    Opener(place='Windau', sign='dpa/bb', length=18)
    >>> opener("Windau (SPD) - eine Hochburg.")
    """
    found = _OPENER.match(text)
    if not found or not is_agency(found["sign"]) or not _is_place(found["place"]):
        return None
    return Opener(found["place"].strip(), found["sign"].strip(), found.end())


def _is_place(words: str) -> bool:
    """Tell whether words can name a place: all have a capital letter, but for those between the parts of a name."""
    return all(not word[0].islower() or word in _SMALL for word in re.split(r"[\s/]+", words) if word)


def is_agency(sign: str) -> bool:
    """Tell whether a sign names an agency, alone or among others: `dpa/bb`, `AFP/dpa`, `dts Nachrichtenagentur`."""
    return any(re.split(r"[\s-]", part.strip(), maxsplit=1)[0].casefold() in AGENCIES for part in sign.split("/"))


def code_line(text: str) -> Code | None:
    """Read a code line.

    >>> code_line("© dpa-infocom, dpa:230605-99-000123/2")
    Code(rights='© dpa-infocom', number='230605-99-000123', version='2')
    """
    found = _CODE.fullmatch(text) if "dpa:" in text[:60] else None
    return Code(found["rights"], found["number"], found["version"]) if found else None


def without_code(line: str) -> tuple[str, str]:
    """Take a code line off the end of a line of text."""
    found = _CODE_AT_END.search(line) if "dpa:" in line[-60:] and not code_line(line) else None
    return (line[: found.start()].rstrip(), found[0]) if found else (line, "")


def dated(text: str) -> Dated | None:
    """Read a paragraph that is nothing but a date.

    >>> dated("Aktualisiert: 05.06.2023, 14:20 Uhr")
    Dated(word='aktualisiert', date='05.06.2023, 14:20 Uhr', has_clock=True)
    """
    found = _DATE.fullmatch(text) if len(text) <= _LONGEST_LOOK else None
    return Dated((found["word"] or "").casefold(), found["date"], bool(found["clock"])) if found else None


def without_tail(headline: str) -> tuple[str, "re.Match[str] | None"]:
    """Take date, credit and counter off the end of a headline."""
    found = _TAIL.search(headline) if len(headline) <= _LONGEST_LOOK else None
    return (headline[: found.start()], found) if found and found.start() else (headline, None)


def byline(text: str) -> str | None:
    """Return who wrote it, of a paragraph that says nothing else; None if it says more.

    >>> byline("Von Erika Muster, dpa"), byline("Von der Leyen reist nach Taldern")
    ('Erika Muster, dpa', None)
    """
    found = _BYLINE.fullmatch(text) if len(text) <= _LONGEST_LOOK else None
    return found["who"] if found else None


def caption(text: str) -> tuple[str | None, str] | None:
    """Read the caption of a picture and its credit."""
    if len(text) > _LONGEST_LOOK or not ("Foto:" in text or "Bild:" in text or "Quelle:" in text):
        return None
    found = _CAPTION.fullmatch(text)
    return (found["caption"], found["credit"].strip()) if found else None


def credit_at_end(text: str) -> tuple[str, str | None]:
    """Take an agency's sign in brackets off the end of a paragraph."""
    found = _CREDIT_AT_END.search(text[-60:])
    if not found or not is_agency(found["sign"]):
        return text, None
    return text[: len(text) - len(found[0])].rstrip(), found["sign"]


def stands_beside(text: str) -> bool:
    """Tell whether a paragraph belongs to the page and not to a story: advertisement, path, weather, counter."""
    return len(text) <= _LONGEST_LOOK and any(sign.fullmatch(text) for sign in _BESIDE)


def is_meta(text: str) -> bool:
    """Tell whether a paragraph says something beside the text: date, byline, caption, or of the page."""
    return stands_beside(text) or bool(dated(text) or byline(text) or caption(text) or GLUED_DATE.fullmatch(text))


def is_title(text: str) -> bool:
    """Tell whether a paragraph can be a headline: short, and it does not end like a sentence."""
    is_short = len(text) <= _LONGEST_HEADLINE and text.count(" ") < _MOST_HEADLINE_WORDS
    return is_short and not ends_like_sentence(text)


def is_cry(text: str) -> bool:
    """Tell whether a paragraph can be a headline that asks or cries: one short sentence in ? or !."""
    if len(text) > _LONGEST_HEADLINE or ends_like_sentence(text) not in ("?", "!"):
        return False
    return text.count(" ") < _MOST_CRY_WORDS and len(split_sentences(text)) == 1


def is_kicker(text: str) -> bool:
    """Tell whether a title is short enough to stand above another one."""
    return text.count(" ") < _MOST_KICKER_WORDS and is_title(text)


def is_closing_line(text: str) -> bool:
    """Tell whether this is the agency's closing line with the signs of desk and author: `dpa em/mb yyzz n1 kfg`."""
    return len(text) <= _LONGEST_LOOK and bool(_CLOSING.fullmatch(text) and _CLOSING_WORD.search(text))


def is_contact(text: str) -> bool:
    """Tell whether a paragraph says how an editor reaches somebody, outside of any private part."""
    return bool(_CONTACT.match(text)) and names_a_contact(text)
