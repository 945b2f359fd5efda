"""How articles look outside: one table of writers, from JSON Lines to a page on the terminal.

What comes in are records, one JSON object in bytes each; what goes out are bytes. JSON Lines into a pipe are the
archive's own bytes.

`fields` knows what of a record can be shown, `safety` what a terminal may see; `rows` writes for programs, `table`,
`page` and `lives` for people; `pace` says how far long work is.
"""

from newsarc.present.counts import pictures
from newsarc.present.fields import FIELDS, fields_named, text_of
from newsarc.present.inspections import inspections
from newsarc.present.lives import change_table, differences, histories
from newsarc.present.pace import Progress, progress
from newsarc.present.page import documents, pages
from newsarc.present.rows import csv, ids, json_array, jsonl, tsv
from newsarc.present.safety import Marked, Marks, Screen, Writer, original, plain, safe
from newsarc.present.table import markdown, table

__all__ = [
    "COUNT_WRITERS", "DIFF_WRITERS", "FIELDS", "HISTORY_WRITERS", "INSPECTION_WRITERS", "PAGE_WRITERS", "WRITERS",
    "Marked", "Marks", "Progress", "Screen", "Writer", "fields_named", "original", "plain", "progress", "safe",
    "text_of",
]  # fmt: skip

WRITERS: dict[str, Writer] = {
    "table": table, "jsonl": jsonl, "json": json_array, "csv": csv, "tsv": tsv, "markdown": markdown, "ids": ids
}  # fmt: skip
PAGE_WRITERS: dict[str, Writer] = {**WRITERS, "table": pages, "markdown": documents}
HISTORY_WRITERS: dict[str, Writer] = {**WRITERS, "table": histories}
COUNT_WRITERS: dict[str, Writer] = {**WRITERS, "table": pictures}
INSPECTION_WRITERS: dict[str, Writer] = {"table": inspections, "jsonl": jsonl, "json": json_array}
DIFF_WRITERS: dict[str, Writer] = {**WRITERS, "table": differences, "markdown": change_table}
