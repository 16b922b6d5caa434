"""From run directories to a page, a summary and a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.record.files import unwritable, write_atomically
from bench.record.jsonform import to_json
from bench.record.provenance import without_credentials
from bench.record.reader import Run, read_run
from bench.report.document import Summary, summarise_runs, to_csv
from bench.report.frame import CellData, cells_of
from bench.report.page import render
from bench.report.points import points
from system.errors import UsageError

PAGE, SUMMARY, TABLE = "index.html", "summary.json", "summary.csv"


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
    runs = [read_run(path) for path in _distinct(run_dirs)]
    labels = _labels(runs)
    groups = [
        group
        for run, label in zip(runs, labels, strict=True)
        for group in points(cells_of(run, label))
    ]
    groups.sort(key=lambda group: _place(group, labels))
    summary = summarise_runs(runs, labels, groups)
    directory = out or _default_out(runs)
    paths = ReportPaths(directory / PAGE, directory / SUMMARY, directory / TABLE, summary)
    page = render(summary, groups)  # before anything is written: a failure leaves no half report
    _write(paths, page)
    return paths


def _place(group: Sequence[CellData], labels: Sequence[str]) -> tuple[object, ...]:
    """Smallest first; the runs of one size beside each other, in the order they were named in."""
    facts = group[0].facts
    size = (facts.weights, facts.weights_name, facts.payload_bytes)
    return *size, labels.index(group[0].run), facts.offered_per_s or 0.0


def _distinct(run_dirs: Sequence[Path]) -> list[Path]:
    if not run_dirs:
        raise UsageError("no run is named; give a directory made by `weighbridge sweep`")
    return list({path.resolve(): path for path in run_dirs}.values())


def _labels(runs: Sequence[Run]) -> list[str]:
    """The runs' ids; where two runs carry the same one, with the directory's name."""
    seen = Counter(run.meta.run for run in runs)
    return [
        run.meta.run if seen[run.meta.run] == 1 else f"{run.meta.run} in {run.path.resolve().name}"
        for run in runs
    ]


def _default_out(runs: Sequence[Run]) -> Path:
    first = runs[0].path
    if len(runs) == 1:
        return first
    names = "-and-".join(run.path.resolve().name for run in runs)
    return first.resolve().parent / f"comparison-{names[:120]}"


def _write(paths: ReportPaths, page: str) -> None:
    directory = paths.page.parent
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(directory, error) from error
    _put(paths.summary, to_json(paths.content, indent=True).decode() + "\n")
    _put(paths.table, to_csv(paths.content.cells))
    _put(paths.page, page)


def _put(path: Path, text: str) -> None:
    """A node's own error can quote the address it was asked at: no password gets out here."""
    write_atomically(path, without_credentials(text).encode())
