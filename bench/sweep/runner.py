"""A sweep: its cells one after another, each with a named outcome, resumable after a kill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from bench.network.resources import sampled
from bench.record.files import cell_path
from bench.record.reader import read_cell, read_cell_end
from bench.record.schema import CellEnd
from bench.record.writer import RunWriter
from bench.report.frame import cells_of
from bench.report.saturation import judge
from bench.sweep.locust_run import UnusableCell, run_cell
from bench.sweep.networks import Networks, networks
from bench.sweep.plan import Plan
from bench.sweep.point import Cell, Point
from bench.sweep.search import MOST_TRIALS, Fault, Found, Trial, next_rate
from bench.sweep.start import starting_rate
from bench.sweep.unstarted import unstarted
from system.errors import NetworkError

# A rate of which a window sees fewer submissions tells nothing.
_FEWEST_SUBMISSIONS = 5


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that just ended; `done` of about `total` runs of the sweep have.

    `short` says of a search's trial what kept its rate from being sustained; "" if nothing did.
    """

    cell: Cell
    end: CellEnd
    done: int
    total: int
    short: str = ""


@dataclass(frozen=True, slots=True)
class Searched:
    """A search that just ended."""

    point: Point
    found: Found


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sweep that ended: its cells of a given rate, in plan order, and its searches."""

    ends: list[CellEnd]
    searches: list[Searched]

    @property
    def fell_short(self) -> bool:
        """Whether a cell did, or a search found no rate that is sustained."""
        return any(end.outcome != "ok" or not end.valid for end in self.ends) or any(
            search.found.bracket[0] is None for search in self.searches
        )


def run_sweep(
    plan: Plan,
    run: RunWriter,
    *,
    urls: Sequence[str],
    report: Callable[[Finished | Searched], None],
    starting: Callable[[Cell], None],
) -> Outcome:
    """Run what the run directory does not hold yet, and what broke down when it was run.

    Cells get a network of their plan's topology, see `Networks`; given `urls`, every cell uses that
    chain. Raises UnusableCell where the generator refused every one of them.
    """
    with networks(fresh=plan.fresh_networks) as grounds:
        sweep = _Sweep(plan, run, urls, grounds, report, starting, total=plan.runs())
        cells = plan.cells()
        ends = [sweep.run(cell) for cell in cells if not cell.point.saturation]
        searches = [sweep.search(cell.point) for cell in cells if cell.point.saturation]
    if sweep.refusals and len(sweep.refusals) == sweep.done:
        for cell, _ in sweep.refusals:  # none of it ran: nothing to keep, nothing to resume from
            run.forget_cell(cell.id)
        raise sweep.refusals[0][1]
    return Outcome(ends, searches)


@dataclass(slots=True)
class _Sweep:
    """What a sweep has at hand while it runs; `done` of about `total` runs have ended."""

    plan: Plan
    record: RunWriter
    urls: Sequence[str]
    grounds: Networks
    report: Callable[[Finished | Searched], None]
    starting: Callable[[Cell], None]
    total: int
    done: int = 0
    refusals: list[tuple[Cell, UnusableCell]] = field(default_factory=list)

    def run(self, cell: Cell) -> CellEnd:
        """How the cell ended: as it is recorded, or by running it now."""
        end = self._end_of(cell)
        self._say(cell, end)
        return end

    def search(self, point: Point) -> Searched:
        """The highest sustained rate, from runs that are recorded and such as are made now."""
        expected = self.done + self.plan.trials(point)
        trials = [self._judged(cell)[0] for cell in self.plan.alike(point)]
        most_trials = len(trials) + MOST_TRIALS
        start_per_s = starting_rate(point)
        while True:
            wanted = next_rate(
                trials,
                start_per_s=start_per_s,
                lowest_per_s=_FEWEST_SUBMISSIONS / self.plan.window_s(point),
                confirmations=self.plan.repeats,
                most_trials=most_trials,
            )
            if isinstance(wanted, Found):
                break
            repeat = 1 + sum(trial.rate_per_s == wanted for trial in trials)
            trials.append(self._try(Cell(point.at(wanted), repeat)))
        self.total += self.done - expected
        searched = Searched(point, wanted)
        self.report(searched)
        return searched

    def _try(self, cell: Cell) -> Trial:
        end = self._end_of(cell)
        trial, short = self._judged(cell)
        self._say(cell, end, short)
        return trial

    def _say(self, cell: Cell, end: CellEnd, short: str = "") -> None:
        self.done += 1
        self.report(Finished(cell, end, self.done, max(self.done, self.total), short))

    def _judged(self, cell: Cell) -> tuple[Trial, str]:
        """What a cell that has ended says of its rate, and what kept that from being sustained."""
        [data] = cells_of(read_cell(self.record.path, cell.id), "")
        rate_per_s, end = cell.point.rate_per_s, data.end
        assert rate_per_s is not None
        fault = "harness" if end is None else _fault(end)
        short = judge(data)
        return Trial(rate_per_s, sustained=not fault and not short, fault=fault), short

    def _end_of(self, cell: Cell) -> CellEnd:
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


def _fault(end: CellEnd) -> Fault:
    if end.lagged:
        return "generator"
    if not end.valid:
        return "harness"
    return "wall" if end.outcome == "walled" else ""
