"""How an export gets into its place: complete, or not at all.

It is made in a folder of its own beside the place, `.NAME.unfinished`, and moved when all of it is on the disk. Who is
killed leaves that folder; the next run to the same place clears it away, and puts back what was being replaced.
"""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from newsarc.archive.disk import Disk, LockHeldError, locked, undisturbed
from newsarc.errors import DestinationLocked, DestinationTaken, OutputError

MARK = ".newsarc-export"
"""A file in every folder that was exported: only such a folder is ever replaced."""
_MADE, _BEFORE, _LOCK = "made", "before", "LOCK"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux


@contextmanager
def placed(destination: str, *, is_folder: bool, force: bool) -> Iterator[str]:
    """Yield a path to write to, and move into place what was written there; after an error the place is as it was.

    Raises:
        DestinationTaken: Something stands at the place; with `force` only what may not be replaced.
        DestinationLocked: Another run writes there.
        OutputError: It cannot be written.
    """
    target = os.path.realpath(destination)
    aside = os.path.join(os.path.dirname(target), f".{os.path.basename(target)}.unfinished")
    try:
        with _held(aside, destination):
            _clear(aside, target)
            _must_be_free(target, destination, is_folder=is_folder, force=force)
            try:
                made = os.path.join(aside, _MADE)
                yield made
                if is_folder:
                    _write_mark(made)
                _flush(made)
                with undisturbed():
                    _must_be_free(target, destination, is_folder=is_folder, force=force)
                    (_move_folder if is_folder else _move_file)(made, target, force=force)
                    Disk().fsync_folder(os.path.dirname(target))
            finally:
                _clear(aside, target)
    except FileExistsError:
        raise DestinationTaken(destination, "somebody put something there meanwhile") from None
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) and aside not in error.filename else destination
        raise OutputError(where, error.strerror or str(error)) from error


@contextmanager
def _held(aside: str, destination: str) -> Iterator[None]:
    """Be the one run that writes to a place."""
    with suppress(FileExistsError):
        os.mkdir(aside, 0o700)
    if os.path.islink(aside) or not os.path.isdir(aside):
        raise DestinationTaken(destination, f"{os.path.basename(aside)} beside it is no folder")
    lock = os.path.join(aside, _LOCK)
    try:
        with locked(lock, wait=0, holder=f"process {os.getpid()}"):
            yield
    except LockHeldError as error:
        raise DestinationLocked(destination, str(error)) from error
    finally:
        with suppress(OSError):
            if not os.path.getsize(lock):  # a name in it is that of another run
                os.unlink(lock)
                os.rmdir(aside)


def _must_be_free(target: str, destination: str, *, is_folder: bool, force: bool) -> None:
    """Refuse to write over what nobody said may go."""
    if not os.path.lexists(target):
        return
    if is_folder and not os.path.isdir(target):
        raise DestinationTaken(destination, "it is a file, and this form makes a folder")
    if is_folder and os.listdir(target) and not force:
        raise DestinationTaken(destination, "the folder is not empty")
    if is_folder and os.listdir(target) and not os.path.lexists(os.path.join(target, MARK)):
        raise DestinationTaken(destination, "the folder holds something else than an export")
    if not is_folder and not os.path.isfile(target):
        raise DestinationTaken(destination, "it is no file, and this form makes one")
    if not is_folder and not force:
        raise DestinationTaken(destination, "the file is there already")


def _clear(aside: str, target: str) -> None:
    """Take away what is half made; put back what was replaced by nothing yet."""
    before = os.path.join(aside, _BEFORE)
    if os.path.lexists(before) and not os.path.lexists(target):
        os.rename(before, target)
    for path in (os.path.join(aside, _MADE), before):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.unlink(path)


def _write_mark(folder: str) -> None:
    with open(os.path.join(folder, MARK), "x", encoding="utf-8") as file:
        file.write("Made by newsarc export, which replaces this folder when it is told to with --force.\n")


def _flush(path: str) -> None:
    """Let it reach the disk: a file by itself; for a folder of many files the system flushes all it has, once."""
    if os.path.isdir(path) and hasattr(os, "sync"):
        os.sync()
    elif os.path.isfile(path):
        Disk().fsync(path)


def _move_file(made: str, target: str, *, force: bool) -> None:
    """Move a file into its place; unless it may be replaced, nothing that came there meanwhile is written over."""
    if not force:
        try:
            os.link(made, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            pass
        else:
            return
    os.replace(made, target)


def _move_folder(made: str, target: str, *, force: bool) -> None:
    """Move a folder into its place; what stands there gives way in the same step wherever the system can do that."""
    if not os.path.lexists(target):
        os.rename(made, target)
    elif not force:
        os.rmdir(target)
        os.rename(made, target)
    elif not _exchanged(made, target):
        os.rename(target, os.path.join(os.path.dirname(made), _BEFORE))
        os.rename(made, target)


def _exchanged(one: str, other: str) -> bool:
    """Let two folders change places in one step, where the system knows how."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    paths = os.fsencode(one), os.fsencode(other)
    return rename is not None and rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0
