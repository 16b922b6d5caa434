"""A training as read back for its page, also one that did not end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from bench.record.learning import (
    JobRow,
    Learned,
    LearningSettings,
    holds_learning,
    read_learning,
    torn_rows,
)
from bench.record.reader import Run, read_run
from bench.report.output import distinct, run_labels
from system.errors import UsageError

WON = "won"


@dataclass(frozen=True, slots=True)
class Training:
    """A run that trained: its label on the page, its provenance, its record."""

    label: str
    run: Run
    learned: Learned

    @property
    def rows(self) -> tuple[JobRow, ...]:
        """Its closed jobs."""
        return self.learned.rows

    @property
    def settings(self) -> LearningSettings:
        """What was asked for, and predicted."""
        return self.learned.settings

    @property
    def result(self) -> dict[str, Any]:
        """What it ended with; nothing where it did not end."""
        return self.learned.result or {}

    @property
    def finished(self) -> bool:
        """Whether it ended."""
        return self.learned.result is not None

    @property
    def won(self) -> list[JobRow]:
        """The jobs that moved the model on: its rounds."""
        return [row for row in self.rows if row.outcome == WON]

    def asked(self, name: str) -> Any:
        """One of the options; None where its record has none of that name."""
        return self.settings.asked.get(name)

    def predicted(self, name: str) -> Any:
        """One of the figures worked out beforehand; None likewise."""
        return self.settings.predicted.get(name)

    @property
    def job_size(self) -> int:
        """n: the seats of a job."""
        return int(self.predicted("job_size") or max((len(r.seats) for r in self.rows), default=1))

    @property
    def deposit_wei(self) -> int:
        """What a seat takes as a pledge."""
        return int(self.predicted("deposit_wei") or 0)

    def mean(self, name: str) -> float | None:
        """A figure of a job on average over all of them; None where none was closed."""
        return float(mean(getattr(row, name) for row in self.rows)) if self.rows else None

    def warnings(self) -> list[str]:
        """What was left out while reading it, a line each."""
        return [*self.run.warnings, *torn_rows(self.run.path, len(self.rows))]


def are_trainings(run_dirs: Sequence[Path]) -> bool:
    """Whether these directories are trainings', none being a sweep's.

    Raises UsageError where some are and others are not.
    """
    trained = [path for path in run_dirs if holds_learning(path)]
    others = [path for path in run_dirs if path not in trained]
    if trained and others:
        raise UsageError(
            f"{trained[0]} holds a training and {others[0]} none: "
            "give `weighbridge report` sweeps or trainings, not both at once"
        )
    return bool(trained)


def read_trainings(run_dirs: Sequence[Path]) -> list[Training]:
    """The trainings in these directories; raises UsageError for what is none."""
    paths = distinct(run_dirs)
    learned = [read_learning(path) for path in paths]
    runs = [read_run(path) for path in paths]
    return list(map(Training, run_labels(runs), runs, learned))
