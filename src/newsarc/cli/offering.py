"""Which values are offered to who types: fixed words, sections, and what the archive holds.

The archive is only read, by its index as it stands; of what may not be shown yet no headline is offered.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import click
from click.shell_completion import CompletionItem
from click.types import StringParamType

from newsarc.cli.opening import place_of
from newsarc.cli.options import names_of
from newsarc.cli.output import now

if TYPE_CHECKING:
    Offer: TypeAlias = CompletionItem[str]

_MOST = 50  # offers from the archive
_FORMATS = (
    "portal", "agencytext", "iptc7901", "digitalwires", "ninjs", "newsmlg2", "nitf", "feed", "html", "newsarc",
)  # fmt: skip
"""As `formats.FORMATS` names them: loading all parsers takes longer than a person waits for an offer."""

Offers: TypeAlias = Callable[[click.Context, str], Iterable["Offer"]]


class _Offered(StringParamType):
    """The type of an option or argument whose values are offered."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list["Offer"]:
        """Return what a begun value may become."""
        del param
        return list(self._offers(ctx, incomplete))


def prepare(group: click.Group) -> None:
    """Let all options and arguments offer their values."""
    for command in (group, *group.commands.values()):
        for param in command.params:
            named, metavar = names_of(param.callback), str(param.metavar).strip("[].")
            offers = _words(named) if named else _BY_NAME.get(param.name or "") or _BY_METAVAR.get(metavar)
            if offers and not getattr(param, "is_flag", False):
                param.type = _Offered(offers)


def _words(names: tuple[str, ...]) -> Offers:
    """Offer words of a fixed list."""
    return lambda _ctx, begun: [CompletionItem(name) for name in names if name.startswith(begun)]


def _typed(kind: str) -> Offers:
    """Let the shell offer files or folders, which it knows better."""
    return lambda _ctx, begun: [CompletionItem(begun, type=kind)]


def _sections(_ctx: click.Context, begun: str) -> Iterator["Offer"]:
    """Offer labels, and what else is read as one where it begins so."""
    from newsarc.normalize.sections import SECTIONS
    from newsarc.wording import fold_word

    for section in SECTIONS:
        for word in (section.label, *(section.aliases if begun else ())):
            if fold_word(word).startswith(fold_word(begun)):
                yield CompletionItem(word, help=None if word == section.label else section.label)


def _fields(_ctx: click.Context, begun: str) -> Iterator["Offer"]:
    """Offer the last of several names with commas between them."""
    from newsarc.present import FIELDS

    before, comma, last = begun.rpartition(",")
    said = before.split(",")
    for name in (*FIELDS, "text"):
        if name.startswith(last) and name not in said:
            yield CompletionItem(before + comma + name)


def _ids(ctx: click.Context, begun: str) -> Iterator["Offer"]:
    """Offer ids with their headlines: the newest, or those that begin so."""
    from newsarc.archive.scanning import read_lines
    from newsarc.index.offers import ids, offered

    root = place_of(ctx.params.get("place"))
    with offered(root) as index:
        found = ids(index, begun, _MOST)
    lines = read_lines(root, [place for _, place in found])
    for (name, _), line in zip(found, lines, strict=True):
        yield CompletionItem(name, help=_headline(line))


def _headline(line: bytes) -> str:
    """Return the headline of a line, as far as it may be shown now."""
    import json

    from newsarc.query import Query, kept_back

    record = json.loads(line)
    return "" if kept_back(record, Query(now=now())) else record["headline"] or record["lead"] or ""


def _keywords(ctx: click.Context, begun: str) -> Iterator["Offer"]:
    from newsarc.index.offers import keywords, offered
    from newsarc.wording import fold_word

    with offered(place_of(ctx.params.get("place"))) as index:
        yield from map(CompletionItem, keywords(index, fold_word(begun), _MOST))


def _credits(ctx: click.Context, begun: str) -> Iterator["Offer"]:
    from newsarc.index.offers import credits_of, offered
    from newsarc.wording import fold_word

    with offered(place_of(ctx.params.get("place"))) as index:
        yield from map(CompletionItem, credits_of(index, fold_word(begun)))


def _digests(ctx: click.Context, begun: str) -> Iterator["Offer"]:
    """Offer the digests of sources in quarantine."""
    names = sorted(os.listdir(os.path.join(place_of(ctx.params.get("place")), "quarantine")))
    digests = [name.removesuffix(".raw") for name in names if name.endswith(".raw") and name.startswith(begun)]
    yield from map(CompletionItem, digests[:_MOST])


_BY_NAME: dict[str, Offers] = {
    "category": _sections,
    "credit": _credits,
    "digests": _digests,
    "fields": _fields,
    "format": _words(_FORMATS),
    "ids": _ids,
    "keyword": _keywords,
    "label": _sections,
    "name": _ids,
}
_BY_METAVAR: dict[str, Offers] = {
    "DESTINATION": _typed("file"),
    "DIR": _typed("dir"),
    "FILE": _typed("file"),
    "FOLDER": _typed("dir"),
    "SOURCE": _typed("file"),
}
