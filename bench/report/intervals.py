"""95 % confidence intervals: across repeats where there are enough, else by blocks within runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from bench.report.frame import CellData
from bench.report.throughput import block_loads, committed

Bounds = tuple[float, float] | None

ENOUGH_REPEATS = 3
_FEWEST_BLOCKS = 5
_RESAMPLES = 1000
_SEED = 20_231_121  # fixed: the same rows give the same interval

ACROSS_REPEATS = "Student's t across repeats"
BLOCK_BOOTSTRAP = "bootstrap of blocks within the run"


@dataclass(frozen=True, slots=True)
class Ci95:
    """The intervals of a point, each (low, high) or None, and how they were found."""

    committed_per_s: Bounds
    latency_p50_s: Bounds
    method: str | None


def ci95(cells: Sequence[CellData]) -> Ci95:
    """The intervals of one point measured by `cells`.

    From three repeats on: Student's t interval of their mean. Below: transactions of one block
    share its fate and are not independent, so whole blocks are resampled (percentile bootstrap,
    1,000 resamples, fixed seed); None with fewer than five blocks.
    """
    if len(cells) >= ENOUGH_REPEATS:
        rates = [found.per_s for cell in cells if (found := committed(cell)) is not None]
        medians = [m for cell in cells if (m := float(_latencies(cell)["latency_s"].median())) == m]
        rate, median = _student(rates), _student(medians)
        return Ci95(rate, median, ACROSS_REPEATS if rate or median else None)
    rate = rate_by_blocks([cell for cell in cells if not cell.halted])
    median = _median_by_blocks(cells)
    return Ci95(rate, median, BLOCK_BOOTSTRAP if rate or median else None)


def _latencies(cell: CellData) -> pd.DataFrame:
    return cell.included[cell.included["in_window"]].dropna(subset=["latency_s", "last_block"])


def _student(values: Sequence[float]) -> Bounds:
    if len(values) < ENOUGH_REPEATS:
        return None
    mean, error = float(np.mean(values)), float(stats.sem(values))
    reach = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return max(0.0, mean - reach), mean + reach


def rate_by_blocks(cells: Sequence[CellData]) -> Bounds:
    """The interval of the committed submissions a second, whole blocks resampled.

    None with fewer than five blocks.
    """
    loads = [block_loads(cell) for cell in cells]
    if sum(map(len, loads)) < _FEWEST_BLOCKS:
        return None
    table = pd.concat(loads)
    completed, seconds = table["completed"].to_numpy(), table["interval_s"].to_numpy()

    def rate(chosen: NDArray[np.int64]) -> float:
        return float(completed[chosen].sum() / seconds[chosen].sum())

    return _bootstrap(len(table), rate)


def _median_by_blocks(cells: Sequence[CellData]) -> Bounds:
    tables = [_latencies(cell).assign(repeat=index) for index, cell in enumerate(cells)]
    rows = pd.concat(tables).sort_values("latency_s", kind="stable")
    blocks = rows.groupby(["repeat", "last_block"]).ngroup().to_numpy()
    count = int(blocks.max()) + 1 if len(blocks) else 0
    if count < _FEWEST_BLOCKS:
        return None
    latencies_s = rows["latency_s"].to_numpy()

    def median(chosen: NDArray[np.int64]) -> float:
        ranks = np.bincount(chosen, minlength=count)[blocks].cumsum()
        middle = [np.searchsorted(ranks, ranks[-1] / 2, side) for side in ("left", "right")]
        return float(latencies_s[middle].mean())

    return _bootstrap(count, median)


def _bootstrap(blocks: int, statistic: Callable[[NDArray[np.int64]], float]) -> Bounds:
    found = stats.bootstrap(
        (np.arange(blocks),),
        statistic,
        vectorized=False,
        n_resamples=_RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)
