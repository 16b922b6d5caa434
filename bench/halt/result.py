"""What a trial came to: plain facts, as they stand in the results file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["survived", "halted", "stalled-then-recovered", "not-started"]


@dataclass(frozen=True, slots=True)
class BlockFact:
    """A block; `size_bytes` with everything in it, the time in seconds since the epoch."""

    number: int
    size_bytes: int
    gas_used: int
    gas_limit: int
    transactions: int
    timestamp_s: float


@dataclass(frozen=True, slots=True)
class ValidatorFact:
    """A validator when the watch ended; None: it did not say. `said`: log lines that explain it."""

    index: int
    block: int | None
    round: int | None
    peers_before: int | None
    peers_after: int | None
    pending: int | None
    queued: int | None
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the transactions: `evicted` ones were taken and are in no block or pool."""

    offered: int
    accepted: int
    refused: int
    refusal: str
    committed: int
    waiting: int
    seconds: float

    @property
    def evicted(self) -> int:
        """Taken, but neither in a block nor in a pool."""
        return max(0, self.accepted - self.committed - self.waiting)


@dataclass(frozen=True, slots=True)
class RemedyFact:
    """One attempt to bring a halted chain back.

    `seconds` until blocks came, `blocks` of them in all; `recovered`: they came and went on;
    `kept`: every block and receipt committed before is still the same on all validators; `commits`:
    a new transaction through each validator was committed; `backlog`: how many of the attack's
    waiting transactions were committed afterwards.
    """

    remedy: str
    recovered: bool
    blocks: int
    seconds: float
    kept: bool
    commits: bool
    backlog: int
    note: str


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One trial's row. `silent_s`: from the last block to the watch's end; `bytes_per_s`: signed
    bytes committed a second, between the first and the last block that hold any; `caught_up_s`: how
    long a validator that was away needed, None where it did not get there or none was away."""

    trial: str
    outcome: Outcome
    note: str
    seconds: float
    sent: Sent | None = None
    last_block: BlockFact | None = None
    largest_block: BlockFact | None = None
    blocks: int = 0
    longest_gap_s: float = 0.0
    silent_s: float = 0.0
    bytes_per_s: float | None = None
    transactions_per_s: float | None = None
    validators: tuple[ValidatorFact, ...] = ()
    remedies: tuple[RemedyFact, ...] = ()
    caught_up_s: float | None = None
