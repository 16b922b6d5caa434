"""Where accounts act: the twins in this process, or contracts on a chain, by the same rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from system.models.encoders.features import Features
from system.models.simulation.actions import Action

# An account that sends more wei than it has is refused by the node: no contract sees it.
UNAFFORDABLE: Final = "Unaffordable"


@dataclass(frozen=True, slots=True)
class Purse:
    """What an account has in its hand and what the mechanism owes it, in wei."""

    hand_wei: int
    owed_wei: int

    @property
    def wei(self) -> int:
        """Both together: deposits at stake are in neither."""
        return self.hand_wei + self.owed_wei


@dataclass(frozen=True, slots=True)
class Moved:
    """What an action did: the deposit of an Add, the amount credited for a Refund or Report, the
    amount paid by a Withdraw, in wei; and the block's second in which it did."""

    wei: int
    at_s: int


class World(Protocol):
    """A model with its trainer, its mechanism and its accounts.

    `act` raises Refused with the contract's name for it, and then leaves everything as it was.
    `wait` lets seconds pass. `cost` is what adding costs now, in wei. `predict` is the model's
    class of a sample, and raises Refused as the model does.
    """

    def now(self) -> int: ...
    def wait(self, seconds: int) -> None: ...
    def act(self, who: str, action: Action) -> Moved: ...
    def predict(self, features: Features) -> int: ...
    def cost(self) -> int: ...
    def purse(self, who: str) -> Purse: ...


def share_right(world: World, samples: Iterable[tuple[Features, int]]) -> float:
    """The share of samples whose class the model gives; 0 for none at all."""
    right = [world.predict(features) == label for features, label in samples]
    return sum(right) / max(1, len(right))
