"""The plain-words answer: which loads the chain carried, and what stopped the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.report.contract import PointSummary
from bench.report.labels import labels
from bench.report.numbers import figure, seconds, size, whole
from bench.report.sustained import obstacle

Answer = Literal["yes", "partly", "no"]


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
    short = obstacle(point)
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
