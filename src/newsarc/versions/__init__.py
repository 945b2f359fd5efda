"""The life of one story: every version and revision of it, what each changed, and in which words two of them differ.

`changes` knows which fields differ and whose change it is, `marking` in which words, `naming` how a person names a
version. What `show` keeps back of a story is kept back here: all of its lines when the newest one may not be used, and
each line that may not be used itself.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from newsarc.archive import Archive
from newsarc.archive.chain import Place
from newsarc.errors import ArticleEmbargoed, ArticleWithdrawn, ArticleWithheld, KeptBack
from newsarc.find import lines_of
from newsarc.query import Query, in_order, kept_back, note
from newsarc.versions.changes import (
    WHO,
    Who,
    changed,
    changed_by_way_of,
    field,
    is_of_blocks,
    is_of_words,
    texts,
    version_of,
)
from newsarc.versions.marking import Pen, Pieces
from newsarc.versions.naming import Line, named, names

Record: TypeAlias = dict[str, Any]
HISTORY_FIELDS = (
    "id", "name", "version", "version_by", "revision", "newest", "status", "published", "updated", "embargoed",
    "archived", "origin", "format", "reader", "headline", "category", "category_by", "against", "source_changed",
    "reading_changed", "user_changed", "signals", "note", "kept_back",
)  # fmt: skip
DIFF_FIELDS = ("id", "old_version", "new_version", "field", "old_block", "new_block", "by", "old", "new", "pieces")
_REASONS = {ArticleEmbargoed: "embargoed", ArticleWithdrawn: "canceled", ArticleWithheld: "withheld"}
_ALONE = (None, None)
_TIMES = ("published", "updated", "embargoed", "archived")


class _Story:
    """The lines of one id: by versions, in the order of rank; only their places are in memory."""

    def __init__(self, archive: Archive, beginning: str) -> None:
        found: dict[Place, Line] = {}

        def watched() -> Iterator[tuple[Place, bytes]]:
            for place, line in lines_of(archive, beginning):
                record = json.loads(line)
                found[place] = Line(place, version_of(record), int(record["revision"]))
                yield place, line

        self.standing = [found[place] for place in in_order(watched())]
        """The line that stands for each version; the last is the newest."""
        versions: dict[tuple[str, int], list[Line]] = {line.version: [] for line in self.standing}
        for line in found.values():
            versions[line.version].append(line)
        self.versions = [sorted(lines, key=lambda line: (line.revision, line.place)) for lines in versions.values()]
        self.read: Callable[[Place], Record] = lru_cache(3)(lambda place: json.loads(archive.read_checked(place)))

    def lines(self) -> Iterator[tuple[Line, Line | None]]:
        """Yield each line, newest version first and of it the latest revision, with the one it is compared with."""
        for number in reversed(range(len(self.versions))):
            before = self.standing[number - 1] if number else None
            lines = self.versions[number]
            yield from reversed(list(zip(lines, [before, *lines[:-1]], strict=True)))

    def first_of(self, line: Line) -> Line:
        """Return the first reading of the version a line is of."""
        return next(lines[0] for lines in self.versions if lines[0].version == line.version)

    def before(self, line: Line) -> Line | None:
        """Return what the newest line is compared with: the version before it; of a single version the revision."""
        if len(self.standing) > 1:
            return self.standing[-2]
        earlier = [one for one in self.versions[0] if one != line]
        return earlier[-1] if earlier else None


def history(
    archive: Archive,
    beginning: str,
    query: Query | None = None,
    *,
    tell: Callable[[str], None] = lambda _sentence: None,
) -> Iterator[Record]:
    """Yield what is known of each stored line of one id, newest first: HISTORY_FIELDS, always all of them; lazy.

    An id is named as `find.show` takes it. Of what `query` keeps back only number, status and times are given, and of
    what was withdrawn the reason; `tell` is told why.

    Raises:
        ArticleNotFound, AmbiguousId, ArchiveDamaged, ArchiveRewritten: As `find.lines_of`.
    """
    story, query = _Story(archive, beginning), query or Query()
    newest = story.standing[-1]
    closed = kept_back(story.read(newest.place), query)
    if closed:
        tell(f"newsarc: {closed}")
    called = names(story.versions)
    for line, against in story.lines():
        record = story.read(line.place)
        told = {
            "name": called[line],
            "newest": line == newest,
            "against": called[against] if against else None,
        }
        reason = kept_back(record, query) or closed
        if reason:
            yield _frame(record, told, reason)
        else:
            yield _told(record, told, changed(story.read(against.place), record) if against else {})


def _told(record: Record, told: Record, differing: dict[str, Who]) -> Record:
    origin = record.get("origin") or {}
    whose = {f"{who}_changed": [name for name, one in differing.items() if one == who] for who in WHO}
    known = whose | told | {
        "origin": origin.get("name"), "format": origin.get("format"), "reader": origin.get("reader"),
        "note": note(record) or None, "signals": record.get("signals") or [], "kept_back": None,
    }  # fmt: skip
    return {name: known[name] if name in known else record.get(name) for name in HISTORY_FIELDS}


def _frame(record: Record, told: Record, reason: KeptBack) -> Record:
    """Say of a line that may not be shown what is no word of it; the reason of a withdrawal is for everybody."""
    status = record["status"]
    word = next(word for kind, word in _REASONS.items() if isinstance(reason, kind))
    known = told | {name: record.get(name) for name in ("id", "version", "version_by", "revision", "status", *_TIMES)}
    known |= {"note": (note(record) or None) if status != "usable" else None, "kept_back": word}
    empty: Record = {f"{who}_changed": [] for who in WHO} | {"signals": []}
    return {name: known.get(name, empty.get(name)) for name in HISTORY_FIELDS}


def compare(
    archive: Archive,
    beginning: str,
    wanted: Sequence[str] = (),
    query: Query | None = None,
    *,
    tell: Callable[[str], None] = lambda _sentence: None,
) -> Iterator[Record]:
    """Yield where two lines of one id differ, field by field in the order of the record: DIFF_FIELDS; lazy.

    Without `wanted` the newest version and the one before it, or of a single version its two latest revisions; one
    name is compared with the newest. Lists of texts are compared text by text. `tell` is told where there is nothing
    to compare. However long the texts are, the time is bounded.

    Raises:
        UnknownVersion, AmbiguousVersion: As `naming.named`.
        KeptBack: One of the two, or the story, may not be shown now.
        ArticleNotFound, AmbiguousId, ArchiveDamaged, ArchiveRewritten: As `find.lines_of`.
    """
    story, query = _Story(archive, beginning), query or Query()
    newest = story.standing[-1]
    new = named(wanted[1], story.versions) if len(wanted) > 1 else newest
    old = named(wanted[0], story.versions) if wanted else story.before(newest)
    for line in filter(None, (newest, old, new)):
        if reason := kept_back(story.read(line.place), query):
            raise reason
    records = [story.read(line.place) for line in (old, new) if line]
    name = records[-1]["id"]
    if not old:
        tell(f"there is one version of {name}, and one reading of it: nothing to compare")
        return
    called = names(story.versions)
    first = new if old.version == new.version else story.first_of(new)
    differing = changed_by_way_of(records[0], story.read(first.place), records[1])
    if not differing:
        tell(f"{called[old]} and {called[new]} of {name} say the same")
    pen = Pen()
    for one, who in differing.items():
        for places, before, after, pieces in _marked(one, records[0], records[1], pen):
            marked = [piece._asdict() for piece in pieces]
            values = (name, called[old], called[new], one, *places, who, before, after, marked)
            yield dict(zip(DIFF_FIELDS, values, strict=True))


_Marked: TypeAlias = tuple[tuple[int | None, int | None], str | None, str | None, Pieces]
"""Numbers of a text within its field as it was and as it is, how it was, how it is, where they differ."""


def _marked(name: str, old: Record, new: Record, pen: Pen) -> Iterator[_Marked]:
    before, after = field(old, name), field(new, name)
    if isinstance(before or after, list):
        lists = _lists(name, old, new)
        if is_of_blocks(name):
            yield from _blocks(*lists, pen)
        else:
            yield _ALONE, ", ".join(lists[0]) or None, ", ".join(lists[1]) or None, pen.items(*lists)
    elif before and after and is_of_words(name):
        yield _ALONE, before, after, pen.texts(before, after)
    else:
        yield _ALONE, _said(before), _said(after), pen.whole(_said(before), _said(after))


def _blocks(old: list[str], new: list[str], pen: Pen) -> Iterator[_Marked]:
    for one, other in pen.pairs(old, new):
        before, after = (None if at is None else some[at] for some, at in ((old, one), (new, other)))
        pieces = pen.whole(before, after) if before is None or after is None else pen.texts(before, after)
        yield (None if one is None else one + 1, None if other is None else other + 1), before, after, pieces


def _lists(name: str, old: Record, new: Record) -> tuple[list[str], list[str]]:
    """Return two lists as a person reads them; where that does not tell them apart, as JSON."""
    lists = texts(name, old), texts(name, new)
    if lists[0] != lists[1]:
        return lists
    return [_said(one) or "" for one in field(old, name) or ()], [_said(one) or "" for one in field(new, name) or ()]


def _said(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
