"""The commands that go back to what was read: sources in quarantine, and originals under today's reader."""

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.opening import let_index_know, opened
from newsarc.cli.options import (
    archive_option,
    how_options,
    ids_of,
    jobs_of,
    limit_options,
    reading_of,
    row_options,
    wait_option,
    work_options,
)
from newsarc.cli.output import COMMITTED, dumped, kept, lasting, now, say, screen, tell, write
from newsarc.errors import ArchiveDamaged, NewsarcError, QueryError

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.archive.quarantine import Failed
    from newsarc.present import Progress
    from newsarc.reparse import Reread, Tally

_DIGITS = 12  # of a digest in a table


@click.command()
@click.argument("digests", nargs=-1, metavar="[DIGEST]...")
@archive_option
@click.option("--show", "is_show", is_flag=True, help="The bytes of these sources, unchanged.")
@click.option("--retry", "is_retry", is_flag=True, help="Read these, or all, with today's reader into the archive.")
@how_options
@work_options
@limit_options
@click.option("--all", "is_all", is_flag=True, help="List those too that could be read later.")
@row_options
def quarantine(digests: tuple[str, ...], place: str | None, **said: Any) -> int:
    """List the sources that could not be read, oldest first; show one, or try again.

    A DIGEST is any unambiguous beginning of the SHA-256 of a source's bytes. Nothing is ever deleted: what --retry
    could read is archived, and only listed with --all from then on.

    \b
    Examples:
      newsarc quarantine
      newsarc quarantine --show 5cc3 | less
      newsarc quarantine --retry

    Exit status: 0 done, 1 some could still not be read, 2 usage, 3 a digest or the archive is not there, 4 a note or
    the bytes of a source are damaged, 74 input or output failed, 75 locked by another run.
    """
    if said["is_show"] and (said["is_retry"] or not digests):
        raise QueryError("--show", "it takes digests, and no --retry")
    archive, failed = opened(place), list[NewsarcError]()
    found = _chosen(archive, digests, failed, is_all=said["is_all"])
    status = 0
    if said["is_show"]:
        _show(archive, found, failed)
    elif said["is_retry"]:
        with lasting(COMMITTED):
            status = _retry(archive, found, said, failed)
    else:
        _list(found, said["output"], is_all=said["is_all"])
    return max([status, *(error.exit_code for error in failed)])


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@archive_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and how; write nothing.")
@wait_option
@row_options
def reparse(ids: tuple[str, ...], place: str | None, dry_run: bool, wait: float, output: str | None) -> int:
    """Read kept originals again with today's newsarc; a reading that differs becomes a new revision.

    All of them, or those of the articles named (- reads ids). What a person said of a category stays, and so do id and
    version. A shift of mere confidences is no difference, so a second run changes nothing.

    \b
    Examples:
      newsarc reparse --dry-run
      newsarc reparse
      newsarc list --category Sport --output ids | newsarc reparse -

    Exit status: 0 done, 2 usage, 3 an id or the archive is not there, 4 an original or a line is damaged, 74 input or
    output failed, 75 locked by another run.
    """
    from newsarc.present import progress
    from newsarc.reparse import Tally
    from newsarc.reparse import reparse as run

    archive, failed, tally = opened(place), list[NewsarcError](), Tally()
    names = _named(archive, ids, failed) if ids else None
    is_shown = dry_run or output is not None
    work = run(archive, clock=now, names=names, dry_run=dry_run, wait=wait)
    with (
        lasting("" if dry_run else COMMITTED),
        progress(None if is_shown else sys.stderr, "versions") as shown,
        closing(work) as found,
    ):
        let_index_know(archive)
        done = _told(found, tally, shown, archive.head().seq if names is None else len(names))
        if is_shown:
            _show_changes(done, output)
        else:
            deque(done, 0)
    tell(("dry run: " if dry_run else "") + tally.sentence())
    return max([tally.exit_code, *(error.exit_code for error in failed)])


