"""A disk that fails costs nothing that was archived; one that changes a byte of FORMAT or HEAD is found out."""

import errno
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import Figure
from faulty import (
    BAD_NAME,
    UNREADABLE,
    Failing,
    Stepping,
    dice,
    digests,
    dumps,
    entries_of,
    everything,
    faults,
    filled,
    folder_of,
    keep,
    losses,
    segments,
    whole_lines,
)
from killed import unfit
from material import NOON
from newsarc import archive as room
from newsarc.archive import Archive
from newsarc.archive.disk import locked
from newsarc.errors import ArchiveDamaged, ArchiveLocked, StorageError, UnknownFormat

ONE, TWO, THREE = dumps(3).values()
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EINTR)


# The Nth step fails.


class Base(NamedTuple):
    """An archive with a tail to recover and a full segment, a folder to ingest, and what must come out."""

    root: Path
    lines: list[bytes]
    folder: Path
    wanted: Counter[bytes]


@pytest.fixture
def base(tmp_path: Path) -> Base:
    folder = folder_of({**dumps(6), BAD_NAME: UNREADABLE}, tmp_path / "sources")
    keep(tmp_path / "clean", folder)
    root = tmp_path / "base"
    keep(root, folder_of(dumps(3), tmp_path / "earlier"))
    head, lines = (root / "HEAD").read_bytes(), whole_lines(root)
    keep(root, folder_of(dumps(5), tmp_path / "later"))
    one, two = segments(root)
    fourth, fifth = two.read_bytes().splitlines(keepends=True)
    one.write_bytes(one.read_bytes() + fourth + fifth[:500])
    two.unlink()
    (root / "HEAD").write_bytes(head)
    return Base(root, lines, folder, everything(tmp_path / "clean"))


def steps_of(base: Base, root: Path) -> list[str]:
    """Count the steps of a run in which nothing fails."""
    shutil.copytree(base.root, root)
    disk = Stepping()
    keep(root, base.folder, disk=disk)
    assert set(disk.steps) == {"create", "write", "truncate", "fsync", "fsync_folder", "replace"}
    return disk.steps


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("code", ERRORS, ids=errno.errorcode.get)
def test_any_step_may_fail(base: Base, tmp_path: Path, code: int, for_ever: bool, figure: Figure) -> None:
    steps = steps_of(base, tmp_path / "counted")
    for number, step in enumerate(steps, 1):
        root, names = tmp_path / f"{number}", list[str]()
        shutil.copytree(base.root, root)
        disk = Failing(number, code, for_ever=for_ever)
        with pytest.raises(StorageError, match=os.strerror(code)) as caught:
            keep(root, base.folder, disk=disk, acknowledged=names.append)
        assert (disk.failed, caught.value.exit_code) == (step, 74)
        assert not step.startswith("fsync") or disk.flushes_after() == [], (number, step)
        assert losses(root, names) == [], (number, step)
        assert [line[:-1] for _, line in Archive(root).scan()][:3] == base.lines, (number, step)
        assert (root / "LOCK").read_bytes() == b""
        keep(root, base.folder)
        assert everything(root) == base.wanted, (number, step)
        assert losses(root, [*dumps(6), BAD_NAME]) == [], (number, step)
        assert unfit(root) == [], (number, step)
        shutil.rmtree(root)
    figure("D3", f"steps that fail with {errno.errorcode[code]} {'from then on' if for_ever else 'once'}", len(steps))


@pytest.mark.parametrize("code", ERRORS, ids=errno.errorcode.get)
def test_an_append_that_fails_leaves_every_committed_byte_alone(tmp_path: Path, code: int) -> None:
    """Before HEAD is replaced the archive is as it was, to the byte but for unnamed originals; after, it is the new."""
    archive, _ = Archive.create(tmp_path / "archive")
    filled(archive, *dumps(2).values())
    entries = entries_of(next(iter(dumps(1, first=3).values())))
    for number in count(1):
        root = tmp_path / f"{number}"
        shutil.copytree(tmp_path / "archive", root)
        before = digests(root)
        disk = Failing(number, code)
        writer = Archive(root, disk=disk)
        try:
            writer.append(entries, now=NOON)
        except StorageError:
            now = digests(root)
            is_committed = "replace" in disk.steps[: number - 1]
            assert disk.failed == "fsync_folder" or not is_committed
            kept = ["articles/000001.jsonl", "HEAD", "FORMAT", "LOCK"]
            assert is_committed or [now[name] for name in kept] == [before[name] for name in kept], number
            assert (writer.append(entries, now=NOON)[0].what == "unchanged") == is_committed
            assert len(list(writer.scan())) == 3
            assert faults(root) == []
        else:
            assert not disk.failed
            assert number > 10
            break


