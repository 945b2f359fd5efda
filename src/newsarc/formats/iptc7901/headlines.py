"""The headline block: signals, genre, notes in brackets, embargo, kill words, byline; what is left is the headline.

Source: samples/iptc7901/correction.txt, samples/iptc7901/brackets.txt, samples/iptc7901/kill-english.txt
"""

import re
from dataclasses import dataclass, field

from newsarc.article import Media
from newsarc.wires import GENRES, signal_of
from newsarc.wording import fold_word

_MOST_LINES = 15  # of a headline block
_MOST_NOTE_LINES = 8  # of one note in brackets
_LONGEST_GENRE = 40  # characters

_GENRES = {fold_word(name): name for name in GENRES.values()}
_NOTES = {"berichtigung": "correction", "korrektur": "correction", "aktualisierung": "update", "wiederholung": "repeat"}
_LINES = {
    "flash": "flash", "urgent": "urgent", "urgente": "urgent", "pilne": "urgent", "d'urgence": "urgent",
    "correction": "correction", "corrected": "correction", "versión corregida": "correction",
    "update": "update", "actualización": "update", "refile": "repeat", "rpt": "repeat", "rpt rpt": "repeat",
}  # fmt: skip
_ENGLISH_GENRES = frozenset(("extra", "advisory"))

_SIGNAL_LINE = re.compile(r"(?P<word>[^\W\d_]+(?:['’ ][^\W\d_]+)?)\s*(?P<colon>:)?\s*(?P<rest>.*)")
_LEAD_LINE = re.compile(r"\d{1,2}(?:ST|ND|RD|TH) LEAD", re.IGNORECASE)
_KILL = re.compile(r"\W*(?:KILL(?:\W+KILL)+|ELIMINAR(?:\W+ELIMINAR)*|АННУЛИРОВАНИЕ|حظر(?:\W+حظر)+)(?!\w)[\s*:!=–-]*")
_ADVISORY = re.compile(r"\((?P<word>achtung)\)\s*(?P<text>\S.*)", re.IGNORECASE)
_WITHDRAWING = re.compile(
    r"zur(?:ü|ue)ck\s?gezogen|zur(?:ü|ue)ckziehen|zieht\b.{0,200}\bzur(?:ü|ue)ck\b"
    r"|nicht\s+(?:\w+\s+){0,2}(?:verwenden|verwendet)|gestrichen",
    re.IGNORECASE,
)
_EMBARGO = re.compile(
    r"(?P<before>.*?)\b(?:(?i:sperrfrist)|(?:EMBARGOED|Embargoed)(?: for (?:publication|release))?|EMBARGO(?= ?:))\b"
    r" ?:?(?P<rest>.*)"
)
_SEPARATORS = " -–,;:"
_LIFTED = re.compile(r"aufgehoben|entf(?:ä|ae)llt|abgelaufen|lifted|expired", re.IGNORECASE)
_WHEN = re.compile(
    r"\d{1,2}\.\s?(?:[^\W\d_]+\.?|\d{1,2}\.)(?:\s?\d{4})?,?\s+(?:-\s+|um\s+)?\d{1,2}[.:]\d{2}(?:\s+Uhr)?"
    r"(?:\s+(?:MESZ|MEZ|CEST|CET|GMT|UTC))?"
    r"|\d{1,2} [^\W\d_]+\.?(?: \d{4})?,? \d{1,2}[.:]\d{2}(?: (?:CEST|CET|GMT|UTC))?"
)
_PICTURE = re.compile(
    r"(?P<kind>archivfoto|archivbild|foto|bild|photo|picture|grafik|graphic|video|karte)(?:s|er|en)?\b", re.IGNORECASE
)
_MEDIA = {"grafik": "graphic", "graphic": "graphic", "karte": "graphic", "video": "video"}
_BEHIND_WORD = re.compile(r":|(?<= )[-–](?= )|(?=\d)")
_BRACKET = re.compile(r"[()]")
_BYLINE = re.compile(r"(?:Von|By|Por|Par)\s+\S")
_PARTICLES = frozenset(
    "und and y et e & von van de der den del di da du le la zu zur ter dos unserem unserer unseren".split()
)


