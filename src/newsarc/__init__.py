"""newsarc reads raw news-agency text into typed records and keeps it in an archive of JSON Lines.

The nouns of the library, each loaded when it is first asked for:

    Article, RelatedLink   what we know about a story
    Archive, Query         where it is kept, and what to ask
    read, Reading          a source -> normalized articles, and how to read them
    NewsarcError           the root of every error

The verbs are in their rooms: `newsarc.ingest.ingest`, `newsarc.find.find`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.article import Article, RelatedLink
    from newsarc.errors import NewsarcError
    from newsarc.ingest import Reading, read
    from newsarc.query import Query

_ROOMS = {
    "Archive": "archive",
    "Article": "article",
    "NewsarcError": "errors",
    "Query": "query",
    "Reading": "ingest",
    "RelatedLink": "article",
    "read": "ingest",
}

__all__ = [
    "Archive",
    "Article",
    "NewsarcError",
    "Query",
    "Reading",
    "RelatedLink",
    "__version__",
    "read",
]


def __dir__() -> list[str]:
    """List the nouns."""
    return __all__


def __getattr__(name: str) -> object:
    """Load a noun from its room."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'newsarc' has no attribute {name!r}")
    return getattr(import_module(f"newsarc.{_ROOMS[name]}"), name)
