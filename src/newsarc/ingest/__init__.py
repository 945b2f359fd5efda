"""The way of a source into the archive: read, sniff, parse, normalize, commit in batches, one Outcome each.

A source that fails costs only itself: its bytes go to quarantine with the reason, and the run goes on. An outcome is
handed out only after everything it counts is durable.

`reading` makes records of a source, in this process; `workers` lets others do it, each a `worker`, with `tasks` and
`messages` between them; `outcomes` counts.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsarc.archive import LOCK_WAIT, Archive
from newsarc.archive.erased import LOG
from newsarc.archive.filing import Entry, Filed, number
from newsarc.archive.history import History
from newsarc.errors import BinarySource, SourceError, UnreadableSource
from newsarc.ingest.outcomes import Outcome, Summary
from newsarc.ingest.parts import AS_IT_IS, READER, SHELTER, Again, Part, Reading, Shelter
from newsarc.source import Place, raw_chunks

if TYPE_CHECKING:
    from collections.abc import Generator

    from newsarc.article import Article
    from newsarc.ingest.reading import read, read_all

__all__ = ("READER", "Outcome", "Reading", "Shelter", "Summary", "ingest", "read", "read_all")

_BATCH_ARTICLES = 500
_BATCH_BYTES = 32 << 20  # that a batch holds in memory
_BATCH_TIME = timedelta(seconds=1)


def __getattr__(name: str) -> object:
    """Load what needs the parsers when it is first asked for."""
    if name not in ("read", "read_all"):
        raise AttributeError(f"module 'newsarc.ingest' has no attribute {name!r}")
    from newsarc.ingest import reading

    return getattr(reading, name)


def ingest(
    places: Iterable[Place | SourceError],
    archive: Archive | None,
    *,
    clock: Callable[[], datetime],
    how: Reading = AS_IT_IS,
    dry_run: bool = False,
    wait: float = LOCK_WAIT,
    jobs: int = 0,
    shelter: Shelter = SHELTER,
    watch: Callable[[int, int], None] | None = None,
) -> "Generator[Outcome]":
    """Read sources into an archive and yield what became of each, after its last article was committed.

    A batch is 500 articles, 32 MB or 1 second. `clock` gives the present moment. With `dry_run` nothing is written;
    `archive` may then be None, as if it were empty. `watch` is told of each batch how many articles it had, and of how
    many bytes.

    With `jobs`, so many processes read, and a document that crashes, hangs or eats memory costs only itself; without,
    all is read in this one. What is archived is the same. Standard input of more than 16 MB is read in this process.

    Raises:
        UnknownWord, ArchiveLocked, ArchiveDamaged, StorageError, WorkersUnusable: The run cannot go on; what was
            yielded is durable.
    """
    run = _Run(archive, clock, wait, is_dry=dry_run, watch=watch)
    with closing(_parts(places, how, jobs, shelter, packs=run.keeps_originals)) as parts:
        for part in parts:
            yield from run.take(part)
    yield from run.commit()


def _parts(
    places: Iterable[Place | SourceError], how: Reading, jobs: int, shelter: Shelter, *, packs: bool
) -> "Generator[Part | None]":
    """Yield the records of all places, in their order; None when a moment passes without any."""
    if jobs:
        from newsarc.ingest import workers

        yield from workers.parts(places, how, jobs=jobs, shelter=shelter, packs=packs)
    else:
        from newsarc.ingest import reading

        for place in places:
            yield from reading.parts(place, how)


class _Run:
    """Where records go, the batch they wait in, and the outcomes that wait for it."""

    def __init__(
        self,
        archive: Archive | None,
        clock: Callable[[], datetime],
        wait: float,
        *,
        is_dry: bool,
        watch: Callable[[int, int], None] | None,
    ) -> None:
        self._watch = watch
        self._archive = archive
        self._clock = clock
        self._wait = wait
        self._is_dry = is_dry or archive is None
        self.keeps_originals = archive is not None and not is_dry and archive.keeps_originals
        self._outcome: Outcome | None = None
        self._begin()

    def _begin(self) -> None:
        self._entries: list[Entry] = []
        self._owners: list[Outcome] = []
        self._finished: list[Outcome] = []
        self._bytes = 0
        self._begun: datetime | None = None

    def _is_full(self) -> bool:
        if len(self._entries) >= _BATCH_ARTICLES or self._bytes >= _BATCH_BYTES:
            return True
        return self._begun is not None and self._clock() - self._begun >= _BATCH_TIME

    def take(self, part: Part | None) -> Iterator[Outcome]:
        """Put records into the batch; yields the outcomes of each batch that gets full by them."""
        if part is None:
            if self._is_full():
                yield from self.commit()
            return
        if self._outcome is None:
            self._outcome = Outcome(part.place.where if isinstance(part.place, SourceError) else part.place.name)
        outcome = self._outcome
        self._bytes += part.held
        for entry in part.entries if outcome.error is None else ():
            self._begun = self._begun or self._clock()
            self._entries.append(entry)
            self._owners.append(outcome)
            self._bytes += len(entry[0])
            if self._is_full():
                yield from self.commit()
        if part.is_last:
            self._outcome = None
            if part.error and self._owners and self._has_erased():
                yield from self.commit()  # it tells what of the source was erased
            if part.error and outcome.error is None:
                self._fail(outcome, part.place, part.error)
            self._finished.append(outcome)
            if not self._entries or self._is_full():
                yield from self.commit()

    def commit(self) -> Iterator[Outcome]:
        """Commit the batch, and hand out the outcomes that waited for it."""
        filed = None
        while filed is None:
            try:
                filed = self._append()
            except UnreadableSource as error:
                if not self._drop(error):
                    raise
        for owner, one in zip(self._owners, filed, strict=True):
            owner.add(one)
        finished, entries = self._finished, self._entries
        self._begin()
        if self._watch and entries:
            self._watch(len(entries), sum(_length_in(line) for line, _ in entries))
        yield from finished

    def _append(self) -> list[Filed]:
        if not self._entries:
            return []
        if self._archive is None:
            return number(self._entries, lambda _name: History(), lambda _name: [])[0]
        if self._is_dry:
            return self._archive.preview(self._entries)
        return self._archive.append(self._entries, now=self._clock(), wait=self._wait)

    def _drop(self, error: UnreadableSource) -> bool:
        """Take out the records of a source that changed after it was read; tells whether there were any."""
        lost = [isinstance(original, Again) and original.name == error.where for _, original in self._entries]
        for owner, is_lost in zip(self._owners, lost, strict=True):
            owner.error = error if is_lost else owner.error
        self._owners = [owner for owner, is_lost in zip(self._owners, lost, strict=True) if not is_lost]
        self._entries = [entry for entry, is_lost in zip(self._entries, lost, strict=True) if not is_lost]
        return any(lost)

    def _fail(self, outcome: Outcome, place: Place | SourceError, error: SourceError) -> None:
        """Note why a source failed and keep its bytes; a binary file nobody named is passed over.

        What was erased by law does not come back by way of quarantine: a source that holds it is not kept.
        """
        if isinstance(error, BinarySource) and isinstance(place, Place) and not place.named:
            outcome.skipped = "binary"
            return
        outcome.error = error
        if self._archive and not self._is_dry and isinstance(place, Place) and not isinstance(error, UnreadableSource):
            outcome.is_kept = not outcome.erased
            with suppress(UnreadableSource):
                if outcome.is_kept:
                    kept = self._archive.quarantine(raw_chunks(place), error, reader=READER, now=self._clock())
                    outcome.is_kept = kept
            if not outcome.is_kept:
                outcome.error = type(error)(error.where, f"{error.why}; it is not kept, for it holds what was erased")

    def _has_erased(self) -> bool:
        return self._archive is not None and os.path.exists(os.path.join(self._archive.root, LOG))


def _length_in(line: "Article | bytes") -> int:
    """Return how many bytes of its source a record was read from; 0 where it does not say so."""
    if not isinstance(line, bytes):
        return line.origin.length if line.origin else 0
    said = line[line.rfind(b',"length":') + len(b',"length":') :].partition(b",")[0]
    return int(said) if said.isdigit() else 0
