"""What becomes of sources that could not be read: they are listed, shown, and read again; nothing is deleted."""

import errno
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import Run
from faulty import Failing, digests, faults
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.archive.chain import read_small_file
from newsarc.archive.disk import Disk
from newsarc.archive.quarantine import Failed, chunks, listed, named
from newsarc.errors import (
    ArchiveDamaged,
    DamagedCompression,
    DamagedContainer,
    NotFound,
    QueryError,
    SourceError,
    StorageError,
    UnknownFormat,
)
from newsarc.ingest import Outcome, Reading
from newsarc.retry import retry
from test_cli import on_terminal

UNREADABLE = b"Ein Text ohne Datum.\n"
NAUGHTY = b"Alarm \x1b[31mrot\x1b[0m im Hafen\n"
KEYS = "sha256 reason stage where why message reader quarantined size archived".split()


def digest_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def put(archive: Archive, data: bytes, error: SourceError | None = None, *, minutes: int = 0) -> str:
    """Keep bytes as an older newsarc would that could not read them; returns their digest."""
    error = error or UnknownFormat("dump.txt", "not claimed by any of: none")
    archive.quarantine(data, error, reader="newsarc 0.0.9", now=NOON + timedelta(minutes=minutes))
    return digest_of(data)


def folder(archive: Archive) -> str:
    return str(Path(archive.root) / "quarantine")


def kept(archive: Archive) -> list[Failed]:
    found = listed(Disk(), folder(archive))
    assert not [one for one in found if isinstance(one, ArchiveDamaged)]
    return [one for one in found if isinstance(one, Failed)]


def again(archive: Archive, *, disk: Disk | None = None, clock: Callable[[], datetime] | None = None) -> list[Outcome]:
    """Read all of it again, in this process."""
    clock = clock or (lambda: NOON + timedelta(days=1))
    outcomes = list(retry(kept(archive), archive, clock=clock, how=Reading(now=NOON), jobs=0, disk=disk))
    assert not [one for one in outcomes if isinstance(one, ArchiveDamaged)]
    return [one for one in outcomes if isinstance(one, Outcome)]


def note_of(archive: Archive, digest: str) -> dict[str, object]:
    fields = read_small_file((Path(folder(archive)) / f"{digest}.json").read_bytes())
    assert fields, "a note is written with its checksum"
    return fields


# What is there.


def test_sources_are_listed_oldest_first_whatever_they_are_called(archive: Archive) -> None:
    expected = [put(archive, b"Satz %d." % number, minutes=-number) for number in range(8)][::-1]
    assert [one.sha256 for one in kept(archive)] == expected
    assert expected != sorted(expected)
    first = kept(archive)[0]
    assert (first.reason, first.stage, first.where, first.size) == ("unknown-format", "sniff", "dump.txt", 7)
    assert first.message == str(UnknownFormat("dump.txt", "not claimed by any of: none"))
    assert (first.reader, first.quarantined, first.archived) == ("newsarc 0.0.9", "2026-01-15T11:53:00+01:00", None)


def test_a_damaged_note_is_named_and_the_others_are_listed(archive: Archive) -> None:
    sound, flipped, lost = put(archive, b"eins"), put(archive, b"zwei"), put(archive, b"drei")
    note = Path(folder(archive)) / f"{flipped}.json"
    note.write_bytes(note.read_bytes().replace(b"dump.txt", b"dumb.txt"))
    (Path(folder(archive)) / f"{lost}.raw").unlink()
    first, *rest = listed(Disk(), folder(archive))
    assert isinstance(first, Failed)
    assert first.sha256 == sound
    assert {str(one).partition(":")[0] for one in rest} == {
        f"archive is damaged (quarantine/{flipped}.json)",
        f"archive is damaged (quarantine/{lost}.raw)",
    }


def test_a_note_of_another_source_is_no_note(archive: Archive) -> None:
    one, other = put(archive, b"eins"), put(archive, b"zwei")
    (Path(folder(archive)) / f"{one}.json").write_bytes((Path(folder(archive)) / f"{other}.json").read_bytes())
    found = listed(Disk(), folder(archive))
    assert [type(one) for one in found] == [Failed, ArchiveDamaged]


def test_bytes_whose_run_was_killed_before_the_note_are_listed_and_read_again(archive: Archive) -> None:
    digest = put(archive, dump())
    (Path(folder(archive)) / f"{digest}.json").unlink()
    [one] = kept(archive)
    assert (one.sha256, one.reason, one.size) == (digest, None, len(dump()))
    assert [outcome.new for outcome in again(archive)] == [1]
    assert [one.archived for one in kept(archive)] == ["2026-01-16T12:00:00+01:00"]
    assert not faults(Path(archive.root))


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert listed(Disk(), str(tmp_path / "none")) == []


def test_a_digest_may_be_given_by_its_beginning() -> None:
    failures = [Failed._make((name, *[None] * 7, 1, None)) for name in ("aa" * 32, "ab" * 32, "bb" * 32)]
    assert list(named(failures, ["BB", "aa"])) == [failures[2], failures[0]]
    missing = list(named(failures, ["c", ""]))
    assert [type(one) for one in missing] == [NotFound, NotFound]
    with pytest.raises(QueryError, match="so begin 2 digests: aaaaaaaaaaaa, abababababab; give more"):
        list(named(failures, ["a"]))


