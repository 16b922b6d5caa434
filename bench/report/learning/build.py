"""From trainings' directories to a page, a summary and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.report.learning.document import (
    LearningSummary,
    as_json,
    jobs_csv,
    summarise_trainings,
)
from bench.report.learning.frame import read_trainings
from bench.report.learning.page import render
from bench.report.output import PAGE, SUMMARY, TABLE, default_out, write_files


@dataclass(frozen=True, slots=True)
class LearningPaths:
    """Where the report of a training lies, and what its summary says."""

    page: Path
    summary: Path
    table: Path
    content: LearningSummary


def build(run_dirs: Sequence[Path], out: Path | None = None) -> LearningPaths:
    """Write the report of one training, or of several side by side, and return where it lies.

    It goes where a sweep's would. Raises UsageError for what is no training or can't be written.
    """
    trainings = read_trainings(run_dirs)
    content = summarise_trainings(trainings)
    page = render(content, trainings)  # before anything is written: no failure leaves half a report
    directory = out or default_out([training.run for training in trainings])
    paths = LearningPaths(directory / PAGE, directory / SUMMARY, directory / TABLE, content)
    write_files(
        {paths.summary: as_json(content), paths.table: jobs_csv(trainings), paths.page: page}
    )
    return paths
