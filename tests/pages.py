"""The pages of docs/ that are made from the code: commands, record, errors."""

from collections.abc import Callable, Iterator
from typing import get_args, get_origin

import click

from newsarc import errors
from newsarc.article import WARNINGS, Article, Block, Candidate, Media, Origin, RelatedLink
from newsarc.cli import cli
from newsarc.cli.manual import page as manual
from newsarc.formats import FORMATS

_MADE = "<!-- Made by `make bless` from the code; do not edit. -->\n"


def commands() -> str:
    """Every command with its help, as the terminal shows it."""
    parts = ["# Commands\n", _MADE, "Every command says this with `--help`.\n"]
    for path, command in _commands():
        context = click.Context(command, info_name=path, terminal_width=100, max_content_width=100)
        context.params = {}
        parts.append(f"## {path}\n\n```text\n{context.get_help()}\n```\n")
    return "\n".join(parts)


def _commands() -> Iterator[tuple[str, click.Command]]:
    yield "newsarc", cli
    for name, command in cli.commands.items():
        yield f"newsarc {name}", command


def record() -> str:
    """Every field of the record and of its parts, in the record's order, and every warning."""
    parts = ["# The record\n", _MADE]
    parts.append("One JSON object a line; every key is there in every line, in this order.")
    parts.append("A key newer than a line is absent there and reads as null or `[]`.")
    parts.append("Times are `YYYY-MM-DDTHH:MM:SS±HH:MM` in German time; text is NFC.\n")
    for model, title in (
        (Article, "Article"),
        (Block, "A block of `body`"),
        (RelatedLink, "A related link"),
        (Media, "An entry of `media`"),
        (Candidate, "An entry of `category_candidates`"),
        (Origin, "`origin`"),
    ):
        parts.append(f"## {title}\n\n| key | type | meaning |\n|---|---|---|")
        for name, field in model.model_fields.items():
            parts.append(f"| `{field.alias or name}` | {_type(field.annotation)} | {field.description or ''} |")
        parts.append("")
    parts.append("## A code in `warnings`\n\n| code | meaning |\n|---|---|")
    parts += (f"| `{code}` | {meaning} |" for code, meaning in WARNINGS.items())
    parts.append("")
    parts.append(
        "An archive adds `seq` (integer) and `chain` (64 hex digits), last in the line; see archive-format.md."
    )
    parts.append("`newsarc schema` gives the same, typed, for other tools.\n")
    return "\n".join(parts)


def _type(kind: object) -> str:
    """Say a type in words of JSON."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and origin is None:
        words = {"str": "string", "int": "integer", "bool": "true or false", "AwareDatetime": "time", "float": "number"}
        return words.get(kind.__name__, f"{kind.__name__} object")
    if origin is tuple:
        return f"list of {_type(inner[0])}s"
    if str(origin).endswith("Literal"):
        return ", ".join(f"`{word}`" for word in inner)
    if hasattr(kind, "__metadata__"):
        return _type(inner[0])
    return " or ".join("null" if part is type(None) else _type(part) for part in inner)


def error_page() -> str:
    """Every error with its exit code, its message and what to do."""
    parts = ["# Errors\n", _MADE, "A message is one line on stderr: `newsarc: error: what (where): why. What to do.`\n"]
    parts.append("| error | exit | what | what to do | code in quarantine |\n|---|---|---|---|---|")
    for error in _tree(errors.NewsarcError):
        code = f"`{error.code}`" if issubclass(error, errors.SourceError) else ""
        parts.append(f"| `{error.__name__}` | {error.exit_code} | {error.what} | {error.cure} | {code} |")
    parts.append("\n## What they mean\n")
    parts += (
        f"- `{error.__name__}`: {' '.join((error.__doc__ or '').split())}" for error in _tree(errors.NewsarcError)
    )
    parts.append("\nEnded by a signal, newsarc ends as the shell expects: 129, 130, 141 or 143.\n")
    return "\n".join(parts)


def _tree(root: type[errors.NewsarcError]) -> Iterator[type[errors.NewsarcError]]:
    for child in root.__subclasses__():
        yield child
        yield from _tree(child)


def formats_page() -> str:
    """Every format: what it is, how it is recognised, which fields it fills."""
    parts = ["# The formats\n", _MADE]
    parts.append("A format is the grammar of a kind of source.")
    parts.append(
        "Each source is shown to every format, which looks at its first megabyte and says whether it is its own."
    )
    parts.append("Exactly one must claim it.")
    parts.append("Else the source goes to quarantine with the reason, because a wrong guess would be worse than none.")
    parts.append("`--format NAME` skips the question, and `newsarc formats` lists this page.\n")
    parts.append("| format | what it is | how it is recognised |\n|---|---|---|")
    parts += (f"| [`{known.NAME}`](formats/{known.NAME}.md) | {known.ABOUT} | {known.SIGN} |" for known in FORMATS)
    parts.append("\n## Which fields each can fill\n")
    parts.append("What a source does not say stays null or empty.\n")
    names = [name for name in Article.model_fields if any(name in known.FIELDS for known in FORMATS)]
    parts.append("| field | " + " | ".join(known.NAME for known in FORMATS) + " |\n|---|" + "---|" * len(FORMATS))
    parts += (
        f"| `{name}` | " + " | ".join("x" if name in known.FIELDS else "" for known in FORMATS) + " |" for name in names
    )
    return "\n".join([*parts, ""])


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "record.md": record,
    "errors.md": error_page,
    "formats.md": formats_page,
    "newsarc.1": lambda: manual(cli),
}
