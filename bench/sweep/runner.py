"""A sweep: its cells one after another, each with a named outcome, resumable after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.network.running import network
from bench.network.topology import load_topology
from bench.record.files import cell_path
from bench.record.reader import read_cell_end
from bench.record.schema import CellEnd
from bench.record.writer import RunWriter
from bench.sweep.locust_run import UnusableCell, run_cell
from bench.sweep.plan import Cell, Plan, topology_overrides
from bench.sweep.unstarted import unstarted
from system.errors import NetworkError


@dataclass(frozen=True, slots=True)
class Finished:
    """A cell that just ended; `done` of `total` cells of the sweep have."""

    cell: Cell
    end: CellEnd
    done: int
    total: int


def run_sweep(
    plan: Plan,
    run: RunWriter,
    *,
    urls: Sequence[str],
    report: Callable[[Finished], None],
    starting: Callable[[Cell], None],
) -> list[CellEnd]:
    """Run what the run directory does not hold yet; the outcomes of all cells, in plan order.

    Each cell gets a fresh network, so that nothing of one cell waits in the next one's pool and
    all start from a chain of the same length; given `urls`, every cell uses that chain. Raises
    UnusableCell where the generator refused every one of them.
    """
    cells = plan.cells()
    ends: list[CellEnd] = []
    refusals: list[UnusableCell] = []
    for done, cell in enumerate(cells, start=1):
        end = read_cell_end(run.path, cell.id)
        if end is None:
            starting(cell)
            try:
                end = _one(plan, cell, run, urls)
            except UnusableCell as error:  # the others may well work
                refusals.append(error)
                end = _failed(plan, cell, run, str(error))
        ends.append(end)
        report(Finished(cell, end, done, len(cells)))
    if len(refusals) == len(cells):
        for cell in cells:  # none of it ran: nothing to keep, nothing to resume from
            run.forget_cell(cell.id)
        raise refusals[0]
    return ends


def _one(plan: Plan, cell: Cell, run: RunWriter, urls: Sequence[str]) -> CellEnd:
    logs = run.path / "logs"
    logs.mkdir(exist_ok=True)
    run.forget_cell(cell.id)
    try:
        with _endpoints(cell, urls, run.path) as endpoints:
            fault = run_cell(
                plan, cell, run_dir=run.path, urls=endpoints, log=logs / f"{cell.id}.log"
            )
    except NetworkError as error:
        fault = str(error)
    end = read_cell_end(run.path, cell.id)
    if end is None:  # the generator died: say so instead of leaving a hole
        return _failed(plan, cell, run, fault or "the generator left no result")
    return end


def _failed(plan: Plan, cell: Cell, run: RunWriter, reason: str) -> CellEnd:
    end = CellEnd.failed(cell.id, reason)
    if not cell_path(run.path, cell.id).exists():
        run.begin_cell(unstarted(plan, cell))
    run.end_cell(end)
    return end


@contextmanager
def _endpoints(cell: Cell, urls: Sequence[str], run_dir: Path) -> Iterator[Sequence[str]]:
    if urls:
        yield urls
        return
    topology = load_topology(cell.point.topology, topology_overrides(cell.point))
    with network(topology) as running:
        yield running.endpoints[:1]
