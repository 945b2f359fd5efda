"""Where a German sentence ends, and whether a block of text ends like one.

Rules and tables only, no statistics. The end of the text closes the last sentence. What stands before the mark
decides (abbreviations, ordinals, initials, Roman numerals), and what follows it (a small letter, a comma: no end).
"""

import re

_CLOSING = '»«"“”‘’)›‹]'
_BRACKET = re.compile(r"(?<=[.?!…\s»“\"])\([^()]{1,20}\)$")  # such as (dpa), behind a sentence
_MARK = re.compile(rf"([.?!…]++[{re.escape(_CLOSING)}]*+)(\s)?")
_OPENING = '(„«»"“‚'

_ABBREVIATIONS = frozenset(
    """Dr Prof St Str Nr bzw ca Ca usw etc evtl ggf inkl exkl min Mio Mrd Tel vgl geb gest jr Jr sen Mr Mrs Ms Abs Bd
    sog allg Dipl Ing med phil int rer nat jur e.V Chr Hrsg Kap S.H u.a z.B d.h
    Jan Feb Mrz Apr Jun Jul Aug Sep Sept Okt Nov Dez Mo Di Mi Fr Sa""".split()
)
_MAY_CLOSE = frozenset({"usw", "etc", "e.V", "Str"})
_NAMES_A_NUMBER = frozenset(
    """Januar Jänner Februar Feber März April Mai Juni Juli August September Oktober November Dezember
    FC SC SV VfL VfB FSV TSV Bundesliga Liga Platz Runde Spieltag Tag Jahrhundert Mal Minute Geburtstag Klasse Etappe
    Jan Feb Mrz Apr Jun Jul Aug Sep Sept Okt Nov Dez Weltkrieg Advent Stock
    Halbzeit Sitzung Auflage Lebensjahr Jahrestag Wahlgang Stunde Lauf Rang Tor Satz""".split()
)
_LONGEST_ORDINAL = 2  # digits
_LONGEST_ABBREVIATION = max(map(len, _ABBREVIATIONS))
_LONGEST = 10_000  # characters; a longer text is not looked into


def ends_like_sentence(text: str) -> str:
    """Return the mark a block ends with (`.`, `?`, `!`), closing quotes and brackets taken off; else an empty string.

    >>> ends_like_sentence("Sie sagte: «Wir kommen!»"), ends_like_sentence("Nordturm leuchtet")
    ('!', '')
    """
    last = _BRACKET.sub("", text.rstrip()).rstrip(_CLOSING).rstrip()[-1:]
    return "." if last == "…" else last if last in (".", "?", "!") else ""


def split_sentences(text: str) -> list[str]:
    """Cut a paragraph into its sentences; joined by one blank they give the paragraph again, white space aside.

    >>> split_sentences("Der 1. FC siegt. Am 9. November, z. B. mit Dr. Muster, geht es weiter. Es endete 3:2. Danach")
    ['Der 1. FC siegt.', 'Am 9. November, z. B. mit Dr. Muster, geht es weiter.', 'Es endete 3:2.', 'Danach']
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return [text]
    sentences, start = [], 0
    for mark in _MARK.finditer(text):
        end = mark.end(1)
        if not mark[2] or _goes_on(text, end) or (mark[1] == "." and _is_no_full_stop(text, start, end - 1)):
            continue
        sentences.append(text[start:end].strip())
        start = end
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences


def _goes_on(text: str, end: int) -> bool:
    """Tell whether what follows a mark and a blank cannot begin a sentence: a small letter, `,`, `;` or a dash."""
    following = text[end + 1] if not text[end + 1].isspace() else text[end:].lstrip()[0]
    return following.islower() or following in ",;–-"


def _is_no_full_stop(text: str, start: int, stop: int) -> bool:
    """Tell by the word before it whether a dot belongs to an abbreviation, an initial or an ordinal."""
    words = text[max(start, stop - 40) : stop].rsplit(None, 1)
    word = words[-1].lstrip(_OPENING) if words else ""
    if word.isalpha() and len(word) > _LONGEST_ABBREVIATION:
        return False
    if word in _MAY_CLOSE:
        return not text[stop + 1 :].lstrip()[:1].isupper()
    if word in _ABBREVIATIONS or (word[-1:].isalpha() and word[-2:-1] in ("", ".")):
        return True
    if word.isdecimal() and len(word) <= _LONGEST_ORDINAL:
        following = text[stop + 1 :].split(maxsplit=1)[0].rstrip(".,:;!?")
        return following in _NAMES_A_NUMBER or following.isdecimal()
    return False
