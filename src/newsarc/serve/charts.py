"""How counts look: small bar charts as SVG, made of our own numbers alone."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from newsarc.serve.counting import Counts, Label

_WIDTH, _HEIGHT = 1_000, 100
_MOST_BARS = 160  # beyond so many months a bar is a year


class Series(NamedTuple):
    """What a chart shows: a section, its counts, one a span of time, and the same as a picture."""

    label: Label
    spans: Sequence[str]
    total: int
    peak: int
    peak_at: str
    picture: Markup


class Charts(NamedTuple):
    """All charts over the same spans of time, first that of all stories; and the counts by year."""

    spans: tuple[str, ...]
    all: Series | None
    each: list[Series]
    years: tuple[str, ...]
    by_year: dict[Label, tuple[int, ...]]


def charts(counts: Counts) -> Charts:
    """Draw the counts of an archive, the largest section first."""
    years, by_year = _by_year(counts)
    spans, by_label = (years, by_year) if len(counts.months) > _MOST_BARS else (counts.months, counts.by_label)
    ordered = sorted(by_label, key=lambda label: (label is None, -sum(by_label[label])))
    every = tuple(map(sum, zip(*by_label.values(), strict=True)))
    return Charts(
        spans,
        series("", spans, every) if every else None,
        [series(label, spans, by_label[label]) for label in ordered],
        years,
        {label: by_year[label] for label in ordered},
    )


def series(label: Label, spans: Sequence[str], values: Sequence[int]) -> Series:
    """Draw one row of bars."""
    peak = max(values)
    return Series(label, spans, sum(values), peak, spans[values.index(peak)], _bars(spans, values))


def _by_year(counts: Counts) -> tuple[tuple[str, ...], dict[Label, tuple[int, ...]]]:
    years = tuple(sorted({month[:4] for month in counts.months}))
    found: dict[Label, tuple[int, ...]] = {}
    for label, values in counts.by_label.items():
        sums = dict.fromkeys(years, 0)
        for month, value in zip(counts.months, values, strict=True):
            sums[month[:4]] += value
        found[label] = tuple(sums.values())
    return years, found


def _bars(spans: Sequence[str], values: Sequence[int]) -> Markup:
    """Draw bars from left to right, stretched to any width, and a line where a year begins; colours are the sheet's."""
    step, peak = _WIDTH / len(values), max(values) or 1
    bars = "".join(
        f'<rect x="{number * step:.1f}" y="{_HEIGHT * (1 - value / peak):.1f}" width="{step * 0.8:.1f}"'
        f' height="{_HEIGHT * value / peak:.1f}"><title>{span}: {value:,}</title></rect>'
        for number, (span, value) in enumerate(zip(spans, values, strict=True))
        if value
    )
    years = "".join(
        f'<line x1="{number * step - step * 0.1:.1f}" y1="0" x2="{number * step - step * 0.1:.1f}" y2="{_HEIGHT}"/>'
        for number, span in enumerate(spans)
        if number and span.endswith("-01")
    )
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none"'
    return Markup(f'<svg class="bars" {size} aria-hidden="true" focusable="false">{years}{bars}</svg>')  # noqa: S704 - our own numbers
