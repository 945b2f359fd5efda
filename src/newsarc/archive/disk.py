"""How bytes get to a disk and stay there: write in full, flush, replace, lock; the same on every platform.

One small object stands between the archive and the system, so that a test can count, break or kill each step.
Nothing here knows what the bytes mean. A link inside the archive is not followed; new files are 0600, folders 0700.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_POLL = 0.05  # seconds between two tries for the lock
_REPLACE_TRIES = 50  # on Windows, while a reader holds the file open


class Disk:
    """The steps of the write path; each may raise `OSError`."""

    def read(self, path: str, offset: int = 0, length: int = -1) -> bytes:
        """Return bytes of a file, fewer where it ends."""
        with open(path, "rb", opener=_opener) as stream:
            stream.seek(offset)
            return stream.read(length)

    def size(self, path: str) -> int:
        """Return the size of a file, 0 where there is none."""
        try:
            return os.lstat(path).st_size
        except FileNotFoundError:
            return 0

    def create(self, path: str) -> None:
        """Make an empty file, or leave the one that is there."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | _FLAGS, 0o600))

    def write(self, path: str, offset: int, data: bytes) -> None:
        """Write all bytes at an offset of a file that is there; a short write is gone on with."""
        descriptor = os.open(path, os.O_WRONLY | _FLAGS)
        try:
            os.lseek(descriptor, offset, os.SEEK_SET)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)

    def truncate(self, path: str, length: int) -> None:
        """Cut a file."""
        descriptor = os.open(path, os.O_WRONLY | _FLAGS)
        try:
            os.ftruncate(descriptor, length)
        finally:
            os.close(descriptor)

    def fsync(self, path: str) -> None:
        """Bring a file's bytes to the disk. A failure is final: the system may have dropped the pages."""
        descriptor = os.open(path, os.O_RDWR | _FLAGS)
        try:
            _flush(descriptor)
        finally:
            os.close(descriptor)

    def fsync_folder(self, path: str) -> None:
        """Bring a folder's entries to the disk; Windows cannot, and does not need it."""
        if sys.platform == "win32":
            return
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, path: str, target: str) -> None:
        """Give a file another's name, at once."""
        _again_while_open(lambda: os.replace(path, target))

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        with suppress(FileNotFoundError):
            _again_while_open(lambda: os.remove(path))

    def make_folder(self, path: str) -> None:
        """Make a folder, or leave the one that is there."""
        os.makedirs(path, 0o700, exist_ok=True)

    def names(self, path: str) -> list[str]:
        """List a folder in sorted order; empty where there is none."""
        try:
            return sorted(os.listdir(path))
        except FileNotFoundError:
            return []

    def save(self, path: str, data: bytes | Iterable[bytes]) -> None:
        """Put a file in place whole, at once or in pieces: written aside, flushed, renamed, its folder flushed."""
        aside, offset = f"{path}.tmp", 0
        self.create(aside)
        self.truncate(aside, 0)
        for piece in (data,) if isinstance(data, bytes) else data:
            self.write(aside, offset, piece)
            offset += len(piece)
        self.fsync(aside)
        self.replace(aside, path)
        self.fsync_folder(os.path.dirname(path))


def _again_while_open(do: Callable[[], None]) -> None:
    """Do what Windows refuses while a reader has the file open."""
    for tries_left in reversed(range(_REPLACE_TRIES)):
        try:
            do()
        except PermissionError:
            if sys.platform != "win32" or not tries_left:
                raise
            time.sleep(0.02)
        else:
            return


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":  # fsync alone leaves the bytes in the drive there
        import fcntl  # not on every platform

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError:
            os.fsync(descriptor)
    else:
        os.fsync(descriptor)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold an interrupt back until the commit is done; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        raise KeyboardInterrupt


class LockHeldError(Exception):
    """Another run holds the lock; says which."""


@contextmanager
def locked(path: str, *, wait: float, holder: str) -> Iterator[None]:
    """Hold the one lock of the writers, waiting up to `wait` seconds; the kernel frees it if we die.

    The file names its holder while it is held, and is empty at rest.

    Raises:
        LockHeldError: Another run holds it still; says which.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
    try:
        for tries_left in reversed(range(max(1, round(wait / _POLL)))):
            if _try_lock(descriptor):
                break
            if not tries_left:
                raise LockHeldError(_holder(descriptor))
            time.sleep(_POLL)
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, holder.encode())
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 200).decode("utf-8", "replace")


if sys.platform == "win32":
    import msvcrt

    _LOCK_BYTE = 1 << 30  # far behind the holder's name, which others must be able to read

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCK_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
