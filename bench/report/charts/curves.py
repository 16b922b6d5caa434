"""Figures with an x axis of their own: latency distributions, gas by size, blocks over time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.report.charts.style import BLUE, GREY, INK, ORANGE, SERIES, Drawing, drawing, panels
from bench.report.contract import PointSummary
from bench.report.frame import CellData
from bench.report.labels import cut
from bench.report.numbers import figure
from bench.report.walls import WIRE_LIMIT_BYTES

Points = Sequence[PointSummary]
Labels = Sequence[str]
Groups = Sequence[Sequence[CellData]]

_MOST_CURVES = len(SERIES)
_MOST_PANELS = 12
_PANEL_COLUMNS = 3


def ecdf(groups: Groups, labels: Labels) -> Drawing | None:
    """The whole distribution of latencies, one curve a point; None where it would be no picture."""
    tables = [
        cell.included.loc[cell.included["in_window"], ["latency_s"]].assign(point=label)
        for group, label in zip(groups, labels, strict=True)
        for cell in group
    ]
    rows = pd.concat(tables).dropna() if tables else pd.DataFrame()
    if rows.empty or rows["point"].nunique() > _MOST_CURVES:
        return None
    picture, (axes,) = panels(1, height=3.4)
    sns.ecdfplot(
        rows,
        x="latency_s",
        hue="point",
        palette=list(SERIES[: rows["point"].nunique()]),
        linewidth=1.8,
        ax=axes,
    )
    axes.set(xlabel="seconds from intended send to seen", ylabel="share of submissions")
    axes.set_xlim(left=0)
    sns.move_legend(axes, "center left", bbox_to_anchor=(1, 0.5), title="")
    sns.despine(ax=axes)
    return drawing(
        picture,
        name="ecdf",
        title="The distribution of latencies",
        caption="The share of included submissions of the measured window that were seen on chain "
        "after at most so many seconds. A flat top far to the right is a long tail.",
    )


def gas(points: Points) -> Drawing | None:
    """Gas of a submission by its weights, both axes logarithmic, with the block's limit.

    None where no cell of them got as far as having gas.
    """
    table = pd.DataFrame(
        [
            {
                "weights": point.weights,
                "way": cut(f"{point.encoding} · {point.store}", 32),
                "measured": point.gas_per_submission,
                "predicted": point.gas_predicted,
            }
            for point in points
            if point.gas_predicted or point.gas_per_submission
        ],
        columns=["weights", "way", "measured", "predicted"],
    ).astype({"measured": "float64", "predicted": "float64"})
    if table.empty:
        return None
    picture, (axes,) = panels(1, height=3.6)
    axes.set_xscale("symlog", linthresh=1)  # the counter has no weights, which no log shows
    axes.set_yscale("log")
    ways = table.sort_values("weights").groupby("way", sort=False)
    for (way, rows), colour in zip(ways, itertools.cycle(SERIES), strict=False):
        sns.lineplot(rows, x="weights", y="measured", color=colour, linewidth=1, alpha=0.5, ax=axes)
        axes.scatter(rows["weights"], rows["measured"], color=colour, s=36, label=way, zorder=3)
        ring: dict[str, Any] = {
            "s": 130,
            "facecolors": "none",
            "edgecolors": colour,
            "linewidths": 1.2,
        }
        axes.scatter(rows["weights"], rows["predicted"], **ring)
    axes.scatter([], [], s=110, facecolors="none", edgecolors=INK, label="predicted")
    for limit in sorted({point.gas_limit for point in points} - {0}):
        axes.axhline(limit, color=INK, linestyle=(0, (5, 3)), linewidth=1, alpha=0.7)
        place: dict[str, Any] = {
            "xycoords": ("axes fraction", "data"),
            "va": "bottom",
            "fontsize": 8,
        }
        axes.annotate(f"block gas limit {figure(limit)}", (0.01, limit * 1.04), **place)
    _gas_axes(axes)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    sns.despine(ax=axes)
    return drawing(
        picture,
        name="gas",
        title="Gas of a submission, by size",
        caption="All transactions of a submission together: dots measured, rings predicted. What "
        "lies above the dashed line can't be in one block. Both axes are logarithmic.",
    )


def _gas_axes(axes: Axes) -> None:
    axes.set(xlabel="weights", ylabel="gas a submission")
    axes.set_xlim(left=-0.5)
    axes.margins(y=0.12)
    axes.xaxis.set_major_formatter(lambda value, _: figure(value))
    axes.yaxis.set_major_formatter(lambda value, _: figure(value))
    axes.yaxis.set_minor_formatter(lambda value, _: "")


def fill(groups: Groups, labels: Labels) -> Drawing | None:
    """How full the blocks were over a cell, against the gas limit and the wire's limit."""
    shown = [(g[0], label) for g, label in zip(groups, labels, strict=True) if len(g[0].blocks)]
    if not shown:
        return None
    fullest = sorted(shown, key=lambda one: -_fullest(one[0]))[:_MOST_PANELS]
    chosen = [one for one in shown if one in fullest] if len(shown) > _MOST_PANELS else shown
    lines = math.ceil(len(chosen) / _PANEL_COLUMNS)
    picture = Figure(figsize=(9.6, 0.7 + 1.75 * lines))
    grid = picture.subplots(lines, min(_PANEL_COLUMNS, len(chosen)), squeeze=False, sharey=True)
    panes: list[Axes] = list(grid.flat)
    for pane, (cell, label) in zip(panes, chosen, strict=False):
        _fill_panel(pane, cell, label)
    for spare in panes[len(chosen) :]:
        spare.set_axis_off()
    handles, names = panes[0].get_legend_handles_labels()
    picture.legend(handles, names, ncols=2, loc="outside upper left")
    left_out = (
        ""
        if len(chosen) == len(shown)
        else f" The {_MOST_PANELS} fullest of {len(shown)} are shown."
    )
    return drawing(
        picture,
        name="fill",
        title="How full the blocks were",
        caption="Each block against its gas limit, and its bytes against the 10 MiB that "
        "validators take in one message; seconds count from the start of the measured window, "
        f"which is shaded. The first repeat of each point.{left_out}",
    )


def _fill_panel(axes: Axes, cell: CellData, label: str) -> None:
    blocks = cell.blocks
    origin_s = cell.window.start_s if cell.window else float(blocks["seen_s"].min())
    at_s = blocks["seen_s"] - origin_s
    if cell.window:
        axes.axvspan(0, cell.window.length_s, color=GREY, alpha=0.1, linewidth=0)
    gas_share = 100 * blocks["gas_used"] / blocks["gas_limit"]
    bytes_share = 100 * blocks["size_bytes"] / WIRE_LIMIT_BYTES
    axes.plot(at_s, gas_share, color=BLUE, marker=".", linewidth=1.2, label="% of the gas limit")
    axes.plot(at_s, bytes_share, color=ORANGE, linewidth=1.2, label="% of 10 MiB on the wire")
    axes.axhline(100, color=INK, linewidth=0.9, linestyle=(0, (5, 3)), alpha=0.6)
    axes.set_title(cut(label, 36), fontsize=8.5)
    axes.set_ylim(0, 112)
    sns.despine(ax=axes)


def _fullest(cell: CellData) -> float:
    return float((cell.blocks["gas_used"] / cell.blocks["gas_limit"]).max())
