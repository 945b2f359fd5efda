"""What a story that comes in is to the archive: new, unchanged, the next version, or the next revision.

Nothing is overwritten. The source decides: the same bytes, or the same words (`wording.source_digest`) again, are
unchanged; other words under the same id are the next version. A person's word about the category is a new reading.
"""

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias, Union

from newsarc.archive.chain import EMPTY, Head, Place, Stored
from newsarc.archive.erased import digest_of
from newsarc.archive.history import History, Story, story

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
Numbering: TypeAlias = Callable[[Iterable[Entry], Callable[[str], History]], tuple[list[Filed], list[Fresh]]]
"""`number` or `following`: which records of a batch are written, and as what."""

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

    def clear(self) -> None:
        """Forget everything."""


class Scanned:
    """`Known` in memory: read from the archive's lines once, and kept up with HEAD."""

    def __init__(self) -> None:
        self._places: dict[str, list[Place]] = {}
        self.seen = EMPTY

    def add(self, stored: Iterable[Stored], seen: Head) -> None:
        """Take the lines between `seen` and a new end."""
        for place, line in stored:
            if name := id_of(line):
                self._places.setdefault(name, []).append(place)
        self.seen = seen

    def places(self, name: str) -> list[Place]:
        """Return where the lines of an id lie, oldest first."""
        return self._places.get(name, [])

    def clear(self) -> None:
        """Forget everything."""
        self._places.clear()
        self.seen = EMPTY


def number(entries: Iterable[Entry], stored: Callable[[str], History]) -> tuple[list[Filed], list[Fresh]]:
    """Number a batch against what is stored of each id, and against itself; what it writes of an id is added there.

    Returns what each is, and the records that must be written with their originals.
    """
    filed: list[Filed] = []
    fresh: list[Fresh] = []
    known: dict[str, History] = {}
    alone: dict[str, bytes] = {}  # the first record of an id of which nothing is stored; nearly all stay alone
    for article, original in entries:
        record = article if isinstance(article, bytes) else article.line()
        name = id_of(record)
        before = known.get(name)
        if before is None:
            before = known[name] = stored(name)
        if name in alone:
            before.add(story(json.loads(alone.pop(name))))
        if not before:
            what = _new(record)
            alone[name] = record
        else:
            one = story(json.loads(record))
            what = _file(one, before)
            if what.what != "unchanged":
                before.add(one)
                record = written(one.record)
        filed.append(what)
        if what.what != "unchanged":
            fresh.append((record, original))
    return filed, fresh


def following(entries: Iterable[Entry], stored: Callable[[str], History]) -> tuple[list[Filed], list[Fresh]]:
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
            known.add(story(said))
            fresh[version] = record, original
        filed.append(Filed("revision" if is_next else "unchanged", said["id"], said["version"], said["revision"]))
    return filed, list(fresh.values())


def refusing(numbering: Numbering, erased: Container[str]) -> Numbering:
    """Make a numbering that refuses what was erased, which `erased` knows by the digest of its id."""

    def numbered(entries: Iterable[Entry], stored: Callable[[str], History]) -> tuple[list[Filed], list[Fresh]]:
        every = list(entries)
        names = [id_of(article) if isinstance(article, bytes) else article.id for article, _ in every]
        refused = [digest_of(name) in erased for name in names]
        filed, fresh = numbering((entry for entry, is_out in zip(every, refused, strict=True) if not is_out), stored)
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


def _file(one: Story, stored: History) -> Filed:
    """Number a record against the stored ones of its id, of all versions and revisions."""
    record, same = one.record, stored.like(one)
    what: What = "version"
    if same:
        is_said = record["category_by"] == "user" and (same.category_by, same.category) != ("user", record["category"])
        what = "revision" if is_said else "unchanged"
        record |= {"version": same.version, "revision": same.revision + is_said}
    else:
        if record["category_by"] != "user" and stored.word is not None:
            record |= _A_PERSONS | {"category": stored.word}
        if record["version_by"] == "archive":
            record["version"] = stored.highest + 1
    return Filed(what, record["id"], record["version"], record["revision"])


def written(record: Mapping[str, Any]) -> bytes:
    """Write a record as `Article.line` does."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
