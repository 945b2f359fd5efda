"""How much there is to read, before it is read: the bytes of named files and folders, where that can be known."""

import os
import stat
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch

from newsarc.source.containers import has_ending

_PACKED = (".gz", ".bz2", ".xz")


def weight(names: Iterable[str], include: Sequence[str] = ()) -> int | None:
    """Sum the sizes of what `find` would name; None where packed files, containers or standard input hide theirs.

    Only the folders are read; what cannot be looked at weighs nothing.
    """
    total, waiting = 0, [(name, True) for name in names]
    while waiting:
        path, is_named = waiting.pop()
        name = os.path.basename(path)
        try:
            known = os.stat(path) if is_named else os.lstat(path)
            if stat.S_ISDIR(known.st_mode) and (is_named or not name.startswith(".")):
                waiting += [(os.path.join(path, inner), False) for inner in os.listdir(path)]
        except (OSError, ValueError):
            if path == "-":
                return None
            continue
        if not stat.S_ISREG(known.st_mode) or (not is_named and not _is_taken(name, include)):
            continue
        if has_ending(name) or name.casefold().endswith(_PACKED):
            return None
        total += known.st_size
    return total


def _is_taken(name: str, include: Sequence[str]) -> bool:
    fits = not include or any(fnmatch(name, pattern) for pattern in include)
    return not name.startswith(".") and (fits or has_ending(name))
