"""How counts are drawn: a line of time, bars, layers of sections over time, a heat map of weekday and hour."""

import io
import warnings
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from newsarc.present import safe
from newsarc.stats import Count, filled, values_of
from newsarc.stats.names import MONTHS, NAMES, WEEKDAYS, Value

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _SOFT, _LINE = "#1d2733", "#5b6776", "#dfe4ea"
_ONE = "#2f6fb3"
_MANY = ("#2f6fb3", "#e08a1e", "#3a9a6d", "#c4475b", "#7d5fb2", "#58a9c4", "#b58a2a", "#8c9aab")
_STYLE: Any = {
    "font.family": "DejaVu Sans", "font.size": 10, "text.color": _INK, "axes.labelcolor": _SOFT,
    "axes.edgecolor": _LINE, "xtick.color": _SOFT, "ytick.color": _SOFT, "text.parse_math": False,
    "svg.hashsalt": "newsarc", "svg.fonttype": "path", "axes.unicode_minus": False, "axes.axisbelow": True,
}  # fmt: skip
_LAYERS = 7  # and the rest together
_MOST_ROWS, _MOST_COLUMNS = 40, 40
_LONGEST_LABEL = 32
_DENSE = 14  # columns of a heat map from which no numbers are written into it
_TICKS = 12
_TIMES = ("day", "month", "year")
_WHOLE: dict[str, tuple[Value, ...]] = {"weekday": WEEKDAYS, "hour": tuple(range(24))}
_NONE = "(none)"


def chart(names: tuple[str, ...], counts: list[Count], form: str) -> bytes:
    """Draw counts by one or two names; `svg`, `png`, or a page of `html` that holds the drawing and its numbers."""
    if form == "html":
        return _page(names, counts, _drawn(names, counts, "svg"))
    return _drawn(names, counts, form)


