"""The command that keeps an archive filled: what arrives in a folder is read into it."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.ending import hear_endings
from newsarc.cli.opening import let_index_know, place_of
from newsarc.cli.options import (
    archive_option,
    jobs_of,
    limit_options,
    one_of,
    reading_of,
    reading_options,
    work_options,
)
from newsarc.cli.output import lasting, now, tell
from newsarc.cli.values import DAY, between

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.watch import Ears, Terms, Told

_COMMITTED = "what was committed is archived, start it again to go on"
_POLL = 5.0  # seconds between two looks where nothing can be heard


@click.command()
@click.argument("folder", metavar="FOLDER")
@archive_option
@click.option("--once", is_flag=True, help="Take what is finished, and end; for cron.")
@click.option("--settle", metavar="SECONDS", callback=between(float, 0, DAY), default="2", show_default=True,
              help="A file counts as finished when it has not changed for so long.")  # fmt: skip
@click.option("--poll", metavar="SECONDS", callback=between(float, 0.1, DAY),
              help="Look every so often and listen to no events, which folders on a network do not give.")  # fmt: skip
@click.option("--log-format", metavar="FORM", default="text", callback=one_of(("text", "jsonl"), "form of log"),
              help="text, or jsonl: one JSON object a line.")  # fmt: skip
@reading_options
@work_options
@limit_options
def watch(folder: str, **said: Any) -> int:
    """Read what arrives in a folder into the archive, until a signal ends it.

    A file is taken when it is finished: unchanged for --settle seconds. One that changes later is taken again. Folders
    in it are looked through too; links, hidden files and names such as x.part, x.tmp or x~ are passed over. Nothing in
    the folder is ever moved, changed or deleted. What was taken is remembered beside the archive's index, so a restart
    reads nothing twice. Each file is told in one line on stderr. A locked archive or a full disk is said, and tried
    again later.

    \b
    Examples:
      newsarc watch inbox/
      newsarc watch --once --include '*.txt' inbox/    from cron
      newsarc watch --poll 60 /mnt/agency/             a folder on a network

    Exit status: 129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM, as the shell expects; with --once 0 done, 1 some
    sources are in quarantine; 2 usage, 4 the archive is damaged, 74 the folder or the disk failed, 75 locked by
    another run.
    """
    with lasting(_COMMITTED):
        hear_endings()
        return _watch(folder, said)


def _watch(folder: str, said: dict[str, Any]) -> int:
    """Watch a folder, tell of each file, and return the exit code of it all."""
    from newsarc.ingest import Summary
    from newsarc.watch import check_folder
    from newsarc.watch import watch as run

    check_folder(folder)
    summary, note = Summary(), partial(_note, said)
    place = _place_made(said, note)
    with _ears(folder, said, note) as (ears, every):
        work = run(
            folder, partial(_opened, place, note), ears=ears, clock=now, seconds=time.monotonic,
            terms=_terms(said, every), once=said["once"],
        )  # fmt: skip
        with closing(work) as done:
            for one in done:
                _log(one, said)
                if one.outcome:
                    summary.add(one.outcome)
    note(summary.sentence())
    return summary.exit_code


def _place_made(said: dict[str, Any], note: Callable[[str], None]) -> str:
    """Say where the archive is, and make it if there is none."""
    from newsarc.archive import Archive

    place = place_of(said["place"])
    _, created = Archive.create(place, tell=note)
    note(f"archive {place}" + (" (created)" if created else ""))
    return place


@contextmanager
def _opened(place: str, note: Callable[[str], None]) -> "Iterator[Archive]":
    """Open the archive for a round of files."""
    from newsarc.archive import Archive
    from newsarc.index import Index

    archive = Archive(place, tell=note)
    let_index_know(archive)
    try:
        yield archive
    finally:
        if isinstance(archive.known, Index):
            archive.known.close()


@contextmanager
def _ears(folder: str, said: dict[str, Any], note: Callable[[str], None]) -> "Iterator[tuple[Ears, float]]":
    """Choose how news is waited for, and how long at most; say which it is."""
    from newsarc.watch import EVERY, events

    if said["once"]:
        yield _deaf, EVERY
    elif said["poll"]:
        note(f"watching {folder}, with a look every {said['poll']:g} s")
        yield _deaf, said["poll"]
    else:
        with events(folder, time.monotonic) as ears:
            slow = f"a look every {_POLL:g} s, for no events are heard; they need pip install 'newsarc[watch]'"
            note(f"watching {folder}, with {'events' if ears else slow}")
            yield ears or _deaf, EVERY if ears else _POLL


def _deaf(most: float) -> bool:
    """Hear nothing, and let the time pass."""
    time.sleep(most)
    return False


def _terms(said: dict[str, Any], every: float) -> "Terms":
    from newsarc.ingest import Shelter
    from newsarc.watch import Terms

    shelter = Shelter(said["timeout"], said["memory"])
    return Terms(said["settle"], every, said["include"], reading_of(said), said["wait"], jobs_of(said["jobs"]), shelter)


def _log(one: "Told", said: dict[str, Any]) -> None:
    """Write a line of the log, in the form that was asked for."""
    tell(one.line() if said["log_format"] == "jsonl" else one.text())


def _note(said: dict[str, Any], sentence: str) -> None:
    """Log something that is about no file."""
    from newsarc.watch import Told

    _log(Told(now(), None, "note", sentence), said)
