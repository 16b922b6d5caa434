"""The page: one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from bench.report.capacity import SizeWall, Sustained, WorkersPerRound
from bench.report.charts.all import drawings
from bench.report.contract import PointSummary
from bench.report.document import Summary, rows
from bench.report.environment import environment
from bench.report.frame import CellData
from bench.report.labels import labels
from bench.report.sustained import SUSTAINED_SHARE, longest_p99_s
from bench.report.verdict import PointVerdict, Verdict

_MOST_FAILURES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureLine:
    """One kind of failure at one point, with the first submission it happened to."""

    label: str
    outcome: str
    reason: str
    count: int
    example: str


def render(summary: Summary, groups: Sequence[Sequence[CellData]]) -> str:
    """The page for a summary whose points were measured by `groups`, in the same order."""
    named = labels(summary.cells)
    loads = list(zip(summary.cells, summary.verdict.points, strict=True))
    return (
        environment()
        .get_template("page.html")
        .render(
            summary=summary,
            state=state,
            longest_p99_s=longest_p99_s,
            loads=loads,
            several=len(summary.runs) > 1,
            abouts=abouts(summary),
            drawings=drawings(summary.cells, groups, named, saturating=summary.curves),
            sizes=carried_sizes(summary.verdict),
            networks=len({_network(one) for one in summary.verdict.sustained}),
            sampled=[pair for pair in loads if pair[0].machine_busy is not None],
            paying=[pair for pair in loads if pair[0].accounts is not None],
            calling=[pair for pair in loads if pair[0].calls is not None],
            failures=failure_lines(groups, named)[:_MOST_FAILURES],
            failures_in_all=len(failure_lines(groups, named)),
            sustained_share=SUSTAINED_SHARE,
            raw=rows(summary.cells),
        )
    )


def abouts(summary: Summary) -> list[tuple[str, list[str]]]:
    """What each run's plan says of itself, in paragraphs; runs whose plan says nothing are out."""
    said = {label: str(meta.plan.get("about") or "") for label, meta in summary.runs.items()}
    return [(label, text.strip().split("\n\n")) for label, text in said.items() if text.strip()]


def carried_sizes(verdict: Verdict) -> list[tuple[Sustained, WorkersPerRound, SizeWall | None]]:
    """What each size carries, with its workers and, where it is known, its first wall."""
    walls = {wall.size: wall for wall in verdict.first_wall}
    pairs = zip(verdict.sustained, verdict.workers_per_minute_round, strict=True)
    return [(carried, workers, walls.get(carried.size)) for carried, workers in pairs]


def failure_lines(groups: Sequence[Sequence[CellData]], named: Sequence[str]) -> list[FailureLine]:
    """Failures by point, kind and reason, the commonest first, each with its first example."""
    found = [
        FailureLine(
            label=label,
            outcome=str(alike["outcome"].iloc[0]),
            reason=str(alike["reason"].iloc[0]),
            count=len(alike),
            example=str(alike["submission"].iloc[0]),
        )
        for group, label in zip(groups, named, strict=True)
        for alike in _alike(group)
    ]
    return sorted(found, key=lambda line: -line.count)


def _alike(group: Sequence[CellData]) -> list[pd.DataFrame]:
    """The failed submissions of a point by kind and reason, each part in order of intention."""
    rows = pd.concat([cell.rows for cell in group]).sort_values("intended_s")
    failed = rows[rows["outcome"] != "included"]
    return [part for _, part in failed.groupby(["outcome", "reason"], sort=False)]


def state(point: PointSummary, found: PointVerdict) -> tuple[str, str]:
    """The chip of a point: a CSS class and a word."""
    if not point.valid:
        return "void", "not valid"
    if found.sustained:
        return "good", "carried"
    if found.trial and point.outcome == "ok":
        return "void", "past the limit"
    words = {"halted": "halted", "walled": "hit a wall", "saturated": "saturated"}
    return "bad", words.get(point.outcome, "fell short")


def _network(one: Sustained) -> tuple[str, str | None, int]:
    """What tells networks apart; periods are as seen, so they waver."""
    return one.topology, one.limits, round(one.period_s or 0.0)
