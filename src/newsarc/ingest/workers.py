"""Processes that read documents for us, and may die of them: the parent's side.

They are started when there is work, get it in chunks, and hand back records. Results come out in the order of the
places, whichever worker is faster; one whose turn is far off is not listened to until it comes. Who dies, hangs or
takes too much memory costs one document: what its task had left is read again, one by one, by another worker.
"""

import signal
from bisect import insort
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from operator import attrgetter
from typing import Any

from newsarc.errors import SourceError, WorkerCrashed, WorkerMemory, WorkersUnusable, WorkerTimeout
from newsarc.ingest import worker
from newsarc.ingest.messages import ALIVE, NO_MEMORY, READY, task, terms
from newsarc.ingest.parts import Part, Reading, Shelter
from newsarc.ingest.tasks import Task, Why, tasks_of
from newsarc.source import Place

_AHEAD = 4  # tasks for each worker that are found before their turn
_MOST_HELD = 32 << 20  # bytes that the places of these may hold
_MOST_WAITING = 4 << 20  # bytes of results that a task may have before its turn
_QUEUED = 2  # tasks of a worker at once, so that it need not wait for us
_PIPE = 4096  # bytes that every pipe takes without a reader
_POLL = 0.25  # seconds
_GRACE = 1.0  # seconds after which a worker is ended whose own alarm did not
_START = 60.0  # seconds in which a worker must have begun


def parts(
    places: Iterable[Place | SourceError], how: Reading, *, jobs: int, shelter: Shelter, packs: bool
) -> Iterator[Part | None]:
    """Yield the records of all places, read by so many processes; None when nothing comes for a moment.

    `packs` asks for the compressed originals too. A script that calls this must be one that can be imported
    (`if __name__ == "__main__"`). Close the iterator, and no process is left.

    Raises:
        WorkersUnusable: They do not start.
        UnknownWord: The format by force does not exist.
    """
    if how.format:
        from newsarc.formats import named

        named(how.format)
    pool = _Pool(how, jobs, shelter, packs=packs)
    try:
        yield from pool.run(places)
    finally:
        pool.close()


class _Worker:
    """One process, the line to it, and what it has been told to do."""

    def __init__(self, told: dict[str, Any]) -> None:
        """Start it.

        Raises:
            OSError: The system does not.
        """
        context = get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=worker.main, args=(theirs, told), daemon=True)
        try:
            with _endings_held():
                self.process.start()
        except BaseException:
            self.line.close()
            raise
        finally:
            theirs.close()
        self.tasks: deque[Task] = deque()
        self.is_ready = False
        self.silent = 0.0
        """Seconds in which nobody said anything while this one was listened to."""

    def end(self, seconds: float = 0.0) -> int:
        """End it, at once or after so many seconds of grace; returns how it ended."""
        self.line.close()
        self.process.join(seconds)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        return self.process.exitcode or 0


