"""The archive forgets nothing, repeats nothing, says what it is, and has one writer at a time."""

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from conftest import Run
from faulty import UNREADABLE, Entry, digests, dumps, entries_of, faults, filled, process, segments
from material import NOON, articles_of, dump
from newsarc.archive import Archive
from newsarc.archive.chain import small_file
from newsarc.errors import (
    ArchiveDamaged,
    ArchiveLocked,
    ArchiveNotFound,
    ArchiveTooNew,
    NotAnArchive,
    OriginalNotKept,
    UnknownFormat,
)
from newsarc.ingest import Reading

FIRST, SECOND, THIRD = dumps(3).values()


# Making and opening.


def test_create_says_whether_it_made_one(tmp_path: Path) -> None:
    _, created = Archive.create(tmp_path / "new")
    assert created
    before = digests(tmp_path)
    _, created = Archive.create(tmp_path / "new")
    assert not created
    assert digests(tmp_path) == before


def test_the_command_says_created_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(FIRST)
    assert "(created)" in run("ingest", "dump.txt").stderr
    again = run("ingest", "dump.txt")
    assert "(created)" not in again.stderr
    assert str(tmp_path / "archive") in again.stderr


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"mine")
    with pytest.raises(NotAnArchive, match=r"letter\.txt"):
        Archive.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"mine")
    with pytest.raises(NotAnArchive):
        Archive.create(tmp_path / "letter.txt")
    with pytest.raises(ArchiveNotFound):
        Archive(tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_bytes() == b"mine"


def test_where_there_is_none_nothing_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFound):
        Archive(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_newer_format_is_refused_and_nothing_changed(archive: Archive) -> None:
    root = Path(archive.root)
    fields = json.loads((root / "FORMAT").read_bytes())
    del fields["sha256"]
    (root / "FORMAT").write_bytes(small_file({**fields, "format": 2, "something": "newer"}))
    before = digests(root)
    for opening in (Archive, Archive.create):
        with pytest.raises(ArchiveTooNew, match="format 2"):
            opening(root)
    assert digests(root) == before


def test_a_damaged_format_is_damage(archive: Archive) -> None:
    root = Path(archive.root)
    (root / "FORMAT").write_bytes((root / "FORMAT").read_bytes().replace(b'"format":1', b'"format":0'))
    with pytest.raises(ArchiveDamaged, match="FORMAT"):
        Archive(root)


def test_a_format_lost_beside_articles_is_damage_and_none_is_made(archive: Archive) -> None:
    filled(archive, FIRST)
    root = Path(archive.root)
    (root / "FORMAT").unlink()
    before = digests(root)
    for opening in (Archive, Archive.create):
        with pytest.raises(ArchiveDamaged, match="FORMAT"):
            opening(root)
    assert digests(root) == before


def test_a_half_made_archive_is_made(archive: Archive) -> None:
    (Path(archive.root) / "FORMAT").unlink()
    made, created = Archive.create(archive.root)
    assert created
    assert filled(made, FIRST) == ["new"]


def test_folders_are_0700_and_files_0600_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        archive, _ = Archive.create(tmp_path / "archive", rotate_at=1)
        filled(archive, FIRST, SECOND)
        archive.quarantine(UNREADABLE, UnknownFormat("x", "y"), reader="r", now=NOON)
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in Path(archive.root).rglob("*")}
    assert len(modes) >= 13
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert Path(archive.root).stat().st_mode & 0o777 == 0o700


# What a story is to the archive.


def test_the_same_again_adds_not_one_byte(archive: Archive) -> None:
    assert filled(archive, FIRST, SECOND) == ["new", "new"]
    before = digests(Path(archive.root))
    assert filled(archive, FIRST, SECOND) == ["unchanged", "unchanged"]
    assert filled(Archive(archive.root), SECOND, FIRST) == ["unchanged", "unchanged"]
    assert digests(Path(archive.root)) == before


def test_the_same_twice_in_one_batch_is_stored_once(archive: Archive) -> None:
    filed = archive.append(entries_of(FIRST) + entries_of(FIRST, "again.txt"), now=NOON)
    assert [one.what for one in filed] == ["new", "unchanged"]
    assert len(list(archive.scan())) == 1


