"""What verify says and how it ends: faults on stdout, a verdict on stderr, while others write or hold the lock."""

import json
import threading
from pathlib import Path

import pytest

from conftest import Run
from faulty import digests, dumps, entries_of, filled, process, segments
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.archive.chain import GENESIS, Head, head_line, read_head, seal, small_file, without_framing
from newsarc.archive.checking import Fault, Tally
from newsarc.archive.checking.glancing import glance
from newsarc.archive.disk import Disk
from newsarc.archive.erased import add
from newsarc.errors import ArchiveNotFound, ArchiveRewritten, ArchiveTooNew
from newsarc.verify import Verdict, unfit, verify
from test_cli import on_terminal

SEGMENT = "articles/000001.jsonl"


def found(root: Path, *, quick: bool = False) -> list[str]:
    """Return what is said of every fault."""
    return list(map(str, verify(str(root), Tally(), quick=quick)))


@pytest.fixture
def root(archive: Archive) -> Path:
    """Make an archive of three articles."""
    filled(archive, *dumps(3).values())
    return Path(archive.root)


def resealed(root: Path, number: int, change: tuple[bytes, bytes]) -> None:
    """Change a line and make chain and HEAD fit: only one who writes it on purpose can do that."""
    lines = segments(root)[0].read_bytes().splitlines(keepends=True)
    chain, made = GENESIS, []
    for seq, line in enumerate(lines, 1):
        record = without_framing(line)
        assert seq != number or change[0] in record
        sealed, chain = seal(record.replace(*change) if seq == number else record, seq, chain)
        made.append(sealed)
    segments(root)[0].write_bytes(b"".join(made))
    (root / "HEAD").write_bytes(head_line(Head(1, sum(map(len, made)), len(made), chain)))


# Small files, and what should not be there.


def test_head_and_format_that_are_lost_or_damaged_are_named_and_the_rest_is_checked(root: Path) -> None:
    path = segments(root)[0]
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Nummer 2", b"Nummer 5"))
    fault = f"{SEGMENT}:2 bytes "
    for name in ("HEAD", "FORMAT"):
        kept = (root / name).read_bytes()
        (root / name).write_bytes(kept[:-9])
        assert [said[: len(fault)] for said in found(root)] == [f"{name}: it is not as written"[: len(fault)], fault]
        (root / name).unlink()
        assert [said[: len(fault)] for said in found(root)] == [f"{name}: it is missing"[: len(fault)], fault]
        (root / name).write_bytes(kept)
    path.write_bytes(data + b'{"half a line')
    (root / "HEAD").unlink()
    assert found(root)[0] == "HEAD: it is missing"


def test_a_head_of_another_archive_is_named(root: Path) -> None:
    head = read_head((root / "HEAD").read_bytes())
    assert head
    for other, said in (
        (head._replace(seq=2), "HEAD: it names line 2 as the last, the segments end with line 3"),
        (
            head._replace(chain="0" * 64),
            "HEAD: it names another chain or length as the last, the segments end with line 3",
        ),
        (head._replace(seq=9), "HEAD: it names line 9 as the last, the segments end with line 3"),
    ):
        (root / "HEAD").write_bytes(head_line(other))
        assert found(root) == found(root, quick=True) == [said]
    (root / "HEAD").write_bytes(head_line(head._replace(length=head.length - 9)))
    assert found(root)[0].startswith("HEAD: it names another chain or length")
    assert found(root, quick=True) == [f"{SEGMENT}: no whole line ends at byte {head.length - 9}"]


def test_an_older_head_is_no_fault(root: Path, archive: Archive) -> None:
    older = (root / "HEAD").read_bytes()
    filled(archive, *dumps(2, first=4).values())
    (root / "HEAD").write_bytes(older)
    assert found(root) == found(root, quick=True) == []


def test_files_among_the_segments_that_are_none_are_named(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, rotate_at=1)
    filled(archive, *dumps(3).values())
    articles = root / "articles"
    first, second, third = (path.read_bytes() for path in segments(root))
    (articles / "000003.jsonl.bak").write_bytes(third)
    (articles / "000004.jsonl").write_bytes(b"a tail is no fault")
    assert found(root) == []
    (articles / "000002 copy.jsonl").write_bytes(second)
    (articles / "000006.jsonl").write_bytes(first)
    (articles / "000000.jsonl").write_bytes(first)
    said = [
        "articles/000002 copy.jsonl: it should not be there: it is no segment",
        "articles/000000.jsonl: it should not be there: the chain begins with articles/000001.jsonl",
        "articles/000006.jsonl: it should not be there: articles/000005.jsonl is not",
    ]
    assert found(root) == found(root, quick=True) == said


