"""Which words options take, and what they mean: sections, dates, fixed words, the question that filters make.

A word that is not known gets the nearest right one.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.output import now
from newsarc.cli.values import DAY, MANY, between, size, worded
from newsarc.errors import UnknownWord

if TYPE_CHECKING:
    from newsarc.ingest import Reading
    from newsarc.query import Query
    from newsarc.source import Limits
    from newsarc.terms import Word

OUTPUTS = ("table", "jsonl", "json", "csv", "tsv", "markdown", "ids")
SCHEMAS = ("json", "duckdb", "pyarrow", "polars")
FORMS = ("csv", "tsv", "parquet", "sqlite", "ninjs", "nitf", "atom", "markdown", "text")
KEPT_BACK: dict[str, Any] = {"status": (), "shows_all": False, "shows_embargoed": False, "shows_canceled": False}
"""What a command says of stories that are kept back, and cannot be told otherwise."""


def _category(_ctx: click.Context | None, _param: click.Parameter | None, words: Any) -> Any:
    """Turn a word for a section, or several, into canonical labels."""
    if words is None or words == ():
        return words
    from newsarc.normalize.sections import LABELS, WORDS, canonical

    if isinstance(words, str):
        return _category(None, None, (words,))[0]
    labels = [canonical(word) for word in words]
    for word, label in zip(words, labels, strict=True):
        if label is None:
            raise UnknownWord(word, nearest("no such category", word, WORDS, LABELS))
    return tuple(labels)


def label_of(word: str) -> str:
    """Return the canonical label of a word for a section."""
    return str(_category(None, None, word))


@dataclass(frozen=True, slots=True)
class _OneOf:
    """A callback that checks words against a fixed list; who completes words reads the list."""

    names: tuple[str, ...]
    what: str

    def __call__(self, _ctx: click.Context, _param: click.Parameter, given: tuple[str, ...] | str | None) -> Any:
        for word in (given,) if isinstance(given, str) else given or ():
            if word not in self.names:
                raise UnknownWord(word, nearest(f"no such {self.what}", word, self.names))
        return given


def one_of(names: tuple[str, ...], what: str) -> Callable[..., Any]:
    """Make a callback that checks words against a fixed list."""
    return _OneOf(names, what)


def names_of(callback: object) -> tuple[str, ...]:
    """Return the fixed list that a callback checks words against; empty where it does something else."""
    return callback.names if isinstance(callback, _OneOf) else ()


_KINDS = ("article", "advisory", "schedule", "table", "digest", "service", "media")
_STATUSES = ("usable", "withheld", "canceled")


def nearest(why: str, word: str, known: Iterable[str], shown: Iterable[str] = ()) -> str:
    """Say what is wrong with a word, and the nearest right one where there is one; else all that are `shown`."""
    from difflib import get_close_matches

    names = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), names, 1, 0.5)
    return (
        f"{why}; did you mean {names[near[0]]}?"
        if near
        else f"{why}; known are {', '.join(tuple(shown) or names.values())}"
    )


def _since(_ctx: click.Context, _param: click.Parameter, word: str | None) -> datetime | None:
    return None if word is None else span_of(word)[0]


def _until(_ctx: click.Context, _param: click.Parameter, word: str | None) -> datetime | None:
    return None if word is None else span_of(word)[1]


def span_of(word: str) -> tuple[datetime, datetime]:
    """Return the half-open span of time that a word for a day, month or year means."""
    from newsarc.normalize.dates import span

    return span(word)


def _formats(_ctx: click.Context, _param: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """Check names of formats; only then are the parsers loaded."""
    if not words:
        return ()
    from newsarc.formats import named

    return tuple(named(word).NAME for word in words)


def _options(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Make one decorator of several options, in their order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _many(name: str, help_text: str, **more: Any) -> Callable[..., Any]:
    """Make an option that may be given several times; its values are alternatives."""
    return click.option(f"--{name}", multiple=True, help=help_text, **more)


archive_option = click.option(
    "--archive",
    "place",
    metavar="DIR",
    envvar="NEWSARC_ARCHIVE",
    help="The archive's folder (NEWSARC_ARCHIVE); without it, the one in your user data folder.",
)
as_option = click.option(
    "--as", "label", metavar="WORD", callback=_category,
    help="With --accept: the category that is right: a label, alias, desk code or topic code.",
)  # fmt: skip
output_options = _options(
    click.option("--output", metavar="FORM", callback=one_of(OUTPUTS, "output form"),
                 help=f"{', '.join(OUTPUTS)}. A table on a terminal, jsonl into a pipe."),
    click.option("--fields", metavar="NAME,...", callback=worded,
                 help="Columns or keys to give; text is headline, lead and body."),
)  # fmt: skip
_ROWS = tuple(form for form in OUTPUTS if form != "ids")
row_options = click.option(
    "--output",
    metavar="FORM",
    callback=one_of(_ROWS, "output form"),
    help=f"{', '.join(_ROWS)}. A table on a terminal, jsonl into a pipe.",
)
_how = (
    click.option("--format", metavar="NAME", callback=worded,
                 help="Read everything with this format instead of recognising it."),
    click.option("--category", metavar="WORD", callback=_category,
                 help="Section of the sources that state none: a label, alias, desk code or topic code."),
)  # fmt: skip
how_options = _options(*_how)
reading_options = _options(
    *_how,
    _many("include", "Files to take from folders, as a shell pattern; a file you name is always taken.",
          metavar="PATTERN", callback=worded),
)  # fmt: skip
limit_options = _options(
    click.option("--max-document", metavar="SIZE", callback=size(), default="16MB", show_default=True,
                 help="The longest document; like all limits, against hostile files."),
    click.option("--max-member", metavar="SIZE", callback=size(), default="64MB", show_default=True,
                 help="The longest member of a zip or tar file."),
    click.option("--max-unpacked", metavar="SIZE", callback=size(), default="4GB", show_default=True,
                 help="The most that one packed file may unpack to."),
    click.option("--max-ratio", metavar="N", callback=between(int, 1, MANY), default="200", show_default=True,
                 help="Unpacked to packed, beyond the first 16MB."),
    click.option("--max-members", metavar="N", callback=between(int, 1, MANY), default="100000", show_default=True,
                 help="The most members of a zip or tar file."),
    click.option("--max-depth", metavar="N", callback=between(int, 1, 100), default="1", show_default=True,
                 help="How deep zip and tar files are opened; 2 opens one that lies in another."),
)  # fmt: skip
wait_option = click.option(
    "--wait", metavar="SECONDS", callback=between(float, 0, DAY), default="30", show_default=True,
    help="How long to wait for another run that writes to the archive; 0 does not wait.",
)  # fmt: skip
work_options = _options(
    click.option("--jobs", metavar="N", callback=between(int, 0, 1024),
                 help="How many processes read; one for each core unless you say otherwise. 0 reads in one process, "
                 "without shelter: a document that crashes it or hangs ends the run."),
    click.option("--timeout", metavar="SECONDS", callback=between(float, 0.1, DAY), default="10", show_default=True,
                 help="The longest that one document may take to read."),
    click.option("--memory", metavar="SIZE", callback=size(128 << 20), default="1GB", show_default=True,
                 help="The most memory that reading one document may take."),
    wait_option,
)  # fmt: skip
_hidden = (
    click.option("--embargoed", "shows_embargoed", is_flag=True, help="Also what may not be published yet."),
    click.option("--canceled", "shows_canceled", is_flag=True, help="Also what its source withdrew or withholds."),
    click.option("--all", "shows_all", is_flag=True, help="Also both of these, and messages to editors."),
)  # fmt: skip
hidden_options = _options(*_hidden)
_about_stories = (
    _many("category", "Only this section: label, alias, desk code or topic code.", metavar="WORD", callback=_category),
    _many("kind", f"Only this kind: {', '.join(_KINDS)}.", metavar="KIND", callback=one_of(_KINDS, "kind")),
    click.option("--since", metavar="DATE", callback=_since,
                 help="Published on or after that day, month or year: 2025-02-15, 15.02.2025, 2025-02, 2025."),
    click.option("--until", metavar="DATE", callback=_until, help="Published by the end of that day, month or year."),
    _many("keyword", "Only with this keyword, whatever its case and umlauts.", metavar="WORD", callback=worded),
    _many("credit", "Only with this credit.", metavar="WORD", callback=worded),
    _many("format", "Only read with this format.", metavar="NAME", callback=_formats),
)  # fmt: skip
_filters = (
    *_about_stories,
    _many("status", f"Only with this status: {', '.join(_STATUSES)}.", metavar="STATUS",
          callback=one_of(_STATUSES, "status")),
    *_hidden,
)  # fmt: skip
_limit = click.option("--limit", metavar="N", callback=between(int, 0, MANY), help="At most so many.")
_order = click.option("--order", metavar="ORDER", default="newest", callback=one_of(("newest", "oldest"), "order"),
                      help="newest (the default) or oldest first.")  # fmt: skip
count_filters = _options(
    *_filters,
    click.option("--unique", "is_unique", is_flag=True,
                 help="One of each story: of copies the first, of updates the latest."),
)  # fmt: skip
filters = _options(*_filters, _limit, _order)
usable_filters = _options(*_about_stories, _limit, _order)
search_filters = _options(
    *_filters,
    _limit,
    click.option("--order", metavar="ORDER", default="newest",
                 callback=one_of(("newest", "oldest", "relevance"), "order"),
                 help="newest (the default) or oldest first, or by relevance: the newest 1,000 that match are ranked."),
)  # fmt: skip


def query_of(said: dict[str, Any], words: "tuple[Word, ...]" = ()) -> "Query":
    """Make a question of the filters, and of words."""
    from newsarc.query import Query

    return Query(
        categories=said["category"],
        kinds=said["kind"],
        statuses=said["status"],
        keywords=said["keyword"],
        credits=said["credit"],
        formats=said["format"],
        since=said["since"],
        until=said["until"],
        words=words,
        order=said["order"],
        limit=said["limit"],
        **shown_of(said),
    )


def shown_of(said: dict[str, Any]) -> dict[str, Any]:
    """Say what of a question is about stories that are kept back."""
    is_all = said["shows_all"]
    shown = {name: said[name] for name in ("shows_embargoed", "shows_canceled")}
    return {"now": None if is_all else now(), **shown}


def limits_of(said: dict[str, Any]) -> "Limits":
    """Make limits of the options."""
    from newsarc.source import Limits

    return Limits(**{name: said[f"max_{name}"] for name in Limits.__slots__})


def jobs_of(jobs: int | None) -> int:
    """Return how many processes read: as many as a person says, else one for each core we may use."""
    if jobs is not None:
        return jobs
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def reading_of(said: dict[str, Any]) -> "Reading":
    """Say how sources are to be read. Records hold no cycles, so a run over many looks for some only rarely."""
    from newsarc.ingest import Reading

    if said["format"]:
        from newsarc.formats import named

        named(said["format"])
    gc.set_threshold(100_000, 20, 20)
    return Reading(said["format"], said["category"], now(), limits_of(said))


def ids_of(words: tuple[str, ...]) -> list[str]:
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
