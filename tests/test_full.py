"""A full disk is exit 74 and one line, or an index that is behind; the archive stays valid, the next run resumes."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import faulty
from conftest import Figure
from faulty import dice, dumps, everything, faults, folder_of, segments, unmeasured
from killed import unfit
from newsarc.archive import Archive
from newsarc.errors import ArchiveNotFound

LIMITS = (0, 100, 200, 260, 300, 512, 1000, 4096, 8000, 20_000, 40_000, 80_000, 110_000, 128_000, 150_000, 170_000,
          175_000, 190_000, 210_000, 240_000)  # fmt: skip
SIZES = (40, 100, 180, 240, 300, 420, 480, 560, 680, 900)
"""Of a small disk, in KiB."""


def ended_as_promised(run: "subprocess.CompletedProcess[bytes]", root: Path, wanted: Counter[bytes]) -> str:
    """Assert that a run on a full disk told so, and that its archive is valid; returns how it ended."""
    said = run.stderr.decode()
    errors = [line for line in said.splitlines() if line.startswith("newsarc: error")]
    assert run.stdout == b""
    assert "Traceback" not in said
    if run.returncode:
        assert run.returncode == 74, run
        assert len(errors) == 1, run
        assert errors[0].startswith("newsarc: error: cannot write ("), run
        assert errors[0].count("File too large") + errors[0].count("No space left on device") == 1, run
        return "74"
    assert errors == []
    assert everything(root) == wanted
    assert faults(root) == []
    return "index behind" if "articles are archived; the index is behind and will catch up." in said else "0"


def resumes(root: Path, folder: Path, wanted: Counter[bytes]) -> int:
    """Assert that an archive is valid, and complete after the next run; returns how many articles it held before."""
    stored = 0
    if (root / "FORMAT").exists():
        assert faults(root) == []
        stored = len(list(Archive(root).articles()))
    else:
        with pytest.raises(ArchiveNotFound):
            Archive(root)
    assert ingested(folder, root).returncode == 0
    assert everything(root) == wanted
    assert faults(root) == []
    assert unfit(root) == []
    return stored


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of 130 dumps."""
    return folder_of(dumps(130), tmp_path / "sources")


@pytest.fixture
def wanted(folder: Path, tmp_path: Path) -> Counter[bytes]:
    """Return what an archive holds that has all the room it needs."""
    assert ingested(folder, tmp_path / "clean").returncode == 0
    assert segments(tmp_path / "clean")[0].stat().st_size > 170_000
    return everything(tmp_path / "clean")


def ingested(folder: Path, root: Path, limit: int = 1 << 30) -> "subprocess.CompletedProcess[bytes]":
    """Ingest a folder where no file may be longer than so many bytes."""
    words = ["limited", str(limit), "ingest", "--jobs", "0", "--archive", str(root), str(folder)]
    command = [sys.executable, faulty.__file__, *words]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, env=unmeasured())


def test_no_file_may_be_longer(
    folder: Path, wanted: Counter[bytes], tmp_path: Path, full: bool, figure: Figure
) -> None:
    roll, ends, stored = dice(11), Counter[str](), Counter[int]()
    limits = sorted({*LIMITS, *(roll.randrange(260_000) for _ in range(80))}) if full else LIMITS
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda limit: ingested(folder, tmp_path / f"{limit}", limit), limits))
    for limit, run in zip(limits, runs, strict=True):
        root = tmp_path / f"{limit}"
        ends[ended_as_promised(run, root, wanted)] += 1
        stored[resumes(root, folder, wanted)] += 1
    assert set(ends) >= {"74", "index behind"}
    assert set(stored) == {0, 130}
    figure("D11", "limits of the length of a file", len(limits))
    for end, number in ends.items():
        figure("D11", f"limits, ended with {end}", number)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_small_disk(folder: Path, wanted: Counter[bytes], tmp_path: Path, full: bool, figure: Figure) -> None:
    sizes, ends, stored = range(12, 920, 8) if full else SIZES, Counter[str](), Counter[int]()
    disk = tmp_path / "disk"
    disk.mkdir()
    for size in sizes:
        if _mounted(disk, f"size={size}k").returncode:
            pytest.skip("nothing can be mounted here")
        try:
            ends[ended_as_promised(ingested(folder, disk / "a"), disk / "a", wanted)] += 1
            assert not _mounted(disk, "remount,size=4m").returncode
            stored[resumes(disk / "a", folder, wanted)] += 1
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    assert set(ends) >= {"74", "0"}
    assert set(stored) == {0, 130}
    figure("D11", "sizes of a small disk", len(sizes))
    for end, number in ends.items():
        figure("D11", f"sizes, ended with {end}", number)


def _mounted(place: Path, options: str) -> "subprocess.CompletedProcess[bytes]":
    """Mount a disk in memory."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    return subprocess.run(command, capture_output=True, check=False)
