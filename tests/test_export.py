"""An export is there when it is complete, or not at all; what may not be used never leaves."""

import os
import pty
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import faulty
from conftest import Run
from exports import ABOUT, exported, hostile, stories, story, tree
from faulty import dice
from newsarc.cli.options import FORMS as NAMED
from newsarc.errors import ArchiveDamaged, DestinationLocked, DestinationTaken, OutputError
from newsarc.export import FORMS, chunks, export

FOLDERS = [name for name, form in FORMS.items() if form.is_folder]
FILES = [name for name, form in FORMS.items() if not form.is_folder]


def ids_in(run: Run, *words: str) -> list[str]:
    """Return the headlines that an export of some words holds."""
    done = run("export", "--to", "tsv", "-", *words)
    assert (done.returncode, done.stderr) == (0, "")
    head, *rows = (line.split("\t") for line in done.stdout.splitlines())
    return [row[head.index("id")] for row in rows]


@pytest.fixture
def kept(run: Run, tmp_path: Path) -> Path:
    """Make an archive of two stories that may leave, and some that may not."""
    secret: dict[str, Any] = {"headline": "Geheimtreffen der Möwen", "lead": None, "body": []}
    made = [
        story(1), story(2, category="Kultur", category_text="Kultur", kicker="Bühne"),
        story(3, status="canceled", **secret), story(4, status="withheld", **secret),
        story(5, embargoed="2999-01-01T00:00:00+01:00", embargoed_text="2999-01-01T00:00:00+01:00", **secret),
        story(6, embargo_open=True, **secret), story(7, kind="advisory", **secret),
    ]  # fmt: skip
    (tmp_path / "all.jsonl").write_bytes(b"".join(one.line() + b"\n" for one in made))
    done = run("ingest", "--jobs", "0", "all.jsonl")
    assert done.stderr.endswith("7 new, 0 unchanged\n")
    return tmp_path


def test_the_command_knows_the_forms_of_the_room() -> None:
    assert tuple(FORMS) == NAMED


def test_what_may_not_be_used_leaves_in_no_form(run: Run, kept: Path) -> None:
    for form in FORMS:
        done = run("export", "--to", form, form)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", f"2 stories in {form}\n")
        held = b"".join(tree(kept / form).values())
        assert b"Geheimtreffen" not in held, form
    for word in ("--canceled", "--embargoed", "--all", "--status=canceled"):
        done = run("export", "--to", "csv", "-", word)
        assert (done.returncode, done.stdout) == (2, "")
        assert "No such option" in done.stderr


def test_the_filters_of_list_decide_what_leaves(run: Run, kept: Path) -> None:
    assert kept
    assert ids_in(run) == [story(2).id, story(1).id]
    assert ids_in(run, "--order", "oldest") == [story(1).id, story(2).id]
    assert ids_in(run, "--category", "Kultur") == [story(2).id]
    assert ids_in(run, "--since", "2025-02-03") == [story(2).id]
    assert ids_in(run, "--limit", "1", "--keyword", "moewen") == [story(2).id]
    assert ids_in(run, "--credit", "Reuters") == []


def test_a_pipe_gets_what_a_file_gets(run: Run, kept: Path) -> None:
    for form in ("csv", "tsv"):
        run("export", "--to", form, "file")
        assert run("export", "--to", form, "-").stdout.encode() == (kept / "file").read_bytes()
        (kept / "file").unlink()
    assert run("export", "--to", "atom", "-").stdout.endswith("</entry>\n</feed>\n")
    done = run("export", "--to", "sqlite", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "newsarc: error: question not understood (--to sqlite): it cannot be piped; name a file or a folder for it.\n"
    )


