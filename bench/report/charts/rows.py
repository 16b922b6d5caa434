"""Figures with one row a point: rates, latency percentiles, outcomes, the generator's own cost."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from bench.record.schema import OUTCOMES
from bench.report.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    OUTCOME_COLOURS,
    RED,
    Drawing,
    beside,
    by_row,
    drawing,
    panels,
    span_x,
)
from bench.report.contract import PointSummary
from bench.report.numbers import figure, seconds, size

Points = Sequence[PointSummary]
Labels = Sequence[str]


def rates(points: Points, labels: Labels) -> Drawing:
    """Submissions and megabytes a second by point, against what was offered."""
    picture, (left, right) = panels(2, rows=len(points), share_y=True)
    committed = [point.committed_per_s for point in points]
    offered = [point.offered_per_s for point in points]
    zero = span_x(left, [*committed, *offered])
    _ticks(left, offered, "offered")
    _dots(left, committed, zero, [figure(value) for value in committed])
    for row, point in enumerate(points):
        if point.ci95.committed_per_s:
            low, high = point.ci95.committed_per_s
            left.hlines(row, max(low, zero), max(high, zero), color=BLUE, linewidth=2.2, alpha=0.45)
    carried = [_mega(point.committed_bytes_per_s) for point in points]
    _dots(right, carried, span_x(right, carried), [size(p.committed_bytes_per_s) for p in points])
    left.set_title("Submissions a second")
    right.set_title("Megabytes of weights a second")
    by_row(left, labels)
    by_row(right, labels)
    if any(value is not None for value in offered):
        left.legend(loc="lower right", handletextpad=0.2)
    return drawing(
        picture,
        name="rates",
        title="What the chain committed, by size",
        caption="Dots: committed a second in the measured window, with the 95 % interval as a bar; "
        "strokes: the rate that was offered. A red dot at the left edge is 0.",
    )


def percentiles(points: Points, labels: Labels) -> Drawing:
    """Latency percentiles by point, from the intended send to the block being seen."""
    picture, (axes,) = panels(1, rows=len(points))
    table = pd.DataFrame(
        [
            {"row": row, "latency": value, "percentile": name}
            for row, point in enumerate(points)
            for name in ("p50", "p90", "p95", "p99", "max")
            if (value := getattr(point.latency_s, name)) is not None
        ],
        columns=["row", "latency", "percentile"],
    )
    span_x(axes, list(table["latency"]))
    for row, point in enumerate(points):
        if point.latency_s.p50 is not None and point.latency_s.max is not None:
            axes.hlines(row, point.latency_s.p50, point.latency_s.max, color=GREY, alpha=0.5)
            beside(axes, point.latency_s.max, row, f"{seconds(point.latency_s.p99)} p99")
        else:
            _note(axes, row, "no latency: nothing was included")
    if len(table):
        colours = {"p50": BLUE, "p90": GREEN, "p95": ORANGE, "p99": RED, "max": GREY}
        marks = {"p50": "o", "p90": "s", "p95": "D", "p99": "^", "max": "|"}
        for name, part in table.groupby("percentile", sort=False):
            style = {"linewidth": 1.6} if name == "max" else {"linewidth": 0}
            axes.scatter(
                part["latency"],
                part["row"],
                s=38,
                color=colours[str(name)],
                marker=marks[str(name)],
                label=str(name),
                zorder=3,
                **style,
            )
        axes.legend(ncols=5, loc="lower left", bbox_to_anchor=(0, 1), handletextpad=0.1)
    axes.set_xlabel(" ".join(filter(None, ("seconds,", axes.get_xlabel()))).rstrip(","))
    by_row(axes, labels)
    return drawing(
        picture,
        name="percentiles",
        title="How long a submission takes, by size",
        caption="From the moment the schedule meant to send it to the moment its last block was "
        "seen, over included submissions of the measured window. Failed ones are not in here.",
    )


def outcomes(points: Points, labels: Labels) -> Drawing:
    """What became of the submissions of each point, as shares with the counts."""
    picture, (axes,) = panels(1, rows=len(points))
    counts = pd.DataFrame(
        [{name: getattr(point, name) for name in OUTCOMES} for point in points],
        columns=list(OUTCOMES),
    )
    shares = counts.div(counts.sum(axis=1).where(lambda total: total > 0), axis=0).fillna(0.0)
    left = pd.Series(0.0, index=shares.index)
    for name in OUTCOMES:
        if counts[name].any():
            axes.barh(
                shares.index,
                100 * shares[name],
                left=100 * left,
                height=0.62,
                linewidth=0,
                color=OUTCOME_COLOURS[name],
                label=name.replace("_", " "),
            )
        left = left + shares[name]
    for row, point in enumerate(points):
        text = f"{point.included:,} of {point.submitted:,}" if point.submitted else "none sent"
        beside(axes, 100, row, text)
    if counts.to_numpy().any():
        axes.legend(ncols=6, loc="lower left", bbox_to_anchor=(0, 1), handlelength=1)
    axes.set_xlim(0, 116)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel("% of submissions")
    by_row(axes, labels)
    return drawing(
        picture,
        name="outcomes",
        title="What became of every submission",
        caption="Every submission of a cell, warm-up included, ends in exactly one of these; the "
        "figures at the right are included of submitted.",
    )


def generator(points: Points, labels: Labels) -> Drawing:
    """What the load generator spent on a submission and how far it ran behind its schedule."""
    picture, (left, right) = panels(2, rows=len(points), share_y=True)
    cost = [point.ms_cpu_per_submission for point in points]
    _dots(
        left,
        cost,
        span_x(left, cost),
        [f"{figure(value)} ms" if value is not None else "–" for value in cost],
    )
    lag = [
        point.schedule_lag_s["p99"]
        if point.schedule_lag_s and "p99" in point.schedule_lag_s
        else None
        for point in points
    ]
    _dots(right, lag, span_x(right, lag), [seconds(value) for value in lag])
    left.set_title("CPU a submission, ms")
    right.set_title("Behind the schedule, p99, s")
    by_row(left, labels)
    by_row(right, labels)
    return drawing(
        picture,
        name="generator",
        title="The generator's own cost",
        caption="All of the generator's CPU time, encoding and signing included, by submission; "
        "and how much later than intended it sent, at the 99th percentile of the worst repeat. "
        "A generator that lags makes a measurement invalid, not the chain slow.",
    )


def _dots(axes: Axes, values: Sequence[float | None], zero: float, texts: Sequence[str]) -> None:
    """One dot a row with its figure beside it; zeros at the left edge, unknown ones in words."""
    table = pd.DataFrame(
        [
            {"row": row, "value": max(value, zero), "some": value > 0}
            for row, value in enumerate(values)
            if value is not None
        ],
        columns=["row", "value", "some"],
    )
    words = axes.get_xlabel()
    if len(table):
        sns.scatterplot(
            table,
            x="value",
            y="row",
            hue="some",
            palette={True: BLUE, False: RED},
            s=52,
            linewidth=0,
            legend=False,
            zorder=3,
            clip_on=False,
            ax=axes,
        )
    axes.set_xlabel(words)
    for row, (value, text) in enumerate(zip(values, texts, strict=True)):
        if value is None:
            _note(axes, row, "not measured")
        else:
            beside(axes, max(value, zero), row, text)


def _ticks(axes: Axes, values: Sequence[float | None], label: str) -> None:
    known = [(value, row) for row, value in enumerate(values) if value is not None]
    if known:
        xs, ys = zip(*known, strict=True)
        axes.scatter(xs, ys, marker="|", s=170, color=INK, linewidth=1.4, alpha=0.7, label=label)


def _note(axes: Axes, row: int, text: str) -> None:
    axes.annotate(
        text,
        (0.02, row),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8,
        style="italic",
        alpha=0.7,
    )


def _mega(value: float | None) -> float | None:
    return None if value is None else value / 1e6
