"""How a question is put to the index: filters as conditions, words as a full-text match, in the order of answers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from newsarc.index.rows import category_mark, month_mark
from newsarc.query import HIDDEN_KINDS, HIDDEN_STATUSES, Query
from newsarc.wording import fold_word

_SHORT = timedelta(days=124)  # a span whose stories are fewer than those of a common keyword
_MOST_MONTHS = 36  # of a span that is asked for word by word


def statement(query: Query, columns: str, *, is_counted: bool = False) -> tuple[str, list[Any]]:
    """Write the SQL of a question, with its values; what it finds is every answer, and more only where words are read.

    `columns` are of `article`; rows come in the order of the query unless they are only counted. Where it begins
    behind a place with a time, lines without one are left to `without_time`.
    """
    return _statement(query, columns, *_behind(query), is_counted=is_counted)


def without_time(query: Query, columns: str) -> tuple[str, list[Any]]:
    """Write the rest of a question that begins behind a place with a time: the lines without one, which come last."""
    return _statement(query, columns, ["article.published IS NULL"], [])


def _statement(
    query: Query, columns: str, begin: list[str], values: list[Any], *, is_counted: bool = False
) -> tuple[str, list[Any]]:
    source, first = _source(query)
    conditions, more = conditions_of(query)
    conditions, more = [*begin, *conditions], [*values, *more]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    direction = "ASC" if query.order == "oldest" else "DESC"
    order = "" if is_counted else f" ORDER BY article.published {direction}, article.seq {direction}"
    return f"SELECT {columns} FROM {source}{where}{order}", [*first, *more]  # noqa: S608 - only our own words


def _behind(query: Query) -> tuple[list[str], list[Any]]:
    """Write where an answer begins: a comparison that leaves out every line without a time, or is about those alone."""
    if query.behind is None:
        return [], []
    time, seq = query.behind
    sign = ">" if query.order == "oldest" else "<"
    if time > float("-inf"):
        return [f"(article.published, article.seq) {sign} (?, ?)"], [time, seq]
    if query.order == "oldest":
        return ["(article.published IS NOT NULL OR article.seq > ?)"], [seq]
    return ["article.published IS NULL", "article.seq < ?"], [seq]


def _source(query: Query) -> tuple[str, list[Any]]:
    """Say which table leads: the rarest, so that the others are only looked up."""
    if match := _match(query):
        are_plain = all(label.isalpha() for label in query.categories)  # any label is, that a person can name
        marks = [_any(map(category_mark, query.categories)) if are_plain else "", _any(_months(query))]
        everything = " AND ".join([*filter(None, marks), f"({match})"])
        return "(SELECT rowid AS seq FROM text WHERE text MATCH ?) AS found CROSS JOIN article USING (seq)", [
            everything
        ]
    if query.keywords and not _is_short(query):
        words = [fold_word(word) for word in query.keywords]
        found = f"(SELECT DISTINCT seq FROM keyword WHERE word IN ({_marks(words)})) AS found"  # noqa: S608
        return f"{found} CROSS JOIN article USING (seq)", words
    return "article", []


def _is_short(query: Query) -> bool:
    return query.since is not None and query.until is not None and query.until - query.since <= _SHORT


def _match(query: Query) -> str:
    """Write the full-text match of the words; empty where no word must be there."""
    if not query.words:
        return ""
    from newsarc.terms import match_expression

    return match_expression(query.words)


def conditions_of(query: Query) -> tuple[list[str], list[Any]]:
    """Write the filters that columns answer."""
    conditions: list[str] = []
    values: list[Any] = []
    wanted = {
        "category": query.categories,
        "kind": query.kinds,
        "status": query.statuses,
        "format": query.formats,
        "credit": tuple(map(fold_word, query.credits)),
    }
    for column, words in wanted.items():
        if words:
            conditions.append(f"article.{column} IN ({_marks(words)})")
            values += words
    for sign, moment in ((">=", query.since), ("<", query.until)):
        if moment is not None:
            conditions.append(f"article.published {sign} ?")
            values.append(moment.timestamp())
    if query.now is not None:
        shown, more = _shown(query, query.now)
        conditions.append(f"(article.hidden = 0 OR article.seq IN (SELECT seq FROM article WHERE {shown}))")  # noqa: S608
        values += more
    if query.keywords and (query.words or _is_short(query)):
        is_of_it = f"keyword.seq = article.seq AND word IN ({_marks(query.keywords)})"
        conditions.append(f"EXISTS (SELECT 1 FROM keyword WHERE {is_of_it})")  # noqa: S608
        values += map(fold_word, query.keywords)
    return conditions, values


def _shown(query: Query, now: datetime) -> tuple[str, list[Any]]:
    """Write which of the lines that may have to be kept back are shown all the same, as `Query.shows` says."""
    conditions, values = ["hidden = 1"], list[Any]()
    kept_back = [status for status in HIDDEN_STATUSES if not query.shows_canceled and status not in query.statuses]
    for column, words in (("status", kept_back), ("kind", () if query.kinds else HIDDEN_KINDS)):
        if words:
            conditions.append(f"{column} NOT IN ({_marks(words)})")
            values += words
    if not query.shows_embargoed:
        conditions.append("(embargoed IS NULL OR embargoed <= ?)")
        values.append(now.timestamp())
    return " AND ".join(conditions), values


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values)


def _any(words: Iterable[str]) -> str:
    """Write alternatives for a full-text match; empty for none."""
    said = " OR ".join(f'"{word}"' for word in words)
    return f"({said})" if said else ""


def _months(query: Query) -> list[str]:
    """List the German months a span touches; empty where it has no two ends, or too many months."""
    if query.since is None or query.until is None:
        return []
    from newsarc.zone import in_german_time

    try:
        first, last = in_german_time(query.since), in_german_time(query.until - timedelta(microseconds=1))
    except OverflowError:  # at the ends of the calendar
        return []
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    if len(numbers) > _MOST_MONTHS:
        return []
    return [month_mark(f"{number // 12:04}-{number % 12 + 1:02}") for number in numbers]


def are_text(values: Iterable[Any]) -> bool:
    """Tell whether a database can be asked for these: half a surrogate is in no text."""
    return not any(isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value) for value in values)


def behind(beginning: str) -> str:
    """Return the first text that sorts behind all that begin so; empty where there is none."""
    kept = beginning.rstrip("\U0010ffff")
    if not kept:
        return ""
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if 0xD800 <= following <= 0xDFFF else following)  # noqa: PLR2004 - the surrogates
