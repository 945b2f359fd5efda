"""How articles look outside: one table of writers, from JSON Lines to a page on the terminal.

What comes in are records, one JSON object in bytes each; what goes out are bytes. JSON Lines into a pipe are the
archive's own bytes. Nothing from a text, a file name or an argument reaches a terminal raw: `safe` makes control
characters, escape sequences and bidirectional overrides visible.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TextIO

from newsarc.errors import UnknownWord

# Every key of a record and what it is where a line is older than the key; compared with the model by a test.
FIELDS: dict[str, Any] = {
    "schema": None, "id": None, "version": None, "version_by": None, "revision": None, "status": None, "kind": None,
    "headline": None, "kicker": None, "subhead": None, "lead": None, "byline": None, "dateline": None, "body": [],
    "keywords": [], "category": None, "category_by": None, "category_text": None, "category_confidence": None,
    "category_candidates": [], "subjects": [], "genre": None, "signals": [], "urgency": None, "language": None,
    "credit": None, "rights": None, "services": [], "places": [], "published": None, "published_text": None,
    "published_precision": None, "updated": None, "embargoed": None, "embargo_open": None, "related": [],
    "same_as": None, "update_of": None, "media": [], "captured_after": None, "unparsed": [], "warnings": [],
    "origin": None, "archived": None,
}  # fmt: skip
_FRAMING = ("seq", "chain")
_TABLE = ("published", "category", "headline", "id")
_FLAT = (
    "id", "version", "published", "category", "category_by", "headline", "lead", "text", "keywords", "credit",
    "warnings",
)  # fmt: skip

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e"
    "\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PIPE_WIDTH = 120  # columns of a table that goes to no terminal

Record = dict[str, Any]


class Screen(NamedTuple):
    """Where the output goes: a terminal or not, its width, and whether colour is welcome."""

    is_terminal: bool
    width: int = _PIPE_WIDTH
    has_colour: bool = False


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


def fields_named(words: str | None) -> tuple[str, ...]:
    """Read a list of keys, separated by commas; empty for None.

    Raises:
        UnknownWord: A key is not of the record; names the nearest.
    """
    names = tuple(word.strip() for word in (words or "").split(",") if word.strip())
    known = (*FIELDS, *_FRAMING, "text")
    for name in names:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, 1)
            why = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise UnknownWord(name, f"no such field; {why}")
    return names


def text_of(record: Record) -> str:
    """Return headline, lead and body as one string, blocks separated by a blank line."""
    blocks = [record.get("headline"), record.get("lead"), *(block["text"] for block in record.get("body") or [])]
    return "\n\n".join(block for block in blocks if block)


def _value(record: Record, name: str) -> Any:
    return text_of(record) if name == "text" else record.get(name, FIELDS.get(name))


def _dumped(value: Any, screen: Screen, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else None
    return _armoured(json.dumps(value, ensure_ascii=False, separators=separators, indent=indent), screen).encode(
        "utf-8", "replace"
    )


def _armoured(text: str, screen: Screen) -> str:
    """Escape inside JSON what a terminal would obey; still the same JSON."""
    if not screen.is_terminal:
        return text
    return _UNSAFE.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


def jsonl(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """One JSON object a line; without `fields` the archive's own bytes."""
    for record in records:
        if fields:
            loaded = json.loads(record)
            yield _dumped({name: _value(loaded, name) for name in fields}, screen) + b"\n"
        elif screen.is_terminal:
            yield _armoured(record.decode(), screen).encode() + b"\n"
        else:
            yield record + b"\n"


