"""The statistics of a point: what summary.json holds for each. Times in seconds, sizes in bytes.

Counts are summed over repeats, so that they add up; latencies are pooled over repeats (percentiles
of all raw rows, interpolated linearly); every other figure is the median over repeats. Failures
never enter a latency. None means that nothing was measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from bench.record.schema import OUTCOMES, CellFacts, CellOutcome, Reconciled
from bench.report.contract import BlockInterval, Latencies, PointSummary
from bench.report.frame import CellData
from bench.report.intervals import ci95
from bench.report.money import accounts, calls
from bench.report.points import largest, middle, total
from bench.report.resources import resources
from bench.report.throughput import (
    achieved_per_s,
    block_intervals_s,
    committed,
    gas_per_submission,
    gas_utilisation,
    in_flight,
)

_MOST_REASONS = 12  # of one kind of failure; rarer ones are counted together
OTHER_REASONS = "(other reasons)"
NO_END = "the run ended before this cell did"
_WORST_FIRST: tuple[CellOutcome, ...] = ("halted", "walled", "saturated", "ok")


def summarise(cells: Sequence[CellData]) -> PointSummary:
    """The summary of one point from its repeats (at least one cell)."""
    facts = cells[0].facts
    return PointSummary(
        run=cells[0].run,
        cell_ids=[cell.facts.cell for cell in cells],
        **_point(facts),
        **_ending(cells),
        **_counts(cells),
        **_rates(cells, facts),
        **_blocks(cells),
        **_generator(cells),
        **resources(cells),
        latency_s=latencies(_measured(cells)["latency_s"]),
        service_s=latencies(_measured(cells)["service_s"]),
        decode_error_max=largest(cell.facts.decode_error_max for cell in cells),
        repeats=len(cells),
        ci95=ci95(cells),
        search=cells[0].search,
        accounts=accounts(cells),
        calls=calls(cells),
    )


def latencies(values_s: pd.Series[float]) -> Latencies:
    """Percentiles by linear interpolation (numpy's default) of the values that are not NaN."""
    known = values_s.dropna().to_numpy(dtype=float)
    if not len(known):
        return Latencies(p50=None, p90=None, p95=None, p99=None, max=None, mean=None, n=0)
    p50, p90, p95, p99 = (float(value) for value in np.percentile(known, [50, 90, 95, 99]))
    return Latencies(
        p50=p50,
        p90=p90,
        p95=p95,
        p99=p99,
        max=float(known.max()),
        mean=float(known.mean()),
        n=len(known),
    )


def _point(facts: CellFacts) -> dict[str, Any]:
    names = (
        *("system", "weights", "weights_name", "encoding", "store", "privacy", "payload_bytes"),
        *("wire_bytes", "transactions_per_submission", "offered_per_s", "gas_predicted", "loop"),
        *("users", "schedule", "topology", "validators", "client_version", "chain_id"),
        *("gas_limit", "transaction_size_limit_bytes", "period_s", "warmup_s", "duration_s"),
        *("drain_s", "gas_calibrated", "first_wall", "limits", "job_size"),
        *("evil", "evil_behaviour", "settings"),
    )
    return {name: getattr(facts, name) for name in names}


def _ending(cells: Sequence[CellData]) -> dict[str, Any]:
    ends = [cell.end for cell in cells if cell.end is not None]
    reasons = [end.invalid_reason for end in ends if not end.valid]
    reasons += [NO_END] * (len(cells) - len(ends))
    outcomes = [end.outcome for end in ends] + ["halted"] * (len(cells) - len(ends))
    return {
        "valid": not reasons,
        "invalid_reason": _joined(reasons),
        "outcome": next(one for one in _WORST_FIRST if one in outcomes),
        "wall": next((end.wall for end in ends if end.wall), None),
        "note": _joined(end.note for end in ends),
        "reconciled": _reconciled([end.reconciled for end in ends]),
    }


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _reconciled(parts: Sequence[Reconciled | None]) -> Reconciled | None:
    known = [part for part in parts if part is not None]
    if not known:
        return None
    return Reconciled(
        transactions_on_chain=sum(part.transactions_on_chain for part in known),
        transactions_claimed=sum(part.transactions_claimed for part in known),
        submissions_on_chain=sum(part.submissions_on_chain for part in known),
        submissions_claimed=sum(part.submissions_claimed for part in known),
        agrees=all(part.agrees for part in known),
    )


def _counts(cells: Sequence[CellData]) -> dict[str, Any]:
    counts: dict[str, int] = {outcome: total(cells, outcome) for outcome in OUTCOMES}
    submitted = total(cells)
    return {
        **counts,
        "submitted": submitted,
        "counts_add_up": submitted == sum(counts.values()),
        "failures": {
            outcome: reasons
            for outcome in OUTCOMES
            if outcome != "included" and (reasons := _reasons(cells, outcome))
        },
    }


def _reasons(cells: Sequence[CellData], outcome: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for cell in cells:
        counted.update(cell.rows.loc[cell.rows["outcome"] == outcome, "reason"])
    common = dict(counted.most_common(_MOST_REASONS))
    rest = counted.total() - sum(common.values())
    return common | ({OTHER_REASONS: rest} if rest else {})


def _rates(cells: Sequence[CellData], facts: CellFacts) -> dict[str, Any]:
    found = [rate for cell in cells if (rate := committed(cell)) is not None]
    per_s = middle(rate.per_s for rate in found)
    return {
        "achieved_per_s": middle(achieved_per_s(cell) for cell in cells),
        "committed_per_s": per_s,
        "committed_bytes_per_s": middle(rate.bytes_per_s for rate in found),
        "committed_basis": found[0].basis if found else None,
        "weights_per_s": None if per_s is None else per_s * facts.weights,
        "gas_per_submission": middle(gas_per_submission(cell) for cell in cells),
        **_in_flight(cells),
    }


def _in_flight(cells: Sequence[CellData]) -> dict[str, Any]:
    known = [thirds for cell in cells if (thirds := in_flight(cell)) is not None]
    first, last = max(known, key=lambda thirds: thirds[1] - thirds[0], default=(None, None))
    return {"in_flight_first": first, "in_flight_last": last}


def _blocks(cells: Sequence[CellData]) -> dict[str, Any]:
    fill = pd.concat([gas_utilisation(cell) for cell in cells])
    gaps_s = pd.concat([block_intervals_s(cell) for cell in cells])
    rounds = pd.concat([cell.blocks["round"] for cell in cells]).dropna()
    return {
        "block_bytes_max": largest(int(b) for c in cells for b in c.blocks["size_bytes"]),
        "block_gas_utilisation": _figure(fill, "mean"),
        "block_gas_utilisation_max": _figure(fill, "max"),
        "blocks": sum(len(cell.window_blocks) for cell in cells),
        "block_interval_s": BlockInterval(
            mean=_figure(gaps_s, "mean"), p50=_figure(gaps_s, "median"), max=_figure(gaps_s, "max")
        ),
        "rounds_above_zero": int((rounds > 0).sum()),
        "empty_blocks": sum(int((c.window_blocks["transactions"] == 0).sum()) for c in cells),
    }


def _generator(cells: Sequence[CellData]) -> dict[str, Any]:
    ends = [(cell, cell.end) for cell in cells if cell.end is not None]
    lags_s = [end.schedule_lag_s for _, end in ends if end.schedule_lag_s]
    rows = pd.concat([cell.rows for cell in cells])
    own = rows[rows["transactions"] > 0]  # a row that was only begun knows nothing of its making
    return {
        "generator_cpu_s": middle(end.generator_cpu_s for _, end in ends),
        "generator_memory_bytes": largest(end.generator_memory_bytes for _, end in ends),
        "ms_cpu_per_submission": middle(
            1000 * end.generator_cpu_s / len(cell.rows)
            for cell, end in ends
            if end.generator_cpu_s is not None and len(cell.rows)
        ),
        # The worst repeat: a lag anywhere casts doubt on the figure.
        "schedule_lag_s": {name: max(lag[name] for lag in lags_s) for name in _names(lags_s)}
        or None,
        "encode_s": _figure(own["encode_s"], "median"),
        "sign_s": _figure(own["sign_s"], "median"),
    }


def _names(parts: Sequence[dict[str, float]]) -> list[str]:
    return [name for name in ("p50", "p99", "max") if parts and all(name in part for part in parts)]


def _measured(cells: Sequence[CellData]) -> pd.DataFrame:
    return pd.concat([cell.included[cell.included["in_window"]] for cell in cells])


def _figure(values: pd.Series[float], name: str) -> float | None:
    return float(values.agg(name)) if len(values) else None
