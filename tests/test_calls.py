"""The command killed, or told of an error, at every call of the system that changes something (needs strace)."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import Figure
from faulty import BAD_NAME, UNREADABLE, dumps, everything, faults, folder_of, losses, unmeasured
from killed import unlike_a_new_one

CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "mkdir")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of three dumps and one source that cannot be read."""
    return folder_of({**dumps(3), BAD_NAME: UNREADABLE}, tmp_path / "sources")


def ingested(folder: Path, root: Path, *traced: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the command, below strace where it is told what to do."""
    words = [sys.executable, "-B", "-m", "newsarc", "ingest", "--jobs", "0", "--archive", str(root), str(folder)]
    command = [*(("strace", "-qq", *traced) if traced else ()), *words]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, env=unmeasured())


def calls_of(folder: Path, tmp_path: Path) -> list[tuple[str, int]]:
    """Return each call of a run that nothing disturbs, with its number among its like."""
    log, seen = tmp_path / "log", Counter[str]()
    assert ingested(folder, tmp_path / "traced", "-o", str(log), "-e", f"trace={','.join(CALLS)}").returncode == 1
    calls = list[tuple[str, int]]()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        name = line.partition("(")[0]
        if name in CALLS:
            seen[name] += 1
            calls.append((name, seen[name]))
    assert set(seen) == set(CALLS)
    return calls


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this machine")
@pytest.mark.parametrize("what", ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EACCES"])
def test_any_call_may_kill_or_fail(folder: Path, tmp_path: Path, what: str, full: bool, figure: Figure) -> None:
    if not full:
        pytest.skip("only at full size")
    assert ingested(folder, tmp_path / "clean").returncode == 1
    wanted = everything(tmp_path / "clean")

    def disturbed(call: tuple[str, int]) -> tuple[int, str]:
        root, (name, number) = tmp_path / f"{call[0]}{call[1]}", call
        injected = f"inject={name}:{what}:when={number}"
        done = ingested(folder, root, "-o", os.devnull, "-e", f"trace={name}", "-e", injected)
        if (root / "FORMAT").exists():
            assert faults(root) == [], call
            assert done.returncode != 1 or everything(root) == wanted, call
        assert ingested(folder, root).returncode == 1, call
        assert everything(root) == wanted, call
        assert losses(root, [*dumps(3), BAD_NAME]) == [], call
        assert unlike_a_new_one(root) == [], call
        shutil.rmtree(root)
        return done.returncode, done.stderr.decode(errors="replace")

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(disturbed, calls := calls_of(folder, tmp_path)))
    assert {code for code, _ in ends} <= ({-signal.SIGKILL, 1} if "KILL" in what else {74, 1}), Counter(ends)
    assert not [said for _, said in ends if "Traceback" in said or "a bug" in said]
    figure("D2" if "KILL" in what else "D3", f"calls of the system, {what} at each:", len(calls))
    for code, number in Counter(code for code, _ in ends).items():
        figure("D2" if "KILL" in what else "D3", f"of these ended with {code}:", number)
