"""The page of a training's story: one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.report.environment import environment
from bench.report.numbers import NONE, figure, whole
from bench.report.story.charts import drawings
from bench.report.story.document import StorySummary
from bench.report.story.frame import StoryRun

_TONES = {"yes": "yes", "no": "no"}


def render(summary: StorySummary, runs: Sequence[StoryRun]) -> str:
    """The page for these trainings and what is said of them."""
    several = len(runs) > 1
    return (
        environment()
        .get_template("story.html")
        .render(
            summary=summary,
            tales=[
                (one, drawings(one.story.charts, prefix=f"run{number}-" if several else ""))
                for number, one in enumerate(runs)
            ],
            several=several,
            tone=_TONES.get(summary.verdict.answer, "partly"),
            options=options(runs),
            cell=cell,
        )
    )


def cell(value: str | float | bool | None) -> str:
    """A table's value in words: whole numbers with separators, others to three digits."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return whole(value)
    return figure(value) if isinstance(value, float) else value


def options(runs: Sequence[StoryRun]) -> list[tuple[str, list[Any]]]:
    """Each setting and prediction with its value in every training."""
    flat = [_flat(one) for one in runs]
    names = dict.fromkeys(name for one in flat for name in one)
    return [(name, [one.get(name) for one in flat]) for name in names]


def _flat(one: StoryRun) -> dict[str, Any]:
    settings = one.told.settings
    known = {"system": settings.system, "model": settings.model, "weights": settings.weights}
    predicted = {f"predicted {name}": value for name, value in settings.predicted.items()}
    return known | settings.asked | predicted
