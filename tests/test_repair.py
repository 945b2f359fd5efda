"""A repair leaves a sound archive: the undamaged stays to the byte, the lost is read anew, and all of it is said."""

import json
import random
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from conftest import Run
from faulty import Unflushed, dice, digests, entries_of, faults, filled, segments
from material import NOON, dump
from newsarc.archive import Archive
from newsarc.archive.chain import Head, head_line, small_file
from newsarc.errors import ArchiveDamaged, ArchiveNotFound, ArchiveTooNew
from newsarc.ingest import Reading
from newsarc.ingest.rereading import sources_in
from replaced import LATER, REREAD, mended, records

STORIES = [dump(f"Nummer {number} am Hafen", f"05.06.2023 - 00:{number:02}:00") for number in range(12)]
LINES = 12


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive of twelve stories in three segments; the second and third came from one source."""
    root = tmp_path_factory.mktemp("sound") / "archive"
    archive, _ = Archive.create(root, rotate_at=5000, disk=Unflushed())
    filled(archive, STORIES[0], STORIES[1] + b"\n" + STORIES[2], *STORIES[3:])
    assert len(segments(root)) == 3
    assert len(records(root)) == LINES
    return root


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    """Copy the sound archive."""
    shutil.copytree(sound, tmp_path / "archive")
    return tmp_path / "archive"


def lines_of(path: Path) -> list[bytes]:
    """Return the lines of a segment, with their ends."""
    return path.read_bytes().splitlines(keepends=True)


def changed(root: Path, number: int, change: Callable[[list[bytes], int], list[bytes]]) -> None:
    """Change the lines of the segment that holds a line, given all of them and its place among them."""
    for path in segments(root):
        lines = lines_of(path)
        if number < len(lines):
            path.write_bytes(b"".join(change(lines, number)))
            return
        number -= len(lines)


def flipped(roll: random.Random, lines: list[bytes], place: int) -> list[bytes]:
    line = bytearray(lines[place])
    line[roll.randrange(len(line))] ^= 1 << roll.randrange(8)
    return [*lines[:place], bytes(line), *lines[place + 1 :]]


def cut(roll: random.Random, lines: list[bytes], place: int) -> list[bytes]:
    return [*lines[:place], lines[place][: roll.randrange(1, len(lines[place]) - 100)], *lines[place + 1 :]]


def zeroed(roll: random.Random, lines: list[bytes], place: int) -> list[bytes]:
    data = bytearray(b"".join(lines))
    start = sum(map(len, lines[:place])) + roll.randrange(200)
    data[start : start + 512] = bytes(len(data[start : start + 512]))
    return [bytes(data)]


DAMAGES: dict[str, tuple[Callable[[random.Random, list[bytes], int], list[bytes]], int]] = {
    "flip": (flipped, 1),
    "drop": (lambda _roll, lines, place: [*lines[:place], *lines[place + 1 :]], 1),
    "double": (lambda _roll, lines, place: [*lines[: place + 1], *lines[place:]], 0),
    "swap": (lambda _roll, lines, place: [*lines[: place // 2], *lines[place // 2 + 1 :], lines[place // 2]], 0),
    "cut": (cut, 1),
    "zeros": (zeroed, 1),
    "junk": (lambda roll, lines, place: [*lines[:place], roll.randbytes(400), b"\n", *lines[place:]], 0),
    "a line end in a line": (lambda _roll, lines, place: [*lines[:place], lines[place][:99], b"\n", lines[place][99:],
                                                          *lines[place + 1 :]], 1),
    "no line end": (lambda _roll, lines, place: [*lines[:place], lines[place][:-1], *lines[place + 1 :]], 0),
}  # fmt: skip
"""What is done to a line, and how many articles it costs at most."""


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("seed", range(3))
def test_only_what_is_damaged_is_lost_and_it_is_read_anew(root: Path, damage: str, seed: int) -> None:
    roll = dice(seed)
    do, most = DAMAGES[damage]
    before, number = records(root), roll.randrange(LINES)
    changed(root, number, lambda lines, place: do(roll, lines, place))
    kept = {path.name: path.read_bytes() for path in segments(root)}
    assert faults(root)
    said = mended(root, dry_run=True)
    assert (said.exit_code, {path.name: path.read_bytes() for path in segments(root)}) == (4, kept)
    done = mended(root)
    assert (done.exit_code, done.said, faults(root)) == (0, said.said, [])
    after = records(root)
    assert list(after) == list(before)
    other = [key for key in before if after[key] != before[key]]
    assert len(other) <= most
    assert [f"{name}: read anew from originals/" in "".join(done.said) for name, _, _ in other] == [True] * len(other)
    assert all(json.loads(after[key])["archived"] == "2026-01-16T12:00:00+01:00" for key in other)
    for name, data in kept.items():
        assert (root / "lost+found" / name).read_bytes() == data
    assert mended(root).said == []


def test_twenty_random_damages_cost_only_what_they_hit(sound: Path, tmp_path: Path) -> None:
    """Several at once: every record of which all bytes are there still is there afterwards, in its place."""
    for seed in range(20):
        roll, root = dice(seed), tmp_path / f"{seed}"
        shutil.copytree(sound, root)
        before = records(root)
        for damage in roll.choices(["flip", "drop", "double", "swap", "cut", "zeros"], k=roll.randrange(1, 4)):
            changed(root, roll.randrange(8), partial(DAMAGES[damage][0], roll))
        left = b"".join(path.read_bytes() for path in segments(root))
        whole = [
            key
            for key, record in before.items()
            if re.search(re.escape(record[:-1]) + rb',"seq":\d+,"chain":"\w{64}"}\n', left)
        ]
        done = mended(root)
        after = records(root)
        assert faults(root) == [], seed
        assert list(after) == list(before), (seed, done.said)
        assert [key for key in whole if after[key] != before[key]] == [], (seed, done.said)
        shutil.rmtree(root)


# HEAD, FORMAT, segments.


@pytest.mark.parametrize(
    "what", ["flipped", "lost", "empty", "another archive's", "older", "of segments that are gone"]
)
def test_head_is_rebuilt_from_the_chain(root: Path, what: str) -> None:
    before, kept, head = digests(root / "articles"), records(root), (root / "HEAD").read_bytes()
    first = lines_of(segments(root)[0])[0]
    made = {
        "flipped": head.replace(b'"seq":12', b'"seq":13'),
        "empty": b"",
        "another archive's": head_line(Head(3, 5191, 12, "a" * 64)),
        "older": head_line(Head(1, len(first), 1, first[-67:-3].decode())),
        "of segments that are gone": head_line(Head(9, 5191, 12, "a" * 64, 7)),
    }
    (root / "HEAD").unlink()
    if what in made:
        (root / "HEAD").write_bytes(made[what])
    assert mended(root, dry_run=True).exit_code == (0 if what == "older" else 4)
    done = mended(root)
    assert done.exit_code == 0
    assert bool(done.said) == (what != "older")
    Archive(root).append([], now=NOON)
    assert (root / "HEAD").read_bytes() == head
    assert (digests(root / "articles"), records(root), faults(root)) == (before, kept, [])


def test_a_lost_head_hides_no_loss_at_the_end(root: Path) -> None:
    """Only the originals know of it then."""
    before = records(root)
    (root / "HEAD").unlink()
    segments(root)[-1].unlink()
    done = mended(root)
    assert len(done.restored) == 4
    assert list(records(root)) == list(before)
    assert faults(root) == []


def test_a_writer_without_head_leaves_damage_to_the_repair(root: Path) -> None:
    """Behind a tail nothing is whole; where something is, it was committed, and must not be set aside."""
    before = records(root)
    changed(root, 5, partial(flipped, dice(1)))
    (root / "HEAD").unlink()
    now = digests(root)
    with pytest.raises(ArchiveDamaged, match=r"HEAD.*not all lines follow each other"):
        filled(Archive(root), STORIES[0])
    assert digests(root) == now
    assert mended(root).exit_code == 0
    assert list(records(root)) == list(before)
    assert filled(Archive(root), *STORIES) == ["unchanged"] * LINES


@pytest.mark.parametrize("originals", [True, False])
@pytest.mark.parametrize("is_empty", [True, False])
def test_format_is_written_anew(tmp_path: Path, originals: bool, is_empty: bool) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, originals=originals, disk=Unflushed())
    filled(archive, *[] if is_empty else STORIES[:2])
    (root / "FORMAT").unlink()
    done = mended(root)
    assert "a new uuid" in done.said[0]
    again = Archive(root)
    assert again.uuid != archive.uuid
    assert again.keeps_originals == (originals or is_empty)
    assert ("as far as is known" in done.said[0]) == is_empty
    assert filled(again, *STORIES[:3]) == [*[["unchanged", "new"][is_empty]] * 2, "new"]
    assert faults(root) == []


def test_an_archive_of_the_future_and_none_at_all_are_left_alone(root: Path, tmp_path: Path) -> None:
    fields = json.loads((root / "FORMAT").read_bytes())
    del fields["sha256"]
    (root / "FORMAT").write_bytes(small_file({**fields, "format": 99}))
    before = digests(root)
    with pytest.raises(ArchiveTooNew):
        mended(root)
    for place in (tmp_path / "nothing", tmp_path):
        with pytest.raises(ArchiveNotFound):
            mended(place)
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveNotFound, match="it is a file"):
        mended(tmp_path / "file")
    assert digests(root) == before


@pytest.mark.parametrize("number", range(3))
def test_a_lost_segment_is_read_anew(root: Path, number: int) -> None:
    before = records(root)
    size = len(lines_of(segments(root)[number]))
    segments(root)[number].unlink()
    done = mended(root)
    assert len(done.restored) == size
    assert list(records(root)) == list(before)
    assert sum(records(root)[key] == record for key, record in before.items()) == LINES - size
    assert faults(root) == []


def test_segments_that_changed_places_are_put_in_order(root: Path) -> None:
    before, (one, two, _) = records(root), segments(root)
    data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(data)
    done = mended(root)
    assert done.said == ["lines stand in another order than their numbers: put in order"]
    assert records(root) == before
    assert done.before
    assert done.after
    assert done.after[2:] == (12, done.before.chain, 4)
    assert faults(root) == []


def test_strangers_among_the_segments_are_moved(root: Path) -> None:
    before = digests(root / "articles")
    for name in ("000009.jsonl", "notes.jsonl"):
        (root / "articles" / name).write_bytes(b"what is this?\n")
    assert mended(root).exit_code == 0
    assert digests(root / "articles") == before
    assert {path.name for path in (root / "lost+found").iterdir()} == {"000009.jsonl", "notes.jsonl"}
    assert faults(root) == []


def test_lines_before_the_gap_keep_their_chain_and_the_ends_are_said(root: Path) -> None:
    before = [line for _, line in Archive(root).scan()]
    changed(root, 5, lambda lines, place: [*lines[:place], *lines[place + 1 :]])
    done = mended(root)
    after = [line for _, line in Archive(root).scan()]
    assert after[:5] == before[:5]
    assert [json.loads(line)["seq"] for line in after] == list(range(1, LINES + 1))
    said = list(done.sentences())
    assert f"the chain ended with line 12 {json.loads(before[-1])['chain']}" in said
    assert f"it ends now with line 12 {json.loads(after[-1])['chain']}" in said


def test_a_tail_behind_head_is_no_damage_and_whole_lines_of_it_are_kept(root: Path) -> None:
    head = (root / "HEAD").read_bytes()
    filled(Archive(root, rotate_at=5000), dump("Spät", "05.06.2023 - 12:00:00"))
    (root / "HEAD").write_bytes(head)
    with segments(root)[-1].open("ab") as stream:
        stream.write(b'{"schema":"newsarc/1","id":"por')
    assert mended(root).said == []
    changed(root, 2, lambda lines, place: [*lines[:place], *lines[place + 1 :]])
    assert mended(root).exit_code == 0
    assert len(records(root)) == LINES + 1
    assert [path for path in (root / "lost+found").glob("*.bin") if path.read_bytes().endswith(b'"id":"por')]
    assert faults(root) == []


# What is read anew.


def versions(tmp_path: Path) -> Path:
    """Make an archive of three versions of one story, and a person's word on the second."""
    root = tmp_path / "versions"
    archive, _ = Archive.create(root, disk=Unflushed())
    texts = [dump(lead=f"Fassung {number} steht hier.") for number in (1, 2, 3)]
    assert filled(archive, *texts[:2]) == ["new", "version"]
    [said] = archive.append(entries_of(texts[1], how=Reading(category="Sport", now=NOON)), now=NOON)
    assert said.what == "revision"
    assert filled(archive, texts[2]) == ["version"]
    return root


