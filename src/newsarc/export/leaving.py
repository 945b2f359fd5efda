"""What of a record may leave the archive.

All of it, but for `unparsed`, which nobody has judged and which may hold notes to editors, and for what `origin` says
of this machine: the folders a source lay in, and where the archive keeps its bytes.
"""

import re
from datetime import datetime
from typing import Any, NamedTuple

from newsarc.present.fields import FIELDS, record_of

Record = dict[str, Any]

KEPT_HERE = ("unparsed",)
KEPT_OF_ORIGIN = ("pack", "pack_offset", "pack_length")
COLUMNS = tuple(name for name in FIELDS if name not in KEPT_HERE)
FOLDERS = re.compile(r"^.*[/\\]", re.DOTALL)
"""What stands before the name of a source: folders of this machine, and of the archive file it lay in."""


class About(NamedTuple):
    """What an export says of itself: when it is made, aware, and the archive's own name (its uuid)."""

    now: datetime
    archive: str


def leaving(line: bytes) -> Record:
    """Read a record and take from it what stays here; a key newer than the line is filled.

    Raises:
        ArchiveDamaged: It is none any more.
    """
    record = record_of(line)
    record = {name: record.get(name, FIELDS[name]) for name in COLUMNS}
    origin = record["origin"]
    if origin:
        record["origin"] = {name: value for name, value in origin.items() if name not in KEPT_OF_ORIGIN}
        record["origin"]["name"] = FOLDERS.sub("", origin["name"])
    return record