def test_making_an_archive_may_fail_at_any_step(tmp_path: Path) -> None:
    for number in count(1):
        root, disk = tmp_path / f"{number}", Failing(number, errno.ENOSPC)
        try:
            Archive.create(root, disk=disk)
        except StorageError:
            pass
        else:
            assert number > 10
            break
        made, _ = Archive.create(root)
        assert filled(made, *dumps(1).values()) == ["new"]
        assert faults(root) == []


def test_quarantine_may_fail_at_any_step(tmp_path: Path) -> None:
    Archive.create(tmp_path / "archive")
    error = UnknownFormat("x", "y")
    for number in count(1):
        shutil.copytree(tmp_path / "archive", root := tmp_path / f"{number}")
        disk = Failing(number, errno.EIO)
        try:
            Archive(root, disk=disk).quarantine(UNREADABLE, error, reader="r", now=NOON)
        except StorageError:
            assert not (disk.failed or "").startswith("fsync") or disk.flushes_after() == []
        else:
            assert number > 10
            break
        assert faults(root) == []
        Archive(root).quarantine(UNREADABLE, error, reader="r", now=NOON)
        assert losses(root, [BAD_NAME]) == []


@pytest.mark.parametrize("most", [1, 7, 300])
def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    folder = folder_of({**dumps(5), BAD_NAME: UNREADABLE}, tmp_path / "sources")
    keep(tmp_path / "clean", folder)
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:most]))
    keep(tmp_path / "archive", folder)
    monkeypatch.undo()
    assert everything(tmp_path / "archive") == everything(tmp_path / "clean")
    assert losses(tmp_path / "archive", [*dumps(5), BAD_NAME]) == []
    for path in segments(tmp_path / "clean"):
        assert path.read_bytes() == (tmp_path / "archive" / "articles" / path.name).read_bytes()


def test_a_disk_that_times_out_is_no_lock(archive: Archive) -> None:
    writer = Archive(archive.root, disk=Failing(1, errno.ETIMEDOUT))
    with pytest.raises(StorageError):
        filled(writer, *dumps(1).values())


def test_an_archive_that_another_run_is_making_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LOCK_WAIT", 0.1)
    with locked(str(tmp_path / "LOCK"), wait=0, holder="process 1"), pytest.raises(ArchiveLocked):
        Archive.create(tmp_path)


# A byte changes.


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Make an archive of three articles in two segments, with originals and one source in quarantine."""
    archive, _ = Archive.create(tmp_path / "small", rotate_at=2000)
    filled(archive, ONE, TWO, THREE)
    archive.quarantine(UNREADABLE, UnknownFormat("brief.txt", "unknown"), reader="newsarc", now=NOON)
    assert len(segments(tmp_path / "small")) == 2
    return tmp_path / "small"


def flips(path: Path, masks: list[int]) -> Iterator[tuple[int, int]]:
    """Change each byte of a file in turn by each mask's turn; yields place and mask, puts it back."""
    data = path.read_bytes()
    with path.open("r+b", buffering=0) as stream:
        for offset, byte in enumerate(data):
            mask = masks[offset % len(masks)]
            os.pwrite(stream.fileno(), bytes([byte ^ mask]), offset)
            yield offset, mask
            os.pwrite(stream.fileno(), bytes([byte]), offset)


@pytest.fixture(params=["every bit of a byte", 1, 2])
def masks(request: pytest.FixtureRequest) -> list[int]:
    """Return what bytes are changed by: 0xFF, or single bits rolled from a seed."""
    if not isinstance(request.param, int):
        return [0xFF]
    roll = dice(request.param)
    return [1 << roll.randrange(8) for _ in range(997)]


def test_every_flipped_byte_of_format_stops_the_opening(small: Path, masks: list[int]) -> None:
    opened = Archive(small)
    for offset, _ in flips(small / "FORMAT", masks):
        with pytest.raises(ArchiveDamaged, match="FORMAT"):
            Archive(small)
        assert [fault.where for fault in opened.check()] == ["FORMAT"], offset


def test_every_flipped_byte_of_head_is_found_by_readers_writers_and_check(small: Path, masks: list[int]) -> None:
    opened = Archive(small)
    for offset, _ in flips(small / "HEAD", masks):
        with pytest.raises(ArchiveDamaged, match="HEAD"):
            next(opened.scan())
        assert [fault.where for fault in opened.check()] == ["HEAD"], offset
