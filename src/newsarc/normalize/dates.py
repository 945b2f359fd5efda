"""What a printed date means: German forms and those of the wires, anchored at both ends, day first; never a guess.

`09.10.2025` is 9 October. What no form fits, or no calendar holds (31.02.), gives no moment and the warning
`date-unreadable`; the printed text stays where it was. A time without a zone is German time. A time that the clocks
skip or strike twice is flagged.

Source: samples/portal/gap-date.txt, samples/portal/fold-date.txt, samples/portal/impossible-date.txt
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple

from newsarc.errors import UnreadableDate
from newsarc.zone import BERLIN, in_german_time, with_fixed_offset

Precision = Literal["second", "minute", "day"]


class Reading(NamedTuple):
    """What a printed date means: a moment in German time or None, how exact, and what is doubtful about it."""

    moment: datetime | None
    precision: Precision | None
    warnings: tuple[str, ...] = ()
    is_assumed: bool = False
    """It states a time and no zone; German time was taken."""
    form: str | None = None
    """An example of the form that fits."""


class Form(NamedTuple):
    """One way to print a date: its pattern, and an example, which is its test."""

    pattern: re.Pattern[str]
    example: str
    is_german: bool = False
    """It is that of a portal's date lines, which never state a zone: their times are German."""


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner jaenner jan january",
            "februar feber feb february",
            "märz maerz mrz mär mar march",
            "april apr",
            "mai may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sep sept",
            "oktober okt oct october",
            "november nov",
            "dezember dez dec december",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_OTHER_WEEKDAYS = {"sonnabend": 5}
_ZONES: dict[str, tzinfo] = {
    **dict.fromkeys(("mez", "cet"), timezone(timedelta(hours=1))),
    **dict.fromkeys(("mesz", "cest"), timezone(timedelta(hours=2))),
    **dict.fromkeys(("utc", "gmt", "z"), UTC),
}
_EARLIEST_YEAR = 1949
_LAST_CENTURY = 1900
_FIRST_OF_WIRE = 79
_LONGEST = 64  # characters

_DAY = r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"
_NAMED_DAY = r"(?:(?P<weekday>[^\W\d_]+),\s+)?(?P<day>\d{1,2})\.\s*(?P<name>[^\W\d_]+)\.?\s+(?P<year>\d{4})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})"
_ZONE = r"(?:\s+(?P<zone>[A-Za-z]{1,4}|[+-]\d{2}:?\d{2}))?"
_UHR = r"(?:\s+Uhr)?"


FORMS: tuple[Form, ...] = (
    Form(
        re.compile(rf"{_DAY}\s+[-–]\s+{_CLOCK}(?::(?P<second>\d{{2}}))?{_UHR}{_ZONE}"),
        "05.06.2023 - 14:20:11",
        is_german=True,
    ),
    Form(re.compile(rf"{_DAY},\s+{_CLOCK}{_UHR}{_ZONE}"), "05.06.2023, 14:20 Uhr"),
    Form(re.compile(_DAY), "05.06.2023"),
    Form(
        re.compile(rf"{_NAMED_DAY}(?:,\s*|\s+)(?:um\s+)?(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})\s+Uhr{_ZONE}"),
        "Montag, 5. Juni 2023, 14.20 Uhr",
    ),
    Form(re.compile(_NAMED_DAY), "5. Juni 2023"),
    Form(
        re.compile(r"(?:© dpa-infocom, )?dpa:(?P<short>\d{2})(?P<month>\d{2})(?P<day>\d{2})-[\d-]+(?:/\d+)?"),
        "dpa:230605-99-000123/2",
    ),
    Form(  # the time line of the text wire: day, hour and minute in one
        re.compile(
            r"(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})\s+(?:(?P<zone>[A-Za-z]{1,4})\s+)?"
            r"(?P<name>[^\W\d_]+)\.?\s+(?P<century>\d{2})"
        ),
        "051220 GMT Jun 23",
    ),
    Form(  # RFC 822
        re.compile(
            r"(?:[^\W\d_]+\.?,\s+)?(?P<day>\d{1,2})\s+(?P<name>[^\W\d_]+)\s+(?P<year>\d{4})\s+"
            rf"{_CLOCK}(?::(?P<second>\d{{2}}))?{_ZONE}"
        ),
        "Mon, 05 Jun 2023 14:20:11 +0200",
    ),
    Form(  # C's asctime, with a zone
        re.compile(
            r"[^\W\d_]+\s+(?P<name>[^\W\d_]+)\s+(?P<day>\d{1,2})\s+"
            rf"{_CLOCK}:(?P<second>\d{{2}}){_ZONE}\s+(?P<year>\d{{4}})"
        ),
        "Mon Jun 5 14:20:11 CEST 2023",
    ),
    Form(  # ISO 8601 without marks
        re.compile(
            r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
            r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?:\.\d{1,6})?(?P<zone>[A-Za-z]{1,4}|[+-]\d{2}:?\d{2})?)?"
        ),
        "20230605T142011+0200",
    ),
)
_YEARLESS = re.compile(
    rf"(?P<day>\d{{1,2}})\.?\s*(?P<name>[^\W\d_]+)\.?,?\s+(?:um\s+)?(?P<hour>\d{{1,2}})[.:](?P<minute>\d{{2}}){_UHR}{_ZONE}"
)
_ISO = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:[T\s](?P<clock>(?:[01]\d|2[0-3]):\d{2}(?P<second>:\d{2}(?:[.,]\d{1,6})?)?)"
    r"(?:\s?(?P<zone>Z|[+-]\d{2}:?\d{2}))?)?"
)


