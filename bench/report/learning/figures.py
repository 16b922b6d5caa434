"""What a training comes to: money by behaviour, cost by step, and what each seat of a job adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bench.record.learning import SeatRow
from bench.report.learning.frame import Training

HONEST = "honest"
_BY_SEAT = ("pick", "commit", "open", "claim")  # each worker of a job sends these itself
_MOST_SIZES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The workers of one behaviour: how often they had a seat, were paid, lost a deposit.

    `paid_wei` is without deposits that came back. `profit_wei` is a worker's on average, its
    computing paid for; it and the observed chance are None where the training did not end.
    """

    behaviour: str
    workers: int
    seats: int
    seats_paid: int
    paid_wei: int
    forfeits: int
    forfeited_wei: int
    profit_wei: int | None
    p_predicted: float | None
    p_observed: float | None
    p_ci95: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCost:
    """One step of a round: how many wanted it, its gas and bytes, all workers together."""

    step: str
    by_seat: bool
    gas_per_round: float
    bytes_per_round: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeCost:
    """What a round costs with n results, from what a seat and the rest of the round cost here."""

    n: int
    gas: float
    wire_bytes: float
    ran: bool


def money(training: Training) -> list[Money]:
    """By behaviour, honest workers first; who had no seat is in it too."""
    result, predicted = training.result, training.predicted("p_by_behaviour") or {}
    profits = result.get("profit_by_behaviour", {})
    seats = [seat for row in training.rows for seat in row.seats]
    names = dict.fromkeys([*predicted, *profits, *(seat.behaviour for seat in seats)])
    chances = result.get("p_by_behaviour", {})
    return [
        _money(
            name,
            [seat for seat in seats if seat.behaviour == name],
            deposit_wei=training.deposit_wei,
            profit_wei=profits.get(name),
            chance={"predicted": predicted.get(name)} | chances.get(name, {}),
        )
        for name in sorted(names, key=lambda name: name != HONEST)
    ]


def _money(
    name: str,
    seats: list[SeatRow],
    *,
    deposit_wei: int,
    profit_wei: int | None,
    chance: dict[str, object],
) -> Money:
    paid = [int(seat.owed_wei) - deposit_wei for seat in seats if seat.paid]
    lost = sum(seat.owed_wei == "0" for seat in seats) if deposit_wei else 0
    interval = chance.get("ci95")
    return Money(
        behaviour=name,
        workers=len({seat.worker for seat in seats}),
        seats=len(seats),
        seats_paid=len(paid),
        paid_wei=sum(paid),
        forfeits=lost,
        forfeited_wei=lost * deposit_wei,
        profit_wei=profit_wei,
        p_predicted=_share(chance.get("predicted")),
        p_observed=_share(chance.get("observed")),
        p_ci95=(float(interval[0]), float(interval[1])) if isinstance(interval, list) else None,
    )


def steps(training: Training) -> list[StepCost]:
    """A round's cost by step, as an average over all jobs; empty where it was not recorded."""
    gas = _summed(row.gas_by_step for row in training.rows)
    sent = _summed(row.bytes_by_step for row in training.rows)
    jobs = len(training.rows)
    return [
        StepCost(
            step=name,
            by_seat=name in _BY_SEAT,
            gas_per_round=gas[name] / jobs,
            bytes_per_round=sent[name] / jobs,
        )
        for name in dict.fromkeys([*gas, *sent])
    ]


def redundancy(training: Training) -> list[SizeCost]:
    """What a round costs for n from 1 to the pool: once a round, and n times what a seat took.

    A seat's part is the mean over all that were taken, by whomever; a job can close with fewer
    than n, so the point of this training lies where all had been. Empty without costs by step.
    """
    found, seats = steps(training), sum(len(row.seats) for row in training.rows)
    if not found or not seats:
        return []
    taken = seats / len(training.rows)
    seat = [one for one in found if one.by_seat]
    rest = [one for one in found if not one.by_seat]
    return [
        SizeCost(
            n=n,
            gas=sum(o.gas_per_round for o in rest) + n / taken * sum(o.gas_per_round for o in seat),
            wire_bytes=sum(o.bytes_per_round for o in rest)
            + n / taken * sum(o.bytes_per_round for o in seat),
            ran=n == training.job_size,
        )
        for n in _sizes(training)
    ]


def refused(training: Training) -> dict[str, int]:
    """How many transactions the chain turned down, by the error's name, the commonest first."""
    return dict(_summed(row.refused for row in training.rows).most_common())


def _sizes(training: Training) -> list[int]:
    """At most some two dozen sizes up to the pool's, with the ends and the one that ran."""
    pool = max(int(training.asked("workers") or 0), training.job_size)
    step = -(-pool // _MOST_SIZES)
    return sorted({1, pool, training.job_size, *range(step, pool + 1, step)})


def _summed(parts: Iterable[dict[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return total


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