def test_a_damaged_log_of_what_was_erased_is_named(root: Path) -> None:
    add(Disk(), str(root), [{"id": "0" * 64, "reason": "Gericht"}, {"id": "1" * 64, "reason": "Gericht"}])
    path = root / "erased.jsonl"
    data = path.read_bytes()
    assert found(root) == []
    path.write_bytes(data[:-99] + b"x" + data[-98:])
    assert found(root) == ["erased.jsonl:2: it is not as written"]


def test_what_the_system_does_not_hand_over_is_74_and_the_rest_is_checked(root: Path, tmp_path: Path) -> None:
    """A link inside the archive is not followed."""
    (tmp_path / "elsewhere").write_bytes(b"")
    [segment] = segments(root)
    for path, told in ((segment, 1), (root / "originals" / "000001.gz", 3), (root / "HEAD", 1)):
        path.rename(tmp_path / "kept")
        path.symlink_to(tmp_path / "elsewhere")
        faults = [(fault.file, fault.exit_code) for fault in verify(str(root), Tally())]
        assert faults == [(str(path.relative_to(root)), 74)] * told
        quick = list(verify(str(root), Tally(), quick=True))
        assert [fault.exit_code for fault in quick] == [4 if "ends at byte" in fault.what else 74 for fault in quick]
        assert len(quick) == 1
        (tmp_path / "kept").rename(path)
    assert found(root) == []


# Records that fit their chain and are wrong.


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"kind":"article"', b'"kind":"particle"', "it is no record of schema newsarc/1"),
        (b'"published":"2023-06-05T00', b'"published":"0001-01-01T00', "it is no record of schema newsarc/1"),
        (b'"lead":"', b'"lead":"\xff', "it is no record of schema newsarc/1"),
        (b'"pack":1', b'"pack":null', "it names no original"),
        (b'"pack":1', b'"pack":7', f"it is missing; {SEGMENT}:2 is the first line that names it"),
        (b'"pack_offset":', b'"pack_offset":-', f"that is no place (original of {SEGMENT}:2)"),
        (
            b'"pack_length":',
            b'"pack_length":1',
            f"its gzip stream does not end where the record says (original of {SEGMENT}:2)",
        ),
        (b'"sha256":"', b'"sha256":"0', f"its bytes are not those that were read (original of {SEGMENT}:2)"),
        (
            b'"offset":0',
            b'"offset":9',
            f"it has 186 bytes, the article would end at byte 195 (original of {SEGMENT}:2)",
        ),
    ],
)
def test_a_sound_line_that_says_what_cannot_be_is_named(root: Path, old: bytes, new: bytes, said: str) -> None:
    resealed(root, 2, (old, new))
    [fault] = verify(str(root), Tally())
    assert fault.what == said
    assert fault.seq == (2 if fault.first_byte is not None else None)
    resealed(root, 3, (b'"status":"usable"', b'"status":"unusable"'))
    assert found(root, quick=True)[0] == f"{SEGMENT}: its last line is no record of schema newsarc/1"


def test_a_record_without_a_source_needs_no_original(archive: Archive) -> None:
    """Nothing that reads sources makes one; `append` takes it."""
    [(article, _)] = entries_of(dump())
    archive.append([(article.model_copy(update={"origin": None}), None)], now=NOON)
    assert found(Path(archive.root)) == found(Path(archive.root), quick=True) == []


def test_an_archive_without_originals_expects_none(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "archive", originals=False)
    filled(archive, *dumps(2).values())
    assert found(tmp_path / "archive") == found(tmp_path / "archive", quick=True) == []
    (tmp_path / "archive" / "FORMAT").unlink()
    assert found(tmp_path / "archive") == ["FORMAT: it is missing"]


# A segment made to break a reader, and a tail beside damage.

HOSTILE = {
    "line ends": b"\n" * 20_000,
    "beginnings": b'{"schema":"' * 3_000,
    "ends": (b',"chain":"' + b"a" * 64 + b'"}') * 3_000,
    "beginnings and ends": (b'{"schema":","chain":"' + b"a" * 64 + b'"}') * 3_000,
    "quotes": b'"id":"' + b"\\" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_segment_made_to_break_a_reader_is_gone_through_once(root: Path, name: str) -> None:
    """Each byte is looked at a few times, whatever stands there; a reader that went back would not end."""
    [path] = segments(root)
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + HOSTILE[name] + b"\n" + b"".join(others))
    faults = list(verify(str(root), Tally()))
    assert {(fault.file, fault.seq) for fault in faults} == {(SEGMENT, None)}
    assert faults[-1].what.endswith("; nothing is lost there")


