"""Printed dates are read day first and in German time, and what is no date is never guessed."""

from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from material import NOON
from newsarc.errors import QueryError, UnreadableDate
from newsarc.normalize.dates import FORMS, Form, Reading, read_date, span
from newsarc.zone import in_german_time, with_fixed_offset
from strategies import steady

BERLIN = ZoneInfo("Europe/Berlin")
UNREADABLE = Reading(None, None, ("date-unreadable",))


def printed(text: str) -> str:
    """Return the moment of a text as a record prints it."""
    moment = read_date(text).moment
    assert moment is not None, text
    return moment.isoformat()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.example)
def test_each_form_reads_its_example_as_exactly_as_it_is_printed(form: Form) -> None:
    parts = form.pattern.fullmatch(form.example)
    assert parts
    clock = {"second": "14:20:11", "minute": "14:20:00", "day": "00:00:00"}
    exact = next((name for name in ("second", "minute") if parts.groupdict().get(name)), "day")
    assert printed(form.example) == f"2023-06-05T{clock[exact]}+02:00"
    assert read_date(form.example)[1:3] == (exact, ())


def test_no_two_forms_read_one_example() -> None:
    for form in FORMS:
        assert [other.example for other in FORMS if other.pattern.fullmatch(form.example)] == [form.example]


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("05.06.2023 - 14:20:11", "2023-06-05T14:20:11+02:00", "second"),
        ("05.06.2023 – 14:20:11", "2023-06-05T14:20:11+02:00", "second"),
        ("5.6.2023 - 4:20:11", "2023-06-05T04:20:11+02:00", "second"),
        ("05.06.2023 - 14:20:11 Uhr", "2023-06-05T14:20:11+02:00", "second"),
        ("05.06.2023\u00a0-\u00a014:20:11", "2023-06-05T14:20:11+02:00", "second"),
        ("05.06.2023 \t–  14:20:11", "2023-06-05T14:20:11+02:00", "second"),
        ("05.06.2023 - 14:20", "2023-06-05T14:20:00+02:00", "minute"),
        ("05.06.2023 – 14:20", "2023-06-05T14:20:00+02:00", "minute"),
        ("05.06.2023 - 14:20 Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("05.06.2023, 14:20", "2023-06-05T14:20:00+02:00", "minute"),
        ("05.06.2023, 14:20 Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("05.06.2023,\u00a014:20\u00a0Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("05.06.2023", "2023-06-05T00:00:00+02:00", "day"),
        ("  05.06.2023\u00a0", "2023-06-05T00:00:00+02:00", "day"),
        ("Montag, 5. Juni 2023, 14.20 Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("Montag, 5. Juni 2023, 14:20 Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("Montag, 5. Juni 2023 um 14.20 Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("5. Juni 2023, um 14:20 Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("5. Juni 2023 14.20 Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("5.\u00a0Juni\u00a02023, 14.20\u00a0Uhr", "2023-06-05T14:20:00+02:00", "minute"),
        ("5. Juni 2023", "2023-06-05T00:00:00+02:00", "day"),
        ("05. Juni 2023", "2023-06-05T00:00:00+02:00", "day"),
        ("Montag, 5. Juni 2023", "2023-06-05T00:00:00+02:00", "day"),
        ("2023-06-05T14:20:11+02:00", "2023-06-05T14:20:11+02:00", "second"),
        ("2023-06-05T14:20:11", "2023-06-05T14:20:11+02:00", "second"),
        ("2023-06-05 14:20:11", "2023-06-05T14:20:11+02:00", "second"),
        ("2023-06-05T12:20:11Z", "2023-06-05T14:20:11+02:00", "second"),
        ("2023-06-05T12:20:11.987Z", "2023-06-05T14:20:11+02:00", "second"),
        ("2023-06-05T14:20:11+0200", "2023-06-05T14:20:11+02:00", "second"),
        ("2023-06-05T07:20:11-05:00", "2023-06-05T14:20:11+02:00", "second"),
        ("2023-06-05T14:20", "2023-06-05T14:20:00+02:00", "minute"),
        ("2023-06-05", "2023-06-05T00:00:00+02:00", "day"),
        ("dpa:230605-99-000123/2", "2023-06-05T00:00:00+02:00", "day"),
        ("© dpa-infocom, dpa:230605-99-000123/2", "2023-06-05T00:00:00+02:00", "day"),
        ("15.02.2025 - 21:02:04", "2025-02-15T21:02:04+01:00", "second"),
        ("10.10.2025 - 19:18", "2025-10-10T19:18:00+02:00", "minute"),
        ("01.01.1949", "1949-01-01T00:00:00+01:00", "day"),
        ("29.02.2024 - 00:00", "2024-02-29T00:00:00+01:00", "minute"),
    ],
)
def test_a_form_is_read(text: str, moment: str, precision: str) -> None:
    assert printed(text) == moment
    assert read_date(text)[1:3] == (precision, ())


@pytest.mark.parametrize("text", ["09.10.2025 - 15:25", "9.10.2025, 15:25 Uhr", "2025-10-09T15:25", "9. Oktober 2025"])
def test_the_ninth_of_october_is_not_the_tenth_of_september(text: str) -> None:
    assert printed(text).startswith("2025-10-09T")


MONTHS = [
    (1, "Januar Jänner Jaenner Jan Jan. JANUAR"), (2, "Februar Feber Feb Feb."), (3, "März Maerz Mrz Mrz. MÄRZ"),
    (4, "April Apr Apr."), (5, "Mai"), (6, "Juni Jun juni"), (7, "Juli Jul"), (8, "August Aug Aug."),
    (9, "September Sep Sept Sept."), (10, "Oktober Okt Okt."), (11, "November Nov Nov."), (12, "Dezember Dez Dez."),
]  # fmt: skip


@pytest.mark.parametrize(("number", "name"), [(number, name) for number, names in MONTHS for name in names.split()])
def test_a_month_is_read_by_each_of_its_names(number: int, name: str) -> None:
    assert printed(f"7. {name} 2024")[:10] == f"2024-{number:02}-07"
    assert printed(f"7. {name} 2024, 6.05 Uhr")[:16] == f"2024-{number:02}-07T06:05"


def test_a_month_with_decomposed_umlaut_is_never_another_month() -> None:
    assert read_date("7. Ma\u0308rz 2024") == UNREADABLE  # text reaches this room in NFC


@pytest.mark.parametrize("day", range(7))
def test_a_weekday_that_fits_says_nothing_and_a_wrong_one_warns(day: int) -> None:
    names = "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split()
    for place, name in enumerate(names):
        reading = read_date(f"{name}, {5 + day}. Juni 2023, 14.20 Uhr")
        assert reading.moment == datetime(2023, 6, 5 + day, 14, 20, tzinfo=BERLIN)
        assert reading.warnings == (() if place == day else ("weekday-mismatch",))


def test_sonnabend_is_saturday_and_a_word_that_is_no_weekday_warns() -> None:
    assert read_date("Sonnabend, 10. Juni 2023").warnings == ()
    assert read_date("Sonnabend, 11. Juni 2023").warnings == ("weekday-mismatch",)
    assert read_date("Waschtag, 10. Juni 2023").warnings == ("weekday-mismatch",)


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("MEZ", 13), ("CET", 13), ("mez", 13), ("MESZ", 12), ("CEST", 12), ("UTC", 14), ("GMT", 14), ("Z", 14),
        ("+02:00", 12), ("+0200", 12), ("-05:00", 19), ("+00:00", 14),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["05.06.2023 - 14:20 {}", "05.06.2023, 14:20 Uhr {}", "5. Juni 2023, 14.20 Uhr {}"])
def test_a_printed_zone_wins(form: str, zone: str, utc: int) -> None:
    reading = read_date(form.format(zone))
    assert reading.moment == datetime(2023, 6, 5, utc, 20, tzinfo=UTC)
    assert reading.moment.utcoffset() == timedelta(hours=2)  # German time, whatever was printed
    assert reading.warnings == ()


@pytest.mark.parametrize("text", ["05.06.2023 - 14:20 XYZ", "05.06.2023 - 14:20 EST", "05.06.2023 - 14:20 +99:00"])
def test_a_zone_that_is_not_known_is_not_guessed(text: str) -> None:
    assert read_date(text) == UNREADABLE


@pytest.mark.parametrize("text", ["30.03.2025 - 02:30", "30.03.2025 - 02:30:00", "2025-03-30T02:30:00"])
def test_a_time_the_clocks_skip_moves_forward(text: str) -> None:
    assert printed(text) == "2025-03-30T03:30:00+02:00"
    assert read_date(text).warnings == ("time-nonexistent",)


@pytest.mark.parametrize("text", ["26.10.2025 - 02:30", "26.10.2025, 02:30 Uhr", "2025-10-26 02:30"])
def test_a_time_struck_twice_is_the_first_one(text: str) -> None:
    assert printed(text) == "2025-10-26T02:30:00+02:00"
    assert read_date(text).warnings == ("time-ambiguous",)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("26.10.2025 - 02:30 MESZ", "2025-10-26T02:30:00+02:00"),
        ("26.10.2025 - 02:30 CEST", "2025-10-26T02:30:00+02:00"),
        ("26.10.2025 - 02:30 MEZ", "2025-10-26T02:30:00+01:00"),
        ("26.10.2025 - 02:30 CET", "2025-10-26T02:30:00+01:00"),
        ("2025-10-26T02:30:00+01:00", "2025-10-26T02:30:00+01:00"),
        ("2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+02:00"),
        ("30.03.2025 - 02:30 MEZ", "2025-03-30T03:30:00+02:00"),
    ],
)
def test_a_printed_zone_decides_a_doubled_or_skipped_hour_without_warning(text: str, moment: str) -> None:
    assert printed(text) == moment
    assert read_date(text).warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        "05.06.23", "05.06.23 - 14:20", "5. Juni 23", "5. Juni '23", "05/06/2023", "05/06/2023 14:20", "5-6-2023",
        "14:20", "14:20 Uhr", "14.20 Uhr", "heute", "gestern, 14:20 Uhr", "am Montag", "Montag, 14.20 Uhr", "Juni 2023",
        "Montag, Juni 5, 2023", "June 5, 2023", "5. Brachmond 2023", "5. 2023", "2023",
        "05.06.2023 - 24:00", "05.06.2023 - 24:00:00", "2023-06-05T24:00", "05.06.2023 - 14:60", "05.06.2023 - 25:20",
        "05.06.2023 - 14:20:60", "2023-06-05T14:20:60", "5. Juni 2023, 14.61 Uhr",
        "31.02.2025", "31.02.2025 - 10:00:00", "29.02.2023", "29.02.1900", "30. Februar 2024", "31. April 2024",
        "00.01.2024", "01.00.2024", "32.01.2024", "05.13.2023", "2023-02-30", "2023-13-01", "0.0.0000",
        "31.12.1948", "31.12.1948 - 23:59", "1. Mai 1890", "1948-12-31T23:59:59Z", "05.06.0023",
        "2023-W23-1", "1686000000", "+2023-06-05",
        "", " ", "\u00a0", "ab 05.06.2023", "05.06.2023 bis 07.06.2023", "05.06.2023 - 14:20 Uhr und später",
        "05.06.2023 - 14:20:11.5", "05.06.2023 - 14:20:11 - 14:21", "(05.06.2023)", "05.06.2023.",
        "dpa:231305-99-000123/2", "dpa:230632-99-000123/2", "dpa:230605", "230605-99-000123/2",
        "NaN", "1e400", "null", "\x00", "ﬀ.ﬀ.2023", "²5.06.2023",
    ],
)  # fmt: skip
def test_what_is_no_date_is_never_guessed(text: str) -> None:
    assert read_date(text, now=NOON) == UNREADABLE


