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


CANCELED = {"status": "canceled"}
LONG_AGO = "2025-02-14T00:00:00+01:00"


def test_a_cancel_stands_for_its_version_whatever_was_read_of_it_later() -> None:
    assert newest({"version": 2, **COUNTED}, {"version": 2, **COUNTED, **CANCELED}) == 2
    assert newest({"version": 2, **COUNTED, **CANCELED}, {"version": 2, "revision": 2, **COUNTED}) == 1
    assert newest({"version": 2, **COUNTED, **CANCELED}, {"version": 3, **COUNTED}, {"version": 1, **COUNTED}) == 2


def test_a_cancel_that_no_provider_counted_withdraws_what_is_not_later() -> None:
    cancel = {"version": 2, "published": EARLIER, **CANCELED}
    assert newest({"version": 7, "published": LONG_AGO, **COUNTED}, cancel) == 2
    assert newest(cancel, {"version": 7, "published": LONG_AGO, **COUNTED}) == 1
    assert newest(cancel, {"version": 7, "published": LATER, **COUNTED}) == 2
    assert newest(cancel, {"version": 7, "published": LONG_AGO, "updated": LATER, **COUNTED}) == 2
    assert newest(cancel, {"version": 1, "published": EARLIER}) == 1
    assert newest(cancel, {"version": 1, "published": LATER}) == 2
    assert newest(cancel, {"version": 7, "published": None, **COUNTED}) == 1


def test_two_seconds_are_the_same_moment_in_two_formats() -> None:
    cancel = {"version": 2, "published": EARLIER, **CANCELED}
    assert newest(cancel, {"version": 7, "published": EARLIER.replace("00+", "02+"), **COUNTED}) == 1
    assert newest(cancel, {"version": 7, "published": EARLIER.replace("00+", "03+"), **COUNTED}) == 2


def test_a_cancel_without_a_time_withdraws_all() -> None:
    cancel = {"version": 2, "published": None, **CANCELED}
    assert newest(cancel, {"version": 7, "published": LATER, **COUNTED}, {"version": 1, "published": LATER}) == 1
    assert newest({**cancel, "version": 8, **COUNTED}, {"version": 7, "published": LATER, **COUNTED}) == 1
    assert newest({"version": 8, "published": None, **COUNTED}, {"version": 7, "published": None, **COUNTED}) == 1


NOW = moment("2025-02-16T12:00:00+01:00")
EMBARGO = {"embargoed": "2025-02-16T12:00:00+01:00"}


@pytest.mark.parametrize(
    ("record", "query", "is_shown"),
    [
        (EMBARGO, Query(), True), (EMBARGO, Query(now=NOW), True),
        (EMBARGO, Query(now=NOW - timedelta(seconds=1)), False),
        (EMBARGO, Query(now=NOW - timedelta(days=9), shows_embargoed=True), True),
        ({"embargo_open": True}, Query(now=NOW), False), ({"embargo_open": True}, Query(), True),
        ({"embargo_open": True}, Query(now=NOW, shows_canceled=True), False),
        (CANCELED, Query(now=NOW), False), (CANCELED, Query(now=NOW, shows_canceled=True), True),
        (CANCELED, Query(now=NOW, shows_embargoed=True), False),
        (CANCELED, Query(now=NOW, statuses=("canceled",)), True),
        ({"status": "withheld"}, Query(now=NOW), False), ({"status": "withheld"}, Query(), True),
        ({"status": "withheld"}, Query(now=NOW, statuses=("canceled",)), False),
        ({**CANCELED, **EMBARGO}, Query(now=NOW - timedelta(days=1), shows_canceled=True), False),
        *(({"kind": kind}, Query(now=NOW), False) for kind in ("advisory", "schedule", "service")),
        *(({"kind": kind}, Query(now=NOW), True) for kind in ("article", "table", "digest", "media")),
        ({"kind": "advisory"}, Query(now=NOW, kinds=("advisory",)), True), ({"kind": "advisory"}, Query(), True),
    ],
)  # fmt: skip
def test_what_may_not_be_used_is_kept_back(record: dict[str, Any], query: Query, is_shown: bool) -> None:
    assert select(lines(record), query) == [1] * is_shown


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
        query.now is None or for_readers(record, query, query.now),
    ]
    return all(checks)


def for_readers(record: dict[str, Any], query: Query, now: datetime) -> bool:
    """Say what a reader is shown at a moment: a usable story, free to be published; else only what was asked for."""
    is_usable = record["status"] == "usable"
    is_story = record["kind"] not in {"advisory", "schedule", "service"}
    is_free = not record["embargo_open"] and (record["embargoed"] is None or moment(record["embargoed"]) <= now)
    return (
        (is_usable or record["status"] in query.statuses or query.shows_canceled)
        and (is_story or record["kind"] in query.kinds)
        and (is_free or query.shows_embargoed)
    )


def standing(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take of each version the line that stands for it: its cancel if there is one, the last reading, the last line."""
    found = []
    for by, number in {(record["version_by"], record["version"]) for record in records}:
        same = [record for record in records if (record["version_by"], record["version"]) == (by, number)]
        canceled = [record for record in same if record["status"] == "canceled"]
        last = max(canceled or same, key=lambda record: (record["revision"], record["seq"]))
        found.append({**last, "arrival": min(record["seq"] for record in same)})
    return found


def latest(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Find the newest of one story: what the provider counted, but not what a cancel without a number ended."""
    versions = standing(records)
    ours = [version for version in versions if version["version_by"] == "archive"]
    ends = [ended(version) for version in ours if version["status"] == "canceled"]
    theirs = [
        version
        for version in versions
        if version["version_by"] == "provider"
        and (version["status"] == "canceled" or all(ended(version) > end + 2 for end in ends))
    ]
    if theirs:
        return max(theirs, key=lambda version: int(version["version"]))
    in_time = sorted(ours, key=lambda version: (seconds(version["captured_after"]), version["arrival"]))
    in_time.sort(key=lambda version: (ended(version), version["status"] == "canceled"))
    return in_time[-1]


def ended(version: dict[str, Any]) -> float:
    """Return the time of a version; a cancel without one is the last word."""
    time = version["updated"] or version["published"]
    return float("inf") if time is None and version["status"] == "canceled" else seconds(time)


def plainly(records: list[dict[str, Any]], query: Query) -> list[int]:
    """Answer a question as the design says it, with no thought for speed."""
    chosen = [
        latest([record for record in records if record["id"] == name]) for name in {record["id"] for record in records}
    ]
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
