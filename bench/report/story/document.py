"""summary.json and summary.csv of trainings that tell a story."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.record.learning import LearningSettings
from bench.record.schema import SCHEMA, RunMeta
from bench.report.story.frame import StoryRun


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryVerdict:
    """The answer in words, of the first training; `trainings` has each one's text by its label."""

    answer: str
    text: str
    trainings: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySummary:
    """All of summary.json: `run`, `settings` and `learning` are of the first training."""

    schema: int
    run: RunMeta
    runs: dict[str, RunMeta]
    verdict: StoryVerdict
    settings: LearningSettings
    learning: Mapping[str, Any]
    trainings: dict[str, Mapping[str, Any]]
    warnings: list[str]


def summarise_stories(runs: Sequence[StoryRun]) -> StorySummary:
    """Everything that is said of the trainings."""
    first = runs[0]
    return StorySummary(
        schema=SCHEMA,
        run=first.run.meta,
        runs={one.label: one.run.meta for one in runs},
        verdict=StoryVerdict(
            answer=first.story.answer,
            text=f"{first.story.answer.capitalize()}. {first.story.text}",
            trainings={one.label: one.story.text for one in runs},
        ),
        settings=first.told.settings,
        learning=first.told.result,
        trainings={one.label: one.told.result for one in runs},
        warnings=[
            f"{one.label}: {warning}" if len(runs) > 1 else warning
            for one in runs
            for warning in one.warnings
        ],
    )


def as_json(summary: StorySummary) -> str:
    """summary.json, of any number of wei: these pass 64 bits, which is where orjson stops."""
    return json.dumps(asdict(summary), indent=2, ensure_ascii=False) + "\n"


def steps_csv(runs: Sequence[StoryRun]) -> str:
    """summary.csv: a row for each step of each training."""
    rows = [{"run": one.label, **_plain(row)} for one in runs for row in one.told.rows]
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["run"]
    file = io.StringIO()
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value) if isinstance(value, dict | list) else value
        for name, value in row.items()
    }
