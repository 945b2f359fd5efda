"""Tables of text: a head line and a line a story, with every field a record may leave with, and `text`.

What a spreadsheet would run as a formula is neutralised, as in every table that newsarc writes.
"""

from collections.abc import Iterable, Iterator

from newsarc.export.leaving import COLUMNS, About, Record
from newsarc.present.rows import separated
from newsarc.present.safety import Screen

_PIPE = Screen(is_terminal=False)  # who writes to a terminal makes the whole of it safe


def csv(records: Iterable[Record], _about: About) -> Iterator[bytes]:
    """Comma-separated values; lists of words joined, other lists and objects as JSON."""
    return separated(records, (*COLUMNS, "text"), _PIPE, ",")


def tsv(records: Iterable[Record], _about: About) -> Iterator[bytes]:
    """Tab-separated values; a text of several lines is put on one."""
    return separated(records, (*COLUMNS, "text"), _PIPE, "\t")
