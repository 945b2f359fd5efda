"""The commands that ask the archive: what there is, one article, the columns."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.opening import opened, place_of
from newsarc.cli.options import (
    SCHEMAS,
    archive_option,
    filters,
    hidden_options,
    ids_of,
    one_of,
    output_options,
    query_of,
    search_filters,
    shown_of,
)
from newsarc.cli.output import kept, present, screen, tell, write

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.errors import NewsarcError


@click.command("list")
@archive_option
@filters
@output_options
@click.option("--count", "only_count", is_flag=True, help="Only how many there are.")
@click.option(
    "--unique", "is_unique", is_flag=True, help="One of each story: of copies the first, of updates the latest."
)
@click.option("--raw", is_flag=True, help="With the archive's framing, seq and chain.")
def list_(place: str | None, only_count: bool, is_unique: bool, raw: bool, **said: Any) -> None:
    """List articles, newest first.

    Filters of one kind are alternatives, of different kinds all must hold. What is embargoed, withdrawn or withheld,
    and advisories, schedules and service messages are left out, unless an option, --status or --kind asks for them.

    \b
    Examples:
      newsarc list --category Politik --since 2025-02
      newsarc list --keyword USA --output csv > usa.csv
      newsarc list | jq -r .headline

    Exit status: 0 done (an empty list is an answer), 2 a filter that cannot be read, 3 no archive here, 4 the archive
    is damaged.
    """
    from newsarc.find import count, find

    archive, query = opened(place), replace(query_of(said), is_unique=is_unique)
    if only_count:
        write([b"%d\n" % count(archive, query)])
    else:
        present(find(archive, query, raw=raw or _wants_framing(said)), said)


class _Question(click.Command):
    """A command whose words may begin with a dash: what is none of its options is a word, but for a mistyped --word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # words of a line that is not finished
            return super().parse_args(ctx, args)
        known = {name: option for option in self.get_params(ctx) for name in option.opts}
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for arg in rest:
            name, equals, _ = arg.partition("=")
            option = known.get(name)
            if arg == "--":
                words += rest
            elif isinstance(option, click.Option):
                options.append(arg)
                if not (equals or option.is_flag):
                    options.append(_value_of(name, rest, ctx))
            elif arg.startswith("--"):
                from difflib import get_close_matches

                raise click.NoSuchOption(name, possibilities=get_close_matches(name, known, 1), ctx=ctx)
            else:
                words.append(arg)
        return super().parse_args(ctx, [*options, "--", *words])


def _value_of(name: str, rest: Iterator[str], ctx: click.Context) -> str:
    for value in rest:
        return value
    raise click.BadOptionUsage(name, f"Option {name!r} requires an argument.", ctx)


@click.command(cls=_Question)
@click.argument("question", nargs=-1, required=True, metavar="QUERY...")
@archive_option
@search_filters
@output_options
@click.option("--count", "only_count", is_flag=True, help="Only how many there are.")
@click.option("--raw", is_flag=True, help="With the archive's framing, seq and chain.")
def search(question: tuple[str, ...], place: str | None, only_count: bool, raw: bool, **said: Any) -> None:
    """Search the text of articles, newest first.

    All words must occur, in any inflection: Haus finds Häuser, Muenchen finds Münchens. "Words in quotes" occur just
    so, minis* is how a word begins, -Brand leaves out. All else is plain text. --fields also knows snippet. What list
    leaves out is not searched.

    \b
    Examples:
      newsarc search Hafen Turm -Brand
      newsarc search '"neues Licht"' 'leuchtturm*' --since 2025
      newsarc search Landtag --order relevance --limit 10 --fields headline,snippet

    Exit status: 0 done (nothing found is an answer), 2 a question that cannot be read, 3 no archive here, 4 the archive
    is damaged.
    """
    from newsarc.find import count
    from newsarc.search import marks
    from newsarc.search import search as run
    from newsarc.terms import read_words

    words = read_words(" ".join(question))
    archive, query = opened(place), query_of(said, words)
    if only_count:
        write([b"%d\n" % count(archive, query)])
    else:
        hits = run(archive, query, raw=raw or _wants_framing(said), tell=tell)
        present((hit.record for hit in hits), said, marks=marks(words))


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@archive_option
@output_options
@click.option("--raw", is_flag=True, help="With the archive's framing, seq and chain.")
@click.option("--original", is_flag=True, help="The bytes it was read from instead, without what is private.")
@click.option("--private", is_flag=True, help="With --original: with what is not for publication, too.")
@hidden_options
def show(ids: tuple[str, ...], place: str | None, raw: bool, original: bool, **said: Any) -> int:
    """Show articles by id, or by the beginning of one or of its part after the last colon; - reads ids.

    Of one that is embargoed, withdrawn or withheld only that is said, unless an option asks for it.

    \b
    Examples:
      newsarc show 3a64b5
      newsarc list --category Sport --output ids | newsarc show -
      newsarc show --original 3a64b5

    Exit status: 0 done, 2 a beginning that fits several ids, 3 an id or the archive is not there or may not be shown,
    4 the archive is damaged.
    """
    from newsarc.find import show as run
    from newsarc.query import Query

    archive = opened(place)
    missing: list[NewsarcError] = []
    query = Query(**shown_of(said))
    found = kept(run(archive, ids_of(ids), raw=raw or _wants_framing(said), query=query), missing)
    if original:
        _write_originals(archive, found, is_whole=said["private"])
    else:
        present(found, said, pages=True)
    return max((error.exit_code for error in missing), default=0)


@click.command()
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

    write([plain(FORMS[form](os.path.abspath(place_of(place))), screen())])


def _wants_framing(said: dict[str, Any]) -> bool:
    """Tell whether the fields asked for stand only in the archive's framing."""
    return not {"seq", "chain"}.isdisjoint((said["fields"] or "").replace(" ", "").split(","))


def _write_originals(archive: "Archive", records: Iterable[bytes], *, is_whole: bool) -> None:
    """Write the bytes articles were read from; as safe text where they go to a terminal.

    Where private notes were left out of a record, they are left out here, too, unless the whole is asked for.
    """
    from newsarc.article import from_line
    from newsarc.present import original
    from newsarc.present.private import without_private

    for article in map(from_line, records):
        data, encoding = archive.original(article), article.origin.encoding if article.origin else "utf-8"
        if article.origin and "private-notes-omitted" in article.warnings and not is_whole:
            data = without_private(data.decode(encoding, "replace"), article.origin.format).encode(encoding, "replace")
            tell("newsarc: what is not for publication was left out; --private gives all bytes as they came")
        write([original(data, encoding, screen())])
