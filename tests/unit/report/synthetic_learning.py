"""Trainings whose every figure can be worked out by hand.

Job k costs 1,000,000 gas once and 100,000 a seat, 4,000 bytes once and 1,000 a seat, takes 8
blocks and 10 s; the model is right on 70 % + 5 % k of the examples. The deposit is 1 finney, the
payment 2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.record.learning import JobRow, LearningFile, LearningSettings, SeatRow
from bench.record.writer import create_run
from tests.unit.report.synthetic import run_meta

FINNEY = 10**15
_OWED = {"paid": 3 * FINNEY, "back": FINNEY, "lost": 0}


@dataclass(frozen=True)
class Job:
    """One job. `seats` are behaviours with what became of their deposit: paid, back or lost."""

    seats: Sequence[tuple[str, str]] = (("honest", "paid"),) * 2 + (("collude", "lost"),)
    outcome: str = "won"
    refused: Mapping[str, int] = field(default_factory=dict)


def write_training(
    path: Path,
    jobs: Sequence[Job] = (Job(), Job()),
    *,
    run: str = "training-1",
    result: Mapping[str, Any] | None = None,
    ends: bool = True,
    asked: Mapping[str, Any] | None = None,
    predicted: Mapping[str, Any] | None = None,
    by_step: bool = True,
) -> Path:
    """A run directory holding that training; `result` changes what it ended with."""
    create_run(path, run_meta(run, argv=["weighbridge", "learn", "jobs"]))
    file = LearningFile(path, settings(len(jobs), asked or {}, predicted or {}))
    rows = [_row(index, job) for index, job in enumerate(jobs, 1)]
    for row in rows:
        file.row(row if by_step else replace(row, gas_by_step={}, bytes_by_step={}))
    if ends:
        file.result(_result(rows) | dict(result or {}))
    return path


def settings(
    rounds: int, asked: Mapping[str, Any], predicted: Mapping[str, Any]
) -> LearningSettings:
    return LearningSettings(
        system="jobs",
        model="digits-softmax",
        weights=650,
        asked={
            "workers": 5,
            "evil": 0.4,
            "evil_behaviour": ["collude"],
            "rounds": rounds,
            "batch": "index",
            "results": "weights",
            "privacy": "commit",
            "store": "calldata",
            "tie": "none",
            "arithmetic": "integer",
            "payment_wei": 10**30,
            "topology": "qbft-4",
        }
        | dict(asked),
        predicted={
            "job_size": 3,
            "payment_wei": str(2 * FINNEY),
            "deposit_wei": str(FINNEY),
            "p_by_behaviour": {"honest": 0.9, "collude": 0.1},
        }
        | dict(predicted),
    )


def _row(index: int, job: Job) -> JobRow:
    seats = [
        SeatRow(
            worker=f"0x{behaviour}{number}",
            behaviour=behaviour,
            step="counted",
            digest="aa" if became == "paid" else "bb",
            owed_wei=str(_OWED[became]),
            paid=became == "paid",
        )
        for number, (behaviour, became) in enumerate(job.seats)
    ]
    return JobRow(
        job=index,
        batch_index=index - 1,
        outcome=job.outcome,
        digest="aa",
        votes=sum(seat.paid for seat in seats),
        counted=len(seats),
        accuracy=0.7 + 0.05 * index,
        accuracy_off_chain=0.7 + 0.05 * index,
        seats=seats,
        transactions=2 + 4 * len(seats),
        gas_used=1_000_000 + 100_000 * len(seats),
        wire_bytes=4_000 + 1_000 * len(seats),
        blocks=8,
        seconds=10.0,
        refused=dict(job.refused),
        gas_by_step={"deploy": 900_000, "commit": 100_000 * len(seats), "close": 100_000},
        bytes_by_step={"deploy": 3_800, "commit": 1_000 * len(seats), "close": 200},
    )


def _result(rows: Sequence[JobRow]) -> dict[str, Any]:
    last = rows[-1] if rows else None
    return {
        "schema": 1,
        "accuracy": last.accuracy if last else 0.1,
        "accuracy_off_chain": last.accuracy_off_chain if last else 0.8,
        "rounds": sum(row.outcome == "won" for row in rows),
        "rounds_poisoned": 0,
        "profit_by_behaviour": {"honest": FINNEY, "collude": -2 * FINNEY},
        "p_by_behaviour": {
            "honest": {"predicted": 0.9, "observed": 1.0, "ci95": [0.34, 1.0]},
            "collude": {"predicted": 0.1, "observed": 0.0, "ci95": [0.0, 0.66]},
        },
        "seconds_per_round_off_chain": 0.05,
        "wei": {
            "given_out": 10**30 + 3,
            "held_by_server": 10**30,
            "held_by_workers": 2,
            "held_by_market": 1,
            "owed_by_market": 1,
        },
    }


def tear(run: Path) -> None:
    """Cut the last row in half."""
    path = run / "learning.jsonl"
    text = path.read_text()
    path.write_text(text[: -len(json.dumps({})) - 40])
