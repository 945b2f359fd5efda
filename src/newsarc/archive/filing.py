"""What a story that comes in is to the archive: new, unchanged, the next version, or the next revision.

Nothing is overwritten. The source decides: the same bytes, or the same words (`wording.source_digest`) again, are
unchanged; other words under the same id are the next version, or, where the provider says that it is the same version,
stand beside it as its next revision, with a warning. A person's word about the category is a new reading.

`copies` knows when two records are one message, `twins` when two ids are one story.
"""

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias, Union

from newsarc.archive.chain import EMPTY, Head, Place, Stored
from newsarc.archive.copies import Story, is_counted, is_same, story_of
from newsarc.archive.erased import digest_of
from newsarc.archive.history import History
from newsarc.archive.twins import MARK, Naming, Owners, alternates_in, joined, may_have_twins, tombstones

if TYPE_CHECKING:
    from newsarc.archive.originals import Original, Packed
    from newsarc.article import Article

Entry: TypeAlias = tuple[Union["Article", bytes], Union["Original", "Packed", None]]
"""An article, or its record as `Article.line` writes it, and the source it came from."""

What = Literal["new", "version", "revision", "unchanged", "erased"]


class Filed(NamedTuple):
    """What became of one article."""

    what: What
    id: str
    version: int
    revision: int


Fresh: TypeAlias = tuple[bytes, Union["Original", "Packed", None]]
"""A record that must be written, and its original."""
Lookup: TypeAlias = Callable[[str], History]
"""What is stored of an id; what a batch adds is added there."""
Numbering: TypeAlias = Callable[[Iterable[Entry], Lookup, Naming], tuple[list[Filed], list[Fresh]]]
"""`number` or `following`: which records of a batch are written, and as what."""

CONFLICT = "version-conflict"
_CANCELED = b'"status":"canceled"'
# A category that a person gave an earlier version is handed on to a new one: their word comes first.
_A_PERSONS = {"category_by": "user", "category_confidence": None, "category_candidates": ()}
_START = re.compile(
    rb'\{"schema":"newsarc/\d+","id":"(?P<id>(?:[^"\\]|\\.)*)"'
    rb'(?:,"version":(?P<version>\d{1,18}),"version_by":"\w+","revision":(?P<revision>\d{1,18}),)?'
)


def id_of(line: bytes) -> str:
    """Return the id of a stored line; an empty string if the line has none at its start."""
    found = _START.match(line)
    return _text(found["id"]) if found else ""


def is_line_of(line: bytes, name: str) -> bool:
    """Tell whether bytes are one whole line of an id."""
    return line.find(b"\n") == len(line) - 1 and line.endswith(b'"}\n') and id_of(line) == name


def _text(name: bytes) -> str:
    return str(json.loads(b'"%b"' % name)) if b"\\" in name else name.decode("utf-8", "replace")


class Known(Protocol):
    """Which ids the archive holds and where: what `append` asks before it writes, and tells after it wrote.

    It only finds; what it says counts after the archive's line was read.
    """

    @property
    def seen(self) -> Head:
        """The end up to which it knows the archive."""

    def add(self, stored: Iterable[Stored], seen: Head) -> None:
        """Take the lines between `seen` and a new end."""

    def places(self, name: str) -> list[Place]:
        """Return where the lines of an id lie, oldest first."""

    def naming(self, name: str) -> list[str]:
        """Return the ids of stories that name an id among their alternate ones."""

    def marked(self, marks: Iterable[int]) -> dict[int, list[Place]]:
        """Return where the lines lie that bear each number of `kinship`; numbers that no line bears are left out."""

    def clear(self) -> None:
        """Forget everything."""


class Joins(Protocol):
    """What joins a batch with the stories around it, before it is written."""

    revised: int
    """Stored stories that learned something, in all batches."""

    def joined(self, fresh: list[Fresh], known: Known, histories: Lookup) -> list[Fresh]:
        """Return the records of a batch completed, and behind them revisions of stored ones."""


