"""What stories can be counted by: the values a record has of each name, how they are told, and in which order."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

from newsarc.errors import QueryError, UnknownWord
from newsarc.wording import fold_word

Record: TypeAlias = Mapping[str, Any]
Value: TypeAlias = str | int | None

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")
_MOST = 2


class Name(NamedTuple):
    """One name of `--by`."""

    about: str
    of: Callable[[Record], Iterable[Value]]
    """The values a record counts for, as they stand there; words that are folded are so only to be compared."""
    order: Literal["calendar", "count"] = "count"
    is_folded: bool = False
    of_number: Callable[[int], Value] | None = None
    """What a number of the index says, where it is not the value itself."""


def _one(key: str) -> Callable[[Record], Iterable[Value]]:
    return lambda record: (record.get(key) or None,)


def _all(key: str) -> Callable[[Record], Iterable[Value]]:
    return lambda record: dict.fromkeys(record.get(key) or ())


def _time(read: Callable[[str], Value]) -> Callable[[Record], Iterable[Value]]:
    return lambda record: (read(record["published"]) if record.get("published") else None,)


def _format(record: Record) -> Iterable[Value]:
    return ((record.get("origin") or {}).get("format"),)


def _month_of(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


NAMES: dict[str, Name] = {
    "category": Name("canonical label", _one("category")),
    "category_by": Name("who says the category", _one("category_by")),
    "kind": Name("article, table, ...", _one("kind")),
    "status": Name("usable, withheld, canceled", _one("status")),
    "format": Name("the grammar it was read with", _format),
    "language": Name("as the source says it", _one("language")),
    "genre": Name("the agency's genre", _one("genre")),
    "urgency": Name("1 is the most urgent", _one("urgency"), "calendar"),
    "credit": Name("who must be named", _one("credit"), is_folded=True),
    "keyword": Name("each of a story's keywords", _all("keywords"), is_folded=True),
    "service": Name("each of its services", _all("services")),
    "place": Name("each of its places", _all("places")),
    "warning": Name("each of its warnings", _all("warnings")),
    "year": Name("2025", _time(lambda time: int(time[:4])), "calendar"),
    "month": Name("2025-02", _time(lambda time: time[:7]), "calendar", of_number=_month_of),
    "day": Name("2025-02-15", _time(lambda time: time[:10]), "calendar",
                of_number=lambda ordinal: date.fromordinal(ordinal).isoformat()),
    "weekday": Name("Montag to Sonntag", _time(lambda time: WEEKDAYS[date.fromisoformat(time[:10]).weekday()]),
                    "calendar", of_number=WEEKDAYS.__getitem__),
    "hour": Name("0 to 23", _time(lambda time: int(time[11:13])), "calendar"),
}  # fmt: skip


def names_of(words: str) -> tuple[str, ...]:
    """Read one name or two, separated by a comma.

    Raises:
        UnknownWord: There is no such name; the nearest is named.
        QueryError: There are none, more than two, or the same twice.
    """
    names = tuple(word.strip().casefold() for word in words.split(",") if word.strip())
    for name in names:
        if name not in NAMES:
            from difflib import get_close_matches

            near = get_close_matches(name, NAMES, 1)
            why = f"did you mean {near[0]}?" if near else f"known are {', '.join(NAMES)}"
            raise UnknownWord(name, f"no such name to count by; {why}")
    if not 1 <= len(names) <= _MOST or len(set(names)) < len(names):
        raise QueryError("--by", "name one or two of " + ", ".join(NAMES))
    return names


def key_of(name: str, value: Value) -> Value:
    """Return what a value is compared by; a credit of blanks is none."""
    if not NAMES[name].is_folded or not isinstance(value, str):
        return value
    return fold_word(value) or (None if name == "credit" else "")


def rank_of(name: str, value: Value) -> tuple[bool, int, str]:
    """Return the place of a value in the calendar, or in the alphabet; none comes last."""
    if name == "weekday" and value in WEEKDAYS:
        return False, WEEKDAYS.index(str(value)), ""
    return value is None, value if isinstance(value, int) else 0, str(value)


def following(name: str, value: Value) -> Value:
    """Return the value behind another one in the calendar; None where there is none."""
    if name == "weekday":
        place = WEEKDAYS.index(str(value)) + 1
        return WEEKDAYS[place] if place < len(WEEKDAYS) else None
    if name == "day":
        return date.fromordinal(date.fromisoformat(str(value)).toordinal() + 1).isoformat()
    if name == "month":
        year, month = int(str(value)[:4]), int(str(value)[5:])
        return f"{year + month // 12:04}-{month % 12 + 1:02}"
    return int(str(value)) + 1
