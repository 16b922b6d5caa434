"""The plain-words answer: which loads the chain carried, and what stopped the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.report.contract import PointSummary
from bench.report.labels import labels
from bench.report.numbers import figure, seconds, size, whole

Answer = Literal["yes", "partly", "no"]

SUSTAINED_SHARE = 0.95
_LONGEST_P99_S = 10.0
_LONGEST_P99_BLOCKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PointVerdict:
    """The answer for one point: `text` is a sentence, `short` names what stopped it or ""."""

    run: str
    cell_ids: list[str]
    label: str
    sustained: bool
    valid: bool
    short: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of a whole run or comparison; `text` is `opening` and then every point's own."""

    answer: Answer
    opening: str
    text: str
    points: list[PointVerdict]


def verdict(points: Sequence[PointSummary]) -> Verdict:
    """Yes when every point was carried as offered, partly when some were, else no."""
    found = [_judge(point, label) for point, label in zip(points, labels(points), strict=True)]
    carried = sum(one.sustained for one in found)
    answer: Answer = "yes" if found and carried == len(found) else "partly" if carried else "no"
    opening = _opening(found, carried)
    text = " ".join([f"{answer.capitalize()}.", opening, *(one.text for one in found)])
    return Verdict(answer=answer, opening=opening, text=text, points=found)


def longest_p99_s(point: PointSummary) -> float:
    """Above this p99 a queue is growing: ten block intervals, at least 10 s."""
    interval_s = point.block_interval_s.mean or point.period_s or 0.0
    return max(_LONGEST_P99_S, _LONGEST_P99_BLOCKS * interval_s)


def _opening(found: Sequence[PointVerdict], carried: int) -> str:
    lagged = sum(not one.valid for one in found)
    if not found:
        return "This run measured nothing: no cell of it was begun."
    if lagged == len(found):
        return "No answer can be drawn: none of these measurements is valid."
    how = f"{_some(carried, len(found))} carried as offered."
    return how + (f" {lagged} of them can't be judged." if lagged else "")


def _some(carried: int, count: int) -> str:
    if count == 1:
        return "The one load was" if carried else "The one load was not"
    if carried == count:
        return "Both loads were" if count == 2 else f"All {count} loads were"
    return f"{carried} of {count} loads were" if carried else f"None of the {count} loads was"


def _judge(point: PointSummary, label: str) -> PointVerdict:
    short = _obstacle(point)
    return PointVerdict(
        run=point.run,
        cell_ids=point.cell_ids,
        label=label,
        sustained=not short,
        valid=point.valid,
        short=short,
        text=f"{label} {_size(point)}: {_carried(point)}{f'; {short}' if short else ''}.",
    )


def _size(point: PointSummary) -> str:
    transactions = point.transactions_per_submission
    parts = "" if transactions == 1 else f" in {whole(transactions)} transactions"
    return f"({size(point.payload_bytes)}{parts})"


def _carried(point: PointSummary) -> str:
    if not point.valid:
        return "not to be judged"
    rate = f"{figure(point.committed_per_s or 0.0)}/s"
    offered = "" if point.offered_per_s is None else f" of {figure(point.offered_per_s)}/s"
    p99 = point.latency_s.p99
    return f"{rate}{offered} committed" + ("" if p99 is None else f", p99 {seconds(p99)}")


def _obstacle(point: PointSummary) -> str:
    """What kept the point from being carried as offered; "" if nothing did."""
    if not point.valid:
        return point.invalid_reason or "its generator called it invalid"
    if point.outcome == "halted":
        return "the chain halted"
    if point.outcome == "walled":
        return f"stopped by {point.wall or 'a wall'}"
    if not point.included:
        return "nothing was committed"
    if point.failed:
        kinds = ", ".join(f"{sum(r.values())} {k}" for k, r in point.failures.items())
        return f"{whole(point.failed)} of {whole(point.submitted)} failed ({kinds})".replace(
            "timed_out", "timed out"
        )
    return _shortfall(point)


def _kept_up(point: PointSummary, offered_per_s: float) -> bool:
    """Whether the committed rate is the offered one, as far as the blocks of the window tell.

    A few blocks of a few submissions each give a coarse rate: then the offered one has to lie in
    its interval, and the latency must show that no queue was growing meanwhile.
    """
    if (point.committed_per_s or 0.0) >= SUSTAINED_SHARE * offered_per_s:
        return True
    interval = point.ci95.committed_per_s
    within = interval is not None and interval[1] >= offered_per_s
    return within and (point.latency_s.p99 or 0.0) <= longest_p99_s(point) / 2


def _shortfall(point: PointSummary) -> str:
    if point.outcome == "saturated":
        return "saturated"
    if point.latency_s.p99 is None:
        return "no latency was measured"
    if point.offered_per_s is not None and not _kept_up(point, point.offered_per_s):
        return "less than was offered"
    if point.latency_s.p99 > longest_p99_s(point):
        return f"p99 above {seconds(longest_p99_s(point))}: a queue was growing"
    return ""
