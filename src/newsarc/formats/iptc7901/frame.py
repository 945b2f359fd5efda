"""The frame of one message: its charset, its parts between the control characters, its header, its day.

Source: docs/formats.md; the control characters are those of IPTC 7901
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

from newsarc.encoding import mend
from newsarc.sniffing import wire_header
from newsarc.zone import BERLIN

_DROPPED = b"\0\x01\x04\x07\x7f"
_STRAY = re.compile("[\x02\x03]")
_LINE_END = re.compile(r"\r{1,2}\n|\r")
_SUSPECT = re.compile("Ã[\u0080-\u00bfŸ„–œ]|â€|\ufffd")
_TIME_LINE = re.compile(
    r"(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})\s+(?:(?P<zone>[A-Za-z]{1,4})\s+)?(?P<month>[^\W\d_]+)\.?\s+"
    r"(?P<year>\d{2})"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan feb mär/mrz/mar/maerz/märz apr mai/may jun jul aug sep/sept okt/oct nov dez/dec".split(), 1
    )
    for name in names.split("/")
}
_ZONES: dict[str, tzinfo] = {
    **dict.fromkeys(("gmt", "utc", "z"), UTC),
    **dict.fromkeys(("mez", "cet"), timezone(timedelta(hours=1))),
    **dict.fromkeys(("mesz", "cest"), timezone(timedelta(hours=2))),
    "": BERLIN,
}
_FIRST_OF_WIRE = 79
_LAST_CENTURY = 1900
_MOST_CUT = 3  # bytes of a character that a cut may leave


class Frame(NamedTuple):
    """One message taken apart; lines without their ends, text repaired and in NFC."""

    header: dict[str, str | None]
    slug: list[str]
    text: list[str]
    """Headline block and all that follows, up to ETX."""
    time_line: str | None
    rest: list[str]
    """What stands behind the time line, if anything does."""
    encoding: str
    warnings: list[str]


def open_frame(data: bytes) -> Frame | None:
    """Take a message apart; None where it has no header."""
    encoding = charset(data)
    text, warnings = mend(data.translate(None, _DROPPED).decode(encoding, "replace"))
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    if not text.isascii() and _SUSPECT.search(text):
        warnings.append("mojibake-suspected")
    head, stx, below = text.partition("\x02")
    above = _lines(head if stx else text)
    place = next((number for number, line in enumerate(above) if line), None)
    found = wire_header(above[place]) if place is not None else None
    if found is None or place is None:
        return None
    if stx:
        slug, rest = [line for line in above[place + 1 :] if line], below
    else:
        slug, rest = _slug_of(above[place + 1 :])
    before, etx, behind = rest.rpartition("\x03")
    lines, after = _lines(before if etx else behind), _lines(behind) if etx else []
    time_line, after = _time_line(lines, after, is_bare=not etx)
    is_open, is_closed = data.startswith(b"\x01"), b"\x04" in data
    if not (etx and time_line) and is_open and not is_closed:
        warnings.append("message-cut")
    elif not (stx and etx and is_open and is_closed):
        warnings.append("controls-missing")
    return Frame(found.groupdict(), slug, lines, time_line, after, encoding, warnings)


def charset(data: bytes) -> str:
    r"""Name the codec of one message: ASCII, strict UTF-8, else cp1252, or latin-1 for bytes that has not.

    A message that was cut within a character is UTF-8 nevertheless.

    >>> charset("Möwe".encode()), charset("Möwe".encode("cp1252"))
    ('utf-8', 'cp1252')
    >>> charset(b"M\xf6we \x81"), charset("Mö".encode()[:-1])
    ('latin-1', 'utf-8')
    """
    if data.isascii():
        return "ascii"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.end - error.start <= _MOST_CUT and error.reason == "unexpected end of data":
            return "utf-8"
    else:
        return "utf-8"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _lines(text: str) -> list[str]:
    """Cut text into lines without blanks at their ends, and without a second STX or ETX."""
    return [line.rstrip() for line in _STRAY.sub("", text).split("\n")]


def _slug_of(lines: list[str]) -> tuple[list[str], str]:
    """Tell the slug from the headline where no STX stands between them: the first line, if it has a slash."""
    place = next((number for number, line in enumerate(lines) if line), 0)
    if lines[place : place + 1] and "/" in lines[place] and not lines[place].endswith("="):
        return [lines[place]], "\n".join(lines[place + 1 :])
    return [], "\n".join(lines[place:])


def _time_line(lines: list[str], after: list[str], *, is_bare: bool) -> tuple[str | None, list[str]]:
    """Find the time line behind ETX, or, where that was stripped, as the last one in the text, and take it away.

    What stands behind it, such as the end of a mail, is cut off the text, too.
    """
    if is_bare:
        last = next((number for number in range(len(lines) - 1, -1, -1) if _TIME_LINE.fullmatch(lines[number])), None)
        if last is None:
            return None, []
        after = lines[last:]
        del lines[last:]
    words = [line.strip() for line in after if line.strip()]
    return (words[0], words[1:]) if words and words[0][0].isdigit() else (None, words)


@lru_cache(1024)
def german_day(time_line: str) -> str | None:
    """Return the German day of a time line, as ids name it; None where it cannot be read.

    Only the day: what the moment is, `normalize` says.

    >>> german_day("122330 GMT Mar 25"), german_day("121430 Mär 25"), german_day("321430 Mär 25")
    ('20250313', '20250312', None)
    """
    found = _TIME_LINE.fullmatch(time_line)
    zone = _ZONES.get((found["zone"] or "").lower()) if found else None
    if not found or not zone:
        return None
    short = int(found["year"])
    year = short + _LAST_CENTURY + 100 * (short < _FIRST_OF_WIRE)
    month = _MONTHS.get(found["month"].lower(), 0)
    try:
        moment = datetime(year, month, int(found["day"]), int(found["hour"]), int(found["minute"]), tzinfo=zone)
    except ValueError:
        return None
    return f"{moment.astimezone(BERLIN):%Y%m%d}"
