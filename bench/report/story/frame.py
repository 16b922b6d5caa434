"""A training as read back, with the story that its record tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.record.learning import read_result, read_settings, read_steps, torn_rows
from bench.record.reader import Run, read_run
from bench.report.output import distinct, run_labels
from bench.report.story.story import Story, Told
from bench.report.story.tellers import tell

# Its trainings have pages of their own, which compare behaviours and jobs.
_JOBS = "jobs"


@dataclass(frozen=True, slots=True)
class StoryRun:
    """A run that trained: its label on the page, its provenance, its record and its story."""

    label: str
    run: Run
    told: Told
    story: Story

    @property
    def warnings(self) -> list[str]:
        """What was left out while reading it, a line each."""
        return [*self.run.warnings, *torn_rows(self.run.path, len(self.told.rows))]


def are_stories(run_dirs: Sequence[Path]) -> bool:
    """Whether any of these trainings is told as a story; raises what `read_settings` does."""
    return any(read_settings(path).system != _JOBS for path in run_dirs)


def read_stories(run_dirs: Sequence[Path]) -> list[StoryRun]:
    """The trainings in these directories; raises UsageError for what is none, or can't be told."""
    paths = distinct(run_dirs)
    tales = [Told(read_settings(path), read_steps(path), read_result(path) or {}) for path in paths]
    stories = [tell(told) for told in tales]
    runs = [read_run(path) for path in paths]
    return list(map(StoryRun, run_labels(runs), runs, tales, stories))
