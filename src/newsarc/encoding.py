"""What bytes say as text: byte order mark, UTF-8, the German-letter decision, and umlauts damaged before they came.

Two faults look alike and are kept apart. Bytes that are no UTF-8 are read with the 8-bit charset that gives the most
German letters (`detect`). Text that somebody else decoded wrongly (UTF-8 read as another charset,
`fĂŒr`) is repaired span by span (`repair`); clean text comes back identical, and so does text repaired before.

Source: samples/portal/cp1252.txt, samples/portal/damaged-iso8859-16.txt, samples/portal/untouched/
"""

import codecs
import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

# What German news uses beyond ASCII. Only a span that stands for one of these is damage.
_LETTERS = "äöüÄÖÜßéèêáàâçôîñøåëïğışÉÇ«»„“”‚‘’–—…€°§·\u00a0"
# What may also be a word of another language (PĂȘUNE) or a letter in quotes («Â») is damage only beside other damage.
_MOST_ROUNDS = 8
_GERMAN_LETTERS = frozenset("äöüÄÖÜß")

_DAMAGING = (
    "cp1252",
    "latin-1",
    "iso8859-15",
    "iso8859-16",
    "cp1250",
    "iso8859-2",
    "mac-roman",
    "cp850",
    "cp852",
    "cp437",
)
_NAMES = {"latin-1": "iso8859-1"}
_LENIENT = frozenset({"cp1252", "latin-1", "cp1250"})  # an undefined character below U+0100 stands for its own byte

_EIGHT_BIT = ("cp1252", "mac-roman", "cp850", "cp437")
_GERMAN = "äöüÄÖÜß„“”»«–…é"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_MARK_BEGINS = tuple(mark[:1] for mark, _ in _MARKS)

