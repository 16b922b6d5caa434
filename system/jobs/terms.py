"""What a job of the market asks for, and the words its contract speaks in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

from system.jobs.stores import WORD_BYTES


class Phase(IntEnum):
    """Where a job is, in the order in which phases are passed."""

    PUBLISHING = 0
    COMMITTING = 1
    REVEALING = 2
    DELIVERING = 3
    ENDED = 4
    CLOSED = 5


class Step(IntEnum):
    """The last thing a worker did in a job, in the order in which steps are taken."""

    NONE = 0
    PICKED = 1
    COMMITTED = 2
    SEALED = 3
    OPENED = 4
    COUNTED = 5
    CLAIMED = 6


class Privacy(IntEnum):
    """When results can be read: after the close, as ciphertext before it, at once."""

    COMMIT = 0
    SEALED = 1
    PLAIN = 2


class Results(IntEnum):
    """Full weights of every worker, or digests and the weights of one winner."""

    WEIGHTS = 0
    HASH = 1


class TieRule(IntEnum):
    """Whether equally large groups win nothing, or the one whose first result came first."""

    NONE = 0
    FIRST = 1


class Outcome(IntEnum):
    """How a job ended; OPEN: it has not been closed."""

    OPEN = 0
    VOID = 1
    TIED = 2
    UNDELIVERED = 3
    WON = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the server asks for; the contract's IJobTypes.Terms says what each field means.

    Digests have 32 bytes, `payment` and `deposit` are in wei. `batch_digest` of zeros with
    `batch_chunks` 0: workers hold the training data themselves. Before there are weights, their
    digest and count of chunks are zero.
    """

    weights_digest: bytes = bytes(WORD_BYTES)
    batch_digest: bytes = bytes(WORD_BYTES)
    payment: int
    deposit: int
    weight_count: int
    chunk_count: int = 0
    batch_chunks: int = 0
    batch_index: int = 0
    result_chunk_bytes: int
    seats: int
    quorum: int = 1
    publish_blocks: int
    commit_blocks: int
    reveal_blocks: int
    delivery_blocks: int
    privacy: Privacy = Privacy.COMMIT
    results: Results = Results.WEIGHTS
    tie_rule: TieRule = TieRule.NONE

    @property
    def escrow(self) -> int:
        """What the server puts down with the job, in wei: a payment for each seat."""
        return self.seats * self.payment

    def values(self) -> tuple[object, ...]:
        """The fields in the contract's order."""
        return tuple(getattr(self, field.name) for field in fields(self))


# The ABI's types of `Terms.values`.
TERMS_TYPES = (
    *("bytes32", "bytes32", "uint128", "uint128"),
    *("uint32", "uint32", "uint32", "uint64", "uint32", "uint32", "uint32"),
    *("uint32", "uint32", "uint32", "uint32"),
    *("uint8", "uint8", "uint8"),
)


def read_terms(values: tuple[object, ...]) -> Terms:
    """The terms whose `values` these are."""
    given = dict(zip((field.name for field in fields(Terms)), values, strict=True))
    words = {"privacy": Privacy, "results": Results, "tie_rule": TieRule}
    return Terms(**{**given, **{name: kind(given[name]) for name, kind in words.items()}})  # type: ignore[arg-type]
