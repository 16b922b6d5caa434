"""Rows as data frames: one measured cell with its submissions, blocks and window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from bench.record.planned import search_of
from bench.record.reader import Cell, Run
from bench.record.schema import BlockRow, CellEnd, CellFacts, ResourceRow, SubmissionRow


@dataclass(frozen=True, slots=True)
class Window:
    """The measured time of a cell, in seconds since the epoch: start included, end not."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Its length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, kw_only=True)
class CellData:
    """A cell as measured once.

    `rows`: a submission a row, SubmissionRow's fields and `in_window` (intended inside the
    window), `latency_s` (intended to seen), `service_s` (sent to seen), NaN where not seen.
    `blocks`: a block a row, BlockRow's fields and `in_window` (seen inside the window).
    `resources`: a validator and second a row, ResourceRow's fields and `in_window`; empty where
    nobody sampled. `shared` says that other cells sent in the same blocks; `window` is None where
    nothing tells when the cell ran; `search` names what chose its rate, "" if its plan did.
    """

    run: str
    facts: CellFacts
    end: CellEnd | None
    window: Window | None
    rows: pd.DataFrame
    blocks: pd.DataFrame
    resources: pd.DataFrame
    shared: bool
    search: str = ""

    @property
    def halted(self) -> bool:
        """Whether the cell stopped before its time."""
        return self.end is None or self.end.outcome == "halted"

    @property
    def included(self) -> pd.DataFrame:
        """The submissions that are on chain and succeeded."""
        return self.rows[self.rows["outcome"] == "included"]

    @property
    def window_blocks(self) -> pd.DataFrame:
        """The blocks seen inside the window, by number."""
        return self.blocks[self.blocks["in_window"]]


def cells_of(run: Run, label: str) -> list[CellData]:
    """Every cell of a run with its rows, smallest weights first."""
    rows = _frame(SubmissionRow, run.submissions)
    blocks = _frame(BlockRow, run.blocks)
    resources = _frame(ResourceRow, run.resources)
    by_cell = dict(list(rows.groupby("cell")))
    sampled = dict(list(resources.groupby("cell")))
    by_session = dict(list(blocks.groupby("session")))
    sessions = Counter(cell.facts.session for cell in run.cells.values())
    data = [
        _cell_data(
            label,
            cell,
            by_cell.get(cell.facts.cell, rows.iloc[:0]),
            by_session.get(cell.facts.session, blocks.iloc[:0]),
            sampled.get(cell.facts.cell, resources.iloc[:0]),
            shared=sessions[cell.facts.session] > 1,
            search=search_of(run.meta.plan, cell.facts),
        )
        for cell in run.cells.values()
    ]
    return sorted(data, key=lambda one: (one.facts.weights, one.facts.cell))


def _cell_data(
    label: str,
    cell: Cell,
    rows: pd.DataFrame,
    blocks: pd.DataFrame,
    resources: pd.DataFrame,
    *,
    shared: bool,
    search: str,
) -> CellData:
    window = _window(cell, rows)
    return CellData(
        run=label,
        facts=cell.facts,
        end=cell.end,
        window=window,
        rows=rows.assign(
            in_window=_inside(rows["intended_s"], window),
            latency_s=rows["seen_s"] - rows["intended_s"],
            service_s=rows["seen_s"] - rows["sent_s"],
        ),
        blocks=blocks.assign(in_window=_inside(blocks["seen_s"], window)),
        resources=resources.assign(in_window=_inside(resources["at_s"], window)),
        shared=shared,
        search=search,
    )


def _window(cell: Cell, rows: pd.DataFrame) -> Window | None:
    end = cell.end
    if end is not None and end.window_start_s is not None and end.window_end_s is not None:
        return Window(end.window_start_s, max(end.window_start_s, end.window_end_s))
    if rows.empty:
        return None
    # Killed before it could say: the schedule began with the first row.
    start_s = float(rows["intended_s"].min()) + cell.facts.warmup_s
    last_s = float(rows[["intended_s", "seen_s"]].max().max())
    duration_s = cell.facts.duration_s
    planned_s = last_s if duration_s is None else start_s + duration_s
    return Window(start_s, max(start_s, min(planned_s, last_s)))


def _inside(times_s: pd.Series[float], window: Window | None) -> pd.Series[bool]:
    if window is None:
        return times_s != times_s
    return (times_s >= window.start_s) & (times_s < window.end_s)


def _frame(kind: type[Any], rows: Sequence[Any]) -> pd.DataFrame:
    names = [field.name for field in fields(kind) if field.name != "hashes"]
    floats = {field.name: "float64" for field in fields(kind) if "float" in str(field.type)}
    columns = {name: [getattr(row, name) for row in rows] for name in names}
    counts = ("first_block", "last_block", "gas_used", "pending", "network_out_bytes")
    optional = dict.fromkeys(counts, "float64")
    kinds = {name: held for name, held in (floats | optional).items() if name in columns}
    return pd.DataFrame(columns).astype(kinds)
