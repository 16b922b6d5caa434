"""The page of trainings: one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.record.learning import JobRow
from bench.report.environment import environment
from bench.report.learning.answer import REACHED_SHARE
from bench.report.learning.charts import drawings
from bench.report.learning.document import LearningSummary
from bench.report.learning.frame import WON, Training

_TONES = {"yes": "yes", "no": "no"}


def render(summary: LearningSummary, trainings: Sequence[Training]) -> str:
    """The page for these trainings and what is said of them."""
    return (
        environment()
        .get_template("learning.html")
        .render(
            summary=summary,
            told=list(zip(trainings, summary.trainings, summary.verdict.trainings, strict=True)),
            several=len(trainings) > 1,
            tone=_TONES.get(summary.verdict.answer, "partly"),
            drawings=drawings(trainings, summary.trainings),
            options=options(trainings),
            who_was_paid=who_was_paid,
            job_chip=job_chip,
            reached_share=REACHED_SHARE,
        )
    )


def options(trainings: Sequence[Training]) -> list[tuple[str, list[Any]]]:
    """Each setting and prediction with its value in every training."""
    flat = [_flat(training) for training in trainings]
    names = dict.fromkeys(name for one in flat for name in one)
    return [(name, [one.get(name) for one in flat]) for name in names]


def who_was_paid(row: JobRow) -> str:
    """How many of each behaviour a job paid: "3 honest", or "nobody"."""
    paid = Counter(seat.behaviour for seat in row.seats if seat.paid)
    return ", ".join(f"{count} {name}" for name, count in paid.items()) or "nobody"


def job_chip(row: JobRow) -> tuple[str, str]:
    """The chip of a job: a CSS class and a word."""
    return ("good" if row.outcome == WON else "bad"), row.outcome.replace("_", " ")


def _flat(training: Training) -> dict[str, Any]:
    settings = training.settings
    known = {"system": settings.system, "model": settings.model, "weights": settings.weights}
    predicted = {f"predicted {name}": value for name, value in settings.predicted.items()}
    return known | settings.asked | predicted
