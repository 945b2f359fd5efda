"""How news of a folder is waited for: told by the system where it tells, else only by the time."""

import os
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from typing import TypeAlias

from newsarc.errors import UnreadableSource
from newsarc.source import shown

Ears: TypeAlias = Callable[[float], bool]
"""Waits so many seconds at most; tells whether something happened in the folder."""

_TURN = 500  # milliseconds after which the library is asked anew
_GATHER = 200  # milliseconds in which events count as one


def check_folder(folder: str) -> None:
    """See that there is a folder.

    Raises:
        UnreadableSource: There is none, or it may not be looked into.
    """
    try:
        os.scandir(folder).close()
    except (OSError, ValueError) as error:
        raise UnreadableSource(shown(folder), getattr(error, "strerror", None) or str(error)) from error


@contextmanager
def events(folder: str, seconds: Callable[[], float]) -> Generator[Ears | None]:
    """Listen to the system's events of a folder and all in it; None where the library is missing or hears nothing.

    From the moment this is entered nothing is missed, but what the system itself drops.
    """
    try:
        from watchfiles import watch
    except ImportError:
        yield None
        return
    changes = watch(
        folder, watch_filter=None, debounce=_GATHER, rust_timeout=_TURN, yield_on_timeout=True,
        ignore_permission_denied=True, force_polling=False,
    )  # fmt: skip
    with closing(changes):
        try:
            next(changes)
        except (OSError, RuntimeError):  # no more watches are given, or none on this file system
            yield None
            return

        def wait(most: float) -> bool:
            until = seconds() + most
            while not next(changes):
                if seconds() >= until:
                    return False
            return True

        yield wait
