"""What today's reader makes of what is kept: originals are read again, and a reading that differs is a new revision.

What was learned since a source came in is laid on top again: a category that a person or another dump's link said,
proved titles of related links, what a story is the same as or carries on, its id and version. What can be learned from
the stories around it and was not, is learned now. A version is compared by
its latest revision; confidences and the reader's own name are no difference, so doing it twice adds nothing.
"""

import json
from collections import Counter
from collections.abc import Callable, Container, Generator, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias

from newsarc.archive import LOCK_WAIT, Archive
from newsarc.archive.chain import Place
from newsarc.article import Article, from_line
from newsarc.errors import ArchiveDamaged
from newsarc.joining.learning import learned
from newsarc.reparse.comparing import Change, changes, todays
from newsarc.reparse.originals import Key, Originals, UnfoundError, key_of
from newsarc.stories import Stories, opened

_BATCH_RECORDS = 100
_BATCH_BYTES = 8 << 20
_BLOCK = 16 << 20  # bytes of lines that are sorted by original

Version: TypeAlias = tuple[str, str, int]
"""Id, who counts, number."""

What = Literal["same", "revised", "no original", "unfound", "damaged", "overtaken"]


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of one version of a story.

    `unfound`: today's reader finds no article in its bytes, or several. `overtaken`: another run changed it meanwhile.
    """

    what: What
    id: str = ""
    version: int = 0
    changes: tuple[Change, ...] = ()
    note: str = ""
    """Why it stays as it is, in a line; what several in a row have in common is said of the first."""


@dataclass(slots=True)
class Tally:
    """What became of all versions of a run."""

    counts: Counter[What] = field(default_factory=Counter)

    def add(self, one: Reread) -> None:
        """Count one."""
        self.counts[one.what] += 1

    @property
    def exit_code(self) -> int:
        """Return how the run ends."""
        return ArchiveDamaged.exit_code if self.counts["damaged"] else 0

    def sentence(self) -> str:
        """Say it in one line: "12 read again, 2 new readings, 10 the same, 1 without an original"."""
        new, same = self.counts["revised"], self.counts["same"]
        said = [f"{new + same} read again", f"{new} new reading{'s' * (new != 1)}", f"{same} the same"]
        rest: tuple[tuple[What, str], ...] = (
            ("no original", "without an original"),
            ("unfound", "not found again"),
            ("damaged", "damaged"),
            ("overtaken", "changed by another run"),
        )
        return ", ".join([*said, *(f"{self.counts[what]} {words}" for what, words in rest if self.counts[what])])


def reparse(
    archive: Archive,
    *,
    clock: Callable[[], datetime],
    names: Container[str] | None = None,
    dry_run: bool = False,
    wait: float = LOCK_WAIT,
) -> Generator[Reread]:
    """Read kept originals again and yield what became of each version; a new reading is durable by then.

    `names` are the ids that are meant, None for all. An original is read from its start as far as it is needed, in
    bounded memory. An archive with a joiner learns what its stories say of each other. What was yielded when it stops
    half-way needs no second look; the rest is as it was.

    Raises:
        ArchiveLocked, ArchiveDamaged, StorageError: The run cannot go on.
    """
    found = _by_original(_latest(archive, names))
    waiting: list[tuple[Reread, bytes]] = []
    with opened(archive) if archive.joiner else nullcontext() as stories:
        again = partial(_read_again, archive=archive, originals=Originals(archive.root), stories=stories)
        for done, record in _without_echo(map(again, found)):
            if dry_run or not record:
                yield done
                continue
            waiting.append((done, record))
            if len(waiting) >= _BATCH_RECORDS or sum(len(record) for _, record in waiting) >= _BATCH_BYTES:
                yield from _committed(archive, waiting, clock(), wait)
                waiting = []
    yield from _committed(archive, waiting, clock(), wait)


def _without_echo(found: Iterable[tuple[Reread, bytes]]) -> Iterator[tuple[Reread, bytes]]:
    last = ""
    for done, record in found:
        yield replace(done, note=done.note if done.note != last else ""), record
        last = done.note or last


def _committed(archive: Archive, waiting: list[tuple[Reread, bytes]], now: datetime, wait: float) -> Iterator[Reread]:
    """Commit new readings, and hand out what waited for it."""
    filed = archive.revise([record for _, record in waiting], now=now, wait=wait) if waiting else []
    for (done, _), one in zip(waiting, filed, strict=True):
        yield done if one.what == "revision" else replace(done, what="overtaken")


def _read_again(
    latest: "_Latest | ArchiveDamaged", *, archive: Archive, originals: Originals, stories: Stories | None
) -> tuple[Reread, bytes]:
    """Compare a version with today's reading of its bytes; returns the record of its next revision if they differ."""
    if isinstance(latest, ArchiveDamaged):
        return Reread("damaged", note=str(latest)), b""
    done = partial(Reread, id=latest.version[0], version=latest.version[2])
    same = done("same" if latest.key else "no original")
    try:
        stored = reading = _article(latest)
        try:
            if latest.key:
                printed = originals.article(latest.key, stored)
                reading = todays(printed, stored, datetime.fromisoformat(latest.came) if latest.came else None)
        except UnfoundError as error:
            same = done("unfound", note=str(error))
        reading = _joined(reading, stories) if stories else reading
        differing = changes(stored, reading)
        if differing:
            archive.read_checked(latest.place)
    except ArchiveDamaged as error:
        return done("damaged", note=str(error)), b""
    if not differing:
        return same, b""
    record = reading.model_copy(update={"revision": stored.revision + 1, "archived": None}).line()
    return done("revised", changes=differing), record


