"""A question is answered with the newest version of each story it fits, in the order asked for."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from newsarc.query import Query, select
from newsarc.wording import fold_word
from strategies import queries, steady, stored_lines

RECORD: dict[str, Any] = {
    "id": "urn:a", "version": 1, "version_by": "archive", "revision": 1, "seq": 1, "category": "Sport",
    "kind": "article", "status": "usable", "keywords": ["Häfen", "Straße"], "credit": "Möwenfunk",
    "published": "2025-02-15T21:02:00+01:00", "updated": None, "captured_after": None, "origin": {"format": "portal"},
}  # fmt: skip


def moment(text: str) -> datetime:
    """Read an ISO time."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        (Query(), True),
        (Query(categories=("Sport",)), True), (Query(categories=("Politik", "Sport")), True),
        (Query(categories=("Politik",)), False), (Query(categories=("sport",)), False),
        (Query(kinds=("article",)), True), (Query(kinds=("table",)), False),
        (Query(statuses=("usable",)), True), (Query(statuses=("canceled", "withheld")), False),
        (Query(formats=("portal",)), True), (Query(formats=("nitf",)), False),
        (Query(keywords=("Häfen",)), True), (Query(keywords=("HAEFEN",)), True), (Query(keywords=("strasse",)), True),
        (Query(keywords=("Turm", "straße")), True), (Query(keywords=("Häf",)), False), (Query(keywords=("",)), False),
        (Query(credits=("moewenfunk",)), True), (Query(credits=("MÖWENFUNK",)), True), (Query(credits=("dpa",)), False),
        (Query(categories=("Sport",), kinds=("table",)), False),
        (Query(categories=("Sport",), keywords=("häfen",), credits=("Möwenfunk",), formats=("portal",)), True),
        (Query(order="oldest", limit=0), True),
    ],
)  # fmt: skip
def test_a_filter_fits_or_not(query: Query, fits: bool) -> None:
    assert query.matches(RECORD) is fits


@pytest.mark.parametrize("name", ["category", "credit", "origin", "published", "keywords", "kind", "status"])
def test_a_record_without_a_value_fits_no_filter_on_it(name: str) -> None:
    wanted: dict[str, Query] = {
        "category": Query(categories=("Sport",)), "credit": Query(credits=("Möwenfunk",)),
        "origin": Query(formats=("portal",)), "published": Query(since=moment("1900-01-01T00:00:00+00:00")),
        "keywords": Query(keywords=("Häfen",)), "kind": Query(kinds=("article",)),
        "status": Query(statuses=("usable",)),
    }  # fmt: skip
    assert wanted[name].matches(RECORD)
    assert not wanted[name].matches({**RECORD, name: None})
    assert not wanted[name].matches({key: value for key, value in RECORD.items() if key != name})
    assert Query().matches({**RECORD, name: None})


def test_the_span_is_half_open_whatever_the_offsets() -> None:
    at = moment("2025-02-15T20:02:00+00:00")
    second = timedelta(seconds=1)
    assert Query(since=at).matches(RECORD)
    assert not Query(since=at + second).matches(RECORD)
    assert not Query(until=at).matches(RECORD)
    assert Query(until=at + second).matches(RECORD)
    assert Query(since=at, until=at + second).matches(RECORD)
    assert not Query(since=at, until=at).matches(RECORD)


def test_the_hour_that_is_struck_twice_is_two_hours() -> None:
    first = {**RECORD, "published": "2025-10-26T02:30:00+02:00"}
    second = {**RECORD, "published": "2025-10-26T02:30:00+01:00"}
    between = Query(since=moment("2025-10-26T01:00:00+00:00"))
    assert not between.matches(first)
    assert between.matches(second)


def lines(*records: dict[str, Any]) -> list[tuple[int, bytes]]:
    """Store records: the place of each is its number, from 1, and so is its seq."""
    return [
        (seq, json.dumps({**RECORD, **record, "seq": seq}).encode() + b"\n") for seq, record in enumerate(records, 1)
    ]


def test_newest_first_without_a_time_last_then_the_later_line() -> None:
    stored = lines(
        {"id": "a", "published": "2025-02-15T21:02:00+01:00"},
        {"id": "b", "published": None},
        {"id": "c", "published": "2025-10-26T02:30:00+01:00"},
        {"id": "d", "published": "2025-10-26T02:30:00+02:00"},
        {"id": "e", "published": "2025-02-15T20:02:00+00:00"},
        {"id": "f", "published": None},
    )
    assert select(stored, Query()) == [3, 4, 5, 1, 6, 2]
    assert select(stored, Query(order="oldest")) == [2, 6, 1, 5, 4, 3]


@pytest.mark.parametrize(("limit", "found"), [(None, 5), (0, 0), (1, 1), (4, 4), (5, 5), (99, 5)])
def test_a_limit_takes_the_first_ones(limit: int | None, found: int) -> None:
    stored = lines(
        *({"id": name, "published": f"2025-02-1{place}T00:00:00+01:00"} for place, name in enumerate("abcde"))
    )
    assert select(stored, Query(limit=limit)) == [5, 4, 3, 2, 1][:found]
    assert select(stored, Query(limit=limit, order="oldest")) == [1, 2, 3, 4, 5][:found]


def test_of_nothing_nothing_is_selected() -> None:
    assert select([], Query()) == []


