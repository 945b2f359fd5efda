"""What became of each block of a source, and by which rule; nothing is kept.

Of portal dumps the reading itself tells it, block by block (`dumps.tracing`). Of other formats the record's own texts
are looked for in the source (`locating`), and that is said: `exact` is false. `reasons` knows what decided dates,
section and format.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from newsarc.article import Article
from newsarc.dumps.tracing import Trace
from newsarc.errors import SourceError
from newsarc.formats import Format, named, portal, sniff
from newsarc.ingest import Reading
from newsarc.inspecting.locating import blocks_of
from newsarc.inspecting.reasons import category_of, dates_of, links_of, looked_for, warnings_of
from newsarc.inspecting.slices import Slice, Slices
from newsarc.normalize.meaning import normalize
from newsarc.source import Place, Source, read

_TRACED: dict[str, Callable[[Source], Iterator[tuple[Article, Trace]]]] = {portal.NAME: portal.traced}

KEYS = (
    "source", "story", "format", "format_by", "sign", "formats", "encoding", "repairs", "line", "offset", "length",
    "id", "exact", "layout", "layout_rule", "blocks", "dates", "category", "category_by", "category_rule",
    "category_text", "category_confidence", "category_words", "related", "warnings", "unparsed", "error",
)  # fmt: skip
"""The keys of a report, in their order; always all of them."""
_LISTS = ("repairs", "formats", "blocks", "dates", "category_words", "related", "warnings", "unparsed")


class Inspected(NamedTuple):
    """What is told of one story, or of a source that is none; and the error, which counts for the exit code."""

    report: dict[str, Any] | None
    error: SourceError | None = None


def inspect(places: Iterable[Place | SourceError], how: Reading) -> Iterator[Inspected]:
    """Tell of every story of many sources, in their order; lazy. Nothing is written anywhere.

    Raises:
        UnknownWord: The format by force does not exist.
    """
    for place in places:
        if isinstance(place, SourceError):
            yield Inspected(None, place)
            continue
        try:
            source = read(place, how.limits)
        except SourceError as error:
            yield Inspected(_report(source=place.name, error=str(error)), error)
            continue
        yield from _inspected(source, how)


def _inspected(source: Source, how: Reading) -> Iterator[Inspected]:
    """Tell of one source: which format it is, or what each format looked for; then its stories."""
    try:
        known = named(how.format) if how.format else sniff(source)
    except SourceError as error:
        yield Inspected(_report(source=source.name, formats=looked_for(source), error=str(error)), error)
        return
    head = {
        "source": source.name,
        "format": known.NAME,
        "format_by": "option" if how.format else "sign",
        "sign": known.SIGN,
        "formats": looked_for(source),
    }
    slices, number = Slices(source), 0
    try:
        for found, trace in _parsed(known, source):
            if isinstance(found, SourceError):
                yield Inspected(_report(**head, error=str(found)), found)
                continue
            number += 1
            yield Inspected(_report(**head, story=number, **_story(found, trace, slices.of(found), how)))
    except SourceError as error:
        yield Inspected(_report(**head, error=str(error)), error)


def _parsed(known: Format, source: Source) -> Iterator[tuple[Article | SourceError, Trace | None]]:
    if known.NAME in _TRACED:
        yield from _TRACED[known.NAME](source)
    else:
        yield from ((found, None) for found in known.parse(source))


def _story(printed: Article, trace: Trace | None, piece: Slice, how: Reading) -> dict[str, Any]:
    """Tell of one story, as printed and as understood."""
    article = normalize(printed, now=how.now, category=how.category)
    origin = article.origin
    return {
        "encoding": origin.encoding if origin else None,
        "repairs": [code.partition(":")[2] for code in article.warnings if code.startswith("encoding-repaired:")],
        "line": piece.line,
        "offset": origin.offset if origin else None,
        "length": origin.length if origin else None,
        "id": article.id,
        "exact": trace is not None,
        "layout": trace.layout_name if trace else None,
        "layout_rule": trace.layout_rule or None if trace else None,
        "blocks": _traced_blocks(trace, piece) if trace else blocks_of(article, piece),
        "dates": dates_of(printed, article, how.now),
        **category_of(article),
        "related": links_of(printed, article),
        "warnings": warnings_of(article),
        "unparsed": list(article.unparsed),
    }


def _traced_blocks(trace: Trace, piece: Slice) -> list[dict[str, Any]]:
    """Say of every block in which lines of the source it stands; rules between two dumps are no part of the reading."""
    numbers, skipped = piece.numbers(), len(trace.rules[0])
    blocks = [_rule(text) for text in trace.rules[0]]
    blocks += [
        {
            "lines": _span(numbers, note.first + skipped, note.last + skipped),
            "source": note.source,
            "text": note.text,
            "field": note.field or None,
            "rule": note.rule,
        }
        for note in trace.notes
    ]
    return [*blocks, *(_rule(text) for text in trace.rules[1])]


def _rule(text: str) -> dict[str, Any]:
    return {"lines": None, "source": text, "text": text, "field": None, "rule": "a rule between two dumps"}


def _span(numbers: list[int], first: int, last: int) -> list[int] | None:
    return [numbers[first], numbers[last - 1]] if last <= len(numbers) else None


def _report(**known: Any) -> dict[str, Any]:
    """Return a report with all its keys."""
    return {key: known.get(key, [] if key in _LISTS else None) for key in KEYS}
