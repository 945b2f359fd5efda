"""Workers give what one process gives, and a document that kills, stops or starves one costs only itself."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from conftest import Run
from containers import zip_of
from faulty import UNREADABLE, digests, dumps, faults, folder_of, process, ticking, unmeasured
from material import NOON, dump
from misbehaving import misbehaving, site_of
from newsarc import errors
from newsarc.archive import Archive
from newsarc.archive.disk import Disk
from newsarc.errors import SourceError, UnknownWord, UnreadableSource, WorkersUnusable
from newsarc.ingest import Outcome, Reading, Shelter, ingest, messages
from newsarc.source import IN_MEMORY, Place, find

AT_NOON = Reading(now=NOON)


def kept(root: Path, *sources: Path, jobs: int) -> list[Outcome]:
    archive, _ = Archive.create(root)
    found = find([str(source) for source in sources])
    return list(ingest(found, archive, clock=lambda: NOON, how=AT_NOON, jobs=jobs))


def counts(outcomes: list[Outcome]) -> list[tuple[str, int, str]]:
    return [(one.name, one.new, one.error.code if one.error else one.skipped or "") for one in outcomes]


def said_at_end(done: "subprocess.CompletedProcess[str]") -> str:
    return done.stderr.splitlines()[-1]


def reasons(root: Path) -> dict[str, str]:
    """Return the reason of each source in quarantine, by the name of its file."""
    notes = [json.loads(path.read_bytes()) for path in (root / "quarantine").glob("*.json")]
    return {Path(note["where"]).name: note["reason"] for note in notes}


# One process or many: the same.


def test_any_number_of_workers_archives_the_same_bytes(tmp_path: Path) -> None:
    stories = list(dumps(260).values())
    files = {f"{number:03}.txt": story for number, story in enumerate(stories[:150])}
    files |= {
        "many.txt": b"\n".join(stories[140:]),
        "packed.txt.gz": gzip.compress(dump("Gepackter Turm")),
        "members.zip": zip_of({"a.txt": dump("Turm im Zip"), "b.bin": b"\0\1", "c.txt": UNREADABLE}),
        "again.txt": stories[3],
        "other.txt": stories[4].replace(b"Stadt", b"Gemeinde"),
        "binary.bin": b"\0\1\2",
        "blank.txt": b" \n",
        "cut.txt.gz": gzip.compress(dump())[:-9],
        "no-dump.txt": UNREADABLE,
        "zz\udcff.txt": dump("Turm ohne UTF-8"),
    }
    folder = folder_of(files, tmp_path / "in")
    expected = kept(tmp_path / "0", folder, jobs=0)
    assert sum(one.new for one in expected) == 263
    for jobs in (1, 2, 4):
        assert counts(kept(tmp_path / str(jobs), folder, jobs=jobs)) == counts(expected)
        for kind in ("articles", "originals", "quarantine"):
            assert digests(tmp_path / str(jobs) / kind) == digests(tmp_path / "0" / kind)
        assert faults(tmp_path / str(jobs)) == []


@pytest.fixture(scope="module")
def long_dump() -> bytes:
    """Return a source of more than 16 MB: 18 stories of a megabyte."""
    body = b"Die Arbeiten dauern" + b" und dauern" * 90_000
    stories = (dump(f"Langer Turm {number}").replace(b"Die Arbeiten dauern", body) for number in range(18))
    return b"\n".join(stories)


def test_a_source_longer_than_memory_holds_is_read_by_a_worker_and_kept_by_us(tmp_path: Path, long_dump: bytes) -> None:
    assert len(long_dump) > IN_MEMORY
    (tmp_path / "long.txt").write_bytes(long_dump)
    for jobs in (0, 1):
        [outcome] = kept(tmp_path / str(jobs), tmp_path / "long.txt", jobs=jobs)
        assert (outcome.new, outcome.error) == (18, None)
        assert faults(tmp_path / str(jobs)) == []
    assert digests(tmp_path / "0" / "originals") == digests(tmp_path / "1" / "originals")
    assert digests(tmp_path / "0" / "articles") == digests(tmp_path / "1" / "articles")


def test_long_standard_input_is_read_without_a_worker(run: Run, long_dump: bytes) -> None:
    assert said_at_end(run("ingest", "-", "--jobs", "1", stdin=long_dump)) == "18 new, 0 unchanged"
    said = said_at_end(run("ingest", "-", "--jobs", "1", stdin=dump()))
    assert said.startswith("1 new, 0 unchanged")


class Meddling(Disk):
    """Changes a file as soon as the first original of a batch is to be kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, path: str) -> None:
        """Make a file, and change the other one."""
        super().create(path)
        if path.endswith(".gz"):
            self.path.write_bytes(self.path.read_bytes().replace(b"Turm", b"Wall"))


