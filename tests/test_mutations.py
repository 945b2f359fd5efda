"""Each part of the protocol is needed: left out, what it guards against happens, and these tests see it.

The flushes and the moment of the acknowledgement are left out in `test_power`.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from conftest import Figure
from faulty import Entry, Stepping, Unflushed, dice, digests, dumps, entries_of, faults
from material import NOON
from newsarc import archive as room
from newsarc.archive import Archive, opening
from newsarc.archive.chain import Head, Place
from newsarc.archive.filing import Scanned
from newsarc.errors import ArchiveDamaged, ArchiveLocked, NewsarcError

ENTRIES = [entries_of(data, name) for name, data in dumps(6).items()]
Open = Callable[[Path], Archive]


def opened(root: Path) -> Archive:
    """Open an archive as it is meant to be, but do not wait for the platter."""
    return Archive(root, disk=Unflushed(), rotate_at=3500)


def appended(archive: Archive, *entries: Entry) -> list[str]:
    """Append a batch; returns the ids that are acknowledged by it."""
    return [filed.id for filed in archive.append(entries, now=NOON, wait=0)]


def missing(root: Path, acknowledged: list[str]) -> list[str]:
    """Return which acknowledged ids are not there exactly once, and every fault."""
    try:
        stored = Counter(one.id for one in Archive(root).articles())
    except NewsarcError as error:
        return [str(error)]
    wrong = [f"{name}: {stored[name]} times" for name in {*stored, *acknowledged} if stored[name] != 1]
    return wrong + faults(root)


# What the parts guard against. Each returns what went wrong.


def two_at_once(root: Path, open_it: Open) -> Iterator[list[str]]:
    """Let a second writer in at every step of the first."""
    appended(Archive.create(root / "base")[0], *ENTRIES[0])
    for number in count():
        place, acknowledged = root / f"{number}", [str(ENTRIES[0][0][0].id)]
        shutil.copytree(root / "base", place)
        first, other = open_it(place), open_it(place)
        disk = _Barging(number, partial(appended, other, *ENTRIES[1]))
        first._disk = disk  # noqa: SLF001 - where a test breaks in
        try:
            acknowledged += appended(first, *ENTRIES[2])
        except (NewsarcError, OSError) as error:
            yield [str(error)]
            continue
        if disk.is_over:
            return
        yield missing(place, acknowledged + disk.acknowledged)


class _Barging(Stepping):
    """Lets another writer in before its Nth step, unless that one must wait."""

    def __init__(self, number: int, other: Callable[[], list[str]]) -> None:
        super().__init__()
        self.number = number
        self.other = other
        self.is_over = True
        self.acknowledged = list[str]()

    def take(self, do: Callable[[], None], _half: Callable[[], None]) -> None:
        """Do it, after the other one."""
        if len(self.steps) == self.number + 1:
            self.is_over = False
            with suppress(ArchiveLocked):
                self.acknowledged = self.other()
        do()


def in_turn(root: Path, open_it: Open) -> Iterator[list[str]]:
    """Let two writers append in turn."""
    Archive.create(root / "a")
    writers, acknowledged = [open_it(root / "a"), open_it(root / "a")], list[str]()
    for number, entries in enumerate(ENTRIES):
        acknowledged += appended(writers[number % 2], *entries)
    yield missing(root / "a", acknowledged)


def the_same_again(root: Path, open_it: Open) -> Iterator[list[str]]:
    """Append the same twice, by two runs."""
    Archive.create(root / "a")
    acknowledged = [name for _ in range(2) for name in appended(open_it(root / "a"), *ENTRIES[0], *ENTRIES[1])]
    yield missing(root / "a", acknowledged)


def older_heads(root: Path, open_it: Open) -> Iterator[list[str]]:
    """Append behind each older HEAD there was."""
    archive, heads, acknowledged = Archive.create(root / "base")[0], list[bytes](), list[str]()
    for entries in ENTRIES[:3]:
        heads.append((root / "base" / "HEAD").read_bytes())
        acknowledged += appended(archive, *entries)
    for number, head in enumerate(heads):
        place = root / f"{number}"
        shutil.copytree(root / "base", place)
        (place / "HEAD").write_bytes(head)
        yield missing(place, acknowledged + appended(open_it(place), *ENTRIES[3]))


def cut_segments(root: Path, open_it: Open) -> Iterator[list[str]]:
    """Append to a segment that was cut before HEAD: that must be refused, and nothing be written."""
    appended(Archive.create(root / "base")[0], *ENTRIES[0], *ENTRIES[1])
    for number in range(20):
        place = root / f"{number}"
        shutil.copytree(root / "base", place)
        path = place / "articles" / "000001.jsonl"
        path.write_bytes(path.read_bytes()[: -1 - number * 50])
        yield _refused(place, open_it)


def flipped_heads(root: Path, open_it: Open) -> Iterator[list[str]]:
    """Append behind a HEAD with a digit that is another one: that must be refused too."""
    appended(Archive.create(root / "base")[0], *ENTRIES[0], *ENTRIES[1])
    head, roll = (root / "base" / "HEAD").read_bytes(), dice(5)
    for number, offset in enumerate(offset for offset, byte in enumerate(head) if chr(byte).isdigit()):
        place = root / f"{number}"
        shutil.copytree(root / "base", place)
        digit = roll.choice([digit for digit in b"123456789" if digit != head[offset]])
        (place / "HEAD").write_bytes(head[:offset] + bytes([digit]) + head[offset + 1 :])
        yield _refused(place, open_it)


def _refused(root: Path, open_it: Open) -> list[str]:
    before = digests(root)
    try:
        appended(open_it(root), *ENTRIES[2])
    except ArchiveDamaged:
        return [] if digests(root) == before else ["it was refused, and something was written"]
    except NewsarcError as error:
        return [f"it was refused as {error}"]
    return ["it was not refused"]


GUARDS = (two_at_once, in_turn, the_same_again, older_heads, cut_segments, flipped_heads)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_protocol_as_it_is(guard: Callable[[Path, Open], Iterator[list[str]]], tmp_path: Path) -> None:
    assert [wrong for wrong in guard(tmp_path, opened) if wrong] == []


# What is left out. Each returns how an archive is opened then.


class _Remembering(Archive):
    """Reads HEAD once, and never again."""

    _mine: Head | None = None

    def _settled_head(self) -> Head:
        self._mine = self._mine or super()._settled_head()
        return self._mine

    def _put_head(self, head: Head) -> None:
        super()._put_head(head)
        self._mine = head


class _Blind(Archive):
    """Does not look at what lies behind HEAD, nor whether all before it does."""

    def _settled_head(self) -> Head:
        return self.head()


class _Forgetful(Scanned):
    """Knows of no story."""

    def places(self, _name: str) -> list[Place]:
        """Return nothing."""
        return []


def without_lock(patch: pytest.MonkeyPatch) -> Open:
    patch.setattr(room, "held", lambda *_args, **_named: nullcontext())
    return opened


def without_reading_head_again(_patch: pytest.MonkeyPatch) -> Open:
    return lambda root: _Remembering(root, disk=Unflushed(), rotate_at=3500)


def without_recovery(_patch: pytest.MonkeyPatch) -> Open:
    return lambda root: _Blind(root, disk=Unflushed(), rotate_at=3500)


def without_the_sum_of_head(patch: pytest.MonkeyPatch) -> Open:
    def read_head(data: bytes) -> Head:
        fields = json.loads(data)
        return Head(*(fields[name] for name in Head._fields))

    patch.setattr(opening, "read_head", read_head)
    return opened


def without_dropping_doubles(_patch: pytest.MonkeyPatch) -> Open:
    def open_it(root: Path) -> Archive:
        archive = opened(root)
        archive.known = _Forgetful()
        return archive

    return open_it


MUTATIONS = (
    (without_lock, two_at_once),
    (without_reading_head_again, in_turn),
    (without_dropping_doubles, the_same_again),
    (without_recovery, older_heads),
    (without_the_sum_of_head, flipped_heads),
)


@pytest.mark.parametrize(("mutation", "guard"), MUTATIONS, ids=lambda one: one.__name__)
def test_without_a_part_of_it_the_guard_sees_what_goes_wrong(
    mutation: Callable[[pytest.MonkeyPatch], Open],
    guard: Callable[[Path, Open], Iterator[list[str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figure,
) -> None:
    seen = [bool(wrong) for wrong in guard(tmp_path, mutation(monkeypatch))]
    assert any(seen)
    figure("D5", f"of {len(seen)} states wrong, {mutation.__name__.replace('_', ' ')}:", sum(seen))
