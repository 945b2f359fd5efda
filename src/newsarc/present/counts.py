"""How many there are of what, as a person sees it at once: bars for one name, a shaded table for two."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from newsarc.present.fields import record_of
from newsarc.present.safety import Record, Screen, safe
from newsarc.present.table import rendered

_NONE = "(none)"
_WIDEST_LABEL = 32
_WIDEST_HEADING = 5
_NARROWEST_BAR = 10
_GAP = 2
_EIGHTHS = " ▏▎▍▌▋▊▉"
_SHADES = ("#e8eef7", "#c3d5ee", "#93b5e1", "#5f90d0", "#346bb5", "#174a8c")
_INKS = ("#10243e", "#10243e", "#10243e", "#ffffff", "#ffffff", "#ffffff")
_SHORT = {"Montag": "Mo", "Dienstag": "Di", "Mittwoch": "Mi", "Donnerstag": "Do", "Freitag": "Fr", "Samstag": "Sa",
          "Sonntag": "So"}  # fmt: skip
_ONE = 2  # fields of a row: a name and its count


def pictures(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Make bars of rows with one name, a shaded table of rows with two; the last field is the count."""
    rows = [record_of(record) for record in records]
    if rows:
        yield rendered(screen, *(_bars if len(fields) == _ONE else _shaded)(rows, fields, screen))


def _label(value: Any) -> str:
    return _NONE if value is None else safe(value if isinstance(value, str) else json.dumps(value))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _bars(rows: list[Record], fields: Sequence[str], screen: Screen) -> Iterator[Any]:
    from rich.text import Text

    name, total = fields[0], sum(row["count"] for row in rows)
    most = max(row["count"] for row in rows)
    labels = [_cut(_label(row[name]), min(_WIDEST_LABEL, screen.width // 3)) for row in rows]
    width, digits = max(map(_width, labels)), max(len(f"{most:,}"), len(f"{total:,}"))
    room = max(_NARROWEST_BAR, screen.width - width - digits - 3 * _GAP - 6)
    for label, row in zip(labels, rows, strict=True):
        count = row["count"]
        line = Text(label + " " * (width - _width(label) + _GAP))
        line.append(f"{count:>{digits},}", "bold").append(" " * _GAP)
        line.append(_bar(count / most if most else 0, room), "cyan")
        yield line.append(f"{' ' * _GAP}{count / total:>5.1%}" if total else "", "dim")
    yield Text(" " * (width + _GAP)).append(f"{total:>{digits},}", "bold").append(f"{' ' * _GAP}together", "dim")


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _bar(share: float, room: int) -> str:
    """Draw a share of the room in eighths of a column, as wide as the room."""
    eighths = round(share * room * 8)
    drawn = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return f"{drawn or ('▏' if share else ''):<{room}}"


def _shaded(rows: list[Record], fields: Sequence[str], screen: Screen) -> Iterator[Any]:
    """Make a table of two names; the one that has more values runs down."""
    from rich.text import Text

    down, across = fields[0], fields[1]
    seen = {name: list(dict.fromkeys(row[name] for row in rows)) for name in (down, across)}
    if len(seen[across]) > len(seen[down]):
        down, across = across, down
    counts = {(row[down], row[across]): row["count"] for row in rows}
    most = max(counts.values())
    labels = [_cut(_label(value), min(_WIDEST_LABEL, screen.width // 3)) for value in seen[down]]
    width = max([*map(_width, labels), len(down)])
    headings = [_cut(_SHORT.get(_label(value), _label(value)), _WIDEST_HEADING) for value in seen[across]]
    cell = max([len(f"{most:,}"), *map(_width, headings)])
    columns = max(1, (screen.width - width - 1) // (cell + 1))
    shown, left = seen[across][:columns], len(seen[across]) - columns
    head = "".join(f" {_right(text, cell)}" for text in headings[:columns])
    yield Text(down + " " * (width - len(down)), "dim").append(head, "not dim bold")
    for value, label in zip(seen[down], labels, strict=True):
        line = Text(label + " " * (width - _width(label)))
        for other in shown:
            line.append(" ").append_text(_cell(counts.get((value, other), 0), most, cell, screen))
        yield line
    if left > 0:
        yield Text(f"{left} more of {across} have no room here; --output csv has all of them", "dim")


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text


def _cell(count: int, most: int, width: int, screen: Screen) -> Any:
    from rich.text import Text

    if not count:
        return Text(f"{'·':>{width}}", "dim")
    step = min(len(_SHADES) - 1, (count * len(_SHADES) - 1) // most)
    return Text(f"{count:>{width},}", f"{_INKS[step]} on {_SHADES[step]}" if screen.has_colour else "")
