"""What a worker submits round after round: weights that change as training changes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from system.learning.data import Dataset, batch, digits
from system.learning.models import WeightSpec, weights
from system.learning.softmax import sgd_step

_BATCH_SIZE = 32
_LEARNING_RATE = 0.1
# Distinct arrays kept of a drawn model; each is used again with a small drift, so that no two
# submissions carry the same bytes and drawing does not cost more than sending.
_DRAWN = 16
_DRIFT = 2.0**-12


class WeightStream(Protocol):
    """A source of full weight arrays, one for each submission."""

    def next(self, batch_index: int) -> NDArray[np.float64]:
        """The weights after training on that mini-batch, a new float64 array."""


@dataclass(slots=True)
class TrainedStream:
    """Softmax regression on the digits: every result is one real SGD step on its mini-batch."""

    current: NDArray[np.float64]
    dataset: Dataset = field(default_factory=digits)

    def next(self, batch_index: int) -> NDArray[np.float64]:
        """The weights after one more SGD step, on mini-batch `batch_index`."""
        x, y = batch(self.dataset, batch_index, _BATCH_SIZE)
        self.current = sgd_step(self.current, x, y, _LEARNING_RATE)
        return self.current


@dataclass(slots=True)
class DrawnStream:
    """Seeded draws with a trained layer's scale that drift from one result to the next."""

    arrays: list[NDArray[np.float64]]
    made: int = 0

    def next(self, batch_index: int) -> NDArray[np.float64]:
        """The next array; `batch_index` changes nothing, for nothing is trained."""
        del batch_index
        drift = 1.0 + _DRIFT * (self.made // len(self.arrays))
        array = self.arrays[self.made % len(self.arrays)] * drift
        self.made += 1
        return array


@dataclass(frozen=True, slots=True)
class FixedStream:
    """A user's own weights, submitted as they are."""

    array: NDArray[np.float64]

    def next(self, batch_index: int) -> NDArray[np.float64]:
        """The user's weights."""
        del batch_index
        return self.array


def stream(spec: WeightSpec, seed: int) -> WeightStream:
    """The weights that workers submit for `spec`, the same for the same seed."""
    if spec.origin == "trained":
        return TrainedStream(weights(spec, seed))
    if spec.origin == "file":
        return FixedStream(weights(spec, seed))
    return DrawnStream([weights(spec, seed + number) for number in range(_DRAWN)])
