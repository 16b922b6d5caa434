"""What every model that learns on the chain does, contract or twin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

# Nine decimals: how weights, values and learning rates are written.
ONE: Final = 10**9
# The squared length of a sample of length one, and how far rounding may take it.
ONE_SQUARED: Final = ONE**2
SQUARE_TOLERANCE: Final = 10**11


class Classifier(Protocol):
    """A model's twin: the same predictions, weights and refusals as its contract, to the last unit.

    `features` are values with nine decimals (dense) or ascending indices (sparse). Raises Refused
    with the name of the contract's error.
    """

    def predict(self, features: Sequence[int]) -> int:
        """The class of a sample."""

    def update(self, features: Sequence[int], cls: int) -> bool:
        """Learn a sample; whether that changed the model."""

    def reset(self) -> None:
        """Go back to the initial weights."""
