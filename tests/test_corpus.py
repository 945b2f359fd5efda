"""The corpus is what it is meant to be: read as it was made, its texts as near to each other as real ones are.

The bands are those measured on republished and updated articles, and on the nearest other ones.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from datetime import datetime
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations
from statistics import median
from typing import NamedTuple

import pytest

from corpus import (
    FOLLOWING,
    MISSING,
    SIBLINGS,
    STORIES,
    TOO_LATE,
    UNKNOWN,
    VERSIONS_WITHIN,
    corpus,
    sources,
)
from material import articles_of
from newsarc.article import Article
from newsarc.normalize.categories import shares
from newsarc.normalize.sections import LABELS, canonical
from newsarc.sentences import split_sentences
from newsarc.wording import fold_title
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
        if not (before and before.captured_after and article.captured_after) or (
            article.captured_after > before.captured_after
        ):
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


# How near texts are to each other.


class Nearness(NamedTuple):
    """Two ids, the earlier first: how much of their text is the same, and how like their headlines are."""

    one: str
    other: str
    jaccard: float
    containment: float
    headlines: float


def shingles(article: Article, *, folded: bool) -> set[tuple[str, ...]]:
    """Cut a text into runs of four words, as lower case alone gives them, or with ß as ss."""
    text = unicodedata.normalize("NFKC", " ".join([article.lead or "", *(block.text for block in article.body)]))
    words = re.findall(r"\w+", text.casefold() if folded else text.lower())
    return {tuple(words[start : start + 4]) for start in range(len(words) - 3)}


@cache
def nearness(*, folded: bool) -> list[Nearness]:
    """Compare each two ids that have any run of words in common."""
    texts = {name: shingles(article, folded=folded) for name, article in newest().items()}
    found = []
    for pair in combinations(texts, 2):
        one, other = sorted(pair, key=lambda name: published()[name])
        if common := len(texts[one] & texts[other]):
            fewer, more = sorted((len(texts[one]), len(texts[other])))
            first, second = (newest()[name].headline or "" for name in (one, other))
            ratio = SequenceMatcher(None, first, second).ratio()
            found.append(Nearness(one, other, common / (fewer + more - common), common / fewer, ratio))
    return found


@cache
def published() -> dict[str, datetime]:
    """Return when each id was published, as it is read."""
    return {name: article.published for name, article in newest().items() if article.published}


@pytest.mark.parametrize("folded", [False, True])
def test_copies_are_as_near_as_republished_texts(folded: bool) -> None:
    found = [near.jaccard for near in nearness(folded=folded) if TRUTH.is_copy(near.one, near.other)]
    assert len(found) == sum(len(group) * (len(group) - 1) // 2 for group in TRUTH.copies().values()) >= 40
    assert min(found) >= 0.84
    assert median(found) >= 0.95
    assert sum(jaccard < 0.97 for jaccard in found) >= 8


@pytest.mark.parametrize("folded", [False, True])
def test_updates_are_as_near_as_updated_texts(folded: bool) -> None:
    found = [near for near in nearness(folded=folded) if TRUTH.is_update(near.other, near.one, published())]
    assert {near.other for near in found} >= TRUTH.updates()
    assert max(near.jaccard for near in found) <= 0.77
    assert min(near.containment for near in found) >= 0.8
    assert min(near.headlines for near in found if newest()[near.one].headline) >= 0.6
    longer = [_length(near.other) / _length(near.one) for near in found]
    assert min(longer) >= 1.2
    assert max(longer) <= 2.5  # one that is updated twice
    assert sum(1.2 <= ratio <= 1.6 for ratio in longer) >= len(longer) * 0.75


def _length(name: str) -> int:
    return len(shingles(newest()[name], folded=True))


@pytest.mark.parametrize("folded", [False, True])
def test_no_other_two_stories_look_like_copies_or_updates(folded: bool) -> None:
    others = [near for near in nearness(folded=folded) if TRUTH.ids[near.one].family != TRUTH.ids[near.other].family]
    within = [near for near in others if published()[near.other] - published()[near.one] <= VERSIONS_WITHIN]
    assert max(near.jaccard for near in others) <= 0.76
    assert max(near.containment for near in within) <= 0.42
    assert max(near.headlines for near in within if near.containment >= 0.2) <= 0.57
    siblings = [near for near in within if near.containment >= 0.1]
    assert len({TRUTH.ids[near.other].family for near in siblings}) >= len(SIBLINGS) - 1
    later = [near for near in others if near not in within and near.containment >= 0.25 and near.headlines >= 0.6]
    assert len({TRUTH.ids[near.other].family for near in later}) >= len(FOLLOWING)
    assert sum(near.containment >= 0.8 for near in later) >= len(TOO_LATE)


def test_hardly_any_other_two_stories_share_four_words() -> None:
    families = len({text.family for text in WHOLE.texts})
    pairs = {
        frozenset((TRUTH.ids[near.one].family, TRUTH.ids[near.other].family))
        for near in nearness(folded=True)
        if near.containment >= 0.02
    }
    assert sum(len(pair) == 2 for pair in pairs) / (families * (families - 1) / 2) < 0.01


# Which sections stories are in, and are said to be in.


def test_stories_speak_of_their_section_or_do_not_tell() -> None:
    clear = wrong = 0
    for name, article in newest().items():
        words = [article.headline, article.lead, *(block.text for block in article.body)]
        found, _ = shares("\n".join(filter(None, words)))
        best = max(found)
        clear += best >= 0.6
        wrong += best >= 0.6 and LABELS[found.index(best)] != TRUTH.ids[name].section
    assert 0.3 < clear / len(newest()) < 0.95
    assert wrong / clear < 0.12


def test_the_portal_files_stories_wrongly_and_not_always_the_same() -> None:
    said = {text: {one.category for one in TRUTH.sayings[text]} for text in TRUTH.sayings}
    assert sum(categories == {text.section} for text, categories in said.items()) > 60
    assert sum(text.section not in categories for text, categories in said.items()) > 30
    assert sum(len(categories) > 1 for categories in said.values()) > 30
    assert any(link.printed == UNKNOWN for page in WHOLE.pages for link in page.links)


def test_the_newest_word_decides_some_of_them_and_never_two_at_once() -> None:
    by_time = 0
    for said in TRUTH.sayings.values():
        votes = Counter(category for _, category in {(one.by, one.category) for one in said})
        ranks = sorted(
            ((count, max(one.captured for one in said if one.category == label)) for label, count in votes.items()),
            reverse=True,
        )
        by_time += len(ranks) > 1 and ranks[0][0] == ranks[1][0]
        assert len(ranks) == 1 or ranks[0] != ranks[1]
    assert by_time >= 3


def test_it_does_not_matter_whether_an_id_or_a_text_has_the_vote() -> None:
    for said in TRUTH.sayings.values():
        by_text = [one._replace(by=str(TRUTH.ids[one.by].wording)) for one in said]
        assert elected(by_text) == elected(said)


def test_links_decide_many_sections_and_a_text_some_against_them() -> None:
    found = [TRUTH.category(article) for article in newest().values()]
    ways = Counter(by for category in found if category for by in category[1:])
    assert ways["linked"] > 60
    assert ways["stated"] >= 3
    assert found.count(None) <= 15
    against = sum(
        contradiction(article, linked) is not None
        for name, article in newest().items()
        if (linked := elected(TRUTH.sayings[TRUTH.ids[name]]))
    )
    assert against > 20


# The rules of the contract, applied plainly to what was read, give the truth.


def resolved(text: str, minute: datetime | None) -> set[str]:
    """Find what a link names among all articles: by minute and title, else by minute and first sentence."""
    there = [one for one in newest().values() if one.published and one.published.replace(second=0) == minute]
    words = fold_title(text)
    titled = {
        one.id
        for one in there
        if one.headline and words.startswith(fold_title(one.headline)) and one.published_precision == "second"
    }
    said = {one.id for one in there if one.lead and split_sentences(one.lead)[0] in text}
    return titled or said


def test_each_link_names_what_the_rules_say() -> None:
    for page, article in pages():
        for link, found in zip(page.links, article.related, strict=True):
            assert resolved(found.text, found.published) == TRUTH.targets(link)


def test_each_section_is_what_the_rules_say() -> None:
    votes: dict[str, list[tuple[str, str, datetime]]] = defaultdict(list)
    for article in read():
        for link in article.related:
            for target in resolved(link.text, link.published):
                if link.category and article.captured_after:
                    votes[target].append((article.id, link.category, article.captured_after))
    checked = 0
    for name, article in newest().items():
        expected = TRUTH.category(article)
        if not expected or expected[1] != "linked":
            continue
        counts = Counter(category for _, category in {vote[:2] for vote in votes[name]})
        most = [category for category, count in counts.items() if count == max(counts.values())]
        said = max(vote[2] for vote in votes[name] if vote[1] in most)
        assert expected[0] in [vote[1] for vote in votes[name] if vote[1] in most and vote[2] == said]
        checked += 1
    assert checked > 60
