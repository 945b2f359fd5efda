"""Records for other programs: JSON Lines, JSON, CSV, TSV, ids."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from newsarc.present.fields import one_line, record_of, value
from newsarc.present.safety import Record, Screen, armoured, safe

_FLAT = (
    "id", "version", "published", "category", "category_by", "headline", "lead", "text", "keywords", "credit",
    "warnings",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _dumped(said: Any, screen: Screen, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else None
    return armoured(json.dumps(said, ensure_ascii=False, separators=separators, indent=indent), screen).encode(
        "utf-8", "replace"
    )


def jsonl(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """One JSON object a line; without `fields` the archive's own bytes."""
    for record in records:
        if fields:
            loaded = record_of(record)
            yield _dumped({name: value(loaded, name, screen) for name in fields}, screen) + b"\n"
        elif screen.is_terminal:
            yield armoured(record.decode(), screen).encode() + b"\n"
        else:
            yield record + b"\n"


def json_array(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """One JSON array, indented."""
    separator = b"["
    for record in records:
        loaded = record_of(record)
        chosen = {name: value(loaded, name, screen) for name in fields} if fields else loaded
        yield separator + b"\n" + _dumped(chosen, screen, indent=2)
        separator = b","
    yield b"[]\n" if separator == b"[" else b"\n]\n"


def csv(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Comma-separated values with a head line; what a spreadsheet would run as a formula is neutralised."""
    return separated(map(record_of, records), fields or _FLAT, screen, ",")


def tsv(records: Iterable[bytes], fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """Tab-separated values, one record a line."""
    return separated(map(record_of, records), fields or _FLAT, screen, "\t")


def separated(records: Iterable[Record], fields: Sequence[str], screen: Screen, delimiter: str) -> Iterator[bytes]:
    """Write records that are read already as a table of text."""
    import csv as standard
    import io

    buffer = io.StringIO()
    writer = standard.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(fields)
    for record in records:
        row = [_cell(value(record, name, screen)) for name in fields]
        writer.writerow([one_line(cell) for cell in row] if delimiter == "\t" else row)
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
    cell = f"'{value}" if value.startswith(_FORMULA) else value
    return cell.replace("\r\n", "\n").replace("\r", "\n")  # Python's csv lets a lone \r begin a row


def ids(records: Iterable[bytes], _fields: Sequence[str], screen: Screen) -> Iterator[bytes]:
    """One id a line, for `newsarc show -`."""
    for record in records:
        name = record_of(record)["id"]
        yield (safe(name) if screen.is_terminal else name).encode() + b"\n"
