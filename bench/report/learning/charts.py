"""Figures of trainings: accuracy by round, money and chances by behaviour, the cost of n."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bench.report.charts.style import (
    BLUE,
    GREEN,
    INK,
    RED,
    SERIES,
    Drawing,
    beside,
    by_row,
    drawing,
    look,
    panels,
)
from bench.report.labels import cut
from bench.report.learning.document import TrainingSummary
from bench.report.learning.figures import Money
from bench.report.learning.frame import Training
from bench.report.numbers import figure, percent, size

_FINNEY = 1e15  # wei
_MOST_CURVES = len(SERIES)

Row = tuple[str, Money]


def drawings(trainings: Sequence[Training], summaries: Sequence[TrainingSummary]) -> list[Drawing]:
    """The figures that the trainings have the figures for, in the page's order."""
    rows = [
        (cut(_named(one.behaviour, summary, several=len(summaries) > 1), 48), one)
        for summary in summaries
        for one in summary.behaviours
        if one.seats
    ]
    with look():
        found = [accuracy(trainings), payments(rows), chances(rows), redundancy(summaries)]
    return [one for one in found if one is not None]


def accuracy(trainings: Sequence[Training]) -> Drawing | None:
    """Accuracy by round, over the chain and on a plain server; None where no round was won."""
    shown = [one for one in trainings if one.won][:_MOST_CURVES]
    if not shown:
        return None
    picture, (axes,) = panels(1, height=3.5)
    for training, colour in zip(shown, _colours(len(shown)), strict=True):
        own = [100 * row.accuracy for row in training.won]
        alone = training.result.get("accuracy_off_chain_by_round")
        other = [100 * one for one in alone or [row.accuracy_off_chain for row in training.won]]
        name = cut(training.label, 30) if len(shown) > 1 else "over the chain"
        # The server's line is the wider one below: equal values show as one inside the other.
        axes.plot(_from_1(other), other, color=colour, linewidth=6, alpha=0.28, zorder=2)
        axes.plot(_from_1(own), own, color=colour, marker="o", markersize=4.5, label=name, zorder=3)
    axes.plot([], [], color=INK, linewidth=6, alpha=0.28, label="on a plain server")
    axes.set(xlabel="round", ylabel="% of test examples right")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    sns.despine(ax=axes)
    return drawing(
        picture,
        name="accuracy",
        title="Accuracy by round",
        caption="After each won job: the model that the market agreed on, and below it, as a broad "
        "band, the same training on a plain server without a chain. Where the thin line runs "
        "inside the band both are equal.",
    )


def payments(rows: Sequence[Row]) -> Drawing | None:
    """What each behaviour was paid and forfeited, and its profit; None where nobody had a seat."""
    if not rows:
        return None
    picture, (left, right) = panels(2, rows=len(rows), share_y=True)
    for row, (_, one) in enumerate(rows):
        left.barh(row, one.paid_wei / _FINNEY, height=0.55, color=GREEN, linewidth=0)
        left.barh(row, -one.forfeited_wei / _FINNEY, height=0.55, color=RED, linewidth=0)
        beside(left, one.paid_wei / _FINNEY, row, f"{one.seats_paid} of {one.seats} seats paid")
        profit = one.profit_wei
        if profit is None:
            beside(right, 0, row, "the training did not end")
        else:
            colour = RED if profit < 0 else GREEN
            right.barh(row, profit / _FINNEY, height=0.55, color=colour, linewidth=0)
            beside(right, max(profit, 0) / _FINNEY, row, figure(profit / _FINNEY))
    for axes, title in ((left, "Paid and forfeited, finney"), (right, "Profit a worker, finney")):
        axes.axvline(0, color=INK, linewidth=0.8, alpha=0.6)
        axes.margins(x=0.32)
        axes.set_title(title)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(lambda value, _: figure(value))
        by_row(axes, [name for name, _ in rows])
    return drawing(
        picture,
        name="payments",
        title="Payments by behaviour",
        caption="Left: all payments to the workers of a behaviour (green), and the deposits they "
        "lost (red). Right: what one of them ends with on average, its computing paid for. A "
        "finney is a thousandth of an ether.",
    )


