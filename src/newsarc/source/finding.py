"""Which sources there are: named files, what lies in folders, standard input, and the members of containers."""

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from functools import partial
from typing import NamedTuple

from newsarc.errors import NestedContainer, SourceError, UnreadableSource
from newsarc.source.containers import has_ending, is_container, members
from newsarc.source.limits import LIMITS, Limits
from newsarc.source.places import Place, Spool, opened, reason_of, shown
from newsarc.source.unpacking import pieces_of

STDIN = "-"
_ARCHIVE = frozenset({"FORMAT", "HEAD", "articles"})  # a folder that holds these is an archive of ours
_SEPARATOR = re.compile(r"[/\\]")  # between the folders of a member; some write the second one

Skip = Callable[[str, str], None]
"""Is told the path of what was passed over, and the reason."""


class _Search(NamedTuple):
    include: Sequence[str]
    skip: Skip
    limits: Limits


def find(
    names: Iterable[str], *, include: Sequence[str] = (), skip: Skip | None = None, limits: Limits = LIMITS
) -> Iterator[Place | SourceError]:
    """Yield what the named files and folders hold, folders walked in sorted order, `-` for standard input.

    A file named outright is never skipped. In a folder, links, things that are no files, hidden ones, newsarc archives
    and names that none of `include` (shell patterns) fits are passed over; `skip` is told their path and the reason.
    What cannot be looked at is yielded as the error it is.

    A zip or tar file is taken as a folder of its members, which are read one at a time, in its order; its name tells
    it, of a named file and standard input its first bytes too. One that itself fits `include` is taken whole. What
    cannot be read of it is yielded as a place with a fault, last the container itself if it is damaged.
    """
    search = _Search(include, skip or (lambda _path, _reason: None), limits)
    for name in names:
        if name == STDIN:
            if sys.stdin is None:
                yield UnreadableSource("stdin", "it is closed")
            else:
                yield from _named(Place("stdin", STDIN, named=True, spool=Spool(pieces_of(sys.stdin.buffer))), search)
            continue
        try:
            is_folder = stat.S_ISDIR(os.stat(name).st_mode)
        except (OSError, ValueError) as error:
            yield UnreadableSource(shown(name), reason_of(error))
            continue
        if is_folder:
            yield from _walk(name, search)
        else:
            yield from _named(Place(shown(name), name, named=True), search)


def _named(place: Place, search: _Search) -> Iterator[Place]:
    """Look into what a person named; what cannot be opened is a matter for `read`."""
    try:
        with opened(place) as file:
            is_one = has_ending(place.name) or is_container(file)
    except (OSError, ValueError):
        is_one = False
    if is_one:
        yield from _members(place, search)
    else:
        yield place


def lying(
    path: str, *, include: Sequence[str] = (), skip: Skip | None = None, limits: Limits = LIMITS
) -> Iterator[Place]:
    """Yield what one file found in a folder holds, by the rules of `find` for files in folders."""
    yield from _lying(path, _Search(include, skip or (lambda _path, _reason: None), limits))


def files(folder: str, skip: Skip) -> Iterator["os.DirEntry[str] | UnreadableSource"]:
    """Walk one folder depth first, sorted, with `lstat`: no link is followed, so there is no loop.

    What a walk passes over, whatever is wanted of it, is told to `skip`.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield UnreadableSource(shown(folder), reason_of(error))
        return
    if {entry.name for entry in found} >= _ARCHIVE:
        skip(shown(folder), "archive")
        return
    for entry in found:
        if entry.name.startswith("."):
            skip(shown(entry.path), "hidden")
        elif entry.is_symlink():
            skip(shown(entry.path), "symlink")
        elif entry.is_dir(follow_symlinks=False):
            yield from files(entry.path, skip)
        elif not entry.is_file(follow_symlinks=False):
            skip(shown(entry.path), "not a file")
        else:
            yield entry


def _walk(folder: str, search: _Search) -> Iterator[Place | SourceError]:
    for found in files(folder, search.skip):
        if isinstance(found, SourceError):
            yield found
        else:
            yield from _lying(found.path, search)


def _lying(path: str, search: _Search) -> Iterator[Place]:
    name = os.path.basename(path)
    if has_ending(name):
        yield from _members(Place(shown(path), path, named=False), search)
    elif not _fits(name, search.include):
        search.skip(shown(path), "not included")
    else:
        yield Place(shown(path), path, named=False)


def _members(place: Place, search: _Search, depth: int = 1) -> Iterator[Place]:
    """Take a container apart; one that lies in it is opened as deep as the limits say."""
    if _fits(os.path.basename(place.name), search.include):
        search = search._replace(include=())
    try:
        with opened(place) as file:
            for member in members(file, place.name, search.limits, partial(_unwanted, search, depth)):
                inner = Place(member.name, place.path, named=False, data=member.data, fault=member.fault)
                if member.skipped:
                    search.skip(member.name, member.skipped)
                elif member.fault or not has_ending(member.name):
                    yield inner
                elif depth < search.limits.depth:
                    yield from _members(inner, search, depth + 1)
                else:
                    yield replace(inner, fault=NestedContainer(member.name, f"{depth} deep is the most"))
    except SourceError as error:
        yield replace(place, fault=error)
    except (OSError, ValueError) as error:
        yield replace(place, fault=UnreadableSource(place.name, reason_of(error)))


def _unwanted(search: _Search, depth: int, name: str) -> str:
    """Say why a member is passed over, by the rules for files in folders."""
    parts = _SEPARATOR.split(name)
    if parts[0] == "__MACOSX" or any(part.startswith(".") and part.strip(".") for part in parts):
        return "hidden"
    is_opened = has_ending(name) and depth < search.limits.depth
    return "" if is_opened or _fits(parts[-1], search.include) else "not included"


def _fits(name: str, include: Sequence[str]) -> bool:
    return not include or any(fnmatch(name, pattern) for pattern in include)
