"""Values of all features at nine decimals, as they are or made one long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from system.models.classifiers.centroid import MOST_FEATURES
from system.models.encoders.errors import FeatureOverflow, TooManyFeatures, ZeroVector
from system.models.encoders.features import Features, Floats, row_of, row_of_width
from system.weights.errors import FixedPointOverflow
from system.weights.fixed import INT64, to_integers


@dataclass(frozen=True, slots=True)
class Dense:
    """The encoder of rows of `width` values; `unit` makes each one long."""

    width: int
    unit: bool = True
    sparse: bool = False

    def encode(self, sample: ArrayLike) -> Features:
        """The sample's features. Raises WrongWidth, and what `normalised` or `quantised` raises."""
        row = row_of_width(sample, self.width)
        return normalised(row) if self.unit else quantised(row)


def quantised(values: ArrayLike) -> Features:
    """Each value times 1e9, to the nearest whole number, ties up.

    Raises FeatureOverflow from ±9.2e9 on, TooManyFeatures beyond 4,096, and what `row_of` raises.
    """
    row = _narrow(row_of(values))
    try:
        return tuple(to_integers(row, INT64).tolist())
    except FixedPointOverflow:
        raise FeatureOverflow(
            f"a value of {np.abs(row).max():g} leaves 64 bits at nine decimals: scale the sample"
        ) from None


def normalised(values: ArrayLike) -> Features:
    """The values divided by their Euclidean length, at nine decimals.

    Rounding moves each of n values by half a unit at most, so the squared length by
    1e9 · √n + n/4 at most (Cauchy and Schwarz): 6.4e10 for 4,096 values, within the contracts'
    1e11. Raises ZeroVector where there is no length, and what `quantised` raises but for overflow.
    """
    row = _narrow(row_of(values))
    largest = np.abs(row).max()
    if not largest:
        raise ZeroVector("every value of the sample is 0: it can't be made one long, leave it out")
    # By the largest first: squares of 1e200 would overflow, those of 1e-200 vanish.
    scaled = row / largest
    return quantised(scaled / np.sqrt(np.square(scaled).sum()))


def _narrow(row: Floats) -> Floats:
    # The models' own limit: 4,096 values are 128 KB, as much as a whole transaction.
    if row.size > MOST_FEATURES:
        raise TooManyFeatures(
            f"a sample of {row.size} values: {MOST_FEATURES} fit a transaction, pool or project it"
        )
    return row
