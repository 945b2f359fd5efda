"""The life of a story for people: its versions with what each changed, and the words in which two of them differ."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from newsarc.present.fields import record_of, short
from newsarc.present.safety import Record, Screen, safe
from newsarc.present.table import markdown, rendered

_WIDEST = 88  # columns
_WHO = {"source": "the source changed", "reading": "our reading changed", "user": "a person changed"}
_BY = {"source": "the source", "reading": "our reading", "user": "a person"}
_WHO_STYLES = {"source": "bold", "reading": "cyan", "user": "magenta"}
_COUNTED = {"provider": "counted by its provider", "archive": "counted by the archive"}
_SIGNS = {"same": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
_MARKDOWN = {"same": "{}", "deleted": "~~{}~~", "inserted": "**{}**"}
_STYLES = {"same": "", "deleted": "red strike", "inserted": "green"}
_AROUND = 120  # characters of what is the same that are shown beside a change
_PIECES = 400  # of one text, that are shown


def histories(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """List the lines of a story, version by version; lazy."""
    del fields
    seen = screen._replace(width=min(screen.width, _WIDEST))
    for number, (_, some) in enumerate(groupby(map(record_of, records), _version)):
        first = next(some)
        things = [*(_title(first) if not number else []), *_version_lines(first), *_lines(first)]
        yield b"\n" * bool(number) + rendered(seen, *things)
        for record in some:
            yield rendered(seen, *_lines(record))


def _version(record: Record) -> tuple[str, int]:
    return record["version_by"], record["version"]


def _line(indent: int, *parts: tuple[str, str]) -> Any:
    """Set a line of parts, each with its style, safe for a terminal."""
    from rich.padding import Padding
    from rich.text import Text

    text = Text()
    for part, style in parts:
        text.append(safe(part), style)
    return Padding(text, (0, 0, 0, indent))


def _title(record: Record) -> list[Any]:
    headline = record["headline"] or ("" if record["kept_back"] else "(no headline)")
    lines = [_line(0, (headline, "bold"))] if headline else []
    return [*lines, _line(0, (record["id"], "dim")), ""]


def _version_lines(record: Record) -> list[Any]:
    """Say of a version when it came and whether it may be used; where times are unknown, nothing."""
    times = [short("published", record["published"])]
    times += [f"updated {short('updated', record['updated'])}"] if record["updated"] else []
    times += [f"embargoed until {short('embargoed', record['embargoed'])}"] if record["embargoed"] else []
    facts = " · ".join(filter(None, [*times, record["status"], _COUNTED.get(record["version_by"], "")]))
    style = "cyan" if record["status"] == "usable" else "red"
    return [_line(0, (f"Version {record['version']}", "bold"), (f"  {facts}", style))]


def _lines(record: Record) -> list[Any]:
    """Say of a line when the archive took it, from where, what it changed against which other, and the notes."""
    where = " · ".join(filter(None, (record["origin"], record["format"])))
    head = [(f"{record['name']:<6}", "bold")]
    head += [("newest, ", "bold green")] if record["newest"] else []
    head += [(f"archived {short('archived', record['archived'])}", "")]
    head += [(f" from {where}", "dim")] if where else []
    lines = [_line(2, *head)]
    for who, said in _WHO.items():
        if names := record[f"{who}_changed"]:
            lines.append(_line(8, (f"{said}: ", _WHO_STYLES[who]), (", ".join(names), "")))
    if record["category"]:
        lines.append(_line(8, (f"{record['category']} ({record['category_by']})", "green")))
    noted = {signal.partition(": ")[0] for signal in record["signals"] if ": " in signal}
    lines += [_line(8, (signal, "yellow")) for signal in record["signals"] if signal not in noted]
    if record["note"] and not any(record["note"] in signal for signal in record["signals"]):
        lines.append(_line(8, (record["note"], "yellow")))
    if record["kept_back"]:
        lines.append(_line(8, (f"kept back: {record['kept_back']}", "red")))
    return lines


def differences(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Show field by field which words differ: struck red and green, or between signs where there is no colour."""
    del fields
    seen = screen._replace(width=min(screen.width, _WIDEST))
    for number, (name, some) in enumerate(groupby(map(record_of, records), lambda record: record["field"])):
        for place, record in enumerate(some):
            things = []
            if not number and not place:
                title = f"{record['old_version']} → {record['new_version']}"
                things += [_line(0, (title, "bold"), (f"  {record['id']}", "dim")), ""]
            if not place:
                things.append(_line(0, (name, "bold"), (f"  {_BY[record['by']]}", _WHO_STYLES[record["by"]])))
            yield b"\n" * bool(number and not place) + rendered(seen, *things, _marked(record, screen))


def _marked(record: Record, screen: Screen) -> Any:
    """Set the words of a change, with its number where its field has several."""
    new, old = record["new_block"], record["old_block"]
    parts = [(f"{new}. " if new else f"({old}) ", "dim")] if new or old else []
    for text, kind in _shown(record["pieces"]):
        blank, word = _parted(text)
        parts.append((blank, ""))
        parts.append((word, _STYLES[kind]) if screen.has_colour else (_SIGNS[kind].format(word) if word else "", ""))
    return _line(2, *parts)


def _parted(text: str) -> tuple[str, str]:
    """Part the blanks before a text from it; blanks alone are the text."""
    word = text.lstrip() or text
    return text[: len(text) - len(word)], word


def _shown(pieces: Sequence[Record]) -> Iterator[tuple[str, str]]:
    """Yield passages, the long ones that are the same cut to what stands beside a change, old and new apart."""
    before = ""
    for number, piece in enumerate(pieces[:_PIECES]):
        text = piece["text"]
        if before == "deleted" and piece["kind"] == "inserted" and not text[0].isspace():
            yield " ", "same"
        before = piece["kind"]
        if piece["kind"] == "same":
            text = _cut(text, is_first=not number, is_last=number == len(pieces) - 1)
        yield text, piece["kind"]
    if len(pieces) > _PIECES:
        yield f" … ({len(pieces) - _PIECES:,} more passages)", "same"


def _cut(text: str, *, is_first: bool, is_last: bool) -> str:
    if len(text) <= 2 * _AROUND + 20:
        return text
    start = "" if is_first else text[:_AROUND]
    end = "" if is_last else text[-_AROUND:]
    return f"{start}…{end}"


def change_table(records: Iterable[bytes], _fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Make a table in Markdown, what was deleted struck, what was inserted strong."""
    shown = (_with_change(record_of(record)) for record in records)
    yield from markdown(shown, ("field", "old_block", "new_block", "by", "change"), screen)


def _with_change(record: Record) -> bytes:
    """Add the change as text; blanks stay outside of the signs, else Markdown does not know them."""
    change = ""
    for text, kind in _shown(record["pieces"]):
        blank, word = _parted(text)
        said = word.rstrip()
        change += blank + (_MARKDOWN[kind].format(said) if said else "") + word[len(said) :]
    return json.dumps({**record, "change": change}).encode()
