"""Which values options take: words that say something, numbers in a range, sizes."""

import re
from collections.abc import Callable
from typing import Any

import click

from newsarc.errors import QueryError

DAY = 86_400.0  # seconds: nobody waits longer
MANY = 10**12  # more than there is of anything that is counted
_HUGE = 1 << 50  # bytes
_LONGEST = 40  # characters that are shown of a wrong value


def worded(_ctx: click.Context, param: click.Parameter, given: tuple[str, ...] | str | None) -> Any:
    """Take words as they are, but not a blank one: it would ask for nothing, in silence."""
    for word in (given,) if isinstance(given, str) else given or ():
        if not word.strip():
            raise QueryError(param.opts[0], "it says nothing")
    return given


def between(read: Callable[[str], float], least: float, most: float) -> Callable[..., Any]:
    """Make a callback that reads a number, and takes it from `least` to `most`."""
    kind = "whole number" if read is int else "number"
    return _within(read, least, most, f"{kind} from {least:,g} to {most:,.0f}")


def size(least: int = 1, most: int = _HUGE) -> Callable[..., Any]:
    """Make a callback that reads a number of bytes as a person writes it; 1 KB is 1,024 bytes."""
    forms = "write 512KB, 16MB, 4GB, or bytes without a letter"
    return _within(_bytes_of, least, most, f"size from {_written(least)} to {_written(most)}; {forms}")


def _within(read: Callable[[str], float], least: float, most: float, what: str) -> Callable[..., Any]:
    def check(_ctx: click.Context, param: click.Parameter, word: str | None) -> float | None:
        if word is None:
            return None
        try:
            number = read(word)
        except ValueError:
            number = None
        if number is None or not least <= number <= most:  # nan is nowhere
            raise QueryError(param.opts[0], f"{_shown(word)} is no {what}")
        return number

    return check


def _shown(word: str) -> str:
    return (word if len(word) <= _LONGEST else f"{word[:_LONGEST]}...") if word.strip() else "a blank"


def _bytes_of(word: str) -> int:
    found = _SIZE.fullmatch(word)
    if not found:
        raise ValueError(word)
    return int(found["number"]) << _UNITS[(found["unit"] or "").casefold()]


def _written(size: int) -> str:
    unit, bits = next((unit, bits) for unit, bits in reversed(_UNITS.items()) if not size % (1 << bits))
    return f"{size >> bits:,}{unit.upper()}B" if unit else f"{size}"


_SIZE = re.compile(r"(?P<number>[0-9]{1,15}) ?(?:(?P<unit>[kmgt])b?|b)?", re.IGNORECASE)
_UNITS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
