"""How records become lines: stamped with the moment and the place of their original, numbered, chained."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsarc.archive.chain import Head, Place, Stored, seal
from newsarc.archive.filing import written
from newsarc.zone import in_german_time

if TYPE_CHECKING:
    from newsarc.archive.originals import Member, Original, Packed

# How every record ends that was not archived yet: the keys have one order, so the last can be set where they stand.
_NOT_ARCHIVED = b'"archived":null}'
_NO_PACK = b'"pack":null,"pack_offset":null,"pack_length":null},' + _NOT_ARCHIVED


def sealed(
    fresh: Sequence[tuple[bytes, "Original | Packed | None"]], members: Mapping[str, "Member"], end: Head, now: datetime
) -> tuple[list[Stored], Head]:
    """Number, stamp and chain what is new, from a place on; returns the lines and the new end."""
    archived = in_german_time(now).isoformat()
    lines = []
    for record, original in fresh:
        stamped = _stamped(record, archived, members.get(original.sha256) if original else None)
        line, chain = seal(stamped, end.seq + 1, end.chain)
        lines.append(Stored(Place(end.segment, end.length, len(line)), line))
        end = end._replace(length=end.length + len(line), seq=end.seq + 1, chain=chain)
    return lines, end


def _stamped(record: bytes, archived: str, member: "Member | None") -> bytes:
    """Say in a record when it was archived, and where its original lies."""
    if member is None and record.endswith(_NOT_ARCHIVED):
        return b'%b"archived":"%b"}' % (record[: -len(_NOT_ARCHIVED)], archived.encode())
    if member is not None and record.endswith(_NO_PACK):
        place = b'"pack":%d,"pack_offset":%d,"pack_length":%d},"archived":"%b"}'
        return record[: -len(_NO_PACK)] + place % (*member, archived.encode())
    loaded = json.loads(record)
    if member is not None and loaded["origin"]:
        loaded["origin"] |= {"pack": member.pack, "pack_offset": member.offset, "pack_length": member.length}
    return written(loaded | {"archived": archived})
