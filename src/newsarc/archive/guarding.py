"""How a writer is alone with an archive, and how the system's errors become ours."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from newsarc.archive.disk import LockHeldError, locked
from newsarc.errors import ArchiveLocked, StorageError


@contextmanager
def held(root: str, *, wait: float, now: datetime) -> Iterator[None]:
    """Hold the lock of an archive; what the system refuses meanwhile is said in our words.

    Raises:
        ArchiveLocked: Another run held it for `wait` seconds.
        StorageError: A step failed.
    """
    holder = f"process {os.getpid()} since {now.isoformat(timespec='seconds')}"
    with storage_errors(root):
        try:
            with locked(os.path.join(root, "LOCK"), wait=wait, holder=holder):
                yield
        except LockHeldError as error:
            raise ArchiveLocked(root, str(error)) from error


@contextmanager
def storage_errors(where: str) -> Iterator[None]:
    """Turn the system's errors into ours.

    Raises:
        StorageError: The system refused a step.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(error.filename or where, error.strerror or str(error)) from error
