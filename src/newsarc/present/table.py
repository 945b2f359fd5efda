"""Tables for people: on a terminal, row by row however many there are, and in Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from newsarc.present.fields import one_line, record_of, short, value
from newsarc.present.safety import Marked, Record, Screen, safe

_TABLE = ("published", "category", "headline", "id")
_NARROW = ("published", "category", "id", "version", "seq")
_SEARCHED = ("headline", "kicker", "subhead", "lead", "byline", "dateline", "text")  # where words are marked
_TITLES = ("headline", "kicker", "subhead", "byline", "dateline", "keywords", "category_text", "credit")
_LONGEST = 200  # characters of these; where two lines of the screen hold more, so many
_STYLES = {"published": "cyan", "category": "green", "id": "dim", "headline": "bold"}
_MARK = "not dim bold reverse"
_ROWS = 200  # laid out at once; the first ones decide how wide the columns are
_GAP = 2  # blanks between columns
_NARROWEST = 8  # of a column of text; where there is less room, all columns give way


def table(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Make a table for people: times to the minute, headlines in full unless they are endless; lazy.

    What was searched for is marked, and without `fields` a passage that shows it stands below each headline.
    """
    names = fields or _TABLE
    rows = (_row(record_of(record), names, screen, has_snippet=not fields) for record in records)
    some = list(islice(rows, _ROWS))
    widths = _widths(names, some, screen.width)
    is_first = True
    while some:
        yield rendered(screen, _laid_out(names, some, widths, has_head=is_first))
        some, is_first = list(islice(rows, _ROWS)), False


def _row(record: Record, names: Sequence[str], screen: Screen, *, has_snippet: bool) -> list[Any]:
    cells = [_cell(name, record, screen) for name in names]
    if has_snippet and screen.marks:
        snippet = _text(screen.marks.snippet(record), "not bold dim")
        cells[names.index("headline")].append("\n").append_text(snippet)
    return cells


def _cell(name: str, record: Record, screen: Screen) -> Any:
    """Shorten an id to its part after the last colon, enough for `newsarc show`; a lead stands in for a headline."""
    if name == "snippet" and screen.marks:
        return _text(screen.marks.snippet(record))
    text = short(name, value(record, name, screen), screen.zone)
    if name in ("id", "of", "by"):
        text = text.rpartition(":")[2]
    is_stand_in = name == "headline" and not text
    if is_stand_in:
        text = record.get("lead") or ""
    if name in _TITLES:
        text = _cut(text, max(_LONGEST, 2 * screen.width))
    style = "not bold italic" if is_stand_in else ""
    return _text(screen.marks.mark(text) if screen.marks and name in _SEARCHED else Marked(text), style)


def _cut(text: str, longest: int) -> str:
    """Cut what is a title by its name alone."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _text(marked: Marked, style: str = "") -> Any:
    """Make a text of rich, in the style given even where other text follows."""
    from rich.text import Text

    made = Text()
    for piece, is_mark in _pieces(marked):
        made.append(safe(piece), f"{style} {_MARK}" if is_mark else style)
    return made


def _pieces(marked: Marked) -> Iterator[tuple[str, bool]]:
    """Cut a text into what is marked and what is not."""
    at = 0
    for start, end in marked.spans:
        yield marked.text[at:start], False
        yield marked.text[start:end], True
        at = end
    yield marked.text[at:], False


def _laid_out(names: Sequence[str], rows: list[list[Any]], widths: list[int], *, has_head: bool) -> Any:
    from rich.table import Table

    made = Table(box=None, pad_edge=False, show_edge=False, header_style="bold", show_header=has_head)
    for name, width in zip(names, widths, strict=True):
        made.add_column(name, width=width, style=_STYLES.get(name, ""), overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def _widths(names: Sequence[str], rows: list[list[Any]], width: int) -> list[int]:
    """Decide how wide the columns are: as wide as what is in them, else the widest texts give way, then all."""
    from rich.cells import cell_len

    def widest(texts: Iterable[str]) -> int:
        return min(width, max(cell_len(line[:width]) for text in texts for line in text.split("\n")))

    wanted = [widest([name, *(row[at].plain for row in rows)]) for at, name in enumerate(names)]
    room = width - _GAP * (len(names) - 1)
    narrow = sum(wish for name, wish in zip(names, wanted, strict=True) if name in _NARROW)
    texts = [wish for name, wish in zip(names, wanted, strict=True) if name not in _NARROW]
    level = _level(texts, room - narrow)
    if narrow > room or (texts and level < min(_NARROWEST, max(texts))):
        level = _level(wanted, room)
        return [min(wish, level) for wish in wanted]
    return [wish if name in _NARROW else min(wish, level) for name, wish in zip(names, wanted, strict=True)]


def _level(widths: list[int], room: int) -> int:
    """Return the width beyond which columns are cut so that all fit into the room."""
    level = max(widths, default=1)
    while level > 1 and sum(min(width, level) for width in widths) > room:
        level -= 1
    return level


def rendered(screen: Screen, *things: Any) -> bytes:
    """Render with rich for the screen, without trailing blanks."""
    import io

    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=screen.width,
        force_terminal=screen.is_terminal,
        no_color=not screen.has_colour,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    console.print(*things, sep="\n")
    lines = out.getvalue().split("\n")
    return "\n".join(line.rstrip(" ") for line in lines).encode("utf-8", "replace")


def markdown(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Make a table in Markdown; what was searched for is strong."""
    names = fields or _TABLE
    yield f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n".encode()
    for record in records:
        loaded = record_of(record)
        cells = [_markdown_cell(name, loaded, screen) for name in names]
        yield f"| {' | '.join(cells)} |\n".encode("utf-8", "replace")


def _markdown_cell(name: str, record: Record, screen: Screen) -> str:
    marks = screen.marks
    if marks and name == "snippet":
        marked = marks.snippet(record)
    else:
        text = one_line(short(name, value(record, name, screen)))
        marked = marks.mark(text) if marks and name in _SEARCHED else Marked(text)
    pieces = ((safe(piece).replace("|", "\\|"), is_mark) for piece, is_mark in _pieces(marked))
    return "".join(f"**{piece}**" if is_mark else piece for piece, is_mark in pieces)
