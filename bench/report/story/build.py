"""From a training's directory to its story's page, summary and table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.report.output import PAGE, SUMMARY, TABLE, default_out, write_files
from bench.report.story.document import StorySummary, as_json, steps_csv, summarise_stories
from bench.report.story.frame import read_stories
from bench.report.story.page import render


@dataclass(frozen=True, slots=True)
class StoryPaths:
    """Where the report of a training lies, and what its summary says."""

    page: Path
    summary: Path
    table: Path
    content: StorySummary


def build(run_dirs: Sequence[Path], out: Path | None = None) -> StoryPaths:
    """Write the report of one training, or of several one after another; return where it lies.

    It goes where a sweep's would. Raises UsageError for what is no training or can't be written.
    """
    runs = read_stories(run_dirs)
    content = summarise_stories(runs)
    page = render(content, runs)  # before anything is written: no failure leaves half a report
    directory = out or default_out([one.run for one in runs])
    paths = StoryPaths(directory / PAGE, directory / SUMMARY, directory / TABLE, content)
    write_files({paths.summary: as_json(content), paths.table: steps_csv(runs), paths.page: page})
    return paths
