"""Run directories whose every figure can be worked out by hand.

Time 0 is START_S. Submission k of a load of r a second is meant for (k + 0.5) / r, is sent 10 ms
later, accepted 20 ms later still. Block n is stamped n and seen at n + 0.1; a submission meant
for second s is completed in block s + 2. So a load commits r a second, its latencies lie evenly
between 1.1 s and 2.1 s, and the window [2, 12) sees the blocks 2 to 11.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.record.schema import (
    BlockRow,
    CellEnd,
    CellFacts,
    ChainLimits,
    EncodingLimits,
    Machine,
    Reconciled,
    ResourceRow,
    RunMeta,
    SubmissionRow,
)
from bench.record.writer import ResourceFile, RowFile, RunWriter, create_run

START_S = 1_700_000_000.0
WARMUP_S, DURATION_S, DRAIN_S = 2.0, 10.0, 5.0
TRANSACTION_GAS = 500_000
GAS_LIMIT = 10_000_000
BLOCK_OVERHEAD_BYTES = 1_000


@dataclass(frozen=True)
class Load:
    """One cell. `failing` maps a submission's number to its outcome and reason."""

    cell: str = "cell-a"
    name: str = "mnist-softmax"
    weights: int = 7_850
    payload_bytes: int = 31_400
    rate: int = 10
    encoding: str = "float32"
    repeat: int = 1
    transactions: int = 1
    failing: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    late_s: float = 0.0  # added to when every block is seen
    killed_after: int | None = None  # no outcome from this submission on, and no end
    sampled: bool = False  # four validators each second, at 30 % of two cores all together
    facts: Mapping[str, Any] = field(default_factory=dict)
    end: Mapping[str, Any] = field(default_factory=dict)

    @property
    def session(self) -> str:
        return f"s-{self.cell}"

    @property
    def count(self) -> int:
        return int(self.rate * (WARMUP_S + DURATION_S))


def write_run(
    path: Path,
    loads: Sequence[Load],
    *,
    run: str = "run-1",
    limits: Sequence[ChainLimits] = (),
    **meta: Any,
) -> Path:
    """A run directory holding these loads, and what is known of chains' limits; returns it."""
    writer = create_run(path, run_meta(run, **meta))
    for one in limits:
        writer.write_limits(one)
    for load in loads:
        _write_load(writer, load)
    return path


def run_meta(run: str = "run-1", **changes: Any) -> RunMeta:
    facts: dict[str, Any] = {
        "run": run,
        "started_at": "2026-01-02T03:04:05+00:00",
        "argv": ["weighbridge", "sweep", "--plan", "quick"],
        "plan": {"title": "quick"},
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "dirty": False,
        "machine": Machine(
            cpu="Some CPU", cores=2, memory_bytes=8 * 10**9, os="Some OS", python="CPython 3.11"
        ),
        "versions": {"weighbridge": "0.1.0", "numpy": "2.0"},
        "client_version": None,
        "seed": 7,
    }
    return RunMeta(**facts | changes)


def chain_limits(**changes: Any) -> ChainLimits:
    """A chain on which `int256` fills the message first and `float32` the gas."""
    facts: dict[str, Any] = {
        "key": "istanbul-10M-128KB-128KB",
        "store": "calldata",
        "consensus": "istanbul",
        "gas_limit": GAS_LIMIT,
        "transaction_size_limit_bytes": 131_072,
        "code_size_limit_bytes": 131_072,
        "period_s": 1.0,
        "safe_gas_limit": 43_400_000,
        "safe_gas_limit_refunds": 21_700_000,
        "encodings": [
            encoding_limits("int256", 4_086, by_gas=430_776, by_message=326_994),
            encoding_limits("float32", 32_688, by_gas=148_000, by_message=2_615_952),
        ],
    }
    return ChainLimits(**facts | changes)


def encoding_limits(
    encoding: str, one_transaction: int, *, by_gas: int, by_message: int
) -> EncodingLimits:
    return EncodingLimits(
        encoding=encoding,
        zero_share=0.01,
        one_transaction_weights=one_transaction,
        one_block_weights=min(by_gas, by_message),
        block_by_gas_weights=by_gas,
        block_by_message_weights=by_message,
        block_wall="block gas" if by_gas <= by_message else "block message",
        safe_gas_limit=167_000_000,
    )


def cell_facts(load: Load) -> CellFacts:
    facts: dict[str, Any] = {
        "cell": load.cell,
        "session": load.session,
        "system": "jobs",
        "weights": load.weights,
        "weights_name": load.name,
        "encoding": load.encoding,
        "store": "calldata",
        "privacy": "plain",
        "payload_bytes": load.payload_bytes,
        "wire_bytes": load.payload_bytes + 300 * load.transactions,
        "transactions_per_submission": load.transactions,
        "offered_per_s": float(load.rate),
        "users": 40,
        "loop": "open",
        "schedule": "constant",
        "repeat": load.repeat,
        "topology": "qbft-4",
        "validators": 4,
        "client_version": "Geth/v1.9.24-stable(quorum-v22.7.4)",
        "chain_id": 1337,
        "gas_limit": GAS_LIMIT,
        "transaction_size_limit_bytes": 131_072,
        "period_s": 1.0,
        "gas_predicted": TRANSACTION_GAS * load.transactions,
        "decode_error_max": 1e-8,
        "warmup_s": WARMUP_S,
        "duration_s": DURATION_S,
        "drain_s": DRAIN_S,
        "contracts": {"JobBoard": "0x" + "11" * 20},
        "first_block": 1,
        "seed": 7,
    }
    return CellFacts(**facts | dict(load.facts))