def _chosen(archive: "Archive", digests: Sequence[str], failed: list[NewsarcError], *, is_all: bool) -> list["Failed"]:
    """Return the sources that are meant; damage and what is not there is said, and kept for the exit code."""
    from newsarc.archive.disk import Disk
    from newsarc.archive.quarantine import listed, named

    found = list(kept(listed(Disk(), _folder(archive)), failed))
    if digests:
        return list(kept(named(found, digests), failed))
    return [one for one in found if is_all or not one.archived]


def _folder(archive: "Archive") -> str:
    return os.path.join(archive.root, "quarantine")


def _list(found: Sequence["Failed"], output: str | None, *, is_all: bool) -> None:
    """List sources: what matters on a terminal, all that is known for programs."""
    from newsarc.archive.quarantine import Failed
    from newsarc.present import WRITERS

    seen = screen()
    form = output or ("table" if seen.is_terminal else "jsonl")
    rows: list[dict[str, Any]] = [one._asdict() for one in found]
    fields: tuple[str, ...] = Failed._fields
    if form in ("table", "markdown"):
        fields = ("when", "reason", "source", "size", "digest", "archived")[: 6 if is_all else 5]
        rows = [
            {
                "when": (one.quarantined or "")[:16].replace("T", " "),
                "reason": one.reason,
                "source": one.where,
                "size": f"{one.size:,}",
                "digest": one.sha256[:_DIGITS],
                "archived": one.archived,
            }
            for one in found
        ]
    write(WRITERS[form](map(dumped, rows), fields, seen))


def _show(archive: "Archive", found: Sequence["Failed"], failed: list[NewsarcError]) -> None:
    """Write the bytes of sources as they came; as safe text where they go to a terminal."""
    from newsarc.archive.disk import Disk
    from newsarc.archive.quarantine import chunks
    from newsarc.encoding import decode_head
    from newsarc.present import original

    seen = screen()
    for one in found:
        data = chunks(Disk(), _folder(archive), one.sha256)
        try:
            if seen.is_terminal:
                whole = b"".join(data)
                write([original(whole, decode_head(whole)[1], seen)])
            else:
                write(data)
        except ArchiveDamaged as error:
            failed.append(error)
            say(error)


def _retry(archive: "Archive", found: Sequence["Failed"], said: dict[str, Any], failed: list[NewsarcError]) -> int:
    """Read sources again, say what became of them, and return the exit code of it."""
    from newsarc.ingest import Shelter, Summary
    from newsarc.present import progress
    from newsarc.retry import retry

    let_index_know(archive)
    how, summary, shelter = reading_of(said), Summary(), Shelter(said["timeout"], said["memory"])
    work = retry(found, archive, clock=now, how=how, wait=said["wait"], jobs=jobs_of(said["jobs"]), shelter=shelter)
    with progress(sys.stderr, "sources") as shown, closing(work) as outcomes:
        for number, outcome in enumerate(kept(outcomes, failed), 1):
            summary.add(outcome)
            say(outcome.error)
            shown.show(number, total=len(found), said=summary.sentence())
    tell(summary.sentence())
    return summary.exit_code


def _named(archive: "Archive", words: tuple[str, ...], failed: list[NewsarcError]) -> set[str]:
    """Return the ids that are meant; what is not there is said, and kept for the exit code."""
    from newsarc.archive.filing import id_of
    from newsarc.find import show

    return {id_of(record) for record in kept(show(archive, ids_of(words)), failed)}


def _told(done: Iterable["Reread"], tally: "Tally", shown: "Progress", total: int) -> Iterator["Reread"]:
    """Count what comes, and say why something stays as it is."""
    for number, one in enumerate(done, 1):
        tally.add(one)
        if one.note:
            tell(f"newsarc: {'error: ' * (one.what == 'damaged')}{one.note}")
        shown.show(number, total=max(number, total), said=tally.sentence())
        yield one


def _show_changes(done: Iterable["Reread"], output: str | None) -> None:
    """Write a row for each field that today's newsarc reads otherwise."""
    from newsarc.present import WRITERS

    seen = screen()
    form = output or ("table" if seen.is_terminal else "jsonl")
    rows = (
        {"id": one.id, "version": one.version, **change.shown(is_short=form in ("table", "markdown"))}
        for one in done
        for change in one.changes
    )
    write(WRITERS[form](map(dumped, rows), ("id", "version", "field", "old", "new"), seen))
