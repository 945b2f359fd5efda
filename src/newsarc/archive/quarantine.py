"""Where a source goes that could not be read: its bytes unchanged as <sha256>.raw, the reason beside it.

The same bytes have one place, however often they come. Nothing is ever deleted here.
"""

import hashlib
import os
from datetime import datetime

from newsarc.archive.chain import read_small_file, small_file
from newsarc.archive.disk import Disk
from newsarc.errors import SourceError
from newsarc.zone import in_german_time


def put(disk: Disk, folder: str, data: bytes, error: SourceError, *, reader: str, now: datetime) -> None:
    """Keep the bytes of a source that failed, and why; adds nothing if both stand there already."""
    disk.make_folder(folder)
    digest = hashlib.sha256(data).hexdigest()
    raw = os.path.join(folder, f"{digest}.raw")
    note = os.path.join(folder, f"{digest}.json")
    if disk.size(raw) != len(data) or not disk.size(note) or disk.read(raw) != data:
        disk.save(raw, data)
    said = {"reason": error.code, "where": error.where, "why": error.why, "message": str(error)}
    if disk.size(note):
        known = read_small_file(disk.read(note))
        if known and known["reason"] == error.code:
            return
    stamp = in_german_time(now).isoformat()
    disk.save(note, small_file({**said, "stage": error.stage, "reader": reader, "quarantined": stamp, "of": digest}))
