"""Whether a line is the one an index means, and whether it may be shown: told by its bytes, not reading all of it."""

import json
import re
from datetime import datetime
from typing import Any

from newsarc.archive.chain import unseal
from newsarc.index import NO_TIME
from newsarc.query import Query

_FOR_ALL = b'"status":"usable","kind":"article"'
_FOR_ALL_KINDS = re.compile(rb'"status":"usable","kind":"(?:article|table|digest|media)"')
_PUBLISHED = b',"published":"'
_IS_FREE = b'"embargo_open":false,"related":['
_HAS_NO_EMBARGO = (b'"embargoed":null,"embargoed_text":null,', b'"embargoed":null,')
_BEGINNING = 2_000  # bytes of a line in which its status stands, unless its id is very long


def is_plainly_meant(seq: int, published: float, line: bytes) -> bool:
    """Tell of most lines in one look that they are the one meant (`_is_meant`) and for all (`_is_for_all`).

    There may be a million. What this says no to is looked at with care.
    """
    end = b',"seq":%d,"chain":"' % seq
    # All that is looked for stands behind the text, which is the first array, and most of a line. A quote inside a
    # string is escaped, so a quoted key is one.
    time = line.find(_PUBLISHED, line.find(b"]")) + len(_PUBLISHED)
    try:
        return (
            line.startswith(end, len(line) - 67 - len(end))
            and line.startswith(b'{"schema":')
            and line.endswith(b'"}\n')
            and line.find(b'"', time) == time + 25
            and published == int(datetime.fromisoformat(line[time : time + 25].decode()).timestamp())
            and line.find(_FOR_ALL, 0, _BEGINNING) > 0
            and line.endswith(_HAS_NO_EMBARGO, 0, max(0, line.find(_IS_FREE, time)))
        )
    except ValueError:
        return False


def is_meant(seq: int, published: float, line: bytes) -> bool:
    """Tell whether a line is whole and has the number and the time the index says: by these answers are in order."""
    end = b',"seq":%d,"chain":"' % seq
    is_whole = line.startswith(b'{"schema":') and line.endswith(b'"}\n')
    return is_whole and line.startswith(end, len(line) - 67 - len(end)) and _is_of_time(published, line)


def _is_of_time(published: float, line: bytes) -> bool:
    try:
        time = _first(line, b'"published":')
        return published == (int(datetime.fromisoformat(time).timestamp()) if time else NO_TIME)
    except ValueError:
        return False


def is_for_all(line: bytes) -> bool:
    """Tell whether a line says of itself that it need not be kept back."""
    is_usable = _FOR_ALL_KINDS.search(line, 0, _BEGINNING) is not None
    return is_usable and line.endswith(_HAS_NO_EMBARGO, 0, max(0, line.find(_IS_FREE)))


def glanced(line: bytes, query: Query, *, is_plain: bool) -> dict[str, Any]:
    """Read of a line what a question asks for: section and time are found without reading all of it."""
    if query.is_about_section_and_time and is_plain:
        return {"category": _first(line, b'"category":'), "published": _first(line, b'"published":')}
    record: dict[str, Any] = json.loads(line)
    return record


def _first(line: bytes, key: bytes) -> str | None:
    """Return the first value of a key that is a plain word or null: the record's own, which stands before its parts."""
    start = line.find(key) + len(key)
    if not line.startswith(b'"', start):
        return None
    return line[start + 1 : line.index(b'"', start + 1)].decode()


def position(line: bytes) -> tuple[float, int]:
    """Return where a line stands in the order of answers: time and number."""
    published = _first(line, b'"published":')
    parts = unseal(line)
    return datetime.fromisoformat(published).timestamp() if published else float("-inf"), parts[1] if parts else 0
