"""What today's reader makes of kept originals: a revision where it reads otherwise, not one byte where it does not."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faulty import Unflushed, digests, entries_of, faults, segments
from material import NOON, SAMPLES, articles_of, dump
from newsarc.archive import Archive
from newsarc.archive.originals import compressed
from newsarc.article import Block, Candidate, RelatedLink
from newsarc.errors import ArchiveDamaged, ParseError
from newsarc.ingest import Reading, ingest, read
from newsarc.reparse import Tally
from newsarc.reparse.comparing import changes, todays
from newsarc.source import find, from_bytes
from older import LATER, again, keep, many, older, says, stored, unplaced, whats
from strategies import Dump, steady
from strategies import dumps as invented

few = settings(steady, max_examples=25)
LINKS = b"""
Weitere Meldungen

Der Hafen von Windau bekommt neue Kr\xc3\xa4ne Die Arbeiten beginnen im Mai (Politik, 04.06.2023 - 09:10) weiterlesen...
"""


# Nothing new.


def test_a_fresh_archive_of_all_samples_is_read_again_without_one_new_byte(archive: Archive) -> None:
    list(ingest(find([str(SAMPLES)]), archive, clock=lambda: NOON, how=Reading(now=NOON)))
    before = digests(Path(archive.root))
    found = again(archive)
    assert set(whats(found)) == {"same"}
    versions = {(one.id, one.version_by, one.version) for one in stored(archive)}
    assert len(found) == len(versions) > 50
    assert digests(Path(archive.root)) == before


@few
@given(
    st.lists(st.tuples(invented(), st.sampled_from("ABC")), min_size=1, max_size=4), st.sampled_from([None, "Sport"])
)
def test_what_was_read_by_this_newsarc_is_the_same(stories: list[tuple[Dump, str]], category: str | None) -> None:
    data = "\n".join(story.text(layout) for story, layout in stories).encode()
    with tempfile.TemporaryDirectory() as folder:
        archive, _ = Archive.create(f"{folder}/archive", disk=Unflushed())
        archive.append(entries_of(data, how=Reading(now=NOON, category=category)), now=NOON)
        before = digests(Path(archive.root))
        assert set(whats(again(archive))) == {"same"}
        assert digests(Path(archive.root)) == before


def test_mere_confidences_and_the_readers_name_are_no_difference(archive: Archive) -> None:
    data = (SAMPLES / "portal" / "full.txt").read_bytes() + dump("Trainer vor Gericht in Windau")
    full, small = articles_of(data)
    assert full.category_confidence
    assert small.category_candidates
    shifted = tuple(one.model_copy(update={"confidence": 0.01}) for one in small.category_candidates)
    keep(archive, data, {"category_confidence": 0.99}, {"category_candidates": shifted})
    before = digests(Path(archive.root))
    assert whats(again(archive)) == ["same", "same"]
    assert digests(Path(archive.root)) == before


# A reading that differs.

READINGS: list[dict[str, Any]] = [
    {"headline": None, "warnings": ("headline-missing",)},
    {"lead": "Windau erneuert den Turm", "headline": "Der Turm von Windau bekommt im Sommer ein neues Licht."},
    {"category": "Wetter", "category_by": "inferred", "category_confidence": 0.7, "category_candidates": ()},
    {"category_candidates": (Candidate(category="Wetter", confidence=0.3),)},
    {"keywords": (), "unparsed": ("Windau, Hafen",)},
    {"published": None, "published_precision": None, "warnings": ("date-unreadable",)},
    {"body": (Block(text="Die Arbeiten dauern bis in den Juli."), Block(text="Das teilte die Stadt mit."))},
    {"related": (), "captured_after": None},
    {"origin": {"encoding": "cp1252"}},
]


@pytest.mark.parametrize("said", READINGS, ids="+".join)
def test_what_an_older_reader_said_becomes_one_revision(archive: Archive, said: dict[str, Any]) -> None:
    [today] = keep(archive, dump() + LINKS, said)
    [found] = again(archive)
    assert (found.what, found.id, found.version) == ("revised", today.id, 1)
    assert {change.field for change in found.changes} <= {*said}
    old, new = stored(archive)
    assert (old.revision, new.revision, new.version) == (1, 2, 1)
    assert says(new) == says(today)
    assert (new.archived, old.archived) == (LATER, NOON)
    assert archive.original(new) == dump() + LINKS
    before = digests(Path(archive.root))
    assert whats(again(archive)) == ["same"]
    assert digests(Path(archive.root)) == before
    assert not faults(Path(archive.root))


def _headline(story: tuple[Dump, object]) -> str:
    return story[0].headline


@few
@given(st.lists(st.tuples(invented(), st.sampled_from([None, *READINGS])), min_size=1, max_size=5, unique_by=_headline))
def test_exactly_what_differs_is_revised(stories: list[tuple[Dump, dict[str, Any] | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive, _ = Archive.create(f"{folder}/archive", disk=Unflushed())
        wanted = {}
        for number, (story, said) in enumerate(stories):
            data = story.text("A").encode()
            [today] = keep(archive, data, dict(said or {}), name=f"{number}.txt")
            wanted[today.id] = today
        first = {article.id: article for article in stored(archive)}
        differing = {name for name, today in wanted.items() if changes(unplaced(first[name]), today)}
        assert {one.id for one in again(archive) if one.what == "revised"} == differing
        newest = {article.id: article for article in stored(archive)}
        assert len(stored(archive)) == len(first) + len(differing)
        for name in differing:
            assert says(newest[name]) == says(wanted[name])
        assert set(whats(again(archive))) == {"same"}


# What was learned since.


def test_a_persons_word_stays_and_so_do_id_and_version(archive: Archive) -> None:
    learned = {
        "id": "urn:windau:7",
        "version": 4,
        "version_by": "provider",
        "category": "Kultur",
        "category_by": "user",
        "category_confidence": None,
        "category_candidates": (),
        "same_as": "urn:windau:3",
        "update_of": "urn:windau:5",
    }
    [today] = keep(archive, dump(), {**learned, "headline": None})
    [found] = again(archive)
    assert [change.field for change in found.changes] == ["headline"]
    assert says(stored(archive)[-1]) == says(today.model_copy(update=learned))


def test_what_another_dump_said_stays_unless_the_source_says_it_itself() -> None:
    [today] = articles_of(dump())
    linked = {
        "category": "Sport",
        "category_by": "linked",
        "category_candidates": (Candidate(category="Kultur", confidence=0.4),),
    }
    before = today.model_copy(update=linked)
    printed = today.model_copy(update={"category_candidates": (), "id": ""})
    assert changes(before, todays(printed, before, NOON)) == ()
    stating = printed.model_copy(update={"category_text": "Wirtschaft"})
    after = todays(stating, before, NOON)
    assert (after.category, after.category_by) == ("Wirtschaft", "stated")
    assert "category" in {change.field for change in changes(before, after)}


def test_a_proved_title_stays_with_its_link(archive: Archive) -> None:
    [today] = articles_of(dump() + LINKS)
    [link] = today.related
    title = "Der Hafen von Windau bekommt neue"
    proved = link.model_copy(update={"title": title, "title_confidence": "exact", "teaser": "Kräne Die Arbeiten."})
    other = RelatedLink(text="Ein Text, den heute niemand findet", title="Ein Text", title_confidence="exact")
    keep(archive, dump() + LINKS, {"related": (proved, other), "headline": None})
    again(archive)
    assert stored(archive)[-1].related == (proved,)
    assert whats(again(archive)) == ["same"]


def test_a_date_is_in_the_future_as_it_was_when_the_version_came_in(archive: Archive) -> None:
    """Also after a revision, which is archived when the date is past."""
    data = dump(date="05.06.2026 - 14:20:11")
    [today] = keep(archive, data, {"headline": None})
    assert "date-in-future" in today.warnings
    assert whats(again(archive)) == ["revised"]
    assert stored(archive)[-1].warnings == today.warnings
    assert whats(again(archive)) == ["same"]


# Versions, revisions and sources.


def test_each_version_is_compared_by_its_latest_revision(archive: Archive) -> None:
    first, second = dump(), dump(lead="Der Turm von Windau bekommt im Herbst ein neues Licht.")
    keep(archive, first, {"headline": "Windau"}, name="1.txt")
    archive.append(
        [(article.model_copy(update={"id": stored(archive)[0].id}), source) for article, source in entries_of(second)],
        now=NOON,
    )
    again(archive)
    assert [(one.version, one.revision) for one in stored(archive)] == [(1, 1), (2, 1), (1, 2)]
    archive.append(entries_of(second, how=Reading(now=NOON, category="Kultur")), now=NOON)
    found = again(archive)
    assert sorted((one.version, one.what) for one in found) == [(1, "same"), (2, "same")]
    assert stored(archive)[-1].category_by == "user"


@pytest.mark.parametrize("block", [1, 16 << 20])
def test_one_source_of_many_stories_may_be_spoken_of_in_any_order(
    archive: Archive, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a person gave a category to some of them, last to first."""
    monkeypatch.setattr("newsarc.reparse._BLOCK", block)
    today = keep(archive, many(60), {"headline": None})
    source = from_bytes(many(60), "dump.txt")
    said = [older(article, headline=None, category="Sport", category_by="user") for article in today[::-7]]
    archive.append([(article, source) for article in said], now=NOON)
    assert whats(again(archive)).count("revised") == 60
    newest = {article.id: article for article in stored(archive)}
    assert [newest[article.id].headline for article in today] == [article.headline for article in today]
    assert sum(article.category_by == "user" for article in newest.values()) == len(said) == 9
    assert set(whats(again(archive))) == {"same"}


