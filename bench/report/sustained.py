"""When a load counts as carried: the one rule of the verdict, of curves and of searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.report.contract import PointSummary
from bench.report.numbers import seconds, whole

SUSTAINED_SHARE = 0.95
_LONGEST_P99_S = 10.0
_LONGEST_P99_BLOCKS = 10
STEADY = ("constant", "poisson", "soak")

Bracket = tuple[float | None, float | None]


def obstacle(point: PointSummary) -> str:
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


def longest_p99_s(point: PointSummary) -> float:
    """Above this p99 a queue is growing: ten block intervals, at least 10 s."""
    interval_s = point.block_interval_s.mean or point.period_s or 0.0
    return max(_LONGEST_P99_S, _LONGEST_P99_BLOCKS * interval_s)


def by_most(runs: Sequence[bool]) -> bool:
    """Whether a rate is sustained by the runs at it: more of them say so than not."""
    return 2 * sum(runs) > len(runs)


def bracket(rates: Mapping[float, bool]) -> Bracket:
    """The highest sustained rate and the lowest above it that is not; None where there is none.

    What failed below a rate that was sustained was the machine's hiccup and not the chain's limit.
    """
    low = max((rate for rate, sustained in rates.items() if sustained), default=None)
    above = [rate for rate in rates if low is None or rate > low]
    return low, min(above, default=None)


def _shortfall(point: PointSummary) -> str:
    if point.outcome == "saturated":
        return "saturated"
    if point.latency_s.p99 is None:
        return "no latency was measured"
    if not point.committed_per_s:  # a closed loop has no rate to fall short of
        return "nothing was committed while it was measured, all of it later"
    if point.offered_per_s is not None and not _kept_up(point, point.offered_per_s):
        return "less than was offered"
    if point.latency_s.p99 > longest_p99_s(point):
        return f"p99 above {seconds(longest_p99_s(point))}: a queue was growing"
    return _growing(point)


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


def _growing(point: PointSummary) -> str:
    """Whether ever more submissions were in flight, beyond what blocks and their luck explain.

    Allowed between the window's first and its last third: what a chain at 95 % of the offered rate
    leaves behind meanwhile, and one block interval's load, for blocks come whole.
    """
    first, last = point.in_flight_first, point.in_flight_last
    if point.offered_per_s is None or point.schedule not in STEADY:
        return ""
    if first is None or last is None:
        return ""
    backlog_s = (1 - SUSTAINED_SHARE) * (point.duration_s or 0.0) * 2 / 3
    interval_s = point.block_interval_s.mean or point.period_s or 0.0
    if last - first <= point.offered_per_s * (backlog_s + interval_s):
        return ""
    return f"the pool grew: {whole(round(first))} in flight became {whole(round(last))}"
