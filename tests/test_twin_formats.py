"""Twins: one story in five formats is one story, by its id or by the agency number it has in another one."""

from itertools import combinations

import pytest

from material import articles_of
from newsarc.article import Article
from newsarc.formats import FORMATS
from newsarc.zone import in_german_time
from twins import PHONE, STORIES, WRITERS, Story

STUBS = {known.NAME for known in FORMATS if not known.SIGN}
BY_URN = ("digitalwires", "newsmlg2", "nitf", "ninjs")
each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


def read_as(name: str, story: Story) -> Article:
    """Read a story written out in a format; the test is skipped where the format is not there yet."""
    if name in STUBS:
        pytest.skip(f"{name} is not read yet")
    (article,) = articles_of(WRITERS[name](story), "twin")
    assert article.origin
    assert article.origin.format == name
    return article


def test_there_are_enough_twins() -> None:
    assert len(STORIES) >= 4
    assert set(WRITERS) >= {"digitalwires", "iptc7901", "newsmlg2", "nitf", "ninjs"}
    assert {known.NAME for known in FORMATS} >= set(WRITERS)


@pytest.mark.parametrize("name", WRITERS)
@each_story
def test_a_twin_says_what_the_story_says(name: str, story: Story) -> None:
    article = read_as(name, story)
    assert article.headline == story.headline
    assert article.lead == story.lead
    assert article.dateline == story.place
    assert [(block.kind, block.text) for block in article.body] == [(part.kind, part.text) for part in story.body]
    assert (article.category, article.category_by) == (story.category, "stated")
    assert article.published
    assert _minute(article) == f"{in_german_time(story.moment):%Y-%m-%dT%H:%M%z}"
    assert article.credit in ("dpa", None)
    assert article.status == "usable"
    assert article.kind == "article"


@pytest.mark.parametrize("name", WRITERS)
@each_story
def test_a_twin_keeps_what_is_private(name: str, story: Story) -> None:
    assert PHONE in WRITERS[name](story).decode(story.encoding if name == "iptc7901" else "utf-8")
    article = read_as(name, story)
    assert PHONE not in article.line().decode()
    assert "private-notes-omitted" in article.warnings


@pytest.mark.parametrize("name", BY_URN)
@each_story
def test_formats_with_a_urn_give_one_id_and_one_version(name: str, story: Story) -> None:
    article = read_as(name, story)
    assert article.id == story.urn
    assert (article.version, article.version_by) == (story.version, "provider")


@each_story
def test_the_text_wire_gives_the_agency_number(story: Story) -> None:
    assert read_as("iptc7901", story).id == story.wire_id


@each_story
def test_newsml_names_the_agency_number_of_its_twin(story: Story) -> None:
    assert story.wire_id in read_as("newsmlg2", story).alternate_ids


@pytest.mark.parametrize(("one", "other"), [*combinations(WRITERS, 2)])
@each_story
def test_two_twins_are_linked(one: str, other: str, story: Story) -> None:
    """Two twins have one id, or NewsML-G2 names the ids of both."""
    first, second = read_as(one, story), read_as(other, story)
    names, others = {first.id, *first.alternate_ids}, {second.id, *second.alternate_ids}
    if not names & others:
        between = read_as("newsmlg2", story)
        known = {between.id, *between.alternate_ids}
        assert known & names
        assert known & others
    assert (first.headline, first.lead, first.category) == (second.headline, second.lead, second.category)
    assert _minute(first) == _minute(second)
    assert [block.text for block in first.body] == [block.text for block in second.body]


def _minute(article: Article) -> str:
    assert article.published
    return f"{article.published:%Y-%m-%dT%H:%M%z}"
