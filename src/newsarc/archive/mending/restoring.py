"""How lost articles are read anew from their originals, and where in the order of lines they belong.

What is there still is never taken twice, and what was erased never comes back. An article counts as lost if nothing of
its id is left, if what is left of a damaged line names it, or if its original lies where lines are missing.
"""

import json
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from math import inf
from typing import Any, NamedTuple, TypeAlias

from newsarc.archive.checking.shape import Kept, read_kept
from newsarc.archive.disk import Disk
from newsarc.archive.erased import digest_of
from newsarc.archive.filing import id_of, number, written
from newsarc.archive.history import History
from newsarc.archive.mending.traces import FIRST_READING, Reread
from newsarc.archive.mending.walking import unpacked, walk
from newsarc.archive.originals import Member, pack_path
from newsarc.zone import in_german_time

_ID = re.compile(rb'"id":"((?:[^"\\]|\\.){1,2000})","version":')
_ORIGIN = re.compile(
    rb'"origin":\{"name":("(?:[^"\\]|\\.)*"),"format":"(\w+)","encoding":"[^"]*","sha256":"([0-9a-f]{64})"'
)
Lines: TypeAlias = Callable[[], Iterator[tuple[int, bytes]]]
"""Gives number and bytes of every line that is there, in order; as often as it is called."""
_Order: TypeAlias = tuple[float, float, float]
"""Where an article lies in the originals: pack, first byte in it, first byte in the source."""


class Gap(NamedTuple):
    """Missing lines: the number of the first, and what is left of them."""

    seq: int
    left: Sequence[bytes] = ()


class Restored(NamedTuple):
    """An article that was read anew: the number before which it belongs, its record, and where its original lies."""

    seq: float
    record: bytes
    member: Member


@dataclass(slots=True)
class _Known:
    """What the lines that are there say of ids and originals."""

    ids: set[int] = field(default_factory=set)
    named: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """Of each member its length, and how many bytes of the source records name."""
    edges: list[tuple[int, _Order, _Order]] = field(default_factory=list)
    """Number of the first missing line, the places in the originals before and behind the gap."""


def restore(
    disk: Disk, root: str, lines: Lines, gaps: Sequence[Gap], *, reread: Reread, erased: Container[str], now: datetime
) -> list[Restored]:
    """Read anew what is lost, in the order in which it belongs; reads the originals that no line names in full."""
    folder = os.path.join(root, "originals")
    known = _look(lines(), gaps)
    members = dict(_unnamed(disk, folder, known))
    sources = _sources(lines(), gaps, members)
    ids = {name: gap.seq for gap in gaps for piece in gap.left for name in names_in(piece)}
    found: list[tuple[float, _Order, bytes, Member]] = []
    for member, digest in members.items():
        name, form = sources.get(member[:2]) or sources.get(digest) or (f"{member.pack:06}.gz", None)
        data = unpacked(disk, folder, member) or b""
        for record in list(reread(data, name, form)) or reread(data, name, None):  # the format may be damaged too
            place = (*member[:2], json.loads(record)["origin"]["offset"])
            seq = _gap_of(id_of(record), place, ids, known)
            if seq is not None and digest_of(id_of(record)) not in erased:
                found.append((seq, place, record, member))
    found.sort(key=lambda one: one[:2])
    stored = _stored(lines(), {id_of(record) for _, _, record, _ in found})
    return list(_numbered(found, stored, now))


def _look(lines: Iterable[tuple[int, bytes]], gaps: Sequence[Gap]) -> _Known:
    known = _Known()
    waiting = list(gaps)
    open_: list[int] = []
    last: _Order = (-1, -1, -1)
    for seq, line in lines:
        known.ids.add(hash(id_of(line)))
        while waiting and waiting[0].seq < seq:
            open_.append(waiting.pop(0).seq)
        kept = _kept(line)
        if kept is None or kept.pack is None or kept.pack_offset is None or kept.pack_length is None:
            continue
        place = (kept.pack, kept.pack_offset, kept.offset)
        known.edges += [(one, last, place) for one in open_]
        open_, last = [], place
        entry = known.named.setdefault(place[:2], [kept.pack_length, 0])
        entry[1] += kept.length if FIRST_READING in line else 0
    known.edges += [(one, last, (inf, inf, inf)) for one in (*open_, *(gap.seq for gap in waiting))]
    return known


def _kept(line: bytes) -> Kept | None:
    try:
        return read_kept(line)
    except ValueError:
        return None


def _unnamed(disk: Disk, folder: str, known: _Known) -> Iterator[tuple[Member, str]]:
    """Yield the members of which no record names all bytes, with the digest of theirs."""

    def passed(pack: int, offset: int) -> int:
        length, covered = known.named.get((pack, offset), (0, 0))
        size = disk.read(pack_path(folder, pack), offset + length - 4, 4) if length else b""
        return length if length and covered >= int.from_bytes(size, "little") else 0

    for member, data in walk(disk, folder, passed):
        if data:
            yield member, sha256(data).hexdigest()


def _sources(
    lines: Iterable[tuple[int, bytes]], gaps: Sequence[Gap], members: Iterable[Member]
) -> dict[Any, tuple[str, str]]:
    """Return name and format of sources: by their place where a line names it, by digest where only a scrap does."""
    wanted = {member[:2] for member in members}
    found: dict[Any, tuple[str, str]] = {}
    for _, line in lines:
        kept = _kept(line)
        place = (kept.pack, kept.pack_offset) if kept else None
        if place in wanted and place not in found:
            origin = json.loads(line)["origin"]
            found[place] = (origin["name"], origin["format"])
    for gap in gaps:
        for name, form, digest in (match for piece in gap.left for match in _ORIGIN.findall(piece)):
            found[digest.decode()] = (str(json.loads(name.decode("utf-8", "replace"))), form.decode())
    return found


def names_in(piece: bytes) -> Iterator[str]:
    """Yield the ids that what is left of a line names."""
    for name in _ID.findall(piece):
        try:
            yield str(json.loads(b'"%b"' % name))
        except ValueError:
            continue


def _gap_of(name: str, place: _Order, ids: dict[str, int], known: _Known) -> float | None:
    """Return where a story that was read anew belongs; None if it is there already, as far as that can be told."""
    if name in ids:
        return ids[name]
    for seq, before, behind in known.edges:
        if before < place < behind:
            return seq
    return None if hash(name) in known.ids else inf


def _stored(lines: Iterable[tuple[int, bytes]], names: Container[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for _, line in lines:
        if (name := id_of(line)) in names:
            found.setdefault(name, []).append(json.loads(line))
    return found


def _numbered(
    found: Iterable[tuple[float, _Order, bytes, Member]], stored: dict[str, list[dict[str, Any]]], now: datetime
) -> Iterator[Restored]:
    """Leave out what is there; give the others a version number that is free, the lowest one."""
    archived = in_german_time(now).isoformat()
    for seq, _, record, member in found:
        known = stored.setdefault(id_of(record), [])
        _, fresh = number([(record, None)], lambda name: History(stored[name]))
        for numbered, _ in fresh:
            said: dict[str, Any] = json.loads(numbered)
            taken = {one["version"] for one in known}
            if known and said["version_by"] == "archive":
                said["version"] = next(one for one in range(1, len(taken) + 2) if one not in taken)
            said["origin"] |= {"pack": member.pack, "pack_offset": member.offset, "pack_length": member.length}
            said["archived"] = archived
            known.append(said)
            yield Restored(seq, written(said), member)
