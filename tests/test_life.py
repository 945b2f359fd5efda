"""The life of a story: versions in any order, cancels, embargoes, conflicts, and copies of it in other formats."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from asked import made, told
from lives import AT, CANCEL, NOW, READERS, URN, in_format, records, shown, story
from newsarc.archive import Archive
from newsarc.archive.filing import Scanned
from newsarc.errors import ArticleEmbargoed, ArticleWithdrawn, ArticleWithheld, NewsarcError
from newsarc.find import show
from newsarc.index import Index
from newsarc.query import Query


@pytest.fixture(params=["index", "scan"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    """Make an archive that knows what it holds by an index, or by reading all of it."""
    new = made(tmp_path / "a")
    with closing(Index(new.root, new.uuid)) as index:
        new.known = index if request.param == "index" else Scanned()
        yield new


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_a_later_usable_version_lifts_a_cancel_in_whatever_order_they_come(
    order: tuple[int, ...], archive: Archive
) -> None:
    versions = {1: story(1), 2: story(2, **CANCEL), 3: story(3, "Er ist wieder offen.")}
    for number in order:
        told(archive, [versions[number]])
    assert shown(archive) == [(URN, 3, 1)]
    assert sorted(record["version"] for record in records(archive)) == [1, 2, 3]


@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_a_cancel_withdraws_every_version_in_whatever_order_they_come(
    order: tuple[int, ...], is_counted: bool, archive: Archive
) -> None:
    cancel = story(3, **CANCEL) if is_counted else story(**CANCEL, published=AT + timedelta(hours=2))
    versions = [story(1), story(2, "Noch offen."), cancel]
    told(archive, [versions[number] for number in order])
    assert shown(archive) == []
    assert len(shown(archive, Query(now=NOW, shows_canceled=True))) == 1
    [error] = show(archive, [URN], query=READERS)
    assert isinstance(error, ArticleWithdrawn)
    assert "on 2025-03-12 16:30" in str(error)


def test_a_cancel_without_content_that_comes_first_hides_what_comes_later(archive: Archive) -> None:
    told(archive, [story(None, "", status="canceled", headline=None, published=None, published_text=None)])
    told(archive, [story(5)])
    assert shown(archive) == []


def test_a_late_older_version_is_kept_and_never_current(archive: Archive) -> None:
    told(archive, [story(3, "Drei.")])
    assert [one.what for one in told(archive, [story(2, "Zwei.")])] == ["version"]
    assert shown(archive) == [(URN, 3, 1)]
    assert [record["version"] for record in records(archive)] == [3, 2]


def test_an_embargo_ends_by_itself(archive: Archive) -> None:
    told(archive, [story(1, embargoed=NOW)])
    assert shown(archive, Query(now=NOW - timedelta(seconds=1))) == []
    assert shown(archive, Query(now=NOW - timedelta(seconds=1), shows_embargoed=True)) == [(URN, 1, 1)]
    assert shown(archive, Query(now=NOW)) == [(URN, 1, 1)]
    [error] = show(archive, [URN], query=Query(now=NOW - timedelta(seconds=1)))
    assert isinstance(error, ArticleEmbargoed)
    assert "until 2025-03-13 14:30" in str(error)
    assert "Ententeich" not in str(error)
    [line] = show(archive, [URN], query=Query(now=NOW))
    assert not isinstance(line, NewsarcError)


def test_an_open_embargo_is_lifted_by_a_later_version_only(archive: Archive) -> None:
    told(archive, [story(2, embargo_open=True)])
    told(archive, [story(1)])
    assert shown(archive, Query(now=NOW + timedelta(days=9_999))) == []
    told(archive, [story(3)])
    assert shown(archive) == [(URN, 3, 1)]


def test_withheld_is_reversible(archive: Archive) -> None:
    told(archive, [story(1)])
    told(archive, [story(2, status="withheld")])
    assert shown(archive) == []
    [error] = show(archive, [URN], query=READERS)
    assert isinstance(error, ArticleWithheld)
    told(archive, [story(3)])
    assert shown(archive) == [(URN, 3, 1)]


def test_another_text_of_the_same_version_is_kept_beside_it_and_warned_of(archive: Archive) -> None:
    both = [story(2, "Elf Enten."), story(2, "Zwölf Enten.")]
    told(archive, both)
    told(archive, both)
    [first, second] = records(archive)
    assert (first["version"], first["revision"], first["warnings"]) == (2, 1, [])
    assert (second["version"], second["revision"], second["warnings"]) == (2, 2, ["version-conflict"])
    assert shown(archive) == [(URN, 2, 2)]


def test_a_version_with_the_words_of_an_older_one_is_a_version(archive: Archive) -> None:
    said = {"published": AT, "published_text": "one"}
    told(archive, [story(1, "Elf.", **said), story(2, "Zwölf.", **said), story(3, "Elf.", **said)])
    assert shown(archive) == [(URN, 3, 1)]


def test_a_redelivery_adds_nothing(archive: Archive) -> None:
    told(archive, [in_format("newsmlg2", story(2))])
    again = in_format("newsmlg2", story(2, services=("dpasrv:eca",)))
    assert again.origin
    again = again.model_copy(update={"origin": again.origin.model_copy(update={"sha256": "f" * 64})})
    assert [one.what for one in told(archive, [again])] == ["unchanged"]
    assert len(records(archive)) == 1


@pytest.mark.parametrize("seconds", [-2, 0, 2])
def test_an_unnumbered_copy_in_another_format_is_its_numbered_twin(seconds: int, archive: Archive) -> None:
    told(archive, [in_format("digitalwires", story(2))])
    copy = in_format("nitf", story(published=AT + timedelta(hours=1, seconds=seconds)))
    assert [one.what for one in told(archive, [copy])] == ["unchanged"]
    lead = copy.model_copy(update={"lead": "Der Teich ist „offen“", "body": ()})
    assert [one.what for one in told(archive, [lead])] == ["unchanged"]
    other = in_format("nitf", story(None, "Ganz anders.", published=AT + timedelta(hours=1, seconds=seconds)))
    assert [(one.what, one.version, one.revision) for one in told(archive, [other])] == [("version", 2, 2)]
    assert records(archive)[-1]["warnings"] == ["version-conflict"]
    assert records(archive)[-1]["version_by"] == "provider"


def test_an_unnumbered_copy_of_another_time_is_counted_by_the_archive(archive: Archive) -> None:
    told(archive, [in_format("digitalwires", story(2))])
    told(archive, [in_format("nitf", story(published=AT + timedelta(hours=1, seconds=3)))])
    assert [(record["version"], record["version_by"]) for record in records(archive)] == [
        (2, "provider"), (3, "archive"),
    ]  # fmt: skip


@pytest.mark.parametrize("is_first", [True, False])
def test_a_cancel_in_another_format_is_never_unchanged(is_first: bool, archive: Archive) -> None:
    copies = [
        in_format("digitalwires", story(2)),
        in_format("nitf", story(status="canceled", published=AT + timedelta(hours=1, seconds=-1))),
    ]
    for copy in copies if is_first else copies[::-1]:
        told(archive, [copy])
    assert len(records(archive)) == 2
    assert shown(archive) == []


def test_a_copy_in_another_format_never_loses_an_embargo(archive: Archive) -> None:
    told(archive, [in_format("digitalwires", story(2))])
    told(archive, [in_format("newsmlg2", story(2, embargo_open=True))])
    assert shown(archive) == []
    assert [one.what for one in told(archive, [in_format("ninjs", story(2))])] == ["unchanged"]
    assert shown(archive) == []
