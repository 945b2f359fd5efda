"""What an article as printed means, all of it: the one step between a format and the archive.

A format fills what the source printed, `normalize` what it means; doing it twice changes nothing.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from newsarc.article import Article, RelatedLink
from newsarc.normalize.categories import categorize, lexicon
from newsarc.normalize.dates import Reading, read_date, read_embargo
from newsarc.normalize.kinds import kind_of
from newsarc.normalize.sections import canonical
from newsarc.normalize.text import one_line
from newsarc.normalize.titles import split_title
from newsarc.wording import portal_id, without_dateline

_GERMAN = ("portal", "agencytext")  # formats that never state a zone: their times are German by their grammar
_LONGEST_KEPT = 2000  # characters of a related link that is remembered


def normalize(
    article: Article, *, now: datetime | None = None, category: str | None = None, reader: str | None = None
) -> Article:
    """Give the printed words of an article their meaning.

    Args:
        article: As a format yields it, or normalized before: then nothing changes.
        now: The present moment, aware; dates after the German tomorrow are flagged. None: none is.
        category: The canonical label a person gives to sources that state none.
        reader: The version of newsarc that reads, for `origin.reader`; the lexicon's is added.
    """
    changes: dict[str, Any] = categorize(article, category)
    changes["keywords"] = tuple(map(one_line, article.keywords))
    if article.headline:
        changes["headline"] = one_line(article.headline)
    if article.kicker:
        changes["kicker"] = one_line(article.kicker)
    changes["kind"] = kind_of(article)
    times, warnings = _times(article, now)
    changes |= times
    published = changes.get("published", article.published)
    if article.related:
        related = changes["related"] = tuple(map(_normalized_link, article.related))
        known = [link.published for link in related if link.published]
        changes["captured_after"] = max(known, default=None)
        if len(known) < len(related) and any(link.published_text and not link.published for link in related):
            warnings += ("related-date-unreadable",)
    if warnings:
        changes["warnings"] = tuple(dict.fromkeys((*article.warnings, *warnings)))
    if not article.id:
        words = article.headline or without_dateline(article.lead or "")
        changes["id"] = portal_id(published, article.published_text, words)
    if reader and article.origin:
        changes["origin"] = article.origin.model_copy(update={"reader": f"{reader} lexicon {lexicon().version}"})
    return article.model_copy(update=changes)


def _times(article: Article, now: datetime | None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Read the times as printed that have no meaning yet, and say what is doubtful about them."""
    changes: dict[str, Any] = {}
    readings: list[Reading] = []
    if article.published_text and article.published is None:
        reading = read_date(article.published_text, now=now)
        changes |= {"published": reading.moment, "published_precision": reading.precision}
        readings.append(reading)
    if article.updated_text and article.updated is None:
        readings.append(read_date(article.updated_text))
        changes["updated"] = readings[-1].moment
    if article.embargoed_text and article.embargoed is None:
        readings.append(read_embargo(article.embargoed_text, changes.get("published", article.published)))
        changes["embargoed"] = readings[-1].moment
        changes["embargo_open"] = article.embargo_open or readings[-1].moment is None
    warnings = [warning for reading in readings for warning in reading.warnings]
    if any(reading.is_assumed for reading in readings) and article.origin and article.origin.format not in _GERMAN:
        warnings.append("zone-assumed")
    return changes, tuple(dict.fromkeys(warnings))


def _normalized_link(link: RelatedLink) -> RelatedLink:
    """Read a link, or remember it: the footers of a portal name the same stories again and again."""
    return (_remembered_link if len(link.text) < _LONGEST_KEPT else _read_link)(link)


def _read_link(link: RelatedLink) -> RelatedLink:
    """Split a link's title from its teaser and read its section and time; a link read before stays."""
    if link.title_confidence is not None or link.title is None:
        return link
    title = split_title(link.title)
    return link.model_copy(
        update={
            "title": one_line(title.title),
            "title_confidence": title.confidence,
            "teaser": title.teaser,
            "category": canonical(link.category_text) if link.category_text else None,
            "published": read_date(link.published_text).moment if link.published_text else None,
        }
    )


_remembered_link = lru_cache(4096)(_read_link)
