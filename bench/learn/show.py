"""A training in words, line by line."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench.record.learning import JobRow, LearningSettings


def heading(settings: LearningSettings) -> str:
    """What is going to happen."""
    asked, told = settings.asked, settings.predicted
    return (
        f"{settings.model} ({settings.weights:,} weights) over {asked['topology']}: "
        f"{asked['workers']} workers, {told['job_size']} of them a job, "
        f"payment {int(told['payment_wei']):,} wei, deposit {int(told['deposit_wei']):,} wei; "
        f"P(paid | good) = {told['p_colluding']:.4f}, P(model right) = {told['w_colluding']:.4f} "
        "if the others collude"
    )


def job_line(row: JobRow) -> str:
    """How a job ended."""
    paid = Counter(seat.behaviour for seat in row.seats if seat.paid)
    who = ", ".join(f"{count} {name}" for name, count in paid.items()) or "nobody"
    refused = ", ".join(f"{count} × {name}" for name, count in row.refused.items())
    return (
        f"job {row.job}: {row.outcome}, {row.votes} of {row.counted} results agree, paid: {who}; "
        f"accuracy {row.accuracy:.3f} (off chain {row.accuracy_off_chain:.3f}); "
        f"{row.gas_used / 1e6:.1f} M gas, {row.wire_bytes / 1e6:.2f} MB, {row.seconds:.1f} s"
        + (f"; refused: {refused}" if refused else "")
    )


def closing_lines(result: dict[str, Any]) -> list[str]:
    """What came of it all."""
    lines = [
        f"accuracy {result['accuracy']:.3f}, off chain {result['accuracy_off_chain']:.3f} "
        f"after {result['rounds']} rounds in {result['jobs']} jobs",
        *_poisoned(result["rounds_poisoned"]),
        f"a round: {result['gas_per_round'] / 1e6:.1f} M gas, "
        f"{result['bytes_per_round'] / 1e6:.2f} MB, {result['seconds_per_round']:.1f} s "
        f"({result['seconds_per_round_off_chain']:.2f} s off chain)",
    ]
    if result["honest_agreement"] is not None:
        lines.append(f"pairs of honest results that agree: {result['honest_agreement']:.0%}")
    for name, wei in result["profit_by_behaviour"].items():
        chance = result["p_by_behaviour"].get(name)
        lines.append(f"{name}: {wei / 1e15:+.3f} finney each{_chance(chance)}")
    return [*lines, _wei(result["wei"])]


def _poisoned(rounds: int) -> list[str]:
    were = "was" if rounds == 1 else "were"
    return [f"{rounds} of these {were} won by a wrong model"] if rounds else []


def _wei(wei: dict[str, int]) -> str:
    given, server, workers, market = (
        f"{wei[name]:,}"
        for name in ("given_out", "held_by_server", "held_by_workers", "held_by_market")
    )
    return (
        f"{given} wei given out = {server} + {workers} + {market} "
        "held by the server, the workers and the market"
    )


def _chance(chance: dict[str, Any] | None) -> str:
    if chance is None:
        return ""
    expected = chance["predicted"]
    low, high = chance["ci95"]
    return f", paid in {chance['observed']:.1%} of its seats [{low:.1%}, {high:.1%}]" + (
        "" if expected is None else f", {expected:.1%} predicted"
    )
