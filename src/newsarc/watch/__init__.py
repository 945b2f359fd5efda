"""A folder that is kept in the archive: looked through again and again, each finished file taken once.

A look through all of the folder decides what is taken; events of the system only say when the next look is worth it,
so one that is lost costs time and no file. `looking` knows which files are finished, `taken` which were taken,
`hearing` how news is waited for, `telling` what is said. No file of the folder is ever moved, changed or deleted.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from typing import NamedTuple

from newsarc.archive import LOCK_WAIT, Archive
from newsarc.errors import ArchiveLocked, ArchiveRewritten, StorageError, UnreadableSource, WorkersUnusable
from newsarc.ingest import Outcome, Reading, Shelter, ingest
from newsarc.ingest.parts import AS_IT_IS, SHELTER
from newsarc.source import Place, lying, shown
from newsarc.watch.hearing import Ears, check_folder, events
from newsarc.watch.looking import File, Look, Lookout
from newsarc.watch.taken import Taken
from newsarc.watch.telling import Told, growing, told, waiting

__all__ = ("EVERY", "Ears", "Terms", "Told", "check_folder", "events", "watch")

EVERY = 60.0
"""Seconds between two looks where events are heard."""
_PAUSE = 30.0  # seconds after what is not the fault of any file
_SHARE = 10  # a look that takes a second is followed by so many without
_LEAST = 0.1  # seconds between two looks

_PASSING = (ArchiveLocked, ArchiveRewritten, StorageError, WorkersUnusable)


class Terms(NamedTuple):
    """How a folder is looked through, and its files read."""

    settle: float = 2.0
    """Seconds without a change after which a file counts as finished."""
    every: float = EVERY
    """Seconds between two looks, unless something is heard."""
    include: tuple[str, ...] = ()
    how: Reading = AS_IT_IS
    wait: float = LOCK_WAIT
    jobs: int = 0
    shelter: Shelter = SHELTER


def watch(
    folder: str,
    opened: Callable[[], AbstractContextManager[Archive]],
    *,
    ears: Ears,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
    terms: Terms,
    once: bool = False,
) -> Generator[Told]:
    """Take the finished files of a folder into an archive, for ever; yields what became of each, once it is durable.

    `opened` opens the archive for a round of files. `clock` is the time of day, `seconds` counts and never goes back,
    `ears` waits. With `once` a file that is fresh is given its time to settle, and then it ends.

    A locked archive, a full disk, workers that do not start: said, and tried again; with `once` raised.

    Raises:
        UnreadableSource: The folder cannot be looked into when it begins.
        ArchiveDamaged, UnknownWord: No file can be taken until a person has done something.
    """
    check_folder(folder)
    watching = _Watch(folder, opened, clock, seconds, terms)
    yield from watching.once(ears) if once else watching.always(ears)


class _Watch:
    """What is remembered from one look to the next."""

    def __init__(
        self,
        folder: str,
        opened: Callable[[], AbstractContextManager[Archive]],
        clock: Callable[[], datetime],
        seconds: Callable[[], float],
        terms: Terms,
    ) -> None:
        self._open = opened
        self._clock = clock
        self._seconds = seconds
        self._terms = terms
        self._lookout = Lookout(folder, terms.settle)
        self._taken = Taken((os.path.abspath(folder), *terms.include))
        self._faults = set[str]()
        self._order = deque[tuple[File, bool]]()
        self._unread = set[File]()

    def once(self, ears: Ears) -> Iterator[Told]:
        """Look once, and once more when fresh files had their time."""
        with self._archive():
            look = self._look()
        yield from self._take(look)
        if look.growing:
            until = self._seconds() + self._terms.settle
            while (left := until - self._seconds()) > 0:
                ears(left)
            look = self._look()
            yield from self._take(look)
        yield from (growing(shown(file.path), self._clock()) for file in look.growing)

    def always(self, ears: Ears) -> Iterator[Told]:
        """Look whenever something happens, and every so often."""
        with self._archive():
            pass  # what is wrong with it is better said at once
        trouble = ""
        while True:
            begun, pause = self._seconds(), _LEAST
            look = self._look()
            pause = max(pause, _SHARE * (self._seconds() - begun))
            try:
                yield from self._take(look)
                trouble = ""
            except _PASSING as error:
                pause = max(pause, _PAUSE)
                if str(error) != trouble:
                    yield waiting(error, self._clock())
                trouble = str(error)
            self._rest(ears, look, pause)

    def _look(self) -> Look:
        return self._lookout.look(self._taken, now=self._clock(), moment=self._seconds())

    def _rest(self, ears: Ears, look: Look, pause: float) -> None:
        """Wait for the next look: until something is heard, or a file may be finished; never less than the pause."""
        moment = self._seconds()
        due = self._terms.every
        if look.growing:
            due = min(due, self._lookout.soonest(look, moment))
        earliest, until = moment + pause, moment + max(due, pause)
        while (left := until - self._seconds()) > 0:
            if ears(left):
                until = min(until, max(earliest, self._seconds()))

    @contextmanager
    def _archive(self) -> Iterator[Archive]:
        """Open the archive for a while, with what was taken into it."""
        with self._open() as archive:
            self._taken.open(archive)
            try:
                yield archive
            finally:
                self._taken.save(archive)

    def _take(self, look: Look) -> Iterator[Told]:
        """Take what is finished; a folder that cannot be looked into is told of when it begins."""
        yield from self._told_faults(look.faults)
        if not look.finished:
            return
        with self._archive() as archive:
            yield from self._ingested([file for file in look.finished if file.mark not in self._taken], archive)
            if not look.faults:
                self._taken.keep(look.marks, archive)

    def _told_faults(self, faults: Iterable[UnreadableSource]) -> Iterator[Told]:
        said = {str(fault): fault for fault in faults}
        for line in said.keys() - self._faults:
            yield told(Outcome(said[line].where, error=said[line]), self._clock())
        self._faults = set(said)

    def _ingested(self, files: Iterable[File], archive: Archive) -> Iterator[Told]:
        """Take files into the archive, and note each when all that lies in it is durable."""
        self._order.clear()
        self._unread.clear()
        terms = self._terms
        work = ingest(
            self._places(files), archive, clock=self._clock, how=terms.how._replace(now=self._clock()),
            wait=terms.wait, jobs=terms.jobs, shelter=terms.shelter,
        )  # fmt: skip
        with closing(work):
            for outcome in work:
                self._note_ends(archive)
                file, _ = self._order.popleft()
                is_unread = isinstance(outcome.error, UnreadableSource)
                if is_unread:
                    self._unread.add(file)
                if not is_unread or self._lookout.refuse(file, self._seconds()):
                    yield told(outcome, self._clock())
            self._note_ends(archive)

    def _places(self, files: Iterable[File]) -> Iterator[Place]:
        """Yield what lies in files; in `_order` each place has its file, and each file its end."""
        terms = self._terms
        for file in files:
            for place in lying(file.path, include=terms.include, limits=terms.how.limits):
                self._order.append((file, False))
                yield place
            self._order.append((file, True))

    def _note_ends(self, archive: Archive) -> None:
        """Note the files of which every place has its outcome; one that could not be read comes again."""
        while self._order and self._order[0][1]:
            file, _ = self._order.popleft()
            if file not in self._unread:
                self._taken.add(file.mark, archive)
