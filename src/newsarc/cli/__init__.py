"""Which words a person says: options, one call, present.

The only room that prints, exits, and reads the clock or the environment.

Every command is the same three parts: turn words into meanings (`options`), call the room of its name, hand what comes
out to a writer (`output`); `ending` turns errors into exit codes. The commands stand in `reading` and `watching` (into
the archive), `asking` and `comparing` (out of it), `keeping` and `caring` (care for it). Rooms are imported inside the
command that needs them, so that `--help` and `list` start at once.
"""

import os
from contextlib import nullcontext, suppress
from typing import NoReturn

import click

from newsarc import __version__
from newsarc.cli.asking import list_, schema, search, show
from newsarc.cli.caring import quarantine, reparse
from newsarc.cli.comparing import diff, history
from newsarc.cli.completing import ASKED, completion, end_with_answer
from newsarc.cli.configuring import apply, config_
from newsarc.cli.correcting import audit
from newsarc.cli.counting import stats
from newsarc.cli.ending import run as run_and_end
from newsarc.cli.exporting import export
from newsarc.cli.inspecting import inspect
from newsarc.cli.joining import duplicates, links
from newsarc.cli.keeping import erase, repair, verify
from newsarc.cli.manual import man
from newsarc.cli.options import nearest
from newsarc.cli.output import write
from newsarc.cli.reading import formats, ingest, parse
from newsarc.cli.serving import serve
from newsarc.cli.watching import watch
from newsarc.errors import ConfigError, UnknownWord


class _Group(click.Group):
    """Commands in the order they are used; a mistyped one gets the nearest right name."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise UnknownWord(args[0], nearest("no such command", args[0], self.commands))
        name, command, rest = super().resolve_command(ctx, args)
        if name:
            with suppress(ConfigError) if ctx.resilient_parsing else nullcontext():
                apply(ctx, self, name, rest)
        return name, command, rest


@click.group(
    cls=_Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="newsarc")
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help="The file with your defaults (NEWSARC_CONFIG); without it, newsarc.toml in your configuration folder.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
@click.pass_context
def cli(context: click.Context, *, config_file: str | None, debug: bool) -> int:
    """Read raw news-agency text, keep it for ever, ask it questions.

    \b
    Examples:
      newsarc ingest dumps/                      read a folder into the archive
      newsarc list --category Politik            what there is, newest first
      newsarc search Hochwasser -Sport           by the words of the text
      newsarc show 3a64b5                        one article, by the beginning of its id
      newsarc list | jq -r .headline             into a pipe: JSON Lines

    Exit status: 0 done, 1 done in part (some sources are in quarantine), 2 usage or a malformed question, 3 not found,
    4 the archive is damaged, 5 the index cannot be used, 70 a bug, 74 input or output failed, 75 locked by another run.
    """
    del config_file, debug  # `configuring` and `ending` look for them
    if context.invoked_subcommand is None:
        write([context.get_help().encode() + b"\n"])
    return 0


for command in (
    ingest, watch, parse, inspect, list_, search, show, stats, links, duplicates, history, diff, audit, schema, export,
    serve, formats, quarantine, reparse, verify, repair, erase, config_, completion, man,
):  # fmt: skip
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line and end the process."""
    if ASKED in os.environ:  # by a shell, about a line that is being typed
        end_with_answer(cli, os.environ)
    run_and_end(cli)
