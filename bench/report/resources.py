"""What the validators used to carry a point: processor, memory, pool, disk and network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.report.frame import CellData
from bench.report.points import largest, middle

_BY_VALIDATOR = "validator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one cell used; the names are those of PointSummary, None where nothing was sampled."""

    validator_cpu_share: float | None = None
    machine_busy: float | None = None
    validator_memory_bytes: int | None = None
    pool_pending_max: int | None = None
    disk_bytes_per_payload_byte: float | None = None
    network_bytes_per_payload_byte: float | None = None


def resources(cells: Sequence[CellData]) -> dict[str, Any]:
    """A point's figures: peaks are the highest of all repeats, the others their median."""
    used = [_used(cell) for cell in cells]
    return {
        "validator_cpu_share": middle(one.validator_cpu_share for one in used),
        "machine_busy": middle(one.machine_busy for one in used),
        "validator_memory_bytes": largest(one.validator_memory_bytes for one in used),
        "pool_pending_max": largest(one.pool_pending_max for one in used),
        "disk_bytes_per_payload_byte": middle(one.disk_bytes_per_payload_byte for one in used),
        "network_bytes_per_payload_byte": middle(
            one.network_bytes_per_payload_byte for one in used
        ),
    }


def _used(cell: CellData) -> Used:
    """Processor, memory and pool of the window; bytes of the whole cell, whose end drains it."""
    samples = cell.resources
    if samples.empty:
        return Used()
    inside = samples[samples["in_window"]]
    pending = inside["pending"].dropna()
    payload_bytes = float(cell.included["payload_bytes"].sum())
    return Used(
        validator_cpu_share=_cpu_share(inside),
        machine_busy=float(inside["machine_busy"].mean()) if len(inside) else None,
        validator_memory_bytes=int(samples["memory_bytes"].max()),
        pool_pending_max=int(pending.max()) if len(pending) else None,
        disk_bytes_per_payload_byte=_per_byte(samples, "disk_bytes", payload_bytes),
        network_bytes_per_payload_byte=_per_byte(samples, "network_out_bytes", payload_bytes),
    )


def _cpu_share(samples: pd.DataFrame) -> float | None:
    """The part of all cores that all validators together had."""
    if samples.empty:
        return None
    seconds = float(_growth(samples, "at_s").max())
    used_s = float(_growth(samples, "cpu_s").sum())
    return used_s / (seconds * int(samples["cores"].iloc[0])) if seconds > 0 else None


def _per_byte(samples: pd.DataFrame, column: str, payload_bytes: float) -> float | None:
    """How much a column grew, in all validators together, for each payload byte committed."""
    known = samples.dropna(subset=[column])
    if known.empty or not payload_bytes:
        return None
    return float(_growth(known, column).sum()) / payload_bytes


def _growth(samples: pd.DataFrame, column: str) -> pd.Series[float]:
    by_validator = samples.groupby(_BY_VALIDATOR)[column]
    return by_validator.last() - by_validator.first()
