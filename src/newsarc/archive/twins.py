"""When two ids are one story: an agency's number, and the id the same story has in another format.

A record that comes under a number which a stored story names as its own is filed under that story. Where both ids are
stored already, a cancel of the one is written for the other, too: what is withdrawn must not be found by another name.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from newsarc.errors import IndexDamaged

if TYPE_CHECKING:
    from newsarc.archive.history import History

Stories: TypeAlias = Callable[[str], "History"]
"""What is known of an id."""
Naming: TypeAlias = Callable[[str], list[str]]
"""Which ids of stored stories name an id as another one of theirs."""
MARK = b'"alternate_ids":["'
"""Stands in each record that has some."""
_NUMBER = "iptc7901:"  # of an agency; other ids are nobody's alternates
_LIST = re.compile(re.escape(MARK[:-1]) + rb'"(?:[^"\\]|\\.)*(?:","(?:[^"\\]|\\.)*)*"\]')


def may_have_twins(name: str, record: bytes) -> bool:
    """Tell whether it is worth to look for other ids of a record."""
    return name.startswith(_NUMBER) or MARK in record


def alternates_in(line: bytes) -> list[str]:
    """Return the alternate ids of a record, without reading the rest of it."""
    found = _LIST.search(line) if MARK in line else None
    return [str(name) for name in json.loads(found[0][len(MARK) - 2 :])] if found else []


class Owners:
    """Which stories name an id as another one of theirs: stored ones, and those of this batch."""

    def __init__(self, naming: Naming, stories: Stories) -> None:
        self._naming = naming
        self._stories = stories
        self._named: dict[str, list[str]] = {}

    def add(self, name: str, others: Iterable[str]) -> None:
        """Take a story of this batch, and its other ids."""
        for other in others:
            self._named.setdefault(other, []).append(name)

    def of(self, name: str) -> list[str]:
        """Return the ids of these stories.

        Raises:
            IndexDamaged: One of them does not name it.
        """
        found = self._naming(name) if name.startswith(_NUMBER) else []
        for one in found:
            if name not in self._stories(one).alternates:
                raise IndexDamaged("index", f"{one} is not also {name}")
        return sorted({*found, *self._named.get(name, ())} - {name})


def joined(record: dict[str, Any], stories: Stories, owners: Owners) -> dict[str, Any]:
    """File a record under the story that names its id, if nothing is stored of it and one story does.

    One whose alternate id is stored as an id of its own says so in `same_as`.
    """
    name, others = record["id"], list(record.get("alternate_ids") or ())
    if not stories(name):
        found = owners.of(name)
        if len(found) == 1:
            others = [other for other in (*others, name) if other != found[0]]
            return record | {"id": found[0], "alternate_ids": list(dict.fromkeys(others))}
    twins = [other for other in others if other != name and stories(other)]
    return record | {"same_as": record["same_as"] or twins[0]} if twins else record


def tombstones(name: str, said: dict[str, Any], stories: Stories, owners: Owners) -> Iterator[dict[str, Any]]:
    """Yield the cancels of a story and its twins as records of each other."""
    twins = _twins(name, said, stories, owners)
    if said["status"] == "canceled":
        yield from (_tombstone(said, twin) for twin in twins)
    for twin in twins:
        cancels = (cancel for cancel in stories(twin).cancels if cancel["same_as"] != name)
        yield from (_tombstone(dict(cancel), name) for cancel in list(cancels))


def _twins(name: str, said: dict[str, Any], stories: Stories, owners: Owners) -> list[str]:
    """Find the other stored ids of a story: those it names, or named, and those that name it."""
    named = [*(said.get("alternate_ids") or ()), *stories(name).alternates]
    found = [*(other for other in named if stories(other)), *owners.of(name)]
    return [other for other in dict.fromkeys(found) if other != name]


def _tombstone(cancel: dict[str, Any], name: str) -> dict[str, Any]:
    """Write a cancel under the id of a twin; the archive counts it, so that what is later in time lifts it."""
    own = {key: value for key, value in cancel.items() if key not in ("seq", "chain")}
    counted = {"version": 1, "version_by": "archive", "revision": 1, "archived": None}
    return own | {"id": name, "same_as": cancel["id"], "alternate_ids": [], **counted}
