"""When to send: intended send times, fixed before the first transaction leaves.

Every schedule is a generator of offsets in seconds from the start, in order. A schedule knows
nothing of the chain: that is what makes the loop open, and why a slow answer cannot slow the
load (coordinated omission).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from system.errors import UsageError

SHAPES = ("constant", "poisson", "ramp", "spike", "soak")


@dataclass(frozen=True, slots=True)
class Schedule:
    """An offered load: `shape`, `rate_per_s` submissions a second, `duration_s` (None: endless)."""

    shape: str
    rate_per_s: float
    duration_s: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise UsageError(f"unknown schedule {self.shape!r}; choose one of {', '.join(SHAPES)}")
        if not (math.isfinite(self.rate_per_s) and self.rate_per_s > 0):
            raise UsageError(f"--rate {self.rate_per_s:g}: give submissions a second above 0")
        if self.duration_s is not None and not (
            math.isfinite(self.duration_s) and self.duration_s > 0
        ):
            raise UsageError(f"a duration of {self.duration_s:g} s: give seconds above 0")
        if self.shape in ("ramp", "spike") and self.duration_s is None:
            raise UsageError(f"the schedule {self.shape!r} needs a --duration")


def offsets(schedule: Schedule) -> Iterator[float]:
    """Every intended send time of the schedule, in seconds from its start, rising."""
    times = _SHAPES[schedule.shape](schedule)
    if schedule.duration_s is None:
        return times
    end_s = schedule.duration_s
    return itertools.takewhile(lambda offset_s: offset_s < end_s, times)


def share(times: Iterator[float], *, index: int, of: int) -> Iterator[float]:
    """The part of a schedule that process `index` of `of` sends: together they send all of it."""
    return itertools.islice(times, index, None, of)


def planned(schedule: Schedule) -> int | None:
    """How many submissions the schedule offers; None when it never ends."""
    return None if schedule.duration_s is None else sum(1 for _ in offsets(schedule))


def _constant(schedule: Schedule) -> Iterator[float]:
    return (index / schedule.rate_per_s for index in itertools.count())


def _poisson(schedule: Schedule) -> Iterator[float]:
    # Independent workers arrive with exponential gaps; drawn in blocks, which is 20x cheaper.
    random = np.random.default_rng(schedule.seed)
    now_s = 0.0
    while True:
        for gap_s in random.exponential(1 / schedule.rate_per_s, size=1024):
            now_s += float(gap_s)
            yield now_s


def _by_count(cumulative_inverse: Callable[[float], float]) -> Iterator[float]:
    return (cumulative_inverse(float(index)) for index in itertools.count())


def _ramp(schedule: Schedule) -> Iterator[float]:
    # The rate rises from 0 to the rate given: N(t) = r t^2 / 2T, so t = sqrt(2 T N / r).
    slope = schedule.rate_per_s / (schedule.duration_s or math.inf)
    return _by_count(lambda count: math.sqrt(2 * count / slope))


def _spike(schedule: Schedule) -> Iterator[float]:
    # A fifth of the rate, five times that (the rate given) in the middle fifth, a fifth again.
    total_s = schedule.duration_s or math.inf
    low, high = schedule.rate_per_s / 5, schedule.rate_per_s
    before = low * total_s * 0.4
    peak = before + high * total_s * 0.2

    def at(count: float) -> float:
        if count < before:
            return count / low
        if count < peak:
            return total_s * 0.4 + (count - before) / high
        return total_s * 0.6 + (count - peak) / low

    return _by_count(at)


_SHAPES: dict[str, Callable[[Schedule], Iterator[float]]] = {
    "constant": _constant,
    "poisson": _poisson,
    "ramp": _ramp,
    "spike": _spike,
    "soak": _constant,  # a constant load held for long: the name says what it is for
}