class Scanned:
    """`Known` in memory: read from the archive's lines once, and kept up with HEAD."""

    def __init__(self) -> None:
        self._places: dict[str, list[Place]] = {}
        self._naming: dict[str, dict[str, None]] = {}
        self.seen = EMPTY

    def add(self, stored: Iterable[Stored], seen: Head) -> None:
        """Take the lines between `seen` and a new end."""
        for place, line in stored:
            if name := id_of(line):
                self._places.setdefault(name, []).append(place)
            if MARK in line:
                for other in alternates_in(line):
                    self._naming.setdefault(other, {})[name] = None
        self.seen = seen

    def places(self, name: str) -> list[Place]:
        """Return where the lines of an id lie, oldest first."""
        return self._places.get(name, [])

    def naming(self, name: str) -> list[str]:
        """Return the ids of stories that name an id among their alternate ones."""
        return list(self._naming.get(name, ()))

    def marked(self, marks: Iterable[int]) -> dict[int, list[Place]]:
        """Return nothing: only an index can hold so many numbers."""
        del marks
        return {}

    def clear(self) -> None:
        """Forget everything."""
        self._places.clear()
        self._naming.clear()
        self.seen = EMPTY


class _Shelf:
    """What is stored of each id, and what a batch adds to it."""

    def __init__(self, stored: Lookup) -> None:
        self._stored = stored
        self._known: dict[str, History] = {}
        self._alone: dict[str, bytes] = {}  # the first record of a new id; nearly all stay alone

    def stories(self, name: str) -> History:
        """Return what is known of an id."""
        before = self._known.get(name)
        if before is None:
            before = self._known[name] = self._stored(name)
        if name in self._alone:
            before.add(story_of(json.loads(self._alone.pop(name))))
        return before

    def put(self, name: str, record: bytes) -> tuple[Filed, bytes]:
        """Number a record; unless it is unchanged, it stands here from now on."""
        before = self.stories(name)
        if not before:
            self._alone[name] = record
            return _new(record), record
        said = json.loads(record)
        story = story_of(said)  # what tells it from others does not depend on the number it is given
        what = _file(story, said, before)
        if what.what != "unchanged":
            before.add(story)
            record = written(said)
        return what, record


def number(entries: Iterable[Entry], stored: Lookup, naming: Naming | None = None) -> tuple[list[Filed], list[Fresh]]:
    """Number a batch against what is stored of each id, and against itself; without `naming` twins are not looked for.

    Returns what each is, and the records that must be written with their originals: a cancel is written for each twin.

    Raises:
        IndexDamaged: A story that `naming` gives does not name that id.
    """
    filed: list[Filed] = []
    fresh: list[Fresh] = []
    shelf = _Shelf(stored)
    sources: dict[str, Original | Packed | None] = {}
    owners = Owners(naming, shelf.stories) if naming else None
    for article, original in entries:
        record = article if isinstance(article, bytes) else article.line()
        name = id_of(record)
        is_twin = owners is not None and may_have_twins(name, record)
        if owners and is_twin:
            said = joined(json.loads(record), shelf.stories, owners)
            name, record = said["id"], written(said)
        what, record = shelf.put(name, record)
        filed.append(what)
        if what.what == "unchanged":
            continue
        fresh.append((record, original))
        if owners and (is_twin or _CANCELED in record):
            sources[_source_of(json.loads(record))] = original
        if owners and is_twin:
            owners.add(name, alternates_in(record))
            for tomb in tombstones(name, said, shelf.stories, owners):
                what, record = shelf.put(tomb["id"], written(tomb))
                if what.what != "unchanged":
                    fresh.append((record, sources.get(_source_of(tomb))))
    return filed, fresh


def _source_of(record: Mapping[str, Any]) -> str:
    return str((record["origin"] or {}).get("sha256"))


