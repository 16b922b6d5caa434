"""What searches for saturation found: between which rates a load's limit lies, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.report.contract import PointSummary
from bench.report.labels import labels
from bench.report.numbers import figure
from bench.report.saturation import Curve, GaveOut, judged
from bench.report.sustained import bracket, obstacle


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search: the highest rate carried, the lowest above it that was not, `text` in words.

    `sustained_per_s` is None where no rate was carried, `beyond_per_s` where every one was;
    `gave_out` names what stopped the latter. `valid` is False where no trial can be judged.
    """

    run: str
    label: str
    sustained_per_s: float | None
    beyond_per_s: float | None
    gave_out: GaveOut
    valid: bool
    text: str


def searches(points: Sequence[PointSummary], curves: Sequence[Curve]) -> list[Search]:
    """One entry for each search of which trials were made, in order of appearance."""
    found: dict[tuple[str, str], list[PointSummary]] = {}
    for point in points:
        if point.search:
            found.setdefault((point.run, point.search), []).append(point)
    known = [_best_known(trials) for trials in found.values()]
    named = [_named(one, label) for one, label in zip(known, labels(known), strict=True)]
    return [
        _search(trials, [one for one in curves if (one.run, one.search) == key], label)
        for (key, trials), label in zip(found.items(), named, strict=True)
    ]


def _named(point: PointSummary, label: str) -> str:
    """With its encoding, which may tell it from loads that were not searched."""
    return label if point.encoding in label else f"{label} · {point.encoding}"


def _best_known(trials: Sequence[PointSummary]) -> PointSummary:
    """One that started, if any did: of others it is not known what chain they would have met."""
    return max(trials, key=lambda one: one.gas_limit > 0)


def _search(trials: Sequence[PointSummary], curves: Sequence[Curve], label: str) -> Search:
    rates = {one.offered_per_s or 0.0: not obstacle(one) for one in trials if one.valid}
    # A curve knows more: the plan's own rates of that load, and what most runs at a rate say.
    steps = [step for curve in curves for step in curve.steps if judged(step)]
    low, high = bracket(rates | {step.offered_per_s: step.sustained for step in steps})
    ends = {curve.bracket[1]: curve for curve in curves}
    gave_out: GaveOut = ends[high].gave_out if high in ends else "unknown"
    why = ends[high].why if high in ends else obstacle(_best_known(trials))
    return Search(
        run=trials[0].run,
        label=label,
        sustained_per_s=low,
        beyond_per_s=high,
        gave_out="none seen" if high is None else gave_out,
        valid=low is not None or any(one.valid for one in trials),
        text=_text(label, low, high, gave_out=gave_out, why=why),
    )


def _text(label: str, low: float | None, high: float | None, *, gave_out: GaveOut, why: str) -> str:
    if low is None:
        return f"The search for the limit of {label} found no rate that is carried: {why}."
    if high is None:
        return f"No limit of {label} was found: {figure(low)}/s were carried."
    if gave_out == "generator":
        return f"{label} was carried up to {figure(low)}/s; the generator can't offer more."
    return f"The limit of {label} lies between {figure(low)} and {figure(high)}/s."
