"""What an archive says of itself: FORMAT, which tells what the folder is, and HEAD, the committed end."""

import os
from typing import Any

from newsarc.archive.chain import FORMAT_NUMBER, Head, read_head, read_small_file
from newsarc.archive.disk import Disk
from newsarc.errors import ArchiveDamaged, ArchiveNotFound, ArchiveTooNew, StorageError


def format_of(disk: Disk, root: str) -> dict[str, Any]:
    """Read FORMAT.

    Raises:
        ArchiveNotFound: There is no archive at this place.
        ArchiveTooNew: A newer newsarc made it.
        ArchiveDamaged: FORMAT is not as written, or missing beside articles.
        StorageError: The system does not hand it over.
    """
    try:
        data = disk.read(os.path.join(root, "FORMAT"))
    except FileNotFoundError:
        from newsarc.archive.making import has_lines

        if has_lines(disk, root):
            raise ArchiveDamaged("FORMAT", "it is missing beside articles") from None
        raise ArchiveNotFound(root) from None
    except NotADirectoryError:
        raise ArchiveNotFound(root, "it is a file") from None
    except OSError as error:
        raise StorageError(root, error.strerror or str(error)) from error
    fields = read_small_file(data)
    number = fields.get("format") if fields else None
    if fields is None or not isinstance(number, int):
        raise ArchiveDamaged("FORMAT", "it is not as written")
    if number > FORMAT_NUMBER:
        raise ArchiveTooNew(root, f"it is format {number}, this newsarc knows {FORMAT_NUMBER}")
    return fields


def head_of(disk: Disk, root: str) -> Head | None:
    """Read HEAD; None where there is none.

    Raises:
        ArchiveDamaged: HEAD is not as written.
        StorageError: The system does not hand it over.
    """
    try:
        data = disk.read(os.path.join(root, "HEAD"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError("HEAD", error.strerror or str(error)) from error
    found = read_head(data)
    if found is None:
        raise ArchiveDamaged("HEAD", "it is not as written")
    return found