@dataclass(slots=True)
class Headlines:
    """What the headline block says; signals hold `correction: note` behind their word."""

    headline: str | None = None
    byline: str | None = None
    genre: str | None = None
    signals: list[str] = field(default_factory=list)
    embargoed_text: str | None = None
    embargo_open: bool = False
    is_canceled: bool = False
    media: list[Media] = field(default_factory=list)
    unparsed: list[str] = field(default_factory=list)

    def add_signal(self, word: str, note: str = "") -> None:
        """Take a signal; of one signal the first note counts, others go to `unparsed`."""
        note = note.strip()
        is_noted = any(known.startswith(f"{word}: ") for known in self.signals)
        if word not in self.signals:
            self.signals.append(word)
        if note and is_noted:
            self.unparsed.append(note)
        elif note:
            self.signals.insert(self.signals.index(word) + 1, signal_of(word, note)[-1])


def split(lines: list[str]) -> tuple[list[str], list[str]]:
    """Cut the text of a message into headline block and the rest, at the first line that ends in `=`.

    A message without one has a headline of one block.
    """
    for number, line in enumerate(lines[:_MOST_LINES]):
        if line.endswith("="):
            block = [*lines[:number], line.rstrip("= ")]
            return _joined(block), lines[number + 1 :]
    start = next((number for number, line in enumerate(lines) if line), len(lines))
    end = next((number for number in range(start, len(lines)) if not lines[number]), len(lines))
    return _joined(lines[start:end]), lines[end:]


def _joined(lines: list[str]) -> list[str]:
    """Collapse the blanks of each line, and drop those without a word."""
    return [text for text in (" ".join(line.split()) for line in lines) if text]


def read(block: list[str]) -> Headlines:
    """Read a headline block, top-down."""
    found = Headlines()
    headline: list[str] = []
    place = 0
    while place < len(block):
        line = block[place]
        place += 1
        if line.startswith("("):
            if (advisory := _ADVISORY.match(line)) and not headline:
                text = " ".join([advisory["text"], *block[place:]])
                found.genre = found.genre or advisory["word"]
                found.is_canceled = found.is_canceled or bool(_WITHDRAWING.search(text))
                headline.append(advisory["text"])
                continue
            note, rest, place = _note(block, place - 1)
            _read_note(found, note)
            if rest:
                headline.append(rest)
        elif rest := _read_line(found, line, is_only=not headline and all(map(_BYLINE.match, block[place:]))):
            headline.append(rest)
    headline, found.byline = _without_byline(headline)
    found.headline = " ".join(headline) or None
    return found


def _note(block: list[str], place: int) -> tuple[str, str, int]:
    """Return a note without its brackets, what stands behind it on its line, and where to go on.

    One that is never closed is one line.
    """
    depth, text = 0, ""
    for number in range(place, min(len(block), place + _MOST_NOTE_LINES)):
        line = block[number]
        for bracket in _BRACKET.finditer(line):
            depth += 1 if bracket[0] == "(" else -1
            if not depth:
                note = f"{text} {line[: bracket.start()]}".strip()
                return note[1:].strip(), line[bracket.end() :].strip(), number + 1
        text = f"{text} {line}".strip()
    return block[place][1:].strip(), "", place + 1


def _read_note(found: Headlines, note: str) -> None:
    """Say what a note in brackets is."""
    word, sign, rest = _first_word(note)
    key = fold_word(word)
    if key in ("blitz", "eil"):
        found.add_signal("flash" if key == "blitz" else "urgent", rest)
    elif key in _NOTES:
        found.add_signal(_NOTES[key], rest)
    elif embargo := _EMBARGO.fullmatch(note):
        _read_embargo(found, embargo)
    elif picture := _PICTURE.match(note):
        kind = _MEDIA.get(picture["kind"].lower(), "image")
        found.media.append(Media.model_validate({"kind": kind, "caption": note}))
    elif _KILL.fullmatch(note):
        found.is_canceled = True
    elif _LEAD_LINE.fullmatch(note):
        found.genre = found.genre or note
        found.add_signal("update")
    elif not found.genre and _is_genre(word, key, sign, rest):
        found.genre = word
        found.unparsed += [rest] * bool(rest)
    else:
        found.unparsed += [note] * bool(note)