def test_a_text_of_more_than_64_characters_is_no_date() -> None:
    assert read_date("05.06.2023" + " " * 54).precision == "day"
    assert read_date("05.06.2023" + " " * 55) == UNREADABLE


@pytest.mark.parametrize(
    "junk", ["9" * 100_000, " " * 100_000, "5." * 50_000, "05.06.2023 -" + " " * 100_000, "A" * 64]
)
def test_junk_is_refused_at_once(junk: str) -> None:
    begun = process_time()
    assert read_date(junk) == UNREADABLE
    assert process_time() - begun < 0.05


@pytest.mark.parametrize("text", ["31.12.9999 - 23:59:59 UTC", "31.12.9999 - 23:59 -05:00", "9999-12-31T23:59:59Z"])
def test_the_end_of_time_is_unreadable_not_an_error(text: str) -> None:
    assert read_date(text) == UNREADABLE


def test_a_date_after_the_german_tomorrow_is_kept_and_flagged() -> None:
    assert read_date("16.01.2026 - 23:59", now=NOON).warnings == ()
    late = read_date("17.01.2026 - 00:00", now=NOON)
    assert late.moment == datetime(2026, 1, 17, tzinfo=BERLIN)
    assert late.warnings == ("date-in-future",)
    assert read_date("17.01.2026").warnings == ()  # nobody said what time it is


