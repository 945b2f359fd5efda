"""What a person sees: every command's stdout, stderr and exit code, in a pipe and on a terminal."""

import csv
import fcntl
import gzip
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from conftest import Run
from material import dump
from newsarc.archive.chain import small_file

NAUGHTY = dump("Alarm \x1b[31mrot\x1b[0m \u202eauf \u009b2J dem Turm \x07von Windau")


def headlines(stdout: str) -> list[str]:
    return [json.loads(line)["headline"] for line in stdout.splitlines()]


# ingest


def test_ingest_again_changes_nothing_and_says_so(filled: Path, run: Run) -> None:
    done = run("ingest", "a.txt", "b.txt", "--json")
    assert done.returncode == 0
    summary = json.loads(done.stdout)
    assert (summary["new"], summary["unchanged"], summary["quarantined"], summary["sources"]) == (0, 2, 0, 2)
    assert done.stderr == f"archive {filled}/archive\n0 new, 2 unchanged\n"


def test_ingest_takes_stdin_also_packed(run: Run) -> None:
    assert run("ingest", "-", stdin=dump()).stderr.endswith("1 new, 0 unchanged\n")
    assert run("ingest", "-", stdin=gzip.compress(dump())).stderr.endswith("0 new, 1 unchanged\n")
    assert json.loads(run("list").stdout)["origin"]["name"] == "stdin"


def test_what_cannot_be_read_goes_to_quarantine_and_the_run_goes_on(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_bytes(dump())
    (tmp_path / "in" / "bad.txt").write_text("Ein Text ohne Datum.")
    (tmp_path / "in" / "picture.png").write_bytes(b"\x89PNG\0\0\0")
    (tmp_path / "in" / "empty.txt").write_bytes(b"")
    done = run("ingest", "in", "missing", "-", stdin=b"auch ohne Datum")
    assert done.returncode == 74
    lines = done.stderr.splitlines()
    assert lines[1] == (
        "newsarc: error: format not recognised (in/bad.txt): not claimed by any of: portal, "
        "agencytext, iptc7901, digitalwires, ninjs, newsmlg2, nitf, feed, html, newsarc."
        " Name a format with --format if you know better."
    )
    assert lines[2] == "newsarc: error: source is empty (in/empty.txt): 0 bytes. Check where it was copied from."
    assert lines[3].startswith("newsarc: error: cannot read source (missing): No such file or directory.")
    assert lines[4].startswith("newsarc: error: format not recognised (stdin)")
    assert lines[5] == "1 new, 0 unchanged, 3 in quarantine, 1 not readable; skipped 1 binary"
    kept = {path.read_bytes() for path in (tmp_path / "archive" / "quarantine").glob("*.raw")}
    assert kept == {b"Ein Text ohne Datum.", b"", b"auch ohne Datum"}
    assert run("ingest", "in").returncode == 1


def test_a_binary_file_named_by_hand_is_not_skipped(tmp_path: Path, run: Run) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\0\0")
    done = run("ingest", "picture.png")
    assert done.returncode == 1
    assert "1 in quarantine" in done.stderr


def test_a_dry_run_writes_nothing(filled: Path, run: Run) -> None:
    (filled / "c.txt").write_bytes(dump("Noch ein Turm in Windau"))
    done = run("ingest", "--dry-run", "a.txt", "c.txt")
    assert (done.returncode, done.stderr) == (0, "dry run: 1 new, 1 unchanged\n")
    assert run("list", "--count").stdout == "2\n"
    done = run("ingest", "--dry-run", "a.txt", "a.txt", "--archive", "none")
    assert (done.returncode, done.stderr) == (0, "dry run: 1 new, 1 unchanged\n")
    assert not (filled / "none").exists()


def test_a_category_for_sources_that_state_none(filled: Path, run: Run) -> None:
    assert filled
    done = run("ingest", "--category", "FUSSBALL", "a.txt")
    assert done.stderr.endswith("0 new, 1 new reading, 0 unchanged\n")
    [record] = [json.loads(line) for line in run("list", "--category", "sport").stdout.splitlines()]
    assert (record["category"], record["category_by"], record["version"], record["revision"]) == ("Sport", "user", 1, 2)
    assert run("ingest", "a.txt").stderr.endswith("0 new, 1 unchanged\n")


def test_ingest_refuses_a_folder_that_holds_something_else(tmp_path: Path, run: Run) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("x")
    (tmp_path / "a.txt").write_bytes(dump())
    done = run("ingest", "a.txt", "--archive", "mine")
    assert done.returncode == 2
    assert done.stderr == (
        "newsarc: error: folder holds something else (mine): there is diary.txt."
        " Name an empty or a new folder with --archive.\n"
    )
    assert run("ingest", "a.txt", "--archive", "a.txt").returncode == 2
    assert run("ingest", "a.txt", "--archive", "").returncode == 2


def test_an_archive_of_a_newer_format_is_refused(filled: Path, run: Run) -> None:
    (filled / "archive" / "FORMAT").write_bytes(small_file({"format": 9, "originals": True}))
    for words in (["list"], ["ingest", "a.txt"], ["show", "a"]):
        done = run(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "archive is of a newer format" in done.stderr
        assert done.stderr.count("\n") == 1


# list


def test_list_prints_the_archives_own_bytes_newest_first(filled: Path, run: Run) -> None:
    done = run("list")
    assert headlines(done.stdout) == ["Brömsau baut ein Bad", "Windau erneuert den Turm"]
    stored = (filled / "archive" / "articles" / "000001.jsonl").read_text(encoding="utf-8").splitlines()
    assert done.stdout.splitlines() == [line[: line.rindex(',"seq":')] + "}" for line in reversed(stored)]
    assert run("list", "--raw").stdout.splitlines() == stored[::-1]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--order", "oldest"], 2),
        (["--limit", "1"], 1),
        (["--since", "2023-06-06"], 1),
        (["--until", "05.06.2023"], 1),
        (["--until", "2023-06"], 2),
        (["--since", "2024"], 0),
        (["--keyword", "windau"], 2),
        (["--keyword", "hafen", "--keyword", "turm"], 2),
        (["--credit", "DPA"], 2),
        (["--credit", "afp"], 0),
        (["--format", "portal"], 2),
        (["--kind", "article"], 2),
        (["--kind", "digest"], 0),
        (["--status", "usable"], 2),
    ],
)
def test_filters(words: list[str], expected: int, filled: Path, run: Run) -> None:
    assert filled
    done = run("list", *words)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, expected)
    assert run("list", "--count", *words).stdout == f"{expected}\n"


