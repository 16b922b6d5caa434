"""Whether what came out by chance is what a formula says, to four standard deviations."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from statistics import fmean, stdev

_DEVIATIONS = 4


def as_likely(hits: int, asked: int, chance: Fraction) -> bool:
    """Whether so many hits of independent trials fit their chance; one of 0 or 1 fits exactly."""
    if chance in (0, 1):
        return hits == asked * chance
    expected = float(chance)
    deviation = sqrt(asked * expected * (1 - expected))
    return abs(hits - asked * expected) < _DEVIATIONS * deviation


def as_large(values: Sequence[int], expected: Fraction) -> bool:
    """Whether independent values have that mean, by their own spread."""
    deviation = stdev(values) / sqrt(len(values))
    return abs(fmean(values) - float(expected)) <= _DEVIATIONS * deviation