def test_other_text_under_the_same_id_is_the_next_version(archive: Archive) -> None:
    assert filled(archive, dump(), dump(lead="Der Turm bleibt dunkel.")) == ["new", "version"]
    first, second = archive.articles()
    assert first.id == second.id
    assert [(one.version, one.revision, one.lead) for one in (first, second)] == [
        (1, 1, "Der Turm von Windau bekommt im Sommer ein neues Licht."),
        (2, 1, "Der Turm bleibt dunkel."),
    ]
    assert filled(archive, dump()) == ["unchanged"]
    assert filled(archive, dump(lead="Der Turm fällt.")) == ["version"]
    assert [one.version for one in archive.articles()] == [1, 2, 3]


def test_a_category_a_person_says_is_a_new_revision(archive: Archive) -> None:
    filled(archive, dump())
    by_hand = entries_of(dump(), how=Reading(category="Sport", now=NOON))
    assert [one.what for one in archive.append(by_hand, now=NOON)] == ["revision"]
    assert [one.what for one in archive.append(by_hand, now=NOON)] == ["unchanged"]
    first, second = archive.articles()
    assert (first.version, first.revision, first.category) == (1, 1, None)
    assert (second.version, second.revision, second.category, second.category_by) == (1, 2, "Sport", "user")


def test_preview_tells_and_writes_nothing(archive: Archive) -> None:
    filled(archive, dump())
    before = digests(Path(archive.root))
    entries = entries_of(dump()) + entries_of(dump(lead="Anders.")) + entries_of(FIRST)
    told = archive.preview(entries)
    assert [one.what for one in told] == ["unchanged", "version", "new"]
    assert digests(Path(archive.root)) == before
    assert archive.append(entries, now=NOON) == told


# Originals and quarantine.


def test_originals_are_kept_byte_exact_and_once_a_source(archive: Archive) -> None:
    source = FIRST + b"\n" + SECOND
    entries = entries_of(source)
    assert len(entries) == 2
    archive.append(entries, now=NOON)
    filled(archive, b"\xef\xbb\xbf" + THIRD.replace(b"\n", b"\r\n"))
    first, second, third = archive.articles()
    assert first.origin
    assert second.origin
    assert (first.origin.pack_offset, first.origin.pack_length) == (
        second.origin.pack_offset,
        second.origin.pack_length,
    )
    assert archive.original(first) + archive.original(second) == source
    assert archive.original(second).startswith(SECOND[:30])
    assert archive.original(third) == b"\xef\xbb\xbf" + THIRD.replace(b"\n", b"\r\n")


def test_a_source_that_spans_batches_is_kept_once(archive: Archive) -> None:
    first, second = entries_of(FIRST + b"\n" + SECOND)
    archive.append([first], now=NOON)
    size = (Path(archive.root) / "originals" / "000001.gz").stat().st_size
    archive.append([second], now=NOON)
    assert (Path(archive.root) / "originals" / "000001.gz").stat().st_size == size
    assert faults(Path(archive.root)) == []


def test_the_same_bytes_give_the_same_member(tmp_path: Path) -> None:
    packs = []
    for name in ("one", "two"):
        archive, _ = Archive.create(tmp_path / name)
        filled(archive, FIRST)
        packs.append((tmp_path / name / "originals" / "000001.gz").read_bytes())
    assert packs[0] == packs[1]


def test_without_originals_none_is_kept_and_none_is_missed(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "archive", originals=False)
    filled(archive, FIRST)
    assert list((tmp_path / "archive" / "originals").iterdir()) == []
    assert faults(tmp_path / "archive") == []
    with pytest.raises(OriginalNotKept):
        archive.original(next(archive.articles()))
    opened, created = Archive.create(tmp_path / "archive", originals=True)
    assert not created
    assert not opened.keeps_originals