@pytest.mark.parametrize("number", range(4))
def test_a_lost_version_gets_its_number_back_a_persons_word_does_not(tmp_path: Path, number: int) -> None:
    root = versions(tmp_path)
    before = records(root)
    changed(root, number, lambda lines, place: flipped(dice(8), lines, place))
    done = mended(root)
    counted = [(version, revision) for _, version, revision in records(root)]
    assert counted == [pair for pair in [(1, 1), (2, 1), (2, 2), (3, 1)] if number not in (1, 2) or pair != (2, number)]
    assert len([key for key, record in records(root).items() if before[key] == record]) == 3
    assert ("lines that no original gives back: 1; they are lost" in done.said) == (number in (1, 2))
    assert any("a person's category stood in it" in line for line in done.said) == (number >= 2)
    assert filled(Archive(root), dump(lead="Fassung 1 steht hier.")) == ["unchanged"]
    assert faults(root) == []


def test_without_originals_the_loss_is_said(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive, _ = Archive.create(root, originals=False, disk=Unflushed())
    filled(archive, *STORIES[:3])
    before = records(root)
    changed(root, 1, lambda lines, place: flipped(dice(1), lines, place))
    done = mended(root)
    assert done.restored == []
    assert done.exit_code == 0
    assert any(f"{list(before)[1][0]} is not" in line for line in done.said)
    assert done.said[-1] == "lines that no original gives back: 1; they are lost"
    assert list(records(root).values()) == list(before.values())[::2]
    assert faults(root) == []


def test_what_was_erased_does_not_come_back(root: Path) -> None:
    name = list(records(root))[4][0]
    pack = (root / "originals" / "000001.gz").read_bytes()
    archive = Archive(root, disk=Unflushed(), rotate_at=5000)
    archive.erase([name], reason="x", now=LATER, reread=REREAD, opened=sources_in)
    (root / "originals" / "000001.gz").write_bytes(pack)  # as a backup might
    changed(root, 3, lambda lines, place: [*lines[:place], *lines[place + 1 :]])
    assert len(mended(root).restored) == 1
    assert name not in [key[0] for key in records(root)]
    assert len(records(root)) == LINES - 1


def test_damaged_originals_and_quarantine_are_listed_and_stay(root: Path) -> None:
    with (root / "originals" / "000001.gz").open("r+b") as pack:
        pack.seek(60)
        pack.write(b"\xff\xff")
    (root / "quarantine" / f"{'0' * 64}.raw").write_bytes(b"?")
    before = digests(root)
    for dry_run in (True, False):
        done = mended(root, dry_run=dry_run)
        assert (done.exit_code, done.said, len(done.remaining)) == (4, [], 2)
        assert all(line.startswith("not mended: ") for line in done.sentences())
    assert digests(root) == before
    assert "2 faults cannot be mended" in done.summary()


def test_the_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "all.txt").write_bytes(b"\n".join(STORIES[:3]))
    assert run("repair").returncode == 3
    run("ingest", "all.txt")
    sound = run("repair", "--yes")
    assert (sound.returncode, sound.stdout, sound.stderr) == (0, "", "the archive is sound; nothing to repair\n")
    changed(tmp_path / "archive", 1, lambda lines, place: flipped(dice(2), lines, place))
    assert "then run newsarc repair" in run("show", second_id(tmp_path)).stderr
    dry = run("repair")
    assert (dry.returncode, run("verify").returncode) == (4, 4)
    assert dry.stderr == "dry run: the archive is damaged; repair it with --yes\n"
    done = run("repair", "--yes")
    assert (done.returncode, done.stderr) == (0, "repaired\n")
    assert done.stdout.startswith(dry.stdout)
    assert run("verify").returncode == 0
    assert len(run("list").stdout.splitlines()) == 3
    assert run("ingest", "all.txt").stderr.endswith("0 new, 3 unchanged\n")


def second_id(tmp_path: Path) -> str:
    """Return the id of the second line, as it stands there."""
    line = lines_of(segments(tmp_path / "archive")[0])[1]
    return line.split(b'"id":"')[1].split(b'"')[0].decode()
