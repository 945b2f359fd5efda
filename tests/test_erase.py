"""What is erased is gone from every file; everything else stays as it was, to the byte, whatever interrupts it."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from conftest import Run
from faulty import Unflushed, digests, entries_of, faults, filled, segments
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.archive.disk import Disk
from newsarc.archive.mending.erasing import Erasure
from newsarc.errors import ArchiveDamaged, ArticleNotFound, UnknownFormat
from newsarc.find import find
from newsarc.index import Index
from newsarc.ingest import Reading
from newsarc.ingest.rereading import sources_in
from newsarc.query import Query
from replaced import (
    LATER,
    REREAD,
    holders,
    mended,
    records,
)

LEAD = "Der Bürgermeister «Klaas» von Sandhörn legt seine Ämter nieder."
TITLE = "Klaas verlässt das Rathaus"
NEEDLES = [text.encode() for text in (LEAD, "verlässt das Rathaus", "seine Ämter nieder", "Ă„mter nieder")]
GONE = dump(TITLE, "05.06.2023 - 10:00:00", LEAD)
OTHERS = [dump(f"Nachbar {number}", f"05.06.2023 - 09:{number}0:00") for number in range(6)]
GARBLED = GONE.decode().replace("ä", "Ă¤").replace("Ä", "Ă„").replace("ü", "ĂĽ").replace("ö", "Ă¶").encode()


def erase(root: Path, *names: str, disk: Disk | None = None, dry_run: bool = False) -> Erasure:
    """Erase by id, for a reason."""
    archive = Archive(root, disk=disk or Unflushed(), rotate_at=4000)
    return archive.erase(
        names, reason="Beschluss 7 O 12/26", now=LATER, reread=REREAD, opened=sources_in, dry_run=dry_run
    )


def id_of(data: bytes) -> str:
    """Return the id of the first article of a source."""
    return str(entries_of(data)[0][0].id)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive that holds one story in every place there is, and six others."""
    root = tmp_path_factory.mktemp("rich") / "archive"
    archive, _ = Archive.create(root, rotate_at=4000, disk=Unflushed())
    sources = [
        OTHERS[0],
        GONE,
        OTHERS[1] + b"\n" + GONE + b"\n" + OTHERS[2],  # it is unchanged there, so that no record names its bytes
        GARBLED + b"\n" + OTHERS[3],
        dump(TITLE, "05.06.2023 - 10:00:00", LEAD + " Das gilt sofort.") + b"\n" + OTHERS[4],
    ]
    assert filled(archive, *sources) == [*["new"] * 3, "unchanged", "new", "unchanged", "new", "version", "new"]
    said = archive.append(entries_of(GONE, how=Reading(category="Politik", now=NOON)), now=NOON)
    assert [one.what for one in said] == ["revision"]
    assert filled(archive, OTHERS[5]) == ["new"]
    for data in (b"Kein Datum.\n" + GONE, gzip.compress(GONE + b"Rest"), b"Etwas anderes.\n"):
        archive.quarantine(data, UnknownFormat("x.txt", "y"), reader="r", now=NOON)
    lost = root / "lost+found"
    lines = {number: line for number, (_, line) in enumerate(archive.scan(), 1)}
    (lost / "000001.jsonl").write_bytes(b"".join(list(lines.values())[:3]))
    (lost / "000001-9.bin").write_bytes(lines[2][:500])
    (lost / "000002-0.bin").write_bytes(lines[1][:700] + bytes(120) + lines[2][150:700] + lines[1])
    (lost / "000003-0.bin").write_bytes(lines[1][:600])
    index = Index(str(root), archive.uuid)
    index.catch_up(archive)
    index.close()
    assert faults(root) == []
    assert len(segments(root)) == 3
    return root


@pytest.fixture
def root(rich: Path, tmp_path: Path) -> Path:
    """Copy the rich archive."""
    shutil.copytree(rich, tmp_path / "archive")
    return tmp_path / "archive"


def others(root: Path) -> dict[str, bytes]:
    """Return the records of the other stories, without where their originals lie and that one was redacted."""
    found = {}
    for (name, _, _), record in records(root).items():
        if name != id_of(GONE):
            said = json.loads(record)
            said["warnings"] = [code for code in said["warnings"] if code != "original-redacted"]
            for key in ("sha256", "pack", "pack_offset", "pack_length"):
                del said["origin"][key]
            found[name] = json.dumps(said).encode()
    return found


def originals(root: Path) -> dict[str, bytes]:
    """Return the bytes every other story was read from."""
    archive = Archive(root)
    return {one.id: archive.original(one) for one in archive.articles() if one.id != id_of(GONE)}


