"""`python -m bench.capacity.check RUN…`: the cost model held against rounds it never saw."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench import command_line
from bench.capacity.errors import errors_line, meets_target, quantiles
from bench.capacity.model import Estimate, Model, estimate
from bench.capacity.observed import TARGETS, Observed, read_cells
from bench.capacity.saved import COMMITTED, load
from bench.record.files import write_atomically
from bench.record.jsonform import to_json

REPORT = "capacity-check.json"


@dataclass(frozen=True, slots=True)
class Checked:
    """One target of one cell; `error` is predicted / measured - 1, `inside` the interval or not."""

    cell: str
    label: str
    target: str
    predicted_s: float
    low_s: float
    high_s: float
    measured_s: float
    error: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Report:
    """The whole check: `error_median` and `error_p90` of the errors' sizes, by target."""

    runs: list[str]
    cells: int
    error_median: dict[str, float]
    error_p90: dict[str, float]
    inside_interval: float
    meets_target: bool
    rows: list[Checked]


def check(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="run directories")],
    fit: Annotated[
        Path, typer.Option(help="a fitted model", show_default="the project's own")
    ] = COMMITTED,
    markdown: Annotated[bool, typer.Option(help="print a table for a page")] = False,
) -> int:
    """Compare predicted with measured rounds of these runs.

    Prints a line a cell and the errors, and writes them into the first run's directory. Exit code 1
    where the errors are larger than 15 % in the median or 30 % at the 90th percentile.
    """
    model, cells = load(fit), read_cells(runs)
    seen = set(model.source.cells) & {one.cell for one in cells.observed}
    if set(model.source.runs) & {run.meta.run for run in cells.runs}:
        print(f"note: the model was fitted to {len(seen)} of these cells", file=sys.stderr)
    for line in cells.left_out:
        print(f"left out: {line}", file=sys.stderr)
    found = report(model, cells.observed, runs=[run.meta.run for run in cells.runs])
    path = runs[0] / REPORT
    write_atomically(path, to_json(found, indent=True) + b"\n")
    print("\n".join(lines(found, markdown=markdown)))
    print(path)
    return 0 if found.meets_target else 1


def report(model: Model, cells: Sequence[Observed], *, runs: Sequence[str]) -> Report:
    """The check of a model on these cells."""
    rows = [row for one in cells for row in checked(model, one)]
    errors = {name: [row.error for row in rows if row.target == name] for name in TARGETS}
    return Report(
        runs=list(runs),
        cells=len(cells),
        error_median={name: quantiles(errors[name])[0] for name in TARGETS},
        error_p90={name: quantiles(errors[name])[1] for name in TARGETS},
        inside_interval=sum(row.inside for row in rows) / len(rows),
        meets_target=all(meets_target(errors[name]) for name in TARGETS),
        rows=rows,
    )


def checked(model: Model, one: Observed) -> Iterator[Checked]:
    """Each target of a cell, predicted and measured."""
    for target in TARGETS:
        yield _row(one, target, estimate(model, target, one.round))


def _row(one: Observed, target: str, of: Estimate) -> Checked:
    measured_s = one.seconds[target]
    return Checked(
        cell=one.cell,
        label=one.label,
        target=target,
        predicted_s=of.seconds,
        low_s=of.low,
        high_s=of.high,
        measured_s=measured_s,
        error=of.seconds / measured_s - 1,
        inside=of.low <= measured_s <= of.high,
    )


def lines(found: Report, *, markdown: bool = False) -> Iterator[str]:
    """The check for reading: a line a cell with its rounds' median, then the errors by target."""
    bar = "|" if markdown else ""
    cells = [row for row in found.rows if row.target == "round_p50"]
    worst = {row.cell: max(_of(found, row.cell), key=lambda one: abs(one.error)) for row in cells}
    heads = ("round of", "predicted", "measured", "error", "largest of the four")
    yield _line(bar, heads)
    if markdown:
        yield "|---|---:|---:|---:|---|"
    for row in cells:
        most = worst[row.cell]
        figures = (
            f"{row.predicted_s:.2f} s",
            f"{row.measured_s:.2f} s",
            f"{100 * row.error:+.0f} %",
        )
        yield _line(bar, (row.label, *figures, f"{100 * most.error:+.0f} % ({most.target})"))
    yield ""
    for target in TARGETS:
        errors = [row.error for row in found.rows if row.target == target]
        yield f"{target}: {errors_line(errors)}"
    yield f"{found.cells} cells; {100 * found.inside_interval:.0f} % inside the 90 % interval"


def _of(found: Report, cell: str) -> list[Checked]:
    return [row for row in found.rows if row.cell == cell]


def _line(bar: str, texts: Sequence[str]) -> str:
    if bar:
        return f"| {' | '.join(texts)} |"
    first, *others = texts
    return "  ".join((f"{first:<70}", *(f"{text:>11}" for text in others)))


if __name__ == "__main__":
    sys.exit(command_line.run_function(check, sys.argv[1:]))
