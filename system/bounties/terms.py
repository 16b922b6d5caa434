"""What a bounty's job asks for, and the words its contract speaks in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

from system.errors import UsageError

# A loss of 1.0: losses on the chain are whole millionths.
LOSS_ONE: Final = 10**6
# What a voter reports of a model that is none of the task.
NO_MODEL: Final = 2**64 - 1
# How many winners a job can have one after the other.
TURNS: Final = 8
# The longest task reference, in bytes of UTF-8.
MOST_TASK_BYTES: Final = 256


class Phase(IntEnum):
    """Where a job is; from CLAIMING on a job may pass through them again."""

    ANNOUNCING = 0
    REVEALING = 1
    CLAIMING = 2
    PUBLISHING = 3
    VOTING = 4
    COUNTING = 5
    DUE = 6
    CLOSED = 7


class Outcome(IntEnum):
    """How a job ended."""

    OPEN = 0
    PAID = 1
    REFUNDED = 2


class Verdict(IntEnum):
    """What the votes on a published model came to."""

    NONE = 0
    UNPROVEN = 1
    HONEST = 2
    CHEAT = 3


class Ballot(IntEnum):
    """What a voter did in a turn."""

    NONE = 0
    CAST = 1
    HONEST = 2
    CHEAT = 3
    COLLECTED = 4


# The ABI's types of `Terms.values`.
TERMS_TYPES: Final = (
    *("bytes32", "bytes32", "uint64", "uint64", "uint64", "uint64", "uint64"),
    *("uint32",) * 6,
)
TERMS_TUPLE: Final = f"({','.join(TERMS_TYPES)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an owner asks for; the contract's IBountyTypes.Terms says what each field means.

    Digests have 32 bytes, waits are in blocks, `tolerance` is in millionths of loss, the rest are
    credits.
    """

    task_digest: bytes
    evaluation_digest: bytes
    bounty: int
    stake: int
    deposit: int
    fee: int
    tolerance: int
    quorum: int
    open_blocks: int
    reveal_blocks: int
    claim_blocks: int
    publish_blocks: int
    vote_blocks: int

    def values(self) -> tuple[object, ...]:
        """The fields in the contract's order."""
        return tuple(getattr(self, field.name) for field in fields(self))


def read_terms(values: tuple[object, ...]) -> Terms:
    """The terms whose `values` these are."""
    return Terms(**dict(zip((field.name for field in fields(Terms)), values, strict=True)))  # type: ignore[arg-type]


def least_stake(bounty: int, *, fee: int = 0) -> int:
    """The smallest stake that the contract takes, in credits."""
    return max(-(-bounty // TURNS), fee)


def fixed_loss(loss: float) -> int:
    """A loss in millionths, rounded up: what it announces is never better than it is.

    Raises UsageError for what is no loss: below 0, infinite, no number.
    """
    if not 0 <= loss < NO_MODEL / LOSS_ONE:
        raise UsageError(f"{loss!r} is no loss: it has to be a number from 0 on")
    numerator, denominator = loss.as_integer_ratio()
    return -(-numerator * LOSS_ONE // denominator)
