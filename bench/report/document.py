"""summary.json and summary.csv: the same figures, once as a document and once as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bench.record.jsonform import to_json
from bench.record.reader import Run
from bench.record.schema import SCHEMA, ChainLimits, RunMeta
from bench.report.chains import distinct
from bench.report.contract import PointSummary
from bench.report.frame import CellData
from bench.report.saturation import Curve, curves
from bench.report.summary import summarise
from bench.report.verdict import Verdict, verdict
from bench.report.walls import Wall, walls

_WHOLE = ("failures",)  # keyed by what the node said: a column for each would be no table


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All of summary.json: `run` is the first run's provenance, `runs` each one's by label."""

    schema: int
    run: RunMeta
    runs: dict[str, RunMeta]
    verdict: Verdict
    walls: list[Wall]
    cells: list[PointSummary]
    warnings: list[str]
    curves: list[Curve]
    limits: list[ChainLimits]


def summarise_runs(
    runs: Sequence[Run], labels: Sequence[str], groups: Sequence[Sequence[CellData]]
) -> Summary:
    """Everything that is said of the runs, whose points were measured by `groups`."""
    cells = [summarise(group) for group in groups]
    named = dict(zip(labels, runs, strict=True))
    found, chains = curves(groups), distinct(run.limits for run in runs)
    return Summary(
        schema=SCHEMA,
        run=runs[0].meta,
        runs={label: run.meta for label, run in named.items()},
        verdict=verdict(cells, curves=found, chains=chains),
        walls=walls(cells),
        cells=cells,
        warnings=[
            f"{label}: {warning}" if len(runs) > 1 else warning
            for label, run in named.items()
            for warning in run.warnings
        ],
        curves=found,
        limits=chains,
    )


def rows(cells: Sequence[object]) -> tuple[list[str], list[dict[str, Any]]]:
    """Column names and one row a point; a column is its path in summary.json: `latency_s.p50`."""
    flat = [dict(_flat("", orjson.loads(to_json(cell)))) for cell in cells]
    return list(dict.fromkeys(name for row in flat for name in row)), flat


def to_csv(cells: Sequence[object]) -> str:
    """summary.csv: `rows` with a heading; what was not measured is empty."""
    names, table = rows(cells)
    file = io.StringIO()
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return file.getvalue()


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and path not in _WHOLE:
        for name, one in value.items():
            yield from _flat(f"{path}.{name}" if path else name, one)
    elif isinstance(value, dict | list):
        yield path, orjson.dumps(value).decode()
    else:
        yield path, value