@pytest.mark.parametrize("jobs", [0, 1])
def test_a_long_source_that_changes_meanwhile_costs_only_itself(tmp_path: Path, long_dump: bytes, jobs: int) -> None:
    (tmp_path / "long.txt").write_bytes(long_dump)
    folder_of(dumps(3), tmp_path / "small")
    archive, _ = Archive.create(tmp_path / "archive", disk=Meddling(tmp_path / "long.txt"))
    found = find([str(tmp_path / "long.txt"), str(tmp_path / "small")])
    long, *small = ingest(found, archive, clock=lambda: NOON, how=AT_NOON, jobs=jobs)
    assert (long.new, [one.new for one in small]) == (0, [1, 1, 1])
    assert isinstance(long.error, UnreadableSource)
    assert "changed while it was read" in str(long.error)
    assert faults(tmp_path / "archive") == []
    assert archive.head().seq == 3


# A document that misbehaves.


def test_documents_that_crash_hang_and_eat_memory_cost_only_themselves(run: Run, tmp_path: Path) -> None:
    bad = {"0050.txt": "ABBRUCH", "0100.txt": "STILLSTAND", "0170.txt": "HUNGER"}
    folder_of(dumps(200) | {name: misbehaving(word) for name, word in bad.items()}, tmp_path / "in")
    words = ("ingest", "in", "--jobs", "2", "--timeout", "1", "--memory", "256MB")
    done = run(*words, **site_of(tmp_path))
    assert said_at_end(done) == "197 new, 0 unchanged, 3 in quarantine"
    assert done.returncode == 1
    assert reasons(tmp_path / "archive") == {"0050.txt": "crashed", "0100.txt": "timeout", "0170.txt": "memory"}
    assert [line.split(" (")[0] for line in done.stderr.splitlines()[1:-1]] == [
        "newsarc: error: source crashes its reader",
        "newsarc: error: source takes too long to read",
        "newsarc: error: source takes too much memory to read",
    ]
    names = [Path(one.origin.name).name for one in Archive(tmp_path / "archive").articles() if one.origin]
    assert names == sorted(name for name in dumps(200) if name not in bad), "each once, in the order of the sources"
    assert faults(tmp_path / "archive") == []
    again = run("ingest", "in", "--jobs", "1")
    assert said_at_end(again) == "3 new, 197 unchanged", "they were innocent"


def test_what_came_before_the_fault_stays_and_is_not_read_again(run: Run, tmp_path: Path) -> None:
    stories = [*dumps(230).values()]
    stories[210] = misbehaving("ABBRUCH")
    stories[220] = misbehaving("STILLSTAND")
    files = {"a.txt": b"\n".join(stories[:215]), "b.txt": b"\n".join(stories[215:]), "c.txt": dump("Letzter Turm")}
    folder_of(files, tmp_path / "in")
    done = run("ingest", "in", "--jobs", "1", "--timeout", "1", **site_of(tmp_path))
    assert reasons(tmp_path / "archive") == {"a.txt": "crashed", "b.txt": "timeout"}
    assert said_at_end(done) == "201 new, 0 unchanged, 2 in quarantine", "200 came in two messages, and the last file"
    assert said_at_end(run("ingest", "in", "--jobs", "2")) == "30 new, 201 unchanged"
    assert faults(tmp_path / "archive") == []


