"""The plain-words answer: which loads the chain carried, and what stopped the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.record.schema import ChainLimits
from bench.report.capacity import (
    SizeWall,
    Sustained,
    WorkersPerRound,
    first_walls,
    sustained,
    workers_per_minute_round,
)
from bench.report.capacity_words import in_words
from bench.report.chains import LargestModel, SafeGasLimit, largest_models, safe_gas_limits
from bench.report.contract import PointSummary
from bench.report.labels import labels
from bench.report.numbers import figure, seconds, size, whole
from bench.report.saturation import Curve
from bench.report.searches import Search, searches
from bench.report.sustained import obstacle

Answer = Literal["yes", "partly", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointVerdict:
    """The answer for one point: `text` is a sentence, `short` names what stopped it or "".

    `trial`: a search chose its rate, so it measures the limit and is no load that was asked for.
    """

    run: str
    cell_ids: list[str]
    label: str
    sustained: bool
    valid: bool
    short: str
    text: str
    trial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of a whole run or comparison.

    `text` is the answer, `opening`, `capacity` (what it comes to, "" where nothing was carried and
    no chain's limits were kept) and then every point's own sentence. `safe_gas_limit` is that of
    the chain which is furthest beyond it.
    """

    answer: Answer
    opening: str
    capacity: str
    text: str
    points: list[PointVerdict]
    searches: list[Search]
    largest_model: list[LargestModel]
    sustained: list[Sustained]
    workers_per_minute_round: list[WorkersPerRound]
    first_wall: list[SizeWall]
    safe_gas_limit: SafeGasLimit | None
    safe_gas_limits: list[SafeGasLimit]


def verdict(
    points: Sequence[PointSummary],
    *,
    curves: Sequence[Curve] = (),
    chains: Sequence[ChainLimits] = (),
) -> Verdict:
    """Yes when every load that was asked for was carried as offered, partly when some were.

    A search asks for a limit: its trials are no loads, and only one that found no rate counts, as
    a load that was not carried.
    """
    found = [_judge(point, label) for point, label in zip(points, labels(points), strict=True)]
    searched = searches(points, curves)
    answer = _answer(found, searched)
    opening = _opening(found, searched)
    carried_sizes = sustained(points, curves)
    workers = workers_per_minute_round(carried_sizes)
    largest, safe = largest_models(chains), safe_gas_limits(chains)
    capacity = in_words(carried_sizes, workers, largest, safe)
    parts = [f"{answer.capitalize()}.", opening, capacity, *(one.text for one in found)]
    return Verdict(
        answer=answer,
        opening=opening,
        capacity=capacity,
        text=" ".join(filter(None, parts)),
        points=found,
        searches=searched,
        largest_model=largest,
        sustained=carried_sizes,
        workers_per_minute_round=workers,
        first_wall=first_walls(points),
        safe_gas_limit=safe[0] if safe else None,
        safe_gas_limits=safe,
    )


def _answer(found: Sequence[PointVerdict], searched: Sequence[Search]) -> Answer:
    carried = [one.sustained for one in found if not one.trial]
    carried += [one.sustained_per_s is not None for one in searched]
    return "yes" if carried and all(carried) else "partly" if any(carried) else "no"


def _opening(found: Sequence[PointVerdict], searched: Sequence[Search]) -> str:
    if not found:
        return "This run measured nothing: no cell of it was begun."
    if not any([*(one.valid for one in found), *(one.valid for one in searched)]):
        return "No answer can be drawn: none of these measurements is valid."
    asked = [one for one in found if not one.trial]
    in_vain = [one for one in searched if one.sustained_per_s is None]
    return " ".join([*_counted(asked, in_vain), *(one.text for one in searched)])


def _counted(asked: Sequence[PointVerdict], in_vain: Sequence[Search]) -> Iterator[str]:
    """How many of the loads that were asked for were carried."""
    count = len(asked) + len(in_vain)
    lagged = sum(not one.valid for one in asked) + sum(not one.valid for one in in_vain)
    if count:
        yield f"{_some(sum(one.sustained for one in asked), count)} carried as offered."
    if lagged:
        yield f"{lagged} of them can't be judged."


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
        text=f"{_who(point, label)}: {_carried(point)}{f'; {short}' if short else ''}.",
        trial=bool(point.search),
    )


def _who(point: PointSummary, label: str) -> str:
    return f"{label} {_size(point)}{', a trial of the search' if point.search else ''}"


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
