"""How an archive is made: folders and an empty HEAD first, FORMAT last, so that a half-made one is made again."""

import os
import uuid

from newsarc.archive.chain import EMPTY, FORMAT_NUMBER, head_line, segment_numbers, segment_path, small_file
from newsarc.archive.disk import Disk, locked
from newsarc.errors import ArchiveDamaged, NotAnArchive

_FOLDERS = ("articles", "originals", "quarantine", "lost+found")
_FILES = ("FORMAT", "HEAD", "REWRITE", "erased.jsonl")
_OURS = frozenset({*_FOLDERS, "index", "LOCK", *_FILES, *(f"{name}.tmp" for name in _FILES)})
_ABOUT = "A newsarc archive: articles/*.jsonl is plain JSON Lines, one record a line; HEAD names the committed end."


def make(disk: Disk, root: str, *, originals: bool, wait: float) -> None:
    """Make an archive in a folder that is new, empty or half-made; one that is there already stays.

    Raises:
        NotAnArchive: The folder holds something else.
        ArchiveDamaged: There are articles, but no FORMAT.
        LockHeldError: Another run holds the lock for longer than `wait` seconds.
        OSError: A step failed.
    """
    foreign = [name for name in disk.names(root) if name not in _OURS]
    if foreign:
        raise NotAnArchive(root, f"there is {foreign[0]}")
    missing = _missing_folders(root)
    disk.make_folder(root)
    with locked(os.path.join(root, "LOCK"), wait=wait, holder="making"):
        if "FORMAT" in disk.names(root):
            return
        if has_lines(disk, root):
            raise ArchiveDamaged("FORMAT", "it is missing beside articles")
        for folder in _FOLDERS:
            disk.make_folder(os.path.join(root, folder))
        disk.create(segment_path(root, 1))
        disk.fsync_folder(os.path.join(root, "articles"))
        disk.save(os.path.join(root, "HEAD"), head_line(EMPTY))
        disk.save(os.path.join(root, "FORMAT"), format_line(originals=originals))
        for folder in (root, *missing):
            disk.fsync_folder(os.path.dirname(os.path.abspath(folder)))


def has_lines(disk: Disk, root: str) -> bool:
    """Tell whether there are articles, whatever else there is."""
    numbers = segment_numbers(disk.names(os.path.join(root, "articles")))
    return any(disk.size(segment_path(root, number)) for number in numbers)


def format_line(*, originals: bool) -> bytes:
    """Write FORMAT, with a new uuid."""
    fields = {"about": _ABOUT, "format": FORMAT_NUMBER, "uuid": str(uuid.uuid4()), "originals": originals}
    return small_file(fields)


def _missing_folders(path: str) -> list[str]:
    """List the folders above an archive that are made with it; each is an entry to flush."""
    missing = []
    folder = os.path.dirname(os.path.abspath(path))
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    return missing
