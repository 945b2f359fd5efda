"""Sources are found and read as they lie: files, folders, standard input, gzip, of any size; failures say why."""

import gzip
import os
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from newsarc.errors import CompressionBomb, DamagedCompression, EmptySource, SourceError, UnreadableSource
from newsarc.source import IN_MEMORY, Place, Source, find, raw_bytes, read


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


def test_all_members_of_a_gzip_file_count_and_padding_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "two.gz"
    path.write_bytes(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 512)
    assert _whole(read(place(path))) == b"one two"


def test_a_gzip_stream_that_is_not_whole_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    whole = gzip.compress(b"Der Turm von Windau. " * 200)
    for damaged in (whole[:-1], whole[:40], whole[:-8] + b"\0" * 8, whole + b"junk"):
        path.write_bytes(damaged)
        with pytest.raises(DamagedCompression):
            read(place(path))
        assert raw_bytes(place(path)) == damaged


def test_a_gzip_stream_that_unpacks_to_too_much_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\0" * (IN_MEMORY * 4)))
    with pytest.raises(CompressionBomb):
        read(place(path))


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