def test_the_german_day_decides_what_tomorrow_is() -> None:
    before_midnight = datetime(2026, 1, 15, 22, 59, tzinfo=UTC)
    assert read_date("17.01.2026", now=before_midnight).warnings == ("date-in-future",)
    assert read_date("17.01.2026", now=before_midnight + timedelta(minutes=1)).warnings == ()


def test_a_future_date_keeps_its_other_warnings() -> None:
    assert read_date("Montag, 5. Juni 2040", now=NOON).warnings == ("weekday-mismatch", "date-in-future")
    assert read_date("25.03.2040 - 02:30", now=NOON).warnings == ("time-nonexistent", "date-in-future")


@steady
@given(st.datetimes(datetime(1949, 1, 1), datetime(2100, 12, 31, 23, 59)))  # noqa: DTZ001 - as printed
def test_every_minute_reads_back_as_printed(minute: datetime) -> None:
    minute = minute.replace(second=0, microsecond=0)
    reading = read_date(f"{minute:%d.%m.%Y - %H:%M}")
    local = minute.replace(tzinfo=BERLIN)
    exists = local.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) == minute
    assert reading.moment is not None
    assert (reading.moment.replace(tzinfo=None) == minute) == exists
    assert ("time-nonexistent" in reading.warnings) != exists
    assert reading.moment == local.astimezone(UTC)
    assert reading.precision == "minute"