def test_bytes_that_are_not_as_they_came_are_not_handed_out(archive: Archive) -> None:
    digest = put(archive, UNREADABLE)
    assert b"".join(chunks(Disk(), folder(archive), digest)) == UNREADABLE
    (Path(folder(archive)) / f"{digest}.raw").write_bytes(UNREADABLE.replace(b"Datum", b"Datam"))
    with pytest.raises(ArchiveDamaged, match=rf"quarantine/{digest}\.raw"):
        next(chunks(Disk(), folder(archive), digest))


# Read again.


def test_what_can_be_read_now_is_archived_and_its_note_says_so(archive: Archive) -> None:
    digest = put(archive, dump())
    before = note_of(archive, digest)
    [outcome] = again(archive)
    assert (outcome.name, outcome.new, outcome.error) == ("dump.txt", 1, None)
    [article] = archive.articles()
    assert article.origin
    assert article.origin.name == "dump.txt"
    assert archive.original(article) == dump()
    assert note_of(archive, digest) == {**before, "archived": "2026-01-16T12:00:00+01:00"}
    assert b"".join(chunks(Disk(), folder(archive), digest)) == dump()
    assert not faults(Path(archive.root))


def test_what_cannot_be_read_stays_with_todays_reason(archive: Archive) -> None:
    digest = put(archive, UNREADABLE, DamagedCompression("old.txt", "nonsense"))
    [outcome] = again(archive)
    assert isinstance(outcome.error, UnknownFormat)
    [one] = kept(archive)
    assert (one.sha256, one.reason, one.where, one.archived) == (digest, "unknown-format", "old.txt", None)
    assert one.reader != "newsarc 0.0.9"
    before = digests(Path(archive.root))
    again(archive)
    assert digests(Path(archive.root)) == before, "the same reason again adds nothing"


def test_each_note_is_its_own_whatever_the_sources_are_called(archive: Archive) -> None:
    """Two of one name, and batches that hand outcomes out later."""
    good = [put(archive, dump(f"Turm {number} von Windau"), minutes=2 * number) for number in range(3)]
    bad = [put(archive, UNREADABLE * number, minutes=2 * number - 1) for number in (1, 2, 3)]
    assert [outcome.error is None for outcome in again(archive)] == [True, False, True, False, True, False]
    assert {one.sha256 for one in kept(archive) if one.archived} == set(good)
    assert {one.sha256 for one in kept(archive) if not one.archived} == set(bad)


def test_a_source_of_which_only_a_part_can_be_read_is_not_settled(archive: Archive) -> None:
    put(archive, dump() + b"\n\n05.06.2023 - 15:00:00\n")
    [outcome] = again(archive)
    assert outcome.error
    assert (outcome.new, outcome.error.code) == (1, "parse-error")
    assert [(one.reason, one.archived) for one in kept(archive)] == [("parse-error", None)]
    assert [outcome.new + outcome.unchanged for outcome in again(archive)] == [1]


def test_packed_bytes_are_unpacked(archive: Archive) -> None:
    put(archive, gzip.compress(dump()))
    assert [outcome.new for outcome in again(archive)] == [1]
    [article] = archive.articles()
    assert archive.original(article) == dump()


