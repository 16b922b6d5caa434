"""A training of a shared model in words, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.record.learning import LearningSettings
from system.models.names import MARKET, POINTS

_FINNEY = 1e15


def heading(settings: LearningSettings) -> str:
    """What is going to happen."""
    asked, told = settings.asked, settings.predicted
    roles = ", ".join(f"{count} {name}" for name, count in told["contributors_by_role"].items())
    return (
        f"{settings.model} over {told['features']:,} features ({told['encoded_by']}), "
        f"{len(told['classes'])} classes, on {asked['topology']} with the incentive "
        f"{asked['incentive']}: {roles}; {asked['contributions']} contributions, "
        f"{told['tested']} test samples"
    )


def step_line(row: Mapping[str, Any], incentive: str) -> str:
    """How things stand after a step: wei won and lost in finney, or points."""
    return (
        f"{row['time_s']:>3} s, {row['phase']}: {row['contributions']} contributions, accuracy "
        f"{row['accuracy']:.3f}; "
        + (_points(row) if incentive == POINTS else _wei(row["balances_by_role"]))
        + f"; refused so far: {sum(row['refused'].values())}"
    )


def closing_lines(result: Mapping[str, Any], short: Sequence[str]) -> list[str]:
    """What came of it all."""
    gas = ", ".join(f"{name} {used:,}" for name, used in result["gas_by_call"].items())
    wei = result["wei"]
    return [
        f"accuracy {result['accuracy_initial']:.3f} at first, {result['accuracy']:.3f} after "
        f"{result['contributions']} contributions "
        + ("(the twin agrees)" if result["twin_agrees"] else "(THE TWIN DIFFERS)"),
        f"won and lost in finney: {_wei(result['balances_by_role'])}",
        *_found_good(result),
        f"gas: {gas}",
        "refused: "
        + (", ".join(f"{count} × {name}" for name, count in result["refused"].items()) or "none"),
        f"{wei['given_out']:,} wei given out = {wei['held_by_contributors']:,} + "
        f"{wei['held_by_provider']:,} + {wei['held_by_incentive']:,} held by the contributors, "
        "the provider and the incentive",
        *(f"not as it should be: {one}" for one in short),
    ]


def _found_good(result: Mapping[str, Any]) -> list[str]:
    """How much of whose data was; a market says so in money."""
    if result["incentive"] == MARKET:
        return []
    rows = result["points_by_role"].items()
    shares = (f"{name} {row['good']} of {row['submitted']}" for name, row in rows)
    return [f"found good: {', '.join(shares)}"]


def _points(row: Mapping[str, Any]) -> str:
    return "found good: " + ", ".join(f"{name} {n}" for name, n in row["good_by_role"].items())


def _wei(net: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {wei / _FINNEY:+.1f}" for name, wei in net.items())
