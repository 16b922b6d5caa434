"""Two classes on two sides of a plane: the twins of DensePerceptron.sol and SparsePerceptron.sol.

Source: Rosenblatt, "The perceptron", 1958; the rule of Sharing Updatable Models. Every number is an
integer with nine decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from system.models.classifiers.classifier import ONE
from system.models.classifiers.row import WEIGHT_BITS, Row
from system.models.classifiers.rules import (
    FEATURE_BITS,
    completed,
    finished,
    require_class,
    require_length,
    require_ready,
    require_unit,
    require_values,
    saturated,
    truncated,
)
from system.models.refused import Refused

CLASSES: Final = 2
MOST_FEATURES: Final = 1 << 24
SPARSE_WEIGHT_BITS: Final = 48
MOST_RESETS: Final = (1 << 16) - 1


@dataclass(slots=True)
class DensePerceptron:
    """Samples are vectors of unit length; a wrong answer moves the plane towards the sample."""

    initial_intercept: int
    learning_rate: int
    row: Row = field(default_factory=Row)
    intercept: int = field(init=False)
    ready: bool = field(init=False, default=False)
    least: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.intercept = self.initial_intercept

    def add_features(self, first: int, weights: Sequence[int]) -> None:
        """Features behind those there are, with the weights they begin with.

        Raises NoFeatures, OutOfOrder, TooManyWeights.
        """
        self.row.append(first, weights)
        if not self.ready:
            self.least = len(self.row.now)

    def finish(self) -> None:
        """Initial weights are all there. Raises AlreadyReady; NotReady where there are none."""
        self.ready = finished(self.ready, whole=bool(self.row.now))

    def predict(self, features: Sequence[int]) -> int:
        """The side of the plane a sample lies on; features that came since it was taken are 0.

        Raises NotReady, NoFeatures, WrongLength, FeatureOutOfRange beyond 64 bits.
        """
        require_ready(self.ready)
        whole = completed(features, self.least, len(self.row.now))
        require_values(whole, FEATURE_BITS)
        products = sum(w * d for w, d in zip(self.row.now, whole, strict=True))
        return int(self.intercept * ONE + products > 0)

    def update(self, features: Sequence[int], cls: int) -> bool:
        """Learn where the model was wrong: the plane moves by the learning rate times the sample.

        Raises what `predict` raises, UnknownClass, NotNormalised.
        """
        require_ready(self.ready)
        require_class(cls, CLASSES)
        require_length(len(self.row.now), len(features))
        answer = self.predict(features)
        require_unit(features)
        if answer == cls:
            return False
        step = self.learning_rate if cls else -self.learning_rate
        self.intercept = saturated(self.intercept + step, WEIGHT_BITS)
        self.row.move([truncated(value * step, ONE) for value in features])
        return True

    def reset(self) -> None:
        """Go back to the initial weights. Raises NotReady."""
        require_ready(self.ready)
        self.intercept = self.initial_intercept
        self.row.reset()


@dataclass(slots=True)
class SparsePerceptron:
    """Samples are ascending indices of features that are one; weights not brought begin at 0."""

    feature_count: int
    initial_intercept: int
    learning_rate: int
    initial: dict[int, int] = field(default_factory=dict)
    now: dict[int, int] = field(default_factory=dict)
    intercept: int = field(init=False)
    ready: bool = field(init=False, default=False)
    resets: int = field(init=False, default=0)
    _next: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.feature_count == 0:
            raise Refused("NoFeatures")
        if self.feature_count > MOST_FEATURES:
            raise Refused("TooManyFeatures")
        _require_weight(self.initial_intercept)
        self.intercept = self.initial_intercept

    def bring(self, first: int, weights: Sequence[int]) -> None:
        """Initial weights of neighbouring features; see `bring_sparse`."""
        self.bring_sparse(range(first, first + len(weights)), weights)

    def bring_sparse(self, indices: Sequence[int], weights: Sequence[int]) -> None:
        """Initial weights of some features, ascending from call to call.

        Raises AlreadyReady, NoFeatures, WrongLength, OutOfOrder where a chunk begins below the end
        of the one before, FeatureOutOfRange, NotAscending, WeightOutOfRange.
        """
        if self.ready:
            raise Refused("AlreadyReady")
        if not weights:
            raise Refused("NoFeatures")
        if len(indices) != len(weights):
            raise Refused("WrongLength")
        if 0 <= indices[0] < self._next:
            raise Refused("OutOfOrder")
        for position, weight in enumerate(weights):
            self._require_index(indices, position)
            _require_weight(weight)
        self._begin(indices, weights)
        self._next = indices[-1] + 1

    def add_features(self, first: int, weights: Sequence[int]) -> None:
        """Features behind those there are, with the weights they begin with.

        Raises NoFeatures, OutOfOrder, TooManyFeatures, WeightOutOfRange.
        """
        if not weights:
            raise Refused("NoFeatures")
        if first != self.feature_count:
            raise Refused("OutOfOrder")
        if first + len(weights) > MOST_FEATURES:
            raise Refused("TooManyFeatures")
        for weight in weights:
            _require_weight(weight)
        self.feature_count += len(weights)
        self._begin(range(first, self.feature_count), weights)

    def finish(self) -> None:
        """Initial weights are all there. Raises AlreadyReady."""
        self.ready = finished(self.ready, whole=True)

    def predict(self, features: Sequence[int]) -> int:
        """The side of the plane a sample lies on.

        Raises NotReady, NoFeatures, FeatureOutOfRange, NotAscending.
        """
        require_ready(self.ready)
        if not features:
            raise Refused("NoFeatures")
        for position in range(len(features)):
            self._require_index(features, position)
        return int(self.intercept + sum(self.now.get(index, 0) for index in features) > 0)

    def update(self, features: Sequence[int], cls: int) -> bool:
        """Learn where the model was wrong: each weight of the sample moves by the learning rate.

        Raises what `predict` raises, and UnknownClass.
        """
        require_ready(self.ready)
        require_class(cls, CLASSES)
        if self.predict(features) == cls:
            return False
        step = self.learning_rate if cls else -self.learning_rate
        self.intercept = saturated(self.intercept + step, SPARSE_WEIGHT_BITS)
        for index in features:
            self.now[index] = saturated(self.now.get(index, 0) + step, SPARSE_WEIGHT_BITS)
        return True

    def reset(self) -> None:
        """Go back to the initial weights. Raises NotReady, TooManyResets."""
        require_ready(self.ready)
        if self.resets == MOST_RESETS:
            raise Refused("TooManyResets")
        self.resets += 1
        self.intercept = self.initial_intercept
        self.now = dict(self.initial)

    def _begin(self, indices: Sequence[int], weights: Sequence[int]) -> None:
        brought = dict(zip(indices, weights, strict=True))
        self.initial |= brought
        self.now |= brought

    def _require_index(self, indices: Sequence[int], position: int) -> None:
        if not 0 <= indices[position] < self.feature_count:
            raise Refused("FeatureOutOfRange")
        if position and indices[position] <= indices[position - 1]:
            raise Refused("NotAscending")


def _require_weight(weight: int) -> None:
    if saturated(weight, SPARSE_WEIGHT_BITS) != weight:
        raise Refused("WeightOutOfRange")