def json_array(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """One JSON array, indented."""
    separator = b"["
    for record in records:
        loaded = json.loads(record)
        chosen = {name: _value(loaded, name) for name in fields} if fields else loaded
        yield separator + b"\n" + _dumped(chosen, screen, indent=2)
        separator = b","
    yield b"[]\n" if separator == b"[" else b"\n]\n"


def csv(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Comma-separated values with a head line; what a spreadsheet would run as a formula is neutralised."""
    return _separated(records, fields or _FLAT, screen, ",")


def tsv(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Tab-separated values, one record a line."""
    return _separated(records, fields or _FLAT, screen, "\t")


def _separated(records: Iterable[bytes], fields: Sequence[str], screen: Screen, delimiter: str) -> Iterator[bytes]:
    import csv as standard
    import io

    buffer = io.StringIO()
    writer = standard.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(fields)
    for record in records:
        loaded = json.loads(record)
        row = [_cell(_value(loaded, name)) for name in fields]
        writer.writerow([_one_line(cell) for cell in row] if delimiter == "\t" else row)
        yield _flushed(buffer, screen)
    yield _flushed(buffer, screen)


def _flushed(buffer: Any, screen: Screen) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return (safe(text, lines=True) if screen.is_terminal else text).encode("utf-8", "replace")


def _cell(value: Any) -> str:
    """Return a value as the text of a cell: words of a list joined, objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        value = "; ".join(value)
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if value.startswith(_FORMULA) else value


def _one_line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text or "\t" in text or "\r" in text else text


def ids(records: Iterable[bytes], _fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """One id a line, for `newsarc show -`."""
    for record in records:
        name = json.loads(record)["id"]
        yield (safe(name) if screen.is_terminal else name).encode() + b"\n"


def markdown(records: Iterable[bytes], fields: Sequence[str], _screen: Screen) -> Iterator[bytes]:
    """Make a table in Markdown."""
    fields = fields or _TABLE
    yield f"| {' | '.join(fields)} |\n|{'---|' * len(fields)}\n".encode()
    for record in records:
        loaded = json.loads(record)
        cells = [safe(_one_line(_short(name, _value(loaded, name)))).replace("|", "\\|") for name in fields]
        yield f"| {' | '.join(cells)} |\n".encode()


def _short(name: str, value: Any) -> str:
    """Return a value as a table shows it: a time to the minute, a list joined."""
    if name in ("published", "updated", "archived", "embargoed", "captured_after") and value:
        return str(value)[:16].replace("T", " ")
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def table(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Make a table for people: times to the minute, headlines in full where there is room."""
    from rich.table import Table

    fields = fields or _TABLE
    made = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for name in fields:
        is_narrow = name in ("published", "category", "id", "version", "seq")
        made.add_column(name, no_wrap=is_narrow, style=_STYLES.get(name, ""), overflow="fold")
    empty = True
    for record in records:
        loaded = json.loads(record)
        made.add_row(*(_table_cell(name, loaded) for name in fields))
        empty = False
    if not empty:
        yield _rendered(screen, made)


_STYLES = {"published": "cyan", "category": "green", "id": "dim", "headline": "bold"}


def _table_cell(name: str, record: Record) -> Any:
    """Shorten an id to its part after the last colon, enough for `newsarc show`; a lead stands in for a headline."""
    from rich.text import Text

    text = _short(name, _value(record, name))
    if name == "headline" and not text:
        return Text(safe(record.get("lead") or ""), style="not bold italic")
    return Text(safe(text.rpartition(":")[2] if name == "id" else text))


def _rendered(screen: Screen, *things: Any) -> bytes:
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
    return re.sub(r"[ ]+$", "", out.getvalue(), flags=re.MULTILINE).encode("utf-8", "replace")


def pages(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Make a page of each article, to read it on a terminal."""
    if fields:
        yield from table(records, fields, screen)
        return
    for number, record in enumerate(records):
        yield b"\n" * bool(number) + _page(json.loads(record), screen)


def _page(record: Record, screen: Screen) -> bytes:
    """Set one article: what it is about, the text, the related links, and where it comes from."""
    from rich.padding import Padding
    from rich.text import Text

    width = min(screen.width, 88)
    things: list[Any] = []

    def add(text: str | None, style: str = "", indent: int = 0, gap: int = 1) -> None:
        if text:
            things.append(Padding(Text(safe(text), style=style), (0, 0, gap, indent)))

    add(record.get("kicker"), "dim", gap=0)
    add(record.get("headline") or "(no headline)", "bold")
    add(" · ".join(_facts(record)), "cyan")
    add(record.get("lead"), "bold italic" if screen.has_colour else "")
    for block in record.get("body") or []:
        bullet = "• " if block["kind"] == "list" else ""
        add(bullet + block["text"], "bold" if block["kind"] == "heading" else "")
    for picture in record.get("media") or []:
        add(f"[{picture['kind']}] {picture['caption'] or ''} ({picture['credit'] or 'no credit'})", "dim")
    if record.get("related"):
        add("Related", "bold", gap=0)
    for link in record.get("related") or []:
        facts = (
            _short("published", link["published"]) or link["published_text"],
            link["category"] or link["category_text"],
        )
        add(f"{link['title']}  ({', '.join(fact for fact in facts if fact)})", indent=2, gap=0)
    for text in record.get("unparsed") or []:
        add(f"unparsed: {text}", "yellow", gap=0)
    add(_source_line(record), "dim", gap=0)
    return _rendered(screen._replace(width=width), *things)


def _facts(record: Record) -> list[str]:
    """Say when, which section and how sure, who, and the keywords."""
    category = record.get("category") or "no category"
    if record.get("category_by") == "inferred":
        category += f" (inferred, {record['category_confidence']:.2f})"
    elif not record.get("category") and record.get("category_candidates"):
        category += f" (perhaps {' or '.join(found['category'] for found in record['category_candidates'])})"
    when = _short("published", record.get("published")) or record.get("published_text")
    facts = (when, category, record.get("credit"), ", ".join(record.get("keywords") or []))
    return [fact for fact in facts if fact]


def _source_line(record: Record) -> str:
    origin = record.get("origin") or {}
    parts = [f"{record['id']} version {record['version']}", str(origin.get("name") or "")]
    parts += [f"warnings: {', '.join(record['warnings'])}"] if record.get("warnings") else []
    return " · ".join(part for part in parts if part)


def documents(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Write each article as a Markdown document."""
    if fields:
        yield from markdown(records, fields, screen)
        return
    for number, record in enumerate(records):
        loaded = json.loads(record)
        parts = [f"# {loaded['headline'] or loaded['id']}", " · ".join(_facts(loaded))]
        parts += [f"**{loaded['lead']}**"] if loaded["lead"] else []
        parts += [_PREFIXES.get(block["kind"], "") + block["text"] for block in loaded["body"]]
        yield (b"\n---\n\n" * bool(number)) + (safe("\n\n".join(parts), lines=True) + "\n").encode("utf-8", "replace")


_PREFIXES = {"heading": "## ", "list": "- ", "quote": "> "}

WRITERS: dict[str, Writer] = {
    "table": table, "jsonl": jsonl, "json": json_array, "csv": csv, "tsv": tsv, "markdown": markdown, "ids": ids
}  # fmt: skip
PAGE_WRITERS: dict[str, Writer] = {**WRITERS, "table": pages, "markdown": documents}


def original(data: bytes, encoding: str, screen: Screen) -> bytes:
    """Return the bytes of a source as they were, or as safe text, line by line, where they go to a terminal."""
    if not screen.is_terminal:
        return data
    lines = data.decode(encoding, "replace").removeprefix("\ufeff").splitlines()
    return "".join(safe(line) + "\n" for line in lines).encode()


def plain(text: str, screen: Screen) -> bytes:
    """Return a text of our own making, safe where it goes to a terminal."""
    return (safe(text, lines=True) if screen.is_terminal else text).encode()


@contextmanager
def progress(stream: TextIO | None) -> Iterator[Callable[[str], None]]:
    """Show on a terminal how far long work is: sources, a sentence, time; silent anywhere else.

    Yields what to call with a sentence after each source.
    """
    if stream is None or not stream.isatty():
        yield lambda _sentence: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} sources:"),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, TimeElapsedColumn(), console=Console(file=stream), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda sentence: shown.update(task, advance=1, description=safe(sentence))