def _first_word(note: str) -> tuple[str, str, str]:
    """Cut a note behind its first words: before a colon, ` - `, or a number."""
    cut = _BEHIND_WORD.search(note)
    return (note[: cut.start()].strip(), cut[0], note[cut.end() :].strip()) if cut else (note, "", "")


def _is_genre(word: str, key: str, sign: str, rest: str) -> bool:
    """Tell whether a note names a genre: a known one, or one word alone, or before a dash."""
    if key in _GENRES or key.startswith("achtung"):
        return True
    return bool(word) and " " not in word and word[0].isupper() and len(word) <= _LONGEST_GENRE and (
        sign in ("-", "–") or not rest
    )  # fmt: skip


def _read_embargo(found: Headlines, embargo: re.Match[str]) -> None:
    """Read the time of an embargo as printed; what stands around it is genre and note. Without a time it is open."""
    before, rest = embargo["before"].strip(_SEPARATORS), embargo["rest"].strip(_SEPARATORS)
    outside: tuple[str, ...]
    when = _WHEN.search(rest)
    if not when and _LIFTED.search(rest):
        found.unparsed.append(embargo[0])
        return
    if before:
        _read_note(found, before)
    if when:
        found.embargoed_text = when[0]
        outside = (rest[: when.start()], rest[when.end() :])
    else:
        printed, _, note = rest.partition(" - ")
        has_time = any(map(str.isdigit, printed))
        found.embargoed_text = printed if has_time else None
        found.embargo_open = True
        outside = (note,) if has_time else (embargo[0][len(embargo["before"]) :],)
    found.unparsed += [note for note in (part.strip(_SEPARATORS) for part in outside) if note]


def _read_line(found: Headlines, line: str, *, is_only: bool) -> str:
    """Say what a line without brackets is; returns what of it belongs to the headline."""
    if kill := _KILL.match(line):
        found.is_canceled = True
        return line[kill.end() :].strip()
    if _LEAD_LINE.fullmatch(line) or line.lower().rstrip(":") in _ENGLISH_GENRES:
        found.genre = found.genre or line.rstrip(":")
        if line[0].isdigit():
            found.add_signal("update")
        return ""
    if line[:9].upper() == "EMBARGOED" and (embargo := _EMBARGO.fullmatch(line)):
        _read_embargo(found, embargo)
        return ""
    cut = _SIGNAL_LINE.fullmatch(line)
    word = _LINES.get(cut["word"].lower().replace("’", "'")) if cut else None
    if not cut or not word or (cut["rest"] and not cut["colon"]):
        return line
    is_headline = word in ("flash", "urgent") or is_only
    found.add_signal(word, "" if is_headline else cut["rest"])
    return str(cut["rest"]) if is_headline else ""


def _without_byline(block: list[str]) -> tuple[list[str], str | None]:
    """Take the byline off the end of a headline block; a headline may begin with `Von`, too."""
    for place in range(len(block) - 1, 0, -1):
        if _BYLINE.match(block[place]):
            words = " ".join(block[place:])
            return (block[:place], words) if _is_of_names(words) else (block, None)
    return block, None


def _is_of_names(words: str) -> bool:
    """Tell a byline from a headline that goes on with `Von`: names and what stands between them, nothing else."""
    if words.rstrip(" .").endswith((", dpa", "/dpa", " (dpa)")):
        return True
    names = [name.strip(",;()") for name in words.split()[1:]]
    return all(name in _PARTICLES or not name[:1].islower() or "dpa" in name for name in names)