class _Pool:
    """The workers, what is to be done, and the order in which it is wanted."""

    def __init__(self, how: Reading, jobs: int, shelter: Shelter, *, packs: bool) -> None:
        self._how = how
        self._jobs = jobs
        self._shelter = shelter
        self._told = terms(how, shelter, packs=packs)
        self._workers: list[_Worker] = []
        self._order: deque[Task | Part | Place] = deque()
        self._todo: list[Task] = []

    def run(self, places: Iterable[Place | SourceError]) -> Iterator[Part | None]:
        """Yield parts in the order of the places."""
        found = tasks_of(places, self._how)
        while True:
            self._look_ahead(found)
            if not self._order:
                return
            self._hand_out()
            first = self._order[0]
            if isinstance(first, Part):
                yield first
            elif isinstance(first, Place):
                from newsarc.ingest import reading

                yield from reading.parts(first, self._how)
            else:
                if not self._listen(0 if first.parts else _POLL) and not first.parts:
                    yield None
                first.waiting = 0
                while first.parts:
                    yield first.parts.popleft()
            if not isinstance(first, Task) or first.is_done:
                self._order.popleft()

    def close(self) -> None:
        """End all processes; those at work at once."""
        for one in self._workers:
            if one.tasks:
                one.process.kill()
            one.line.close()
        for one in self._workers:
            one.end(_GRACE)
        self._workers.clear()

    def _look_ahead(self, found: Iterator[Task | Part | Place]) -> None:
        """Find what comes next: so much that no worker waits, so little that it costs no memory."""
        while len(self._order) < _AHEAD * self._jobs and self._held() < _MOST_HELD:
            more = next(found, None)
            if more is None:
                return
            self._order.append(more)
            if isinstance(more, Task):
                self._todo.append(more)

    def _held(self) -> int:
        return sum(one.held for one in self._order if isinstance(one, Task))

    def _hand_out(self) -> None:
        """Give tasks to workers, strictly in order, so that what is wanted first never waits for what comes later."""
        while self._todo and (one := self._worker_for(self._todo[0])):
            first = self._todo.pop(0)
            one.silent = one.silent if one.tasks else 0.0
            one.tasks.append(first)
            with suppress(ConnectionError):  # it died; we hear of it when we listen
                one.line.send_bytes(task(first.places))

    def _worker_for(self, wanted: Task) -> _Worker | None:
        """Choose an idle worker, else start one, else one that is busy and whose pipe takes the task meanwhile."""
        for one in self._workers:
            if not one.tasks:
                return one
        if len(self._workers) < self._jobs:
            try:
                self._workers.append(_Worker(self._told))
            except OSError as error:
                raise WorkersUnusable(error.filename or "process", error.strerror or str(error)) from error
            return self._workers[-1]
        if wanted.is_again or wanted.size > _PIPE:
            return None
        busy = min(self._workers, key=lambda one: len(one.tasks))
        return busy if len(busy.tasks) < _QUEUED else None

    def _listen(self, seconds: float) -> bool:
        """Hear the workers, and end those that say nothing for too long; tells whether any said something."""
        heard = {one.line: one for one in self._workers if not self._must_wait(one)}
        lines = wait(heard, seconds)
        for line in lines:
            if isinstance(line, Connection):
                self._hear(heard[line])
        if not lines and seconds:
            for one in heard.values():
                one.silent += seconds
                self._lose_patience(one)
        return bool(lines)

    def _must_wait(self, one: _Worker) -> bool:
        """Tell whether a worker has said enough for now: its turn is later."""
        return bool(one.tasks) and one.tasks[0] is not self._order[0] and one.tasks[0].waiting > _MOST_WAITING

    def _hear(self, one: _Worker) -> None:
        """Take one message."""
        one.silent = 0.0
        try:
            message = one.line.recv_bytes()
        except (EOFError, OSError):
            self._bury(one)
            return
        if message == READY:
            one.is_ready = True
        elif message == NO_MEMORY:
            self._bury(one, partial(WorkerMemory, why=f"more than {self._shelter.memory:,} bytes"))
        elif message != ALIVE:
            try:
                one.tasks[0].take(message)
            except (ValueError, TypeError, IndexError):
                one.process.kill()
                self._bury(one, partial(WorkerCrashed, why="its answer makes no sense"))
                return
            if one.tasks[0].is_done:
                one.tasks.popleft()

    def _lose_patience(self, one: _Worker) -> None:
        if not one.is_ready and one.silent > _START:
            one.end()
            raise WorkersUnusable("process", f"one said nothing for {_START:.0f} seconds")
        if one.is_ready and one.tasks and one.silent > self._shelter.timeout + _GRACE:
            one.process.kill()
            self._bury(one, self._too_late())

    def _too_late(self) -> Why:
        return partial(WorkerTimeout, why=f"more than {self._shelter.timeout:g} s")

    def _bury(self, one: _Worker, error: Why | None = None) -> None:
        """Find out what a worker died of, and what of its work is left.

        Raises:
            WorkersUnusable: It died before it began.
        """
        status = one.end(_GRACE)
        self._workers.remove(one)
        if not one.is_ready:
            raise WorkersUnusable("process", f"one ended with {_shown(status)}")
        if error is None:
            is_alarm = hasattr(signal, "SIGALRM") and status == -signal.SIGALRM
            error = self._too_late() if is_alarm else partial(WorkerCrashed, why=f"it ended with {_shown(status)}")
        for number, lost in enumerate(one.tasks):
            again = [lost] if number else lost.blame(error)
            if not number:
                place = self._order.index(lost) + 1
                for single in reversed(again):
                    self._order.insert(place, single)
            for single in again:
                insort(self._todo, single, key=attrgetter("key"))


def _shown(status: int) -> str:
    """Say how a process ended."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


@contextmanager
def _endings_held() -> Iterator[None]:
    """Let what would end us wait: half a start would be a child that complains; where the system can.

    Who is started meanwhile holds it too, until `worker.main` has begun.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # when it starts, it takes the mask away again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, worker.HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
