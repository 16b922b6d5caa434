"""What a run leaves on disk, as facts: the run, its cells, their submissions and blocks.

Times are seconds since the epoch of one clock, sizes bytes. `None` means that it was not measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from bench.record.accounts import Accounts
from bench.record.calls import CallCounts
from bench.record.paid import BehaviourCounts, MarketCounts

SCHEMA = 1

Outcome = Literal["included", "reverted", "rejected", "evicted", "timed_out", "aborted"]
CellOutcome = Literal["ok", "halted", "saturated", "walled"]
Loop = Literal["open", "closed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
LAGGED = "the generator lagged"  # how the reason of a cell begins whose generator was too slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The computer that generated the load."""

    cpu: str
    cores: int
    memory_bytes: int | None
    os: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMeta:
    """Where a run comes from. `plan` is the sweep as data; `versions` maps package to version."""

    run: str
    started_at: str  # ISO 8601 in UTC
    argv: list[str]  # URL credentials masked
    plan: dict[str, Any]
    commit: str | None
    dirty: bool | None
    machine: Machine
    versions: dict[str, str]
    client_version: str | None
    seed: int
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingLimits:
    """How many weights of one encoding go in one transaction and in one block of a chain.

    A block is full by gas or by the message between validators: `block_wall` says which comes
    first, `one_block_weights` is then the count. `safe_gas_limit` is the block gas limit up to
    which blocks of data with `zero_share` zero bytes can't outgrow that message.
    """

    encoding: str
    zero_share: float
    one_transaction_weights: int
    one_block_weights: int
    block_by_gas_weights: int
    block_by_message_weights: int
    block_wall: str
    safe_gas_limit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLimits:
    """What a chain's settings come to, computed from them; weights are kept in `store`.

    `period_s` is what was seen when a run met the first such chain; nothing follows from it.

    `safe_gas_limit` is for call data of zeros alone; `safe_gas_limit_refunds` for whatever is sent,
    half of its gas given back for storage that it clears. None where the chain takes transactions
    that are as large as a message.
    """

    key: str
    store: str
    consensus: str
    gas_limit: int
    transaction_size_limit_bytes: int
    code_size_limit_bytes: int
    period_s: float | None
    safe_gas_limit: int | None
    encodings: list[EncodingLimits]
    safe_gas_limit_refunds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWall:
    """What a growing model meets first; one submission takes `share` of it, `setting` moves it."""

    name: str
    share: float
    setting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """What a cell is, written before it starts: `offered_per_s` is None in a closed loop.

    `payload_bytes` are a submission's encoded weights, `wire_bytes` all its signed transactions.
    `gas_predicted` is computed from the payload, `gas_calibrated` read off the receipts of one
    submission before the clock. `limits` is the key of the chain's `ChainLimits`. `job_size` is the
    seats of a paid job, `evil` the share of workers that behave as in `evil_behaviour`. `settings`
    are the system's own options.
    """

    cell: str
    session: str
    system: str
    weights: int
    weights_name: str
    encoding: str
    store: str
    privacy: str
    payload_bytes: int
    wire_bytes: int
    transactions_per_submission: int
    offered_per_s: float | None
    users: int | None
    loop: Loop
    schedule: str
    repeat: int
    topology: str
    validators: int | None
    client_version: str
    chain_id: int
    gas_limit: int
    transaction_size_limit_bytes: int
    period_s: float | None
    gas_predicted: int | None
    decode_error_max: float | None
    warmup_s: float
    duration_s: float | None
    drain_s: float
    contracts: dict[str, str]
    first_block: int
    seed: int
    gas_calibrated: int | None = None
    first_wall: FirstWall | None = None
    limits: str | None = None
    job_size: int | None = None
    evil: float | None = None
    evil_behaviour: list[str] | None = None
    settings: dict[str, str | int | float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """A session's counts as the rows claim them and as the chain was read to hold them."""

    transactions_on_chain: int
    transactions_claimed: int
    submissions_on_chain: int
    submissions_claimed: int
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEnd:
    """How a cell ended. `schedule_lag_s` has p50, p99 and max; `valid` False voids its figures.

    `calls` are transactions that are no submissions, by what they call.
    """

    cell: str
    outcome: CellOutcome
    wall: str | None
    valid: bool
    invalid_reason: str
    window_start_s: float | None
    window_end_s: float | None
    generator_cpu_s: float | None
    generator_memory_bytes: int | None
    schedule_lag_s: dict[str, float] | None
    last_block: int | None
    reconciled: Reconciled | None
    note: str
    behaviours: dict[str, BehaviourCounts] | None = None
    market: MarketCounts | None = None
    accounts: Accounts | None = None
    calls: dict[str, CallCounts] | None = None

    @property
    def lagged(self) -> bool:
        """Whether the generator could not offer what it was asked for."""
        return self.invalid_reason.startswith(LAGGED)

    @classmethod
    def failed(cls, cell: str, reason: str) -> CellEnd:
        """The end of a cell that left no result of its own: halted, not valid, for `reason`."""
        return cls._without_figures(cell, "halted", None, reason)

    @classmethod
    def walled(cls, cell: str, wall: str) -> CellEnd:
        """The end of a cell of which not one submission gets onto the chain."""
        return cls._without_figures(cell, "walled", wall, "")

    @classmethod
    def _without_figures(
        cls, cell: str, outcome: CellOutcome, wall: str | None, invalid_reason: str
    ) -> CellEnd:
        return cls(
            cell=cell,
            outcome=outcome,
            wall=wall,
            valid=not invalid_reason,
            invalid_reason=invalid_reason,
            window_start_s=None,
            window_end_s=None,
            generator_cpu_s=None,
            generator_memory_bytes=None,
            schedule_lag_s=None,
            last_block=None,
            reconciled=None,
            note="",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRow:
    """One worker's result and its one outcome; `reason` is "" or the first line of the error.

    `intended_s` is when the schedule wanted it sent, `sent_s` when the first transaction left,
    `accepted_s` when the node took the last one, `seen_s` when the block of the last one was seen.
    Of paid jobs, `behaviour` is the worker's and `job` the one it had a seat in (0: none).
    """

    submission: str
    cell: str
    worker: str
    outcome: Outcome
    reason: str
    intended_s: float
    sent_s: float
    accepted_s: float | None
    seen_s: float | None
    transactions: int
    hashes: list[str]
    first_block: int | None
    last_block: int | None
    payload_bytes: int
    wire_bytes: int
    encode_s: float
    sign_s: float
    gas_used: int | None
    behaviour: str = ""
    job: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """One block as a process saw it; `ours` counts that process's own transactions in it."""

    session: str
    number: int
    hash: str
    timestamp_s: float
    seen_s: float
    gas_used: int
    gas_limit: int
    size_bytes: int
    transactions: int
    ours: int
    round: int | None  # consensus round; above 0 means that an earlier proposal failed


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRow:
    """What one validator had used by a moment of a cell: counters since its start, sizes now.

    `cpu_s` is user and system time, `machine_busy` the share of all `cores` that was busy since the
    sample before, whoever used them. Network bytes are those between validators.
    """

    cell: str
    at_s: float
    validator: int
    cpu_s: float
    memory_bytes: int
    disk_bytes: int
    network_in_bytes: int | None
    network_out_bytes: int | None
    pending: int | None  # transactions in the pool
    queued: int | None
    machine_busy: float
    cores: int
