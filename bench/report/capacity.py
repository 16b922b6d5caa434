"""How much each size carries: sustained a second, workers in a round, the first wall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from bench.report.contract import PointSummary
from bench.report.intervals import Bounds
from bench.report.saturation import Curve, GaveOut
from bench.report.sustained import obstacle

How = Literal["searched", "as offered at least", "none carried"]

ROUND_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A model in one encoding and store on one network; `limits` is the key of the chain's.

    `variant` names what a system other than the jobs was told, such as "softmax · stake".
    """

    run: str
    weights: int
    weights_name: str
    encoding: str
    store: str
    privacy: str
    topology: str
    gas_limit: int
    period_s: float | None
    limits: str | None
    system: str
    variant: str

    @property
    def size(self) -> Size:
        """This size alone, fit to look others up by."""
        return Size(**_size(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sustained(Size):
    """What a size is carried at, submissions and payload bytes a second.

    `how`: "searched" where a higher rate was offered and not carried, so `per_s` is near the limit;
    "as offered at least" where every rate was carried; "none carried" where none was, and `per_s`
    is None. `p99_s` is at that rate, `gave_out` names what stopped the next higher one, `why` says
    it in words.
    """

    payload_bytes: int
    offered_per_s: float | None = None
    per_s: float | None = None
    bytes_per_s: float | None = None
    ci95: Bounds = None
    bytes_ci95: Bounds = None
    p99_s: float | None = None
    how: How
    gave_out: GaveOut | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersPerRound(Size):
    """How many workers' full weights fit a round of a minute; None where no rate was carried."""

    workers: int | None
    at_least: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeWall(Size):
    """What a model of that size meets first when it grows; a submission takes `share` of it."""

    wall: str
    share: float
    setting: str


def sustained(points: Sequence[PointSummary], curves: Sequence[Curve]) -> list[Sustained]:
    """One entry for each size, encoding, store and network, in order of appearance."""
    sizes: dict[tuple[object, ...], list[PointSummary]] = {}
    for point in points:
        sizes.setdefault(_key(point), []).append(point)
    best: dict[tuple[object, ...], Curve] = {}
    for curve in curves:
        known = best.get(_key(curve))
        if known is None or (curve.sustained_per_s or 0.0) > (known.sustained_per_s or 0.0):
            best[_key(curve)] = curve
    return [_of_size(best.get(key), alike) for key, alike in sizes.items()]


def workers_per_minute_round(found: Sequence[Sustained]) -> list[WorkersPerRound]:
    """The workers of a round of 60 s: ⌊per_s × (60 s − p99)⌋.

    Their submissions are spread over the round at the sustained rate, and the last of them is left
    the time that 99 of 100 take to be on chain.
    """
    return [
        WorkersPerRound(
            **_size(one), workers=_workers(one), at_least=one.how == "as offered at least"
        )
        for one in found
    ]


def first_walls(points: Sequence[PointSummary]) -> list[SizeWall]:
    """The first wall of each size, encoding, store and network that it is known of."""
    first = {_key(point): point for point in reversed(points) if point.first_wall is not None}
    return [
        SizeWall(
            **_size(point),
            wall=point.first_wall.name,
            share=point.first_wall.share,
            setting=point.first_wall.setting,
        )
        for point in reversed(first.values())
        if point.first_wall is not None
    ]


def _key(one: PointSummary | Curve) -> tuple[object, ...]:
    """What a size is carried on and as: everything but its rate and schedule."""
    return (
        *(one.run, one.system, one.weights, one.weights_name, one.encoding, one.store),
        *(one.privacy, one.topology, one.transaction_size_limit_bytes),
        *(one.job_size, one.evil, tuple(one.evil_behaviour or ())),
        tuple((one.settings or {}).items()),
        # Both are read off the chain, where they waver a little around what was set.
        round(one.gas_limit / 1e6),
        None if one.period_s is None else round(one.period_s, 1),
    )


def _size(one: PointSummary | Size) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(Size)}


def _workers(one: Sustained) -> int | None:
    if one.per_s is None or one.p99_s is None:
        return None
    return max(0, math.floor(one.per_s * (ROUND_S - one.p99_s)))


def _of_size(curve: Curve | None, alike: Sequence[PointSummary]) -> Sustained:
    """From the curve where it has a rate; else a closed loop or one rate may have been carried."""
    if curve is None:
        return _of_points(alike)
    if curve.sustained_per_s is None and any(not obstacle(one) for one in alike):
        return _of_points(alike)
    return _of_curve(curve, alike)


def _of_curve(curve: Curve, alike: Sequence[PointSummary]) -> Sustained:
    low, high = curve.bracket
    step = next((one for one in curve.steps if one.offered_per_s == low), None)
    how: How = "none carried" if low is None else "searched"
    each = _bytes_each(curve.sustained_per_s, curve.sustained_bytes_per_s)
    return Sustained(
        **_size(alike[0]),
        payload_bytes=curve.payload_bytes,
        how="as offered at least" if low is not None and high is None else how,
        offered_per_s=low,
        per_s=curve.sustained_per_s,
        bytes_per_s=curve.sustained_bytes_per_s,
        ci95=curve.ci95,
        bytes_ci95=_times(curve.ci95, each),
        p99_s=step.p99_s if step else None,
        gave_out=curve.gave_out,
        why=curve.why,
    )


def _of_points(alike: Sequence[PointSummary]) -> Sustained:
    """A size that was offered at one rate, or in closed loops: the most that was carried."""
    carried = [one for one in alike if not obstacle(one)]
    best = max(carried, key=lambda one: one.committed_per_s or 0.0, default=None)
    if best is None:
        size, payload_bytes = _size(alike[0]), alike[0].payload_bytes
        return Sustained(
            **size, payload_bytes=payload_bytes, how="none carried", why=obstacle(alike[0])
        )
    each = _bytes_each(best.committed_per_s, best.committed_bytes_per_s)
    return Sustained(
        **_size(best),
        payload_bytes=best.payload_bytes,
        how="as offered at least",
        offered_per_s=best.offered_per_s,
        per_s=best.committed_per_s,
        bytes_per_s=best.committed_bytes_per_s,
        ci95=best.ci95.committed_per_s,
        bytes_ci95=_times(best.ci95.committed_per_s, each),
        p99_s=best.latency_s.p99,
        gave_out="none seen",
    )


def _bytes_each(per_s: float | None, bytes_per_s: float | None) -> float | None:
    """Submissions of a size have as many bytes each, or nearly so where they are compressed."""
    return bytes_per_s / per_s if bytes_per_s is not None and per_s else None


def _times(bounds: Bounds, factor: float | None) -> Bounds:
    return None if bounds is None or factor is None else (bounds[0] * factor, bounds[1] * factor)
