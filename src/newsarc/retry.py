"""What could not be read once is read again: sources in quarantine, with today's reader, into the archive.

What can be read now is archived in the ordinary way, and its note says so; what cannot stays, with today's reason.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter

from newsarc.archive import LOCK_WAIT, Archive
from newsarc.archive.disk import Disk
from newsarc.archive.quarantine import Failed, check, raw_path, settle
from newsarc.errors import ArchiveDamaged, SourceError
from newsarc.ingest import Outcome, Reading, Shelter, ingest
from newsarc.ingest.parts import SHELTER
from newsarc.source import Limits, Place, find


def retry(
    failures: Iterable[Failed],
    archive: Archive,
    *,
    clock: Callable[[], datetime],
    how: Reading,
    wait: float = LOCK_WAIT,
    jobs: int = 1,
    shelter: Shelter = SHELTER,
    disk: Disk | None = None,
) -> Generator[Outcome | ArchiveDamaged]:
    """Read sources in quarantine again and yield what became of each; what was archived is durable then.

    A run that is killed between archive and note finds the source unchanged the next time, and notes it then. Bytes
    that are not as they came are left alone; that is yielded last. With `jobs`, other processes read, so that what
    once crashed or hung costs only itself again.

    Raises:
        UnknownWord, ArchiveLocked, ArchiveDamaged, StorageError: The run cannot go on.
    """
    steps, folder = disk or Disk(), os.path.join(archive.root, "quarantine")
    owners: deque[str] = deque()  # whose the outcomes to come are
    damaged: list[ArchiveDamaged] = []

    def places() -> Iterator[Place | SourceError]:
        for failed in failures:
            try:
                check(steps, folder, failed.sha256)
            except ArchiveDamaged as error:
                damaged.append(error)
                continue
            for place in _places(folder, failed, how.limits):
                owners.append(failed.sha256)
                yield place

    work = ingest(places(), archive, clock=clock, how=how, wait=wait, jobs=jobs, shelter=shelter)
    with closing(work) as outcomes:
        for digest, group in groupby(((owners.popleft(), outcome) for outcome in outcomes), itemgetter(0)):
            done = [outcome for _, outcome in group]
            if any(map(_stories, done)) and not any(outcome.error for outcome in done):
                settle(steps, folder, digest, now=clock())
            yield from done
    yield from damaged


def _places(folder: str, failed: Failed, limits: Limits) -> Iterator[Place | SourceError]:
    """Find what lies in a source, under the name it came with."""
    named = partial(_named, raw_path("", failed.sha256), failed.where or failed.sha256)
    for found in find([raw_path(folder, failed.sha256)], limits=limits):
        fault = found if isinstance(found, SourceError) else found.fault
        fault = type(fault)(named(fault.where), fault.why) if fault else None
        if isinstance(found, Place):
            yield replace(found, name=named(found.name), fault=fault)
        elif fault:
            yield fault


def _named(file: str, name: str, where: str) -> str:
    """Say a name with that of the source in place of our file's; what a member adds to it stays."""
    return name + where.partition(file)[2]


def _stories(outcome: Outcome) -> int:
    return outcome.new + outcome.versions + outcome.revisions + outcome.unchanged