def read_date(text: str, *, now: datetime | None = None) -> Reading:
    """Read one printed date.

    `now` is the present moment; a date later than the German tomorrow gets the warning `date-in-future`.

    >>> read_date("09.10.2025 - 15:25").moment.isoformat()
    '2025-10-09T15:25:00+02:00'
    >>> read_date("31.02.2025 - 10:00:00").warnings
    ('date-unreadable',)
    """
    reading = _read(text.strip()) if len(text) <= _LONGEST else None
    if reading is None or reading.moment is None:
        return Reading(None, None, ("date-unreadable",))
    if now is not None and reading.moment.date() > in_german_time(now).date() + timedelta(days=1):
        return reading._replace(warnings=(*reading.warnings, "date-in-future"))
    return reading


def read_embargo(text: str, published: datetime | None) -> Reading:
    """Read the end of an embargo: a date, or day and clock without a year, as agencies print it in German time.

    Of a day without a year the first one is meant that lies not more than a day before `published`.

    >>> read_embargo("03. Mai 18.00 Uhr", datetime(2025, 5, 2, 9, tzinfo=UTC)).moment.isoformat()
    '2025-05-03T18:00:00+02:00'
    """
    reading = read_date(text)
    found = _YEARLESS.fullmatch(text.strip()) if reading.moment is None and len(text) <= _LONGEST else None
    if not found or not published:
        return reading
    earliest = in_german_time(published) - timedelta(days=1)
    for year in (earliest.year, earliest.year + 1):
        near = _from_parts({**found.groupdict(), "year": str(year)})
        if near and near.moment and near.moment >= earliest:
            return near
    return reading


def _read(text: str) -> Reading | None:
    """Try each form in order; the first whose pattern fits decides."""
    for form in FORMS:
        if found := form.pattern.fullmatch(text):
            reading = _from_parts(found.groupdict())
            is_assumed = reading is not None and reading.is_assumed and not form.is_german
            return reading and reading._replace(is_assumed=is_assumed, form=form.example)
    if found := _ISO.fullmatch(text):
        reading = _from_iso(text, found)
        return reading and reading._replace(form="2023-06-05T14:20:11+02:00")
    return None


def _from_parts(parts: dict[str, str | None]) -> Reading | None:
    """Turn matched parts into a moment, as exact as they are; None where calendar or clock have no such time."""
    month = parts.get("month") or _MONTHS.get((parts.get("name") or "").casefold(), 0)
    year = _year(parts)
    zone = _zone(parts["zone"]) if parts.get("zone") else BERLIN
    hour, minute, second = parts.get("hour"), parts.get("minute"), parts.get("second")
    if year < _EARLIEST_YEAR or zone is None:
        return None
    try:
        moment = datetime(
            year, int(month), int(parts["day"] or 0), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone
        )
        settled, warnings = settle(moment)
    except (ValueError, OverflowError):
        return None
    if parts.get("weekday"):
        warnings += _weekday_warning(parts["weekday"], moment)
    precision: Precision = "second" if second else "minute" if hour else "day"
    return Reading(settled, precision, warnings, is_assumed=bool(hour) and zone is BERLIN)


