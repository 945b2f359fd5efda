"""Sources are found and read as they lie: files, folders, packed ones, of any size; failures say why."""

import bz2
import gzip
import lzma
import os
import pickle
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import Run
from material import dump
from newsarc.errors import CompressionBomb, DamagedCompression, EmptySource, SourceError, UnreadableSource
from newsarc.source import CHUNK, IN_MEMORY, Limits, Place, Source, find, raw_bytes, raw_chunks, read

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}
packers = pytest.mark.parametrize("packer", PACKERS)


def found(*names: str | Path, include: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    """Find and return the names of places, and what was skipped with its reason."""
    skipped: list[str] = []
    places = list(
        find(map(str, names), include=include, skip=lambda path, why: skipped.append(f"{Path(path).name}: {why}"))
    )
    return [Path(place.name).name if isinstance(place, Place) else str(place) for place in places], skipped


def place(path: Path) -> Place:
    return Place(path.name, str(path), named=True)


def test_a_folder_is_walked_in_sorted_order_without_what_is_no_source(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden", "deep/z.txt", "deep/c.txt", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "pipe")
    names, skipped = found(tmp_path)
    assert names == ["a.txt", "b.txt", "c.txt", "z.txt"]
    assert sorted(skipped) == [
        ".git: hidden",
        ".hidden: hidden",
        "link.txt: symlink",
        "loop: symlink",
        "pipe: not a file",
    ]


def test_patterns_choose_in_folders_but_a_named_file_is_always_taken(tmp_path: Path) -> None:
    for name in ("a.txt", "b.gz", "c.md", ".d.txt"):
        (tmp_path / name).write_text(name)
    names, skipped = found(tmp_path, tmp_path / "c.md", tmp_path / ".d.txt", include=("*.txt", "*.gz"))
    assert names == ["a.txt", "b.gz", "c.md", ".d.txt"]
    assert skipped == [".d.txt: hidden", "c.md: not included"]


def test_an_archive_of_ours_in_a_folder_is_no_source(tmp_path: Path) -> None:
    for name in ("kept/FORMAT", "kept/HEAD", "kept/articles/000001.jsonl", "dump.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert found(tmp_path) == (["dump.txt"], ["kept: archive"])


def test_a_link_named_by_hand_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    assert read(place(tmp_path / "link.txt")).head == b"text"


def test_what_is_missing_is_an_error_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    places = list(find([str(tmp_path / "none"), str(tmp_path / "a.txt"), "nul\0byte"]))
    assert isinstance(places[0], UnreadableSource)
    assert isinstance(places[1], Place)
    assert isinstance(places[2], UnreadableSource)


def test_a_name_that_is_no_utf8_is_shown_escaped(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/k\xe4se.txt"
    Path(os.fsdecode(raw)).write_text("text")
    [one] = find([str(tmp_path)])
    assert isinstance(one, Place)
    assert one.name.endswith("k\\xe4se.txt")
    assert read(one).head == b"text"


def test_an_unreadable_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="not a regular file"):
        read(place(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableSource, match="not a regular file"):
        read(place(tmp_path / "pipe"))
    with pytest.raises(UnreadableSource, match="No such file"):
        raw_bytes(place(tmp_path / "gone"))


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n"])
def test_nothing_is_empty(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(EmptySource):
        read(place(tmp_path / "a.txt"))


def _whole(source: Source) -> bytes:
    return b"".join(source.chunks())


@pytest.mark.parametrize("size", [10, IN_MEMORY, IN_MEMORY + 1, IN_MEMORY + (3 << 20)])
@pytest.mark.parametrize("packed", [False, True])
def test_a_source_of_any_size_is_whole_and_can_be_read_again(size: int, packed: bool, tmp_path: Path) -> None:
    data = os.urandom(1 << 20) * (size // (1 << 20) + 1)
    data = b"x" + data[: size - 1]
    path = tmp_path / "a.txt"
    path.write_bytes(gzip.compress(data, 1) if packed else data)
    source = read(place(path))
    assert (source.size, source.sha256) == (size, sha256(data).hexdigest())
    assert _whole(source) == data
    assert _whole(source) == data
    assert source.head == data[: len(source.head)]


@packers
def test_all_streams_of_a_packed_file_count_and_padding_is_nothing(packer: str, tmp_path: Path) -> None:
    pack, path = PACKERS[packer], tmp_path / "two"
    path.write_bytes(pack(b"one ") + b"\0" * 4 + pack(b"") + pack(b"two") + b"\0" * 512)
    assert _whole(read(place(path))) == b"one two"


@packers
def test_a_packed_stream_that_is_not_whole_is_an_error(packer: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    whole = PACKERS[packer](b"Der Turm von Windau. " * 200)
    for damaged in (whole[:-1], whole[: len(whole) // 2], whole + b"junk", whole + b"\0\0" + whole[:20]):
        path.write_bytes(damaged)
        with pytest.raises(DamagedCompression):
            read(place(path))
        assert raw_bytes(place(path)) == damaged


def test_a_wrong_checksum_is_an_error(tmp_path: Path) -> None:
    path, text = tmp_path / "a.txt", b"Der Turm von Windau. " * 200
    gz, bz, xz = gzip.compress(text), bz2.compress(text), lzma.compress(text)
    for damaged in (gz[:-8] + b"\0" * 8, bz[:-6] + b"\0" * 6, xz[:-36] + b"\0" * 8 + xz[-28:]):
        path.write_bytes(damaged)
        with pytest.raises(DamagedCompression):
            read(place(path))


@packers
def test_text_that_looks_packed_at_first_is_text(packer: str, tmp_path: Path) -> None:
    head = {"gz": b"\x1f gz", "bz2": b"BZh9 Windau", "xz": b"\xfd7zXY", "lzma": b"]]>"}[packer]
    (tmp_path / "a.txt").write_bytes(head + b" Der Turm.")
    assert read(place(tmp_path / "a.txt")).head.startswith(head)


@packers
def test_a_stream_that_unpacks_to_too_much_is_stopped(packer: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(PACKERS[packer](b"\0" * (IN_MEMORY * 2)))
    with pytest.raises(CompressionBomb):
        read(place(path))
    assert read(place(path), Limits(ratio=10**9)).size == IN_MEMORY * 2
    with pytest.raises(CompressionBomb, match="more than 1,000 bytes"):
        read(place(path), Limits(ratio=10**9, unpacked=1000))


def test_a_gigabyte_of_zeros_costs_little(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(64 << 20)) * 16
    (tmp_path / "bomb.gz").write_bytes(packed)
    assert len(packed) < 2 << 20
    tracemalloc.start()
    with pytest.raises(CompressionBomb):
        read(place(tmp_path / "bomb.gz"))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100 << 20


def test_a_stream_that_wants_a_huge_dictionary_gets_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "greedy"
    path.write_bytes(b"]\0\0\0\x80" + b"\xff" * 8 + bytes(40))  # .lzma, 2 GB
    with pytest.raises(CompressionBomb, match="memory"):
        read(place(path))
    xz = bytearray(lzma.compress(b"Der Turm von Windau."))
    assert xz[14:16] == b"\x21\x01"  # LZMA2, one byte of properties: the dictionary
    xz[16] = 40  # 4 GB
    xz[20:24] = zlib.crc32(xz[12:20]).to_bytes(4, "little")
    path.write_bytes(xz)
    with pytest.raises(CompressionBomb, match="memory"):
        read(place(path))


@packers
def test_a_million_streams_are_read_in_linear_time(packer: str, tmp_path: Path) -> None:
    path, pack = tmp_path / "many", PACKERS[packer]
    path.write_bytes(pack(b"") * 20_000 + pack(b"Windau"))
    assert read(place(path)).head == b"Windau"


def test_each_megabyte_is_a_sign_of_life(tmp_path: Path) -> None:
    path, ticks = tmp_path / "a.txt", list[int]()
    path.write_bytes(b"x" * (20 * CHUNK))
    read(place(path), tick=lambda: ticks.append(1))
    assert len(ticks) == 20
    path.write_bytes(gzip.compress(os.urandom(CHUNK) * 20, 1))
    ticks.clear()
    read(place(path), tick=lambda: ticks.append(1))
    assert len(ticks) == 40  # for what goes in and for what comes out


def test_raw_bytes_come_in_pieces(tmp_path: Path) -> None:
    path, data = tmp_path / "a.txt", os.urandom(CHUNK) * 3 + b"x"
    path.write_bytes(data)
    assert [len(piece) for piece in raw_chunks(place(path))] == [CHUNK, CHUNK, CHUNK, 1]
    assert b"".join(raw_chunks(place(path))) == raw_bytes(place(path)) == data
    member = Place("d.zip!a.txt", "d.zip", named=False, data=data)
    assert b"".join(raw_chunks(member)) == _whole(read(member)) == data


def test_a_place_can_be_handed_to_another_process() -> None:
    fault = DamagedCompression("d.zip!a.txt", "its checksum is wrong")
    one = Place("d.zip!a.txt", "d.zip", named=False, data=b"text", fault=fault)
    there = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own
    assert (there.name, there.data, str(there.fault)) == (one.name, one.data, str(fault))
    with pytest.raises(DamagedCompression):
        read(there)


def test_a_file_that_vanishes_after_it_was_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (IN_MEMORY + 1))
    source = read(place(path))
    path.unlink()
    with pytest.raises(SourceError):
        _whole(source)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text")
    path.chmod(0)
    with pytest.raises(UnreadableSource, match="ermission"):
        read(place(path))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_named_in_a_folder_too(codec: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(dump("«Turm» – „Größe“ in €").decode().encode(codec))
    (tmp_path / "in" / "b.wav").write_bytes(bytes(range(256)) * 8 + b"\1\0\2\0\3\0\4\0" * 1000)
    (tmp_path / "in" / "c.bin").write_bytes(b"\0" * 5000)
    (tmp_path / "in" / "d.bin").write_bytes(b"\1\0\2\0\3\0\4\0" * 1000)
    done = run("ingest", "in", "--jobs", "1")
    assert done.returncode == 1
    first, last = done.stderr.splitlines()[1:]
    assert first.startswith("newsarc: error: source is UTF-16 without its mark (in/a.txt): nearly every ")
    assert last == "0 new, 0 unchanged, 1 in quarantine; skipped 3 binary"
    assert run("ingest", "in/a.txt", "in/d.bin", "--dry-run").stderr.endswith("2 in quarantine\n")