def test_not_a_byte_of_it_is_left_and_nothing_else_changes(root: Path) -> None:
    assert len(holders(root, *NEEDLES)) == 9
    before, untouched, kept = records(root), others(root), originals(root)
    done = erase(root, id_of(GONE))
    assert holders(root, *NEEDLES, id_of(GONE).encode()) == []
    assert len(done.lines) == 3
    assert faults(root) == []
    after = records(root)
    assert list(after) == [key for key in before if key[0] != id_of(GONE)]
    assert (others(root), originals(root)) == (untouched, kept)
    alone = {id_of(data) for data in (OTHERS[0], OTHERS[5])}
    assert {key[0] for key in after if after[key] == before[key]} == alone
    for (name, _, _), record in after.items():
        assert ("original-redacted" in json.loads(record)["warnings"]) == (name not in alone)
    assert sorted(find(Archive(root), Query())) == sorted(after.values())
    assert (root / "index" / "newsarc.db").exists()
    assert holders(root, *NEEDLES, id_of(GONE).encode()) == []


def test_what_is_of_others_stays_in_quarantine_and_lost_and_found(root: Path) -> None:
    line = records(root)[id_of(OTHERS[0]), 1, 1][:300]
    done = erase(root, id_of(GONE))
    assert len(done.quarantine) == 4
    assert [path.read_bytes() for path in (root / "quarantine").glob("*.raw")] == [b"Etwas anderes.\n"]
    left = {path.name: path.read_bytes() for path in (root / "lost+found").iterdir()}
    assert left.keys() == {"000001.jsonl", "000002-0.bin", "000003-0.bin"}
    assert all(line in data for data in left.values())
    assert left["000002-0.bin"].count(line) == 2


def test_a_dry_run_says_all_of_it_and_changes_nothing(root: Path) -> None:
    before = digests(root)
    said = list(erase(root, id_of(GONE), dry_run=True).sentences())
    assert digests(root) == before
    done = erase(root, id_of(GONE))
    assert list(done.sentences()) == said
    assert len([line for line in said if f"line of {id_of(GONE)}: removed" in line]) == 3
    assert len([line for line in said if line.startswith("originals/") and ": overwritten" in line]) == 5
    assert any(f"kept without it for {id_of(OTHERS[1])}, {id_of(OTHERS[2])}" in line for line in said)
    assert len([line for line in said if line.startswith("quarantine/")]) == 4
    assert len([line for line in said if line.startswith("lost+found/")]) == 3
    assert "6 lines behind it" not in said
    assert "not reached" in said[-1]


def test_it_stays_refused_and_does_not_come_back_with_its_neighbours(root: Path) -> None:
    erase(root, id_of(GONE))
    fresh = dump("Neuer Nachbar", "05.06.2023 - 11:00:00")
    archive, told = Archive(root, disk=Unflushed()), list[str]()
    archive.tell = told.append
    assert filled(archive, GONE, GARBLED) == ["erased", "erased"]
    assert filled(archive, GONE + b"\n" + fresh, OTHERS[0]) == ["erased", "new", "unchanged"]
    assert [one.what for one in archive.preview(entries_of(GONE))] == ["erased"]
    assert holders(root, *NEEDLES) == []
    assert faults(root) == []
    [new] = [one for one in archive.articles() if one.id == id_of(fresh)]
    assert new.warnings == ("original-redacted",)
    assert fresh.strip() in archive.original(new)
    assert told == []


def test_a_source_that_was_kept_before_its_erased_story_came_is_told_and_can_be_cleaned(root: Path) -> None:
    erase(root, id_of(GONE))
    fresh = dump("Neuer Nachbar", "05.06.2023 - 11:00:00")
    archive, told = Archive(root, disk=Unflushed()), list[str]()
    archive.tell = told.append
    first, second = entries_of(fresh + b"\n" + GONE)
    assert [one.what for one in archive.append([first], now=NOON)] == ["new"]
    assert [one.what for one in archive.append([second], now=NOON)] == ["erased"]
    assert "erase it again" in told[0]
    assert holders(root, *NEEDLES) == ["originals/000001.gz"]
    done = erase(root, id_of(GONE))
    assert not done.lines
    assert holders(root, *NEEDLES) == []
    assert faults(root) == []


