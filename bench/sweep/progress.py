"""A sweep's progress: a bar on a terminal, plain lines elsewhere, one line for each run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.progress import TimeRemainingColumn as Remaining

from bench.report.numbers import figure
from bench.sweep.plan import Plan
from bench.sweep.point import Cell
from bench.sweep.runner import Finished, Searched


@dataclass(frozen=True, slots=True)
class Display:
    """Where progress is shown: standard error, so that standard output stays the result's."""

    bar: Progress
    task: TaskID

    def starting(self, cell: Cell) -> None:
        """A cell begins."""
        self.bar.update(self.task, description=cell.id)
        if not self.bar.console.is_terminal:
            print(f"started  {cell.id}", file=sys.stderr, flush=True)

    def ended(self, what: Finished | Searched) -> None:
        """A run or a search ended: say how, in one line."""
        if isinstance(what, Finished):
            self.bar.update(self.task, completed=what.done, total=what.total)
            self._say(_finished(what))
        else:
            self._say(_searched(what))

    def _say(self, text: str) -> None:
        if self.bar.console.is_terminal:
            self.bar.console.print(text, highlight=False, markup=False)
        else:
            print(text, file=sys.stderr, flush=True)


@contextmanager
def shown(plan: Plan) -> Iterator[Display]:
    """A display for the runs of a plan, after saying how many and how long they take."""
    console = Console(stderr=True)
    print(_announced(plan), file=sys.stderr, flush=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield Display(bar, bar.add_task("starting", total=plan.runs()))


def _announced(plan: Plan) -> str:
    searches = sum(cell.point.saturation for cell in plan.cells())
    fixed = len(plan.cells()) - searches
    parts = [f"{fixed} cells"] if fixed or not searches else []
    if searches:
        word = "search" if searches == 1 else "searches"
        parts.append(f"{searches} {word} for saturation of about {plan.runs() - fixed} runs")
    return f"{', '.join(parts)}, about {max(1, round(plan.seconds() / 60))} min"


def _finished(what: Finished) -> str:
    state = what.end.outcome if what.end.valid else "invalid"
    why = what.end.invalid_reason or what.end.wall or what.short
    line = f"{what.done}/{what.total} {state:<9} {what.cell.id}"
    return f"{line}{f'  ({why})' if why else ''}"


def _searched(what: Searched) -> str:
    low, high = what.found.bracket
    name = Cell(what.point, 1).id
    sustained = "no rate that was tried" if low is None else f"{figure(low)}/s"
    above = "" if high is None else f", not {figure(high)}/s"
    return f"sustained {sustained}{above}  {name}  (limit: {what.found.limit})"