def test_a_terminal_gets_no_control_characters(run: Run, tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_bytes(b"".join(one.line() + b"\n" for one in hostile() if one.id))
    run("ingest", "--jobs", "0", "all.jsonl")
    for form in ("csv", "atom"):
        ours, theirs = pty.openpty()
        words = [sys.executable, "-m", "newsarc", "export", "--archive", str(tmp_path / "archive"), "--to", form, "-"]
        process = subprocess.Popen(words, stdout=theirs)
        os.close(theirs)
        shown = b"".join(_all_of(ours))
        assert process.wait(20) == 0
        assert b"script" in shown
        assert not {*map(ord, "\x00\x07\x08\x1b")} & {*shown}
        assert not any(char in shown.decode() for char in "\x9b\u202e\u2066\ufeff")


def _all_of(terminal: int) -> Iterator[bytes]:
    """Yield what a terminal shows, until nobody writes to it."""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        yield data
    os.close(terminal)


def test_no_form_needs_stories(tmp_path: Path) -> None:
    for form in FORMS:
        files = exported(form, tmp_path / form, [])
        assert (tmp_path / form).exists()
        assert len(files) == (form in (*FILES, "parquet"))


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_written_over_unless_it_is_told_to(form: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    exported(form, place, stories(2))
    before = tree(place)
    with pytest.raises(DestinationTaken):
        exported(form, place, stories(3))
    assert tree(place) == before
    exported(form, place, stories(3), force=True)
    assert tree(place).keys() >= before.keys() - {name for name in before if "part-" in name}
    assert tree(place) != before
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_only_a_folder_that_was_exported_is_ever_replaced(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    exported("text", place, [story(1)])  # empty: nothing is lost
    other = tmp_path / "other"
    other.mkdir()
    (other / "brief.txt").write_text("Liebe Möwe")
    for force in (False, True):
        with pytest.raises(DestinationTaken, match="not empty" if not force else "something else"):
            exported("text", other, [story(1)], force=force)
    assert tree(other) == {"other/brief.txt": "Liebe Möwe".encode()}


def test_a_file_is_no_folder_and_a_device_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for form, name in (("text", "file"), ("csv", "folder"), ("csv", "pipe")):
        with pytest.raises(DestinationTaken):
            exported(form, tmp_path / name, [story(1)], force=True)
    with pytest.raises(OutputError, match=r"missing/a\.csv.*No such file"):
        exported("csv", tmp_path / "missing" / "a.csv", [story(1)])
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder", "pipe"}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("x")
    (tmp_path / "link.csv").symlink_to("real.csv")
    exported("csv", tmp_path / "link.csv", [story(1)], force=True)
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes().startswith(b"schema,id,")


def test_the_folder_beside_it_is_not_taken_for_ours_where_it_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "made").write_text("Liebe Möwe")
    (tmp_path / ".a.csv.unfinished").symlink_to("precious")
    with pytest.raises(DestinationTaken):
        exported("csv", tmp_path / "a.csv", [story(1)])
    assert (tmp_path / "precious" / "made").read_text() == "Liebe Möwe"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("force", [False, True])
def test_an_answer_that_breaks_off_leaves_the_place_as_it_was(form: str, force: bool, tmp_path: Path) -> None:
    place = tmp_path / "place"
    if force:
        exported(form, place, stories(2))
    before = tree(tmp_path)

    def broken() -> Iterator[bytes]:
        yield story(1).line()
        raise ArchiveDamaged("articles/000001.jsonl line 2", "it is cut")

    with pytest.raises(ArchiveDamaged):
        export(broken(), form, str(place), ABOUT, force=force)
    assert tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["place"] * force


@pytest.mark.parametrize("form", ["csv", "sqlite", "parquet", "atom", "text"])
def test_a_full_disk_leaves_the_place_as_it_was(form: str, run: Run, tmp_path: Path) -> None:
    long = [story(one, lead=f"{dice(one).getrandbits(1 << 20):x}") for one in range(3)]
    (tmp_path / "all.jsonl").write_bytes(b"".join(one.line() + b"\n" for one in long))
    run("ingest", "--jobs", "0", "all.jsonl")
    run("export", "--to", form, "place", "--limit", "0")
    run("list")  # so that the index is there and needs no room
    before = tree(tmp_path / "place")
    words = ["limited", "150000", "export", "--archive", "archive", "--to", form, "--force", "place"]
    done = subprocess.run(
        [sys.executable, faulty.__file__, *words],
        capture_output=True, text=True, cwd=tmp_path, check=False, env=faulty.unmeasured(),
    )  # fmt: skip
    assert done.returncode == 74
    assert done.stderr.startswith("newsarc: error: cannot write output (place): ")
    assert done.stderr.count("\n") == 1
    assert tree(tmp_path / "place") == before
    assert not list(tmp_path.glob(".*"))


_DYING = """
import os, signal, sys
from exports import ABOUT, stories
from newsarc.export import export
def dying(most):
    for number, one in enumerate(stories(400)):
        if number == most:
            os.kill(os.getpid(), signal.SIGKILL)
        yield one.line()
export(dying(int(sys.argv[3])), sys.argv[1], sys.argv[2], ABOUT, force=True)
"""


@pytest.mark.parametrize("form", ["csv", "sqlite", "parquet", "markdown"])
def test_who_is_killed_leaves_what_was_and_the_next_run_clears_up(form: str, tmp_path: Path) -> None:
    place, roll = tmp_path / "place", dice(7)
    exported(form, place, stories(2))
    before = tree(place)
    for number in (0, roll.randrange(1, 399), 399):
        command = [sys.executable, "-c", _DYING, form, str(place), f"{number}"]
        done = subprocess.run(command, cwd=Path(__file__).parent, check=False)
        assert done.returncode == -9
        assert tree(place) == before
        assert {path.name for path in tmp_path.iterdir()} == {"place", ".place.unfinished"}
    exported(form, place, stories(3), force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["place"]
    assert tree(place) != before


def test_a_folder_that_was_moved_aside_by_who_died_is_put_back(tmp_path: Path) -> None:
    place, aside = tmp_path / "place", tmp_path / ".place.unfinished"
    exported("text", place, stories(2))
    before = tree(place)
    aside.mkdir()
    place.rename(aside / "before")
    (aside / "made").mkdir()
    with pytest.raises(DestinationTaken):
        exported("text", place, stories(3))
    assert tree(place) == before
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


@pytest.mark.parametrize("form", ["csv", "text"])
def test_where_folders_cannot_change_places_in_one_step_they_do_in_two(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "elsewhere")
    exported(form, tmp_path / "place", stories(2))
    before = tree(tmp_path / "place")
    exported(form, tmp_path / "place", stories(3), force=True)
    assert len(tree(tmp_path / "place")) == len(before) + (form == "text")
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_two_runs_do_not_write_to_one_place(tmp_path: Path) -> None:
    place = str(tmp_path / "a.csv")

    def slow() -> Iterator[bytes]:
        yield story(1).line()
        with pytest.raises(DestinationLocked, match="process"):
            export(iter([story(2).line()]), "csv", place, ABOUT)
        yield story(3).line()

    assert export(slow(), "csv", place, ABOUT) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_what_came_to_the_place_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    for form in ("csv", "text"):
        place = tmp_path / form

        def meanwhile(place: Path = place) -> Iterator[bytes]:
            place.write_text("Liebe Möwe")
            yield story(1).line()

        with pytest.raises(DestinationTaken):
            export(meanwhile(), form, str(place), ABOUT)
        assert place.read_text() == "Liebe Möwe"


def test_an_extra_that_is_missing_is_named_in_one_line(run: Run, kept: Path) -> None:
    (kept / "site" / "pyarrow").mkdir(parents=True)
    (kept / "site" / "pyarrow" / "__init__.py").write_text("raise ImportError('it is not installed')")
    done = run("export", "--to", "parquet", "place", PYTHONPATH=str(kept / "site"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "newsarc: error: an extra is not installed (newsarc[parquet]): pip install 'newsarc[parquet]' brings pyarrow. "
        "Install it, and run it again.\n"
    )
    assert not (kept / "place").exists()


@pytest.mark.parametrize("form", ["csv", "sqlite", "atom", "text"])
def test_many_stories_need_no_more_memory_than_some(form: str, tmp_path: Path) -> None:
    line = story(1).line()

    def many(number: int) -> Iterator[bytes]:
        for one in range(number):
            yield line.replace(b"portal:0000000000000001", b"portal:%016x" % one)

    peaks = []
    for number in (700, 2800):
        tracemalloc.start()
        export(many(number), form, str(tmp_path / f"{number}"), ABOUT)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] + 100_000


def test_a_stream_is_lazy() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield story(1).line()

    pieces = chunks(endless(), "csv", ABOUT)
    assert pieces is not None
    assert next(pieces).startswith(b"schema,id,")
    assert chunks([], "parquet", ABOUT) is None
