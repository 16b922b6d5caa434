"""From run directories to a page, a summary and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.record.jsonform import to_json
from bench.record.reader import read_run
from bench.report.document import Summary, summarise_runs, to_csv
from bench.report.frame import CellData, cells_of
from bench.report.output import (
    PAGE,
    SUMMARY,
    TABLE,
    default_out,
    distinct,
    run_labels,
    write_files,
)
from bench.report.page import render
from bench.report.points import points


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where a report lies, and what its summary says."""

    page: Path
    summary: Path
    table: Path
    content: Summary


def build(run_dirs: Sequence[Path], out: Path | None = None) -> ReportPaths:
    """Write the report of one run, or of several side by side, and return where it lies.

    One run's report goes into its own directory, a comparison's into a new one beside the first
    run, unless `out` names another. Raises UsageError for what is no run or can't be written.
    """
    runs = [read_run(path) for path in distinct(run_dirs)]
    labels = run_labels(runs)
    groups = [
        group
        for run, label in zip(runs, labels, strict=True)
        for group in points(cells_of(run, label))
    ]
    groups.sort(key=lambda group: _place(group, labels))
    summary = summarise_runs(runs, labels, groups)
    directory = out or default_out(runs)
    paths = ReportPaths(directory / PAGE, directory / SUMMARY, directory / TABLE, summary)
    page = render(summary, groups)  # before anything is written: a failure leaves no half report
    write_files(
        {
            paths.summary: to_json(summary, indent=True).decode() + "\n",
            paths.table: to_csv(summary.cells),
            paths.page: page,
        }
    )
    return paths


def _place(group: Sequence[CellData], labels: Sequence[str]) -> tuple[object, ...]:
    """Smallest first; the runs of one size beside each other, in the order they were named in."""
    facts = group[0].facts
    size = (facts.weights, facts.weights_name, facts.payload_bytes)
    return *size, labels.index(group[0].run), facts.offered_per_s or 0.0