@pytest.mark.parametrize("block", [1, 16 << 20])
def test_sources_that_took_turns_are_each_read_in_their_order(
    archive: Archive, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsarc.reparse._BLOCK", block)
    files = [many(20, start) for start in range(1, 121, 20)]
    entries = [entries_of(data, f"{number}.txt") for number, data in enumerate(files)]
    for batch in zip(*entries, strict=True):
        archive.append(batch, now=NOON)
    assert whats(again(archive)) == ["same"] * 120


def test_a_source_too_long_for_memory_is_read_from_disk(archive: Archive) -> None:
    long = "Licht" * 400_000
    towers = [dump(f"Turm {number} von Windau", lead=f"Der Turm {number} hat {long}.") for number in range(9)]
    data = b"\n".join([dump(), *towers])
    assert len(data) > 16 << 20
    today = keep(archive, data, {"headline": None})
    assert whats(again(archive)) == ["revised"] * 10
    assert [article.headline for article in stored(archive)[10:]] == [article.headline for article in today]
    assert set(whats(again(archive, dry_run=True))) == {"same"}


def test_a_source_that_ends_in_a_fault_is_read_up_to_it(archive: Archive) -> None:
    data = dump() + b"\n\n05.06.2023 - 15:00:00\n"
    source, reading = from_bytes(data, "dump.txt"), read(from_bytes(data, "dump.txt"), Reading(now=NOON))
    today = next(reading)
    with pytest.raises(ParseError):
        next(reading)
    lost = older(today, id="portal:lost", origin={"offset": len(data) - 20, "length": 20})
    archive.append([(older(today, headline=None), source), (lost, source)], now=NOON)
    found = again(archive)
    assert whats(found) == ["unfound", "revised"]
    assert "finds no article of its own in bytes" in found[0].note
    assert "a headline or lead beside the date line was expected" in found[0].note


def test_only_those_that_are_named(archive: Archive) -> None:
    today = keep(archive, many(5), {"headline": None})
    assert whats(again(archive, names={today[3].id})) == ["revised"]
    assert stored(archive)[-1].headline == today[3].headline
    assert len(stored(archive)) == 6


def test_a_dry_run_finds_the_same_and_writes_nothing(archive: Archive) -> None:
    keep(archive, many(5), {"headline": None})
    before = digests(Path(archive.root))
    planned = again(archive, dry_run=True)
    assert digests(Path(archive.root)) == before
    assert again(archive) == planned
    assert planned[0].changes == (("headline", None, "Nummer 1 am Hafen"),)


# What cannot be read again.


def test_without_originals_nothing_is_touched(tmp_path: Path) -> None:
    archive, _ = Archive.create(tmp_path / "bare", originals=False)
    keep(archive, many(3), {"headline": None})
    tally = Tally()
    for one in again(archive):
        tally.add(one)
    assert (tally.sentence(), tally.exit_code) == ("0 read again, 0 new readings, 0 the same, 3 without an original", 0)
    assert len(stored(archive)) == 3


def test_a_damaged_original_is_named_once_and_the_others_are_read(archive: Archive) -> None:
    keep(archive, many(3), {"headline": None}, name="1.txt")
    keep(archive, dump(), {"headline": None}, name="2.txt")
    pack = Path(archive.root) / "originals" / "000001.gz"
    data = bytearray(pack.read_bytes())
    data[60] ^= 1
    pack.write_bytes(data)
    found = again(archive)
    assert whats(found) == ["damaged"] * 3 + ["revised"]
    assert [one.note.partition(":")[0] for one in found if one.note] == [
        f"archive is damaged (originals/000001.gz bytes 0-{stored(archive)[0].origin.pack_length - 1})"  # type: ignore[union-attr, operator]
    ]
    pack.unlink()
    assert set(whats(again(archive))) == {"damaged"}


def test_an_original_of_other_bytes_is_damaged(archive: Archive) -> None:
    """A whole gzip member of the right length that holds something else."""
    keep(archive, dump(), {"headline": None})
    pack = Path(archive.root) / "originals" / "000001.gz"
    others = (b"".join(compressed([dump(date=f"05.06.2023 - 14:20:{second}")])) for second in range(12, 60))
    pack.write_bytes(next(other for other in others if len(other) == pack.stat().st_size))
    [found] = again(archive)
    assert found.note.split(": ")[1] == "its bytes are not those that were read. " + ArchiveDamaged.cure


def test_a_damaged_line_is_no_reason_for_a_revision(archive: Archive) -> None:
    keep(archive, many(2), {})
    [path] = segments(Path(archive.root))
    path.write_bytes(path.read_bytes().replace(b"Nummer 2", b"Nummer 7"))
    found = again(archive)
    assert whats(found) == ["same", "damaged"]
    assert found[1].note.startswith("archive is damaged (articles/000001.jsonl bytes ")
    path.write_bytes(path.read_bytes().replace(b'"revision":1', b'"revision":!', 1))
    assert whats(again(archive)) == ["damaged", "damaged"]


def test_a_format_that_is_gone_is_said_once(archive: Archive) -> None:
    keep(archive, many(3), {"origin": {"format": "telex"}})
    found = again(archive)
    assert whats(found) == ["unfound"] * 3
    assert [one.note for one in found if one.note] == ["dump.txt stays as it is: its format telex is none of today's"]


@pytest.mark.parametrize(
    ("start", "stop", "finds"),
    [(0, 3, "several articles"), (0, 2, "several articles"), (0.2, 0.4, "no article of its own")],
)
def test_bytes_in_which_today_no_single_story_is_found_stay(
    archive: Archive, start: float, stop: float, finds: str
) -> None:
    data = many(3)
    size = len(data) // 3
    first, *_ = articles_of(data)
    place = {"offset": int(start * size), "length": int((stop - start) * size)}
    archive.append([(older(first, headline=None, origin=place), from_bytes(data, "dump.txt"))], now=NOON)
    [found] = again(archive)
    end = int(start * size) + int((stop - start) * size) - 1
    assert found.what == "unfound"
    assert found.note == (
        f"{first.id} version 1 stays as it is: today's reader finds {finds}"
        f" in bytes {place['offset']}-{end} of dump.txt"
    )
    assert len(stored(archive)) == 1


def test_a_story_in_a_small_part_of_the_bytes_is_not_taken_for_all_of_them(archive: Archive) -> None:
    full = (SAMPLES / "portal" / "full.txt").read_bytes()
    today, _ = articles_of(dump() + full)
    place = {"offset": 0, "length": len(dump()) + len(full) * 2 // 5}
    archive.append([(older(today, origin=place), from_bytes(dump() + full, "dump.txt"))], now=NOON)
    assert whats(again(archive)) == ["unfound"]


def test_a_cut_that_moved_a_little_is_followed(archive: Archive) -> None:
    """As when keywords are seen to belong to the next story."""
    today = articles_of(many(3))
    starts = [0, *(one.origin.offset + 9 for one in today[1:] if one.origin)]
    ends = [*starts[1:], len(many(3))]
    places = [{"offset": start, "length": end - start} for start, end in zip(starts, ends, strict=True)]
    keep(archive, many(3), *({"origin": place} for place in places))
    assert whats(again(archive)) == ["revised"] * 3
    assert [says(one) for one in stored(archive)[3:]] == [says(one) for one in today]


@pytest.mark.parametrize("number", range(3))
def test_what_was_erased_beside_it_is_no_difference(archive: Archive, number: int) -> None:
    data = b"\n".join([dump("Ein Hafen"), SAMPLES.joinpath("portal", "full.txt").read_bytes(), dump("Ein Turm")])
    today = keep(archive, data, {})
    archive.erase([today[number].id], reason="Urteil", now=NOON, reread=lambda *_: iter(()), opened=lambda *_: iter(()))
    before = digests(Path(archive.root))
    assert whats(again(archive)) == ["same", "same"]
    assert digests(Path(archive.root)) == before
