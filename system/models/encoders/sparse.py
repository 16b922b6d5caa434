"""The indices of the features that a sample has, ascending, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from system.models.classifiers.counts import MOST_FEATURES
from system.models.encoders.errors import BadIndex, NoFeatures, TooManyFeatures
from system.models.encoders.features import Features, row_of_width


@dataclass(frozen=True, slots=True)
class Above:
    """The encoder of rows of `width` values: a feature is there where its value is above
    `threshold`."""

    width: int
    threshold: float = 0.0
    sparse: bool = True

    def encode(self, sample: ArrayLike) -> Features:
        """The indices of the values above the threshold.

        Raises NoFeatures where none is, and what `row_of_width` raises.
        """
        row = row_of_width(sample, self.width)
        return indices(np.flatnonzero(row > self.threshold).tolist(), self.width)


def indices(chosen: Iterable[object], width: int) -> Features:
    """The chosen indices, ascending and without repeats.

    Raises BadIndex for what is no whole number in 0 … width-1, NoFeatures where nothing is chosen.
    """
    features = tuple(sorted({_index(one, width) for one in chosen}))
    if not features:
        raise NoFeatures("the sample has none of the features: a model takes one at least")
    return features


def width_of(width: int) -> int:
    """The number of features itself, 1 … 2^24; raises TooManyFeatures for any other."""
    if not 1 <= width <= MOST_FEATURES:
        raise TooManyFeatures(f"{width} features: sparse models take 1 to {MOST_FEATURES}")
    return width


def _index(one: object, width: int) -> int:
    if isinstance(one, bool) or not isinstance(one, int | np.integer) or not 0 <= one < width:
        raise BadIndex(f"{one!r} is no index: give whole numbers from 0 to {width - 1}")
    return int(one)
