"""A sweep: its cells one after another, each with a named outcome, resumable after a kill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.record.reader import read_cell
from bench.record.schema import CellEnd
from bench.record.writer import RunWriter
from bench.report.frame import cells_of
from bench.report.saturation import judge
from bench.sweep.execution import Execution
from bench.sweep.networks import networks
from bench.sweep.plan import Plan
from bench.sweep.point import Cell, Point
from bench.sweep.search import MOST_TRIALS, Fault, Found, Trial, next_rate
from bench.sweep.start import starting_rate

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
            search.found.bracket[0] is None or search.found.limit == "harness"
            for search in self.searches
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
        execution = Execution(plan, run, urls, grounds, starting)
        sweep = _Sweep(plan, execution, report, total=plan.runs())
        cells = plan.cells()
        ends = [sweep.run(cell) for cell in cells if not cell.point.saturation]
        searches = [sweep.search(cell.point) for cell in cells if cell.point.saturation]
    if execution.refusals and len(execution.refusals) == sweep.done:
        # None of it ran: nothing to keep, nothing to resume from.
        for cell, _ in execution.refusals:
            run.forget_cell(cell.id)
        raise execution.refusals[0][1]
    return Outcome(ends, searches)


@dataclass(slots=True)
class _Sweep:
    """What a sweep has at hand while it runs; `done` of about `total` runs have ended."""

    plan: Plan
    execution: Execution
    report: Callable[[Finished | Searched], None]
    total: int
    done: int = 0

    def run(self, cell: Cell) -> CellEnd:
        """How the cell ended: as it is recorded, or by running it now."""
        end = self.execution.end_of(cell)
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
        end = self.execution.end_of(cell)
        trial, short = self._judged(cell)
        self._say(cell, end, short)
        return trial

    def _say(self, cell: Cell, end: CellEnd, short: str = "") -> None:
        self.done += 1
        self.report(Finished(cell, end, self.done, max(self.done, self.total), short))

    def _judged(self, cell: Cell) -> tuple[Trial, str]:
        """What a cell that has ended says of its rate, and what kept that from being sustained."""
        [data] = cells_of(read_cell(self.execution.record.path, cell.id), "")
        rate_per_s, end = cell.point.rate_per_s, data.end
        assert rate_per_s is not None
        fault = "harness" if end is None else _fault(end)
        short = judge(data)
        return Trial(rate_per_s, sustained=not fault and not short, fault=fault), short


def _fault(end: CellEnd) -> Fault:
    if end.lagged:
        return "generator"
    if not end.valid:
        return "harness"
    return "wall" if end.outcome == "walled" else ""
