"""Damaged and hostile zip and tar files: each fault is told, what can be read is read, and nothing else happens."""

import gzip
import lzma
import random
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from containers import central, header, local, look, tar_of, whole, zip_of
from newsarc.source import Limits, Place, find, read

BODY = local("a.txt", 0, b"Windau") + b"Windau"
DEFLATED = zlib.compress(b"Windau" * 99, wbits=-15)
PACKED = local("a.txt", 8, b"Windau" * 99) + DEFLATED

# What is wrong with a member, which others do not suffer from: its entry, its bytes, and the reason.
BAD_MEMBERS: dict[str, tuple[bytes, bytes, str]] = {
    "encrypted": (BODY, central("a.txt", 0, b"Windau", flags=1), "encrypted"),
    "strongly encrypted": (BODY, central("a.txt", 0, b"Windau", flags=0x41), "encrypted"),
    "unknown method": (BODY, central("a.txt", 9, b"Windau"), "unsupported-packing"),
    "wrong checksum": (BODY, central("a.txt", 0, b"Wintau"), "damaged-compression"),
    "claims more": (
        PACKED,
        central("a.txt", 8, b"Windau" * 99, packed=len(DEFLATED), size=9999),
        "damaged-compression",
    ),
    "claims less": (PACKED, central("a.txt", 8, b"Windau", packed=len(DEFLATED)), "damaged-compression"),
    "cut short": (PACKED, central("a.txt", 8, b"Windau" * 99, packed=len(DEFLATED) - 3), "damaged-compression"),
    "not deflated": (BODY, central("a.txt", 8, b"Windau"), "damaged-compression"),
    "beyond the end": (BODY, central("a.txt", 0, b"Windau", packed=1 << 31), "damaged-container"),
    "elsewhere": (BODY, central("a.txt", 0, b"Windau", at=7), "damaged-container"),
    "nowhere": (BODY, central("a.txt", 0, b"Windau", at=0xFFFF_FFF0), "damaged-container"),
}


@pytest.mark.parametrize("name", BAD_MEMBERS)
def test_a_bad_member_of_a_zip_costs_only_itself(name: str, tmp_path: Path) -> None:
    body, entry, code = BAD_MEMBERS[name]
    after = local("z.txt", 0, b"Licht") + b"Licht"
    seen = look(tmp_path, whole(body + after, entry, central("z.txt", 0, b"Licht", at=len(body))))
    assert (seen.texts, seen.faults) == ({"z.txt": b"Licht"}, [("a.txt", code)])
    is_there = "damaged-container" not in code
    assert seen.raw[0] == (body[:-3] if name == "cut short" else body if is_there else b"")


# What is wrong with a zip file; the members before are read, and its bytes are kept.
GOOD = central("a.txt", 0, b"Windau")
BAD_ZIPS: dict[str, tuple[bytes, int]] = {
    "no directory": (BODY, 0),
    "cut": (whole(BODY, GOOD)[:-1], 0),
    "cut in the directory": (whole(BODY, GOOD)[:-30], 0),
    "text behind": (whole(BODY, GOOD) + b"Licht", 1),
    "text before": (b"PK\3\4" + whole(BODY, GOOD), 0),
    "two, one behind the other": (whole(BODY, GOOD) * 2, 0),
    "wrong second entry": (whole(BODY, GOOD, b"PK\1\3" + GOOD[4:]), 1),
    "short second entry": (whole(BODY, GOOD, GOOD[:30]), 1),
    "fewer than it says": (whole(BODY, GOOD)[:-14] + b"\2\0\2\0" + whole(BODY, GOOD)[-10:], 1),
    "a volume": (whole(BODY, GOOD)[:-14] + b"\1\0\2\0" + whole(BODY, GOOD)[-10:], 0),
    "lost wide directory": (BODY + struct.pack("<4s4xQ4x", b"PK\6\7", 1 << 60) + whole(b"", GOOD)[-22:], 0),
}


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_a_damaged_zip_is_kept_and_what_came_before_is_read(name: str, tmp_path: Path) -> None:
    data, number = BAD_ZIPS[name]
    seen = look(tmp_path, data)
    assert (seen.texts, seen.faults) == ({"a.txt": b"Windau"} if number else {}, [("", "damaged-container")])
    assert seen.raw == [data]


@pytest.mark.parametrize("name", ["d.zip", "d.tar", "d.tgz"])
def test_a_container_of_nothing_is_empty(name: str, tmp_path: Path) -> None:
    assert look(tmp_path, b"", name).faults == [("", "empty")]
    empty = zip_of({}) if "z" in name and "t" not in name else tar_of({})
    assert look(tmp_path, gzip.compress(empty) if "g" in name else empty, name).faults == [("", "empty")]


