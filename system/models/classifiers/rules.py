"""The arithmetic and the refusals that all models share, as the contracts have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from system.models.classifiers.classifier import ONE_SQUARED, SQUARE_TOLERANCE
from system.models.refused import Refused

FEATURE_BITS: Final = 64


def truncated(numerator: int, denominator: int) -> int:
    """The quotient rounded towards zero, as Solidity divides signed numbers."""
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def saturated(value: int, bits: int) -> int:
    """The value, or the end of a signed integer of that many bits that it is beyond."""
    end = 1 << bits - 1
    return max(-end, min(value, end - 1))


def squared_length(features: Sequence[int]) -> int:
    """The sum of the squares, with eighteen decimals."""
    return sum(value * value for value in features)


def require_ready(ready: bool) -> None:
    """Raise NotReady unless all initial weights are there."""
    if not ready:
        raise Refused("NotReady")


def finished(ready: bool, *, whole: bool) -> bool:
    """That the model is ready now: True. Raises AlreadyReady, NotReady unless it is `whole`."""
    if ready:
        raise Refused("AlreadyReady")
    require_ready(whole)
    return True


def require_length(expected: int, given: int) -> None:
    """Raise NoFeatures or WrongLength unless a dense sample has that many values."""
    if given == 0:
        raise Refused("NoFeatures")
    if given != expected:
        raise Refused("WrongLength")


def completed(features: Sequence[int], least: int, count: int) -> Sequence[int]:
    """A dense sample of `least` to `count` values, with a 0 for each feature that it lacks.

    Raises NoFeatures, WrongLength.
    """
    lacking = count - len(features)
    if len(features) < least or lacking < 0:
        require_length(count, len(features))
    return [*features, *[0] * lacking] if lacking else features


def require_values(values: Sequence[int], bits: int) -> None:
    """Raise FeatureOutOfRange unless all values, one at least, are signed integers of the bits."""
    if saturated(max(values), bits) != max(values) or saturated(min(values), bits) != min(values):
        raise Refused("FeatureOutOfRange")


def require_unit(features: Sequence[int]) -> None:
    """Raise NotNormalised unless the sample's length is one, but for rounding."""
    if abs(squared_length(features) - ONE_SQUARED) >= SQUARE_TOLERANCE:
        raise Refused("NotNormalised")


def require_class(cls: int, classes: int) -> None:
    """Raise UnknownClass unless there is a class of that number."""
    if not 0 <= cls < classes:
        raise Refused("UnknownClass")