def test_outputs(filled: Path, run: Run) -> None:
    assert filled
    rows = list(csv.DictReader(io.StringIO(run("list", "--output", "csv").stdout)))
    assert [row["headline"] for row in rows] == ["Brömsau baut ein Bad", "Windau erneuert den Turm"]
    assert rows[1]["keywords"] == "Windau; Hafen"
    tsv = run("list", "--output", "tsv", "--fields", "headline,text").stdout.splitlines()
    assert tsv[0] == "headline\ttext"
    assert tsv[2].startswith("Windau erneuert den Turm\tWindau erneuert den Turm Der Turm")
    assert [row["headline"] for row in json.loads(run("list", "--output", "json").stdout)] == headlines(
        run("list").stdout
    )
    assert json.loads(run("list", "--output", "json", "--since", "2030").stdout) == []
    assert run("list", "--output", "markdown").stdout.splitlines()[0] == "| published | category | headline | id |"
    assert re.fullmatch(r"(portal:[0-9a-f]{16}\n){2}", run("list", "--output", "ids").stdout)
    assert "Windau erneuert den Turm" in run("list", "--output", "table").stdout
    assert json.loads(run("list", "--fields", "headline,version", "--limit", "1").stdout) == {
        "headline": "Brömsau baut ein Bad",
        "version": 1,
    }


def test_a_cell_that_a_spreadsheet_would_run_is_neutralised(run: Run) -> None:
    run("ingest", "-", stdin=dump("=SUMME(A1:A9) und der Turm"))
    assert (
        run("list", "--output", "csv", "--fields", "headline").stdout.splitlines()[1] == "'=SUMME(A1:A9) und der Turm"
    )
    assert headlines(run("list").stdout) == ["=SUMME(A1:A9) und der Turm"]


def test_bare_newsarc_shows_its_help(run: Run) -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert "newsarc ingest dumps/" in done.stdout
    assert run("--version").stdout.startswith("newsarc, version")


# show


def test_show_takes_beginnings_and_reads_ids(filled: Path, run: Run) -> None:
    assert filled
    ids = run("list", "--output", "ids").stdout.split()
    whole = run("list").stdout.splitlines()
    assert run("show", ids[1]).stdout.splitlines() == [whole[1]]
    assert run("show", ids[0].partition(":")[2][:6]).stdout.splitlines() == [whole[0]]
    assert run("show", "-", stdin="\n".join(ids).encode()).stdout.splitlines() == whole
    done = run("show", ids[0], "zzz", ids[1])
    assert (done.returncode, done.stdout.splitlines()) == (3, whole)
    done = run("show", "portal:")
    assert done.returncode == 2
    assert all(name in done.stderr for name in ids)


