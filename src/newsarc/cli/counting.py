"""The command that counts: how many stories there are of what, in numbers or drawn."""

import sys
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.opening import opened
from newsarc.cli.options import archive_option, count_filters, query_of, row_options
from newsarc.cli.output import dumped, screen, tell, write
from newsarc.cli.values import MANY, between

if TYPE_CHECKING:
    from newsarc.stats import Count

_SHOWN = 30  # words in a picture, unless a person says how many


def _names(_ctx: click.Context, _param: click.Parameter, words: str) -> tuple[str, ...]:
    from newsarc.stats.names import names_of

    return names_of(words)


def _drawable(_ctx: click.Context, _param: click.Parameter, path: str | None) -> str | None:
    if path is not None:
        from newsarc.stats.drawing import form_of

        form_of(path)
    return path


@click.command()
@archive_option
@click.option(
    "--by",
    "names",
    metavar="NAME[,NAME]",
    default="category",
    show_default=True,
    callback=_names,
    help="What to count by: category, category_by, kind, status, format, language, genre, urgency, credit, "
    "keyword, service, place, warning, year, month, day, weekday, hour.",
)
@count_filters
@click.option(
    "--top",
    metavar="N",
    callback=between(int, 1, MANY),
    help=f"Of words only so many, the most frequent; {_SHOWN} in a picture.",
)
@row_options
@click.option(
    "--chart",
    metavar="FILE",
    callback=_drawable,
    help="Draw it into a file: .svg, .png or .html; needs newsarc[charts].",
)
@click.option("--force", is_flag=True, help="Let the chart take the place of a file that is there.")  # fmt: skip
def stats(place: str | None, names: tuple[str, ...], output: str | None, chart: str | None, **said: Any) -> None:
    """Count stories by one or two of their properties, in German time.

    Filters are those of list, and what list leaves out is not counted. Calendar names come in their order, words by how
    often they are there. A story with several keywords counts for each, one without for none.

    \b
    Examples:
      newsarc stats --by month --category Sport
      newsarc stats --by weekday,hour --since 2025
      newsarc stats --by keyword --top 100 --output csv > keywords.csv
      newsarc stats --by month,category --chart sections.svg

    Exit status: 0 done (nothing is an answer), 2 usage, or an extra that is not installed, 3 no archive here, 4 the
    archive is damaged, 74 the chart could not be written.
    """
    draw = _drawer(chart, force=said["force"])
    form = output or ("table" if screen().is_terminal else "jsonl")
    counts = _counted(place, names, said, is_drawn=bool(chart) or form == "table")
    if draw:
        draw(counts, names)
    if output or not chart:
        _show(counts, names, form)


def _counted(place: str | None, names: tuple[str, ...], said: dict[str, Any], *, is_drawn: bool) -> "list[Count]":
    """Count, and show how far it is where stories must be read."""
    from newsarc.present import progress
    from newsarc.stats import count_by

    archive, query = opened(place), query_of({**said, "limit": None, "order": "newest"})
    query = replace(query, is_unique=said["is_unique"])
    top = said["top"] or (_SHOWN if is_drawn else None)
    with progress(sys.stderr, "thousand stories") as shown:
        steps = count(1)
        return count_by(archive, query, names, top=top, advance=lambda: shown.show(next(steps)))


def _show(counts: "list[Count]", names: tuple[str, ...], form: str) -> None:
    from newsarc.present import COUNT_WRITERS
    from newsarc.stats import filled, row_of

    rows = filled(names, counts) if form == "table" else counts
    write(COUNT_WRITERS[form]((dumped(row_of(names, one)) for one in rows), (*names, "count"), screen()))


def _drawer(chart: str | None, *, force: bool) -> Any:
    """Return what draws into a file; whether it may and can is found out before anything is counted."""
    if chart is None:
        return None
    from newsarc.stats.drawing import ready, save

    ready(chart, force=force)

    def draw(counts: "list[Count]", names: tuple[str, ...]) -> None:
        save(chart, names, counts, force=force)
        tell(f"chart {chart}")

    return draw
