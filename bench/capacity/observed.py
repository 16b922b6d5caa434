"""What runs measured of rounds: the cells that a cost model is fitted to or checked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.capacity.disk import disk_per_wire_byte
from bench.capacity.round import Round, round_of
from bench.capacity.rounds import rounds_of
from bench.record.reader import Run, read_run
from bench.record.schema import CellFacts
from bench.report.frame import CellData, cells_of
from system.errors import UsageError

# What is predicted, in seconds: of a submission from the round's start to its block being seen, of
# a round to the last submission's. The 50th and the 95th percentile.
TARGETS = ("submission_p50", "submission_p95", "round_p50", "round_p95")


@dataclass(frozen=True, slots=True)
class Observed:
    """A cell's round and what was measured of it; `seconds` holds all `TARGETS`.

    `label` says in a line what the cell is.
    """

    cell: str
    label: str
    round: Round
    rounds: int
    seconds: dict[str, float]
    disk_per_wire_byte: float | None = None


@dataclass(frozen=True, slots=True)
class Cells:
    """What can be used of some runs, and why the rest can't: a line for each cell left out."""

    runs: tuple[Run, ...]
    observed: tuple[Observed, ...]
    left_out: tuple[str, ...]

    @property
    def empty_block_bytes(self) -> float:
        """The median size of their blocks without transactions; 0 where none was seen."""
        sizes = [block.size_bytes for run in self.runs for block in run.blocks if block.ours == 0]
        return float(np.median(sizes)) if sizes else 0.0


def read_cells(run_dirs: Sequence[Path]) -> Cells:
    """The cells with rounds of all these runs; raises UsageError where there is none."""
    runs = tuple(read_run(path) for path in run_dirs)
    cells = [cell for run in runs for cell in cells_of(run, run.meta.run)]
    found = [(cell, _observed(cell)) for cell in cells if cell.facts.schedule == "rounds"]
    observed = tuple(one for _, one in found if isinstance(one, Observed))
    if not observed:
        raise UsageError(
            "these runs hold no round that ended: run a plan whose cells have schedule = "
            '"rounds", as bench/plans/capacity-fit.toml'
        )
    reasons = [f"{cell.facts.cell}: {one}" for cell, one in found if isinstance(one, str)]
    return Cells(runs, observed, tuple(reasons))


def _observed(cell: CellData) -> Observed | str:
    """The cell as observed, or why it can't be used."""
    if cell.end is None or not cell.end.valid:
        return "it did not end" if cell.end is None else cell.end.invalid_reason
    if cell.shared:
        return "other cells sent in the same blocks"
    shape, measured = round_of(cell.facts), rounds_of(cell)
    if shape is None:
        return "it does not tell its gas, period or validators"
    if measured.broken or not measured.durations_s:
        return f"{measured.broken} of its rounds lost a submission"
    parts = (measured.latencies_s, measured.durations_s)
    values = [float(np.percentile(part, rank)) for part in parts for rank in (50, 95)]
    seconds = dict(zip(TARGETS, values, strict=True))
    rounds = len(measured.durations_s)
    disk = disk_per_wire_byte(cell)
    return Observed(cell.facts.cell, _label(cell.facts), shape, rounds, seconds, disk)


def _label(facts: CellFacts) -> str:
    privacy = "" if facts.privacy == "plain" else f" {facts.privacy}"
    return (
        f"{facts.users} × {facts.weights_name} {facts.encoding} {facts.store}{privacy}, "
        f"{facts.topology} {facts.period_s:g} s {facts.gas_limit / 1e6:.0f} M"
    )
