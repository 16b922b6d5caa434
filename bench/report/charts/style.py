"""One look for all figures, and their way into the page: SVG without addresses or fixed ink."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import seaborn as sns
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Stand-ins that become CSS colours, so that a figure is legible on light and on dark pages.
INK, GRID = "#010203", "#040506"
_CSS = {INK: "currentColor", GRID: "var(--grid)"}

BLUE, ORANGE, GREEN, RED = "#3b7dd8", "#e07b39", "#2f9e77", "#d1495b"
VIOLET, GOLD, GREY = "#8a63b8", "#c99a2e", "#8b95a1"
SERIES = (BLUE, ORANGE, GREEN, VIOLET, GOLD, RED, "#1f9fb5", GREY)
OUTCOME_COLOURS = {
    "included": GREEN,
    "reverted": RED,
    "rejected": ORANGE,
    "evicted": GOLD,
    "timed_out": VIOLET,
    "aborted": GREY,
}
_RC: dict[Any, Any] = {
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib; the page's own font replaces it
    "font.size": 9,
    "grid.color": GRID,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.labelcolor": INK,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,  # a $ in a name is a $
    "xtick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.color": INK,
    "ytick.labelsize": 9,
}
_WIDTH_INCHES = 9.6
_ROW_INCHES = 0.3
_FRAME_INCHES = 1.1
_LOG_FROM_RATIO = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A figure for the page: `svg` is safe markup, `caption` says how to read it."""

    name: str
    title: str
    caption: str
    svg: Markup


@contextmanager
def look() -> Iterator[None]:
    """Inside, what is drawn looks like the project."""
    with mpl.rc_context(), sns.axes_style("whitegrid"):
        mpl.rcParams.update(_RC)
        yield


def panels(
    count: int,
    *,
    rows: int = 1,
    height: float | None = None,
    share_y: bool = False,
    width_ratios: Sequence[float] | None = None,
) -> tuple[Figure, list[Axes]]:
    """A figure with `count` axes side by side, high enough for `rows` rows of marks."""
    figure = Figure(figsize=(_WIDTH_INCHES, height or _FRAME_INCHES + _ROW_INCHES * rows))
    grid = figure.subplots(1, count, squeeze=False, sharey=share_y, width_ratios=width_ratios)
    return figure, list(grid[0])


def by_row(axes: Axes, names: Sequence[str]) -> None:
    """Lay the y axis out as one row a name, the first on top."""
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("")
    sns.despine(ax=axes, left=True, bottom=True)


def span_x(axes: Axes, values: Sequence[float | None]) -> float:
    """An x axis from 0, or a logarithmic one where values differ much; returns its left end.

    On a logarithmic axis, which says so in the axes' label, zeros belong at the left end.
    """
    known = [value for value in values if value is not None and value > 0]
    axes.xaxis.set_major_locator(MaxNLocator(6))
    low, high = (min(known), max(known)) if known else (1.0, 1.0)
    logarithmic = high > _LOG_FROM_RATIO * low
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(lambda value, _: "")
    left = low / 2 if logarithmic else 0.0
    axes.set_xlim(left, high * 5 if logarithmic else high * 1.25)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("logarithmic" if logarithmic else "")
    return left


def beside(axes: Axes, x: float, row: float, text: str) -> None:
    """A small text to the right of a mark."""
    place: dict[str, Any] = {"xytext": (8, 0), "textcoords": "offset points", "va": "center"}
    axes.annotate(text, (x, row), fontsize=8, annotation_clip=False, **place)


def drawing(figure: Figure, *, name: str, title: str, caption: str) -> Drawing:
    """The figure as markup, with ids of its own and a title for screen readers."""
    with mpl.rc_context({"svg.hashsalt": name}):
        file = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
    return Drawing(
        name=name, title=title, caption=caption, svg=_inline(file.getvalue(), name, title)
    )


def _inline(svg: str, name: str, title: str) -> Markup:
    """The SVG element alone: no XML head, no namespace addresses (HTML needs none), no size.

    Ids begin with the figure's name, for a page has one space of ids for all its figures.
    """
    head, _, body = svg[svg.index("<svg") :].partition(">")
    box = re.search(r'viewBox="[^"]+"', head)
    body = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", body)
    for stand_in, colour in _CSS.items():
        body = body.replace(stand_in, colour)
    opening = Markup('<svg {} role="img" aria-label="{}">').format(
        Markup(box.group() if box else ""), title
    )
    return Markup(f"{opening}<title>{escape(title)}</title>{body.strip()}")