def test_a_lost_original_is_named(archive: Archive) -> None:
    filled(archive, FIRST)
    (Path(archive.root) / "originals" / "000001.gz").unlink()
    with pytest.raises(ArchiveDamaged, match=r"originals/000001\.gz"):
        archive.original(next(archive.articles()))
    (fault,) = faults(Path(archive.root))
    assert "originals/000001.gz" in fault
    assert "articles/000001.jsonl:1 " in fault


def test_quarantine_keeps_the_bytes_and_says_why(archive: Archive) -> None:
    error = UnknownFormat("brief.txt", "not claimed by any of: portal")
    archive.quarantine(UNREADABLE, error, reader="newsarc test", now=NOON)
    digest = hashlib.sha256(UNREADABLE).hexdigest()
    folder = Path(archive.root) / "quarantine"
    assert sorted(path.name for path in folder.iterdir()) == [f"{digest}.json", f"{digest}.raw"]
    assert (folder / f"{digest}.raw").read_bytes() == UNREADABLE
    note = json.loads((folder / f"{digest}.json").read_bytes())
    assert (note["reason"], note["where"], note["stage"]) == ("unknown-format", "brief.txt", "sniff")
    assert (note["of"], note["reader"], note["why"]) == (digest, "newsarc test", error.why)
    before = digests(folder)
    archive.quarantine(UNREADABLE, error, reader="newsarc later", now=NOON)
    assert digests(folder) == before


# Lines, chain, segments.


def test_seq_and_chain_are_what_the_page_says(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "archive", rotate_at=3000)
    filled(archive, *dumps(7).values())
    lines = [line for path in segments(tmp_path / "archive") for line in path.read_bytes().split(b"\n")[:-1]]
    previous = "0" * 64
    for seq, line in enumerate(lines, 1):
        before, chain = line.split(b',"chain":')
        previous = hashlib.sha256(previous.encode() + before).hexdigest()
        assert chain == f'"{previous}"}}'.encode()
        record = json.loads(line)
        assert list(record)[-2:] == ["seq", "chain"]
        assert record["seq"] == seq
    assert len(lines) == 7
    head = archive.head()
    assert (head.seq, head.chain) == (7, previous)
    assert head.length == segments(tmp_path / "archive")[head.segment - 1].stat().st_size


def test_segments_rotate_and_the_chain_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, rotate_at=3000)
    sources = list(dumps(10).values())
    filled(archive, *sources)
    assert len(segments(root)) >= 3
    stored = list(archive.scan())
    assert [json.loads(line)["seq"] for _, line in stored] == list(range(1, 11))
    assert [one.headline for one in archive.articles()] == [f"Nummer {number} am Hafen" for number in range(1, 11)]
    assert sum(place.offset == 0 for place, _ in stored) == len(segments(root))
    for place, line in stored:
        assert archive.read(place) == archive.read_checked(place) == line
    assert faults(root) == []
    assert len(list((root / "originals").iterdir())) == 1
    before = digests(root)
    assert set(filled(Archive(root, rotate_at=3000), *sources)) == {"unchanged"}
    assert digests(root) == before


def test_a_scan_goes_on_behind_a_head(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "archive", rotate_at=2000)
    heads = []
    for data in dumps(5).values():
        heads.append(archive.head())
        filled(archive, data)
    for number, head in enumerate(heads):
        assert [json.loads(line)["seq"] for _, line in archive.scan(head)] == list(range(number + 1, 6))


def test_packs_rotate(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "archive", rotate_at=300)
    sources = list(dumps(5).values())
    filled(archive, *sources)
    assert len(list((tmp_path / "archive" / "originals").iterdir())) >= 2
    assert [archive.original(one) for one in archive.articles()] == sources
    assert faults(tmp_path / "archive") == []


def test_read_checked_finds_a_changed_line_and_a_changed_line_before(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, rotate_at=2000)
    filled(archive, *dumps(3).values())
    places = [place for place, _ in archive.scan()]
    assert [place.segment for place in places] == [1, 1, 2]
    data = bytearray(segments(root)[0].read_bytes())
    data[places[1].offset + 200] ^= 1
    segments(root)[0].write_bytes(data)
    assert archive.read_checked(places[0])
    with pytest.raises(ArchiveDamaged, match=rf"000001\.jsonl bytes {places[1].offset}-"):
        archive.read_checked(places[1])
    assert archive.read_checked(places[2])