def test_show_gives_the_original_back(filled: Path, run: Run) -> None:
    done = run("show", "--original", "-", stdin=run("list", "--output", "ids", "--order", "oldest").stdout.encode())
    assert done.stdout.encode() == (filled / "a.txt").read_bytes() + (filled / "b.txt").read_bytes()
    run("ingest", "a.txt", "--archive", "bare", "--no-originals")
    done = run("show", "--original", "portal", "--archive", "bare")
    assert (done.returncode, done.stdout) == (3, "")
    assert "no original kept" in done.stderr
    assert "keeps originals" in run("ingest", "a.txt", "--no-originals").stderr


def test_show_as_a_page_and_as_markdown(filled: Path, run: Run) -> None:
    assert filled
    page = run("show", "portal", "--output", "table", "--archive", str(_one(filled, run))).stdout
    assert page.startswith("Windau erneuert den Turm\n")
    assert "2023-06-05 14:20" in page
    document = run("show", "portal", "--output", "markdown", "--archive", str(_one(filled, run))).stdout
    assert document.startswith("# Windau erneuert den Turm\n\n")
    assert "**Der Turm von Windau bekommt im Sommer ein neues Licht.**" in document


def _one(filled: Path, run: Run) -> Path:
    """Make an archive of one story."""
    run("ingest", "a.txt", "--archive", "one")
    return filled / "one"


def test_damage_is_found_when_a_line_is_shown(filled: Path, run: Run) -> None:
    path = filled / "archive" / "articles" / "000001.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Windau erneuert", b"Windau erneuerT"))
    done = run("show", "-", stdin=run("list", "--output", "ids", "--order", "oldest").stdout.split()[0].encode())
    assert (done.returncode, done.stdout) == (4, "")
    assert "archive is damaged (articles/000001.jsonl bytes 0-" in done.stderr


def test_a_line_that_is_no_record_any_more_is_damage_for_show_too(filled: Path, run: Run) -> None:
    name = run("list", "--output", "ids", "--order", "oldest").stdout.split()[0]
    path = filled / "archive" / "articles" / "000001.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"headline":"Windau', b'"headline";"Windau'))
    for words in (["show", name], ["list", "--kind", "article"]):
        done = run(*words)
        assert (done.returncode, name in done.stdout) == (4, False)
        assert "archive is damaged (articles/000001.jsonl bytes 0-" in done.stderr
    done = run("list", "--output", "csv")
    assert done.returncode == 4
    assert "it is no record" in done.stderr


def test_list_delivers_the_whole_lines_before_a_cut(filled: Path, run: Run) -> None:
    path = filled / "archive" / "articles" / "000001.jsonl"
    path.write_bytes(path.read_bytes()[:-10])
    done = run("list")
    assert (done.returncode, headlines(done.stdout)) == (4, ["Windau erneuert den Turm"])
    assert run("ingest", "b.txt").returncode == 4
    path.write_bytes(b'{"schema":"newsarc/1"}\n' + path.read_bytes())
    assert run("list").returncode == 4


# parse