def following(entries: Iterable[Entry], stored: Lookup, _naming: Naming) -> tuple[list[Filed], list[Fresh]]:
    """Take of a batch, as `number` does, the records that are the next revision of a version that is stored.

    What is not the next one is unchanged: another run was quicker, and its word may be a person's. So is one whose
    original lies elsewhere by now: it may name bytes that an erasing took away.
    """
    filed: list[Filed] = []
    fresh: dict[tuple[str, str, int], Fresh] = {}
    for article, original in entries:
        record = article if isinstance(article, bytes) else article.line()
        said = json.loads(record)
        version = said["id"], said["version_by"], said["version"]
        known = stored(said["id"])
        is_next = version not in fresh and known.is_next(said)
        if is_next:
            known.add(story_of(said))
            fresh[version] = record, original
        filed.append(Filed("revision" if is_next else "unchanged", said["id"], said["version"], said["revision"]))
    return filed, list(fresh.values())


def refusing(numbering: Numbering, erased: Container[str]) -> Numbering:
    """Make a numbering that refuses what was erased, which `erased` knows by the digest of its id."""

    def numbered(entries: Iterable[Entry], stored: Lookup, naming: Naming) -> tuple[list[Filed], list[Fresh]]:
        every = list(entries)
        names = [id_of(article) if isinstance(article, bytes) else article.id for article, _ in every]
        others = [
            alternates_in(article) if isinstance(article, bytes) else article.alternate_ids for article, _ in every
        ]
        refused = [
            digest_of(name) in erased or (any(digest_of(one) in erased for one in more) and not stored(name))
            for name, more in zip(names, others, strict=True)
        ]
        kept = (entry for entry, is_out in zip(every, refused, strict=True) if not is_out)
        filed, fresh = numbering(kept, stored, naming)
        rest = iter(filed)
        both = zip(names, refused, strict=True)
        return [Filed("erased", name, 0, 0) if is_out else next(rest) for name, is_out in both], fresh

    return numbered


def _new(record: bytes) -> Filed:
    """File a story of which nothing is stored: it stays as its source counts it."""
    found = _START.match(record)
    if not found or not found["version"]:
        raise ValueError("a record starts with schema, id, version, version_by and revision")
    return Filed("new", _text(found["id"]), int(found["version"]), int(found["revision"]))


def _file(story: Story, record: dict[str, Any], stored: History) -> Filed:
    """Number a record against the stored ones of its id, of all versions and revisions."""
    what: What = "version"
    copied = stored.peers(story)
    same = [known.record for known in (*stored.alike(story), *copied) if _is_same(story, known, copied)]
    clashing = next((known.record for known in copied if is_counted(known.record)), None)
    if same:
        latest = max(same, key=lambda known: int(known["revision"]))
        is_said = record["category_by"] == "user" and (latest["category_by"], latest["category"]) != (
            "user", record["category"],
        )  # fmt: skip
        is_news = is_said or _names_more(story, record, stored)
        what = "revision" if is_news else "unchanged"
        record |= _reading(latest)
        if is_news:
            record["revision"] = stored.following(latest)
    elif clashing:
        record |= _reading(clashing) | {"revision": stored.following(clashing)}
        record["warnings"] = [*(word for word in record["warnings"] if word != CONFLICT), CONFLICT]
    elif not is_counted(record):
        record["version"] = stored.highest + 1
    if record["category_by"] != "user" and stored.word is not None:
        record |= _A_PERSONS | {"category": stored.word}
    return Filed(what, record["id"], record["version"], record["revision"])


def _is_same(story: Story, known: Story, copied: list[Story]) -> bool:
    return is_same(story, known, is_peer=any(known is copy for copy in copied))


def _names_more(story: Story, record: Mapping[str, Any], stored: History) -> bool:
    """Tell whether a copy in another format names ids of its story that were not known."""
    if stored.alike(story):
        return False
    return not {record["id"], *stored.alternates}.issuperset(record.get("alternate_ids") or ())


def _reading(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("version", "version_by", "revision")}


def written(record: Mapping[str, Any]) -> bytes:
    """Write a record as `Article.line` does."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
