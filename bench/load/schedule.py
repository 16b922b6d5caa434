"""When to send: intended send times, fixed before the first transaction leaves.

Every schedule is a generator of offsets in seconds from the start, in order. A schedule knows
nothing of the chain: that is what makes the loop open, and why a slow answer cannot slow the
load (coordinated omission).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from system.errors import UsageError

SHAPES = ("constant", "poisson", "ramp", "spike", "soak", "rounds")


@dataclass(frozen=True, slots=True)
class Schedule:
    """An offered load: `shape`, `rate_per_s` submissions a second, `duration_s` (None: endless).

    `workers` submit at one moment where the shape is rounds: one every workers / rate seconds.
    """

    shape: str
    rate_per_s: float
    duration_s: float | None = None
    seed: int = 0
    workers: int = 1

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
        if self.workers < 1:
            raise UsageError(f"{self.workers} workers: give 1 or more to take part in a round")

    @property
    def whole_s(self) -> float | None:
        """The duration, made longer where it would cut into the gap behind the last round."""
        if self.shape != "rounds" or self.duration_s is None:
            return self.duration_s
        gap_s = self.workers / self.rate_per_s
        return math.ceil(self.duration_s / gap_s) * gap_s


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


def own_times(schedule: Schedule, *, process: int, processes: int, workers: int) -> Iterator[float]:
    """The send times of process `process` of `processes`, which has `workers` of the workers.

    Of a round a process sends its own workers' part, so that each worker sends once in it.
    """
    if schedule.shape != "rounds":
        return share(offsets(schedule), index=process, of=processes)
    rate_per_s = schedule.rate_per_s * workers / schedule.workers
    return offsets(replace(schedule, rate_per_s=rate_per_s, workers=workers))


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


def _rounds(schedule: Schedule) -> Iterator[float]:
    gap_s = schedule.workers / schedule.rate_per_s
    return (index // schedule.workers * gap_s for index in itertools.count())


_SHAPES: dict[str, Callable[[Schedule], Iterator[float]]] = {
    "constant": _constant,
    "poisson": _poisson,
    "ramp": _ramp,
    "spike": _spike,
    "soak": _constant,  # a constant load held for long: the name says what it is for
    "rounds": _rounds,
}
