"""The manual page newsarc(1), made of what the commands say of themselves."""

import re
from collections.abc import Iterator

import click

from newsarc import __version__
from newsarc.cli.output import write

_FILES = (
    ("newsarc.toml", "Your defaults; newsarc config says where it lies."),
    ("the archive", "Where --archive or NEWSARC_ARCHIVE says, else in your user data folder."),
)
_ENVIRONMENT = (
    ("NEWSARC_ARCHIVE", "The archive's folder."),
    ("NEWSARC_CONFIG", "The file with your defaults; blank: none."),
    ("NO_COLOR", "No colours."),
)


@click.command()
@click.pass_context
def man(context: click.Context) -> None:
    """Print the manual page newsarc(1).

    Installed with pip it lies where man looks, beside the command itself: man newsarc.

    \b
    Examples:
      newsarc man | man -l -

    Exit status: 0 done, 2 usage.
    """
    root = context.find_root().command
    if isinstance(root, click.Group):
        write([page(root).encode()])


def page(group: click.Group) -> str:
    """Write the page in the words of man(7)."""
    return "\n".join(_lines(group)) + "\n"


def _lines(group: click.Group) -> Iterator[str]:
    about, *more = _paragraphs(group)
    yield f'.TH NEWSARC 1 "" "newsarc {__version__}" "User Commands"'
    yield from (".SH NAME", f"newsarc \\- {_text(about).rstrip('.')}")
    yield from (".SH SYNOPSIS", ".B newsarc", "[\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIWORD\\fR]...")
    yield ".SH DESCRIPTION"
    yield from _told(more)
    yield ".SH OPTIONS"
    yield from _options(group)
    yield ".SH COMMANDS"
    for name, command in group.commands.items():
        arguments = " ".join(param.make_metavar(_context(command)) for param in command.params if not _is_option(param))
        yield f'.SS "{_text(f"newsarc {name} {arguments}".strip())}"'
        yield from _told(_paragraphs(command))
        yield from _options(command)
    for title, rows in (("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {title}"
        for term, said in rows:
            yield from (".TP", f".B {_text(term)}", _text(said))


def _context(command: click.Command) -> click.Context:
    return click.Context(command, info_name=command.name)


def _is_option(param: click.Parameter) -> bool:
    return isinstance(param, click.Option)


def _paragraphs(command: click.Command) -> list[str]:
    return [paragraph.strip(" \n") for paragraph in re.split(r"\n{2,}", command.help or "")]


def _told(paragraphs: list[str]) -> Iterator[str]:
    """Set paragraphs; what is not to be wrapped stays line by line."""
    for number, paragraph in enumerate(paragraphs):
        yield from (".PP",) * bool(number)
        if paragraph.startswith("\b"):
            _, first, *rest = paragraph.splitlines()
            yield from (_text(first.strip()), ".RS", ".nf")
            yield from (_text(line.strip()) for line in rest)
            yield from (".fi", ".RE")
        else:
            yield _text(" ".join(paragraph.split()))


def _options(command: click.Command) -> Iterator[str]:
    context = _context(command)
    for param in command.get_params(context):
        if isinstance(param, click.Option) and (said := param.get_help_record(context)):
            yield from (".TP", f".B {_text(said[0])}", _text(said[1]) or "\\&")


def _text(said: str) -> str:
    """Write a text so that none of it is taken for an order."""
    text = said.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{text}" if text.startswith((".", "'")) else text
