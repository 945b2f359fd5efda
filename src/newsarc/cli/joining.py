"""The commands that join stories: the links between them, copies and updates."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.opening import opened
from newsarc.cli.options import OUTPUTS, archive_option, filters, ids_of, one_of, query_of
from newsarc.cli.output import dumped, kept, screen, write
from newsarc.errors import QueryError

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.errors import NewsarcError
    from newsarc.query import Query

_FORMS = tuple(form for form in OUTPUTS if form != "ids")
_GRAPHS = ("graphml", "dot")
_EDGE = ("direction", "published", "category", "title", "id")
_MISSING = ("named", "published", "category", "title")
_PAIR = ("relation", "similarity", "id", "of")


def _output_option(forms: tuple[str, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--output", metavar="FORM", callback=one_of(forms, "output form"),
                        help=f"{', '.join(forms)}. A table on a terminal, jsonl into a pipe.")  # fmt: skip


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@archive_option
@click.option("--missing", "is_missing", is_flag=True, help="Stories that only links name, the most often named first.")
@filters
@_output_option((*_FORMS, *_GRAPHS))
def links(ids: tuple[str, ...], place: str | None, is_missing: bool, **said: Any) -> int:
    """Show what stories point to, and what points to them, archived or not; - reads ids.

    A link finds its story by the minute of publication and the title, by the first sentence of its lead, or by its
    address. One that fits several stories is said to have candidates. With --missing the filters are asked of what the
    links say.

    \b
    Examples:
      newsarc links 3a64b5
      newsarc links --missing --limit 20
      newsarc list --category Sport --output ids | newsarc links - --output dot | dot -Tsvg > sport.svg

    Exit status: 0 done, 2 usage, 3 an id or the archive is not there or may not be shown, 4 the archive is damaged.
    """
    if bool(ids) == is_missing:
        raise QueryError("links", "it takes ids, or --missing, not both")
    archive, failed, query = opened(place), list["NewsarcError"](), query_of(said)
    if is_missing:
        _write_missing(archive, query, said["output"])
    else:
        _write_edges(archive, ids_of(ids), query, said["output"], failed)
    return max((error.exit_code for error in failed), default=0)


@click.command()
@archive_option
@filters
@click.option("--relation", metavar="WORD", callback=one_of(("same_as", "update_of"), "relation"),
              help="Only copies (same_as), or only what carries on another story (update_of).")  # fmt: skip
@_output_option(_FORMS)
def duplicates(place: str | None, relation: str | None, **said: Any) -> None:
    """List the stories that repeat another one, or carry it on within 72 hours, newest first.

    The similarity is the share of the sequences of four words: of a copy those that both have (from 0.8 on), of an
    update those of the earlier story that it took over (from 0.5 on, or 0.25 under a headline that is alike).

    \b
    Examples:
      newsarc duplicates
      newsarc duplicates --relation same_as --since 2025 --output csv
      newsarc list --unique

    Exit status: 0 done, 2 usage, 3 no archive here, 4 the archive is damaged.
    """
    from newsarc.stories import opened as stories_of
    from newsarc.stories.pairs import pairs

    with stories_of(opened(place)) as stories:
        found = pairs(stories, query_of(said), relation)
        _write_rows((pair._asdict() for pair in found), said["output"], _PAIR, ("relation", "id", "of", "similarity"))


def _write_missing(archive: "Archive", query: "Query", output: str | None) -> None:
    from newsarc.stories import opened as stories_of
    from newsarc.stories.missing import Missing, missing

    with stories_of(archive) as stories:
        _write_rows((one._asdict() for one in missing(stories, query)), output, _MISSING, Missing._fields)


def _write_edges(
    archive: "Archive", ids: list[str], query: "Query", output: str | None, failed: list["NewsarcError"]
) -> None:
    """Write the edges of stories; of one that may not be shown only that is said."""
    from newsarc.find import show
    from newsarc.present.graph import GRAPHS
    from newsarc.stories import opened as stories_of
    from newsarc.stories.edges import Edge, edges

    records = map(json.loads, kept(show(archive, ids, query=query), failed))
    with stories_of(archive) as stories:
        found = ((record, edge) for record in records for edge in edges(stories, record, query))
        if output in GRAPHS:
            write(GRAPHS[output]({**edge._asdict(), "of": record} for record, edge in found))
        else:
            is_read = (output or ("table" if screen().is_terminal else "")) in ("table", "markdown")
            rows = ({**edge._asdict(), "of": record["id"]} for record, edge in found)
            _write_rows(map(_told, rows) if is_read else rows, output, _EDGE, (*Edge._fields, "of"))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Say for people why an edge has no id."""
    return {**row, "id": row["id"] or ("several fit" if row["candidates"] else "not archived")}


def _write_rows(
    rows: Iterable[Mapping[str, Any]], output: str | None, columns: tuple[str, ...], keys: tuple[str, ...]
) -> None:
    """Write rows: what matters in a table, all that is known for programs."""
    from newsarc.present import WRITERS

    seen = screen()
    form = output or ("table" if seen.is_terminal else "jsonl")
    write(WRITERS[form](map(dumped, rows), columns if form in ("table", "markdown") else keys, seen))
