"""What parties agree to pay whoever improves their model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

PLAN_TYPES = (
    *("uint64", "uint8", "uint16", "address", "bytes32", "uint32", "uint16"),
    *("uint96", "uint96", "uint96", "uint96", "uint96"),
    *("uint32", "uint32", "uint32", "uint32", "uint32"),
)
STEP_TYPES = ("uint16", "uint96")

NOBODY = "0x" + "00" * 20


class Reward(IntEnum):
    """What the enricher's part of the income is a part of, in the contract's order."""

    REVENUE = 0
    PROFIT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the parties agree on; the contract's IEnrichment.Plan says what each field means.

    Accuracies and `share` are in ten-thousandths, amounts in wei, waits in blocks.
    """

    group: int
    reward: Reward = Reward.PROFIT
    share: int = 0
    enricher: str = NOBODY
    test_set: bytes
    units: int
    baseline: int = 0
    per_point: int = 0
    cap: int
    silence: int = 0
    deposit: int = 0
    bond: int = 0
    back_blocks: int
    open_blocks: int
    enrich_blocks: int
    measure_blocks: int
    reveal_blocks: int

    def values(self) -> tuple[object, ...]:
        """The fields in the contract's order."""
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Step:
    """From this accuracy on, in ten-thousandths, so many wei are paid."""

    accuracy: int
    amount: int


def reward_for(plan: Plan, steps: Sequence[Step], accuracy: int) -> int:
    """What the plan pays for an accuracy, in wei, as the contract computes it."""
    if steps:
        return max((one.amount for one in steps if accuracy >= one.accuracy), default=0)
    return min(plan.per_point * max(accuracy - plan.baseline, 0), plan.cap)


def equal_parts(cap: int, members: int) -> list[int]:
    """An escrow in parts that differ by one wei at most."""
    return [cap // members + (place < cap % members) for place in range(members)]