def test_the_log_names_no_story_and_is_chained(root: Path) -> None:
    first = Archive(root).head()
    second = erase(root, id_of(GONE)).after
    third = erase(root, id_of(OTHERS[0]), id_of(OTHERS[5])).after
    assert second
    assert third
    lines = [json.loads(line) for line in (root / "erased.jsonl").read_bytes().splitlines()]
    assert [line["old_chain"] for line in lines] == [first.chain, second.chain, second.chain]
    assert [line["new_chain"] for line in lines] == [second.chain, third.chain, third.chain]
    assert [line["previous"] for line in lines] == ["0" * 64, lines[0]["sha256"], lines[1]["sha256"]]
    assert {(line["reason"], line["time"][:10]) for line in lines} == {("Beschluss 7 O 12/26", "2026-01-16")}
    assert [line["lines"] for line in lines] == [3, 1, 1]
    assert b"portal:" not in (root / "erased.jsonl").read_bytes()


@pytest.mark.parametrize("place", [30, -100])
def test_a_damaged_log_stops_writers_and_is_repaired_as_far_as_it_can_be_read(root: Path, place: int) -> None:
    erase(root, id_of(GONE))
    log = bytearray((root / "erased.jsonl").read_bytes())
    log[place] ^= 1
    (root / "erased.jsonl").write_bytes(log)
    for do in (lambda: filled(Archive(root), GONE), lambda: erase(root, id_of(OTHERS[0]))):
        with pytest.raises(ArchiveDamaged, match=r"erased\.jsonl:1"):
            do()
    assert mended(root).exit_code == 0
    assert filled(Archive(root), GONE) == ["erased"]
    assert [path for path in (root / "lost+found").iterdir() if path.read_bytes() == log]


def test_the_only_story_leaves_an_empty_archive(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "archive", disk=Unflushed())
    filled(archive, GONE)
    assert erase(tmp_path / "archive", id_of(GONE)).behind == 0
    assert list(archive.scan()) == []
    assert faults(tmp_path / "archive") == []
    assert filled(archive, GONE, OTHERS[0]) == ["erased", "new"]
    assert faults(tmp_path / "archive") == []


def test_an_archive_without_originals(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "archive", originals=False, disk=Unflushed())
    filled(archive, OTHERS[0], GONE, OTHERS[1])
    erase(tmp_path / "archive", id_of(GONE))
    assert filled(archive, GONE + b"\n" + OTHERS[2]) == ["erased", "new"]
    assert holders(tmp_path / "archive", *NEEDLES) == []
    assert faults(tmp_path / "archive") == []


def test_who_names_it_is_told_and_stays(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "archive", disk=Unflushed())
    [(article, source)] = entries_of(OTHERS[0])
    archive.append([*entries_of(GONE), (article.model_copy(update={"same_as": id_of(GONE)}), source)], now=NOON)
    assert f"{article.id}: refers to it, and stays" in erase(tmp_path / "archive", id_of(GONE)).sentences()
    assert [one.same_as for one in archive.articles()] == [id_of(GONE)]


def test_an_unknown_id_changes_nothing(root: Path) -> None:
    before = digests(root)
    with pytest.raises(ArticleNotFound, match="portal:0000"):
        erase(root, id_of(GONE), "portal:0000")
    assert digests(root) == before


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_damaged_archive_is_repaired_first(root: Path, dry_run: bool) -> None:
    path = segments(root)[-1]
    path.write_bytes(path.read_bytes().replace(b"Nachbar 5", b"Nachbar 7"))
    before = digests(root)
    with pytest.raises(ArchiveDamaged, match=path.name):
        erase(root, id_of(GONE), dry_run=dry_run)
    assert digests(root) == before


def test_a_member_that_cannot_be_unpacked_is_left_and_said(root: Path) -> None:
    archive = Archive(root)
    [first] = [one.origin for one in archive.articles() if one.id == id_of(OTHERS[0])]
    assert first
    with (root / "originals" / "000001.gz").open("r+b") as pack:
        pack.seek((first.pack_offset or 0) + 20)
        pack.write(b"\xff" * 20)
    assert any("cannot be unpacked, so it is left" in line for line in erase(root, id_of(GONE)).sentences())
    assert holders(root, *NEEDLES) == []


def test_a_writer_at_work_keeps_its_originals_anew(tmp_path: Path) -> None:
    """A long source spans batches: what was kept of it may be gone in between."""
    writer, _ = Archive.create(tmp_path / "archive", disk=Unflushed())
    first, second, third = entries_of(b"\n".join(OTHERS[3:]))
    writer.append([first, second], now=NOON)
    erase(tmp_path / "archive", first[0].id)
    assert [one.what for one in writer.append([third], now=NOON)] == ["new"]
    assert faults(tmp_path / "archive") == []
    assert writer.original(list(writer.articles())[-1]).strip() == OTHERS[5].strip()


