"""Printed words get their meaning once: doing it again changes nothing, and what was printed stays."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from material import NOON, SAMPLES, articles_of, dump
from newsarc.article import Article, Origin, RelatedLink, from_line
from newsarc.ingest import READER, Reading, read
from newsarc.normalize.categories import lexicon
from newsarc.normalize.meaning import normalize
from newsarc.normalize.sections import LABELS, canonical
from newsarc.normalize.text import one_line
from newsarc.source import Place
from newsarc.source import read as read_source
from strategies import Dump, articles, dumps, steady

PATHS = sorted(
    path
    for path in (SAMPLES / "portal").rglob("*")
    if path.is_file() and path.suffix in (".txt", ".gz") and "broken" not in path.parts
)


def test_there_are_samples() -> None:
    assert len(PATHS) >= 40


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_normalizing_a_sample_again_changes_nothing(path: Path) -> None:
    source = read_source(Place(path.name, str(path), named=True))
    found = list(read(source, Reading(now=NOON)))
    assert found
    for article in found:
        assert normalize(article, now=NOON, reader=READER) == article
        assert normalize(from_line(article.line()), now=NOON, reader=READER) == article
        assert normalize(article, now=NOON + timedelta(days=365)) == article


@settings(steady, max_examples=60)
@given(articles(), st.none() | st.sampled_from(LABELS), st.none() | st.just("newsarc 9"))
def test_normalizing_twice_changes_nothing(article: Article, category: str | None, reader: str | None) -> None:
    once = normalize(article, now=NOON, category=category, reader=reader)
    assert normalize(once, now=NOON, category=category, reader=reader) == once
    assert from_line(once.line()) == once


@settings(steady, max_examples=60)
@given(articles())
def test_what_was_printed_stays(article: Article) -> None:
    read = normalize(article, now=NOON)
    for name in (
        "published_text",
        "category_text",
        "lead",
        "body",
        "subhead",
        "dateline",
        "credit",
        "media",
        "unparsed",
    ):
        assert getattr(read, name) == getattr(article, name)
    assert [link.text for link in read.related] == [link.text for link in article.related]
    assert [link.published_text for link in read.related] == [link.published_text for link in article.related]
    known = tuple(dict.fromkeys(article.warnings))
    assert tuple(dict.fromkeys(read.warnings))[: len(known)] == known
    assert read.id


@steady
@given(dumps())
@pytest.mark.parametrize("layout", ["A", "B"])
def test_the_parts_of_a_dump_come_back(layout: str, story: Dump) -> None:
    (read,) = articles_of(story.text(layout).encode())
    assert read.headline == one_line(story.headline)
    assert (read.lead, read.published_text, read.keywords) == (story.lead, story.date, story.keywords)
    assert tuple(block.text for block in read.body) == story.body
    assert read.credit == ("dpa" if story.credit else None)
    assert read.unparsed == ()
    assert [link.text for link in read.related] == [link.text for link in story.links]
    for link, wanted in zip(read.related, story.links, strict=True):
        assert (link.category_text, link.published_text) == (wanted.category, wanted.published)
        assert link.category == canonical(wanted.category)
        if len(wanted.teaser) > 1:
            assert (link.title, link.teaser) == (wanted.title, " ".join(wanted.teaser))
    times = [link.published for link in read.related if link.published]
    assert read.captured_after == (max(times) if times else None)


@steady
@given(dumps())
def test_layout_c_has_no_headline_and_loses_nothing(story: Dump) -> None:
    body = (f"{story.body[0]} Die Möwen kreisen.", *story.body[1:])
    (read,) = articles_of(story._replace(body=body).text("C").encode())
    assert (read.headline, read.lead) == (None, story.lead)
    assert tuple(block.text for block in read.body) == body
    assert read.warnings[0] == "headline-missing"


@settings(steady, max_examples=40)
@given(st.lists(dumps(), min_size=2, max_size=4), st.sampled_from(["\n", "\n---\n\n", "\n\n***\n\n"]))
def test_dumps_in_one_file_are_read_as_if_alone(stories: list[Dump], between: str) -> None:
    texts = [story.text("A") for story in stories]
    read = articles_of(between.join(texts).encode())
    alone = [articles_of(text.encode())[0] for text in texts]
    assert [article.model_copy(update={"origin": None}) for article in read] == [
        article.model_copy(update={"origin": None}) for article in alone
    ]
    ends = [article.origin.offset + article.origin.length for article in read if article.origin]
    assert [article.origin.offset for article in read if article.origin] == [0, *ends[:-1]]
    assert ends[-1] == len(between.join(texts).encode())


LINK = RelatedLink(
    title="Turm leuchtet  wieder. Die Kosten trägt der Bund. Im Hafen brennt Licht.",
    text="Turm leuchtet  wieder. ... weiterlesen...",
    category_text="Fußball",
    published_text="09.10.2025 - 19:18",
)


def test_a_link_gets_title_teaser_section_and_time() -> None:
    (link,) = normalize(Article(related=(LINK,))).related
    assert (link.title, link.title_confidence) == ("Turm leuchtet wieder", "high")
    assert link.teaser == "Im Hafen brennt Licht. Die Kosten trägt der Bund."
    assert link.category == "Sport"
    assert link.published == datetime.fromisoformat("2025-10-09T19:18:00+02:00")
    assert (link.text, link.category_text, link.published_text) == (LINK.text, "Fußball", "09.10.2025 - 19:18")


def test_a_link_read_before_or_without_title_stays() -> None:
    exact = LINK.model_copy(update={"title": "Turm leuchtet wieder", "title_confidence": "exact"})
    bare = LINK.model_copy(update={"title": None})
    assert normalize(Article(related=(exact, bare))).related == (exact, bare)


def test_the_copy_is_not_older_than_its_newest_link() -> None:
    older = LINK.model_copy(update={"published_text": "01.02.2020 - 08:00"})
    broken = LINK.model_copy(update={"published_text": "31.02.2025 - 08:00"})
    read = normalize(Article(related=(older, LINK, broken)))
    assert read.captured_after == datetime.fromisoformat("2025-10-09T19:18:00+02:00")
    assert read.warnings == ("related-date-unreadable",)
    assert normalize(Article(related=(older,))).warnings == ()
    assert normalize(Article(related=(broken,))).captured_after is None
    assert normalize(Article()).captured_after is None


def test_links_newer_than_the_story_are_normal() -> None:
    read = normalize(Article(published_text="15.02.2025 - 21:02:04", related=(LINK,)), now=NOON)
    assert read.published == datetime.fromisoformat("2025-02-15T21:02:04+01:00")
    assert read.warnings == ()


@pytest.mark.parametrize(
    ("date", "published", "warnings"),
    [
        ("05.06.2023 - 14:20:11", "2023-06-05T14:20:11+02:00", ()),
        ("30.03.2025 - 02:30:00", "2025-03-30T03:30:00+02:00", ("time-nonexistent",)),
        ("26.10.2025 - 02:30:00", "2025-10-26T02:30:00+02:00", ("time-ambiguous",)),
        ("31.02.2025 - 10:00:00", None, ("date-unreadable",)),
        ("18.01.2026 - 10:00:00", "2026-01-18T10:00:00+01:00", ("date-in-future",)),
    ],
)
def test_a_dump_says_what_is_doubtful_about_its_date(
    date: str, published: str | None, warnings: tuple[str, ...]
) -> None:
    (read,) = articles_of(dump(date=date))
    assert (read.published.isoformat() if read.published else None) == published
    assert read.published_text == date
    assert read.published_precision == ("second" if published else None)
    assert read.warnings == warnings


def test_one_line_fields_lose_their_runs_of_blanks_and_nothing_else() -> None:
    read = normalize(Article(headline="Turm\u00a0 in\u202fWindau ", kicker=" Neu\t!", keywords=("Bad\u00a0Windau ",)))
    assert (read.headline, read.kicker, read.keywords) == ("Turm in Windau", "Neu !", ("Bad Windau",))


def test_an_id_given_by_the_source_stays() -> None:
    assert normalize(Article(id="urn:windau:1", headline="Turm")).id == "urn:windau:1"
    assert normalize(Article(headline="Turm")).id.startswith("portal:")


def test_the_reader_and_the_lexicon_are_named() -> None:
    origin = Origin(name="a", format="portal", encoding="utf-8", sha256="0" * 64, offset=0, length=1)
    read = normalize(Article(headline="Turm", origin=origin), reader="newsarc 9")
    assert read.origin
    assert read.origin.reader == f"newsarc 9 lexicon {lexicon().version}"
    assert normalize(Article(headline="Turm", origin=origin)).origin == origin
    assert normalize(Article(headline="Turm"), reader="newsarc 9").origin is None


def test_a_section_given_by_a_person_is_kept_on_the_next_reading() -> None:
    (read,) = articles_of(dump(), how=Reading(now=NOON, category="Religion"))
    assert (read.category, read.category_by) == ("Religion", "user")
    assert normalize(read, now=NOON) == read