def submission_rows(load: Load) -> list[SubmissionRow]:
    return [_row(load, number) for number in range(load.count)]


def block_rows(load: Load) -> list[BlockRow]:
    return [_block(load, number) for number in range(1, int(WARMUP_S + DURATION_S) + 3)]


def cell_end(load: Load) -> CellEnd:
    included = load.count - len(load.failing)
    facts: dict[str, Any] = {
        "cell": load.cell,
        "outcome": "ok",
        "wall": None,
        "valid": True,
        "invalid_reason": "",
        "window_start_s": START_S + WARMUP_S,
        "window_end_s": START_S + WARMUP_S + DURATION_S,
        "generator_cpu_s": 0.6,
        "generator_memory_bytes": 100 * 10**6,
        "schedule_lag_s": {"p50": 0.001, "p99": 0.004, "max": 0.02},
        "last_block": int(WARMUP_S + DURATION_S) + 2,
        "reconciled": Reconciled(
            transactions_on_chain=included * load.transactions,
            transactions_claimed=included * load.transactions,
            submissions_on_chain=included,
            submissions_claimed=included,
            agrees=True,
        ),
        "note": "",
    }
    return CellEnd(**facts | dict(load.end))


def _write_load(writer: RunWriter, load: Load) -> None:
    writer.begin_cell(cell_facts(load))
    file = RowFile(writer.path, session=load.session, process="0")
    for number, row in enumerate(submission_rows(load)):
        file.begun(row.submission, cell=row.cell, intended_s=row.intended_s)
        if load.killed_after is None or number < load.killed_after:
            file.ended(row)
    for block in block_rows(load):
        file.block(block)
    file.close()
    if load.sampled:
        _write_samples(writer, load)
    if load.killed_after is None:
        writer.end_cell(cell_end(load))


def _write_samples(writer: RunWriter, load: Load) -> None:
    file = ResourceFile(writer.path, load.cell)
    for second, validator in itertools.product(range(int(WARMUP_S + DURATION_S) + 3), range(4)):
        carried_bytes = second * load.rate * load.payload_bytes
        file.write(
            ResourceRow(
                cell=load.cell,
                at_s=START_S + second,
                validator=validator,
                cpu_s=0.15 * second,
                memory_bytes=200_000_000 + validator,
                disk_bytes=carried_bytes,
                network_in_bytes=2 * carried_bytes,
                network_out_bytes=2 * carried_bytes,
                pending=10 + second,
                queued=0,
                machine_busy=0.5,
                cores=2,
            )
        )
    file.close()


def _row(load: Load, number: int) -> SubmissionRow:
    intended_s = START_S + (number + 0.5) / load.rate
    outcome, reason = load.failing.get(number, ("included", ""))
    on_chain = outcome in ("included", "reverted")
    block = number // load.rate + 2
    facts: dict[str, Any] = {
        "submission": f"{load.session}-0-{number}",
        "cell": load.cell,
        "worker": f"0x{number % 40:040x}",
        "outcome": outcome,
        "reason": reason,
        "intended_s": intended_s,
        "sent_s": intended_s + 0.01,
        "accepted_s": None if outcome == "rejected" else intended_s + 0.03,
        "seen_s": START_S + block + 0.1 + load.late_s if on_chain else None,
        "transactions": load.transactions,
        "hashes": [f"0x{number:060x}{index:04x}" for index in range(load.transactions)],
        "first_block": block if on_chain else None,
        "last_block": block if on_chain else None,
        "payload_bytes": load.payload_bytes,
        "wire_bytes": load.payload_bytes + 300 * load.transactions,
        "encode_s": 0.001,
        "sign_s": 0.0002,
        "gas_used": None,
    }
    return SubmissionRow(**facts)


def _block(load: Load, number: int) -> BlockRow:
    mined = [row for row in submission_rows(load) if row.last_block == number]
    ours = len(mined) * load.transactions
    return BlockRow(
        session=load.session,
        number=number,
        hash=f"0x{load.cell.encode().hex()}{number:08x}",
        timestamp_s=START_S + number,
        seen_s=START_S + number + 0.1 + load.late_s,
        gas_used=ours * TRANSACTION_GAS,
        gas_limit=GAS_LIMIT,
        size_bytes=BLOCK_OVERHEAD_BYTES + sum(row.wire_bytes for row in mined),
        transactions=ours,
        ours=ours,
        round=0,
    )
