"""What a training of a shared model leaves: a row for each step, and the result of them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.learn.models.account import (
    conserved,
    contributors,
    ledger,
    net_by_role,
    points_by_role,
    unfair,
)
from bench.learn.models.course import Course
from bench.learn.models.phases import Phases
from bench.learn.models.sight import Seen


def row_of(course: Course, number: int, seen: Seen, *, phase: str, time_s: int) -> dict[str, Any]:
    """How things stand after a step; counts are of all steps so far, `time_s` the chain's."""
    stage, tally = course.stage, course.tally
    return {
        "step": number,
        "phase": phase,
        "time_s": time_s,
        "contributions": len(course.given),
        "accuracy": seen.accuracy,
        "balances_by_role": net_by_role(stage, seen),
        "at_stake_by_role": at_stake(course),
        "good_by_role": {name: row["good"] for name, row in points_by_role(course).items()},
        "calls": dict(tally.done),
        "gas": dict(tally.gas),
        "refused": tally.refused_by_name(),
    }


def at_stake(course: Course) -> dict[str, int]:
    """What is left of the deposits of each role and may come back, in wei; none in a market."""
    found = {one.role: 0 for one in course.stage.crew}
    for one in course.claims.open:
        found[one.role] += one.left_wei
    return found


def result_of(
    course: Course, phases: Phases | None, rows: Sequence[Mapping[str, Any]], seen: Seen
) -> dict[str, Any]:
    """The whole training, ready for JSON."""
    stage, tally = course.stage, course.tally
    options, differing = stage.options, stage.exchange.differing
    net, points, wei = net_by_role(stage, seen), points_by_role(course), ledger(stage, seen)
    return {
        "schema": 1,
        "system": "models",
        "model": options.model,
        "incentive": options.incentive,
        "classes": list(stage.material.classes),
        "features": stage.material.width,
        "contributions": len(course.given),
        "accuracy": seen.accuracy,
        "accuracy_twin": seen.accuracy_twin,
        "accuracy_initial": rows[0]["accuracy"],
        "accuracy_by_step": [row["accuracy"] for row in rows],
        "tested": len(stage.material.test),
        "balances_by_role": net,
        "points_by_role": points,
        "contributors": contributors(course, seen),
        "gas_by_call": tally.gas_by_call(),
        "calls": {
            name: {"sent": sent, "done": tally.done[name], "gas": tally.gas[name]}
            for name, sent in tally.sent.items()
        },
        "refused": tally.refused_by_name(),
        "refused_by_role": tally.refused_by_role(),
        "conserved": conserved(wei),
        "wei": wei,
        "twin_agrees": not differing,
        "twin_differs": differing,
        "unfair": unfair(options.incentive, net, points),
        "seconds": rows[-1]["time_s"],
        **(_market(phases) if phases else {}),
    }


def fell_short(result: Mapping[str, Any], wanted: int) -> list[str]:
    """Why a training is not what was asked for, a sentence each; none if it is."""
    found = list(result["unfair"])
    if not result["conserved"]:
        found.append("wei are lost or held back")
    if not result["twin_agrees"]:
        found.append(f"chain and twin differ: {result['twin_differs'][0]}")
    if result["contributions"] < wanted:
        found.append(f"{result['contributions']} of {wanted} contributions were made")
    return found


def _market(phases: Phases) -> dict[str, Any]:
    rounds, given = phases.market.rounds, phases.course.given
    role = {one.address: one.role for one in phases.stage.crew}
    return {
        "phases": [asdict(one) for one in phases.passed],
        "bounty_wei": phases.offer.bounty,
        "unit_wei": rounds.unit,
        "hidden": phases.offer.terms.hidden(len(phases.offer.pieces)),
        "passes": rounds.number,
        "scores": [
            {"role": role[one.author], "score": entry.score, "kicked": entry.kicked}
            for one, entry in zip(given, rounds.entries, strict=True)
        ],
    }
