"""What sort of message an article is, by its genre, its desk and its blocks."""

from newsarc.article import Article, Kind
from newsarc.wording import fold_word

_GENRES: dict[str, Kind] = {
    "achtung": "advisory", "advisory": "advisory",
    "vorschau": "schedule", "tabelle": "table", "nachrichtenueberblick": "digest",
}  # fmt: skip
_DESKS: dict[str, Kind] = dict.fromkeys(("rs", "dm", "v", "nos", "redaktioneller service", "dienstmeldung"), "service")
_LONGEST_BETWEEN = 69  # characters of a line between tables


def kind_of(article: Article) -> Kind:
    """Tell what sort of message it is; what its format says already, stands.

    Source: docs/formats.md
    """
    if article.kind != "article":
        return article.kind
    if found := _GENRES.get(fold_word(article.genre or "")):
        return found
    tables = sum(block.kind == "table" for block in article.body)
    if tables and all(block.kind == "table" or len(block.text) <= _LONGEST_BETWEEN for block in article.body):
        return "table"
    return _DESKS.get(fold_word(article.category_text or ""), "article")
