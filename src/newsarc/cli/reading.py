"""The commands that read sources: into the archive, or to stdout."""

import os
import sys
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.opening import let_index_know, place_of
from newsarc.cli.options import (
    archive_option,
    jobs_of,
    limit_options,
    one_of,
    output_options,
    reading_of,
    reading_options,
    work_options,
)
from newsarc.cli.output import COMMITTED, kept, lasting, now, present, say, screen, tell, write

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.errors import NewsarcError
    from newsarc.ingest import Summary
    from newsarc.present import Progress


_LISTS = ("table", "jsonl", "json", "csv", "tsv", "markdown")


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@archive_option
@reading_options
@click.option("--dry-run", is_flag=True, help="Read and count; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object on stdout.")
@click.option("--no-originals", is_flag=True, help="For a new archive: do not keep the bytes that were read.")
@work_options
@limit_options
def ingest(sources: tuple[str, ...], **said: Any) -> int:
    """Read files, folders or stdin (-) into the archive.

    The same story again adds nothing; other text under the same id is kept as its next version. What cannot be read
    goes to quarantine with the reason, and the run goes on; so does a document that crashes its reader, takes too long
    or too much memory.

    \b
    Examples:
      newsarc ingest dump.txt
      newsarc ingest --include '*.txt' dumps/ more/
      newsarc ingest --category Sport - < dump.txt

    Exit status: 0 done, 1 some sources are in quarantine, 2 usage, 4 the archive is damaged, 74 a source or the disk
    failed, 75 locked by another run.
    """
    with lasting("" if said["dry_run"] else COMMITTED):
        return _ingest(sources, said)


def _ingest(sources: tuple[str, ...], said: dict[str, Any]) -> int:
    """Read sources into the archive, say what became of them, and return the exit code of it."""
    from newsarc.ingest import Shelter, Summary
    from newsarc.ingest import ingest as run
    from newsarc.present import progress
    from newsarc.source import find

    how, summary = reading_of(said), Summary()
    archive = _archive_for_ingest({**said, "sources": sources})
    found = find(sources, include=said["include"], skip=summary.skip, limits=how.limits)
    jobs, shelter = jobs_of(said["jobs"]), Shelter(said["timeout"], said["memory"])
    with progress(sys.stderr, "articles") as shown:
        watch = _watching(shown, summary, sources, said["include"])
        work = run(
            found, archive, clock=now, how=how, dry_run=said["dry_run"], wait=said["wait"], jobs=jobs, shelter=shelter,
            watch=watch,
        )  # fmt: skip
        with closing(work) as outcomes:
            for outcome in outcomes:
                summary.add(outcome)
                say(outcome.error)
                watch(0, 0)
    summary.learned = archive.joiner.revised if archive and archive.joiner else 0
    if said["as_json"]:
        write([summary.line()])
    tell(("dry run: " if said["dry_run"] else "") + summary.sentence())
    return summary.exit_code


def _watching(
    shown: "Progress", summary: "Summary", sources: tuple[str, ...], include: tuple[str, ...]
) -> Callable[[int, int], None]:
    """Make what is told of each batch; how much there is to read is asked only where a person sees it."""
    from newsarc.source.weighing import weight

    total = weight(sources, include) if shown.is_seen else None
    articles = done = 0

    def watch(more: int, length: int) -> None:
        nonlocal articles, done
        articles, done = articles + more, done + length
        shown.show(articles, done=done, total=total, said=summary.sentence() if summary.sources else "")

    return watch


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@reading_options
@limit_options
@output_options
def parse(sources: tuple[str, ...], **said: Any) -> int:
    """Read sources and print their records; no archive is touched.

    \b
    Examples:
      newsarc parse dump.txt | jq .related
      newsarc parse - < dump.txt

    Exit status: 0 done, 1 some sources could not be read, 2 usage, 74 input or output failed.
    """
    from newsarc.ingest import read_all
    from newsarc.source import find

    failed: list[NewsarcError] = []
    how = reading_of(said)
    found = read_all(find(sources, include=said["include"], limits=how.limits), how)
    present((article.line() for article in kept(found, failed)), said)
    return max((error.exit_code for error in failed), default=0)


@click.command()
@click.option("--output", metavar="FORM", callback=one_of(_LISTS, "output form"),
              help=f"{', '.join(_LISTS)}. A table on a terminal, jsonl into a pipe.")  # fmt: skip
def formats(output: str | None) -> None:
    """List what is read: how each format is recognised, and which fields of a record it can fill.

    \b
    Examples:
      newsarc formats
      newsarc formats | jq -r .format

    Exit status: 0 done, 2 usage.
    """
    import json

    from newsarc.formats import FORMATS
    from newsarc.present import WRITERS

    seen = screen()
    form = output or ("table" if seen.is_terminal else "jsonl")
    rows = (
        {"format": known.NAME, "about": known.ABOUT, "recognised": known.SIGN, "fields": known.FIELDS}
        for known in FORMATS
    )
    names = ("format", "about", "recognised", "fields")
    write(WRITERS[form]((json.dumps(row, ensure_ascii=False).encode() for row in rows), names, seen))


def _archive_for_ingest(said: dict[str, Any]) -> "Archive | None":
    """Open or make the archive and say where it is; a dry run makes none, nor does a run over nothing."""
    from newsarc.archive import Archive
    from newsarc.errors import ArchiveNotFound

    place = place_of(said["place"])
    if said["dry_run"]:
        try:
            return Archive(place)
        except ArchiveNotFound:
            return None
    if not any(name == "-" or os.path.lexists(name) for name in said["sources"]):
        return None  # nothing can be read, so there is nothing to make an archive for
    archive, created = Archive.create(place, originals=not said["no_originals"], tell=tell)
    tell(f"archive {place}" + (" (created)" if created else ""))
    if said["no_originals"] and archive.keeps_originals:
        tell("newsarc: this archive keeps originals; --no-originals is fixed when an archive is made")
    let_index_know(archive)
    return archive
