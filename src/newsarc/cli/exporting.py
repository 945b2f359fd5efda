"""The command that carries articles elsewhere."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.opening import opened
from newsarc.cli.options import FORMS, KEPT_BACK, archive_option, one_of, query_of, usable_filters
from newsarc.cli.output import lasting, now, screen, tell, write
from newsarc.cli.values import worded
from newsarc.errors import QueryError
from newsarc.present import plain, progress

if TYPE_CHECKING:
    from newsarc.export import About
    from newsarc.present.pace import Progress


@click.command()
@click.argument("destination", metavar="DESTINATION", callback=worded)
@click.option("--to", "form", metavar="FORM", required=True, callback=one_of(FORMS, "export form"),
              help=f"{', '.join(FORMS)}.")  # fmt: skip
@archive_option
@usable_filters
@click.option("--force", is_flag=True, help="Replace a file, or a folder that an export made.")
def export(destination: str, form: str, place: str | None, force: bool, **said: Any) -> None:
    """Write articles to a file or a folder, for other tools.

    csv, tsv, sqlite and atom make a file; parquet, ninjs, nitf, markdown and text a folder. It appears when it is
    complete. Into a pipe, with - as DESTINATION, go csv, tsv and atom. What is embargoed, withdrawn or withheld never
    leaves, and neither does what list keeps back otherwise.

    \b
    Examples:
      newsarc export --to sqlite news.db
      newsarc export --to markdown --category Kultur --since 2025 notes/
      newsarc export --to parquet --force news-parquet/
      newsarc export --to csv - | head

    Exit status: 0 done (of no articles something empty), 2 a filter that cannot be read, something stands there, or an
    extra is not installed, 3 no archive here, 4 the archive is damaged, 74 it cannot be written, 75 another run writes
    there.
    """
    from newsarc.export import About
    from newsarc.export import export as run
    from newsarc.find import count, find

    archive, query = opened(place), query_of({**said, **KEPT_BACK})
    records, about = find(archive, query), About(now(), archive.uuid)
    if destination == "-":
        write(_piped(records, form, about))
    else:
        with lasting("nothing was written"), progress(sys.stderr, "stories") as shown:
            total = count(archive, query) if shown.is_seen else None
            number = run(_told(records, shown, total), form, os.path.expanduser(destination), about, force=force)
        tell(f"{number:,} {'story' if number == 1 else 'stories'} in {destination}")


def _piped(records: Iterable[bytes], form: str, about: "About") -> Iterator[bytes]:
    """Give what goes into a pipe; on a terminal what that may see.

    Raises:
        QueryError: The form is no stream.
    """
    from newsarc.export import chunks

    pieces = chunks(records, form, about)
    if pieces is None:
        raise QueryError(f"--to {form}", "it cannot be piped; name a file or a folder for it")
    seen = screen()
    return (plain(piece.decode(), seen) for piece in pieces) if seen.is_terminal else pieces


def _told(records: Iterable[bytes], shown: "Progress", total: int | None) -> Iterator[bytes]:
    """Show of each record that it is on its way."""
    for number, record in enumerate(records, 1):
        yield record
        shown.show(number, total=total)
