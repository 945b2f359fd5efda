"""Lines lost, moved or cut are found and named; what a killed run left is taken or set aside, never thrown away."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from faulty import Recording, Unflushed, dice, digests, dumps, faults, filled, segments
from material import NOON
from newsarc.archive import Archive
from newsarc.errors import ArchiveDamaged

FIRST, SECOND, THIRD = dumps(3).values()


# Damage.


@pytest.mark.parametrize("damage", ["lost", "emptied", "cut at a line"])
def test_readers_say_that_a_segment_before_the_last_is_not_whole(tmp_path: Path, damage: str) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, rotate_at=2000)
    filled(archive, *dumps(6).values())
    path = segments(root)[1]
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "emptied" else path.read_bytes().split(b"\n")[0] + b"\n")
    with pytest.raises(ArchiveDamaged, match=r"00000[23]\.jsonl"):  # the gap lies between the two
        list(archive.scan())


# A byte changed: one leaves no JSON, one other words.
FLIPS = {"no JSON": (b'"status":"', b'"status"."'), "other words": (b"Nummer 2", b"Nummer 3")}


def with_a_flip(root: Path, flip: str) -> Archive:
    """Make an archive of three articles, the second of them damaged."""
    archive, _ = Archive.create(root)
    filled(archive, FIRST, SECOND, THIRD)
    (path,) = segments(root)
    one, two, three = path.read_bytes().splitlines(keepends=True)
    assert two.count(FLIPS[flip][0]) == 1
    path.write_bytes(one + two.replace(*FLIPS[flip]) + three)
    return Archive(root)


@pytest.mark.parametrize("flip", FLIPS)
def test_a_story_whose_stored_line_is_damaged_is_not_filed(tmp_path: Path, flip: str) -> None:
    archive = with_a_flip(tmp_path / "archive", flip)
    assert len(faults(tmp_path / "archive")) == 1
    before = digests(tmp_path / "archive")
    with pytest.raises(ArchiveDamaged, match=r"000001\.jsonl"):
        filled(archive, SECOND)
    assert digests(tmp_path / "archive") == before


def test_articles_say_that_a_line_is_no_record(tmp_path: Path) -> None:
    archive = with_a_flip(tmp_path / "archive", "no JSON")
    with pytest.raises(ArchiveDamaged, match=r"000001\.jsonl"):
        list(archive.articles())


# Tails: what lies behind HEAD.


class Grown(NamedTuple):
    """An archive of one segment, its lines, and the HEAD after each, the empty one first."""

    root: Path
    lines: list[bytes]
    heads: list[bytes]

    @property
    def segment(self) -> Path:
        """Its first segment."""
        return self.root / "articles" / "000001.jsonl"

    def ends(self, number: int) -> int:
        """Return where the line of a number ends."""
        return sum(map(len, self.lines[:number]))

    def put(self, data: bytes, head: bytes | None) -> Archive:
        """Lay it out anew with these bytes and this HEAD."""
        for path in (self.root / "lost+found").iterdir():
            path.unlink()
        for path in segments(self.root)[1:]:
            path.unlink()
        self.segment.write_bytes(data)
        (self.root / "HEAD").unlink(missing_ok=True)
        if head is not None:
            (self.root / "HEAD").write_bytes(head)
        return Archive(self.root, disk=Unflushed())

    def set_aside(self) -> bytes:
        """Return all bytes of lost+found."""
        return b"".join(path.read_bytes() for path in sorted((self.root / "lost+found").iterdir()))


@pytest.fixture
def grown(tmp_path: Path) -> Grown:
    archive, _ = Archive.create(tmp_path / "grown")
    heads = [(tmp_path / "grown" / "HEAD").read_bytes()]
    for data in dumps(4).values():
        filled(archive, data)
        heads.append((tmp_path / "grown" / "HEAD").read_bytes())
    lines = segments(tmp_path / "grown")[0].read_bytes().splitlines(keepends=True)
    return Grown(tmp_path / "grown", lines, heads)


def recovered(archive: Archive) -> list[bytes]:
    """Let a writer recover, with nothing of its own to write; returns the lines."""
    archive.append([], now=NOON)
    return [line for _, line in archive.scan()]


def test_cut_at_any_byte_behind_head_whole_lines_are_taken_and_the_rest_is_set_aside(grown: Grown) -> None:
    data = b"".join(grown.lines)
    for cut in range(grown.ends(2), len(data) + 1):
        archive = grown.put(data[:cut], grown.heads[2])
        whole = data[:cut].count(b"\n")
        assert [line for _, line in archive.scan()] == grown.lines[:2]
        assert recovered(archive) == grown.lines[:whole], cut
        assert grown.segment.read_bytes() + grown.set_aside() == data[:cut]
        assert (grown.root / "HEAD").read_bytes() == grown.heads[whole]
    assert faults(grown.root) == []


def delivered(archive: Archive) -> list[bytes]:
    """Return what a reader gets before it is told that the segment is cut."""
    lines = []
    with pytest.raises(ArchiveDamaged, match=r"000001\.jsonl"):  # noqa: PT012 - what came before it is wanted
        for _, line in archive.scan():
            lines.append(line)
    return lines


def test_cut_at_any_byte_before_head_writers_stop_and_readers_deliver_what_is_whole(grown: Grown) -> None:
    data = b"".join(grown.lines)
    for cut in range(len(data)):
        archive = grown.put(data[:cut], grown.heads[4])
        before = (grown.root / "HEAD").read_bytes()
        with pytest.raises(ArchiveDamaged, match=r"000001\.jsonl"):
            archive.append([], now=NOON)
        assert delivered(archive) == grown.lines[: data[:cut].count(b"\n")], cut
        assert (grown.segment.read_bytes(), (grown.root / "HEAD").read_bytes()) == (data[:cut], before)
        assert grown.set_aside() == b""
        assert faults(grown.root)


def test_readers_say_that_the_segment_head_names_is_lost(grown: Grown) -> None:
    archive = grown.put(b"", grown.heads[4])
    grown.segment.unlink()
    assert delivered(archive) == []


@pytest.mark.parametrize("number", range(4))
def test_an_older_head_loses_nothing(grown: Grown, number: int) -> None:
    archive = grown.put(data := b"".join(grown.lines), grown.heads[number])
    assert faults(grown.root) == []
    assert recovered(archive) == grown.lines
    assert (grown.root / "HEAD").read_bytes() == grown.heads[4]
    assert (grown.segment.read_bytes(), grown.set_aside()) == (data, b"")
    assert filled(archive, *dumps(5).values()) == ["unchanged"] * 4 + ["new"]
    assert faults(grown.root) == []


def test_a_deleted_head_is_rebuilt_by_the_next_writer_and_said(grown: Grown) -> None:
    told: list[str] = []
    reader = grown.put(b"".join(grown.lines) + b"half", None)
    with pytest.raises(ArchiveDamaged, match="HEAD"):
        next(reader.scan())
    assert "HEAD: it is missing" in faults(grown.root)[0]
    assert recovered(Archive(grown.root, tell=told.append)) == grown.lines
    assert (grown.root / "HEAD").read_bytes() == grown.heads[4]
    assert grown.set_aside() == b"half"
    assert "HEAD is missing" in told[0]
    assert any("4 bytes" in sentence for sentence in told)
    assert any("4 whole articles" in sentence for sentence in told)
    assert faults(grown.root) == []


def test_a_deleted_head_of_many_segments_is_rebuilt(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, rotate_at=2000)
    filled(archive, *dumps(7).values())
    lines, head, before = [line for _, line in archive.scan()], (root / "HEAD").read_bytes(), digests(root)
    assert len(segments(root)) >= 3
    (root / "HEAD").unlink()
    assert recovered(Archive(root)) == lines
    assert (root / "HEAD").read_bytes() == head
    assert digests(root) == before


def test_a_deleted_head_of_an_empty_archive_is_rebuilt(archive: Archive) -> None:
    (Path(archive.root) / "HEAD").unlink()
    assert filled(Archive(archive.root), FIRST) == ["new"]
    assert faults(Path(archive.root)) == []


def test_a_flipped_head_stops_writers_and_changes_nothing(grown: Grown) -> None:
    roll = dice(3)
    for offset in range(len(grown.heads[4])):
        head = bytearray(grown.heads[4])
        head[offset] ^= 1 << roll.randrange(8)
        archive = grown.put(b"".join(grown.lines) + b"tail", bytes(head))
        before = digests(grown.root)
        with pytest.raises(ArchiveDamaged, match="HEAD"):
            archive.append([], now=NOON)
        assert digests(grown.root) == before


def junks(grown: Grown) -> dict[str, bytes]:
    """Return what no run has written in this place."""
    line = grown.lines[2]
    return {
        "a few bytes": b"junk",
        "blank lines": b"\n\n\n",
        "a sector of zeros": bytes(512),
        "random bytes": dice(4).randbytes(3000),
        "JSON without a chain": b'{"id":"x"}\n',
        "the last line again": grown.lines[1],
        "a line of later": grown.lines[3],
        "a flipped line": line.replace(b"Hafen", b"Hagen", 1),
        "a line without its end": line[:-1],
        "a line with another end": line[:-1] + b"\r\n",
        "a flipped line and a whole one": line.replace(b"Hafen", b"Hagen", 1) + grown.lines[3],
        "more than is read at once": b"x" * (3 << 20),
    }


def test_junk_behind_head_is_set_aside_byte_for_byte(grown: Grown) -> None:
    whole = b"".join(grown.lines[:2])
    for what, junk in junks(grown).items():
        archive = grown.put(whole + junk, grown.heads[2])
        assert faults(grown.root) == [], what
        assert recovered(archive) == grown.lines[:2], what
        assert (grown.segment.read_bytes(), grown.set_aside()) == (whole, junk), what
        assert filled(archive, THIRD) == ["new"], what
        assert faults(grown.root) == [], what


def test_whole_lines_before_junk_are_taken(grown: Grown) -> None:
    whole = b"".join(grown.lines[:3])
    for what, junk in junks(grown).items():
        if junk in grown.lines[2:]:
            continue
        archive = grown.put(whole + junk, grown.heads[1])
        assert recovered(archive) == grown.lines[:3], what
        assert (grown.segment.read_bytes(), grown.set_aside()) == (whole, junk), what


def test_a_tail_longer_than_is_read_at_once_is_taken(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root)
    empty = (root / "HEAD").read_bytes()
    filled(archive, *dumps(900).values())
    lines = [line for _, line in archive.scan()]
    assert segments(root)[0].stat().st_size > 1 << 20
    with segments(root)[0].open("ab") as stream:
        stream.write(b"half a line")
    (root / "HEAD").write_bytes(empty)
    assert recovered(Archive(root)) == lines
    assert faults(root) == []


def test_a_torn_new_segment_is_taken_as_far_as_it_is_whole(grown: Grown) -> None:
    old, new = b"".join(grown.lines[:2]), b"".join(grown.lines[2:])
    for cut in range(0, len(new) + 1, 7):
        grown.put(old, grown.heads[2])
        second = grown.root / "articles" / "000002.jsonl"
        second.write_bytes(new[:cut])
        archive = Archive(grown.root, disk=Unflushed(), rotate_at=2000)
        assert faults(grown.root) == []
        whole = new[:cut].count(b"\n")
        assert recovered(archive) == grown.lines[: 2 + whole], cut
        assert grown.segment.read_bytes() == old
        assert second.read_bytes() + grown.set_aside() == new[:cut], cut
        assert filled(archive, *dumps(4).values()) == ["unchanged"] * (2 + whole) + ["new"] * (2 - whole)
        assert faults(grown.root) == []


def test_an_empty_new_segment_is_used(grown: Grown) -> None:
    grown.put(b"".join(grown.lines), grown.heads[4])
    (grown.root / "articles" / "000002.jsonl").touch()
    archive = Archive(grown.root, disk=Unflushed(), rotate_at=2000)
    before = digests(grown.root)
    assert recovered(archive) == grown.lines
    assert digests(grown.root) == before
    assert filled(archive, *dumps(5).values()) == ["unchanged"] * 4 + ["new"]
    assert (grown.root / "articles" / "000002.jsonl").stat().st_size
    assert faults(grown.root) == []


def test_what_follows_a_torn_segment_is_set_aside_with_it(grown: Grown) -> None:
    """No run writes this; a bad copy might. Not a byte is thrown away."""
    grown.put(b"".join(grown.lines[:3])[:-9], grown.heads[1])
    (grown.root / "articles" / "000002.jsonl").write_bytes(grown.lines[3])
    assert recovered(Archive(grown.root)) == grown.lines[:2]
    assert grown.set_aside() == grown.lines[2][:-9] + grown.lines[3]
    assert faults(grown.root) == []


def test_recovery_twice_gives_the_same(grown: Grown, tmp_path: Path) -> None:
    torn = b"".join(grown.lines) + b"torn"
    archive = grown.put(torn, grown.heads[1])
    shutil.copytree(grown.root, tmp_path / "again")
    assert recovered(archive) == grown.lines
    once = digests(grown.root)
    assert recovered(archive) == recovered(Archive(grown.root)) == grown.lines
    assert digests(grown.root) == once
    assert recovered(Archive(tmp_path / "again")) == grown.lines
    assert digests(tmp_path / "again") == once


def test_recovery_again_after_a_kill_sets_nothing_aside_twice(grown: Grown) -> None:
    """Killed between setting aside and cutting: the same bytes lie there still."""
    torn = b"".join(grown.lines) + b"torn"
    archive = grown.put(torn, grown.heads[4])
    recovered(archive)
    once = digests(grown.root)
    grown.segment.write_bytes(torn)
    recovered(archive)
    assert digests(grown.root) == once
    grown.segment.write_bytes(b"".join(grown.lines) + b"other")
    recovered(archive)
    assert grown.set_aside() == b"tornother"


def test_kept_bytes_are_written_again_before_they_are_flushed(grown: Grown) -> None:
    """After a failed flush they may lie in memory only, marked clean."""
    grown.put(b"".join(grown.lines), grown.heads[2])
    disk = Recording(grown.root)
    recovered(Archive(grown.root, disk=disk))
    steps = [entry for entry in disk.log if entry[1].endswith(".jsonl")]
    path = "articles/000001.jsonl"
    assert steps == [("write", path, grown.ends(2), b"".join(grown.lines[2:])), ("fsync", path, 0, b"")]


def test_a_writer_at_work_notices_that_its_segment_was_cut(grown: Grown) -> None:
    archive = grown.put(data := b"".join(grown.lines), grown.heads[4])
    assert recovered(archive) == grown.lines
    grown.segment.write_bytes(data[:-1])
    with pytest.raises(ArchiveDamaged, match=r"000001\.jsonl"):
        filled(archive, *dumps(1, first=5).values())
    assert grown.segment.read_bytes() == data[:-1]
    assert (grown.root / "HEAD").read_bytes() == grown.heads[4]
