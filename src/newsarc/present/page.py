"""One article as a page: on a terminal, or as a Markdown document."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any

from newsarc.present.fields import record_of, short
from newsarc.present.safety import Record, Screen, safe
from newsarc.present.table import markdown, rendered, table


def pages(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Make a page of each article, to read it on a terminal."""
    if fields:
        yield from table(records, fields, screen)
        return
    for number, record in enumerate(records):
        yield b"\n" * bool(number) + _page(record_of(record), screen)


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
    add(" · ".join(_facts(record, screen.zone)), "cyan")
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
            short("published", link["published"], screen.zone) or link["published_text"],
            link["category"] or link["category_text"],
        )
        add(f"{link['title']}  ({', '.join(fact for fact in facts if fact)})", indent=2, gap=0)
    for text in record.get("unparsed") or []:
        add(f"unparsed: {text}", "yellow", gap=0)
    add(_source_line(record), "dim", gap=0)
    return rendered(screen._replace(width=width), *things)


def _facts(record: Record, zone: tzinfo | None = None) -> list[str]:
    """Say when, which section and how sure, who, and the keywords."""
    category = record.get("category") or "no category"
    if record.get("category_by") == "inferred":
        category += f" (inferred, {record['category_confidence']:.2f})"
    elif record.get("category_by") == "linked":
        category += " (linked)"  # hearsay
    elif not record.get("category") and record.get("category_candidates"):
        category += f" (perhaps {' or '.join(found['category'] for found in record['category_candidates'])})"
    when = short("published", record.get("published"), zone) or record.get("published_text")
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
        loaded = record_of(record)
        parts = [f"# {loaded['headline'] or loaded['id']}", " · ".join(_facts(loaded))]
        parts += [f"**{loaded['lead']}**"] if loaded["lead"] else []
        parts += [_PREFIXES.get(block["kind"], "") + block["text"] for block in loaded["body"]]
        yield (b"\n---\n\n" * bool(number)) + (safe("\n\n".join(parts), lines=True) + "\n").encode("utf-8", "replace")


_PREFIXES = {"heading": "## ", "list": "- ", "quote": "> "}
