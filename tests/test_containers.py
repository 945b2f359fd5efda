"""Zip and tar files are read member by member, never unpacked to disk; hostile ones cost little and lose nothing."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from containers import Pack, central, local, look, tar_of, whole, zip_of
from material import dump
from newsarc.errors import NestedContainer, UnreadableSource
from newsarc.source import Limits, Place, find, read
from newsarc.source.containers import ENDINGS

TEXTS = {"b.txt": b"Der Turm von Windau.", "a/Möwe.txt": b"Das Nest. " * 999, f"{'l/' * 90}c.txt": b"Das Licht."}


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "tar": bytes,
}
SHORT = {"tgz": "gz", "tbz": "bz2", "tbz2": "bz2", "txz": "xz"}


def packed_as(ending: str, files: dict[str, bytes]) -> bytes:
    """Pack files as a name with this ending says."""
    last = ending.rpartition(".")[2]
    return zip_of(files) if last == "zip" else PACKERS[SHORT.get(last, last)](tar_of(files))


# Whole ones.


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_ending_is_read_in_its_order(ending: str, tmp_path: Path) -> None:
    seen = look(tmp_path, packed_as(ending, TEXTS), f"D{ending.upper()}")
    assert list(seen.texts.items()) == list(TEXTS.items())
    assert not seen.faults
    walked = [place.name for place in find([str(tmp_path)]) if isinstance(place, Place)]
    assert walked == [f"{tmp_path}/D{ending.upper()}!{name}" for name in TEXTS]


@pytest.mark.parametrize("layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_each_layout_of_tar_is_read(layout: int, tmp_path: Path) -> None:
    assert look(tmp_path, tar_of(TEXTS, layout), "d.tar").texts == TEXTS


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_each_method_of_zip_is_read(method: int, tmp_path: Path) -> None:
    assert look(tmp_path, zip_of(TEXTS, method)).texts == TEXTS


def test_a_zip_that_was_written_into_a_pipe_is_read(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    made = Pipe()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.txt", "w") as member:
        member.write(b"Windau")
    assert look(tmp_path, made.getvalue()).texts == {"a.txt": b"Windau"}


def test_numbers_beyond_32_bits_are_read(tmp_path: Path) -> None:
    body = local("a.txt", 0, b"Windau") + b"Windau"
    extra = struct.pack("<2HB", 0x5455, 1, 3) + struct.pack("<2H3Q", 1, 24, 6, 6, 0)
    data = whole(
        body, central("a.txt", 0, b"Windau", size=0xFFFF_FFFF, packed=0xFFFF_FFFF, extra=extra, at=0xFFFF_FFFF)
    )
    assert look(tmp_path, data).texts == {"a.txt": b"Windau"}
    body, entry = data.split(b"PK\1\2")[0], data[len(body) : -22]
    start, length = len(body), len(entry)
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, length, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + length, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0)
    assert look(tmp_path, body + entry + wide + locator + end).texts == {"a.txt": b"Windau"}


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_a_container_on_standard_input_shows_by_its_first_bytes(ending: str, run: Run) -> None:
    files = {f"{number}.txt": dump(f"Turm {number}") for number in range(3)}
    done = run("parse", "-", stdin=packed_as(ending, files))
    assert (done.stdout.count("\n"), done.stderr, done.returncode) == (3, "", 0)
    assert '"name":"stdin!0.txt"' in done.stdout


def test_only_named_files_are_looked_into_without_the_ending(tmp_path: Path) -> None:
    for name in ("zip", "tar.txt", "tgz.dat"):
        data = tar_of(TEXTS) if "t" in name else zip_of(TEXTS)
        (tmp_path / name).write_bytes(gzip.compress(data) if "g" in name else data)
    named = [str(path) for path in sorted(tmp_path.iterdir())]
    assert len(list(find(named))) == 9
    assert len(list(find([str(tmp_path)]))) == 3


def test_a_container_that_vanishes_is_an_error_in_its_place(tmp_path: Path) -> None:
    for name in ("a.txt", "b.zip"):
        (tmp_path / name).write_bytes(zip_of(TEXTS))
    places = find([str(tmp_path)])
    next(places)
    (tmp_path / "b.zip").unlink()
    [gone] = places
    assert isinstance(gone, Place)
    with pytest.raises(UnreadableSource, match="No such file"):
        read(gone)


def test_a_container_goes_into_the_archive_and_its_faults_into_quarantine(tmp_path: Path, run: Run) -> None:
    good = zip_of({"a.txt": dump("Turm"), "b.txt.gz": gzip.compress(dump("Licht")), "c.txt": b"kein Datum"})
    (tmp_path / "d.zip").write_bytes(good)
    (tmp_path / "e.tar.gz").write_bytes(gzip.compress(tar_of({"d.txt": dump("Hafen")}))[:-3])
    done = run("ingest", "d.zip", "e.tar.gz")
    assert done.stderr.endswith("3 new, 0 unchanged, 2 in quarantine\n")
    assert done.returncode == 1
    raw = {path.read_bytes() for path in (tmp_path / "archive" / "quarantine").glob("*.raw")}
    assert raw == {b"kein Datum", (tmp_path / "e.tar.gz").read_bytes()}
    assert "d.zip!b.txt.gz" in run("list", "--fields", "origin").stdout
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".txt"]


# Names, and what is no file.


def test_names_are_labels(tmp_path: Path) -> None:
    names = ["../../up.txt", "/etc/passwd", "..\\..\\win.txt", "C:\\win.txt", "a\nb\x1b[31m.txt", "-rf", "./here.txt"]
    files = {name: name.encode() for name in names}
    before = set(tmp_path.iterdir())
    assert look(tmp_path, tar_of(files), "d.tar").texts == files
    assert look(tmp_path, zip_of(files)).texts == files
    assert {path.name for path in set(tmp_path.iterdir()) - before} == {"d.tar", "d.zip"}


def test_names_of_other_encodings_are_read_or_escaped(tmp_path: Path) -> None:
    assert list(look(tmp_path, tar_of({"M\udcf6we.txt": b"x"}, tarfile.GNU_FORMAT), "d.tar").texts) == ["M\\xf6we.txt"]
    for raw, shown in ((b"M\x94we.txt", "Möwe.txt"), ("Möwe.txt".encode(), "Möwe.txt")):
        body = local(raw, 0, b"x") + b"x"
        assert list(look(tmp_path, whole(body, central(raw, 0, b"x"))).texts) == [shown]


HIDDEN = {
    ".x.txt": b"x",
    "a/.b/c.txt": b"x",
    "__MACOSX/a/._b.txt": b"x",
    "..c.txt": b"x",
    "a/d.md": b"x",
    "e.txt": b"e",
}


@pytest.mark.parametrize(("name", "pack"), [("d.zip", zip_of), ("d.tar", tar_of)])
def test_hidden_members_and_those_no_pattern_fits_are_skipped(name: str, pack: Pack, tmp_path: Path) -> None:
    seen = look(tmp_path, pack(HIDDEN), name, include=("*.txt",))
    assert seen.texts == {"e.txt": b"e"}
    assert seen.skipped == [f"{name}: hidden" for name in list(HIDDEN)[:4]] + ["a/d.md: not included"]
    assert look(tmp_path, pack(HIDDEN), name, include=("d.*",)).texts == {"a/d.md": b"x", "e.txt": b"e"}


def test_links_devices_and_folders_in_a_tar_are_no_sources(tmp_path: Path) -> None:
    made = io.BytesIO()
    kinds = {"fifo": tarfile.FIFOTYPE, "device": tarfile.CHRTYPE, "link": tarfile.SYMTYPE, "twin": tarfile.LNKTYPE}
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, kind in {"folder": tarfile.DIRTYPE, **kinds, "odd": b"Q"}.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        last = tarfile.TarInfo("a.txt")
        last.size = 1
        tar.addfile(last, io.BytesIO(b"x"))
    seen = look(tmp_path, made.getvalue(), "d.tar")
    assert seen.skipped == [
        "fifo: not a file",
        "device: not a file",
        "link: symlink",
        "twin: hard link",
        "odd: not a file",
    ]
    assert (seen.texts, seen.faults) == ({"a.txt": b"x"}, [])


def test_links_and_folders_in_a_zip_are_no_sources(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, mode in (("folder/", 0o40755), ("other", 0o40755), ("link", 0o120777), ("pipe", 0o10600)):
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, b"/etc/passwd" if name == "link" else b"")
        archive.writestr("other/full/", b"x")
        info = zipfile.ZipInfo("a.txt/")
        info.external_attr = 0o100600 << 16
        archive.writestr(info, b"x")
    seen = look(tmp_path, made.getvalue())
    assert seen.skipped == ["link: symlink", "pipe: not a file", "other/full/: not a file"]
    assert (seen.texts, seen.faults) == ({"a.txt/": b"x"}, [])


# One in another.


@pytest.mark.parametrize(("name", "pack"), [("d.zip", zip_of), ("d.tar", tar_of)])
def test_an_archive_in_an_archive_is_opened_as_deep_as_the_limits_say(name: str, pack: Pack, tmp_path: Path) -> None:
    inner = gzip.compress(tar_of({"b.txt": b"b", "c.zip": zip_of({"d.txt": b"d"})}))
    data = pack({"a.txt": b"a", "in/b.tgz": inner, "z.txt": b"z"})
    once = look(tmp_path, data, name)
    assert (once.texts, once.faults, once.raw) == (
        {"a.txt": b"a", "z.txt": b"z"},
        [("in/b.tgz", NestedContainer.code)],
        [inner],
    )
    twice = look(tmp_path, data, name, limits=Limits(depth=2))
    assert list(twice.texts) == ["a.txt", "in/b.tgz!b.txt", "z.txt"]
    assert twice.faults == [("in/b.tgz!c.zip", NestedContainer.code)]
    assert list(look(tmp_path, data, name, limits=Limits(depth=3)).texts)[2] == "in/b.tgz!c.zip!d.txt"


# Bombs.


def test_a_member_that_is_too_large_costs_only_itself(tmp_path: Path) -> None:
    files = {"a.txt": b"a" * 9, "b.txt": b"b" * 3001, "c.txt": b"c" * 3000}
    for data, name in ((tar_of(files), "d.tar"), (zip_of(files), "d.zip"), (zip_of(files, 0), "d.zip")):
        seen = look(tmp_path, data, name, limits=Limits(member=3000))
        assert (list(seen.texts), seen.faults) == (["a.txt", "c.txt"], [("b.txt", "bomb")])


def test_too_many_members_end_a_container(tmp_path: Path) -> None:
    files = {f"{number}.txt": b"x" for number in range(12)}
    for data, name in ((tar_of(files), "d.tar"), (zip_of(files), "d.zip")):
        seen = look(tmp_path, data, name, limits=Limits(members=10))
        assert (len(seen.texts), seen.faults) == (10, [("", "bomb")])


def test_ten_thousand_members_are_read(tmp_path: Path) -> None:
    files = {f"{number}.txt": b"%d" % number for number in range(10_000)}
    assert look(tmp_path, zip_of(files)).texts == files
    assert look(tmp_path, tar_of(files), "d.tar").texts == files


def test_what_unpacks_to_too_much_is_stopped(tmp_path: Path) -> None:
    zeros = bytes(20 << 20)
    files = {"a.txt": b"a", "b.txt": zeros, "c.txt": random.Random(1).randbytes(1 << 18)}
    seen = look(tmp_path, zip_of(files))
    assert (list(seen.texts), seen.faults) == (["a.txt", "c.txt"], [("b.txt", "bomb")])
    seen = look(tmp_path, zip_of(dict.fromkeys("abcdefgh", zeros[: 10 << 20])))
    assert (list(seen.texts), seen.faults) == (["a", "b"], [("", "bomb")])
    assert look(tmp_path, gzip.compress(tar_of({"a.txt": b"a", "b.txt": zeros})), "d.tar.gz").faults == [("", "bomb")]
    assert look(tmp_path, tar_of(TEXTS), "d.tar", limits=Limits(unpacked=2000)).faults == [("", "bomb")]


def test_members_of_a_zip_that_lie_on_one_another_are_a_bomb(tmp_path: Path) -> None:
    text = random.Random(1).randbytes(1 << 20)
    for flags in (0, 1):
        entries = [central(f"{number}.txt", 0, text, flags=flags) for number in range(50)]
        seen = look(tmp_path, whole(local("a.txt", 0, text) + text, *entries))
        assert len(seen.texts) + len(seen.faults) == 3
        assert "lie on one another" in seen.why[-1]
