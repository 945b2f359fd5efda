"""The command itself, with its workers and its index: killed at random, kept out, set back, given the same again."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from conftest import Figure
from faulty import dice, digests, dumps, everything, folder_of, losses, unmeasured
from killed import unfit, unlike_a_new_one
from newsarc.archive.chain import read_head

MANY = dumps(700)  # more than a batch
JOBS: tuple[tuple[str, ...], ...] = (("--jobs", "0"), ())


def started(folder: Path, root: Path, *words: str) -> "subprocess.Popen[bytes]":
    """Start the command in a session of its own, workers and all."""
    command = [sys.executable, "-m", "newsarc", "ingest", "--archive", str(root), *words, str(folder)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, env=unmeasured(), start_new_session=True)


def ended(run: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """Wait for a run; returns its exit code and the last line it said."""
    said = run.communicate(timeout=120)[1].decode().splitlines()
    return run.returncode, said[-1] if said else ""


def alive(session: int) -> list[int]:
    """Return which processes of a session still run."""
    found = list[int]()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, of = path.read_text(encoding="utf-8").rpartition(")")[2].split()[:4]
            if int(of) == session and state not in "ZX":
                found.append(int(path.parent.name))
    return found


def wait_until_gone(session: int) -> None:
    """Wait until no process of a session runs any more; a worker notices when it has read what it was given."""
    deadline = time.monotonic() + 15
    while alive(session):
        assert time.monotonic() < deadline, alive(session)


def committed(root: Path) -> int:
    """Return how many articles a reader may count on now."""
    with suppress(OSError):
        head = read_head((root / "HEAD").read_bytes())
        return head.seq if head else 0
    return 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_the_command_killed_at_random_loses_nothing_and_leaves_no_worker(
    tmp_path: Path, full: bool, figure: Figure
) -> None:
    """Two runs at once, with and without workers; sometimes the whole group dies, sometimes only the parent."""
    kills, seed = 100 if full else 8, 21
    roll, killed, lives, alone = dice(seed), 0, 0, 0
    folder = folder_of(MANY, tmp_path / "sources")
    begun = time.monotonic()
    assert ended(started(folder, tmp_path / "clean"))[0] == 0
    longest = time.monotonic() - begun
    wanted = everything(tmp_path / "clean")
    assert len(wanted) == len(MANY)
    while killed < kills:
        root, known, lives, is_done = tmp_path / f"life{lives}", 0, lives + 1, False
        while not is_done and killed < kills:
            runs = [started(folder, root, *jobs) for jobs in JOBS]
            time.sleep(roll.uniform(0.1, 1.2 * longest))  # the moment is what is random here
            known = max(known, committed(root))
            for run in runs:
                is_group = roll.random() < 0.5
                with suppress(ProcessLookupError):
                    (os.killpg if is_group else os.kill)(run.pid, signal.SIGKILL)
                code, said = ended(run)
                assert code in (0, -signal.SIGKILL), (seed, said)
                killed += code != 0
                alone += code != 0 and not is_group
                is_done = is_done or code == 0
                wait_until_gone(run.pid)
            assert committed(root) >= (len(MANY) if is_done else known), seed
            if (root / "FORMAT").exists():
                assert losses(root, MANY if is_done else []) == [], seed
                assert lives % 2 or unfit(root) == [], seed
        assert ended(started(folder, root))[0] == 0
        assert everything(root) == wanted, seed
        assert losses(root, MANY) == [], seed
        assert unlike_a_new_one(root) == [], seed
        shutil.rmtree(root)
    figure("D1", "kills of the command", killed)
    figure("D1", "of these the parent alone", alone)
    figure("D1", "archives of the command", lives)


def test_the_command_again_adds_not_one_byte(tmp_path: Path, figure: Figure) -> None:
    """With and without workers, with an index, without one, and with one that is none."""
    folder, root = folder_of(dumps(40), tmp_path / "sources"), tmp_path / "archive"
    assert ended(started(folder, root))[1] == "40 new, 0 unchanged"
    before = {name: digest for name, digest in digests(root).items() if not name.startswith("index/")}
    for jobs in JOBS:
        for index in ("kept", "deleted", "garbage"):
            if index == "deleted":
                shutil.rmtree(root / "index")
            elif index == "garbage":
                (root / "index" / "newsarc.db").write_bytes(b"x" * 9000)
            assert ended(started(folder, root, *jobs))[1] == "0 new, 40 unchanged"
            assert {name: one for name, one in digests(root).items() if not name.startswith("index/")} == before
    figure("D9", "runs that added nothing", 2 * 3)


def test_commands_at_once_keep_each_article_once_and_the_index_knows(
    tmp_path: Path, full: bool, figure: Figure
) -> None:
    folder, runs = folder_of(dumps(60), tmp_path / "sources"), 100 if full else 2
    for number in range(runs):
        root = tmp_path / f"{number}"
        writers = [started(folder, root, *JOBS[one % 2]) for one in range(4 if number % 2 else 2)]
        codes, said = zip(*map(ended, writers), strict=True)
        assert set(codes) == {0}, said
        assert losses(root, dumps(60)) == []
        assert unlike_a_new_one(root) == []
        shutil.rmtree(root)
    figure("D6", "times two or four runs at once", runs)
