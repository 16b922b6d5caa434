"""A story's charts as figures."""

from __future__ import annotations

from collections.abc import Iterable

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bench.report.charts.style import SERIES, Drawing, drawing, look, panels
from bench.report.labels import cut
from bench.report.numbers import figure
from bench.report.story.story import Chart, Curve

_LONGEST = 28


def drawings(charts: Iterable[Chart], *, prefix: str = "") -> list[Drawing]:
    """The charts that have something to show; `prefix` keeps ids of several stories apart."""
    with look():
        return [_drawn(chart, prefix) for chart in charts if any(one.xs for one in chart.curves)]


def _drawn(chart: Chart, prefix: str) -> Drawing:
    picture, (axes,) = panels(1, height=3.6)
    for number, curve in enumerate(chart.curves):
        colour = SERIES[number % len(SERIES)]
        if chart.kind == "bars":
            _bars(axes, curve, colour, number, len(chart.curves))
        else:
            name = cut(curve.name, _LONGEST)
            axes.plot(curve.xs, curve.ys, color=colour, label=name, marker=_mark(curve))
    axes.set(xlabel=chart.x, ylabel=chart.y)
    axes.yaxis.set_major_formatter(lambda value, _: figure(value))
    if chart.kind == "lines":
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=_counts(chart), min_n_ticks=1))
    if len(chart.curves) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    sns.despine(ax=axes)
    return drawing(picture, name=f"{prefix}{chart.name}", title=chart.title, caption=chart.caption)


def _bars(axes: Axes, curve: Curve, colour: str, number: int, count: int) -> None:
    width = 0.8 / count
    places = [place + (number - (count - 1) / 2) * width for place in range(len(curve.xs))]
    axes.bar(
        places, curve.ys, width=width, color=colour, label=cut(curve.name, _LONGEST), linewidth=0
    )
    axes.set_xticks(range(len(curve.xs)), [cut(str(one), _LONGEST) for one in curve.xs])
    for place, value in zip(places, curve.ys, strict=True):
        axes.annotate(
            figure(value),
            (place, value),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )


def _counts(chart: Chart) -> bool:
    """Whether the x axis counts something: half a round is none."""
    xs = [x for curve in chart.curves for x in curve.xs]
    return all(not isinstance(x, str) and float(x).is_integer() for x in xs)


def _mark(curve: Curve) -> str:
    """A mark at each point as long as they can be told apart."""
    return "." if len(curve.xs) <= 40 else ""