def test_parse_prints_records_and_touches_no_archive(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    done = run("parse", "a.txt", "-", "none.txt", stdin=b"ohne Datum")
    assert done.returncode == 74
    [record] = [json.loads(line) for line in done.stdout.splitlines()]
    assert record["headline"] == "Windau erneuert den Turm"
    assert record["archived"] is None
    assert "seq" not in record
    assert done.stderr.count("newsarc: error: ") == 2
    assert not (tmp_path / "archive").exists()
    assert run("parse", "a.txt", "--fields", "id", "--category", "Wetter").stdout.startswith('{"id":"portal:')


# schema


def test_schema_in_every_form(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("schema").stdout)["properties"]["headline"]["description"] == "Title line."
    assert f"'{tmp_path}/archive/articles/*.jsonl'" in run("schema", "--as", "duckdb").stdout
    for form in ("pyarrow", "polars"):
        assert "SCHEMA = " in run("schema", "--as", form).stdout


# terminals


def on_terminal(words: list[str], archive: Path, **env: str) -> str:
    """Run newsarc with stdin, stdout and stderr on a terminal of 100 columns; returns what it showed."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "newsarc", *words],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm-256color", "NEWSARC_ARCHIVE": str(archive), **env},
    )
    os.close(follower)
    shown = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            piece = os.read(leader, 4096)
        except OSError:  # the last writer is gone
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    process.wait(30)
    return shown.decode("utf-8")


def test_a_terminal_gets_a_table_in_colour(filled: Path) -> None:
    shown = on_terminal(["list"], filled / "archive")
    assert "\x1b[" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert re.search(r"2023-06-07 08:00 .*Brömsau baut ein Bad +[0-9a-f]{16}", plain)
    without = on_terminal(["list"], filled / "archive", NO_COLOR="1")
    assert "\x1b[3" not in without


@pytest.mark.parametrize(
    "words",
    [["list"], ["list", "--output", "jsonl"], ["list", "--output", "json"], ["list", "--output", "csv"],
     ["list", "--output", "markdown"], ["list", "--output", "ids"], ["show", "portal"],
     ["show", "portal", "--original"], ["show", "portal", "--output", "markdown"], ["show", "\x1b[2J\x07"]],
)  # fmt: skip
def test_nothing_a_text_holds_reaches_a_terminal_raw(words: list[str], run: Run, tmp_path: Path) -> None:
    run("ingest", "-", stdin=NAUGHTY)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(words, tmp_path / "archive"))  # rich's own colours
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", shown)
    assert len(shown) > 10


def test_ingest_that_is_quick_shows_no_progress(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    shown = on_terminal(["ingest", str(tmp_path / "a.txt")], tmp_path / "archive")
    assert "/s" not in shown
    assert re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).rstrip().endswith("1 new, 0 unchanged")


def test_a_bug_is_one_line_and_a_traceback_only_when_asked(filled: Path, run: Run) -> None:
    site = filled / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import newsarc.archive\n"
        "def broken(*_):\n    raise RuntimeError('a fault of ours')\n"
        "newsarc.archive.Archive.head = broken\n"
    )
    done = run("list", PYTHONPATH=str(site))
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.startswith("newsarc: error: a bug (RuntimeError): a fault of ours.")
    assert done.stderr.count("\n") == 1
    assert "Traceback" in run("--debug", "list", PYTHONPATH=str(site)).stderr


# what a reviewer broke


def test_a_summary_with_skipped_files_is_json(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(dump())
    (tmp_path / "in" / ".hidden").write_text("x")
    assert json.loads(run("ingest", "--json", "in").stdout)["skipped"] == {"hidden": 1}


def test_a_dry_run_without_an_archive_counts_as_the_real_run(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    (tmp_path / "b.txt").write_bytes(dump(lead="Der Turm von Windau bekommt im Herbst ein neues Licht."))
    said = run("ingest", "--dry-run", "a.txt", "b.txt", "a.txt").stderr
    assert said == "dry run: 1 new, 1 new version, 1 unchanged\n"
    assert run("ingest", "a.txt", "b.txt", "a.txt").stderr.endswith("\n1 new, 1 new version, 1 unchanged\n")


def test_a_persons_category_lasts(filled: Path, run: Run) -> None:
    run("ingest", "--category", "Wetter", "a.txt")
    (filled / "c.txt").write_bytes(dump(lead="Der Turm von Windau bekommt im Herbst ein neues Licht."))
    assert run("ingest", "c.txt").stderr.endswith("0 new, 1 new version, 0 unchanged\n")
    [record] = [json.loads(line) for line in run("list", "--category", "Wetter").stdout.splitlines()]
    assert (record["version"], record["category_by"]) == (2, "user")


def test_no_archive_is_made_where_nothing_can_be_read(tmp_path: Path, run: Run) -> None:
    assert run("ingest", "nope.txt").returncode == 74
    assert not (tmp_path / "archive").exists()
    (tmp_path / "a.txt").write_bytes(dump())
    assert run("ingest", "a.txt", "--archive", "~/kept", HOME=str(tmp_path / "home")).returncode == 0
    assert (tmp_path / "home" / "kept" / "FORMAT").exists()


def test_show_takes_records_for_ids(filled: Path, run: Run) -> None:
    assert filled
    listed = run("list").stdout
    assert run("show", "-", stdin=listed.encode()).stdout == listed


def test_seq_and_chain_can_be_asked_for_by_name(filled: Path, run: Run) -> None:
    assert filled
    assert [json.loads(line)["seq"] for line in run("list", "--fields", "seq").stdout.splitlines()] == [2, 1]


def test_a_closed_stdin_is_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m newsarc parse - <&-"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout) == (74, "")
    assert done.stderr.startswith("newsarc: error: cannot read source (stdin)")


def test_a_schema_with_a_hostile_path_is_safe_on_a_terminal(tmp_path: Path) -> None:
    shown = on_terminal(["schema", "--as", "duckdb", "--archive", "\x1b[31mrot"], tmp_path / "archive")
    assert "\x1b" not in shown
    assert "\\x1b[[]31mrot" in shown
