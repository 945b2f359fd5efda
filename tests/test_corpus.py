"""The corpus is what it is meant to be: read as it was made, its texts as near to each other as real ones are.

The bands are those measured on republished and updated articles, and on the nearest other ones.
"""

import re
import unicodedata
from collections import Counter
from datetime import timedelta
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations

import pytest

from corpus import MISSING, STORIES, UNKNOWN, VERSIONS_WITHIN, corpus, sources
from material import articles_of
from newsarc.article import Article
from newsarc.normalize.categories import shares
from newsarc.normalize.sections import LABELS, canonical
from texts import Page
from truth import Truth, contradiction, elected

WHOLE = corpus()
TRUTH = Truth(WHOLE)


@cache
def read() -> list[Article]:
    """Read every source of the corpus."""
    return [article for name, data in sources(WHOLE) for article in articles_of(data, name)]


@cache
def newest() -> dict[str, Article]:
    """Keep of each id the article that was copied last."""
    found: dict[str, Article] = {}
    for article in read():
        before = found.get(article.id)
        if not before or not before.captured_after or (article.captured_after or 0) > before.captured_after:
            found[article.id] = article
    return found


def pages() -> list[tuple[Page, Article]]:
    """Pair each page with what was read of it; the agencies' own messages come last."""
    return list(zip(WHOLE.pages, read(), strict=False))


def test_there_is_enough_of_everything() -> None:
    families = {text.family for text in WHOLE.texts}
    assert len(families) >= STORIES
    assert len(WHOLE.pages) >= 300
    assert {page.text for page in WHOLE.pages} == {text for text in WHOLE.texts if text.medium == "portal"}
    assert len({text.section for text in WHOLE.texts}) == 8
    layouts = Counter(page.layout for page in WHOLE.pages)
    assert min(layouts["A"], layouts["B"]) > 100
    assert layouts["C"] >= 20
    assert len(WHOLE.missing) == MISSING == len(TRUTH.missing)
    assert sum(len(group) - 1 for group in TRUTH.copies().values()) >= 40
    assert len(TRUTH.updates()) >= 25


def test_it_is_the_same_every_time() -> None:
    again = corpus.__wrapped__()
    assert again == WHOLE
    assert list(sources(again)) == list(sources(WHOLE))
    assert corpus.__wrapped__(7) != WHOLE


def test_every_page_is_read_as_it_was_made() -> None:
    for page, article in pages():
        text = page.text
        assert article.id == page.id
        assert article.headline == (None if page.layout == "C" else text.headline)
        assert article.published == text.published
        assert tuple(block.text for block in article.body) == text.body
        assert " ".join(text.lead) in (article.lead or "")
        assert article.credit == text.credit
        assert article.captured_after == page.captured_after
        assert not article.unparsed
        assert set(article.warnings) == ({"headline-missing"} if page.layout == "C" else set())
    assert {article.id for article in read()} == set(TRUTH.ids)


def test_the_titles_of_rotated_links_are_read_as_they_were_made() -> None:
    rotated = bare = 0
    for page, article in pages():
        assert len(article.related) == len(page.links) == 6
        for link, found in zip(page.links, article.related, strict=True):
            assert found.published == link.target.minute
            assert (found.category_text, found.category) == (link.printed, canonical(link.printed))
            if link.is_bare:
                bare += 1
                assert found.text.startswith(f"{link.target.headline} {link.target.told}")
            else:
                rotated += 1
                assert (found.title, found.teaser) == (link.target.headline, link.target.told)
    assert rotated > 1000
    assert bare > 300


def test_titles_are_as_hard_as_real_ones() -> None:
    titles = [link.target.headline for page in WHOLE.pages for link in page.links]
    for sign in ("?", ": ", " – ", " - ", "0"):
        assert sum(sign in title for title in titles) > 50


def test_some_links_cannot_be_split_without_the_archive() -> None:
    guessed = [
        found.title == link.target.headline
        for page, article in pages()
        for link, found in zip(page.links, article.related, strict=True)
        if link.is_bare
    ]
    assert 0.1 < guessed.count(False) / len(guessed) < 0.9


def test_stories_are_named_before_they_come_and_some_never_come() -> None:
    first: dict[str, Page] = {}
    for page in WHOLE.pages:
        first.setdefault(page.id, page)
    named = [(page, TRUTH.targets(link)) for page in WHOLE.pages for link in page.links]
    late = [
        names
        for page, names in named
        if names and all(first[name].captured > page.captured for name in names & first.keys())
    ]
    assert len(late) > 200
    assert sum(not names for _, names in named) > 100
    assert {len(names) for _, names in named} == {0, 1, 2}


def test_several_stories_share_a_minute() -> None:
    shared = Counter(text.minute for text in WHOLE.texts if text.medium == "portal")
    assert sum(count > 1 for count in shared.values()) >= 3


def test_no_two_dumps_of_one_id_are_of_one_moment() -> None:
    moments = Counter((page.id, page.captured_after) for page in WHOLE.pages)
    assert set(moments.values()) == {1}
