"""How often features occurred in classes: the twin of Counts.sol and Tally.sol.

Samples are lists of ascending indices. A step raises Refused and changes nothing, or is done whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from system.models.classifiers.limits import require_room
from system.models.refused import Refused

MOST_FEATURES: Final = 1 << 24
MOST_COUNT: Final = (1 << 28) - 1
MOST_SAMPLES: Final = (1 << 28) - 1


@dataclass(slots=True)
class Tally:
    """One class: `counts` by feature, their sum, the sum of their squares, and its samples."""

    samples: int = 0
    counts: dict[int, int] = field(default_factory=dict)
    total: int = 0
    squares: int = 0

    @classmethod
    def of(cls, counts: dict[int, int]) -> Tally:
        """A class with these counts and no samples yet."""
        squares = sum(count * count for count in counts.values())
        return cls(0, counts, sum(counts.values()), squares)

    def copy(self) -> Tally:
        """The same, to learn on."""
        return Tally(self.samples, dict(self.counts), self.total, self.squares)

    def count(self, feature: int) -> int:
        """How often a feature occurred."""
        return self.counts.get(feature, 0)

    def learn(self, features: Sequence[int]) -> None:
        """Count a sample."""
        for feature in features:
            before = self.count(feature)
            self.counts[feature] = before + 1
            self.squares += 2 * before + 1
        self.total += len(features)
        self.samples += 1


@dataclass(slots=True)
class Counts:
    """The classes of a model, as brought (`initial`) and as they are (`now`)."""

    feature_count: int
    initial: list[Tally] = field(default_factory=list)
    now: list[Tally] = field(default_factory=list)
    draft: dict[int, int] = field(default_factory=dict)
    _next: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        require_room(MOST_FEATURES, 0, self.feature_count)

    @property
    def is_whole(self) -> bool:
        """Whether there is a class, and none of which counts came but not its name."""
        return bool(self.now) and self._next == 0

    def bring(self, indices: Sequence[int], counts: Sequence[int]) -> None:
        """Counts of the class that is added next, ascending over chunks too.

        Raises NoFeatures, WrongLength, FeatureOutOfRange, NotAscending.
        """
        if not indices:
            raise Refused("NoFeatures")
        if len(indices) != len(counts):
            raise Refused("WrongLength")
        following = self._next
        for index, count in zip(indices, counts, strict=True):
            self._require_index(index, following)
            if count > MOST_COUNT:
                raise Refused("FeatureOutOfRange")
            following = index + 1
        self.draft |= dict(zip(indices, counts, strict=True))
        self._next = following

    def drafted(self) -> Tally:
        """The class that is added next, as far as it came in."""
        return Tally.of(self.draft)

    def add_class(self, samples: int, *, most_total: int | None = None) -> None:
        """The drafted class becomes one of so many samples. Raises TooManySamples."""
        tally = self.drafted()
        tally.samples = samples
        _require_limits(tally.samples, tally.total, most_total)
        self.initial.append(tally)
        self.now.append(tally.copy())
        self.draft, self._next = {}, 0

    def add_features(self, count: int) -> None:
        """Features that occurred in no class so far. Raises NoFeatures, TooManyFeatures."""
        require_room(MOST_FEATURES, self.feature_count, count)
        self.feature_count += count

    def learn(self, features: Sequence[int], cls: int, *, most_total: int | None = None) -> None:
        """Count a sample in its class. Raises TooManySamples."""
        tally = self.now[cls]
        _require_limits(tally.samples + 1, tally.total + len(features), most_total)
        tally.learn(features)

    def reset(self) -> None:
        """Forget what was learned."""
        self.now = [tally.copy() for tally in self.initial]

    def require_indices(self, features: Sequence[int]) -> None:
        """Raise NoFeatures, FeatureOutOfRange, NotAscending unless it is a sample."""
        if not features:
            raise Refused("NoFeatures")
        following = 0
        for index in features:
            self._require_index(index, following)
            following = index + 1

    def _require_index(self, index: int, least: int) -> None:
        if not 0 <= index < self.feature_count:
            raise Refused("FeatureOutOfRange")
        if index < least:
            raise Refused("NotAscending")


def _require_limits(samples: int, total: int, most_total: int | None) -> None:
    if samples > MOST_SAMPLES or (most_total is not None and total > most_total):
        raise Refused("TooManySamples")