def test_readers_never_look_past_head(archive: Archive) -> None:
    root = Path(archive.root)
    filled(archive, FIRST)
    seen, head = list(archive.scan()), (root / "HEAD").read_bytes()
    filled(archive, SECOND)
    (root / "HEAD").write_bytes(head)
    with segments(root)[0].open("ab") as stream:
        stream.write(b'{"half a line')
    (root / "articles" / "000002.jsonl").write_bytes(b"junk\n")
    for reader in (archive, Archive(root)):
        assert list(reader.scan()) == seen
        assert [one.headline for one in reader.articles()] == ["Nummer 1 am Hafen"]
    assert faults(root) == []


ODD = (
    "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\r", "\n", "\0", "\x7f", "\ufeff", "\u202e",
    "\U0001f600", "\\", '"', ',"chain":"', ',"seq":7', "\ufffd", "\uffff",
)  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_characters_stay_in_one_line(archive: Archive, odd: str) -> None:
    (article, source) = entries_of(FIRST)[0]
    strange = article.model_copy(update={"headline": f"Auf{odd}Ab", "lead": odd, "id": f"urn:odd:{odd}"})
    entries: list[Entry] = [(strange, source), *entries_of(SECOND)]
    assert [one.what for one in archive.append(entries, now=NOON)] == ["new", "new"]
    assert segments(Path(archive.root))[0].read_bytes().count(b"\n") == 2
    first, second = archive.articles()
    assert (first.headline, first.lead, first.id) == (f"Auf{odd}Ab", odd, f"urn:odd:{odd}")
    assert second.headline == "Nummer 2 am Hafen"
    assert faults(Path(archive.root)) == []
    assert [one.what for one in Archive(archive.root).append(entries, now=NOON)] == ["unchanged", "unchanged"]


# Two writers.


def test_two_archives_writing_in_turn_see_each_other(tmp_path: Path) -> None:
    left, _ = Archive.create(tmp_path / "archive", rotate_at=3000)
    right = Archive(tmp_path / "archive", rotate_at=3000)
    sources = list(dumps(8).values())
    for number, data in enumerate(sources):
        writer, other = (left, right) if number % 2 else (right, left)
        assert filled(writer, data) == ["new"]
        assert filled(other, data) == ["unchanged"]
    assert filled(left, *sources) == filled(right, *sources) == ["unchanged"] * 8
    assert [one.headline for one in left.articles()] == [f"Nummer {number} am Hafen" for number in range(1, 9)]
    assert faults(tmp_path / "archive") == []


def test_the_lock_is_empty_at_rest(archive: Archive) -> None:
    filled(archive, FIRST)
    assert (Path(archive.root) / "LOCK").read_bytes() == b""


def test_a_lock_held_names_its_holder_and_is_free_when_the_holder_is_killed(archive: Archive) -> None:
    holder = process("hold", archive.root)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        before, begun = digests(Path(archive.root)), time.monotonic()
        with pytest.raises(ArchiveLocked, match=f"process {holder.pid} since 2026-01-15T11:00:00") as caught:
            archive.append(entries_of(FIRST), now=NOON, wait=0.1)
        assert time.monotonic() - begun < 1
        assert caught.value.exit_code == 75
        assert digests(Path(archive.root)) == before
        assert list(archive.scan()) == []
    finally:
        holder.kill()
        holder.communicate()
    assert [one.what for one in archive.append(entries_of(FIRST), now=NOON, wait=0.1)] == ["new"]
    assert (Path(archive.root) / "LOCK").read_bytes() == b""


def test_articles_read_back_are_those_that_were_read(archive: Archive) -> None:
    (read_in,) = articles_of(FIRST)
    filled(archive, FIRST)
    (stored,) = archive.articles()
    assert read_in.origin
    assert stored.origin
    assert stored.archived == NOON
    same = {"archived": None, "origin": read_in.origin}
    assert stored.model_copy(update=same) == read_in
    assert stored.origin.sha256 == read_in.origin.sha256 == hashlib.sha256(FIRST).hexdigest()
