"""Where a source goes that could not be read: its bytes unchanged as <sha256>.raw, the reason beside it.

The same bytes have one place, however often they come. Nothing is ever deleted here; a source that could be read
later stays, and its note says when.
"""

import hashlib
import os
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple

from newsarc.archive.chain import read_small_file, small_file
from newsarc.archive.disk import Disk
from newsarc.archive.guarding import storage_errors
from newsarc.errors import ArchiveDamaged, NotFound, QueryError, SourceError
from newsarc.zone import in_german_time

_CHUNK = 1 << 20
_IN_MEMORY = 16 << 20
_MOST_NAMED = 5  # digests in a message
_SHOWN = 12  # digits of a digest in a message


class Failed(NamedTuple):
    """A source that could not be read: its digest, what its note says, and how many bytes it has.

    A run that was killed between bytes and note leaves a source without one: all of it is None then.
    """

    sha256: str
    reason: str | None
    stage: str | None
    where: str | None
    why: str | None
    message: str | None
    reader: str | None
    quarantined: str | None
    size: int
    archived: str | None
    """When it could be read after all; it is settled."""


_SAID = ("reason", "stage", "where", "why", "message", "reader", "quarantined")


def put(
    disk: Disk,
    root: str,
    data: bytes | Iterable[bytes],
    error: SourceError,
    *,
    refused: Container[str],
    reader: str,
    now: datetime,
) -> bool:
    """Keep the bytes of a source that failed, and why; adds nothing if both stand there already.

    They may come in pieces; more than 16 MB of them go through a temporary file. Returns whether they are kept: those
    with a digest that is refused are not.
    """
    folder = os.path.join(root, "quarantine")
    disk.make_folder(folder)
    with SpooledTemporaryFile(_IN_MEMORY) as held:
        found = hashlib.sha256()
        for piece in (data,) if isinstance(data, bytes) else data:
            found.update(piece)
            held.write(piece)
        digest, size = found.hexdigest(), held.tell()
        if digest in refused:
            return False
        raw, note = raw_path(folder, digest), _note_path(folder, digest)
        if disk.size(raw) != size or not disk.size(note) or _digest_of(disk, raw) != digest:
            held.seek(0)
            disk.save(raw, iter(partial(held.read, _CHUNK), b""))
    said = {"reason": error.code, "where": error.where, "why": error.why, "message": str(error)}
    if disk.size(note):
        known = read_small_file(disk.read(note))
        if known and known["reason"] == error.code:
            return True
    stamp = in_german_time(now).isoformat()
    disk.save(note, small_file({**said, "stage": error.stage, "reader": reader, "quarantined": stamp, "of": digest}))
    return True


def listed(disk: Disk, folder: str) -> list[Failed | ArchiveDamaged]:
    """List what is there, oldest first, and behind it every note that is not as written.

    Raises:
        StorageError: The folder cannot be read.
    """
    with storage_errors(folder):
        names = frozenset(disk.names(folder))
        digests = {stem for stem, ending in map(os.path.splitext, names) if ending in (".raw", ".json")}
        notes = [_note(disk, folder, digest, names) for digest in sorted(digests)]
    found = sorted((one for one in notes if isinstance(one, Failed)), key=_when)
    return [*found, *(one for one in notes if isinstance(one, ArchiveDamaged))]


def _note(disk: Disk, folder: str, digest: str, names: Container[str]) -> Failed | ArchiveDamaged:
    """Read the note of a source; one that is not there yet says nothing."""
    if f"{digest}.raw" not in names:
        return ArchiveDamaged(f"quarantine/{digest}.raw", "it is missing beside its note")
    size = disk.size(raw_path(folder, digest))
    said: dict[str, Any] | None = {"of": digest}
    if f"{digest}.json" in names:
        said = read_small_file(disk.read(_note_path(folder, digest)))
    if said is None or said.get("of") != digest:
        return ArchiveDamaged(f"quarantine/{digest}.json", "its bytes are not as written")
    return Failed._make((digest, *(said.get(name) for name in _SAID), size, said.get("archived")))


def _when(one: Failed) -> tuple[float, str]:
    moment = datetime.fromisoformat(one.quarantined).timestamp() if one.quarantined else float("inf")
    return moment, one.sha256


def named(failures: Sequence[Failed], beginnings: Iterable[str]) -> Iterator[Failed | NotFound]:
    """Yield the sources whose digests begin so, in the order asked; an error in place of one that is not there.

    Raises:
        QueryError: A beginning fits several digests; names them.
    """
    for beginning in beginnings:
        found = [one for one in failures if beginning and one.sha256.startswith(beginning.lower())]
        if not found:
            yield NotFound(beginning, "no digest in quarantine begins so; newsarc quarantine --all lists them")
            continue
        if len(found) > 1:
            names = [one.sha256[:_SHOWN] for one in found[:_MOST_NAMED]]
            names += ["..."] if len(found) > _MOST_NAMED else []
            raise QueryError(beginning, f"so begin {len(found)} digests: {', '.join(names)}; give more of it")
        yield found[0]


def chunks(disk: Disk, folder: str, digest: str) -> Iterator[bytes]:
    """Yield the bytes of a source, unchanged; all of them are compared with their digest before the first.

    Raises:
        ArchiveDamaged: They are not as they came.
        StorageError: They cannot be read.
    """
    check(disk, folder, digest)
    with storage_errors(folder):
        yield from _read(disk, raw_path(folder, digest))


def check(disk: Disk, folder: str, digest: str) -> None:
    """Compare the bytes of a source with their digest.

    Raises:
        ArchiveDamaged: They are not as they came.
        StorageError: They cannot be read.
    """
    with storage_errors(folder):
        found = _digest_of(disk, raw_path(folder, digest))
    if found != digest:
        raise ArchiveDamaged(f"quarantine/{digest}.raw", "its bytes are not as they came")


def settle(disk: Disk, folder: str, digest: str, *, now: datetime) -> None:
    """Say in the note of a source that it could be read and is archived; the note stays, and so do the bytes.

    Raises:
        StorageError: The note cannot be read or written.
    """
    path = _note_path(folder, digest)
    with storage_errors(folder):
        said = read_small_file(disk.read(path)) if disk.size(path) else {**dict.fromkeys(_SAID), "of": digest}
        if said is not None:
            disk.save(path, small_file({**said, "archived": in_german_time(now).isoformat()}))


def raw_path(folder: str, digest: str) -> str:
    """Return the file of a source's bytes."""
    return os.path.join(folder, f"{digest}.raw")


def _note_path(folder: str, digest: str) -> str:
    return os.path.join(folder, f"{digest}.json")


def _digest_of(disk: Disk, path: str) -> str:
    digest = hashlib.sha256()
    for piece in _read(disk, path):
        digest.update(piece)
    return digest.hexdigest()


def _read(disk: Disk, path: str) -> Iterator[bytes]:
    offset = 0
    while piece := disk.read(path, offset, _CHUNK):
        yield piece
        offset += len(piece)
