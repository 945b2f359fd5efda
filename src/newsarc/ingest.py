"""The way of a source into the archive: read, sniff, parse, normalize, commit in batches, one Outcome each.

A source that fails costs only itself: its bytes go to quarantine with the reason, and the run goes on. An outcome is
handed out only after everything it counts is durable.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from newsarc import __version__, formats
from newsarc.archive import LOCK_WAIT, Archive
from newsarc.archive.filing import Filed, number
from newsarc.article import Article
from newsarc.errors import BinarySource, SourceError, UnreadableSource
from newsarc.normalize.meaning import normalize
from newsarc.source import Place, Source, raw_bytes
from newsarc.source import read as read_source

READER = f"newsarc {__version__}"

_BATCH_ARTICLES = 100
_BATCH_BYTES = 32 << 20  # of the sources a batch holds in memory
_BATCH_TIME = timedelta(seconds=1)


@dataclass(slots=True)
class Outcome:
    """What became of one source: how many articles were what, or why it was not read."""

    name: str
    new: int = 0
    versions: int = 0
    revisions: int = 0
    unchanged: int = 0
    error: SourceError | None = None
    skipped: str | None = None
    """Why a file found in a folder was passed over, such as `binary`."""

    def add(self, filed: Filed) -> None:
        """Count one article."""
        self.new += filed.what == "new"
        self.versions += filed.what == "version"
        self.revisions += filed.what == "revision"
        self.unchanged += filed.what == "unchanged"


@dataclass(slots=True)
class Summary:
    """What became of all sources of a run."""

    sources: int = 0
    new: int = 0
    versions: int = 0
    revisions: int = 0
    unchanged: int = 0
    quarantined: int = 0
    unreadable: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    exit_code: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one outcome; the worst exit code stays."""
        if outcome.skipped:
            self.skipped[outcome.skipped] += 1
            return
        self.sources += 1
        self.new += outcome.new
        self.versions += outcome.versions
        self.revisions += outcome.revisions
        self.unchanged += outcome.unchanged
        if outcome.error is not None:
            is_kept = not isinstance(outcome.error, UnreadableSource)
            self.quarantined += is_kept
            self.unreadable += not is_kept
            self.exit_code = max(self.exit_code, outcome.error.exit_code)

    def skip(self, _path: str, reason: str) -> None:
        """Count a path that was passed over."""
        self.skipped[reason] += 1

    def sentence(self) -> str:
        """Say it in one line: "97 new, 2 unchanged, 1 in quarantine"."""
        counts = (
            (self.new, "new"),
            (self.versions, "new version" if self.versions == 1 else "new versions"),
            (self.revisions, "new reading" if self.revisions == 1 else "new readings"),
            (self.unchanged, "unchanged"),
            (self.quarantined, "in quarantine"),
            (self.unreadable, "not readable"),
        )
        said = [f"{count} {what}" for count, what in counts if count or what in ("new", "unchanged")]
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.skipped.items()))
        return ", ".join(said) + (f"; skipped {reasons}" if reasons else "")

    def line(self) -> bytes:
        """Return it as one line of JSON."""
        counts = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({**counts, "skipped": dict(sorted(self.skipped.items()))}).encode() + b"\n"


class Reading(NamedTuple):
    """How sources are read: a format by force, a section for those that state none, and the present moment."""

    format: str | None = None
    category: str | None = None
    now: datetime | None = None


_AS_IT_IS = Reading()


def read(source: Source, how: Reading = _AS_IT_IS) -> Iterator[Article]:
    """Yield the normalized articles of a source; lazy.

    Raises:
        SourceError: No format claims it, or it breaks its grammar; articles before the fault were yielded.
        UnknownWord: The format by force does not exist.
    """
    known = formats.named(how.format) if how.format else formats.sniff(source)
    understood = partial(normalize, now=how.now, category=how.category, reader=READER)
    return map(understood, known.parse(source))


def read_all(places: Iterable[Place | SourceError], how: Reading = _AS_IT_IS) -> Iterator[Article | SourceError]:
    """Yield the normalized articles of many sources; an error in place of what could not be read."""
    for place in places:
        try:
            if isinstance(place, SourceError):
                raise place
            yield from read(read_source(place), how)
        except SourceError as error:
            yield error


class _Batch:
    """Articles on their way, and the outcomes that wait for them."""

    def __init__(self) -> None:
        self.entries: list[tuple[Article, Source | None]] = []
        self.owners: list[Outcome] = []
        self.finished: list[Outcome] = []
        self.bytes = 0
        self.begun: datetime | None = None

    def add(self, article: Article, source: Source, owner: Outcome, now: datetime) -> None:
        if not self.entries or self.entries[-1][1] is not source:
            self.bytes += source.size
        self.entries.append((article, source))
        self.owners.append(owner)
        self.begun = self.begun or now

    def is_full(self, now: datetime) -> bool:
        is_old = self.begun is not None and now - self.begun >= _BATCH_TIME
        return is_old or len(self.entries) >= _BATCH_ARTICLES or self.bytes >= _BATCH_BYTES


def ingest(
    places: Iterable[Place | SourceError],
    archive: Archive | None,
    *,
    clock: Callable[[], datetime],
    how: Reading = _AS_IT_IS,
    dry_run: bool = False,
    wait: float = LOCK_WAIT,
) -> Iterator[Outcome]:
    """Read sources into an archive and yield what became of each, after its last article was committed.

    A batch is 100 articles, 32 MB of sources or 1 second. `clock` gives the present moment. With `dry_run` nothing is
    written; `archive` may then be None, as if it were empty.

    Raises:
        UnknownWord, ArchiveLocked, ArchiveDamaged, StorageError: The run cannot go on; what was yielded is durable.
    """
    batch = _Batch()
    for place in places:
        outcome = Outcome(place.where if isinstance(place, SourceError) else place.name)
        try:
            if isinstance(place, SourceError):
                raise place
            source = read_source(place)
            for article in read(source, how):
                batch.add(article, source, outcome, clock())
                if batch.is_full(clock()):
                    yield from _committed(batch, archive, clock(), dry_run=dry_run, wait=wait)
                    batch = _Batch()
        except SourceError as error:
            _fail(outcome, place, error, None if dry_run else archive, clock())
        batch.finished.append(outcome)
        if not batch.entries or batch.is_full(clock()):
            yield from _committed(batch, archive, clock(), dry_run=dry_run, wait=wait)
            batch = _Batch()
    yield from _committed(batch, archive, clock(), dry_run=dry_run, wait=wait)


def _committed(
    batch: _Batch, archive: Archive | None, now: datetime, *, dry_run: bool, wait: float
) -> Iterator[Outcome]:
    """Commit a batch and hand out the outcomes that waited for it."""
    if batch.entries:
        if archive is None:
            filed, _ = number(batch.entries, lambda _name: [])
        elif dry_run:
            filed = archive.preview(batch.entries)
        else:
            filed = archive.append(batch.entries, now=now, wait=wait)
        for owner, one in zip(batch.owners, filed, strict=True):
            owner.add(one)
    yield from batch.finished


def _fail(
    outcome: Outcome, place: Place | SourceError, error: SourceError, archive: Archive | None, now: datetime
) -> None:
    """Note why a source failed and keep its bytes; a binary file nobody named is passed over."""
    if isinstance(error, BinarySource) and isinstance(place, Place) and not place.named:
        outcome.skipped = "binary"
        return
    outcome.error = error
    if archive is not None and isinstance(place, Place) and not isinstance(error, UnreadableSource):
        with suppress(UnreadableSource):
            archive.quarantine(raw_bytes(place), error, reader=READER, now=now)
