"""Signals at random moments of a real `newsarc ingest`: whole batches or none, the right end, no traceback, at once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from conftest import Figure
from faulty import dice, dumps, everything, faults, folder_of, unmeasured
from test_kill_command import committed, wait_until_gone

SIGNALS = [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)]
MANY = dumps(540)
BATCH = 500
SECONDS = 2.0
SLOW = 5.0
"""A machine under load may need so many times the seconds."""
SIGNALLED, SIGNALLED_IN_FULL = 20, 200


SITE = """
import os, sys

class Telling:
    def find_spec(self, name, *_):
        if name == "newsarc.cli":
            sys.meta_path.remove(self)
            os.write(1, b"!")

sys.meta_path.insert(0, Telling())
"""
"""Tells when newsarc begins to load: before that, Python itself answers an interrupt, with a traceback."""

Run = subprocess.Popen[bytes]


def started(folder: Path, root: Path, jobs: str) -> Run:
    """Start an ingest in a session of its own, as a terminal does; it is being loaded when this returns."""
    site = root.parent / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    words = [sys.executable, "-m", "newsarc", "ingest", "--archive", str(root), "--jobs", jobs, str(folder)]
    env = unmeasured()
    env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(site), env.get("PYTHONPATH"))))
    run = Run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, start_new_session=True, bufsize=0)
    assert run.stdout
    assert run.stdout.read(1) == b"!"
    return run


def seconds_of(folder: Path, root: Path, jobs: str) -> float:
    """Return how long a run takes that nobody disturbs."""
    begun = time.monotonic()
    assert said_by(started(folder, root, jobs)) == [f"archive {root} (created)", f"{len(MANY)} new, 0 unchanged"]
    return time.monotonic() - begun


def said_by(run: Run) -> list[str]:
    """Wait for a run; returns the lines it said."""
    return run.communicate(timeout=120)[1].decode().splitlines()


def is_ours(line: str) -> bool:
    """Tell whether a line is one that a run says: where, how many, or that it was interrupted."""
    return line.startswith(("archive ", "newsarc: interrupted")) or " new, " in line


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_a_signal_at_any_moment_ends_a_run_between_batches(tmp_path: Path, full: bool, figure: Figure) -> None:
    """To the run alone, or to all processes of its terminal; some come while it still loads."""
    roll, folder = dice(31), folder_of(MANY, tmp_path / "in")
    lasting = {jobs: seconds_of(folder, tmp_path / f"clean{jobs}", jobs) for jobs in ("0", "2")}
    wanted, ended, slowest, life = everything(tmp_path / "clean0"), Counter[str](), 0.0, 0
    while ended.total() < (SIGNALLED_IN_FULL if full else SIGNALLED):
        jobs, what = roll.choice(tuple(lasting)), SIGNALS[ended.total() % len(SIGNALS)]
        root, send = tmp_path / f"{life}", roll.choice((os.kill, os.killpg))
        known, run, begun = committed(root), started(folder, root, jobs), time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            run.wait(roll.uniform(0, lasting[jobs]))  # the moment is what is random here
            lasting[jobs] = time.monotonic() - begun  # the machine is faster than it was
        begun = time.monotonic()
        with suppress(ProcessLookupError):
            send(run.pid, what)
        said = said_by(run)
        context = f"life {life}, --jobs {jobs}, {send.__name__} {what.name}: {said}"
        assert run.returncode in (0, -what), context
        assert all(map(is_ours, said)), context
        wait_until_gone(run.pid)
        assert committed(root) in ({len(MANY)} if run.returncode == 0 else {known, BATCH, len(MANY)}), context
        if (root / "FORMAT").exists():
            assert faults(root) == [], context
        if run.returncode:
            ended[what.name] += 1
            slowest = max(slowest, time.monotonic() - begun)
            assert slowest < SLOW * SECONDS, context
        else:
            assert everything(root) == wanted, context
            life += 1
    figure("hostile", "signals to a run", ended.total())
    figure("hostile", "seconds until the last process was gone, at most:", round(slowest, 2))
