"""ninjs: one story in three generations, texts in several shapes, and what an item's companions must not leak."""

import json
from typing import Any

import pytest

from material import SAMPLES, articles_of
from mutilated import hurt, replaced
from newsarc.article import Article
from newsarc.errors import SourceError, UnsupportedFormat
from newsarc.formats import ninjs
from newsarc.formats.ninjs.stories import said
from newsarc.normalize.meaning import normalize
from newsarc.source import from_bytes

FOLDER = SAMPLES / "ninjs"


def read(*documents: Any) -> list[Article | SourceError]:
    data = "\n".join(json.dumps(document) for document in documents).encode()
    return list(ninjs.parse(from_bytes(data, "x")))


def one(**item: Any) -> Article:
    (found,) = read({"uri": "urn:x-demo:1", "headline": "Turm", **item})
    assert isinstance(found, Article), found
    return normalize(found)


def test_no_private_note_is_in_any_record() -> None:
    for path in FOLDER.glob("*.json"):
        for article in articles_of(path.read_bytes(), path.name):
            line = article.line().decode()
            assert "55501" not in line
            assert "@example.org" not in line


def test_the_generations_of_a_story_agree() -> None:
    first, second, third = articles_of((FOLDER / "three-generations.json").read_bytes())
    assert {first.id, second.id, third.id} == {"urn:x-demo:8"}
    assert [first.version, second.version, third.version] == [10, 11, 12]
    assert first.body == second.body
    assert first.headline == second.headline == third.headline
    assert first.byline == second.byline == "A. Name"
    assert third.status == "canceled"


@pytest.mark.parametrize(
    ("item", "texts"),
    [
        ({"body_text": "A.B.", "body_html": "<p>A.</p><p>B.</p>"}, ["A.", "B."]),
        ({"body_html": "<p> </p>", "body_text": "A.\nB."}, ["A.", "B."]),
        ({"body_text": "A\nB.\n\nC."}, ["A B.", "C."]),
        ({"body_text": "3 < 4 <b> 5"}, ["3 < 4 <b> 5"]),
        ({"body_main": "<p>A.</p>"}, ["A."]),
        ({"bodies": [{"role": "short", "value": "K."}, {"contentType": "text/html;a", "value": "<p>A</p>"}]}, ["A"]),
        ({"bodies": [{"role": "short", "value": "K."}]}, ["K."]),
        ({"bodies": None, "body_html": None}, []),
    ],
)  # fmt: skip
def test_of_several_bodies_one_is_read(item: dict[str, Any], texts: list[str]) -> None:
    assert [block.text for block in one(**item).body] == texts


@pytest.mark.parametrize(
    ("item", "dateline", "text"),
    [
        ({"located": "Windau", "source": "dpa"}, "Windau", "Es schneit."),
        ({"source": "dpa"}, "Windau", "Es schneit."),
        ({"located": "Taldern"}, "Taldern", "Windau (dpa) - Es schneit."),
        ({}, None, "Windau (dpa) - Es schneit."),
    ],
)
def test_a_dateline_is_taken_off_where_the_item_states_it(
    item: dict[str, Any], dateline: str | None, text: str
) -> None:
    article = one(body_html="<p>Windau (dpa) - Es schneit.</p>", **item)
    assert (article.dateline, article.body[0].text) == (dateline, text)


def test_nothing_of_a_companion_becomes_the_articles() -> None:
    companion = {"type": "picture", "byline": "P", "located": "Taldern", "ednote": "Geheim", "urgency": 1,
                 "pubstatus": "canceled", "keywords": ["x"], "body_text": "Bildtext"}  # fmt: skip
    article = one(associations={"a": companion, "b": {}, "c": None})
    assert (article.byline, article.dateline, article.urgency, article.status) == (None, None, None, "usable")
    assert (article.body, article.keywords) == ((), ())
    assert [(media.caption, media.credit) for media in article.media] == [("Bildtext", "P")]
    assert b"Geheim" not in article.line()


@pytest.mark.parametrize(
    ("version", "number", "by"),
    [("10", 10, "provider"), (9, 9, "provider"), ("a", 1, "archive"), (None, 1, "archive"), (0, 1, "archive"),
     (10**30, 1, "archive"), ("²", 1, "archive"), (True, 1, "archive")],
)  # fmt: skip
def test_a_version_is_a_number_or_counted_by_the_archive(version: Any, number: int, by: str) -> None:
    article = one(version=version)
    assert (article.version, article.version_by) == (number, by)
    doubts = {"number-unreadable", "field-unreadable"} & set(article.warnings)
    assert bool(doubts) == (by == "archive" and version is not None)


def test_first_published_comes_before_the_time_of_the_version() -> None:
    article = one(firstpublished="2025-03-12T13:30:05+0000", versioncreated="2025-03-12T14:00:00+0000")
    assert article.published
    assert article.updated
    assert article.published.isoformat() == "2025-03-12T14:30:05+01:00"
    assert article.updated.isoformat() == "2025-03-12T15:00:00+01:00"
    assert one(versioncreated="2025-03-12T14:00:00+0000", firstcreated="2020-01-01").updated is None


def test_only_urns_are_other_ids_of_a_story() -> None:
    urn = "URN:NewsML:dpa.com:20090101:250312-99-100001"
    article = one(altids=[{"role": "a", "value": urn}, {"role": "b", "value": "teich"}])
    assert article.alternate_ids == ("urn:newsml:dpa.com:20090101:250312-99-100001",)


@pytest.mark.parametrize("sort", ["event", "Planning"])
def test_what_is_no_article_is_named(sort: str) -> None:
    (found,) = read({"uri": "x", "type": sort})
    assert isinstance(found, UnsupportedFormat)
    assert f"type is {sort.lower()}" in str(found)


def test_a_text_that_lies_too_deep_is_a_fault() -> None:
    (found, other) = read({"uri": "x", "body_html": "<div>" * 5000 + "tief"}, {"uri": "y"})
    assert isinstance(found, SourceError)
    assert isinstance(other, Article)


def test_the_main_text_of_a_meaning_comes_first() -> None:
    item = {"headline_b": "B", "headlines": [{"role": "x", "value": "X"}, {"value": "M"}], "headline": "H"}
    assert [one.text for one in said(item, "headline", "headlines")] == ["M", "H", "X", "B"]


@pytest.mark.parametrize("name", ["full.json", "full-3.json"])
def test_every_value_may_be_anything(name: str) -> None:
    whole = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    count = 0
    for document in replaced(whole):
        (found,) = read(document)
        if isinstance(found, Article):
            assert b"55501" not in normalize(found).line()
            count += 1
    assert count > 500


def test_hurt_bytes_give_records_or_faults() -> None:
    data = (FOLDER / "three-generations.json").read_bytes()
    for mutant in hurt(data, 3, 400):
        if mutant.strip():
            for found in ninjs.parse(from_bytes(mutant, "x")):
                assert not isinstance(found, Article) or normalize(found).line()