def zipped(*members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for number, data in enumerate(members):
            file.writestr(f"{number}.txt", data)
    return made.getvalue()


def test_a_container_is_read_member_by_member_under_its_name(archive: Archive) -> None:
    digest = put(archive, zipped(dump(), dump("Ein neuer Turm")), DamagedContainer("alt.zip", "it is cut"))
    assert [(one.name, one.new) for one in again(archive)] == [("alt.zip!0.txt", 1), ("alt.zip!1.txt", 1)]
    assert note_of(archive, digest)["archived"]


def test_a_container_that_is_still_damaged_stays_under_its_name(archive: Archive) -> None:
    put(archive, zipped(dump(), dump("Ein neuer Turm"))[:-30], UnknownFormat("alt.zip", "not claimed by any of: none"))
    assert [one.name for one in again(archive)][-1] == "alt.zip"
    [one] = [one for one in kept(archive) if not one.archived]
    assert (one.reason, one.where) == ("damaged-container", "alt.zip")


def test_rotten_bytes_are_not_archived(archive: Archive) -> None:
    rotten, sound = put(archive, dump()), put(archive, dump("Ein anderer Turm"))
    path = Path(folder(archive)) / f"{rotten}.raw"
    path.write_bytes(path.read_bytes().replace(b"Sommer", b"Winter"))
    outcomes = list(retry(kept(archive), archive, clock=lambda: NOON, how=Reading(now=NOON), jobs=0))
    assert [type(one) for one in outcomes] == [Outcome, ArchiveDamaged]
    assert [article.headline for article in archive.articles()] == ["Ein anderer Turm"]
    assert [one.sha256 for one in kept(archive) if one.archived] == [sound]


def test_what_was_erased_stays_refused(archive: Archive) -> None:
    put(archive, dump())
    again(archive)
    [name] = [article.id for article in archive.articles()]
    archive.erase([name], reason="Urteil", now=NOON, reread=lambda *_: iter(()), opened=lambda *_: iter(()))
    put(archive, dump())
    assert kept(archive) == []
    digest = put(archive, dump() + b"\n")
    assert [(one.new, one.unchanged) for one in again(archive)] == [(0, 0)]
    assert list(archive.articles()) == []
    assert note_of(archive, digest).get("archived") is None


@pytest.mark.parametrize("number", range(1, 7))
def test_a_run_that_ends_between_archive_and_note_goes_on_the_next_time(archive: Archive, number: int) -> None:
    digest = put(archive, dump())
    with pytest.raises(StorageError, match="No space left"):
        again(archive, disk=Failing(number, errno.ENOSPC))
    assert ("archived" in note_of(archive, digest)) == (number == 6), "the last step only makes it durable"
    assert [outcome.new + outcome.unchanged for outcome in again(archive)] == [1]
    assert note_of(archive, digest)["archived"]
    assert len(list(archive.articles())) == 1
    assert not faults(Path(archive.root))


# On the command line.


def test_a_pipe_gets_json_lines_with_static_keys(archive: Archive, run: Run) -> None:
    digest = put(archive, UNREADABLE)
    put(archive, dump(), minutes=1)
    done = run("quarantine")
    first, _ = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, list(first), first["sha256"]) == (0, KEYS, digest)
    assert (first["size"], first["archived"]) == (len(UNREADABLE), None)
    table = run("quarantine", "--output", "table", digest[:6]).stdout.splitlines()
    assert [line.split() for line in table] == [
        ["when", "reason", "source", "size", "digest"],
        ["2026-01-15", "12:00", "unknown-format", "dump.txt", str(len(UNREADABLE)), digest[:12]],
    ]


def test_show_gives_the_bytes_back(archive: Archive, run: Run) -> None:
    one, other = put(archive, NAUGHTY), put(archive, UNREADABLE)
    done = run("quarantine", "--show", one[:8], other)
    assert (done.returncode, done.stdout.encode(), done.stderr) == (0, NAUGHTY + UNREADABLE, "")
    assert "\x1b[31m" not in on_terminal(["quarantine", "--show", one], Path(archive.root)).replace("\x1b[?25h", "")
    missing = run("quarantine", "--show", "zz", other)
    assert (missing.returncode, missing.stdout.encode()) == (3, UNREADABLE)
    assert missing.stderr.startswith("newsarc: error: not found (zz): no digest in quarantine begins so")
    (Path(folder(archive)) / f"{one}.raw").write_bytes(b"anders")
    rotten = run("quarantine", "--show", one, other)
    assert (rotten.returncode, rotten.stdout.encode()) == (4, UNREADABLE)
    assert run("quarantine", "--show").returncode == 2
    assert run("quarantine", "--show", "--retry", one).returncode == 2


def test_retry_reads_all_or_those_that_are_named(archive: Archive, run: Run) -> None:
    put(archive, UNREADABLE)
    digest = put(archive, dump("Der Hafen von Windau"), minutes=1)
    put(archive, dump(), UnknownFormat("\x1b[31mrot.txt"), minutes=2)
    done = run("quarantine", "--retry", digest[:10], "--category", "sport", "--jobs", "0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "1 new, 0 unchanged\n")
    done = run("quarantine", "--retry")
    assert done.returncode == 1
    assert "\x1b" not in done.stderr
    assert done.stderr.splitlines()[-1] == "1 new, 0 unchanged, 1 in quarantine"
    assert len(run("quarantine").stdout.splitlines()) == 1
    every = [json.loads(line)["archived"] is None for line in run("quarantine", "--all").stdout.splitlines()]
    assert every == [True, False, False]
    categories = [json.loads(line)["category_by"] for line in run("list", "--keyword", "hafen").stdout.splitlines()]
    assert sorted(map(str, categories)) == ["None", "user"]


def test_damage_is_reported_and_ends_with_4(archive: Archive, run: Run) -> None:
    put(archive, UNREADABLE)
    damaged = put(archive, b"Noch ein Satz.")
    note = Path(folder(archive)) / f"{damaged}.json"
    note.write_bytes(note.read_bytes()[:-9])
    done = run("quarantine")
    assert (done.returncode, len(done.stdout.splitlines())) == (4, 1)
    assert done.stderr.startswith(f"newsarc: error: archive is damaged (quarantine/{damaged}.json): ")
    assert run("quarantine", "--archive", "none").returncode == 3


def test_a_note_may_name_the_source_as_it_likes(archive: Archive) -> None:
    """What a hostile name holds reaches a terminal only in a visible form."""
    put(archive, NAUGHTY, UnknownFormat("\x1b]0;Titel\x07\u202ename.txt", "nein"))
    shown = on_terminal(["quarantine"], Path(archive.root))
    assert "\\x1b]0;Titel\\x07" in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown
