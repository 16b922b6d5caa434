"""Softmax regression by one step of gradient descent a sample: the twin of SoftmaxRegression.sol.

Every number is an integer with nine decimals, scores and powers have eighteen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from system.models.classifiers.classifier import ONE, ONE_SQUARED
from system.models.classifiers.exponential import negative_exponential
from system.models.classifiers.row import MOST_WEIGHTS, WEIGHT_BITS, Row
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


@dataclass(slots=True)
class SoftmaxClass:
    """A class: its weights and its bias."""

    initial_bias: int
    bias: int
    row: Row

    def score(self, features: Sequence[int]) -> int:
        """bias + Σ weight · value, with eighteen decimals."""
        products = sum(w * d for w, d in zip(self.row.now, features, strict=True))
        return self.bias * ONE + products

    def move(self, features: Sequence[int], step: int) -> None:
        """Add `step` (eighteen decimals) times the sample, rounded towards zero."""
        self.bias = saturated(self.bias + truncated(step, ONE), WEIGHT_BITS)
        self.row.move([truncated(step * value, ONE_SQUARED) for value in features])


@dataclass(slots=True)
class SoftmaxRegression:
    """Learns from every sample, of unit length; a class comes in as its weights, then its bias."""

    feature_count: int
    learning_rate: int
    classes: list[SoftmaxClass] = field(default_factory=list)
    ready: bool = field(init=False, default=False)
    coming: Row = field(init=False, default_factory=Row)
    least: int = field(init=False)

    def __post_init__(self) -> None:
        _require_room(0, self.feature_count)
        self.least = self.feature_count

    def bring(self, first: int, weights: Sequence[int]) -> None:
        """Initial weights of the next class, those of features from `first` on.

        Raises NoFeatures, OutOfOrder, TooManyWeights.
        """
        self.coming.append(first, weights, most=self.feature_count)

    def add_class(self, bias: int) -> None:
        """The next class, whose weights were brought. Raises WrongLength unless all were."""
        if len(self.coming.now) != self.feature_count:
            raise Refused("WrongLength")
        self.classes.append(SoftmaxClass(bias, bias, self.coming))
        self.coming = Row()

    def add_features(self, count: int) -> None:
        """Features behind those there are, of weight 0. Raises NoFeatures, TooManyWeights."""
        _require_room(self.feature_count, count)
        self.feature_count += count
        if not self.ready:
            self.least = self.feature_count
        for one in self.classes:
            one.row.widen(count)

    def finish(self) -> None:
        """Initial weights are all there. Raises AlreadyReady; NotReady below two classes."""
        self.ready = finished(self.ready, whole=len(self.classes) > 1)

    def predict(self, features: Sequence[int]) -> int:
        """The class of the highest score, the lower one of equals.

        Features that came since the sample was taken are 0.
        Raises NotReady, NoFeatures, WrongLength, FeatureOutOfRange beyond 64 bits.
        """
        scores = self._scores(features)
        return scores.index(max(scores))

    def shares(self, features: Sequence[int]) -> list[int]:
        """Each class's share, rounded down. Raises as `predict`."""
        scores = self._scores(features)
        powers = [negative_exponential(max(scores) - score) for score in scores]
        return [power * ONE // sum(powers) for power in powers]

    def update(self, features: Sequence[int], cls: int) -> bool:
        """One step down the gradient of the sample's cross entropy; always True.

        Raises what `predict` raises, UnknownClass, NotNormalised.
        """
        require_ready(self.ready)
        require_class(cls, len(self.classes))
        require_length(self.feature_count, len(features))
        require_values(features, FEATURE_BITS)
        require_unit(features)
        for k, share in enumerate(self.shares(features)):
            error = share - ONE * (k == cls)
            self.classes[k].move(features, -self.learning_rate * error)
        return True

    def reset(self) -> None:
        """Go back to the initial weights. Raises NotReady."""
        require_ready(self.ready)
        for one in self.classes:
            one.bias = one.initial_bias
            one.row.reset()

    def _scores(self, features: Sequence[int]) -> list[int]:
        require_ready(self.ready)
        whole = completed(features, self.least, self.feature_count)
        require_values(whole, FEATURE_BITS)
        return [one.score(whole) for one in self.classes]


def _require_room(there: int, more: int) -> None:
    if more == 0:
        raise Refused("NoFeatures")
    if there + more > MOST_WEIGHTS:
        raise Refused("TooManyWeights")
