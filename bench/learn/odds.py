"""How often workers were paid, beside how often they should be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from scipy import stats

from bench.learn.options import JobsOptions
from bench.record.learning import JobRow
from system.jobs.behaviours import BEHAVIOURS, HONEST
from system.jobs.odds import chance_paid


@dataclass(frozen=True, slots=True)
class Observed:
    """The share of a behaviour's seats that were paid; `ci95` is its Wilson interval.

    The group of a job is paid as one, so the interval counts jobs, not seats.
    """

    share: float
    ci95: tuple[float, float]


def predicted(options: JobsOptions, n: int) -> dict[str, float | None]:
    """P(paid | seat) of each behaviour in the pool; None where it can't be said exactly.

    Honest workers that compute in float32 do not agree.
    """
    names = options.names()
    chances = {
        name: chance_paid(
            names,
            name,
            n,
            plain=options.privacy == "plain",
            by_hash=options.results == "hash",
            agree=options.arithmetic == "integer",
            tie=options.tie,
        )
        for name in dict.fromkeys(names)
    }
    return {name: None if chance is None else float(chance) for name, chance in chances.items()}


def observed(rows: Sequence[JobRow]) -> dict[str, Observed]:
    """What came of it, by behaviour, over all jobs in which it had a seat."""
    paid: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for name in dict.fromkeys(seat.behaviour for seat in row.seats):
            mine = [seat.paid for seat in row.seats if seat.behaviour == name]
            paid[name].append(sum(mine) / len(mine))
    return {name: _share(values) for name, values in paid.items()}


def agreement(rows: Sequence[JobRow]) -> float | None:
    """The share of pairs of honest results of one job that are the same model."""
    pairs = [
        one == other
        for row in rows
        for one, other in combinations(
            [seat.digest for seat in row.seats if seat.behaviour == HONEST and seat.digest], 2
        )
    ]
    return sum(pairs) / len(pairs) if pairs else None


def forfeits(rows: Sequence[JobRow], *, deposit_wei: int) -> dict[str, int]:
    """How many deposits each behaviour lost: none where none was asked for."""
    lost: dict[str, int] = defaultdict(int)
    for row in rows:
        for seat in row.seats:
            lost[seat.behaviour] += deposit_wei > 0 and seat.owed_wei == "0"
    return dict(lost)


def poisoned(rows: Sequence[JobRow]) -> int:
    """How many jobs were won by a wrong model: of those paid, somebody returned one."""
    return sum(
        any(seat.paid and BEHAVIOURS[seat.behaviour].wrong for seat in row.seats) for row in rows
    )


def _share(values: Sequence[float]) -> Observed:
    share = sum(values) / len(values)
    low, high = stats.binomtest(round(sum(values)), len(values)).proportion_ci(method="wilson")
    return Observed(share, (float(low), float(high)))
