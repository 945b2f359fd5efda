"""What was erased: one line each in erased.jsonl, tied to the line before it; it names digests, never an id or a text.

It is there to show that and why something is gone, and to refuse it when it comes in again.
"""

import os
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from newsarc.archive.chain import GENESIS, read_small_file, small_file
from newsarc.archive.disk import Disk
from newsarc.errors import ArchiveDamaged

LOG = "erased.jsonl"
_DIGEST = re.compile(rb'"id":"([0-9a-f]{64})"')
_SOURCES = re.compile(rb'"quarantine":\[([0-9a-f",]*)\]')


def digest_of(name: str) -> str:
    """Return what stands in the log for an id."""
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def read(disk: Disk, root: str) -> list[dict[str, Any]]:
    """Return every line of the log, oldest first; none where nothing was ever erased.

    Raises:
        ArchiveDamaged: A line is not as written, or lines are missing.
    """
    path = os.path.join(root, LOG)
    data = disk.read(path) if disk.size(path) else b""
    found, previous = [], GENESIS
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        fields = read_small_file(line)
        if fields is None or fields.get("previous") != previous:
            raise ArchiveDamaged(f"{LOG}:{number}", "it is not as written")
        found.append(fields)
        previous = line[-67:-3].decode()
    return found


def known(disk: Disk, root: str) -> frozenset[str]:
    """Return the digests of all ids that were erased or are being erased, even where a line of the log is damaged."""
    return frozenset(digest.decode() for digest in _DIGEST.findall(_said(disk, root)))


def sources(disk: Disk, root: str) -> frozenset[str]:
    """Return the digests of all sources that went from quarantine because of what they held; as `known`."""
    listed = (found.decode() for found in _SOURCES.findall(_said(disk, root)))
    return frozenset(digest for digests in listed for digest in digests.replace('"', "").split(","))


def _said(disk: Disk, root: str) -> bytes:
    paths = [os.path.join(root, name) for name in (LOG, "REWRITE")]
    return b"".join(disk.read(path) for path in paths if disk.size(path))


def mended(disk: Disk, root: str) -> bytes:
    """Write a damaged log anew: every sound line, and of the others the digest of the id if it can be read."""
    lines = []
    for line in disk.read(os.path.join(root, LOG)).splitlines(keepends=True):
        fields = read_small_file(line)
        if fields is None and (digest := _DIGEST.search(line)):
            fields = {"id": digest[1].decode(), "reason": "not known: the line was damaged"}
        if fields is not None:
            lines.append({name: value for name, value in fields.items() if name != "previous"})
    return _chained(lines, GENESIS)


def add(disk: Disk, root: str, lines: Sequence[dict[str, Any]]) -> None:
    """Add lines to the log, unless they stand there already; the file is replaced as a whole."""
    known = read(disk, root)
    path = os.path.join(root, LOG)
    written = [{name: value for name, value in fields.items() if name != "previous"} for fields in known]
    fresh = [fields for fields in lines if fields not in written]
    if fresh:
        data = disk.read(path) if known else b""
        disk.save(path, data + _chained(fresh, data[-67:-3].decode() if known else GENESIS))


def _chained(lines: Iterable[dict[str, Any]], previous: str) -> bytes:
    data = b""
    for fields in lines:
        line = small_file({**fields, "previous": previous})
        data += line
        previous = line[-67:-3].decode()
    return data
