"""What stats counts is what list shows, however it is counted: by the index, or by reading every story."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asked import made, plain, told
from lives import READERS, shown, story
from newsarc.archive import Archive
from newsarc.article import Article
from newsarc.errors import QueryError, UnknownWord
from newsarc.index.grouping import KNOWN, tally
from newsarc.query import Query
from newsarc.stats import NAMES, Count, by_reading, count_by, filled, names_of
from newsarc.zone import in_german_time
from strategies import batches, questions, steady

NAMED = sorted(KNOWN)
PAIRS = st.lists(st.sampled_from(NAMED), min_size=1, max_size=2, unique=True).map(tuple)


def pond(number: int, time: str | None, **said: Any) -> Article:
    published = datetime.fromisoformat(time) if time else None
    return story(id=f"urn:pond:{number}", published=published, published_text=time or f"{number}", **said)


def counted(archive: Archive, *names: str, query: Query = READERS, top: int | None = None) -> list[tuple[object, ...]]:
    """Count both ways, which must be one."""
    found = count_by(archive, query, names, top=top)
    assert found == by_reading(archive, query, names, top=top)
    return [(*one.values, one.number) for one in found]


@settings(steady, max_examples=40)
@given(batches(), questions(), st.lists(PAIRS, min_size=3, max_size=3))
def test_the_index_counts_what_reading_counts(
    stories: list[list[Article]], asked: list[Query], by: list[tuple[str, ...]]
) -> None:
    with TemporaryDirectory() as folder:
        archive = made(Path(folder) / "a")
        for some in stories:
            told(archive, some)
        for query in asked[:3]:
            for names in by:
                assert count_by(archive, query, names) == by_reading(archive, query, names)
        groups = tally(str(Path(archive.root) / "index" / "newsarc.db"), archive.head(), Query(), ("kind",))
        assert sum(group.number for group in groups) == len(plain(archive, Query()))  # it did answer


@settings(steady, max_examples=30)
@given(batches(), questions())
def test_the_counts_of_a_name_that_all_have_add_up_to_the_answer(
    stories: list[list[Article]], asked: list[Query]
) -> None:
    with TemporaryDirectory() as folder:
        archive = made(Path(folder) / "a")
        for some in stories:
            told(archive, some)
        for query in asked[:3]:
            for names in (("category",), ("hour", "status")):
                assert sum(one.number for one in count_by(archive, query, names)) == len(plain(archive, query))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_counts_both_ways(name: str, archive: Archive) -> None:
    told(archive, [pond(1, "2025-03-12T14:30:05+01:00", category="Sport", credit="dpa", language="de", urgency=4,
                        keywords=("Teich", "Ente"), services=("bdt",), places=("Windau",), warnings=("zone-assumed",)),
                   pond(2, None)])  # fmt: skip
    found = counted(archive, name)
    assert sum(int(str(row[-1])) for row in found) in (1, 2)


def test_times_are_counted_in_german_time_over_both_changes_of_the_clocks(archive: Archive) -> None:
    told(archive, [pond(number, time) for number, time in enumerate((
        "2025-03-30T01:59:59+01:00", "2025-03-30T03:00:00+02:00",  # the clocks skip an hour
        "2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00",  # and strike one twice
        "2024-12-31T23:59:59+01:00", "2025-01-01T00:00:00+01:00",
        "1945-06-01T12:00:00+03:00", "1880-01-01T00:30:00+00:53:28", "1969-12-31T23:00:00+01:00",
        "2025-07-31T23:59:59+02:00", "2025-08-01T00:00:00+02:00",
    ))])  # fmt: skip
    assert {row[0]: row[1] for row in counted(archive, "hour")}[2] == 2
    assert (2025, 7) in counted(archive, "year")
    assert ("1880-01-01", 1) in counted(archive, "day")
    months = counted(archive, "month")
    assert {("2025-07", 1), ("2025-08", 1), ("2024-12", 1), ("2025-01", 1), ("1945-06", 1)} <= set(months)
    assert months == sorted(months)
    assert ("Sonntag", 3, 1) in counted(archive, "weekday", "hour")


def test_months_are_counted_over_the_whole_calendar(archive: Archive) -> None:
    told(archive, [pond(1, "0999-05-05T12:00:00+00:53:28"), pond(2, "9999-06-30T12:00:00+02:00")])
    assert counted(archive, "month") == [("0999-05", 1), ("9999-06", 1)]
    assert counted(archive, "year", "month") == [(999, "0999-05", 1), (9999, "9999-06", 1)]


@given(st.integers(min_value=-(1 << 33), max_value=1 << 33))
@settings(steady, max_examples=100)
def test_the_clock_of_the_index_is_the_clock_of_the_record(second: int) -> None:
    from newsarc.index.grouping import _EPOCH, _periods  # noqa: PLC0415 - what no archive of a test can hold

    moment = datetime.fromtimestamp(second, tz=_EPOCH.tzinfo)
    begins = [ahead for begin, ahead in _periods(second - 86_400 * 400, second + 86_400 * 400) if begin <= second]
    assert begins[-1] == (in_german_time(moment).utcoffset() or datetime.resolution).total_seconds()


def test_words_are_one_whatever_their_case_and_told_as_printed_last(archive: Archive) -> None:
    told(archive, [pond(1, None, credit="DPA", keywords=("KÜSTE", "Küste")),
                   pond(2, None, credit="dpa", keywords=("Küste",)), pond(3, None, credit="  ")])  # fmt: skip
    assert counted(archive, "credit") == [("dpa", 2), (None, 1)]
    assert counted(archive, "keyword") == [("Küste", 2)]


def test_what_list_keeps_back_is_not_counted_unless_asked(archive: Archive) -> None:
    told(archive, [pond(1, None, keywords=("Ente",)), pond(2, None, status="withheld", keywords=("Ente",)),
                   pond(3, None, kind="advisory", keywords=("Ente",)), pond(4, None, embargo_open=True)])  # fmt: skip
    assert counted(archive, "status") == [("usable", len(shown(archive)))] == [("usable", 1)]
    assert counted(archive, "keyword") == [("Ente", 1)]
    assert counted(archive, "status", query=Query()) == [("usable", 3), ("withheld", 1)]
    assert counted(archive, "keyword", query=Query()) == [("Ente", 3)]


def test_only_the_newest_version_counts(archive: Archive) -> None:
    told(archive, [story(1, "Alt.", category="Sport", keywords=("Alt",))])
    told(archive, [story(2, "Neu.", category="Politik", keywords=("Neu",))])
    assert counted(archive, "category") == [("Politik", 1)]
    assert counted(archive, "keyword") == [("Neu", 1)]


def test_of_words_the_most_frequent_are_kept_of_the_calendar_all(archive: Archive) -> None:
    told(archive, [pond(number, f"2025-0{number % 3 + 1}-01T10:00:00+01:00", keywords=("a", "b", "c")[: number % 3 + 1])
                   for number in range(9)])  # fmt: skip
    assert counted(archive, "keyword", top=2) == [("a", 9), ("b", 6)]
    assert len(counted(archive, "month", top=2)) == 3
    assert {row[1] for row in counted(archive, "month", "keyword", top=1)} == {"a"}


def test_an_index_that_does_not_fit_is_done_without(archive: Archive) -> None:
    told(archive, [pond(1, None, category="Sport")])
    assert counted(archive, "category") == [("Sport", 1)]
    path = Path(archive.root) / "index" / "newsarc.db"
    path.write_bytes(b"x" * 9000)
    assert counted(archive, "category") == [("Sport", 1)]


def test_a_calendar_is_filled_where_it_is_looked_at() -> None:
    found = [Count(("2024-11",), 2), Count(("2025-02",), 1), Count((None,), 5)]
    whole = filled(("month",), found)
    assert [(one.values[0], one.number) for one in whole] == [
        ("2024-11", 2), ("2024-12", 0), ("2025-01", 0), ("2025-02", 1), (None, 5),
    ]  # fmt: skip
    assert filled(("day",), [Count(("0001-01-01",), 1), Count(("9999-12-31",), 1)])[1].values == ("9999-12-31",)
    assert filled(("weekday",), [Count(("Montag",), 1), Count(("Mittwoch",), 1)])[1] == Count(("Dienstag",), 0)
    assert filled(("category",), found[:2]) == found[:2]
    pairs = [Count((1, "b"), 1), Count((3, "a"), 2), Count((3, "b"), 3)]
    assert [(*one.values, one.number) for one in filled(("hour", "keyword"), pairs)] == [
        (1, "b", 1), (1, "a", 0), (2, "b", 0), (2, "a", 0), (3, "b", 3), (3, "a", 2),
    ]  # fmt: skip


def test_names_are_read_and_wrong_ones_told() -> None:
    assert names_of(" Month, category ") == ("month", "category")
    with pytest.raises(UnknownWord, match="did you mean category"):
        names_of("categorie")
    for words in ("", ",", "month,month", "month,day,hour"):
        with pytest.raises(QueryError):
            names_of(words)


def test_a_tally_is_of_the_head_it_was_asked_for(archive: Archive) -> None:
    from newsarc.errors import IndexUnusable  # noqa: PLC0415

    told(archive, [pond(1, None)])
    count_by(archive, READERS, ("kind",))
    path, head = str(Path(archive.root) / "index" / "newsarc.db"), archive.head()
    assert Counter(group.values for group in tally(path, head, READERS, ("kind",))) == {("article",): 1}
    with pytest.raises(IndexUnusable, match="behind"):
        tally(path, head._replace(seq=head.seq + 1), READERS, ("kind",))
