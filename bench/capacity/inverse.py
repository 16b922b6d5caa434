"""The question turned round: the largest model, or the most workers, that still fits."""

from __future__ import annotations

from bench.capacity.model import Model
from bench.capacity.question import Setting, Weighed, sized, weigh, weighed
from bench.limits.largest import boundary
from system.learning.models import LARGEST_COUNT, WeightSpec

MOST_WORKERS = 1_000_000


def largest_model(model: Model, setting: Setting, workers: int, *, surely: bool = False) -> Weighed:
    """The round with the most weights that fits; with one weight more it would not.

    Weights are counted as drawn from N(0, 0.05²). `surely`: with its whole interval within the
    deadline. Where not even one weight fits: that round.
    """
    count = boundary(
        lambda number: _share(weigh(model, setting, counted(number), workers), surely),
        most=LARGEST_COUNT,
    )
    return weigh(model, setting, counted(max(1, count)), workers)


def most_workers(
    model: Model, setting: Setting, spec: WeightSpec, *, surely: bool = False
) -> Weighed:
    """The round of the most workers that fits; with one worker more it would not.

    `surely`: with its whole interval within the deadline. Where not even one worker's round fits:
    that round.
    """
    one = sized(setting, spec)
    workers = boundary(
        lambda number: _share(weighed(model, setting, spec, one, number), surely),
        most=MOST_WORKERS,
    )
    return weighed(model, setting, spec, one, max(1, workers))


def counted(weights: int) -> WeightSpec:
    """A model known by its size alone."""
    return WeightSpec(str(weights), weights, "drawn")


def _share(of: Weighed, surely: bool) -> float:
    return of.sure_share if surely else of.share
