"""The fields of summary.json, schema 1: additions only. Units are in the names."""

from __future__ import annotations

from dataclasses import dataclass

from bench.record.accounts import Accounts
from bench.record.calls import CallCounts
from bench.record.schema import CellOutcome, FirstWall, Reconciled
from bench.report.intervals import Ci95


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Percentiles of `n` raw values in seconds; None where `n` is 0."""

    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    max: float | None
    mean: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockInterval:
    """Seconds between the timestamps of neighbouring blocks in the window."""

    mean: float | None
    p50: float | None
    max: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSummary:
    """One point of a run, `repeats` cells folded: an entry of `cells` in summary.json.

    `submitted` to `aborted` count submissions of the whole cell, warm-up included, and equal what
    the chain holds; rates, latencies and block figures are of the measured window.
    """

    run: str
    cell_ids: list[str]
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
    achieved_per_s: float | None
    valid: bool
    invalid_reason: str
    outcome: CellOutcome
    wall: str | None
    note: str
    submitted: int
    included: int
    reverted: int
    rejected: int
    evicted: int
    timed_out: int
    aborted: int
    counts_add_up: bool
    reconciled: Reconciled | None
    failures: dict[str, dict[str, int]]
    committed_per_s: float | None
    committed_bytes_per_s: float | None
    committed_basis: str | None
    weights_per_s: float | None
    latency_s: Latencies
    service_s: Latencies
    gas_per_submission: float | None
    gas_predicted: int | None
    block_bytes_max: int | None
    block_gas_utilisation: float | None
    block_gas_utilisation_max: float | None
    blocks: int
    block_interval_s: BlockInterval
    rounds_above_zero: int
    generator_cpu_s: float | None
    generator_memory_bytes: int | None
    ms_cpu_per_submission: float | None
    schedule_lag_s: dict[str, float] | None
    encode_s: float | None
    sign_s: float | None
    decode_error_max: float | None
    repeats: int
    ci95: Ci95
    loop: str
    users: int | None
    schedule: str
    topology: str
    validators: int | None
    client_version: str
    chain_id: int
    gas_limit: int
    transaction_size_limit_bytes: int
    period_s: float | None
    warmup_s: float
    duration_s: float | None
    drain_s: float
    # On average over the window's first and its last third, in the worst repeat.
    in_flight_first: float | None = None
    in_flight_last: float | None = None
    # Of validators that were sampled: shares of all cores, bytes a committed payload byte.
    validator_cpu_share: float | None = None
    machine_busy: float | None = None
    validator_memory_bytes: int | None = None
    pool_pending_max: int | None = None
    disk_bytes_per_payload_byte: float | None = None
    network_bytes_per_payload_byte: float | None = None
    empty_blocks: int | None = None  # of the window's
    gas_calibrated: int | None = None
    first_wall: FirstWall | None = None
    limits: str | None = None
    search: str = ""  # the name of that which chose its rate
    # Of paid jobs.
    job_size: int | None = None
    evil: float | None = None
    evil_behaviour: list[str] | None = None
    settings: dict[str, str | int | float] | None = None  # the system's own
    # Of repeats together: who paid and got what, and transactions that are no submissions.
    accounts: Accounts | None = None
    calls: dict[str, CallCounts] | None = None

    @property
    def variant(self) -> str:
        """What its system was told to be, in names; "" where there is nothing to choose."""
        return " · ".join(one for one in (self.settings or {}).values() if isinstance(one, str))

    @property
    def failed(self) -> int:
        """Submissions that ended in anything but success."""
        return self.submitted - self.included