def _joined(reading: Article, stories: Stories) -> Article:
    """Say in the newest version of a story what is learned of it from those around it."""
    stories.forget()
    newest = stories.newest(reading.id)
    if newest is None or (newest["version_by"], newest["version"]) != (reading.version_by, reading.version):
        return reading
    record = json.loads(reading.line())
    found = learned(record, stories.resolver, is_stored=True)
    return Article.model_validate(record | found) if found else reading


def _article(latest: "_Latest") -> Article:
    try:
        return from_line(latest.line)
    except ValueError as error:
        raise ArchiveDamaged(latest.place.where, "it is no record") from error


# Which lines are meant, and in which order.


class _Latest(NamedTuple):
    """The latest revision of a version, when the version came in, and where its original lies."""

    place: Place
    line: bytes
    version: Version
    came: str | None
    key: Key | None
    offset: int


def _latest(archive: Archive, names: Container[str] | None) -> Iterator[_Latest | ArchiveDamaged]:
    """Yield the latest revision of each version in the order of the archive; damage in place of what is no record."""
    revised = _revised(archive)
    came: dict[Version, str | None] = {}
    for place, line in archive.scan():
        try:
            record = json.loads(line)
            version, origin = _version(record), record["origin"]
            archived = record["archived"]
            moment = came.setdefault(version, archived) if version in revised else archived
            is_latest = record["revision"] == revised.get(version, 1)
            latest = _Latest(place, line, version, moment, key_of(origin), origin["offset"] if origin else 0)
        except (ValueError, KeyError, TypeError):
            yield ArchiveDamaged(place.where, "it is no record")
        else:
            if is_latest and (names is None or version[0] in names):
                yield latest


def _revised(archive: Archive) -> dict[Version, int]:
    """Return the highest revision of each version that has several: all that must be known before the first look."""
    revised: dict[Version, int] = {}
    for _, line in archive.scan():
        if b',"revision":1,' not in line:
            with suppress(ValueError, KeyError, TypeError):
                record = json.loads(line)
                revised[_version(record)] = max(record["revision"], revised.get(_version(record), 0))
    return revised


def _version(record: dict[str, Any]) -> Version:
    return record["id"], record["version_by"], record["version"]


def _by_original(found: Iterable[_Latest | ArchiveDamaged]) -> Iterator[_Latest | ArchiveDamaged]:
    """Sort block by block by original and place in it, so that an original is read from its start as seldom as can be.

    Lines of one original mostly stand together, in its order; those that a person spoke of later need not.
    """
    block: list[_Latest] = []
    size = 0
    for one in found:
        if isinstance(one, ArchiveDamaged):
            yield one
            continue
        block.append(one)
        size += len(one.line)
        if size >= _BLOCK:
            yield from _sorted(block)
            block, size = [], 0
    yield from _sorted(block)


def _sorted(block: list[_Latest]) -> list[_Latest]:
    first: dict[Key | None, int] = {}
    for one in block:
        first.setdefault(one.key, len(first))
    return sorted(block, key=lambda one: (first[one.key], one.offset))