_LONGEST_RUN = 30  # combining marks in a row
_MAYBE_LONG_RUNS = re.compile(f"[\u0300-\U0001efff]{{{_LONGEST_RUN + 1},}}")  # marks are told by a slow pattern
_TAKEN_OUT = re.compile("[\0\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ASCII = bytes(range(1, 128))
_PLAIN = re.compile("[\u00a0-\u02ff\u2010-\u2027\u2030-\u203a\u20ac]*")  # in NFC, no control, no mark
_DOUBTFUL = re.compile("[\u0080-\u0084\u0086-\u009f\ufffd]")
_IN_PAIRS = re.compile(rb"[A-Za-z ,.\n]{24}")  # in UTF-16: text of one byte a letter that was read as two


def detect(chunks: Iterable[bytes]) -> str:
    """Name the codec of a source from all its bytes: byte order mark, strict UTF-8, else the most German letters."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for number, chunk in enumerate(chunks):
        if not number and (codec := mark_of(chunk)[1]):
            return codec
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return _most_german(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:  # cut in the middle of a character
        return "cp1252"
    return "utf-8"


def mark_of(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark a source begins with, and the codec it names; both empty where there is none."""
    if data[:1] in _MARK_BEGINS:
        for mark, codec in _MARKS:
            if data.startswith(mark):
                return mark, codec
    return b"", ""


def trimmed(data: bytes, start: int, end: int) -> bytes:
    """Return a piece of a source without byte order mark and blanks around it."""
    mark, codec = mark_of(data)
    piece = data[max(start, len(mark)) : end]
    if not codec.startswith("utf-16"):
        return piece.strip()
    whole = piece[: len(piece) // 2 * 2]
    return whole.decode(codec, "replace").strip().encode(codec)


def blank_out(data: bytearray, spans: Iterable[tuple[int, int]]) -> None:
    """Put blanks in place of pieces of a source: every other byte stays where it is, and so does a byte order mark."""
    mark, codec = mark_of(bytes(data[:3]))
    blank = " ".encode(codec.removesuffix("-sig") or "ascii")
    for start, end in spans:
        first, last = max(start, len(mark)), min(end, len(data))
        data[first:last] = (blank * (last - first))[: last - first]


def decoder_of(codec: str) -> codecs.IncrementalDecoder:
    """Return what turns the bytes of a source into text, piece by piece; never raises, and keeps count of bytes.

    A byte order mark comes out as U+FEFF. A byte that is no UTF-8 comes out as a lone surrogate, so that `byte_length`
    counts it as one; `mend` turns it into U+FFFD.
    """
    if codec.startswith("utf-8"):
        return codecs.getincrementaldecoder("utf-8")("surrogateescape")
    return codecs.getincrementaldecoder(codec)("replace")


def _most_german(data: bytes) -> str:
    """Decode with each 8-bit charset and take the one with the most German letters and quotes; cp1252 on a tie.

    >>> _most_german("Käse für Köln".encode("mac-roman"))
    'mac-roman'
    """

    def score(codec: str) -> int:
        text = data.decode(codec, "replace")
        return sum(map(text.count, _GERMAN)) - text.count("\ufffd")

    return max(_EIGHT_BIT, key=score)  # max keeps the first of equals


@lru_cache(1)
def decode_head(head: bytes) -> tuple[str, str]:
    """Turn the beginning of a source into text, for a look at it, and name its codec; never raises.

    The last answer is kept: a small source is looked at and then read.
    """
    codec = detect([head])
    if codec == "cp1252" and detect([head[:-3]]) == "utf-8":  # only the end of the look is cut
        codec = "utf-8"
    return decoder_of(codec).decode(head, final=True), codec


def byte_length(text: str, codec: str) -> int:
    """Count the bytes of the source that a piece of its decoded text came from."""
    if codec.startswith("utf-8"):
        return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
    if codec.startswith("utf-16"):
        return len(text.encode("utf-16-le", "surrogatepass"))
    return len(text)


@cache
def damaged_forms(char: str) -> frozenset[str]:
    r"""Return what a character looks like after its UTF-8 bytes were read as another charset.

    >>> sorted(damaged_forms("ß"))[:2]
    ['Ã\x9f', 'ÃŸ']
    """
    return frozenset(form for table in _tables().values() for form, meant in table.items() if meant == char)


@cache
def _tables() -> dict[str, dict[str, str]]:
    """For each damaging charset: the damaged span and the character it stands for."""
    return {codec: {form: char for char in _LETTERS if (form := _misread(char, codec))} for codec in _DAMAGING}


def _misread(char: str, codec: str) -> str | None:
    """Read the UTF-8 bytes of a character as another charset; None where that charset has no such byte."""
    form = []
    for byte in char.encode():
        try:
            form.append(bytes([byte]).decode(codec))
        except UnicodeDecodeError:
            if codec not in _LENIENT:
                return None
            form.append(chr(byte))
    return "".join(form)


@cache
def _patterns() -> dict[str, dict[str, re.Pattern[str]]]:
    """For each first character of a damaged span: one pattern a charset. A text without such a character is clean."""
    patterns: dict[str, dict[str, re.Pattern[str]]] = {}
    for codec, table in _tables().items():
        for first in {form[0] for form in table}:
            spans = sorted((re.escape(form) for form in table if form[0] == first), key=len, reverse=True)
            patterns.setdefault(first, {})[codec] = re.compile("|".join(spans))
    return patterns


def repair(text: str) -> tuple[str, tuple[str, ...]]:
    """Repair umlauts, quotes and dashes that were decoded wrongly before the text reached us.

    The charset that explains most spans of the whole text wins; then what is left is looked at again, so that
    doing it twice changes nothing. Returns the text and the charsets found; none found: the same text. So does text
    with damage in damage in damage: nobody can tell what it was.

    >>> repair("KĂ€se fĂŒr Köln")
    ('Käse für Köln', ('iso8859-16',))
    """
    original, found = text, list[str]()
    while not text.isascii() and (hits := _hits(text)):
        if len(found) == _MOST_ROUNDS:
            return original, ()
        most = max(hits.values())
        codec = next(name for name in _DAMAGING if hits.get(name) == most)
        text = _mend(text, codec)
        found.append(_NAMES.get(codec, codec))
    return text, tuple(dict.fromkeys(found))


def _mend(text: str, codec: str) -> str:
    """Replace every span that one charset explains."""
    table = _tables()[codec]
    for first, patterns in _patterns().items():
        if codec in patterns and first in text:
            text = patterns[codec].sub(lambda span: table[span[0]], text)
    return text


def _hits(text: str) -> dict[str, int]:
    """Count damaged spans by charset; a charset without a single certain one has none."""
    hits: dict[str, int] = {}
    witnessed: set[str] = set()
    for first, patterns in _patterns().items():
        if first not in text:
            continue
        for codec, pattern in patterns.items():
            spans = pattern.findall(text)
            if spans:
                hits[codec] = hits.get(codec, 0) + len(spans)
                if any(_is_certain(span, _tables()[codec][span]) for span in set(spans)):
                    witnessed.add(codec)
    return {codec: count for codec, count in hits.items() if codec in witnessed}


def _is_certain(span: str, meant: str) -> bool:
    """Tell whether a span can be nothing but damage."""
    if meant in _GERMAN_LETTERS:
        return True
    return not (meant in "«»" or span[-1] in "«\u00a0" or (meant.isalpha() and span.isalpha()))


def tidy(text: str) -> str:
    """Bring text to NFC, without NUL and marks of byte order; runs of combining marks are capped (NFC is quadratic)."""
    return _tidied(text)[0]


def _tidied(text: str) -> tuple[str, bool]:
    """Return a tidy text, and whether combining marks were cut."""
    text = _TAKEN_OUT.sub("", text)
    text = _SURROGATES.sub("\ufffd", text)
    if text.isascii():
        return text, False
    capped = _MAYBE_LONG_RUNS.sub(lambda some: _long_runs().sub(lambda run: run[0][:_LONGEST_RUN], some[0]), text)
    composed = capped if unicodedata.is_normalized("NFC", capped) else unicodedata.normalize("NFC", capped)
    return composed, len(capped) < len(text)


@cache
def _long_runs() -> re.Pattern[str]:
    """Match a run of combining marks, of whatever script, that is longer than any language needs."""
    marks = "".join(re.escape(chr(number)) for number in range(0x300, 0x1F000) if unicodedata.combining(chr(number)))
    return re.compile(f"[{marks}]{{{_LONGEST_RUN + 1},}}")


def mend(text: str) -> tuple[str, list[str]]:
    """Repair and tidy a text, and say what was done or could not be: codes for `warnings`.

    A clean German text, as nearly all are, is told by its few characters beyond ASCII and comes back at once.
    """
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    if _PLAIN.fullmatch(beyond) and not any(first in beyond for first in _patterns()):
        return text, []
    repaired, charsets = repair(text)
    mended, is_cut = _tidied(repaired)
    warnings = [f"encoding-repaired:{charset}" for charset in charsets]
    warnings += ["encoding-doubtful"] * _is_doubtful(mended)
    return mended, warnings + ["marks-cut"] * is_cut


def _is_doubtful(text: str) -> bool:
    """Tell whether a text holds what no repair explains, or letters that are two ASCII ones each: UTF-8 in UTF-16.

    >>> _is_doubtful(b"Der Turm bekommt im Sommer Licht".decode("utf-16-le")), _is_doubtful("漢字")
    (True, False)
    """
    return bool(_DOUBTFUL.search(text) or _IN_PAIRS.search(text.encode("utf-16-be", "surrogatepass")))


def mend_all(fields: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Repair and tidy every text in plain values as one text; see `mend`."""
    text = json.dumps(fields, ensure_ascii=False)
    mended, warnings = mend(text)
    return (fields if mended is text else json.loads(mended)), warnings
