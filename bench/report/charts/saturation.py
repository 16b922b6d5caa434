"""Where each load saturates: what was committed against what was offered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.report.charts.style import BLUE, GREEN, INK, RED, Drawing, drawing
from bench.report.contract import PointSummary
from bench.report.labels import cut
from bench.report.numbers import figure
from bench.report.saturation import Curve, Step

_MOST_PANELS = 12
_PANEL_COLUMNS = 2
_NO_LIMIT = "none seen"

Bands = Mapping[tuple[str, str], tuple[float, float]]


def saturation(curves: Sequence[Curve], points: Sequence[PointSummary]) -> Drawing | None:
    """A panel for each curve, the largest models first; None where there is none."""
    if not curves:
        return None
    shown = sorted(curves, key=lambda curve: -curve.wire_bytes)[:_MOST_PANELS]
    lines = math.ceil(len(shown) / _PANEL_COLUMNS)
    picture = Figure(figsize=(9.6, 0.8 + 2.9 * lines))
    grid = picture.subplots(lines, min(_PANEL_COLUMNS, len(shown)), squeeze=False)
    panes: list[Axes] = list(grid.flat)
    bands = _bands(points)
    for pane, curve in zip(panes, shown, strict=False):
        _panel(pane, curve, bands)
    for spare in panes[len(shown) :]:
        spare.set_axis_off()
    _legend(picture, panes[: len(shown)])
    left_out = f" The {_MOST_PANELS} largest of {len(curves)} are shown."
    return drawing(
        picture,
        name="saturation",
        title="Where each size saturates",
        caption="Submissions committed a second against those offered; on the dashed line the "
        "chain keeps up. Filled dots were carried, hollow ones were not, a cross is a "
        "measurement that is not valid. The band is the 95 % interval; the diamond marks the most "
        f"that was sustained.{left_out if len(curves) > len(shown) else ''}",
    )


def _bands(points: Sequence[PointSummary]) -> Bands:
    """The intervals by run and cell: a curve's step may leave out some of a point's cells."""
    return {
        (point.run, cell): point.ci95.committed_per_s
        for point in points
        if point.ci95.committed_per_s is not None
        for cell in point.cell_ids
    }


def _panel(axes: Axes, curve: Curve, bands: Bands) -> None:
    steps = [step for step in curve.steps if step.valid and step.committed_per_s is not None]
    top = 1.12 * max(step.offered_per_s for step in curve.steps)
    axes.plot([0, top], [0, top], color=INK, linestyle=(0, (5, 3)), linewidth=0.9, alpha=0.6)
    axes.plot(_offered(steps), _committed(steps), color=BLUE, linewidth=1.2, alpha=0.7, zorder=2)
    _band(axes, curve, steps, bands)
    _marks(axes, steps, carried=True)
    _marks(axes, steps, carried=False)
    _crosses(axes, [step for step in curve.steps if not step.valid])
    _best(axes, curve)
    axes.set_xlim(0, top)
    axes.set_ylim(0, top)
    axes.set_title(cut(f"{curve.weights_name} · {curve.encoding} · {curve.store}", 46), fontsize=9)
    axes.set(xlabel=_end(curve), ylabel="committed a second")
    axes.xaxis.set_major_formatter(lambda value, _: figure(value))
    axes.yaxis.set_major_formatter(lambda value, _: figure(value))
    sns.despine(ax=axes)


def _end(curve: Curve) -> str:
    """What the x axis counts, and how the curve ends."""
    words = "no limit was reached" if curve.gave_out == _NO_LIMIT else f"limit: {curve.gave_out}"
    return f"offered a second – {words}"


def _band(axes: Axes, curve: Curve, steps: Sequence[Step], bands: Bands) -> None:
    known = [
        (step.offered_per_s, *bounds)
        for step in steps
        if (bounds := bands.get((curve.run, step.cell_ids[0]))) is not None
    ]
    if known:
        offered, low, high = zip(*known, strict=True)
        axes.fill_between(offered, low, high, color=BLUE, alpha=0.18, linewidth=0)
        axes.vlines(offered, low, high, color=BLUE, alpha=0.5, linewidth=1.6)


def _marks(axes: Axes, steps: Sequence[Step], *, carried: bool) -> None:
    some = [step for step in steps if step.sustained is carried]
    if not some:
        return  # and nothing of it in the legend
    style: dict[str, Any] = (
        {"color": BLUE, "label": "carried"}
        if carried
        else {"facecolors": "none", "edgecolors": RED, "label": "not carried"}
    )
    axes.scatter(
        _offered(some), _committed(some), s=38, linewidths=1.4, zorder=3, clip_on=False, **style
    )


def _crosses(axes: Axes, steps: Sequence[Step]) -> None:
    if not steps:
        return
    heights = [step.committed_per_s or 0.0 for step in steps]
    axes.scatter(
        _offered(steps), heights, s=34, color=INK, alpha=0.6, marker="x", label="not valid"
    )


def _best(axes: Axes, curve: Curve) -> None:
    offered, per_s = curve.bracket[0], curve.sustained_per_s
    if offered is None or per_s is None:
        return
    axes.scatter(
        [offered],
        [per_s],
        s=90,
        color=GREEN,
        marker="D",
        label="sustained",
        zorder=4,
        clip_on=False,
    )
    place: dict[str, Any] = {"xytext": (9, -4), "textcoords": "offset points", "va": "top"}
    axes.annotate(f"{figure(per_s)}/s", (offered, per_s), fontsize=9, weight="bold", **place)


def _offered(steps: Sequence[Step]) -> list[float]:
    return [step.offered_per_s for step in steps]


def _committed(steps: Sequence[Step]) -> list[float]:
    return [step.committed_per_s or 0.0 for step in steps]


def _legend(picture: Figure, panes: Sequence[Axes]) -> None:
    found: dict[str, Any] = {}
    for pane in panes:
        for handle, name in zip(*pane.get_legend_handles_labels(), strict=True):
            found.setdefault(name, handle)
    picture.legend(list(found.values()), list(found), ncols=4, loc="outside upper left")
