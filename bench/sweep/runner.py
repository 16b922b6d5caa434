"""A sweep: its cells one after another, each with a named outcome, resumable after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.network.running import network
from bench.network.topology import load_topology
from bench.record.reader import read_cell_end
from bench.record.schema import CellEnd
from bench.record.writer import RunWriter
from bench.sweep.locust_run import run_cell
from bench.sweep.plan import Cell, Plan, topology_overrides
from system.errors import NetworkError, UsageError


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
    all start from a chain of the same length; given `urls`, every cell uses that chain.
    """
    cells = plan.cells()
    ends: list[CellEnd] = []
    for done, cell in enumerate(cells, start=1):
        end = read_cell_end(run.path, cell.id)
        if end is None:
            starting(cell)
            end = _one(plan, cell, run, urls)
        ends.append(end)
        report(Finished(cell, end, done, len(cells)))
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
    except (NetworkError, UsageError) as error:  # the other cells may well work
        fault = str(error)
    end = read_cell_end(run.path, cell.id)
    if end is None:  # the generator died: say so instead of leaving a hole
        end = CellEnd.failed(cell.id, fault or "the generator left no result")
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
