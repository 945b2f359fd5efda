"""Which categories a story's own text contradicts, and what a person says of it: a correction, or taking it back.

The text is asked with today's lexicon, whatever was suggested when it came in. A correction is a new revision, so what
was read before stands in the archive, and taking it back is one more.
"""

import json
import re
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Literal, NamedTuple, TypeAlias

from newsarc.archive import LOCK_WAIT, Archive
from newsarc.article import Article, from_line
from newsarc.errors import ArchiveDamaged, NewsarcError, NothingToCorrect
from newsarc.find import find, lines_of, show
from newsarc.joining.learning import learned
from newsarc.normalize.categories import evidence, from_link, from_text, suggestion, words_of
from newsarc.query import Query
from newsarc.stories import Stories, opened

_DOUBTED = ("stated", "linked")
_IS_DOUBTED = re.compile(rb'"category_by":"(?:stated|linked)"')  # inside a text the quotes would be escaped
_CATEGORY = ("category", "category_by", "category_confidence", "category_candidates")
_BATCH = 100  # records


class Doubt(NamedTuple):
    """A category that the full text contradicts, what the text speaks for, and the words that say so."""

    id: str
    headline: str | None
    published: str | None
    category: str
    category_by: str
    category_text: str | None
    suggestion: str
    confidence: float
    evidence: list[dict[str, Any]]
    """`word` as printed, and its `weight`: its part of what speaks for the suggestion."""
    archived: str | None


class Correction(NamedTuple):
    """What became of the category of a story, and what it was; `overtaken`: another run changed the story meanwhile."""

    what: Literal["corrected", "unchanged", "overtaken"]
    id: str
    version: int
    revision: int
    headline: str | None
    category: str | None
    category_by: str | None
    was: str | None
    was_by: str | None


_Decided: TypeAlias = Callable[[Article], dict[str, Any]]


def audit(archive: Archive, query: Query) -> Iterator[Doubt]:
    """Yield the usable stories a question asks for whose stated or linked category their text contradicts; lazy.

    In the order of the question; its limit counts what is yielded.

    Raises:
        ArchiveDamaged, ArchiveRewritten, QuestionTooCostly: As `find.find`.
    """
    lines = filter(_IS_DOUBTED.search, find(archive, replace(query, limit=None)))
    doubts = (doubt for doubt in map(_doubt, lines) if doubt)
    return islice(doubts, None if query.limit is None else min(query.limit, sys.maxsize))


def _doubt(line: bytes) -> Doubt | None:
    article = _article(line)
    found = suggestion(article, article.category) if article.status == "usable" else None
    if not found:
        return None
    words = evidence(words_of(article), found.category)
    record = json.loads(line)
    said = {name: record[name] for name in Doubt._fields if name in record}
    return Doubt(
        **said,
        suggestion=found.category,
        confidence=found.confidence,
        evidence=[{"word": word, "weight": weight} for word, weight in words],
    )


def _article(line: bytes) -> Article:
    try:
        return from_line(line)
    except ValueError as error:
        raise ArchiveDamaged(line[:80].decode("utf-8", "replace"), "it is no record") from error


# What a person says.


def accept(
    archive: Archive, names: Sequence[str], *, label: str | None = None, **how: Any
) -> Generator[Correction | NewsarcError]:
    """Give stories the category their text speaks for, or `label`, as a person's word; lazy, in batches.

    What was yielded is durable. What has that word already is unchanged; an error takes the place of what is not
    there, may not be shown, or has nothing to correct. `how`: as `undo`.

    Raises:
        ArchiveLocked, ArchiveDamaged, StorageError: The run cannot go on.
    """
    return _corrected(archive, names, partial(_accepted, label=label), **how)


def undo(archive: Archive, names: Sequence[str], **how: Any) -> Generator[Correction | NewsarcError]:
    """Take the word of a person back: stories get the category that they had, or would have, without it.

    In an archive with a joiner what links say of them counts as it is by now.

    `how`: the `clock`, `dry_run` writes nothing, `wait` is for the lock in seconds. Otherwise as `accept`.

    Raises:
        ArchiveLocked, ArchiveDamaged, StorageError: The run cannot go on.
    """
    with opened(archive) if archive.joiner else nullcontext() as stories:
        yield from _corrected(archive, names, partial(_undone, archive, stories), **how)