def chances(rows: Sequence[Row]) -> Drawing | None:
    """How often a seat was paid against how often it should be; None where nothing is known."""
    known = [(name, one) for name, one in rows if one.p_observed is not None]
    if not known:
        return None
    picture, (axes,) = panels(1, rows=len(known))
    for row, (_, one) in enumerate(known):
        if one.p_ci95:
            low, high = one.p_ci95
            axes.hlines(row, 100 * low, 100 * high, color=BLUE, linewidth=2.4, alpha=0.45)
        axes.scatter(100 * (one.p_observed or 0), row, color=BLUE, s=46, linewidth=0, zorder=3)
        if one.p_predicted is not None:
            _stroke(axes, 100 * one.p_predicted, row)
        told = "no exact prediction" if one.p_predicted is None else percent(one.p_predicted)
        beside(axes, 102, row, f"{percent(one.p_observed)} · {told}")
    axes.scatter([], [], color=BLUE, s=46, label="observed")
    axes.scatter([], [], marker="|", s=170, color=INK, linewidth=1.6, label="predicted")
    axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1), handletextpad=0.2)
    axes.set_xlim(-2, 126)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel("% of seats paid")
    by_row(axes, [name for name, _ in known])
    return drawing(
        picture,
        name="chances",
        title="Paid seats, observed and predicted",
        caption="The dot is P(paid | a worker of that behaviour has a seat) as it came out, the "
        "bar its 95 % Wilson interval, the stroke what the payment mathematics says; at the right "
        "both in figures. Seats of one job are paid together or not at all, so the interval counts "
        "them for less than as many draws.",
    )


def redundancy(summaries: Sequence[TrainingSummary]) -> Drawing | None:
    """Gas and bytes of a round by n; None without costs by step."""
    shown = [one for one in summaries if one.redundancy][:_MOST_CURVES]
    if not shown:
        return None
    picture, (left, right) = panels(2, height=3.3)
    for summary, colour in zip(shown, _colours(len(shown)), strict=True):
        sizes = [one.n for one in summary.redundancy]
        label = cut(summary.run, 30)
        left.plot(sizes, [o.gas for o in summary.redundancy], color=colour, label=label)
        right.plot(sizes, [o.wire_bytes for o in summary.redundancy], color=colour)
        for one in (one for one in summary.redundancy if one.ran):
            left.scatter(one.n, one.gas, color=colour, s=60, zorder=3)
            right.scatter(one.n, one.wire_bytes, color=colour, s=60, zorder=3)
            if len(shown) == 1:
                _above(left, one.n, one.gas, f"n = {one.n}: {figure(one.gas)}")
                _above(right, one.n, one.wire_bytes, f"n = {one.n}: {size(one.wire_bytes)}")
    left.yaxis.set_major_formatter(lambda value, _: figure(value))
    right.yaxis.set_major_formatter(lambda value, _: size(value))
    for axes, title in ((left, "Gas a round"), (right, "Bytes a round")):
        axes.set_title(title)
        axes.set_xlabel("results of a job, n")
        axes.set_ylim(bottom=0)
        axes.margins(y=0.14)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        sns.despine(ax=axes)
    if len(shown) > 1:
        picture.legend(*left.get_legend_handles_labels(), ncols=3, loc="outside upper left")
    return drawing(
        picture,
        name="redundancy",
        title="What redundancy costs",
        caption="A round with n results: what comes once a round, and n times what a seat took in "
        "this training. The dot is the n it ran with. A chance to be paid close to 1 is bought "
        "with n, and gas and bytes grow along.",
    )


def _named(behaviour: str, summary: TrainingSummary, *, several: bool) -> str:
    return f"{behaviour} · {summary.run}" if several else behaviour


def _colours(count: int) -> list[str]:
    return list(itertools.islice(SERIES, count))


def _from_1(values: Sequence[float]) -> range:
    return range(1, len(values) + 1)


def _stroke(axes: Axes, x: float, row: int) -> None:
    axes.scatter(x, row, marker="|", s=230, color=INK, linewidth=1.6, zorder=4)


def _above(axes: Axes, x: float, y: float, text: str) -> None:
    axes.annotate(
        text, (x, y), xytext=(-8, 6), textcoords="offset points", ha="right", fontsize=8.5
    )
