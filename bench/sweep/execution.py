"""One run of a cell: on a network that is ready, sampled, with a named outcome whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from bench.network.resources import sampled
from bench.record.files import cell_path
from bench.record.reader import read_cell_end
from bench.record.schema import CellEnd
from bench.record.writer import RunWriter
from bench.sweep.locust_run import UnusableCell, run_cell
from bench.sweep.networks import Networks
from bench.sweep.plan import Plan
from bench.sweep.point import Cell
from bench.sweep.unstarted import unstarted
from system.errors import NetworkError


@dataclass(slots=True)
class Execution:
    """Runs cells into a run directory; `refusals` are those that the generator refused.

    Given `urls`, every cell uses that chain, else a network of `grounds`.
    """

    plan: Plan
    record: RunWriter
    urls: Sequence[str]
    grounds: Networks
    starting: Callable[[Cell], None]
    refusals: list[tuple[Cell, UnusableCell]] = field(default_factory=list)

    def end_of(self, cell: Cell) -> CellEnd:
        """How a cell ended: as is recorded, unless it broke down, or by running it now."""
        end = read_cell_end(self.record.path, cell.id)
        if end is None or _broke_down(end):
            self.starting(cell)
            end = self._run_now(cell)
        return end

    def _run_now(self, cell: Cell) -> CellEnd:
        try:
            end = self._measured(cell)
        except UnusableCell as error:  # the others may well work
            self.refusals.append((cell, error))
            end = self._failed(cell, str(error))
        if end.outcome != "ok" or not end.valid:
            self.grounds.drop()
        return end

    def _measured(self, cell: Cell) -> CellEnd:
        path = self.record.path
        logs = path / "logs"
        logs.mkdir(exist_ok=True)
        self.record.forget_cell(cell.id)
        try:
            network = None if self.urls else self.grounds.ready(cell.point.network())
            urls = self.urls if network is None else network.endpoints[:1]
            with nullcontext() if network is None else sampled(network, path, cell.id):
                fault = run_cell(
                    self.plan, cell, run_dir=path, urls=urls, log=logs / f"{cell.id}.log"
                )
        except NetworkError as error:
            fault = str(error)
        end = read_cell_end(path, cell.id)
        if end is None:  # the generator died: say so instead of leaving a hole
            return self._failed(cell, fault or "the generator left no result")
        return end

    def _failed(self, cell: Cell, reason: str) -> CellEnd:
        end = CellEnd.failed(cell.id, reason)
        if not cell_path(self.record.path, cell.id).exists():
            self.record.begin_cell(unstarted(self.plan, cell))
        self.record.end_cell(end)
        return end


def _broke_down(end: CellEnd) -> bool:
    """Whether a recorded run says nothing of its chain: a generator that lagged would again."""
    return not end.valid and not end.lagged