@pytest.mark.parametrize(
    ("word", "reason", "why"),
    [
        ("TAUBHEIT", "timeout", "more than 0.2 s"),
        ("ENDE", "crashed", "it ended with exit status 3"),
        ("FEHLER", "crashed", "RuntimeError: unerwartet"),
        ("UNSINN", "crashed", "its answer makes no sense"),
    ],
)
def test_other_ways_to_fail(word: str, reason: str, why: str, run: Run, tmp_path: Path) -> None:
    folder_of({"b.txt": misbehaving(word)}, tmp_path / "in")
    done = run("ingest", "in", "--jobs", "1", "--timeout", "0.2", **site_of(tmp_path))
    assert said_at_end(done) == "0 new, 0 unchanged, 1 in quarantine"
    assert reasons(tmp_path / "archive") == {"b.txt": reason}
    assert f"(in/b.txt): {why}. " in done.stderr
    assert done.stderr.count("\n") == 3, "a worker never speaks itself"


def test_what_was_read_is_committed_while_a_worker_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in site_of(tmp_path).items():
        monkeypatch.setenv(name, value)
    folder_of(dumps(5) | {"0006.txt": misbehaving("STILLSTAND")}, tmp_path / "in")
    archive, _ = Archive.create(tmp_path / "archive")
    found = find([str(tmp_path / "in")])
    shelter, clock = Shelter(timeout=1.0), ticking(0.09)  # ten looks are not yet a second, twelve are
    outcomes = ingest(found, archive, clock=clock, how=AT_NOON, jobs=1, shelter=shelter)
    committed = [(archive.head().seq, len(reasons(tmp_path / "archive"))) for _ in outcomes]
    assert committed[:5] == [(5, 0)] * 5
    assert committed[5] == (5, 1)


def test_a_dry_run_reads_in_shelter_too(run: Run, tmp_path: Path) -> None:
    folder_of(dumps(2) | {"0003.txt": misbehaving("ENDE")}, tmp_path / "in")
    done = run("ingest", "in", "--dry-run", "--jobs", "1", **site_of(tmp_path))
    assert said_at_end(done) == "dry run: 2 new, 0 unchanged, 1 in quarantine"
    assert not (tmp_path / "archive").exists()


def test_workers_that_do_not_start_end_the_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    done = run("ingest", "a.txt", "--jobs", "2", **site_of(tmp_path, "cripple"))
    assert done.returncode == 74
    assert said_at_end(done) == (
        "newsarc: error: workers do not start (process): one ended with exit status 3. "
        "Read in one process, without shelter, with --jobs 0."
    )
    assert run("ingest", "a.txt", "--jobs", "0", **site_of(tmp_path, "cripple")).returncode == 0


