"""Multinomial Naive Bayes over words that occur or don't: the twin of NaiveBayes.sol.

Samples are lists of ascending indices; `smoothing` has nine decimals. Source: the rule of Sharing
Updatable Models, its product kept to 124 bits at any length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from system.models.classifiers.classifier import ONE
from system.models.classifiers.counts import Counts, Tally
from system.models.classifiers.product import Product, quotient
from system.models.classifiers.rules import finished, require_class, require_ready
from system.models.refused import Refused

MOST_TOTAL: Final = 1 << 35
MOST_SMOOTHING: Final = 1 << 40


@dataclass(slots=True)
class NaiveBayes:
    """The class with the largest n · Π (1e9 · count + smoothing) / (1e9 · total + smoothing · all).

    A step raises Refused and changes nothing, or is done whole; roles are the contract's alone.
    """

    counts: Counts
    smoothing: int
    ready: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.smoothing <= MOST_SMOOTHING:
            raise Refused("SmoothingOutOfRange")

    @classmethod
    def empty(cls, feature_count: int, smoothing: int) -> NaiveBayes:
        """A model without classes. Raises NoFeatures, TooManyFeatures, SmoothingOutOfRange."""
        return cls(Counts(feature_count), smoothing)

    def bring(self, indices: Sequence[int], counts: Sequence[int]) -> None:
        """Counts of the class that is added next; refuses as `Counts.bring`."""
        self.counts.bring(indices, counts)

    def add_class(self, samples: int) -> None:
        """The class whose counts were brought. Raises TooManySamples."""
        self.counts.add_class(samples, most_total=MOST_TOTAL)

    def add_features(self, count: int) -> None:
        """Features that occurred in no class so far. Raises NoFeatures, TooManyFeatures."""
        self.counts.add_features(count)

    def finish(self) -> None:
        """All initial counts are there. Raises AlreadyReady, NotReady."""
        self.ready = finished(self.ready, whole=self.counts.is_whole)

    def predict(self, features: Sequence[int]) -> int:
        """The likeliest class; ties go to the lower one, and so do classes without samples.

        Raises NotReady, NoFeatures, FeatureOutOfRange, NotAscending.
        """
        require_ready(self.ready)
        self.counts.require_indices(features)
        rated = [tally for tally in enumerate(self.counts.now) if tally[1].samples]
        if not rated:
            return 0
        return max(rated, key=lambda tally: (self._score(tally[1], features), -tally[0]))[0]

    def update(self, features: Sequence[int], cls: int) -> bool:
        """Count a sample in its class; True: every sample changes the model.

        Raises what `predict` raises, UnknownClass, TooManySamples.
        """
        require_ready(self.ready)
        require_class(cls, len(self.counts.now))
        self.counts.require_indices(features)
        self.counts.learn(features, cls, most_total=MOST_TOTAL)
        return True

    def reset(self) -> None:
        """Forget what was learned. Raises NotReady."""
        require_ready(self.ready)
        self.counts.reset()

    def _score(self, tally: Tally, features: Sequence[int]) -> int:
        factor = ONE * tally.total + self.smoothing * self.counts.feature_count
        above, below = Product(tally.samples), Product(1)
        for feature in features:
            above = above.times(ONE * tally.count(feature) + self.smoothing)
            below = below.times(factor)
        return quotient(above, below)
