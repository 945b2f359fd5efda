"""Stories as Parquet: a folder by year and month (`year=2025/month=02`), for DuckDB, pandas, Polars and the like.

The columns have the types that `newsarc schema --as pyarrow` declares.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import Any

from newsarc.errors import ArchiveDamaged, ExtraMissing
from newsarc.export.leaving import FOLDERS, KEPT_HERE, KEPT_OF_ORIGIN, About
from newsarc.export.naming import month_of

_PUBLISHED = re.compile(rb'"published":(?:"([^"]*)")?')
_NOBODY_KNOWS = "__HIVE_DEFAULT_PARTITION__"  # how the tools write a partition that is null
_AT_ONCE = 10_000  # stories
_MOST = 32 << 20  # bytes of them
_LARGEST_BLOCK = (1 << 31) - 1

Month = tuple[str, str]


def write(records: Iterable[bytes], path: str, _about: About) -> None:
    """Write the folder; of no records a file with the columns alone.

    Raises:
        ExtraMissing: pyarrow is not installed.
        ArchiveDamaged: A record is none any more.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ExtraMissing("newsarc[parquet]", "pip install 'newsarc[parquet]' brings pyarrow") from error

    schema = _schema(pa)
    parts: dict[Month, int] = {}
    os.mkdir(path)
    with ExitStack() as opened:
        current, writer = None, None
        for month, lines in _by_month(records):
            if writer is None or month != current:
                opened.close()
                writer = opened.enter_context(pq.ParquetWriter(_next(path, month, parts), schema, compression="zstd"))
                current = month
            writer.write_table(_table(lines, schema))
        if not parts:
            pq.write_table(schema.empty_table(), _next(path, _month(b""), parts))


def _next(path: str, month: Month, parts: dict[Month, int]) -> str:
    """Return the path of a month's next file; stories in another order than that of time may need several."""
    folder = os.path.join(path, f"year={month[0]}", f"month={month[1]}")
    os.makedirs(folder, exist_ok=True)
    number = parts[month] = parts.get(month, -1) + 1
    return os.path.join(folder, f"part-{number}.parquet")


def _by_month(records: Iterable[bytes]) -> Iterator[tuple[Month, list[bytes]]]:
    """Yield some lines of one month at once."""
    lines: list[bytes] = []
    size, current = 0, _month(b"")
    for line in records:
        month = _month(line)
        if lines and (month != current or len(lines) == _AT_ONCE or size + len(line) > _MOST):
            yield current, lines
            lines, size = [], 0
        current = month
        lines.append(line)
        size += len(line)
    if lines:
        yield current, lines


def _month(line: bytes) -> Month:
    """Return the month of a record: of its own time, which stands before those of its parts."""
    found = _PUBLISHED.search(line)
    return month_of(found[1].decode("ascii", "replace") if found and found[1] else None) or (_NOBODY_KNOWS,) * 2


def _schema(pa: Any) -> Any:
    """Return the columns of a record without what stays here."""
    from newsarc.schema import arrow

    return pa.schema([
        pa.field(field.name, _without(pa, field.type)) if field.name == "origin" else field
        for field in arrow()
        if field.name not in KEPT_HERE
    ])  # fmt: skip


def _without(pa: Any, origin: Any) -> Any:
    return pa.struct([field for field in origin if field.name not in KEPT_OF_ORIGIN])


def _table(lines: list[bytes], schema: Any) -> Any:
    """Read lines into columns.

    Raises:
        ArchiveDamaged: One is no record any more.
    """
    import pyarrow as pa
    from pyarrow import json

    data = b"\n".join((*lines, b""))
    size = json.ReadOptions(use_threads=False, block_size=min(len(data) + 1, _LARGEST_BLOCK))
    how = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    try:
        table = json.read_json(BytesIO(data), read_options=size, parse_options=how)
    except pa.ArrowInvalid as error:
        raise ArchiveDamaged(lines[0][:80].decode("utf-8", "replace"), "it is no record") from error
    return table.set_column(table.schema.get_field_index("origin"), schema.field("origin"), _named(pa, table["origin"]))


def _named(pa: Any, origins: Any) -> Any:
    """Return where the bytes are, without the folders they lay in."""
    from pyarrow import compute as pc

    parts = {field.name: pc.struct_field(origins, field.name) for field in origins.type}
    parts["name"] = pc.replace_substring_regex(parts["name"], rf"(?s){FOLDERS.pattern}", "")
    made = [
        pa.StructArray.from_arrays(
            [part.combine_chunks() for part in parts.values()], fields=list(origins.type),
            mask=origins.combine_chunks().is_null(),
        )
    ]  # fmt: skip
    return pa.chunked_array(made)
