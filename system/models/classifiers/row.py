"""Weights in a row as they began and as they are: what WeightRow.sol keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from system.models.classifiers.rules import saturated
from system.models.refused import Refused

MOST_WEIGHTS: Final = 4_096
# With a STOP byte in front they are 24,569 bytes: code may have 24,576 (EIP-170).
MOST_CHUNK_WEIGHTS: Final = 3_071
WEIGHT_BITS: Final = 64


@dataclass(slots=True)
class Row:
    """Weights with nine decimals; those beyond an int64 stay at its end."""

    initial: list[int] = field(default_factory=list)
    now: list[int] = field(default_factory=list)

    def append(self, first: int, weights: Sequence[int], *, most: int = MOST_WEIGHTS) -> None:
        """Initial weights behind those there are, `most` in all.

        Raises NoFeatures, OutOfOrder where `first` is not the next place, TooManyWeights.
        """
        if not weights:
            raise Refused("NoFeatures")
        if first != len(self.initial):
            raise Refused("OutOfOrder")
        if len(weights) > MOST_CHUNK_WEIGHTS or first + len(weights) > most:
            raise Refused("TooManyWeights")
        self.initial += weights
        self.now += weights

    def widen(self, count: int) -> None:
        """So many weights of zero behind those there are."""
        self.initial += [0] * count
        self.now += [0] * count

    def move(self, steps: Sequence[int]) -> None:
        """Add a step to each weight."""
        self.now = [
            saturated(weight + step, WEIGHT_BITS)
            for weight, step in zip(self.now, steps, strict=True)
        ]

    def reset(self) -> None:
        """Go back to the initial weights."""
        self.now = list(self.initial)
