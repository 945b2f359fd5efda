"""One story under two ids: filed together, linked, and withdrawn together, in whatever order the copies come."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from asked import made, told
from lives import AT, CANCEL, NOW, NUMBER, URN, in_format, records, shown, story
from newsarc.archive import Archive
from newsarc.archive.filing import Scanned
from newsarc.article import Article
from newsarc.index import Index
from newsarc.ingest.rereading import sources_in
from newsarc.query import Query
from newsarc.reparse.comparing import todays
from replaced import REREAD

OTHER = "iptc7901:20250312:0817"


@pytest.fixture(params=["index", "scan"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    """Make an archive that knows what it holds by an index, or by reading all of it."""
    new = made(tmp_path / "a")
    with closing(Index(new.root, new.uuid)) as index:
        new.known = index if request.param == "index" else Scanned()
        yield new


def wire(text: str = "Der Teich ist offen.", name: str = NUMBER, **said: object) -> Article:
    """Write the story as the text wire has it: a number, a time to the minute, no version."""
    minute = AT.replace(second=0)
    return in_format("iptc7901", story(None, text, **{
        "id": name, "published": minute, "published_precision": "minute", **said,
    }))  # fmt: skip


def item(version: int = 1, **said: object) -> Article:
    """Write the story as an item that names its numbers on the wire."""
    return in_format("newsmlg2", story(version, **{"alternate_ids": (NUMBER,), **said}))  # type: ignore[arg-type]


def in_database(archive: Archive, sql: str) -> None:
    """Change the index behind its back."""
    with closing(sqlite3.connect(Path(archive.root) / "index" / "newsarc.db", isolation_level=None)) as connection:
        connection.execute(sql)


def test_a_copy_under_a_known_number_is_filed_under_its_story(archive: Archive) -> None:
    told(archive, [item(1)])
    assert [(one.what, one.id, one.version) for one in told(archive, [wire()])] == [("unchanged", URN, 1)]
    [filed] = told(archive, [wire("Elf Enten schwimmen.")])
    assert (filed.what, filed.id, filed.version, filed.revision) == ("version", URN, 1, 2)
    assert records(archive)[-1]["alternate_ids"] == [NUMBER]
    assert shown(archive) == [(URN, 1, 2)]


def test_within_one_batch_it_is_the_same(archive: Archive) -> None:
    assert [(one.what, one.id) for one in told(archive, [item(1), wire(), wire("Elf.")])] == [
        ("new", URN), ("unchanged", URN), ("version", URN),
    ]  # fmt: skip


def test_a_story_whose_number_is_stored_already_says_so(archive: Archive) -> None:
    told(archive, [wire()])
    told(archive, [item(1)])
    assert [(record["id"], record["same_as"]) for record in records(archive)] == [(NUMBER, None), (URN, NUMBER)]
    told(archive, [wire("Elf Enten.", published=AT + timedelta(hours=1))])
    assert records(archive)[-1]["id"] == NUMBER


@pytest.mark.parametrize("in_one", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_canceled_story_is_gone_under_both_ids(order: tuple[int, ...], in_one: bool, archive: Archive) -> None:
    copies = [wire(), item(1), item(2, **CANCEL)]
    batches = [[copies[number] for number in order]] if in_one else [[copies[number]] for number in order]
    for batch in batches:
        told(archive, batch)
    assert shown(archive) == []
    lines = len(records(archive))
    for batch in batches:
        assert {one.what for one in told(archive, batch)} == {"unchanged"}
    assert len(records(archive)) == lines


@pytest.mark.parametrize("in_one", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_number_that_is_withdrawn_takes_its_story_along(
    order: tuple[int, ...], in_one: bool, archive: Archive
) -> None:
    kill = wire(status="canceled", headline=None, text="", published=(AT + timedelta(minutes=9)).replace(second=0))
    copies = [wire(), item(1), kill]
    batches = [[copies[number] for number in order]] if in_one else [[copies[number]] for number in order]
    for batch in batches:
        told(archive, batch)
    assert shown(archive) == []
    assert {record["id"] for record in records(archive)} <= {URN, NUMBER}


def test_what_is_later_than_the_cancel_of_a_twin_is_shown(archive: Archive) -> None:
    told(archive, [wire(), item(1), item(2, **CANCEL)])
    told(archive, [item(3)])
    assert shown(archive) == [(URN, 3, 1)]
    told(archive, [wire("Elf Enten.", published=AT + timedelta(hours=5))])
    assert [name for name, _, _ in shown(archive)] == [NUMBER, URN]


def test_a_tombstone_names_its_twin_and_where_its_bytes_are(archive: Archive) -> None:
    told(archive, [wire(), item(1), item(2, **CANCEL)])
    [tomb] = [record for record in records(archive) if record["id"] == NUMBER and record["status"] == "canceled"]
    [cancel] = [record for record in records(archive) if record["id"] == URN and record["status"] == "canceled"]
    assert tomb["same_as"] == URN
    assert tomb["origin"] == cancel["origin"]
    assert (tomb["version_by"], tomb["alternate_ids"]) == ("archive", [])


def test_two_stories_that_name_one_number_are_not_joined_and_both_withdrawn(archive: Archive) -> None:
    second = item(1, id=f"{URN}-2", body=(), headline="Zusammenfassung")
    told(archive, [item(1), second])
    told(archive, [wire()])
    assert {name for name, _, _ in shown(archive)} == {URN, f"{URN}-2", NUMBER}
    told(archive, [wire(status="canceled", text="", published=AT + timedelta(hours=1))])
    assert shown(archive) == []


def test_a_copy_that_names_a_number_first_is_kept_for_it(archive: Archive) -> None:
    told(archive, [in_format("digitalwires", story(1))])
    assert [one.what for one in told(archive, [item(1)])] == ["revision"]
    assert [one.what for one in told(archive, [item(1)])] == ["unchanged"]
    assert [(one.what, one.id) for one in told(archive, [wire()])] == [("unchanged", URN)]


def test_a_correction_of_a_correction_finds_its_story(archive: Archive) -> None:
    told(archive, [wire(), wire("Elf Enten.", published=AT + timedelta(hours=1), alternate_ids=(OTHER,))])
    told(archive, [wire("Zwölf Enten.", OTHER, published=AT + timedelta(hours=2))])
    assert shown(archive) == [(NUMBER, 3, 1)]
    assert records(archive)[-1]["alternate_ids"] == [OTHER]


def test_the_index_names_the_same_stories_as_the_lines_and_says_when_it_does_not(archive: Archive) -> None:
    told(archive, [item(1), item(2), wire("Elf.", OTHER), item(1, id=f"{URN}-2")])
    scanned = Scanned()
    scanned.add(archive.scan(), archive.head())
    with closing(Index(archive.root, archive.uuid)) as index:
        index.catch_up(archive)
        for name in (URN, NUMBER, OTHER, "", "x", "\udcff"):
            assert sorted(index.naming(name)) == sorted(scanned.naming(name))
        assert list(index.compare(archive)) == []
        in_database(archive, "DELETE FROM alternate WHERE seq = 2")
        in_database(archive, "INSERT INTO alternate VALUES ('iptc7901:20250312:0999', 1)")
        assert [fault.partition(": ")[2] for fault in index.compare(archive)] == [
            "its other ids are not the ones held"
        ] * 2


def test_a_wrong_word_of_the_index_joins_nothing(archive: Archive) -> None:
    told(archive, [item(1, alternate_ids=())])
    with closing(Index(archive.root, archive.uuid)) as index:
        index.catch_up(archive)
        in_database(archive, "INSERT INTO alternate VALUES ('iptc7901:20250312:0801', 1)")
        archive.known = index
        assert [(one.what, one.id) for one in told(archive, [wire()])] == [("new", NUMBER)]


def test_a_new_reading_keeps_what_the_archive_learned() -> None:
    kept = item(2, warnings=("version-conflict",))
    reading = todays(wire(alternate_ids=(OTHER, URN)), kept, NOW)
    assert (reading.id, reading.version, reading.version_by) == (URN, 2, "provider")
    assert reading.alternate_ids == (NUMBER, OTHER)
    assert "version-conflict" in reading.warnings


def erased(archive: Archive, name: str) -> list[str]:
    """Erase a story; returns what is said of it."""
    found = archive.erase([name], reason="test", now=NOW, reread=REREAD, opened=sources_in)
    return list(found.sentences())


def test_an_erased_story_is_refused_under_its_other_ids_too(archive: Archive) -> None:
    told(archive, [item(1), story(1, id="x:neighbour")])
    assert f"{NUMBER}: another id of it, refused from now on" in erased(archive, URN)
    assert [one.what for one in told(archive, [wire(), item(1), item(2)])] == ["erased"] * 3
    assert [record["id"] for record in records(archive)] == ["x:neighbour"]


def test_a_twin_that_is_stored_stays_and_is_named_when_a_story_is_erased(archive: Archive) -> None:
    told(archive, [wire(), item(1)])
    assert f"{NUMBER}: is the same story under another id, and stays" in erased(archive, URN)
    assert [one.what for one in told(archive, [wire("Elf."), item(1)])] == ["version", "erased"]


def test_a_story_that_names_an_erased_id_is_refused_unless_it_is_stored(archive: Archive) -> None:
    told(archive, [wire(), item(1)])
    erased(archive, NUMBER)
    filed = told(archive, [item(2), item(1, id=f"{URN}-2")])
    assert [one.what for one in filed] == ["version", "erased"]


def test_everything_is_shown_to_who_asks_for_no_moment(archive: Archive) -> None:
    told(archive, [wire(), item(1), item(2, **CANCEL)])
    assert {name for name, _, _ in shown(archive, Query())} == {URN, NUMBER}
    assert len(shown(archive, Query(now=NOW, shows_canceled=True))) == 2
