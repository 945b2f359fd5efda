"""A process that reads documents for another one, and may die of them: the child's side.

It reads what it is told to, one task after the other, sends what comes out, and ends when its parent does. An alarm
ends it when one document takes too long, whatever hangs; the system refuses it memory beyond its share.
"""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from newsarc.archive.originals import compressed
from newsarc.errors import WorkerCrashed
from newsarc.ingest.messages import ALIVE, NO_MEMORY, READY, Piece, places_of, reading_of, results, said
from newsarc.ingest.parts import Part
from newsarc.source import Place, Source

try:
    import resource
except ImportError:  # not on every platform; there, time alone is bounded
    resource = None  # type: ignore[assignment]

HELD = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}
"""What ends a run, and is held back while a worker is started."""

MOST_RECORDS = 100  # of a message
MOST_BYTES = 1 << 20  # after which a message is sent
_LONG = 2  # megabytes of one source after which each one is a sign of life
_LONGEST_WHY = 200  # characters of what a bug says


def main(connection: Connection, terms: dict[str, Any]) -> None:
    """Serve one parent until it closes its end; `terms` are those of `messages.terms`."""
    _leave_the_terminal()
    from newsarc.ingest import reading
    from newsarc.normalize.categories import lexicon

    gc.set_threshold(100_000, 20, 20)  # records hold no cycles
    lexicon()
    how = reading_of(terms)
    line = _Line(connection, terms["timeout"], packs=terms["packs"])
    _bound_memory(terms["memory"])
    is_full = False
    with suppress(EOFError, ConnectionError):  # the parent is gone
        line.send(READY)
        while not is_full:
            task = line.receive()
            try:
                for place in places_of(task):
                    line.begin()
                    for part in _guarded(reading.parts(place, how, line.tick), place):
                        line.add(part)
                line.flush()
            except MemoryError:
                is_full = True
        _bound_memory(None)
        line.send(NO_MEMORY)


def _guarded(parts: Iterator[Part], place: Place) -> Iterator[Part]:
    """Turn what a parser should never raise into the end of its document."""
    try:
        yield from parts
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it costs one document
        why = f"{type(error).__name__}: {error}".partition("\n")[0][:_LONGEST_WHY]
        yield Part(place, error=WorkerCrashed(place.name, why), is_last=True)


class _Line:
    """The line to the parent. What is to be sent is gathered; the alarm is set while a document is read.

    Of a source that was sent in part nothing waits while the next one is read: who dies then is known by it.
    """

    def __init__(self, connection: Connection, timeout: float, *, packs: bool) -> None:
        self._connection = connection
        self._timeout = timeout
        self._packs = packs
        self._pieces: list[Piece] = []
        self._blobs: list[bytes] = []
        self._records = self._bytes = self._megabytes = 0
        self._is_cut = False

    def receive(self) -> bytes:
        """Wait for the next task, as long as it takes."""
        self._set_alarm(0)
        return self._connection.recv_bytes()

    def begin(self) -> None:
        """Take up the next place of a task; its time begins."""
        self._pieces.append(Piece())
        self._megabytes = 0
        self._is_cut = False
        self._set_alarm(self._timeout)

    def add(self, part: Part) -> None:
        """Take a part, and send what has become much."""
        piece = self._pieces[-1]
        for record, original in part.entries:
            if not piece.records and not self._is_cut and original:
                piece.sha256, piece.held = original.sha256, part.held
                if self._packs and isinstance(original, Source):
                    piece.member = self._append(b"".join(compressed(original.chunks())))
            piece.records.append(self._append(record))
            self._records += 1
        piece.error, piece.is_last = said(part.error), part.is_last
        if self._records >= MOST_RECORDS or self._bytes >= MOST_BYTES or (part.is_last and self._is_cut):
            self.flush()
            if not part.is_last:
                self._pieces.append(Piece())
                self._is_cut = True

    def _append(self, blob: bytes) -> int:
        self._blobs.append(blob)
        self._bytes += len(blob)
        return len(blob)

    def flush(self) -> None:
        """Send what there is."""
        if self._pieces:
            data = results(self._pieces, self._blobs)
            self._pieces, self._blobs = [], []
            self._records = self._bytes = 0
            self.send(data)

    def tick(self) -> None:
        """Count a megabyte that was read; a long source shows that it goes on."""
        self._megabytes += 1
        if self._megabytes > _LONG:
            self.send(ALIVE)

    def send(self, data: bytes) -> None:
        """Send a message. The time until it is taken does not count; then the time of what is read begins anew."""
        self._set_alarm(0)
        self._connection.send_bytes(data)
        self._set_alarm(self._timeout)

    def _set_alarm(self, seconds: float) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, seconds)


def _leave_the_terminal() -> None:
    """Say nothing and hear nothing: the parent decides what an interrupt means."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
    if resource:
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _bound_memory(size: int | None) -> None:
    """Let the system refuse memory beyond so many bytes of address space; None takes the bound off again."""
    if resource:
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        with suppress(ValueError, OverflowError, OSError):  # more than is allowed, or not on this system
            resource.setrlimit(resource.RLIMIT_AS, (most if size is None else size, most))
