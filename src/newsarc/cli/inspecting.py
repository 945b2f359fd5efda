"""The command that shows what newsarc makes of a source, and why."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.options import limit_options, one_of, reading_of, reading_options
from newsarc.cli.output import dumped, say, screen, write

if TYPE_CHECKING:
    from newsarc.errors import NewsarcError

_FORMS = ("table", "jsonl", "json")


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@reading_options
@limit_options
@click.option("--output", metavar="FORM", callback=one_of(_FORMS, "output form"),
              help=f"{', '.join(_FORMS)}. A table on a terminal, jsonl into a pipe.")  # fmt: skip
def inspect(sources: tuple[str, ...], output: str | None, **said: Any) -> int:
    """Show what became of each block of a source, and which rule decided it; no archive is touched.

    Beside each block of text the field it became; then dates as printed and as understood, the words that decided the
    category, where the titles of related links end, repairs, warnings, and what stayed unparsed. Of a source that no
    format claims, what each format looked for. Private parts appear as [left out, N characters].

    \b
    Examples:
      newsarc inspect dump.txt
      newsarc inspect dump.txt --output json | jq '.[0].blocks[] | [.field, .rule]'

    Exit status: 0 done, 1 some sources could not be read, 2 usage, 74 input or output failed.
    """
    from newsarc.inspecting import KEYS
    from newsarc.present import INSPECTION_WRITERS

    failed: list[NewsarcError] = []
    seen = screen()
    writer = INSPECTION_WRITERS[output or ("table" if seen.is_terminal else "jsonl")]
    write(writer(_reports(sources, said, failed), KEYS, seen))
    return max((error.exit_code for error in failed), default=0)


def _reports(sources: tuple[str, ...], said: dict[str, Any], failed: "list[NewsarcError]") -> Iterator[bytes]:
    """Yield a report of every story; say what could not be read, and keep it for the exit code."""
    from newsarc.inspecting import inspect as run
    from newsarc.source import find

    how = reading_of(said)
    for report, error in run(find(sources, include=said["include"], limits=how.limits), how):
        if report:
            yield dumped(report)
        if error:
            failed.append(error)
            say(error)
