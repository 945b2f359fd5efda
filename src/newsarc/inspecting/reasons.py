"""What decided: the sign of a format, the form of a date, the words of a section, the rule of a link's title."""

from datetime import datetime
from typing import Any

from newsarc.article import WARNINGS, Article
from newsarc.formats import FORMATS
from newsarc.normalize.categories import TAKEN_FROM, evidence, words_of
from newsarc.normalize.dates import read_date, read_embargo
from newsarc.normalize.titles import split_title
from newsarc.source import Source


def looked_for(source: Source) -> list[dict[str, Any]]:
    """Say of every format what it looks for, and whether it found it."""
    return [{"format": known.NAME, "sign": known.SIGN, "found": known.sniff(source.head)} for known in FORMATS]


def dates_of(printed: Article, article: Article, now: datetime | None) -> list[dict[str, Any]]:
    """Say of each time how it is printed, what was understood, and by which form; none where the format states it."""
    found = []
    for field in ("published", "updated", "embargoed"):
        text, moment = getattr(article, f"{field}_text"), getattr(article, field)
        is_read = bool(text) and getattr(printed, field) is None
        if is_read:
            reading = read_embargo(text, article.published) if field == "embargoed" else read_date(text, now=now)
        if text or moment:
            found.append(
                {
                    "field": field,
                    "text": text,
                    "moment": moment.isoformat() if moment else None,
                    "precision": article.published_precision if field == "published" else None,
                    "form": reading.form if is_read else None,
                    "warnings": list(reading.warnings) if is_read else [],
                }
            )
    return found


def category_of(article: Article) -> dict[str, Any]:
    """Say which section it is, what decided, and which words speak for it, or for those that are possible."""
    labels = [article.category] if article.category_by == "inferred" else []
    labels += [candidate.category for candidate in article.category_candidates]
    text = words_of(article)
    words = [
        {"category": label, "word": word, "share": share}
        for label in dict.fromkeys(labels)
        if label
        for word, share in evidence(text, label)
    ]
    return {
        "category": article.category,
        "category_by": article.category_by,
        "category_rule": _SAID_OF[article.category_by],
        "category_text": article.category_text,
        "category_confidence": article.category_confidence,
        "category_words": words,
    }


_SAID_OF = {
    "user": "said with --category",
    "stated": "the source says it",
    "linked": "another dump's related link says it",
    "inferred": f"from the words of the text, which speak for it with {TAKEN_FROM:.2f} and more",
    None: f"the source says none, and the words of the text speak for none with {TAKEN_FROM:.2f}",
}


def links_of(printed: Article, article: Article) -> list[dict[str, Any]]:
    """Say of each related link where its title ends, and which rule found it."""
    found = []
    for before, link in zip(printed.related, article.related, strict=True):
        is_split = before.title_confidence is None and before.title is not None
        found.append(
            {
                "title": link.title,
                "title_confidence": link.title_confidence,
                "title_rule": split_title(before.title or "").rule if is_split else "the source marks it",
                "teaser": link.teaser,
                "category": link.category,
                "category_text": link.category_text,
                "published": link.published.isoformat() if link.published else None,
                "published_text": link.published_text,
                "url": link.url,
            }
        )
    return found


def warnings_of(article: Article) -> list[dict[str, str]]:
    """Say what each warning means."""
    return [{"code": code, "meaning": WARNINGS.get(code.partition(":")[0], "")} for code in article.warnings]
