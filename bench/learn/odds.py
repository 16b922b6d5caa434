"""How often workers were paid, beside how often they should be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Final

from bench.learn.options import JobsOptions
from bench.record.learning import JobRow
from system.jobs.behaviours import BEHAVIOURS, HONEST
from system.jobs.odds import chance_paid

_Z95: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Observed:
    """The share of a behaviour's seats that were paid; `ci95` is its Wilson interval.

    Seats of one job are paid together or not at all, so the interval rests on as many seats as
    would be worth the same if each were drawn alone (the design effect of clusters: Kish 1965).
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
    jobs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        seats, paid = Counter(s.behaviour for s in row.seats), Counter[str]()
        paid.update(seat.behaviour for seat in row.seats if seat.paid)
        for name, count in seats.items():
            jobs[name].append((paid[name], count))
    return {name: _share(counts) for name, counts in jobs.items()}


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


def _share(jobs: Sequence[tuple[int, int]]) -> Observed:
    """The share of seats paid, from each job's number of paid seats and of all."""
    paid, seats = (sum(counts) for counts in zip(*jobs, strict=True))
    share = paid / seats
    spread = sum((got - share * count) ** 2 for got, count in jobs) / seats**2
    worth = share * (1 - share) / spread if spread else float(len(jobs))
    return Observed(share, wilson(share, min(worth, float(seats))))


def wilson(share: float, count: float) -> tuple[float, float]:
    """The interval around a share of so many draws (Wilson 1927), which need not be whole."""
    squared = _Z95**2 / count
    middle = (share + squared / 2) / (1 + squared)
    half = _Z95 / (1 + squared) * sqrt(share * (1 - share) / count + squared / (4 * count))
    # Rounding must not leave what was never, or always, out of its own interval.
    low = middle - half if share > 0 else 0.0
    return low, middle + half if share < 1 else 1.0
