"""Where a German sentence ends, and whether a block of text ends like one.

Rules and tables only, no statistics. The end of the text closes the last sentence. What stands before the mark
decides (abbreviations, ordinals, initials, Roman numerals), and what follows it (a small letter, a comma: no end).
"""

import re

_CLOSING = '»«"“”’)›‹]'
_MARK = re.compile(rf"(?<![.?!…])[.?!…]++[{re.escape(_CLOSING)}]*+(?=\s)")
_WORD_BEFORE = re.compile(r"[^\s(„«»\"“‚]*$")
_SPACED_INITIAL = re.compile(r"(?:^|[\s(„«»\"“‚])[^\W\d_]$")

_INNER_INITIAL = re.compile(r"\.[^\W\d_]$")

_ABBREVIATIONS = frozenset(
    """Dr Prof St Str Nr bzw ca usw etc evtl ggf inkl exkl min Mio Mrd Tel vgl geb gest jr Jr sen Mr Mrs Ms Abs Bd sog
    allg Dipl Ing med phil int rer nat jur e.V Chr Hrsg Kap S.H u.a z.B d.h
    Jan Feb Mrz Apr Jun Jul Aug Sep Sept Okt Nov Dez Mo Di Mi Fr Sa""".split()
)
_MAY_CLOSE = frozenset({"usw", "etc", "e.V", "Str"})
_NAMES_A_NUMBER = frozenset(
    """Januar Jänner Februar Feber März April Mai Juni Juli August September Oktober November Dezember
    FC SC SV VfL VfB FSV TSV Bundesliga Liga Platz Runde Spieltag Tag Jahrhundert Mal Minute Geburtstag Klasse Etappe
    Jan Feb Mrz Apr Jun Jul Aug Sep Sept Okt Nov Dez Weltkrieg Advent Stock
    Halbzeit Sitzung Auflage Lebensjahr Jahrestag Wahlgang Stunde Lauf Rang Tor Satz""".split()
)
_ORDINAL = re.compile(r"\d{1,2}$")
_LONGEST = 10_000  # characters; a longer text is not looked into


def ends_like_sentence(text: str) -> str:
    """Return the mark a block ends with (`.`, `?`, `!`), closing quotes and brackets taken off; else an empty string.

    >>> ends_like_sentence("Sie sagte: «Wir kommen!»"), ends_like_sentence("Nordturm leuchtet")
    ('!', '')
    """
    last = text.rstrip().rstrip(_CLOSING).rstrip()[-1:]
    return "." if last == "…" else last if last in (".", "?", "!") else ""


def split_sentences(text: str) -> list[str]:
    """Cut a paragraph into its sentences; joined by one blank they give the paragraph again, white space aside.

    >>> split_sentences("Der 1. FC siegt. Am 9. November, z. B. mit Dr. Muster, geht es weiter. Es endete 3:2. Danach")
    ['Der 1. FC siegt.', 'Am 9. November, z. B. mit Dr. Muster, geht es weiter.', 'Es endete 3:2.', 'Danach']
    """
    if len(text) > _LONGEST:
        return [text.strip()]
    sentences, start = [], 0
    for mark in _MARK.finditer(text):
        if _is_end(text, start, mark):
            sentences.append(text[start : mark.end()].strip())
            start = mark.end()
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences


def _is_end(text: str, start: int, mark: re.Match[str]) -> bool:
    """Decide one candidate by the word before it and the word after it."""
    following = text[mark.end() : mark.end() + 60].lstrip()
    if not following or following[0].islower() or following[0] in ",;–" or mark[0] != ".":
        return bool(following) and not following[0].islower() and following[0] not in ",;–"
    before = text[max(start, mark.start() - 40) : mark.start()]
    found = _WORD_BEFORE.search(before)
    word = found[0] if found else ""
    if word in _MAY_CLOSE:
        return following[0].isupper()
    if word in _ABBREVIATIONS or _SPACED_INITIAL.search(before) or _INNER_INITIAL.search(word):
        return False
    if _ORDINAL.fullmatch(word):
        return following.split(maxsplit=1)[0].rstrip(".,:;!?") not in _NAMES_A_NUMBER
    return True
