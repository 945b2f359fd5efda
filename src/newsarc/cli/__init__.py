"""Which words a person says: options, one call, present.

The only room that prints, exits, and reads the clock or the environment.

Every command is the same three parts: turn words into meanings (`options`), call the room of its name, hand what comes
out to a writer (`output`); `ending` turns errors into exit codes. Rooms are imported inside the command that needs
them, so that `--help` and `list` start at once.
"""

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from newsarc import __version__
from newsarc.cli.ending import run as run_and_end
from newsarc.cli.options import (
    SCHEMAS,
    archive_option,
    filters,
    nearest,
    one_of,
    output_options,
    query_of,
    reading_options,
)
from newsarc.cli.output import present, say, screen, tell, write
from newsarc.errors import NewsarcError, QueryError, UnknownWord

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.ingest import Reading

T = TypeVar("T")


class _Group(click.Group):
    """Commands in the order they are used; a mistyped one gets the nearest right name."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise UnknownWord(args[0], nearest("no such command", args[0], self.commands))
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="newsarc")
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> int:
    """Read raw news-agency text, keep it for ever, ask it questions.

    \b
    Examples:
      newsarc ingest dumps/                      read a folder into the archive
      newsarc list --category Politik            what there is, newest first
      newsarc show 3a64b5                        one article, by the beginning of its id
      newsarc list | jq -r .headline             into a pipe: JSON Lines

    Exit status: 0 done, 1 done in part (some sources are in quarantine), 2 usage or a malformed question, 3 not found,
    4 the archive is damaged, 70 a bug, 74 input or output failed, 75 locked by another run.
    """
    del debug  # `ending` looks for it, before there is a context
    if context.invoked_subcommand is None:
        write([context.get_help().encode() + b"\n"])
    return 0


def _place(place: str | None) -> str:
    """Return where the archive is: the option, the environment, else the user data folder."""
    if place is not None:
        if not place:
            raise QueryError("--archive", "it names no folder")
        return os.path.expanduser(place)
    from platformdirs import user_data_path

    return str(user_data_path("newsarc", appauthor=False) / "archive")


def _opened(place: str | None) -> "Archive":
    from newsarc.archive import Archive

    return Archive(_place(place), tell=tell)


def _now() -> datetime:
    return datetime.now(UTC)


# The commands.


@cli.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@archive_option
@reading_options
@click.option("--dry-run", is_flag=True, help="Read and count; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object on stdout.")
@click.option("--no-originals", is_flag=True, help="For a new archive: do not keep the bytes that were read.")
def ingest(sources: tuple[str, ...], **said: Any) -> int:
    """Read files, folders or stdin (-) into the archive.

    The same story again adds nothing; other text under the same id is kept as its next version. What cannot be read
    goes to quarantine with the reason, and the run goes on.

    \b
    Examples:
      newsarc ingest dump.txt
      newsarc ingest --include '*.txt' dumps/ more/
      newsarc ingest --category Sport - < dump.txt

    Exit status: 0 done, 1 some sources are in quarantine, 2 usage, 4 the archive is damaged, 74 a source or the disk
    failed, 75 locked by another run.
    """
    from newsarc.ingest import Summary
    from newsarc.ingest import ingest as run
    from newsarc.present import progress
    from newsarc.source import find

    how, summary = _reading(said), Summary()
    archive = _archive_for_ingest({**said, "sources": sources})
    with progress(sys.stderr) as advance:
        found = find(sources, include=said["include"], skip=summary.skip)
        for outcome in run(found, archive, clock=_now, how=how, dry_run=said["dry_run"]):
            summary.add(outcome)
            say(outcome.error)
            advance(summary.sentence())
    if said["as_json"]:
        write([summary.line()])
    tell(("dry run: " if said["dry_run"] else "") + summary.sentence())
    return summary.exit_code


@cli.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@reading_options
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
    found = read_all(find(sources, include=said["include"]), _reading(said))
    present((article.line() for article in _kept(found, failed)), said)
    return max((error.exit_code for error in failed), default=0)


@cli.command("list")
@archive_option
@filters
@output_options
@click.option("--count", "only_count", is_flag=True, help="Only how many there are.")
@click.option("--raw", is_flag=True, help="With the archive's framing, seq and chain.")
def list_(place: str | None, only_count: bool, raw: bool, **said: Any) -> None:
    """List articles, newest first.

    Filters of one kind are alternatives, of different kinds all must hold.

    \b
    Examples:
      newsarc list --category Politik --since 2025-02
      newsarc list --keyword USA --output csv > usa.csv
      newsarc list | jq -r .headline

    Exit status: 0 done (an empty list is an answer), 2 a filter that cannot be read, 3 no archive here, 4 the archive
    is damaged.
    """
    from newsarc.find import count, find

    archive, query = _opened(place), query_of(said)
    if only_count:
        write([b"%d\n" % count(archive, query)])
    else:
        present(find(archive, query, raw=raw or _wants_framing(said)), said)


@cli.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@archive_option
@output_options
@click.option("--raw", is_flag=True, help="With the archive's framing, seq and chain.")
@click.option("--original", is_flag=True, help="The bytes it was read from instead.")
def show(ids: tuple[str, ...], place: str | None, raw: bool, original: bool, **said: Any) -> int:
    """Show articles by id, or by the beginning of one or of its part after the last colon; - reads ids.

    \b
    Examples:
      newsarc show 3a64b5
      newsarc list --category Sport --output ids | newsarc show -
      newsarc show --original 3a64b5

    Exit status: 0 done, 2 a beginning that fits several ids, 3 an id or the archive is not there, 4 the archive is
    damaged.
    """
    from newsarc.find import show as run

    archive = _opened(place)
    missing: list[NewsarcError] = []
    found = _kept(run(archive, _ids(ids), raw=raw or _wants_framing(said)), missing)
    if original:
        _write_originals(archive, found)
    else:
        present(found, said, pages=True)
    return max((error.exit_code for error in missing), default=0)


@cli.command()
@click.option("--as", "form", metavar="FORM", default="json", callback=one_of(SCHEMAS, "schema form"),
              help=f"{', '.join(SCHEMAS)}; json is the default.")  # fmt: skip
@archive_option
def schema(form: str, place: str | None) -> None:
    """Print the record's columns, typed, in the words of other tools.

    For DuckDB the views `articles` and `newest` (one row an id) over the archive's own files.

    \b
    Examples:
      newsarc schema > newsarc.schema.json
      newsarc schema --as duckdb | duckdb news.db

    Exit status: 0 done, 2 usage.
    """
    from newsarc.present import plain
    from newsarc.schema import FORMS

    write([plain(FORMS[form](os.path.abspath(_place(place))), screen())])


# What the commands share.


def _archive_for_ingest(said: dict[str, Any]) -> "Archive | None":
    """Open or make the archive and say where it is; a dry run makes none, nor does a run over nothing."""
    from newsarc.archive import Archive
    from newsarc.errors import ArchiveNotFound

    place = _place(said["place"])
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
    return archive


def _reading(said: dict[str, Any]) -> "Reading":
    """Say how sources are to be read. Records hold no cycles, so a run over many looks for some only rarely."""
    from newsarc.formats import named
    from newsarc.ingest import Reading

    if said["format"]:
        named(said["format"])
    gc.set_threshold(100_000, 20, 20)
    return Reading(said["format"], said["category"], _now())


def _ids(words: tuple[str, ...]) -> list[str]:
    """Return the ids asked for, those on stdin in place of -: one a line, or a record a line."""
    ids: list[str] = []
    for word in words:
        ids += map(_id_of, filter(str.strip, sys.stdin or ())) if word == "-" else [word]
    return ids


def _id_of(line: str) -> str:
    """Return the id a line of stdin names."""
    if line.startswith("{"):
        import json

        with suppress(ValueError):
            return str(json.loads(line).get("id", ""))
    return line.strip()


def _wants_framing(said: dict[str, Any]) -> bool:
    """Tell whether the fields asked for stand only in the archive's framing."""
    return not {"seq", "chain"}.isdisjoint((said["fields"] or "").replace(" ", "").split(","))


def _kept(found: Iterable[T | NewsarcError], failed: list[NewsarcError]) -> Iterator[T]:
    """Pass on what was found; say what was not, and keep it for the exit code."""
    for one in found:
        if isinstance(one, NewsarcError):
            failed.append(one)
            say(one)
        else:
            yield one


def _write_originals(archive: "Archive", records: Iterable[bytes]) -> None:
    """Write the bytes articles were read from; as safe text where they go to a terminal."""
    from newsarc.article import from_line
    from newsarc.present import original

    articles = map(from_line, records)
    write(
        original(archive.original(article), article.origin.encoding if article.origin else "utf-8", screen())
        for article in articles
    )


def main() -> NoReturn:
    """Run the command line and end the process."""
    run_and_end(cli)