def test_the_command(run: Run, tmp_path: Path) -> None:
    for number, data in enumerate([OTHERS[0], GONE]):
        (tmp_path / f"{number}.txt").write_bytes(data)
        run("ingest", f"{number}.txt")
    before = digests(tmp_path / "archive" / "articles")
    assert "no such article" in run("erase", "portal:0", "--reason", "x", "--yes").stderr
    assert run("erase", "portal:0", "--reason", "x", "--yes").returncode == 3
    assert run("erase", id_of(GONE), "--reason", " ").returncode == 2
    dry = run("erase", id_of(GONE)[:12], "--reason", "Beschluss")
    assert (dry.returncode, dry.stderr) == (0, "dry run: 1 line, 1 original; erase it for ever with --yes\n")
    assert digests(tmp_path / "archive" / "articles") == before
    done = run("erase", id_of(GONE)[:12], "--reason", "Beschluss", "--yes")
    assert (done.returncode, done.stdout) == (0, dry.stdout)
    assert done.stderr.startswith("erased: 1 line, 1 original; the chain ended with line 2 ")
    again = run("erase", id_of(GONE), "--reason", "Beschluss", "--yes")
    assert (again.returncode, again.stderr) == (0, "erased: nothing is left of it\n")
    assert "1 refused (erased)" in run("ingest", "1.txt").stderr
    assert run("verify").returncode == 0
    assert len(run("list").stdout.splitlines()) == 1
    assert holders(tmp_path / "archive", *NEEDLES) == []


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_the_first_story_of_a_source_leaves_its_byte_order_mark_to_the_others(codec: str, tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, disk=Unflushed())
    mark = b"" if codec == "utf-8-sig" else "\ufeff".encode(codec)
    source = mark + (GONE + b"\n" + OTHERS[0]).decode().encode(codec)
    filled(archive, source)
    archive.quarantine(mark + ("Rest.\n" + GONE.decode()).encode(codec), UnknownFormat("x", "y"), reader="r", now=NOON)
    erase(root, id_of(GONE))
    assert list((root / "quarantine").iterdir()) == []
    [left] = Archive(root).articles()
    assert left.origin
    assert left.origin.encoding == codec
    whole = left.model_copy(update={"origin": left.origin.model_copy(update={"offset": 0, "length": len(source)})})
    kept = archive.original(whole)
    assert LEAD.encode(codec.removesuffix("-sig")) not in kept
    assert len(kept) == len(source)
    assert [one.id for one, _ in entries_of(kept)] == [id_of(OTHERS[0])]
    assert faults(root) == []
    assert filled(archive, source) == ["erased", "unchanged"]


BARE = b"\n05.06.2023 - 11:00:00\n"


@pytest.mark.parametrize("jobs", ["0", "2"])
def test_a_source_that_fails_and_holds_it_is_not_kept_when_it_comes_in_again(
    jobs: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "bad.txt").write_bytes(BARE + OTHERS[0] + b"\n" + GONE)
    (tmp_path / "other.txt").write_bytes(BARE + OTHERS[1])
    root = tmp_path / "archive"
    before = run("ingest", "bad.txt", "--jobs", jobs)
    assert before.stderr.endswith("2 new, 0 unchanged, 1 in quarantine\n")
    assert holders(root, *NEEDLES) != []
    erase(root, id_of(GONE))
    (tmp_path / "worse.txt").write_bytes(GONE + b"\n" + BARE + OTHERS[0])
    done = run("ingest", "bad.txt", "worse.txt", "other.txt", "--jobs", jobs)
    assert done.returncode == 1
    assert done.stderr.count("it is not kept, for it holds what was erased") == 2
    assert done.stderr.endswith("1 new, 2 unchanged, 2 refused (erased), 1 in quarantine\n")
    assert [path.read_bytes() for path in (root / "quarantine").glob("*.raw")] == [BARE + OTHERS[1]]
    assert holders(root, *NEEDLES) == []


def test_what_was_only_in_quarantine_is_not_kept_again(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, disk=Unflushed())
    filled(archive, GONE)
    erase(root, id_of(GONE))
    packed = gzip.compress(b"Kein Datum.\n" + GONE)
    fault = UnknownFormat("x.gz", "y")
    assert archive.quarantine(packed, fault, reader="r", now=NOON)
    assert len(erase(root, id_of(GONE)).quarantine) == 2
    assert not archive.quarantine(packed, fault, reader="r", now=NOON)
    assert list((root / "quarantine").iterdir()) == []
    assert len((root / "erased.jsonl").read_bytes().splitlines()) == 2
    assert faults(root) == []
    assert filled(archive, GONE) == ["erased"]
