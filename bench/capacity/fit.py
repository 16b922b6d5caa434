"""`python -m bench.capacity.fit RUN…`: fit the cost model to measured rounds and write it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench import command_line
from bench.capacity.disk import by_store
from bench.capacity.errors import errors_line
from bench.capacity.fitting import domain_of, fit_all
from bench.capacity.model import Model, Source
from bench.capacity.observed import Cells, read_cells
from bench.capacity.saved import COMMITTED, save


def fit(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="run directories")],
    out: Annotated[
        Path, typer.Option(help="where to write", show_default="the project's own file")
    ] = COMMITTED,
) -> int:
    """Fit the cost model to all rounds of these runs; prints its own error and the file."""
    cells = read_cells(runs)
    model = fitted(cells)
    save(model, out)
    for line in cells.left_out:
        print(f"left out: {line}", file=sys.stderr)
    print(f"{len(cells.observed)} cells, {sum(one.rounds for one in cells.observed)} rounds")
    for target, residuals in model.source.residuals.items():
        print(f"{target}: {errors_line(residuals)}, spread {model.targets[target].spread:.2f}")
    print(out)
    return 0


def fitted(cells: Cells) -> Model:
    """The model of those cells; raises UsageError where they are too few."""
    targets, residuals = fit_all(cells.observed)
    metas = [run.meta for run in cells.runs]
    versions = {cell.facts.client_version for run in cells.runs for cell in run.cells.values()}
    return Model(
        targets=targets,
        domain=domain_of(cells.observed),
        empty_block_bytes=cells.empty_block_bytes,
        source=Source(
            runs=[meta.run for meta in metas],
            commit=metas[0].commit,
            started_at=[meta.started_at for meta in metas],
            machine=metas[0].machine,
            client_version=", ".join(sorted(versions - {""})) or None,
            cells=[one.cell for one in cells.observed],
            residuals=residuals,
        ),
        disk_per_wire_byte=by_store(
            [
                (one.round.store, one.round.total_bytes, one.disk_per_wire_byte)
                for one in cells.observed
            ]
        ),
    )


if __name__ == "__main__":
    sys.exit(command_line.run_function(fit, sys.argv[1:]))
