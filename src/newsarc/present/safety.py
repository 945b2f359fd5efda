"""What a terminal may see of a text: `safe`, and what is known of the place where output goes.

Nothing from a text, a file name or an argument reaches a terminal raw: control characters, escape sequences and
bidirectional overrides are made visible.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e"
    "\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_PIPE_WIDTH = 120  # columns of a table that goes to no terminal

Record = dict[str, Any]


class Marked(NamedTuple):
    """A text, and where in it the words stand that were searched for: spans in order, without overlap."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


class Marks(NamedTuple):
    """How to mark what was searched for: in a text, and in the passage of a record that shows it best."""

    mark: Callable[[str], Marked]
    snippet: Callable[[Record], Marked]


class Screen(NamedTuple):
    """Where the output goes: a terminal or not, its width, whether colour is welcome, what to mark, whose times."""

    is_terminal: bool
    width: int = _PIPE_WIDTH
    has_colour: bool = False
    marks: Marks | None = None
    zone: tzinfo | None = None
    """In which tables and pages show times; None: as the record has them."""


Writer = Callable[[Iterable[bytes], Sequence[str], Screen], Iterator[bytes]]


def safe(text: str, *, lines: bool = False) -> str:
    r"""Make a text safe for a terminal: what is not shown as itself becomes `\xNN` or `\uNNNN`.

    Tabs and line ends become blanks; with `lines` the line ends stay.

    >>> safe("Alarm\x1b[31m\u202e!\n")
    'Alarm\\x1b[31m\\u202e! '
    """
    if text.isascii() and text.isprintable():
        return text
    kept = "\n" if lines else ""
    return _UNSAFE.sub(lambda found: found[0] if found[0] in kept and kept else _visible(found[0]), text)


def _visible(char: str) -> str:
    if char in "\t\n":
        return " "
    number = ord(char)
    forms = ((0x100, "\\x{:02x}"), (0x10000, "\\u{:04x}"), (0x110000, "\\U{:08x}"))
    return next(form.format(number) for limit, form in forms if number < limit)


def armoured(text: str, screen: Screen) -> str:
    """Escape inside JSON what a terminal would obey; still the same JSON."""
    if not screen.is_terminal:
        return text
    return _UNSAFE.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


def spelled(text: str) -> str:
    """Escape inside XML what a terminal would obey; still the same XML, as far as XML can hold it."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] in "\t\n\r" else f"&#{ord(found[0])};", text)


def original(data: bytes, encoding: str, screen: Screen) -> bytes:
    """Return the bytes of a source as they were, or as safe text, line by line, where they go to a terminal."""
    if not screen.is_terminal:
        return data
    lines = data.decode(encoding, "replace").removeprefix("\ufeff").splitlines()
    return "".join(safe(line) + "\n" for line in lines).encode()


def plain(text: str, screen: Screen) -> bytes:
    """Return a text of our own making, safe where it goes to a terminal."""
    return (safe(text, lines=True) if screen.is_terminal else text).encode()