def newest(*records: dict[str, Any]) -> int:
    """Say which of these lines of one id is its newest, from 1."""
    (place,) = select(lines(*records), Query())
    return place


LATER, EARLIER = "2025-02-16T00:00:00+01:00", "2025-02-15T00:00:00+01:00"
COUNTED = {"version_by": "provider"}


def test_the_highest_version_a_provider_counted_is_the_newest() -> None:
    assert newest({"version": 2, **COUNTED}, {"version": 10, **COUNTED}, {"version": 3, **COUNTED}) == 2
    assert newest({"version": 2, "published": EARLIER, **COUNTED}, {"version": 1, "published": LATER, **COUNTED}) == 1


def test_a_version_counted_by_the_provider_goes_before_one_counted_here() -> None:
    assert newest({"version": 1, **COUNTED}, {"version": 2, "published": LATER}) == 1
    assert newest({"version": 2, "published": LATER}, {"version": 3, "published": EARLIER, **COUNTED}) == 2


def test_among_those_counted_here_time_then_copy_then_arrival_decide() -> None:
    assert newest({"version": 1, "published": LATER}, {"version": 2, "published": EARLIER}) == 1
    assert newest({"version": 1, "updated": LATER, "published": EARLIER}, {"version": 2, "published": EARLIER}) == 1
    assert newest({"version": 1, "updated": EARLIER, "published": LATER}, {"version": 2, "published": LATER}) == 2
    assert newest({"version": 1, "captured_after": LATER}, {"version": 2, "captured_after": EARLIER}) == 1
    assert newest({"version": 1, "captured_after": EARLIER}, {"version": 2, "captured_after": None}) == 1
    assert newest({"version": 1}, {"version": 2}) == 2
    assert newest({"version": 1, "published": None}, {"version": 2, "published": EARLIER}) == 2
    assert newest({"version": 1, "published": EARLIER}, {"version": 2, "published": None}) == 1


def test_of_one_version_the_highest_revision_counts_wherever_it_lies() -> None:
    assert newest({"revision": 1}, {"revision": 3}, {"revision": 2}) == 2
    assert newest({"version": 1, "revision": 1}, {"version": 2, "revision": 1}, {"version": 1, "revision": 2}) == 2
    assert newest({"version": 2, "revision": 1, **COUNTED}, {"version": 2, "revision": 2, **COUNTED}) == 2


def test_an_older_version_is_never_found_through_its_own_words() -> None:
    stored = lines({"version": 1, "category": "Politik"}, {"version": 2, "category": "Sport"})
    assert select(stored, Query(categories=("Politik",))) == []
    assert select(stored, Query(categories=("Sport",))) == [2]


def test_a_number_counted_here_does_not_hide_the_providers_version_of_that_number() -> None:
    ours = {"version": 2, "published": LATER}
    assert newest({"version": 1, **COUNTED}, ours, {**ours, "revision": 2}, {"version": 2, **COUNTED}) == 4


def seconds(text: str | None) -> float:
    """Turn a time of a record into a number; none is before all."""
    return moment(text).timestamp() if text else float("-inf")


def asked_for(record: dict[str, Any], query: Query) -> bool:
    """Compare each filter in the plainest way."""
    words = [fold_word(word) for word in record["keywords"]]
    published = moment(record["published"]).astimezone(UTC) if record["published"] else None
    checks = [
        not query.categories or record["category"] in query.categories,
        not query.kinds or record["kind"] in query.kinds,
        not query.statuses or record["status"] in query.statuses,
        not query.formats or (record["origin"] is not None and record["origin"]["format"] in query.formats),
        not query.keywords or any(fold_word(word) in words for word in query.keywords),
        not query.credits or fold_word(record["credit"] or "") in [fold_word(word) for word in query.credits],
        query.since is None or (published is not None and published >= query.since),
        query.until is None or (published is not None and published < query.until),
    ]
    return all(checks)


def plainly(records: list[dict[str, Any]], query: Query) -> list[int]:
    """Answer a question as the design says it, with no thought for speed."""
    chosen = []
    for name in {record["id"] for record in records}:
        versions = []
        for number in range(10):
            same = [record for record in records if record["id"] == name and record["version"] == number]
            if same:
                best = max(same, key=lambda record: (record["revision"], record["seq"]))
                versions.append({**best, "arrival": min(record["seq"] for record in same)})
        counted = [record for record in versions if record["version_by"] == "provider"]
        chosen.append(
            max(counted, key=lambda record: int(record["version"]))
            if counted
            else max(
                versions,
                key=lambda record: (
                    seconds(record["updated"] or record["published"]),
                    seconds(record["captured_after"]),
                    record["arrival"],
                ),
            )
        )
    hits = sorted(
        (record for record in chosen if asked_for(record, query)),
        key=lambda record: (seconds(record["published"]), record["seq"]),
        reverse=query.order == "newest",
    )
    return [record["seq"] for record in hits][: query.limit]


@settings(steady, max_examples=300)
@given(stored_lines(), queries())
def test_select_answers_as_the_plain_reading_of_the_design(records: list[dict[str, Any]], query: Query) -> None:
    stored = [(record["seq"], json.dumps(record).encode()) for record in records]
    assert select(stored, query) == plainly(records, query)


def test_one_string_is_refused_where_several_are_meant() -> None:
    with pytest.raises(TypeError, match="categories takes a tuple"):
        Query(categories="Politik")  # type: ignore[arg-type]