@pytest.mark.parametrize("place", [b'"id":', b',"chain":', b'"}\n', b"\n"])
def test_a_tail_beside_damage_is_not_judged(archive: Archive, place: bytes) -> None:
    """Others write behind HEAD while the last line before it is damaged."""
    root = Path(archive.root)
    filled(archive, *dumps(2).values())
    head, size = (root / "HEAD").read_bytes(), segments(root)[0].stat().st_size
    filled(archive, *dumps(2, first=3).values())
    (root / "HEAD").write_bytes(head)
    data = bytearray(segments(root)[0].read_bytes())
    data[data.rindex(place, 0, size)] ^= 1
    for end in (len(data), len(data) - 1, size + 99, size + 1, size):
        segments(root)[0].write_bytes(data[:end])
        [fault] = verify(str(root), Tally())
        assert (fault.file, fault.line, fault.seq, fault.last_byte) == (SEGMENT, 2, 2, size - 1)


# A quick look.


class Counting(Disk):
    """Counts the bytes that are read."""

    def __init__(self) -> None:
        self.bytes = 0

    def read(self, path: str, offset: int = 0, length: int = -1) -> bytes:
        """Read and count."""
        data = super().read(path, offset, length)
        self.bytes += len(data)
        return data


def test_a_quick_look_reads_little_and_does_not_see_the_middle(archive: Archive) -> None:
    filled(archive, b"\n".join(dumps(500).values()))
    path = segments(Path(archive.root))[0]
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Nummer 250", b"Nummer 520"))
    disk = Counting()
    assert list(glance(disk, archive.root)) == []
    assert disk.bytes < 200_000 < len(data) // 3
    assert len(found(Path(archive.root))) == 1


def test_a_quick_look_finds_what_is_too_short_or_missing(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, rotate_at=2000)
    filled(archive, *dumps(6).values())
    first, second, third = segments(root)
    pack, line = root / "originals" / "000001.gz", second.read_bytes().index(b"\n") + 1
    sizes = {path: path.stat().st_size for path in (first, second, third, pack)}
    name = "articles/00000{}.jsonl"
    for path, end, said in (
        (third, -1, [f"{name.format(3)}: it ends at byte {sizes[third] - 1} of {sizes[third]}"]),
        (second, line, [f"{name.format(3)}:1 bytes 0-1356 seq ? id ?: it does not go on where the line before ends"]),
        (second, -50, [f"{name.format(2)}: no whole line ends at byte {sizes[second] - 50}"]),
        (first, 0, [f"{name.format(1)}: it is empty"]),
        (second, None, [f"{name.format(2)}: it is missing"]),
        (pack, -1, [f"originals/000001.gz: it ends at byte {sizes[pack] - 1} of {sizes[pack]} or more"]),
        (pack, None, ["originals/000001.gz: it is missing"]),
        (root / "HEAD", None, ["HEAD: it is missing"]),
    ):  # fmt: skip
        kept = path.read_bytes()
        path.unlink()
        if end is not None:
            path.write_bytes(kept[:end])
        assert found(root, quick=True) == said
        path.write_bytes(kept)
    assert found(root, quick=True) == []


# The command.

KEYS = ["file", "line", "first_byte", "last_byte", "seq", "id", "what", "cure"]


def test_a_sound_archive_is_0_and_one_sentence(root: Path, run: Run) -> None:
    size = segments(root)[0].stat().st_size
    before = digests(root)
    done = run("verify")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"checked 3 lines ({size:,} bytes) and 3 originals: all is as written\n"
    quick = run("verify", "--quick", "--output", "jsonl")
    assert (quick.returncode, quick.stdout) == (0, "")
    assert quick.stderr == "looked at FORMAT, HEAD and the lengths of segments and packs: nothing is wrong there\n"
    assert digests(root) == before


def test_a_damaged_archive_is_4_and_a_line_a_fault(root: Path, run: Run) -> None:
    path = segments(root)[0]
    data = path.read_bytes()
    one, two, three = data.splitlines(keepends=True)
    path.write_bytes(one + two.replace(b"Nummer", b"Hummer") + three)
    (root / "originals" / "000001.gz").unlink()
    done = run("verify")
    assert done.returncode == 4
    place = f"{SEGMENT}:2 bytes {len(one)}-{len(one + two) - 1} seq 2 id {json.loads(two)['id']}"
    assert done.stdout.splitlines() == [
        f"originals/000001.gz: it is missing; {SEGMENT}:1 is the first line that names it",
        f"{place}: its bytes do not fit its chain",
    ]
    assert done.stderr.count("\n") == 1
    assert (
        ": 2 faults. Restore this file from a backup, or find the source and ingest it again. See with" in done.stderr
    )
    faults = [json.loads(line) for line in run("verify", "--output", "jsonl").stdout.splitlines()]
    assert [list(fault) for fault in faults] == [KEYS, KEYS]
    assert faults[0]["line"] is faults[0]["seq"] is faults[0]["id"] is None
    assert faults[1] == {
        "file": SEGMENT, "line": 2, "first_byte": len(one), "last_byte": len(one + two) - 1, "seq": 2,
        "id": json.loads(two)["id"], "what": "its bytes do not fit its chain",
        "cure": "See with newsarc repair what can be read anew from the originals.",
    }  # fmt: skip


