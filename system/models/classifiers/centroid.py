"""The nearest mean: the twins of NearestCentroid.sol and SparseNearestCentroid.sol.

A step raises Refused and changes nothing, or is done whole; roles are the contracts' alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from system.models.classifiers.counts import Counts, Tally
from system.models.classifiers.limits import require_room
from system.models.classifiers.rules import (
    FEATURE_BITS,
    completed,
    finished,
    require_class,
    require_length,
    require_ready,
    require_unit,
    require_values,
    truncated,
)
from system.models.refused import Refused

MOST_FEATURES: Final = 4_096
MOST_SAMPLES: Final = (1 << 32) - 1
VALUE_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Mean:
    """A centroid and how many samples it is the mean of; values have nine decimals."""

    values: tuple[int, ...]
    samples: int

    def joined_by(self, sample: Sequence[int]) -> Mean:
        """The mean with one sample more, each value rounded towards zero."""
        n = self.samples
        moved = zip(self.values, sample, strict=True)
        return Mean(tuple(truncated(c * n + d, n + 1) for c, d in moved), n + 1)


@dataclass(slots=True)
class NearestCentroid:
    """Samples are values with nine decimals, of unit length where they are learned."""

    feature_count: int
    initial: list[Mean] = field(default_factory=list)
    now: list[Mean] = field(default_factory=list)
    draft: tuple[int, ...] = ()
    ready: bool = False
    least: int = field(init=False)

    def __post_init__(self) -> None:
        require_room(MOST_FEATURES, 0, self.feature_count)
        self.least = self.feature_count

    def bring(self, first: int, values: Sequence[int]) -> None:
        """Values of the class that is added next, from feature `first` on.

        Raises OutOfOrder, NoFeatures, WrongLength, FeatureOutOfRange beyond 32 bits.
        """
        if first != len(self.draft):
            raise Refused("OutOfOrder")
        if not values:
            raise Refused("NoFeatures")
        if first + len(values) > self.feature_count:
            raise Refused("WrongLength")
        require_values(values, VALUE_BITS)
        self.draft += tuple(values)

    def add_class(self, samples: int) -> None:
        """The class whose values were brought. Raises WrongLength, TooFewSamples."""
        if len(self.draft) != self.feature_count:
            raise Refused("WrongLength")
        if samples == 0:
            raise Refused("TooFewSamples")
        mean = Mean(self.draft, samples)
        self.initial.append(mean)
        self.now.append(mean)
        self.draft = ()

    def add_features(self, values: Sequence[Sequence[int]]) -> None:
        """Features with their values in each class; learned centroids take them over.

        Raises WrongLength, UnknownClass where there is none, NoFeatures, TooManyFeatures,
        FeatureOutOfRange.
        """
        if len(values) != len(self.now):
            raise Refused("WrongLength")
        if not values:
            raise Refused("UnknownClass")
        count = len(values[0])
        require_room(MOST_FEATURES, self.feature_count, count)
        for row in values:
            if len(row) != count:
                raise Refused("WrongLength")
            require_values(row, VALUE_BITS)
        self.initial = _widened(self.initial, values)
        self.now = _widened(self.now, values)
        self.feature_count += count
        if not self.ready:
            self.least = self.feature_count

    def finish(self) -> None:
        """All initial values are there. Raises AlreadyReady, NotReady."""
        self.ready = finished(self.ready, whole=bool(self.now) and not self.draft)

    def predict(self, features: Sequence[int]) -> int:
        """The class of the least squared distance; ties go to the lower one.

        Features that came since the sample was taken are 0.
        Raises NotReady, NoFeatures, WrongLength, FeatureOutOfRange beyond 64 bits.
        """
        require_ready(self.ready)
        whole = completed(features, self.least, self.feature_count)
        require_values(whole, FEATURE_BITS)
        return _least([_squared_distance(whole, mean.values) for mean in self.now])

    def update(self, features: Sequence[int], cls: int) -> bool:
        """Move the class's centroid towards a sample; True: every sample counts.

        Raises what `predict` raises, UnknownClass, NotNormalised, TooManySamples.
        """
        require_ready(self.ready)
        require_class(cls, len(self.now))
        require_length(self.feature_count, len(features))
        require_values(features, FEATURE_BITS)
        require_unit(features)
        if self.now[cls].samples == MOST_SAMPLES:
            raise Refused("TooManySamples")
        self.now[cls] = self.now[cls].joined_by(features)
        return True

    def reset(self) -> None:
        """Forget what was learned. Raises NotReady."""
        require_ready(self.ready)
        self.now = list(self.initial)


@dataclass(slots=True)
class SparseNearestCentroid:
    """Samples are lists of ascending indices; centroids are exact fractions, count / samples."""

    counts: Counts
    ready: bool = False

    @classmethod
    def empty(cls, feature_count: int) -> SparseNearestCentroid:
        """A model without classes. Raises NoFeatures, TooManyFeatures."""
        return cls(Counts(feature_count))

    def bring(self, indices: Sequence[int], counts: Sequence[int]) -> None:
        """Counts of the class that is added next; refuses as `Counts.bring`."""
        self.counts.bring(indices, counts)

    def add_class(self, samples: int) -> None:
        """The class whose counts were brought. Raises TooFewSamples, TooManySamples."""
        if samples < max(1, *self.counts.draft.values(), 0):
            raise Refused("TooFewSamples")
        self.counts.add_class(samples)

    def add_features(self, count: int) -> None:
        """Features that occurred in no class so far. Raises NoFeatures, TooManyFeatures."""
        self.counts.add_features(count)

    def finish(self) -> None:
        """All initial counts are there. Raises AlreadyReady, NotReady."""
        self.ready = finished(self.ready, whole=self.counts.is_whole)

    def predict(self, features: Sequence[int]) -> int:
        """The class of the least squared distance; ties go to the lower one.

        Raises NotReady, NoFeatures, FeatureOutOfRange, NotAscending.
        """
        require_ready(self.ready)
        self.counts.require_indices(features)
        return _least([_relative_distance(features, tally) for tally in self.counts.now])

    def update(self, features: Sequence[int], cls: int) -> bool:
        """Count a sample in its class; True: every sample changes the model.

        Raises what `predict` raises, UnknownClass, TooManySamples.
        """
        require_ready(self.ready)
        require_class(cls, len(self.counts.now))
        self.counts.require_indices(features)
        self.counts.learn(features, cls)
        return True

    def reset(self) -> None:
        """Forget what was learned. Raises NotReady."""
        require_ready(self.ready)
        self.counts.reset()


def _least(distances: Sequence[int] | Sequence[Fraction]) -> int:
    return min(range(len(distances)), key=distances.__getitem__)


def _squared_distance(features: Sequence[int], values: Sequence[int]) -> int:
    return sum((d - c) ** 2 for d, c in zip(features, values, strict=True))


def _relative_distance(features: Sequence[int], tally: Tally) -> Fraction:
    """The squared distance without the sample's own squared length, which all classes share."""
    total = sum(map(tally.count, features))
    return Fraction(tally.squares - 2 * total * tally.samples, tally.samples**2)


def _widened(means: Sequence[Mean], values: Sequence[Sequence[int]]) -> list[Mean]:
    pairs = zip(means, values, strict=True)
    return [Mean(mean.values + tuple(row), mean.samples) for mean, row in pairs]
