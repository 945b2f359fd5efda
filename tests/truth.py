"""What must come out of the corpus: which id a link names, which section that gives, what is a copy or an update.

It is worked out from how the corpus was made, and from the contract alone; nothing here asks an archive.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from corpus import VERSIONS_WITHIN, Corpus
from newsarc.normalize.categories import shares
from newsarc.normalize.sections import LABELS, canonical
from newsarc.wording import fold_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from newsarc.article import Article
    from texts import Link, Page, Text

_CONTRADICTS_FROM = 0.6
_CONTRADICTED_BELOW = 0.05
_FULL_TEXT_FROM = 60  # words


class Named(NamedTuple):
    """One saying of a section: who said it of whom, and when that was copied."""

    by: str
    category: str
    captured: datetime


class Shopping(NamedTuple):
    """A story that is known from links alone."""

    title: str
    minute: datetime
    category: str | None
    named: int
    """How many stories name it."""
    is_bare: bool
    """Its title is printed without an end."""


class Truth:
    """All that must be so, once everything was taken in."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._pages: dict[Text, list[Page]] = defaultdict(list)
        for page in corpus.pages:
            self._pages[page.text].append(page)

    @cached_property
    def ids(self) -> dict[str, Text]:
        """The texts by the ids they are archived under; a text shown in layout C too has two."""
        found = {page.id: page.text for page in self.corpus.pages}
        return found | {text.urn: text for text in self.corpus.texts if text.medium != "portal"}

    @cached_property
    def newest(self) -> dict[str, Page]:
        """The page of each id that counts: the one that was copied last."""
        found: dict[str, Page] = {}
        for page in self.corpus.pages:
            if page.id not in found or page.captured_after > found[page.id].captured_after:
                found[page.id] = page
        return found

    def targets(self, link: Link) -> frozenset[str]:
        """Return the ids that a link may be said to name; none where its story is not in the corpus.

        Minute and headline come before the first sentence of the lead, so layout C counts only where it is alone.
        """
        return self._targets.get(link.target, frozenset())

    @cached_property
    def _targets(self) -> dict[Text, frozenset[str]]:
        headed = defaultdict(set)
        for name, text in self.ids.items():
            if name != text.id_in_c and text.medium != "agencytext":  # which knows no minute
                headed[text.minute, fold_title(text.headline)].add(name)
        found = {text: frozenset(headed[text.minute, fold_title(text.headline)]) for text in self._pages}
        return {text: names or frozenset({text.id_in_c}) for text, names in found.items()}

    @cached_property
    def sayings(self) -> dict[Text, list[Named]]:
        """What pages say of the section of each story they name; a word without a meaning says nothing."""
        said = defaultdict(list)
        for page in self.corpus.pages:
            for link in page.links:
                if category := canonical(link.printed):
                    said[link.target].append(Named(page.id, category, page.captured_after))
        return said

    def category(self, record: Article) -> tuple[str | None, str | None] | None:
        """Return category and `category_by` of an article as it is read; None where the contract leaves it open.

        Stated, linked, inferred; a full text that clearly speaks against the links has its way.
        """
        text = self.ids[record.id]
        linked = elected(self.sayings[text]) if text in self._targets and record.id in self._targets[text] else None
        if record.category_by == "stated" or linked is None:
            is_open = text in self._targets and record.id not in self._targets[text]
            return None if is_open else (record.category, record.category_by)
        if len(self._targets[text]) > 1:
            return None
        best = contradiction(record, linked)
        return (best, "inferred") if best else (linked, "linked")

    @cached_property
    def missing(self) -> list[Shopping]:
        """The stories that are known from links alone, the most named first."""
        by = defaultdict(set)
        for page in self.corpus.pages:
            for link in page.links:
                by[link.target].add(page.id)
        found = [
            Shopping(text.headline, text.minute, elected(self.sayings[text]), len(by[text]), len(text.lead) == 1)
            for text in self.corpus.missing
            if text in by
        ]
        return sorted(found, key=lambda one: -one.named)

    # Copies and updates.

    def is_copy(self, one: str, other: str) -> bool:
        """Tell whether two ids have the same text."""
        first, second = self.ids[one], self.ids[other]
        return first.wording == second.wording

    def is_update(self, one: str, other: str, published: Mapping[str, datetime]) -> bool:
        """Tell whether one id carries on the other: a later wording of one story, within three days."""
        later, first = self.ids[one], self.ids[other]
        between = published[one] - published[other]
        return later.family == first.family and later.rank > first.rank and timedelta(0) < between <= VERSIONS_WITHIN

    def copies(self) -> dict[tuple[int, int], set[str]]:
        """Return the groups of ids that have one text, by story and wording; those of one id too."""
        groups = defaultdict(set)
        for name, text in self.ids.items():
            groups[text.wording].add(name)
        return groups

    def updates(self) -> set[str]:
        """Return the ids of the first publication of each later wording: these carry on what came before."""
        return {text.id for text in self.ids.values() if text.rank and _is_first(text, self.ids.values())}

    def unique(self, published: Mapping[str, datetime]) -> dict[int, set[str]]:
        """Return which ids may stand for each story: the first of its last wording; several where they came at once."""
        found: dict[int, set[str]] = {}
        for (family, _), names in sorted(self.copies().items()):
            first = min(published[name] for name in names)
            found[family] = {name for name in names if published[name] == first}
        return found


def _is_first(text: Text, others: Iterable[Text]) -> bool:
    same = [one for one in others if one.wording == text.wording]
    return text.published == min(one.published for one in same)


def elected(said: Iterable[Named]) -> str | None:
    """Return the section most stories say, each of them once for a section; of several that of the newest copy."""
    votes = Counter(category for _, category in {(one.by, one.category) for one in said})
    if not votes:
        return None
    latest = {category: max(one.captured for one in said if one.category == category) for category in votes}
    return max(votes, key=lambda category: (votes[category], latest[category]))


def contradiction(record: Article, linked: str) -> str | None:
    """Return the section that a full text clearly speaks for, against what links say; None where it does not."""
    words = [record.headline, record.lead, *(block.text for block in record.body), *record.keywords]
    found, length = shares("\n".join(filter(None, words)))
    best = max(found)
    is_clear = best >= _CONTRADICTS_FROM and found[LABELS.index(linked)] < _CONTRADICTED_BELOW
    return LABELS[found.index(best)] if is_clear and length >= _FULL_TEXT_FROM else None