@pytest.mark.parametrize("year", range(1981, 2038))
def test_each_change_of_the_clocks_is_noticed(year: int) -> None:
    days = [datetime(year, 1, 1, tzinfo=BERLIN) + timedelta(days=day) for day in range(365)]
    changes = [day for day in days if day.utcoffset() != (day + timedelta(days=1)).utcoffset()]
    found = [read_date(f"{day:%d.%m.%Y} - 02:30").warnings for day in changes]
    assert found == [("time-nonexistent",), ("time-ambiguous",)]


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("2025-02-15", "2025-02-15T00:00:00+01:00", "2025-02-16T00:00:00+01:00"),
        ("15.02.2025", "2025-02-15T00:00:00+01:00", "2025-02-16T00:00:00+01:00"),
        ("5.6.2023", "2023-06-05T00:00:00+02:00", "2023-06-06T00:00:00+02:00"),
        (" 2025-02-15 ", "2025-02-15T00:00:00+01:00", "2025-02-16T00:00:00+01:00"),
        ("2025-12-31", "2025-12-31T00:00:00+01:00", "2026-01-01T00:00:00+01:00"),
        ("2024-02-29", "2024-02-29T00:00:00+01:00", "2024-03-01T00:00:00+01:00"),
        ("28.02.2024", "2024-02-28T00:00:00+01:00", "2024-02-29T00:00:00+01:00"),
        ("30.03.2025", "2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00"),  # 23 hours
        ("26.10.2025", "2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00"),  # 25 hours
        ("2025-02", "2025-02-01T00:00:00+01:00", "2025-03-01T00:00:00+01:00"),
        ("2024-02", "2024-02-01T00:00:00+01:00", "2024-03-01T00:00:00+01:00"),
        ("2025-12", "2025-12-01T00:00:00+01:00", "2026-01-01T00:00:00+01:00"),
        ("2025-3", "2025-03-01T00:00:00+01:00", "2025-04-01T00:00:00+02:00"),
        ("2025", "2025-01-01T00:00:00+01:00", "2026-01-01T00:00:00+01:00"),
        ("2024", "2024-01-01T00:00:00+01:00", "2025-01-01T00:00:00+01:00"),
    ],
)
def test_an_option_names_a_half_open_span_of_german_time(word: str, start: str, end: str) -> None:
    assert [moment.isoformat() for moment in span(word)] == [start, end]


@pytest.mark.parametrize(
    "word",
    [
        "", " ", "gestern", "15.02.25", "15/02/2025", "2025-02-30", "29.02.2023", "31.04.2025", "2025-13", "2025-00",
        "00.01.2025", "0000", "9999", "9999-12", "9999-12-31", "20250215", "2025-02-15T10:00", "15. Februar 2025",
        "2025-", "-2025", "2025-02-", "9" * 100_000, "２０２５-1-1-1",
    ],
)  # fmt: skip
def test_an_option_that_is_no_date_is_refused(word: str) -> None:
    with pytest.raises(UnreadableDate) as caught:
        span(word)
    assert isinstance(caught.value, QueryError)
    assert caught.value.exit_code == 2
    assert "Write 2025-02-15" in str(caught.value)


@steady
@given(st.dates(datetime(1949, 1, 1).date(), datetime(2100, 12, 31).date()))  # noqa: DTZ001 - a calendar, no clock
def test_days_of_a_month_and_months_of_a_year_join_without_gap(day: object) -> None:
    text = str(day)
    start, end = span(text)
    month, year = span(text[:7]), span(text[:4])
    assert year[0] <= month[0] <= start < end <= month[1] <= year[1]
    assert span(end.date().isoformat())[0] == end


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+00:00", "1890-06-05T14:20:11+00:53", "1893-03-31T23:59:59+01:00"]
)
def test_a_time_of_before_1893_is_the_same_when_it_is_read_again(text: str) -> None:
    """Berlin's offset had seconds then, and an offset is written in minutes."""
    once = in_german_time(datetime.fromisoformat(text))
    assert once == datetime.fromisoformat(text)
    assert once.isoformat() == in_german_time(datetime.fromisoformat(once.isoformat())).isoformat()
    assert once.utcoffset() in (timedelta(minutes=53), timedelta(hours=1))
    assert with_fixed_offset(datetime(1890, 6, 5, tzinfo=BERLIN)).isoformat() == "1890-06-05T00:00:00+00:53"