def _accepted(article: Article, label: str | None) -> dict[str, Any]:
    """Return the fields of a correction; a person's word has no confidence, and nothing beside it."""
    by, category = article.category_by, article.category
    found = suggestion(article, None if by == "user" else category)
    wanted = label or (found.category if found and by in ("user", *_DOUBTED) else None)
    if wanted is None or (by == "user" and not label and wanted != category):
        raise NothingToCorrect(article.id, _why_not(article))
    return dict(zip(_CATEGORY, (wanted, "user", None, ()), strict=True))


def _why_not(article: Article) -> str:
    if article.category_by == "user":
        return f"a person said {article.category} already; --as WORD says another"
    if article.category_by in _DOUBTED:
        return f"its text does not clearly speak against {article.category}; --as WORD says another"
    return "its category was not stated, nor said by a link; --as WORD gives one"


def _undone(archive: Archive, stories: Stories | None, article: Article) -> dict[str, Any]:
    """Return the fields of a category without a person's word, as links say it by now."""
    before = _before(archive, article)
    if stories is None:
        return before
    record = json.loads(article.model_copy(update=before).line())
    after = Article.model_validate(record | learned(record, stories.resolver, is_stored=True))
    return {name: getattr(after, name) for name in _CATEGORY}


def _before(archive: Archive, article: Article) -> dict[str, Any]:
    """Return the fields of a category as they were before, or would be without, a person's word.

    An earlier reading of the same version says it. A version that came in with the word of an earlier one speaks for
    itself; what links said of the story holds for it, too.
    """
    if article.category_by != "user":
        raise NothingToCorrect(article.id, "no person gave its category")
    own = last = None
    for before in map(_article, (line for _, line in lines_of(archive, article.id))):
        if before.category_by != "user":
            last = before
            own = before if _version(before) == _version(article) else own
    if own:
        return {name: getattr(own, name) for name in _CATEGORY}
    plain = article.model_copy(update={"category": None, "category_by": None})
    linked = last.category if last and last.category_by == "linked" else None
    return (from_link(plain, linked) if linked else {}) or from_text(plain)


def _version(article: Article) -> tuple[str, int]:
    return article.version_by, article.version


def _corrected(
    archive: Archive,
    names: Sequence[str],
    decided: _Decided,
    *,
    clock: Callable[[], datetime],
    dry_run: bool = False,
    wait: float = LOCK_WAIT,
) -> Generator[Correction | NewsarcError]:
    waiting: list[tuple[Correction, bytes]] = []
    for line in show(archive, names, query=Query(now=clock(), shows_embargoed=True)):
        done = line if isinstance(line, NewsarcError) else _decision(_article(line), decided)
        if isinstance(done, tuple) and done[1] and not dry_run:
            waiting.append(done)
        else:
            yield done[0] if isinstance(done, tuple) else done
        if len(waiting) >= _BATCH:
            yield from _committed(archive, waiting, clock(), wait)
            waiting = []
    yield from _committed(archive, waiting, clock(), wait)


def _decision(article: Article, decided: _Decided) -> tuple[Correction, bytes] | NewsarcError:
    """Return what becomes of a story, and the record of its next revision: blank where it says the same."""
    try:
        after = article.model_copy(update=decided(article))
    except NothingToCorrect as error:
        return error
    is_same = (after.category, after.category_by) == (article.category, article.category_by)
    revision = article.revision + (not is_same)
    done = Correction(
        "unchanged" if is_same else "corrected",
        article.id,
        article.version,
        revision,
        article.headline,
        after.category,
        after.category_by,
        article.category,
        article.category_by,
    )
    record = after.model_copy(update={"revision": revision, "archived": None})
    return done, b"" if is_same else record.line()


def _committed(
    archive: Archive, waiting: list[tuple[Correction, bytes]], now: datetime, wait: float
) -> Iterator[Correction]:
    """Commit corrections, and hand out what waited for it."""
    filed = archive.revise([record for _, record in waiting], now=now, wait=wait) if waiting else []
    for (done, _), one in zip(waiting, filed, strict=True):
        yield done if one.what == "revision" else done._replace(what="overtaken")
