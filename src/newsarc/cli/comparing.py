"""The commands that look at the life of one story: its versions, and how two of them differ."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from newsarc.cli.opening import opened
from newsarc.cli.options import archive_option, hidden_options, row_options, shown_of
from newsarc.cli.output import dumped, screen, tell, write
from newsarc.errors import QueryError
from newsarc.present import Writer

_BOTH = 2


@click.command()
@click.argument("name", metavar="ID")
@archive_option
@row_options
@hidden_options
def history(name: str, place: str | None, output: str | None, **said: Any) -> None:
    """List every version of one article and every reading of it, newest first.

    What its SOURCE changed makes a version, what OUR READING changed a revision: 2.1 is the first reading of version 2.
    Each with the fields that changed, its signals and notes, its category. Of what is embargoed, withdrawn or withheld
    only number, status and times are given, unless an option asks for it.

    \b
    Examples:
      newsarc history 3a64b5
      newsarc history 3a64b5 | jq -r '[.name, .note] | @tsv'

    Exit status: 0 done, 2 a beginning that fits several ids, 3 the id or the archive is not there, 4 the archive is
    damaged.
    """
    from newsarc.present import HISTORY_WRITERS
    from newsarc.query import Query
    from newsarc.versions import HISTORY_FIELDS
    from newsarc.versions import history as run

    lines = run(opened(place), name, Query(**shown_of(said)), tell=tell)
    _show(lines, HISTORY_FIELDS, HISTORY_WRITERS, output)


@click.command()
@click.argument("name", metavar="ID")
@click.argument("versions", nargs=-1, metavar="[V1 [V2]]")
@archive_option
@row_options
@hidden_options
def diff(name: str, versions: tuple[str, ...], place: str | None, output: str | None, **said: Any) -> None:
    """Mark the words that two versions of one article differ in, and say whose change each is.

    The newest version and the one before it, or of a single version its two latest readings; V1 alone is compared with
    the newest. Write 2 for version 2 in its latest reading, 2.1 for its first; where both its provider and the archive
    count a 2, p2 and a2.

    \b
    Examples:
      newsarc diff 3a64b5
      newsarc diff 3a64b5 1 3
      newsarc diff 3a64b5 2.1 2.2 --output markdown

    Exit status: 0 done (no difference is an answer), 2 a beginning that fits several ids, or no such version, 3 the id
    or the archive is not there, or one of the two may not be shown, 4 the archive is damaged.
    """
    from newsarc.present import DIFF_WRITERS
    from newsarc.query import Query
    from newsarc.versions import DIFF_FIELDS, compare

    if len(versions) > _BOTH:
        raise QueryError(versions[_BOTH], "two versions are compared, no more")
    lines = compare(opened(place), name, versions, Query(**shown_of(said)), tell=tell)
    _show(lines, DIFF_FIELDS, DIFF_WRITERS, output)


def _show(
    rows: Iterable[dict[str, Any]], fields: tuple[str, ...], writers: Mapping[str, Writer], output: str | None
) -> None:
    seen = screen()
    write(writers[output or ("table" if seen.is_terminal else "jsonl")](map(dumped, rows), fields, seen))
