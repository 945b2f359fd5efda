"""Where the title of a related link ends, and in which order its teaser was written.

A portal prints TITLE. S2 ... Sn S1: the teaser's first sentence stands last. A teaser of one sentence follows its title
with no full stop between them. The rules are tried in order; how sure the answer is, is said with it.

Source: samples/portal/all-rotations.txt, samples/portal/related-bare-and-traps.txt
"""

import re
from typing import Literal, NamedTuple

from newsarc.sentences import ends_like_sentence, split_sentences


class Title(NamedTuple):
    """A link's title, its teaser in reading order, and how sure the boundary between them is."""

    title: str
    teaser: str | None
    confidence: Literal["high", "low"]
    rule: str = ""
    """Which rule found the end of the title."""


_FEWEST_WORDS, _MOST_WORDS, _USUAL_WORDS = 3, 17, 8
_SURE = 3.0  # the score from which a restart counts as clear

# Small inside a German title; a capital in mid-text is the start of a new sentence.
_FUNCTION_WORDS = frozenset(
    """Der Die Das Den Dem Des Ein Eine Einen Einem Einer Im In Ins Nach Bei Beim Mit Wegen Für Doch Auch Es Er Sie Wir
    Ich Man Wer Was Wie Wo Wenn Wann Warum Während Seit Am An Ans Auf Aus Zum Zur Zu Vor Vom Von Unter Über Um Bis
    Trotz Gegen Ohne Durch Laut Rund Mehr Viele Vielen Nun Jetzt Immer Kurz Erst Noch So Dass Ob Weil Nachdem Obwohl
    Als Aber Und Oder Denn Dabei Damit Dazu Dafür Davon Dort Hier Heute Gestern Bald Schon Seine Seinen Ihre Ihren
    Diese Dieser Dieses Diesen Jede Jeder Jedes Alle Allein Fast Knapp Etwa Nur Kein Keine Zwei Drei Vier Wieder
    Zwischen Hinter Neben Statt Anders Selbst Bereits Einst Lange Nicht Nichts Zunächst Künftig""".split()
)
_NO_RESTART_AFTER = '-–:&/,„«"“‚('
_FINITE = frozenset(
    """ist sind war waren hat haben hatte hatten wird werden wurde wurden kann können konnte konnten soll sollen sollte
    will wollen wollte muss müssen musste darf dürfen gibt gab geht gehen ging kommt kommen kam steht stehen stand sagt
    sieht sehen sah bleibt bleiben blieb liegt liegen lag lässt ließ nimmt nahm zeigt fällt fiel hält hielt zieht zog
    bringt brachte weiß treibt trifft traf beginnt begann fehlt gilt galt spricht sprach wächst sorgt sei
    wäre""".split()
)
_VERB_ENDING = re.compile(r"[a-zäöüß]{2,}(?:t|te|ten)[,.!?]?$")


def split_title(words: str) -> Title:
    """Split the text of a link, its tail already taken off.

    >>> split_title("Turm ist neu gestrichen. Die Kosten trägt der Kreis. Im Hafen riecht es nach Farbe.")
    Title(title='Turm ist neu gestrichen', teaser='Im Hafen riecht es nach Farbe. Die Kosten trägt der Kreis.', \
confidence='high', rule='its first sentence; the last one begins the teaser')
    >>> split_title("Kreis baut 2 neue Stege - Kosten: 900 Euro Im Juli soll alles fertig sein.").title
    'Kreis baut 2 neue Stege - Kosten: 900 Euro'
    """
    sentences = split_sentences(words)
    first = sentences[0] if sentences else words
    length = first.count(" ") + 1
    if len(sentences) > 1 and length <= _MOST_WORDS:
        *middle, last = sentences[1:]
        is_title = length >= _FEWEST_WORDS or ends_like_sentence(first) in ("?", "!")
        is_sure = is_title and (bool(middle) or ends_like_sentence(first) in ("?", "!"))
        teaser, confidence = " ".join([last, *middle]), _sureness(is_sure=is_sure)
        return Title(_closed(first), teaser, confidence, "its first sentence; the last one begins the teaser")
    return _split_at_restart(words)


def _closed(title: str) -> str:
    """Take the full stop off a title; a question mark, an exclamation mark and three dots stay."""
    return title if title.endswith("...") else title.removesuffix(".")


def _split_at_restart(text: str) -> Title:
    """Look for a function word with a capital letter; the clearest one begins the teaser."""
    words = text.split()
    scores = [
        (_score(words, place), -place)
        for place in range(_FEWEST_WORDS - 1, min(len(words) - 2, _MOST_WORDS + 1))
        if _is_restart(words, place)
    ]
    if not scores:
        return Title(_closed(text), None, "low", "all of it: nothing shows where a teaser begins")
    score, place = max(scores)
    rivals = sum(other > score - 0.5 for other, _ in scores) - 1
    confidence = _sureness(is_sure=score >= _SURE and not rivals)
    rule = f"a sentence begins again at {words[-place]!r}"
    return Title(_closed(" ".join(words[:-place])), " ".join(words[-place:]), confidence, rule)


def _sureness(*, is_sure: bool) -> Literal["high", "low"]:
    return "high" if is_sure else "low"


def _is_restart(words: list[str], place: int) -> bool:
    return words[place].strip('«»„“"') in _FUNCTION_WORDS and words[place - 1][-1] not in _NO_RESTART_AFTER


def _score(words: list[str], place: int) -> float:
    """Weigh the signs of a new sentence at a word: a verb soon after, a whole clause before, a usual length."""
    before, after = words[:place], words[place + 1 : place + 5]
    score = 2.0
    score += any(map(_is_verb, after))
    score += any(map(_is_verb, before)) or len(before) > _FEWEST_WORDS
    score += before[-1][-1] in '?!»“"'
    return score - 0.1 * abs(place - _USUAL_WORDS)


def _is_verb(word: str) -> bool:
    return word.rstrip(",.!?:") in _FINITE or _VERB_ENDING.match(word) is not None