def _drawn(names: tuple[str, ...], counts: list[Count], form: str) -> bytes:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    out = io.BytesIO()
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks is drawn as a box
        figure = Figure(figsize=(10, 5.6), dpi=150, facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        if counts:
            _way(names)(figure, axes, names, counts)
        else:
            axes.axis("off")
            axes.text(0.5, 0.5, "No stories.", ha="center", color=_SOFT)
        axes.set_title(_title(names), loc="left", fontsize=14, fontweight="bold", pad=14)
        total = sum(count.number for count in counts)
        figure.supxlabel(f"newsarc · {total:,}", x=0.995, ha="right", fontsize=8, color=_SOFT)
        metadata = {"Date": None} if form == "svg" else {"Software": "newsarc"}
        figure.savefig(out, format=form, metadata=metadata, facecolor="white")
    return out.getvalue()


def _title(names: tuple[str, ...]) -> str:
    return f"Stories by {' and '.join(name.replace('_', ' ') for name in names)}"


def _way(names: tuple[str, ...]) -> Callable[..., None]:
    """Choose how to draw it."""
    if len(names) == 1:
        if names[0] in _TIMES:
            return _line
        return _columns if NAMES[names[0]].order == "calendar" else _bars
    is_over_time = [name in _TIMES for name in names]
    return _layers if any(is_over_time) and not all(is_over_time) and not _is_of_clock(names) else _heat


def _is_of_clock(names: tuple[str, ...]) -> bool:
    return not {"weekday", "hour"}.isdisjoint(names)


def _label(name: str, value: Value) -> str:
    """Say a value as a person reads it: a month by its German name."""
    if value is None:
        return "–" if name in _WHOLE else _NONE
    if name == "month":
        return f"{MONTHS[int(str(value)[5:]) - 1]} {str(value)[:4]}"
    if name == "day":
        year, month, day = str(value).split("-")
        return f"{int(day)}. {MONTHS[int(month) - 1]} {year}"
    text = safe(str(value))
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def _bare(axes: "Axes", *, grid: bool) -> None:
    """Leave only what helps to read: light lines to read numbers by."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, pad=6)
    if grid:
        axes.yaxis.grid(visible=True, color=_LINE, linewidth=0.8)


def _numbered(axis: Any) -> None:
    """Write whole numbers, thousands apart."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(6, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda number, _place: f"{number:,.0f}"))


def _over_time(axes: "Axes", name: str, values: list[Value]) -> None:
    """Name some of the times below, evenly; of months each January where there are years of them."""
    places = list(range(len(values)))
    if name == "month" and len(values) > 2 * _TICKS:
        places = [place for place in places if str(values[place]).endswith("-01")] or places
    places = places[:: max(1, -(-len(places) // _TICKS))]
    axes.set_xticks(places, [_label(name, values[place]) for place in places])
    axes.set_xlim(-0.5, len(values) - 0.5) if len(values) == 1 else axes.set_xlim(0, len(values) - 1)


def _line(_figure: "Figure", axes: "Axes", names: tuple[str, ...], counts: list[Count]) -> None:
    dated = [count for count in filled(names, counts) if count.values[0] is not None]
    numbers = [count.number for count in dated]
    places = range(len(numbers))
    axes.fill_between(places, numbers, color=_ONE, alpha=0.15, linewidth=0)
    axes.plot(places, numbers, color=_ONE, linewidth=1.8, marker="o" if len(numbers) <= 2 * _TICKS else None)
    _over_time(axes, names[0], [count.values[0] for count in dated])
    axes.set_ylim(0, max(numbers, default=1) * 1.08)
    _bare(axes, grid=True)
    _numbered(axes.yaxis)


def _columns(_figure: "Figure", axes: "Axes", names: tuple[str, ...], counts: list[Count]) -> None:
    whole = filled(names, counts)
    places = range(len(whole))
    axes.bar(places, [count.number for count in whole], color=_ONE, width=0.72)
    axes.set_xticks(places, [_label(names[0], count.values[0]) for count in whole])
    _bare(axes, grid=True)
    _numbered(axes.yaxis)


def _bars(figure: "Figure", axes: "Axes", names: tuple[str, ...], counts: list[Count]) -> None:
    some = counts[:_MOST_ROWS]
    figure.set_figheight(1.6 + 0.32 * len(some))
    numbers, most = [count.number for count in some], max(count.number for count in some)
    axes.barh(range(len(some)), numbers, color=_ONE, height=0.7)
    for place, number in enumerate(numbers):
        axes.text(number + most * 0.008, place, f"{number:,}", va="center", fontsize=9, color=_SOFT)
    axes.set_yticks(range(len(some)), [_label(names[0], count.values[0]) for count in some])
    axes.tick_params(axis="y", labelcolor=_INK)
    axes.set_ylim(len(some) - 0.4, -0.6)
    axes.set_xlim(0, most * 1.1)
    _bare(axes, grid=False)
    axes.set_xticks([])


def _layers(_figure: "Figure", axes: "Axes", names: tuple[str, ...], counts: list[Count]) -> None:
    """Draw the most frequent values over time, one on the other, the rest together on top."""
    at = 0 if names[0] in _TIMES else 1
    times: list[Value] = [value for value in values_of(names, counts, at) if value is not None]
    place_of = {value: place for place, value in enumerate(times)}
    series: dict[Value, list[int]] = {}
    for count in counts:
        if count.values[at] in place_of:
            row = series.setdefault(count.values[1 - at], [0] * len(times))
            row[place_of[count.values[at]]] += count.number
    ordered = sorted(series, key=lambda value: -sum(series[value]))
    shown, rest = ordered[:_LAYERS], ordered[_LAYERS:]
    rows, labels = [series[value] for value in shown], [_label(names[1 - at], value) for value in shown]
    if rest:
        rows.append([sum(some) for some in zip(*(series[value] for value in rest), strict=True)])
        labels.append(f"{len(rest)} others")
    axes.stackplot(range(len(times)), rows, labels=labels, colors=_MANY, linewidth=0.4, edgecolor="white")
    _over_time(axes, names[at], times)
    _bare(axes, grid=True)
    _numbered(axes.yaxis)
    axes.set_ylim(0, max(map(sum, zip(*rows, strict=True)), default=1) * 1.05)
    handles, said = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], said[::-1], loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)


def _heat(figure: "Figure", axes: "Axes", names: tuple[str, ...], counts: list[Count]) -> None:
    """Draw each pair as a field, the darker the more there are."""
    seen = [_values(names, counts, at) for at in range(len(names))]
    down, across = (0, 1) if len(seen[0]) <= len(seen[1]) else (1, 0)
    rows, columns = seen[down][:_MOST_ROWS], seen[across][:_MOST_COLUMNS]
    known = {(count.values[down], count.values[across]): count.number for count in counts}
    fields = [[known.get((row, column), 0) for column in columns] for row in rows]
    drawn = axes.imshow(fields, cmap="Blues", aspect="auto", vmin=0)
    figure.set_figheight(2.4 + 0.42 * len(rows))
    axes.set_yticks(range(len(rows)), [_label(names[down], value) for value in rows])
    labels = [_label(names[across], value) for value in columns]
    is_long = max(map(len, labels)) > 4  # noqa: PLR2004 - characters that fit below a field
    axes.set_xticks(range(len(columns)), labels, rotation=45 if is_long else 0, ha="right" if is_long else "center")
    axes.set_xticks([place - 0.5 for place in range(1, len(columns))], minor=True)
    axes.set_yticks([place - 0.5 for place in range(1, len(rows))], minor=True)
    _bare(axes, grid=False)
    axes.grid(visible=True, which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0)
    if len(columns) <= _DENSE:
        _write_numbers(axes, fields)
    bar = figure.colorbar(drawn, ax=axes, fraction=0.025, pad=0.015)
    bar.outline.set_visible(False)
    _numbered(bar.ax.yaxis)
    bar.ax.tick_params(length=0)


def _values(names: tuple[str, ...], counts: list[Count], at: int) -> list[Value]:
    """Return the values of a name in their order; of weekday and hour all there are."""
    found = values_of(names, counts, at)
    whole: tuple[Value, ...] = _WHOLE.get(names[at], ())
    return [*whole, *(value for value in found if value not in whole)]


def _write_numbers(axes: "Axes", fields: list[list[int]]) -> None:
    most = max(map(max, fields)) or 1
    for down, row in enumerate(fields):
        for across, number in enumerate(row):
            ink = "white" if number > 0.55 * most else _INK
            axes.text(across, down, f"{number:,}", ha="center", va="center", fontsize=8, color=ink)


def _page(names: tuple[str, ...], counts: list[Count], drawing: bytes) -> bytes:
    """Make a page of a drawing, with its numbers as a table; it loads nothing."""
    svg = drawing.decode()
    svg = svg[svg.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{escape(_title(names))}" ', 1)
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in (*names, "count"))
    rows = "".join(f"<tr>{_cells(names, one)}<td>{one.number:,}</td></tr>\n" for one in counts)
    return _PAGE.format(title=escape(_title(names)), svg=svg, head=head, rows=rows).encode()


def _cells(names: tuple[str, ...], count: Count) -> str:
    return "".join(f"<td>{escape(_label(name, value))}</td>" for name, value in zip(names, count.values, strict=True))


_PAGE = """<!doctype html>
<html lang="de">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; color: #1d2733; background: #fff; max-width: 70rem; margin: 2rem auto;
  padding: 0 1rem }}
svg {{ width: 100%; height: auto }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
th, td {{ text-align: left; padding: .15rem 1.5rem .15rem 0; border-bottom: 1px solid #dfe4ea }}
th:last-child, td:last-child {{ text-align: right; padding-right: 0 }}
</style>
<main>
{svg}
<details><summary>The numbers</summary>
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}</tbody>
</table>
</details>
</main>
</html>
"""
