"""What a word of a text is, and when a search word fits: folding, German stems, the language of questions.

PyStemmer's home. Works on stored lines (plain dictionaries), so that searching loads no model. `holds` is the
definition of every answer; `match_expression` says the same to SQLite's FTS5, as far as an index of stems can know it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import product
from typing import Any, Literal, NamedTuple

import Stemmer

from newsarc.errors import QueryError

MOST_WORDS = 64  # in a question
_LONGEST_WORD = 100  # characters; a longer word is known by so many
_SHORTEST_BEGINNING = 2  # letters before a star
_MOST_KNOWN = 50_000  # words as printed that are remembered with their stems
_MOST_CACHED = 10_000  # words that are remembered with their folding, and folded ones with their stems

# Letters, digits, accents that follow their letter, and what is invisible inside a word: soft hyphen, zero widths.
_TOKEN = re.compile("[\\w\u0300-\u036f\u00ad\u200b-\u200d\u2060]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_LETTERS = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\u2060": None,
})  # fmt: skip
_MARKS = ".,:-–"  # the commonest ones, taken off all at once
_AROUND = ";!?«»„“”\"'()"
# What German Snowball cuts off: its third, second and first step. Compared with its stems by a test.
_SHORTEST_STEM = 3
_ENDINGS = (
    ("", "end", "ung", "igend", "igung", "ig", "ik", "isch", "lich", "erlich", "enlich", "heit", "erheit", "enheit",
     "keit", "lichkeit", "igkeit"),
    ("", "en", "er", "est", "st", "et"),
    ("", "em", "ern", "er", "e", "en", "es", "s", "se", "sen", "ses", "n", "ns", "in", "innen", "erin", "erinnen"),
)  # fmt: skip
_QUOTES = '"„“”‟«»'
_PIECE = re.compile(
    rf"(?P<minus>(?<!\S)-(?=\S))?(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]?|(?P<token>[^\s{_QUOTES}]+))"
)
_STAR = re.compile(r"[^\W_]\*[\W_]*$")


class Word(NamedTuple):
    """One demand of a question, in folded words.

    `word` asks for one with the same stem; `phrase` for just these words one after the other; `prefix` for the same,
    where the last one is only the beginning of a word.
    """

    kind: Literal["word", "phrase", "prefix"]
    words: tuple[str, ...]
    is_excluded: bool = False


class Span(NamedTuple):
    """Where in a text a search word stands, and which one of the question it is."""

    start: int
    end: int
    number: int


def version() -> str:
    """Name the rules of this room: stems of another version are other stems."""
    return f"1/{Stemmer.version()}"


def searched(record: Mapping[str, Any]) -> list[str]:
    """Return what of a record is searched, headline first: its own words, block by block.

    Not the related links, which speak of other stories, and not what had no place or is about the message itself.
    """
    get = record.get
    texts = [get("headline"), get("kicker"), get("subhead"), get("lead")]
    texts += [block["text"] for block in get("body") or ()]
    texts += get("keywords") or ()
    texts += [get("byline"), get("dateline")]
    texts += [picture.get("caption") for picture in get("media") or ()]
    return [text for text in texts if text]


def words(text: str) -> list[str]:
    """Cut a text into its words, folded: case, umlauts, ß and accents do not matter.

    >>> words("Die U-Bahn in MÜNCHEN: 50% mehr (Café_Straße)")
    ['die', 'u', 'bahn', 'in', 'muenchen', '50', 'mehr', 'cafe', 'strasse']
    """
    return [word for word in map(_folded, _tokens(text)) if word]


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.replace("_", " "))


def _fold(token: str) -> str:
    """Fold one word; empty where it consists of accents and invisible characters alone."""
    token = token[:_LONGEST_WORD]
    if token.isascii():
        return token.lower()
    folded = unicodedata.normalize("NFC", token).casefold().translate(_LETTERS)
    if folded.isascii():
        return folded
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", folded))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


_folded = lru_cache(_MOST_CACHED)(_fold)


@cache
def _stemmer() -> Stemmer.Stemmer:
    made = Stemmer.Stemmer("german")
    made.maxCacheSize = 0  # what is remembered is remembered here
    return made


@lru_cache(_MOST_CACHED)
def stem(word: str) -> str:
    """Return the German stem of a folded word; its umlauts lose their e.

    >>> stem("muenchen"), stem("haeuser"), stem("haus")
    ('munch', 'haus', 'haus')
    """
    return str(_stemmer().stemWord(word))


_known: dict[str, str] = {}  # words as printed, with their stems
_known_before: dict[str, str] = {}  # those of the memory before: what is common is taken over, the rest forgotten


def terms(record: Mapping[str, Any]) -> set[str]:
    """Return the stems of all words of a record: what an index stores of it."""
    text = "\n".join(searched(record))
    for mark in _MARKS:
        text = text.replace(mark, " ")
    pieces = set(text.split())
    stems = list(map(_known.get, pieces))
    new = {piece for piece, stem in zip(pieces, stems, strict=True) if stem is None}
    return {*filter(None, stems), *_learned(new)}


def _learned(pieces: set[str]) -> list[str]:
    """Work out the stems of pieces of text. What is one word and marks around it, as nearly all are, is remembered."""
    global _known, _known_before
    again = {piece: stem for piece in pieces if (stem := _known_before.get(piece)) is not None}
    pieces = pieces.difference(again)
    single = {piece: _fold(word) for piece in pieces if (word := piece.strip(_AROUND)).isalnum()}
    stems: list[str] = _stemmer().stemWords(list(single.values()))
    if len(_known) > _MOST_KNOWN:
        _known, _known_before = {}, _known
    _known.update(again)
    _known.update(pair for pair in zip(single, stems, strict=True) if len(pair[0]) <= _LONGEST_WORD)
    return [*again.values(), *stems, *_stemmer().stemWords(words(" ".join(pieces.difference(single))))]


def read_words(text: str) -> tuple[Word, ...]:
    """Read a question: words, "exact phrases", beginnings*, and -without. All else is plain text.

    A word with marks inside asks for its parts one after the other, so `dpa-infocom` and "dpa infocom" are one.

    Raises:
        QueryError: No word, only words to leave out, too many, or what is no text.
    """
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise QueryError(text, "it is no text. Write it in UTF-8, without NUL")
    pieces = _PIECE.finditer(unicodedata.normalize("NFC", text))
    found = tuple(dict.fromkeys(word for piece in pieces if (word := _read(piece)).words))
    if not found:
        raise QueryError(text, "there is no word in it")
    if all(word.is_excluded for word in found):
        raise QueryError(text, "it only leaves words out. Add one that must occur, or use newsarc list")
    if sum(len(word.words) for word in found) > MOST_WORDS:
        raise QueryError(text, f"it has more than {MOST_WORDS} words")
    return found


def _read(piece: re.Match[str]) -> Word:
    """Read one demand; one without words says nothing."""
    is_excluded = piece["minus"] is not None
    if piece["phrase"] is not None:
        return Word("phrase", tuple(words(piece["phrase"])), is_excluded)
    found = tuple(words(piece["token"]))
    if _STAR.search(piece["token"]):
        if len(found[-1]) < _SHORTEST_BEGINNING:
            raise QueryError(
                piece["token"], "nearly every text has such a word. Give two letters and more before the *"
            )
        return Word("prefix", found, is_excluded)
    return Word("word" if len(found) == 1 else "phrase", found, is_excluded)


def holds(wanted: Sequence[Word], record: Mapping[str, Any]) -> bool:
    """Tell whether a record has every word that is wanted, and none that is excluded: the definition of a match."""
    texts = searched(record)
    tokens = set(_tokens("\n".join(texts))) if any(word.kind == "word" for word in wanted) else set()
    is_read = any(word.kind != "word" for word in wanted)
    blocks = [words(text) for text in texts] if is_read else []
    return all(_occurs(word, tokens, blocks) != word.is_excluded for word in wanted)


def _occurs(wanted: Word, tokens: set[str], blocks: list[list[str]]) -> bool:
    """Look for a word among those as printed; only what begins like its stem needs a stem itself."""
    if wanted.kind != "word":
        return any(True for block in blocks for _ in places(wanted, block))
    same = stem(wanted.words[0])
    alike = (token for token in tokens if token[0].lower() == same[0] or not token[0].isascii())
    return any(stem(_folded(token)) == same for token in alike)


def places(wanted: Word, block: Sequence[str]) -> Iterator[int]:
    """Yield where in the words of a block a search word begins."""
    if wanted.kind == "word":
        same = stem(wanted.words[0])
        yield from (at for at, word in enumerate(block) if stem(word) == same)
        return
    *before, last = wanted.words
    fits = str.startswith if wanted.kind == "prefix" else str.__eq__
    for at in range(len(before), len(block)):
        if fits(block[at], last) and block[at - len(before) : at] == before:
            yield at - len(before)


def spans(wanted: Sequence[Word], text: str) -> list[Span]:
    """Find where in a text the words that are wanted stand, in order; they may overlap."""
    tokens = [(found, word) for found in _TOKEN.finditer(text.replace("_", " ")) if (word := _folded(found[0]))]
    block = [word for _, word in tokens]
    return sorted(
        Span(tokens[at][0].start(), tokens[at + len(word.words) - 1][0].end(), number)
        for number, word in enumerate(wanted)
        if not word.is_excluded
        for at in places(word, block)
    )


def match_expression(wanted: Sequence[Word]) -> str:
    """Say a question to FTS5 over a table of stems; empty where it has no word that must occur.

    It finds all that `holds` accepts, and more where `is_exact` is not true: stems do not know the order of words,
    nor how a word began whose end was cut off.
    """
    needed = [" AND ".join(_tokens_of(word)) for word in wanted if not word.is_excluded]
    if not needed:
        return ""
    excluded = [f'"{stem(word.words[0])}"' for word in wanted if word.is_excluded and word.kind == "word"]
    return f"({' AND '.join(needed)})" + (f" NOT ({' OR '.join(excluded)})" if excluded else "")


def is_exact(wanted: Sequence[Word]) -> bool:
    """Tell whether `match_expression` alone decides, so that nothing it finds needs to be read."""
    return all(word.kind == "word" for word in wanted) and not all(word.is_excluded for word in wanted)


def _tokens_of(wanted: Word) -> list[str]:
    """Return what must be among the stems of a text with this word, in the words of FTS5."""
    quoted = [f'"{stem(word)}"' for word in wanted.words]
    if wanted.kind == "prefix":
        quoted[-1] = f"({' OR '.join(_beginnings(wanted.words[-1]))})"
    return quoted


def _beginnings(beginning: str) -> Iterator[str]:
    """Yield what the stem of a word with this beginning can be.

    A stem is the beginning of its word, save that umlauts lose their e. So it starts with this beginning, or is
    shorter because an ending was cut off right through it: Ministern is minist. With an x behind it nothing is cut.
    """
    start = str(_stemmer().stemWord(beginning + "x"))[:-1]
    yield f'"{start}"*'
    yield from (f'"{start[:at]}"' for at in range(_SHORTEST_STEM, len(start)) if start[at:] in _cut_off())


@cache
def _cut_off() -> frozenset[str]:
    """Return the beginnings of all that German Snowball cuts off a word."""
    ends = ["".join(parts) for parts in product(*_ENDINGS)]
    return frozenset(end[:at] for end in ends for at in range(1, len(end) + 1))