def test_zeros_behind_a_zip_are_padding(tmp_path: Path) -> None:
    assert not look(tmp_path, whole(BODY, GOOD) + bytes(600)).faults


# Headers of tar files that are no headers.


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K", b"X"])
@pytest.mark.parametrize("size", [10_000_000_000, 2 << 20, -1])
def test_a_header_that_claims_too_much_is_refused(kind: bytes, size: int, tmp_path: Path) -> None:
    data = tar_of({"a.txt": b"a"})[:1024] + header(kind, size) + bytes(3 << 20)
    seen = look(tmp_path, data, "d.tar")
    assert (seen.texts, seen.faults, seen.raw) == ({"a.txt": b"a"}, [("", "damaged-container")], [data])


HEADERS = {
    "digits": b"1" * 60_000,
    "records in records": b"2 " * 30_000 + b"=",
    "no length": b" path=a\n",
    "length of nothing": b"0 a=b\n",
    "cut": b"99 path=a\n",
    "long number": b"9" * 5000 + b" path=a\n",
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_pax_header_that_is_no_list_is_refused_at_once(name: str, tmp_path: Path) -> None:
    text = HEADERS[name]
    data = header(b"x", len(text)) + text + bytes(-len(text) % 512) + tar_of({"a.txt": b"a"})
    assert look(tmp_path, data, "d.tar").faults == [("", "damaged-container")]


def test_headers_without_end_are_refused(tmp_path: Path) -> None:
    data = (header(b"L", 1) + b"a" + bytes(511)) * 2000 + tar_of({"a.txt": b"a"})
    assert look(tmp_path, data, "d.tar").faults == [("", "damaged-container")]


# Damaged tar files.


@pytest.mark.parametrize("at", [1, 511, 512, 600, 1024, 1500, 2048])
def test_a_tar_cut_anywhere_says_so(at: int, tmp_path: Path) -> None:
    data = tar_of({"a.txt": b"a" * 20, "b.txt": b"b" * 20})
    seen = look(tmp_path, data[:at], "d.tar")
    assert (len(seen.texts), seen.faults) == ((at >= 532) + (at >= 1556), [("", "damaged-container")])
    assert seen.raw == [data[:at]]
    packed = gzip.compress(data)
    packed = packed[: len(packed) * at // 2049 or 1]
    cut = look(tmp_path, packed, "d.tar.gz")
    assert (cut.faults[-1][1][:8], cut.raw) == ("damaged-", [packed])


def test_a_damaged_header_in_the_middle_does_not_end_a_tar_in_silence(tmp_path: Path) -> None:
    data = bytearray(tar_of({"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"}))
    data[1024] ^= 1
    assert look(tmp_path, bytes(data), "d.tar").faults == [("", "damaged-container")]
    assert list(look(tmp_path, bytes(data), "d.tar").texts) == ["a.txt"]


def test_what_stands_behind_the_end_of_a_tar_is_read_and_told(tmp_path: Path) -> None:
    """Such are several tar files in one, and one with a hole."""
    one, two = tar_of({"a.txt": b"a"}), tar_of({"b.txt": b"b"})
    hole = bytearray(tar_of({"a.txt": b"a", "x.txt": b"x", "b.txt": b"b"}))
    hole[1024:2048] = bytes(1024)
    for data in (one + two, bytes(hole)):
        for name, packed in (("d.tar", data), ("d.tgz", gzip.compress(data))):
            seen = look(tmp_path, packed, name)
            assert (list(seen.texts), seen.faults) == (["a.txt", "b.txt"], [("", "damaged-container")])
    seen = look(tmp_path, one + b"Licht", "d.tar")
    assert (list(seen.texts), seen.faults) == (["a.txt"], [("", "damaged-container")])
    seen = look(tmp_path, gzip.compress(one) + b"Licht", "d.tar.gz")
    assert (list(seen.texts), seen.faults) == (["a.txt"], [("", "damaged-compression")])


@pytest.mark.parametrize("layout", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_long_name_without_its_member_is_told(layout: int, tmp_path: Path) -> None:
    data = tar_of({"long/" * 30: b""}, layout)
    for end in (bytes(2048), bytes(57)):
        assert look(tmp_path, data[:1024] + end, "d.tar").faults == [("", "damaged-container")]
    assert look(tmp_path, tar_of({"a.txt": b"a"})[:1024] + bytes(511), "d.tar").faults == [("", "damaged-container")]


def test_a_wrong_checksum_behind_the_last_member_is_seen(tmp_path: Path) -> None:
    packed = gzip.compress(tar_of({"a.txt": b"a", "b.txt": random.Random(1).randbytes(3 << 20)}))
    seen = look(tmp_path, packed[:-8] + bytes(4) + packed[-4:], "d.tgz")
    assert (list(seen.texts), seen.faults) == (["a.txt"], [("", "damaged-compression")])


def test_a_sparse_file_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    gnu = bytearray(header(b"S", 4))
    gnu[482] = 1
    gnu[148:156] = b" " * 8
    gnu[148:156] = b"%06o\0 " % sum(gnu)
    blocks = bytes(504) + b"\1" + bytes(7) + bytes(512)
    pax = b"22 GNU.sparse.major=1\n"
    records = header(b"x", len(pax)) + pax + bytes(512 - len(pax)) + header(b"0", 4, "b.txt")
    last = tar_of({"c.txt": b"c"})
    seen = look(tmp_path, bytes(gnu) + blocks + b"data" + bytes(508) + records + b"data" + bytes(508) + last, "d.tar")
    assert (seen.texts, [code for _, code in seen.faults]) == ({"c.txt": b"c"}, ["unsupported-packing"] * 2)
    assert seen.raw == [b"data", b"data"]


def test_a_long_name_cut_at_a_slash_is_no_folder(tmp_path: Path) -> None:
    """A header of old tar names a folder by a slash at the end, where a long name may happen to be cut."""
    long = "a/" * 60 + "b.txt"
    data = bytearray(tar_of({long: b"x"}, tarfile.GNU_FORMAT))
    data[1024:1124] = long[:100].encode()
    data[1024 + 156] = 0
    data[1024 + 148 : 1024 + 156] = b" " * 8
    data[1024 + 148 : 1024 + 156] = b"%06o\0 " % sum(data[1024:1536])
    assert look(tmp_path, bytes(data), "d.tar").texts == {long: b"x"}


# Mutants.

TEXTS = {f"ordner/{number}.txt": f"Der Turm {number} von Windau. ".encode() * (number * 7 + 1) for number in range(6)}
WHOLE: dict[str, bytes] = {
    "d.zip": zip_of(TEXTS),
    "e.zip": zip_of(TEXTS, zipfile.ZIP_BZIP2),
    "d.tar": tar_of({"long/" * 30 + name: text for name, text in TEXTS.items()}, tarfile.GNU_FORMAT),
    "d.tar.gz": gzip.compress(tar_of(TEXTS)),
    "d.tar.xz": lzma.compress(tar_of(TEXTS)),
}


def mutant(data: bytes, roll: random.Random) -> bytes:
    """Flip, cut, drop, double and put in bytes at some places."""
    for _ in range(roll.randint(1, 4)):
        at = roll.randrange(len(data) + 1)
        head, rest = data[:at], data[at:]
        data = roll.choice(
            (
                head + bytes([roll.randrange(256)]) + rest[1:],
                head,
                head + rest[roll.randrange(600) :],
                head + data[: roll.randrange(600)] + rest,
                head + roll.choice((b"\xff" * 4, b"\0" * 8, b"PK\5\6", b"PK\1\2", b"PK\6\7")) + rest[4:],
                data + roll.randbytes(roll.randrange(60)),
            )
        )
    return data


@pytest.mark.parametrize("name", WHOLE)
def test_a_mutant_is_read_or_refused(name: str, tmp_path: Path) -> None:
    """None of its texts is missing without a word; what a tar file holds has no checksum."""
    roll, number = random.Random(name), 0
    for _ in range(200):
        data = mutant(WHOLE[name], roll)
        seen = look(tmp_path, data, name, limits=Limits(depth=roll.choice((1, 2))))
        number += len(seen.texts)
        assert seen.faults or seen.skipped or len(seen.texts) == 6
        assert seen.faults or seen.skipped or name == "d.tar" or list(seen.texts.values()) == list(TEXTS.values())
    assert number > 100, "most mutants are damaged behind their first members"


def test_members_are_held_one_at_a_time(tmp_path: Path) -> None:
    """Forty megabytes are read in little memory, packed or not."""
    noise = random.Random(1).randbytes(4 << 20)
    files = {f"{number}.txt": noise for number in range(10)}
    (tmp_path / "d.zip").write_bytes(zip_of(files, zipfile.ZIP_STORED))
    (tmp_path / "d.tar.gz").write_bytes(gzip.compress(tar_of(files), 0))
    for name in ("d.zip", "d.tar.gz"):
        tracemalloc.start()
        sizes = [read(one).size for one in find([str(tmp_path / name)]) if isinstance(one, Place)]
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sizes == [4 << 20] * 10
        assert most < 28 << 20
