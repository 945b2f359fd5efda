"""Every fault is found and named: bytes flipped, lines dropped, doubled, swapped and cut, originals lost, files cut."""

import os
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from faulty import UNREADABLE, dice, digests, dumps, entries_of, filled, segments
from material import NOON
from newsarc.archive import Archive
from newsarc.archive.checking import Fault, Tally
from newsarc.article import Article
from newsarc.errors import ArchiveDamaged, UnknownFormat
from newsarc.ingest import Reading
from newsarc.verify import verify

SEGMENT = "articles/000001.jsonl"


def found(root: Path) -> list[Fault]:
    """Return every fault."""
    return list(verify(str(root), Tally()))


def grown(root: Path, number: int, *, rotate_at: int = 1 << 20, originals: bool = False) -> Archive:
    """Make an archive of so many articles."""
    archive, _ = Archive.create(root, rotate_at=rotate_at, originals=originals)
    assert set(filled(archive, *dumps(number).values())) == {"new"}
    return archive


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Make an archive of five articles in three segments, with originals and one source in quarantine."""
    archive = grown(tmp_path / "small", 5, rotate_at=2000, originals=True)
    archive.quarantine(UNREADABLE, UnknownFormat("brief.txt", "unknown"), reader="newsarc", now=NOON)
    assert len(segments(tmp_path / "small")) == 3
    return tmp_path / "small"


def test_nothing_is_found_where_nothing_is(small: Path) -> None:
    before, tally = digests(small), Tally()
    assert list(verify(str(small), tally)) == []
    assert digests(small) == before
    lines = sum(path.stat().st_size for path in segments(small))
    assert (tally.lines, tally.bytes, tally.originals, tally.read) == (5, lines, 5, tally.total)


# I1: a byte flipped.


def flipped(path: Path, data: bytes, offset: int, mask: int) -> None:
    """Change one byte of a file."""
    with path.open("r+b", buffering=0) as stream:
        os.pwrite(stream.fileno(), bytes([data[offset] ^ mask]), offset)


def flips(path: Path, roll: random.Random) -> Iterator[tuple[int, bytes]]:
    """Change each byte of a file in turn, in one bit or in all, and put it back; yields its place and the file."""
    data = path.read_bytes()
    for offset in range(len(data)):
        flipped(path, data, offset, roll.choice([0xFF, 1 << roll.randrange(8)]))
        yield offset, data
        flipped(path, data, offset, 0)


def is_located(faults: list[Fault], path: Path, data: bytes, offset: int) -> bool:
    """Tell whether one line is blamed, and the right one."""
    [fault] = faults
    place = (fault.file, fault.line) == (f"articles/{path.name}", data.count(b"\n", 0, offset) + 1)
    return place and (fault.first_byte or 0) <= offset <= (fault.last_byte or 0)


def test_every_flipped_byte_of_a_segment_is_found_and_blames_one_line(tmp_path: Path, full: bool) -> None:
    root, roll = tmp_path / "archive", dice(1)
    grown(root, 12 if full else 2)
    [path] = segments(root)
    for offset, data in flips(path, roll):
        assert is_located(found(root), path, data, offset), offset
    assert path.stat().st_size > (15_000 if full else 2_400)
    assert found(root) == []


def test_flipped_bytes_of_an_archive_are_found_and_blame_one_line(tmp_path: Path, full: bool) -> None:
    root, roll = tmp_path / "archive", dice(2)
    grown(root, 6, rotate_at=2000)
    paths = [*segments(root), *segments(root), root / "HEAD", root / "FORMAT"]
    known = {path: path.read_bytes() for path in paths}
    for _ in range(10_000 if full else 1_000):
        path = roll.choice(paths)
        offset = roll.randrange(len(known[path]))
        flipped(path, known[path], offset, 1 << roll.randrange(8))
        faults = found(root)
        if path.parent == root:
            assert [str(fault) for fault in faults] == [f"{path.name}: it is not as written"], offset
        else:
            assert is_located(faults, path, known[path], offset), (path.name, offset)
        flipped(path, known[path], offset, 0)
    assert found(root) == []


def test_a_line_end_put_into_a_line_blames_that_line(tmp_path: Path) -> None:
    """One flip makes two lines of one, at any place; or one of two."""
    root = tmp_path / "archive"
    grown(root, 3)
    [path] = segments(root)
    data = path.read_bytes()
    for offset in range(0, len(data), 3):
        flipped(path, data, offset, data[offset] ^ ord("\n") or 0xFF)
        assert is_located(found(root), path, data, offset), offset
        flipped(path, data, offset, 0)
    for offset in (data.index(b"\n"), len(data) - 1):
        for mask in range(1, 256):
            flipped(path, data, offset, mask)
            assert is_located(found(root), path, data, offset), mask
        flipped(path, data, offset, 0)


def test_every_flipped_byte_in_quarantine_is_found(small: Path) -> None:
    files = sorted((small / "quarantine").iterdir())
    assert len(files) == 2
    for path in files:
        for offset, _ in flips(path, dice(3)):
            assert [fault.file for fault in found(small)] == [f"quarantine/{path.name}"], (path, offset)


def test_the_seq_and_id_of_a_flipped_line_are_read_where_they_can_be(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    [first, second] = [article.id for article in grown(root, 2).articles()]
    [path] = segments(root)
    data = path.read_bytes()
    start = data.index(b"\n") + 1
    for place, told in ((b'"lead":', second), (b'"id":', "?"), (b'{"schema":', second), (b',"seq":2', second)):
        flipped(path, data, data.index(place, start) + 1, 0x20)
        [fault] = found(root)
        assert str(fault).startswith(f"{SEGMENT}:2 bytes {start}-{len(data) - 1} seq 2 id {told}: its "), place
        flipped(path, data, data.index(place, start) + 1, 0)
    assert first != second


# I2: lines dropped, doubled, swapped, cut, overwritten; junk.


class Damage(NamedTuple):
    """A segment that is damaged, the lines of it that are blamed, in order, and what the first is blamed for."""

    data: bytes
    blamed: tuple[int, ...]
    what: str


def dropped(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    many = roll.randint(1, len(lines) - at - 1)
    what = rf"(line {at + 1} is|{many} lines \({at + 1} to {at + many}\) are) missing before it"
    return Damage(b"".join(lines[:at] + lines[at + many :]), (at + 1,), what)


def doubled(lines: list[bytes], at: int, _roll: random.Random) -> Damage:
    return Damage(b"".join([*lines[: at + 1], *lines[at:]]), (at + 2,), "it stands here twice")


def repeated(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    again = roll.randrange(at + 1)
    what = "it stands here twice" if again == at else "it stands here again"
    return Damage(b"".join([*lines[: at + 1], lines[again], *lines[at + 1 :]]), (at + 2,), what)


def swapped(lines: list[bytes], at: int, _roll: random.Random) -> Damage:
    blamed = (at + 1, at + 2) if at + 2 < len(lines) else (at + 1,)
    made = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
    return Damage(b"".join(made), blamed, f"line {at + 1} is missing before it")


def cut(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    kept = lines[at][: roll.randrange(20, len(lines[at]) - 80)] + roll.choice([b"", b"\n"])
    what = "it is cut: its end is missing; the line behind it cannot be proved"
    return Damage(b"".join([*lines[:at], kept, *lines[at + 1 :]]), (at + 1,), what)


def beheaded(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    kept = lines[at][roll.randrange(1, len(lines[at]) - 100) :]
    return Damage(b"".join([*lines[:at], kept, *lines[at + 1 :]]), (at + 1,), "its beginning is not as written")


def joined(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    end = roll.choice([b"", b"\r\n", b" ", b"\0"])
    return Damage(b"".join([*lines[:at], lines[at][:-1] + end, *lines[at + 1 :]]), (at + 1,), "its line end is not")


def zeros(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    """A sector of a disk, somewhere between the start of one line and the end of the next but one."""
    data = b"".join(lines)
    start = len(b"".join(lines[:at])) + roll.randrange(len(lines[at]) - 1)
    what = "its bytes do not fit|zeros stand in it|it is all that is left of|it is zeros"
    return Damage(data[:start] + bytes(512) + data[start + 512 :], (at + 1,), what)


def wiped(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    """Lines that are there, and zeros."""
    many = roll.randint(1, len(lines) - at - 1)
    size = len(b"".join(lines[at : at + many]))
    what = "it is zeros" + (
        rf"; {many} lines \({at + 1} to {at + many}\) are lost" if many > 1 else "; the line behind"
    )
    return Damage(b"".join([*lines[:at], bytes(size), *lines[at + many :]]), (at + 1,), what)


def junk(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    made = roll.choice([b"junk", b"junk\n", b"\n\n\n", roll.randbytes(700), b'{"id":"x"}\n', b"\xef\xbb\xbf"])
    what = "it is no line of an archive; nothing is lost there"
    return Damage(b"".join([*lines[:at], made, *lines[at:]]), (at + 1,), what)


def tail(lines: list[bytes], at: int, roll: random.Random) -> Damage:
    """What stands behind HEAD is no damage."""
    made = roll.choice([b"junk", lines[-1], lines[at], lines[at][:99], bytes(512), roll.randbytes(700)])
    return Damage(b"".join([*lines, made]), (), "")


DAMAGES: tuple[Callable[[list[bytes], int, random.Random], Damage], ...] = (
    dropped, doubled, repeated, swapped, cut, beheaded, joined, zeros, wiped, junk, tail,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_lines_that_are_damaged_are_found_and_said_how(
    tmp_path: Path, damage: Callable[[list[bytes], int, random.Random], Damage], full: bool
) -> None:
    grown(tmp_path / "archive", 8)
    [path] = segments(tmp_path / "archive")
    lines, roll = path.read_bytes().splitlines(keepends=True), dice(4)
    for _ in range(200 if full else 10):
        made = damage(lines, roll.randrange(len(lines) - 1), roll)
        path.write_bytes(made.data)
        faults = found(tmp_path / "archive")
        assert tuple(fault.line for fault in faults) == made.blamed, faults
        assert not faults or re.match(made.what, faults[0].what), (made.what, faults)
        assert {(fault.file, fault.exit_code) for fault in faults} <= {(SEGMENT, 4)}


def test_the_last_lines_lost_are_named_too(tmp_path: Path) -> None:
    grown(tmp_path / "archive", 4)
    [path] = segments(tmp_path / "archive")
    data = path.read_bytes()
    lines = data.splitlines(keepends=True)
    ends = {
        len(data) - len(lines[3]): f"it ends at byte {len(data) - len(lines[3])} of {len(data)}; line 4 is missing",
        len(lines[0]): f"it ends at byte {len(lines[0])} of {len(data)}; 3 lines (2 to 4) are missing",
        0: "it is empty",
    }
    for end, what in ends.items():
        path.write_bytes(data[:end])
        assert [str(fault) for fault in found(tmp_path / "archive")] == [f"{SEGMENT}: {what}"]
    path.write_bytes(data[:-512] + bytes(512))
    assert [fault.what for fault in found(tmp_path / "archive")] == ["zeros stand in it"]


def test_zeros_that_begin_with_a_line_end_are_told_from_the_line_before(tmp_path: Path) -> None:
    grown(tmp_path / "archive", 4)
    [path] = segments(tmp_path / "archive")
    lines = path.read_bytes().splitlines(keepends=True)
    data = b"".join([lines[0], lines[1][:-1], bytes(512), lines[2][511:], lines[3]])
    path.write_bytes(data)
    end = len(lines[0] + lines[1]) - 2
    assert [(fault.last_byte, fault.seq, fault.what) for fault in found(tmp_path / "archive")] == [
        (end, 2, "its line end is not as written"),
        (end + 1 + len(lines[2]), 3, "zeros stand in it"),
    ]


def test_damage_at_the_edges_of_segments_is_named_where_it_shows(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    grown(root, 6, rotate_at=2000)
    kept = {path: path.read_bytes() for path in segments(root)}
    first, second, third = kept
    one, two = kept[second].splitlines(keepends=True)
    for path, data, wanted in (
        (second, one, ["000003.jsonl:1 .*: line 4 is missing before it"]),
        (second, two, ["000002.jsonl:1 .*: line 3 is missing before it"]),
        (second, one + two[:-100], ["000002.jsonl:2 .*: it is cut: its end is missing; the line behind"]),
        (second, one + two[:-1], ["000002.jsonl:2 .*: its line end is not as written"]),
        (second, one + two[:-3] + b"x\0\n", ["000002.jsonl:2 .*: its end is not as written"]),
        (second, one[:9] + two, ["000002.jsonl:1 .*: it is cut: its end is missing; the line behind"]),
        (second, b"", ["000002.jsonl: it is empty", "000003.jsonl:1 .*: 2 lines .3 to 4. are missing before it"]),
        (second, None, ["000002.jsonl: it is missing", "000003.jsonl:1 .*: 2 lines .3 to 4. are missing before it"]),
        (first, None, ["000001.jsonl: it is missing", "000002.jsonl:1 .*: 2 lines .1 to 2. are missing before it"]),
        (third, None, ["000003.jsonl: it is missing"]),
    ):
        path.unlink() if data is None else path.write_bytes(data)
        faults = list(map(str, found(root)))
        assert len(faults) == len(wanted), faults
        assert all(re.match(f"articles/{pattern}", fault) for pattern, fault in zip(wanted, faults, strict=True)), (
            faults
        )
        path.write_bytes(kept[path])
    assert found(root) == []


def test_a_segment_converted_to_another_line_end_blames_each_line_once(tmp_path: Path) -> None:
    grown(tmp_path / "archive", 5)
    [path] = segments(tmp_path / "archive")
    data = path.read_bytes()
    for end in (b"\r\n", b"", b"\r", b"\n\n"):
        path.write_bytes(data.replace(b"\n", end))
        assert [fault.seq for fault in found(tmp_path / "archive") if "line end" in fault.what] == (
            [1, 2, 3, 4, 5] if end != b"\n\n" else []
        )


def test_any_change_before_head_is_found(tmp_path: Path, full: bool) -> None:
    """Bytes put in, taken out and overwritten at random: whatever it is called, it is found, and nothing breaks."""
    root, roll = tmp_path / "archive", dice(5)
    grown(root, 6, rotate_at=2000)
    kept = {path: path.read_bytes() for path in segments(root)}
    for number in range(2_000 if full else 200):
        for _ in range(roll.randint(1, 4)):
            path = roll.choice(list(kept))
            data, source = path.read_bytes(), roll.choice(list(kept.values()))
            start, taken = roll.randrange(len(data)), roll.choice([0, 0, 1, 2, 80, 1000])
            piece = roll.choice([b"", b"\n", bytes(roll.randrange(99)), source[roll.randrange(len(source)) :][:1500]])
            path.write_bytes(data[:start] + piece + data[start + taken :])
        is_changed = any(path.read_bytes()[: len(data)] != data for path, data in kept.items())
        is_changed |= any(path.stat().st_size != len(data) for path, data in list(kept.items())[:-1])
        assert bool(found(root)) == is_changed, number
        for path, data in kept.items():
            path.write_bytes(data)


# I5: originals.


def place_of(article: Article) -> tuple[str, int, int]:
    """Return where the original of an article lies: its pack, first and last byte."""
    origin = article.origin
    assert origin
    assert origin.pack is not None
    assert origin.pack_offset is not None
    assert origin.pack_length is not None
    return f"originals/{origin.pack:06}.gz", origin.pack_offset, origin.pack_offset + origin.pack_length - 1


def test_originals_that_are_missing_flipped_or_cut_are_named(tmp_path: Path, full: bool) -> None:
    root, roll = tmp_path / "archive", dice(6)
    articles = list(grown(root, 8, rotate_at=300, originals=True).articles())
    packs = sorted((root / "originals").iterdir())
    kept = {path: path.read_bytes() for path in packs}
    assert len(packs) >= 3
    for number in range(200 if full else 21):
        path, way = roll.choice(packs), ("missing", "flipped", "cut")[number % 3]
        name, at = f"originals/{path.name}", roll.randrange(len(kept[path]))
        named = [(one.id, *place_of(one)) for one in articles if place_of(one)[0] == name]
        if way == "missing":
            path.unlink()
            [fault] = found(root)
            assert re.fullmatch(
                rf"{name}: it is missing; articles/\d+.jsonl:\d is the first line that names it", str(fault)
            )
        else:
            hit = [one for one in named if (one[2] <= at <= one[3] if way == "flipped" else at <= one[3])]
            path.write_bytes(kept[path][:at])
            if way == "flipped":
                path.write_bytes(kept[path])
                flipped(path, kept[path], at, 0xFF)
            faults = found(root)
            assert [(fault.id, fault.file, fault.first_byte, fault.last_byte) for fault in faults] == hit
            assert all(fault.seq and "(original of articles/" in fault.what for fault in faults)
        path.write_bytes(kept[path])
    assert found(root) == []


def test_every_flipped_byte_of_an_original_is_found_unless_it_unpacks_to_the_same(small: Path, full: bool) -> None:
    """A deflate stream ends inside a byte: the bits that fill that byte up say nothing, and flipping one is no damage.

    A whole byte turned over always is: at least one bit of it means something.
    """
    articles, archive = list(Archive(small).articles()), Archive(small)
    sources = [archive.original(one) for one in articles]
    path, roll = small / "originals" / "000001.gz", dice(7)
    data = path.read_bytes()
    for offset in range(len(data)):
        [owner] = [one for one in articles if place_of(one)[1] <= offset <= place_of(one)[2]]
        for mask in (0xFF, *([1 << bit for bit in range(8)] if full else [1 << roll.randrange(8)])):
            flipped(path, data, offset, mask)
            faults = found(small)
            if faults:
                assert [fault.id for fault in faults] == [owner.id]
                with pytest.raises(ArchiveDamaged, match=r"originals/000001\.gz"):
                    archive.original(owner)
            else:
                assert mask != 0xFF
                assert offset == place_of(owner)[2] - 8
                assert [archive.original(one) for one in articles] == sources
        flipped(path, data, offset, 0)


def test_an_original_that_many_articles_share_is_unpacked_once_and_named_for_each(archive: Archive) -> None:
    root = Path(archive.root)
    one, two = dumps(2).values()
    archive.append(entries_of(one + b"\n" + two), now=NOON)
    filled(archive, *dumps(3, first=3).values())
    archive.append(entries_of(one + b"\n" + two, how=Reading(category="Sport", now=NOON)), now=NOON)
    tally = Tally()
    assert list(verify(archive.root, tally)) == []
    assert (tally.lines, tally.originals) == (7, 5)
    path = root / "originals" / "000001.gz"
    flipped(path, path.read_bytes(), 60, 0xFF)
    assert [(fault.seq, fault.first_byte) for fault in found(root)] == [(1, 0), (2, 0)]


# I6: cut at any byte.


def test_cut_at_every_byte_it_opens_at_its_last_whole_line_and_the_cut_is_named(tmp_path: Path, full: bool) -> None:
    root = tmp_path / "archive"
    archive = grown(root, 12 if full else 4)
    [path] = segments(root)
    data = path.read_bytes()
    for end in range(len(data) - 1, -1, -1):
        os.truncate(path, end)
        whole, lines = data.count(b"\n", 0, end), []
        with pytest.raises(ArchiveDamaged, match=r"000001\.jsonl"):  # noqa: PT012 - what came before it is wanted
            for _, line in archive.scan():
                lines.append(line)
        assert b"".join(lines) == data[: data.rfind(b"\n", 0, end) + 1]
        faults = found(root)
        assert {(fault.file, fault.exit_code, fault.line or whole + 1) for fault in faults} == {(SEGMENT, 4, whole + 1)}
        assert len(faults) == 1 or faults[0].what == "its line end is not as written"
        assert faults[0].first_byte is None or faults[0].last_byte == end - 1