def _year(parts: dict[str, str | None]) -> int:
    """Read a year; of two digits, those from 79 on are of the last century, as the text wire began then."""
    if short := parts.get("century"):
        return int(short) + (_LAST_CENTURY if int(short) >= _FIRST_OF_WIRE else _LAST_CENTURY + 100)
    return int(parts.get("year") or f"20{parts['short']}")


def _from_iso(text: str, found: re.Match[str]) -> Reading | None:
    """Read ISO 8601; without an offset it is German time."""
    from dateutil.parser import isoparse

    try:
        moment = isoparse("".join(text.rsplit(maxsplit=1)) if found["zone"] and " " in text[11:] else text)
        settled, warnings = settle(moment if moment.tzinfo else moment.replace(tzinfo=BERLIN))
    except (ValueError, OverflowError):
        return None
    if moment.year < _EARLIEST_YEAR:
        return None
    precision: Precision = "second" if found["second"] else "minute" if found["clock"] else "day"
    return Reading(settled, precision, warnings, is_assumed=bool(found["clock"]) and moment.tzinfo is None)


def settle(moment: datetime) -> tuple[datetime, tuple[str, ...]]:
    """Give an aware time its fixed German offset, and say whether the clocks skipped it or struck it twice.

    A skipped time is moved forward, of a doubled one the first is taken.
    """
    if moment.tzinfo is not BERLIN:
        return in_german_time(moment), ()
    if zone := _zone_of(moment.date()):
        return moment.replace(microsecond=0, tzinfo=zone, fold=0), ()
    if moment.utcoffset() == moment.replace(fold=1).utcoffset():
        return with_fixed_offset(moment), ()
    from dateutil import tz

    if tz.datetime_exists(moment):
        return with_fixed_offset(moment), ("time-ambiguous",)
    return with_fixed_offset(tz.resolve_imaginary(moment)), ("time-nonexistent",)


@lru_cache(4096)
def _zone_of(day: date) -> tzinfo | None:
    """Return the one offset that a German day has; None for a day on which the clocks are changed."""
    first, last = (with_fixed_offset(datetime.combine(day, clock, BERLIN)) for clock in (time.min, time.max))
    return first.tzinfo if first.tzinfo == last.tzinfo else None


def _zone(text: str | None) -> tzinfo | None:
    """Read a printed zone or offset; None for a word that is none."""
    if not text:
        return None
    if text[0] in "+-":
        minutes = int(text[1:3]) * 60 + int(text[-2:])
        return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes)) if minutes < 24 * 60 else None
    return _ZONES.get(text.casefold())


def _weekday_warning(weekday: str | None, moment: datetime) -> tuple[str, ...]:
    """Compare a printed weekday with the date; the date wins."""
    name = (weekday or "").casefold()
    printed = _OTHER_WEEKDAYS.get(name, _WEEKDAYS.index(name) if name in _WEEKDAYS else None)
    return () if printed == moment.weekday() else ("weekday-mismatch",)


_SPANS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})"),
)


def span(word: str) -> tuple[datetime, datetime]:
    """Read a day, month or year of an option as a half-open span of German time.

    >>> [moment.isoformat() for moment in span("2025-02")]
    ['2025-02-01T00:00:00+01:00', '2025-03-01T00:00:00+01:00']

    Raises:
        UnreadableDate: It is none of the four forms, or no such day exists.
    """
    for pattern in _SPANS:
        if found := pattern.fullmatch(word.strip()):
            parts = found.groupdict()
            year, month, day = int(parts["year"]), int(parts.get("month") or 1), int(parts.get("day") or 1)
            try:
                start = datetime(year, month, day, tzinfo=BERLIN)
                if parts.get("day"):
                    end = start + timedelta(days=1)
                elif parts.get("month"):
                    end = start.replace(year=year + month // 12, month=month % 12 + 1)
                else:
                    end = start.replace(year=year + 1)
            except (ValueError, OverflowError) as error:
                raise UnreadableDate(word, "the calendar has no such day") from error
            return with_fixed_offset(start), with_fixed_offset(end)
    raise UnreadableDate(word)