def test_a_damaged_format_does_not_keep_it_from_looking(root: Path, run: Run) -> None:
    (root / "FORMAT").write_bytes(b"{}\n")
    done = run("verify")
    assert (done.returncode, done.stdout) == (4, "FORMAT: it is not as written\n")
    assert "checked 3 lines" in done.stderr


def test_what_is_no_archive_of_ours_is_refused(root: Path, run: Run, tmp_path: Path) -> None:
    assert run("verify", "--archive", tmp_path / "nowhere").returncode == 3
    assert run("verify", "--output", "xml").returncode == 2
    fields = {"about": "", "format": 99, "uuid": "", "originals": True}
    (root / "FORMAT").write_bytes(small_file(fields))
    assert run("verify").returncode == 2
    with pytest.raises(ArchiveTooNew):
        list(verify(str(root), Tally()))
    with pytest.raises(ArchiveNotFound):
        list(verify(str(tmp_path / "nowhere"), Tally()))


def test_what_a_damaged_line_says_reaches_no_terminal_raw(archive: Archive, run: Run) -> None:
    [(article, source)] = entries_of(dump())
    archive.append([(article.model_copy(update={"id": "urn:\x1b[31m\nb\u202e:1"}), source)], now=NOON)
    path = segments(Path(archive.root))[0]
    path.write_bytes(path.read_bytes().replace(b"Sommer", b"Winter"))
    [line] = run("verify").stdout.splitlines()
    assert r"id urn:\x1b[31m b\u202e:1: its bytes do not fit" in line
    [line] = run("verify", "--output", "jsonl").stdout.splitlines()
    assert line.isascii()
    assert json.loads(line)["id"] == "urn:\x1b[31m\nb\u202e:1"


def test_a_terminal_gets_the_faults_and_the_verdict(root: Path) -> None:
    (root / "quarantine" / f"{'0' * 64}.raw").write_bytes(b"")
    shown = on_terminal(["verify"], root)
    assert f"quarantine/{'0' * 64}.raw: its bytes are not as written\r\n" in shown
    assert "checked 3 lines" in shown.splitlines()[-1]


# Others at work.


def test_it_waits_for_no_lock(root: Path, run: Run) -> None:
    holder = process("hold", root)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        assert run("verify").returncode == 0
    finally:
        holder.kill()
        holder.communicate()


def test_it_finds_nothing_while_others_write(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    writer, _ = Archive.create(root, rotate_at=2000)
    work = threading.Thread(target=lambda: filled(writer, *dumps(60).values()))
    work.start()
    seen: list[int] = []
    while work.is_alive() or not seen:
        tally = Tally()
        assert list(verify(str(root), tally)) == []
        seen.append(tally.lines)
    work.join()
    assert seen == sorted(seen)
    assert found(root) == []
    assert len(set(seen)) > 2


def test_an_archive_that_is_rewritten_meanwhile_is_said_so(root: Path) -> None:
    path = segments(root)[0]
    path.write_bytes(path.read_bytes().replace(b"Nummer", b"Hummer"))
    faults = verify(str(root), Tally())
    assert next(faults).seq == 1
    head = read_head((root / "HEAD").read_bytes())
    assert head
    (root / "HEAD").write_bytes(head_line(head._replace(segment=2, first=2)))
    with pytest.raises(ArchiveRewritten):
        next(faults)


@pytest.mark.parametrize(("codes", "ends"), [([], 0), ([5], 5), ([74], 74), ([5, 4], 4), ([4, 74], 4), ([74, 5, 4], 4)])
def test_damage_of_the_archive_outweighs_all_else(codes: list[int], ends: int) -> None:
    verdict = Verdict(Tally())
    for code in codes:
        verdict.add(Fault("HEAD", "it is missing", exit_code=code))
    assert verdict.exit_code == ends
    verdict.add(unfit("line 7 is not held"))
    assert verdict.exit_code == (ends if ends == 4 else 5)
    assert "Delete the folder index/" in verdict.sentence()