def test_a_format_by_force_must_exist(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    places = find([str(tmp_path / "a.txt")])
    with pytest.raises(UnknownWord):
        list(ingest(places, None, clock=lambda: NOON, how=Reading(format="portl"), jobs=1))


# The parent.


def test_the_parent_loads_no_parser(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    probe = (
        "import sys; sys.argv = ['newsarc', 'ingest', '--jobs', '1', 'a.txt', '--archive', 'archive']\n"
        "from newsarc.cli import main\n"
        "try:\n    main()\nfinally:\n    sys.stdout.write(' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr.endswith("1 new, 0 unchanged\n")
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "multiprocessing" in loaded
    assert loaded & {"pydantic", "lxml", "bs4", "dateutil"} == set()


def descendants(pid: int) -> set[int]:
    """Return the processes below one that still run."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rpartition(") ")[2].split()[:2]
            if state != "Z":
                parents[int(path.parent.name)] = int(parent)
    found, more = set[int](), {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more}
        found |= more
    return found


def running(pids: set[int]) -> set[int]:
    """Return which of these processes still run."""
    return {pid for pid in pids if pid in descendants(os.getpid()) or pid in descendants(1)}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
@pytest.mark.parametrize(("number", "is_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_a_signal_leaves_whole_batches_and_no_worker(tmp_path: Path, number: signal.Signals, is_group: bool) -> None:
    files = dumps(700) | {"0699.txt": misbehaving("STILLSTAND")}
    folder_of(files, tmp_path / "in")
    command = [sys.executable, "-m", "newsarc", "ingest", "in", "--archive", "archive", "--jobs", "2", "--timeout", "5"]
    env = {**unmeasured(), **site_of(tmp_path)}
    with (tmp_path / "said").open("wb") as stderr:  # a pipe that nobody reads gets full
        run = subprocess.Popen(command, cwd=tmp_path, stderr=stderr, env=env, start_new_session=True)
    head = tmp_path / "archive" / "HEAD"
    while not head.exists() or json.loads(head.read_bytes())["seq"] < 500:
        assert run.poll() is None
    workers = descendants(run.pid)
    assert len(workers) >= 2
    (os.killpg if is_group else os.kill)(run.pid, number)
    assert run.wait() == -number
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert said.endswith("run it again to go on\n") == is_group
    deadline = time.monotonic() + 20  # the one that hangs has five seconds left
    while running(workers):
        assert time.monotonic() < deadline
    assert Archive(tmp_path / "archive").head().seq in (500, 699)
    assert faults(tmp_path / "archive") == []


# Runs side by side.


@pytest.mark.parametrize(("writers", "jobs"), [(2, 0), (4, 0), (2, 1), (3, 0), (2, 2)])
def test_ingests_at_once_keep_each_article_once(tmp_path: Path, writers: int, jobs: int) -> None:
    folder_of(dumps(120), tmp_path / "in")
    words = ["ingest", "in", "--archive", "archive", "--json", "--jobs", str(jobs)]
    command = [sys.executable, "-m", "newsarc", *words]
    runs = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=unmeasured())
        for _ in range(writers)
    ]
    said = [json.loads(run.communicate(timeout=60)[0]) for run in runs]
    assert [run.returncode for run in runs] == [0] * writers
    assert sum(one["new"] for one in said) == 120
    assert {one["new"] + one["unchanged"] for one in said} == {120}
    assert Archive(tmp_path / "archive").head().seq == 120
    assert faults(tmp_path / "archive") == []


def test_who_waits_too_long_for_the_lock_says_for_whom(run: Run, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(dump("Turm nebenan"))
    Archive.create(tmp_path / "archive")
    holder = process("hold", tmp_path / "archive")
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    try:
        done = run("ingest", "b.txt", "--wait", "0", "--jobs", "1")
        assert done.returncode == 75
        assert f"process {holder.pid} since " in done.stderr
        waiting = subprocess.Popen(
            [sys.executable, "-m", "newsarc", "ingest", "b.txt", "--jobs", "0", "--archive", "archive"],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr
        assert waiting.stderr.readline().startswith("archive ")
    finally:
        holder.kill()
        holder.communicate()
    assert waiting.communicate(timeout=60)[1] == "1 new, 0 unchanged\n", "the batch was kept"


# What is said between processes.


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
def test_errors_come_over_as_they_were(kind: type[Exception]) -> None:
    if issubclass(kind, SourceError):
        error = kind("in/«ä».txt", "a\nreason")
        words = json.loads(json.dumps(messages.said(error)))
        assert (type(messages.error_of(words)), str(messages.error_of(words))) == (kind, str(error))
    else:
        assert type(messages.error_of([kind.__name__, "where", "why"])) is SourceError
    assert messages.error_of(None) is None


def test_places_come_over_as_they_were() -> None:
    places = [
        Place("a.txt", "a.txt", named=True),
        Place("b\\xff.txt", "b\udcff.txt", named=False),
        Place("c.zip!d.txt", "c.zip", named=False, data=b"\n\0"),
        Place("c.zip!e.txt", "c.zip", named=False, data=b""),
    ]
    assert list(messages.places_of(messages.task(places))) == places


def test_a_worker_that_cannot_be_made_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    monkeypatch.setattr("multiprocessing.spawn._python_exe", os.fsencode(tmp_path / "none"))
    places = find([str(tmp_path / "a.txt")])
    with pytest.raises(WorkersUnusable):
        list(ingest(places, None, clock=lambda: NOON, how=AT_NOON, jobs=1, shelter=Shelter()))
