"""summary.json and summary.csv of trainings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.record.learning import LearningSettings
from bench.record.schema import SCHEMA, RunMeta
from bench.report.document import to_csv
from bench.report.learning.answer import Answer, Word, answer, overall
from bench.report.learning.figures import (
    Money,
    SizeCost,
    StepCost,
    money,
    redundancy,
    refused,
    steps,
)
from bench.report.learning.frame import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningVerdict:
    """The answer in words: the first line of `text`, then one of each training."""

    answer: Word
    text: str
    trainings: list[Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSummary:
    """One training: what its record holds and what follows from it."""

    run: str
    finished: bool
    settings: LearningSettings
    learning: dict[str, Any] | None
    behaviours: list[Money]
    steps: list[StepCost]
    redundancy: list[SizeCost]
    refused: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningSummary:
    """All of summary.json: `run`, `settings` and `learning` are of the first training."""

    schema: int
    run: RunMeta
    runs: dict[str, RunMeta]
    verdict: LearningVerdict
    settings: LearningSettings
    learning: dict[str, Any] | None
    trainings: list[TrainingSummary]
    warnings: list[str]


def summarise_trainings(trainings: Sequence[Training]) -> LearningSummary:
    """Everything that is said of the trainings."""
    found = [_summary(training) for training in trainings]
    answers = [
        answer(training, one.behaviours) for training, one in zip(trainings, found, strict=True)
    ]
    return LearningSummary(
        schema=SCHEMA,
        run=trainings[0].run.meta,
        runs={training.label: training.run.meta for training in trainings},
        verdict=_verdict(answers),
        settings=trainings[0].settings,
        learning=trainings[0].learned.result,
        trainings=found,
        warnings=[
            f"{training.label}: {warning}" if len(trainings) > 1 else warning
            for training in trainings
            for warning in training.warnings()
        ],
    )


def as_json(summary: LearningSummary) -> str:
    """summary.json, of any number of wei: these pass 64 bits, which is where orjson stops."""
    return json.dumps(asdict(summary), indent=2, ensure_ascii=False) + "\n"


def jobs_csv(trainings: Sequence[Training]) -> str:
    """summary.csv: one row for each closed job, under the names of its record."""
    return to_csv(
        [{"run": training.label, **asdict(row)} for training in trainings for row in training.rows]
    )


def _verdict(answers: Sequence[Answer]) -> LearningVerdict:
    word = overall(answers)
    told = [f"{one.run}: {one.text}" if len(answers) > 1 else one.text for one in answers]
    return LearningVerdict(
        answer=word,
        text="\n".join([f"{word.capitalize()}. {told[0]}", *told[1:]]),
        trainings=list(answers),
    )


def _summary(training: Training) -> TrainingSummary:
    return TrainingSummary(
        run=training.label,
        finished=training.finished,
        settings=training.settings,
        learning=training.learned.result,
        behaviours=money(training),
        steps=steps(training),
        redundancy=redundancy(training),
        refused=refused(training),
    )
