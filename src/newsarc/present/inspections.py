"""What became of a source, as a page: each block beside the field it became, or above it where there is no room."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from newsarc.present.fields import record_of, short
from newsarc.present.safety import Record, Screen, safe
from newsarc.present.table import rendered

_BESIDE_FROM = 100  # columns
_LONGEST = 4_000  # characters of a block; the rest is counted
_WIDEST = 150
_INDENT = 14
_COLOURS = {
    "headline": "bold green", "kicker": "green", "subhead": "green", "lead": "bold cyan", "body": "cyan",
    "dateline": "cyan", "byline": "cyan", "keywords": "magenta", "category_text": "magenta", "credit": "yellow",
    "published_text": "bold blue", "updated_text": "bold blue", "embargoed_text": "bold blue", "related": "blue",
    "media": "yellow", "unparsed": "bold red",
}  # fmt: skip
_GRAMMAR = "no field"
_USUAL = "found word for word"  # of a format that tells no rules


def inspections(records: Iterable[bytes], _fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Make a page of each story that was inspected, or of a source that is none."""
    seen = screen._replace(width=min(screen.width, _WIDEST))
    for number, record in enumerate(map(record_of, records)):
        yield b"\n" * bool(number) + rendered(seen, *_head(record, seen))
        if record["story"] is None:
            if record["format"] is None:
                yield rendered(seen, *_signs(record))
            continue
        for block in record["blocks"]:
            yield rendered(seen, _block(block, seen, is_exact=record["exact"])) + b"\n"
        yield rendered(seen, *_understood(record))


def _head(record: Record, screen: Screen) -> Iterator[Any]:
    from rich.text import Text

    title = f"{record['source']}, story {record['story']}" if record["story"] else record["source"]
    yield Text(safe(title), style="bold reverse" if screen.has_colour else "bold")
    yield Text()
    if record["format"]:
        how = "named with --format" if record["format_by"] == "option" else record["sign"]
        yield _fact("format", f"{record['format']}: {how}")
    if record["story"] is None:
        yield _fact("not read", record["error"], "bold red")
        return
    repairs = [f"umlauts were damaged as {charset}, and repaired" for charset in record["repairs"]]
    yield _fact("encoding", "; ".join(filter(None, (record["encoding"], *repairs))))
    yield _fact("where", f"line {record['line']:,}, byte {record['offset']:,}, {record['length']:,} bytes long")
    if record["layout"]:
        yield _fact("layout", f"{record['layout']}: {record['layout_rule']}")
    if not record["exact"]:
        yield _fact("blocks", "this format tells no rules: the texts of the record, looked for in the source")
    yield Text()


def _fact(name: str, text: str, style: str = "") -> Any:
    """Set a name and what is said of it, with all its lines behind the name."""
    from rich.table import Table
    from rich.text import Text

    row = Table.grid(padding=(0, 0))
    row.add_column(width=_INDENT)
    row.add_column(overflow="fold")
    row.add_row(Text(name, style="bold"), Text(safe(text), style=style))
    return row


def _signs(record: Record) -> Iterator[Any]:
    """Say what each format looked for."""
    from rich.text import Text

    yield Text()
    yield Text("What each format looked for:", style="bold")
    for one in record["formats"]:
        found = "found" if one["found"] else "not found"
        yield _fact(one["format"], f"{found}: {one['sign']}", "green" if one["found"] else "")


def _block(block: Record, screen: Screen, *, is_exact: bool) -> Any:
    """Set one block: its line and text, and what it became; beside each other, or below."""
    from rich.table import Table
    from rich.text import Text

    style = _COLOURS.get((block["field"] or "").partition("[")[0], "") if block["field"] else "dim"
    became = Text().append(block["field"] or _GRAMMAR, style)
    if is_exact or block["rule"] != _USUAL:
        became.append(f"\n{safe(block['rule'])}", "dim")
    if block["text"].split() != block["source"].split():
        became.append(f"\nread as: {safe(_cut(block['text']))}", "italic")
    text = Text(safe(_cut(block["source"]), lines=True), style="dim" if block["field"] is None else "")
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=5, justify="right", style="dim")
    row.add_column(ratio=3, overflow="fold")
    line = f"{block['lines'][0]}" if block["lines"] else ""
    if screen.width >= _BESIDE_FROM:
        row.expand = True
        row.add_column(ratio=2, overflow="fold")
        row.add_row(line, text, became)
    else:
        row.add_row(line, text.append("\n").append_text(_shifted(became)))
    return row


def _shifted(became: Any) -> Any:
    from rich.text import Text

    lines = became.split("\n")
    return Text("\n").join([Text("→ ").append_text(lines[0]), *(Text("  ").append_text(line) for line in lines[1:])])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … [{len(text) - _LONGEST:,} more characters]"


def _understood(record: Record) -> Iterator[Any]:
    """Say what the words of the story mean: times, section, links, warnings."""
    yield _fact("id", record["id"])
    for date in record["dates"]:
        yield _fact(date["field"], _date(date))
    yield _fact("category", _category(record), "magenta")
    for number, link in enumerate(record["related"]):
        yield _fact(f"link {number}", _link(link), "blue")
    for one in record["warnings"]:
        yield _fact("warning", f"{one['code']}: {one['meaning']}", "yellow")
    for text in record["unparsed"]:
        yield _fact("unparsed", _cut(text), "red")


def _date(date: Record) -> str:
    printed = f"{date['text']} → " if date["text"] else "stated as "
    form = f", read like {date['form']}" if date["form"] else ""
    exact = f", to the {date['precision']}" if date["precision"] else ""
    return f"{printed}{date['moment'] or 'no moment: no form fits it'}{exact}{form}"


def _category(record: Record) -> str:
    sure = f" ({record['category_confidence']:.2f})" if record["category_confidence"] is not None else ""
    printed = f" {record['category_text']!r}" if record["category_text"] else ""
    lines = [f"{record['category'] or 'none'}{sure}: {record['category_rule']}{printed}"]
    by_label: dict[str, list[str]] = {}
    for said in record["category_words"]:
        by_label.setdefault(said["category"], []).append(f"{said['word']} {said['share']:.0%}")
    lines += [f"for {label}: {', '.join(words)}" for label, words in by_label.items()]
    return "; ".join(lines)


def _link(link: Record) -> str:
    facts = (
        link["category"] or link["category_text"],
        short("published", link["published"]) or link["published_text"],
        f"{link['title_confidence']}: {link['title_rule']}" if link["title_confidence"] else link["title_rule"],
    )
    return f"{_cut(link['title'] or link['url'] or '')} ({'; '.join(filter(None, facts))})"
