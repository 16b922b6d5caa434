"""What the chain carried: submissions and bytes a second, gas and fill of the blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.report.frame import CellData

# Below three blocks there are fewer than two intervals to divide by.
_FEWEST_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class Committed:
    """Submissions and payload bytes a second; `basis` is "blocks" or "window"."""

    per_s: float
    bytes_per_s: float
    basis: str


def committed(cell: CellData) -> Committed | None:
    """What a cell committed a second, of outcome included only; None without a window.

    Over the blocks seen inside the window: the submissions completed in all of them but the first,
    divided by the time between seeing the first and the last. So whole block intervals are counted,
    and a window that opens or closes between blocks distorts nothing. With fewer than three blocks,
    or when the cell halted (the silence after the last block has to count), it is what was seen
    completed inside the window divided by the window's length.
    """
    loads = block_loads(cell)
    if len(loads) >= _FEWEST_BLOCKS - 1 and not cell.halted:
        seconds = float(loads["interval_s"].sum())
        if seconds > 0:
            return _rate(loads["completed"].sum(), loads["payload_bytes"].sum(), seconds, "blocks")
    if cell.window is None or cell.window.length_s <= 0:
        return None
    seen_s = cell.included["seen_s"]
    inside = cell.included[(seen_s >= cell.window.start_s) & (seen_s < cell.window.end_s)]
    return _rate(len(inside), inside["payload_bytes"].sum(), cell.window.length_s, "window")


def block_loads(cell: CellData) -> pd.DataFrame:
    """The window's blocks but the first: `completed`, `payload_bytes` and `interval_s` of each.

    The index is the block's number. A submission completed in a block that nobody saw counts for
    the next one seen, whose interval covers it.
    """
    blocks = cell.window_blocks
    numbers = blocks["number"].to_numpy()
    last_blocks = cell.included["last_block"].to_numpy()
    places = np.searchsorted(numbers, last_blocks)
    loads = pd.DataFrame(
        {
            "completed": np.bincount(places, minlength=len(numbers) + 1)[: len(numbers)],
            "payload_bytes": np.bincount(
                places, cell.included["payload_bytes"], minlength=len(numbers) + 1
            )[: len(numbers)],
            "interval_s": blocks["seen_s"].diff().to_numpy(),
        },
        index=pd.Index(numbers, name="number"),
    )
    return loads.iloc[1:]


def achieved_per_s(cell: CellData) -> float | None:
    """Submissions a second that the generator really sent inside the window."""
    if cell.window is None or cell.window.length_s <= 0:
        return None
    sent_s = cell.rows["sent_s"]
    sent = ((sent_s >= cell.window.start_s) & (sent_s < cell.window.end_s)).sum()
    return float(sent) / cell.window.length_s


def in_flight(cell: CellData) -> tuple[float, float] | None:
    """How many submissions were in flight on average over the window's first and its last third.

    In flight is what was meant to be sent and is not seen in a block yet; None without a window.
    """
    if cell.window is None or cell.window.length_s <= 0:
        return None
    start_s, end_s = cell.window.start_s, cell.window.end_s
    third_s = cell.window.length_s / 3
    return _in_flight(cell, start_s, start_s + third_s), _in_flight(cell, end_s - third_s, end_s)


def _in_flight(cell: CellData, start_s: float, end_s: float) -> float:
    until_s = cell.rows["seen_s"].fillna(np.inf).clip(upper=end_s)
    waited_s = (until_s - cell.rows["intended_s"].clip(lower=start_s)).clip(lower=0.0)
    return float(waited_s.sum()) / (end_s - start_s)


def gas_per_submission(cell: CellData) -> float | None:
    """The gas that one submission's transactions use together, on average; None if unknown.

    From the rows where they know it, else from the blocks that hold only the cell's own
    transactions: their gas by transaction, times the transactions of a submission. The blocks run
    from the first intended send to the end of the drain, not only through the window: where a
    submission's transactions differ (a small commitment, then large chunks), a window would cut
    some of them apart, and workers register before the first one is sent.
    """
    known = cell.included["gas_used"].dropna()
    if len(known):
        return float(known.mean())
    blocks = cell.blocks[cell.blocks["seen_s"] >= cell.rows["intended_s"].min()]
    own = blocks[(blocks["ours"] > 0) & (blocks["ours"] == blocks["transactions"])]
    if cell.shared or own.empty:
        return None
    by_transaction = own["gas_used"].sum() / own["transactions"].sum()
    return float(by_transaction * cell.facts.transactions_per_submission)


def gas_utilisation(cell: CellData) -> pd.Series[float]:
    """Gas used over gas limit, of the window's blocks that hold transactions of ours."""
    blocks = cell.window_blocks
    busy = blocks[blocks["ours"] > 0]
    return busy["gas_used"] / busy["gas_limit"]


def block_intervals_s(cell: CellData) -> pd.Series[float]:
    """Seconds between the timestamps of the window's neighbouring blocks."""
    return cell.window_blocks["timestamp_s"].diff().dropna()


def _rate(count: float, payload_bytes: float, seconds: float, basis: str) -> Committed:
    return Committed(float(count) / seconds, float(payload_bytes) / seconds, basis)
