"""What a story that comes in is to the archive: new, unchanged, the next version, or the next revision.

Nothing is overwritten. The source decides: the same bytes, or the same words (`wording.source_digest`) again, are
unchanged; other words under the same id are the next version. A person's word about the category is a new reading.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from newsarc.archive.chain import Head, Place, Stored

if TYPE_CHECKING:
    from newsarc.article import Article

What = Literal["new", "version", "revision", "unchanged"]


class Filed(NamedTuple):
    """What became of one article."""

    what: What
    id: str
    version: int
    revision: int


_ID = re.compile(rb'\{"schema":"newsarc/\d+","id":"((?:[^"\\]|\\.)*)"')


def id_of(line: bytes) -> str:
    """Return the id of a stored line; an empty string if the line has none at its start."""
    found = _ID.match(line)
    if not found:
        return ""
    name = found[1]
    return str(json.loads(b'"%b"' % name)) if b"\\" in name else name.decode("utf-8", "replace")


class Known:
    """Which ids the archive holds and where, read from its lines once and kept up with HEAD."""

    def __init__(self) -> None:
        self._places: dict[str, list[Place]] = {}
        self.seen = Head(1, 0, 0, "")

    def add(self, stored: Iterable[Stored], seen: Head) -> None:
        """Take more lines, up to a head."""
        for place, line in stored:
            if name := id_of(line):
                self._places.setdefault(name, []).append(place)
        self.seen = seen

    def places(self, name: str) -> list[Place]:
        """Return where the lines of an id lie."""
        return self._places.get(name, [])


def file_article(article: "Article", stored: Iterable[Mapping[str, Any]]) -> tuple["Article", What]:
    """Number an article against the stored records of its id, of all versions and revisions."""
    records = list(stored)
    if not records:
        return article, "new"
    from newsarc.wording import source_digest

    said = json.loads(article.line())
    digest = source_digest(said)
    same = [record for record in records if _bytes_of(record) == _bytes_of(said) or source_digest(record) == digest]
    if same:
        latest = max(same, key=lambda record: int(record["revision"]))
        said_already = (latest["category_by"], latest["category"]) == ("user", article.category)
        if article.category_by != "user" or said_already:
            return article.model_copy(
                update={"version": latest["version"], "revision": latest["revision"]}
            ), "unchanged"
        return article.model_copy(update={"version": latest["version"], "revision": latest["revision"] + 1}), "revision"
    if article.category_by != "user":
        article = _with_a_persons_word(article, records)
    if article.version_by == "archive":
        article = article.model_copy(update={"version": max(record["version"] for record in records) + 1})
    return article, "version"


def _bytes_of(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """Name the bytes a record was read from; where they are not known, something that equals nothing."""
    origin = record.get("origin")
    return (origin["sha256"], origin["offset"], origin["length"], origin["format"]) if origin else (object(),)


def _with_a_persons_word(article: "Article", records: list[Mapping[str, Any]]) -> "Article":
    """Hand the category that a person gave an earlier version on to a new one: their word comes first."""
    said = [record["category"] for record in records if record["category_by"] == "user"]
    if not said:
        return article
    inherited = {"category": said[-1], "category_by": "user", "category_confidence": None, "category_candidates": ()}
    return article.model_copy(update=inherited)
