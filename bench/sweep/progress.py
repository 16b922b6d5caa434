"""A sweep's progress: a bar on a terminal, plain lines elsewhere, one line for each cell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.progress import TimeRemainingColumn as Remaining

from bench.sweep.plan import Cell
from bench.sweep.runner import Finished


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

    def ended(self, finished: Finished) -> None:
        """A cell ended: say how, in one line."""
        self.bar.advance(self.task)
        end = finished.end
        state = end.outcome if end.valid else "invalid"
        why = end.invalid_reason or end.wall or ""
        line = f"{finished.done}/{finished.total} {state:<9} {finished.cell.id}"
        text = f"{line}{f'  ({why})' if why else ''}"
        if self.bar.console.is_terminal:
            self.bar.console.print(text, highlight=False, markup=False)
        else:
            print(text, file=sys.stderr, flush=True)


@contextmanager
def shown(total: int, seconds: float) -> Iterator[Display]:
    """A display for `total` cells that are expected to take `seconds` together."""
    console = Console(stderr=True)
    print(f"{total} cells, about {max(1, round(seconds / 60))} min", file=sys.stderr, flush=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield Display(bar, bar.add_task("starting", total=total))
