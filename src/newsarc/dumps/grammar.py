"""What the lines of a portal dump look like: date line, credit line, link tail, rule, and the words that are no text.

Every expression is anchored and linear. The dash of a date line may still be damaged here (UTF-8 read as another
charset), because dumps are cut apart before each is repaired on its own.

Source: samples/portal/full.txt, samples/portal/loose-date.txt, samples/portal/damaged-cp852.txt
"""

import re

from newsarc.encoding import damaged_forms
from newsarc.sentences import ends_like_sentence, split_sentences

# Words of the grammar that no field keeps; each non-blank character of a dump stands in a field, in `unparsed`,
# or here. A gallery also repeats each credit and all captions; repetitions are equal to text placed already.
LITERALS = {
    "keywords": (",",),  # between two keywords
    "credit": ("@", ".de"),  # of the credit line
    "related": ("Weitere Meldungen",),  # the line before the first related link
    "media": ("•", "- Foto:"),  # of each gallery entry
    "list": ("•",),  # of each list line of the body
    "dateline": ("-", "–"),  # one of them between the place and the lead, layout C
    "rule": ("---",),  # any line of three and more of - * = _ between two dumps
}

_MORE = "Weitere Meldungen"
_DASH = "(?:[-–]|" + "|".join(sorted(map(re.escape, damaged_forms("–")))) + ")"
_DAY = r"\d{1,2}\.\d{1,2}\.\d{4}"

DATE_LINE = re.compile(rf"{_DAY}\s+{_DASH}\s+\d{{1,2}}:\d{{2}}:\d{{2}}")
LOOSE_DATE = re.compile(rf"{_DAY}\s+{_DASH}\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s+Uhr)?")
CREDIT = re.compile(r"@\s+(?P<who>\S[^@]{0,60}?)(?:\.de)?|@(?P<site>[^\s@]{1,60})\.de")
RULE = re.compile(r"(?:[-–—*=_]\s?){3,}")
TAIL = re.compile(
    rf"\((?P<category>[^()]+),\s+(?P<published>{_DAY}\s+[-–]\s+\d{{1,2}}:\d{{2}}(?:\s+Uhr)?)\)"
    r"\s*weiterlesen(?:\.\.\.|…)\s*$"
)
_READ_ON = re.compile(r"weiterlesen\S{1,6}$")  # the dots may be damaged
PHOTO = "- Foto:"
# Stricter than what `wording.without_dateline` leaves out of an id, which says there why they are two.
DATELINE = re.compile(
    r"(?P<place>[A-ZÄÖÜ][\w./]*(?:[ -][A-ZÄÖÜ][\w.]*){0,3})"
    rf" [{''.join(LITERALS['dateline'])}] (?=[\"„“«»A-ZÄÖÜ])"
)

# A date line anywhere in the text, for recognising a dump.
_ANY_DATE_LINE = re.compile(rf"^[^\S\n]*{DATE_LINE.pattern}[^\S\n]*$", re.MULTILINE)
_ANY_LOOSE_DATE = re.compile(rf"^[^\S\n]*{LOOSE_DATE.pattern}[^\S\n]*$", re.MULTILINE)
_ANY_FOOTER = re.compile(rf"^[^\S\n]*(?:@\s*\S.{{0,60}}|{_MORE})[^\S\n]*$", re.MULTILINE)

_ENDS_SHORT = re.compile(r"\b\w\.\s?\w\.$")  # e.V.
_LONGEST_LOOK = 2000  # characters
_LONGEST_KEYWORD = 60  # characters
_MOST_WORDS = 6  # of one keyword


def is_dump(text: str) -> bool:
    """Tell whether a text holds a date line of the family: with seconds, or a looser one beside the family's footer."""
    if _ANY_DATE_LINE.search(text):
        return True
    text = "\n".join(text.splitlines())
    if _ANY_DATE_LINE.search(text):
        return True
    return _ANY_FOOTER.search(text) is not None and _ANY_LOOSE_DATE.search(text) is not None


def is_more(line: str) -> bool:
    """Tell whether a line is the one before the first related link."""
    return line.startswith("Weitere") and " ".join(line.split()) == _MORE


def reads_on(line: str) -> bool:
    """Tell whether a line ends like the tail of a related link; cheap, the dots may be damaged."""
    if line.endswith("weiterlesen..."):
        return True
    return "weiterlesen" in line[-20:] and _READ_ON.search(line[-20:]) is not None


def looks_like_keywords(text: str) -> bool:
    """Tell whether a block can be the keyword line: short pieces between commas, no end of a sentence.

    >>> looks_like_keywords("Windau, Produktion/Absatz"), looks_like_keywords("Der Turm, so heißt es, ist neu.")
    (True, False)
    """
    if (ends_like_sentence(text) and not _ENDS_SHORT.search(text)) or len(split_sentences(text[:_LONGEST_LOOK])) > 1:
        return False
    return all(len(piece) <= _LONGEST_KEYWORD and piece.count(" ") < _MOST_WORDS for piece in text.split(", "))
