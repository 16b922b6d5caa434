"""Who ended how: wei and points by role, and whether that is as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bench.learn.models.course import Course
from bench.learn.models.crew import PROVIDER
from bench.learn.models.options import BAD, GOOD, ROLES
from bench.learn.models.sight import Seen
from bench.learn.models.stage import Stage
from system.models.names import POINTS


def net_by_role(stage: Stage, seen: Seen) -> dict[str, int]:
    """What the accounts of each role have and are owed over what they were given, in wei.

    The provider is one of them: it pays a market's bounty, and takes what is left of deposits.
    """
    net = dict.fromkeys([*ROLES, PROVIDER], 0)
    for one in [*stage.crew, stage.host]:
        net[one.role] += _net(stage, seen, one.address)
    here = {one.role for one in stage.crew}
    return {name: wei for name, wei in net.items() if name in here or name == PROVIDER}


def contributors(course: Course, seen: Seen) -> list[dict[str, Any]]:
    """Each contributor: role, what it did, wei begun with and won or lost, contributions good."""
    stage = course.stage
    rows = []
    for one in stage.crew:
        did = course.by_call.get(one.address, Counter[str]())
        known = stage.mechanism.standing(one.address)
        rows.append(
            {
                "address": one.address,
                "role": one.role,
                "contributed": did["addData"],
                "refunded": did["refund"],
                "reported": did["report"],
                "good": known.good,
                "given_wei": stage.given_wei[one.address],
                "net_wei": _net(stage, seen, one.address),
            }
        )
    return rows


def points_by_role(course: Course) -> dict[str, dict[str, float]]:
    """Contributions made and found good by role, and the share of these."""
    crew = sorted(course.stage.crew, key=lambda one: ROLES.index(one.role))
    found: dict[str, dict[str, float]] = {}
    for one in crew:
        known = course.stage.mechanism.standing(one.address)
        row = found.setdefault(one.role, {"submitted": 0, "good": 0, "share": 0.0})
        row["submitted"] += known.submitted
        row["good"] += known.good
        row["share"] = row["good"] / row["submitted"] if row["submitted"] else 0.0
    return found


def ledger(stage: Stage, seen: Seen) -> dict[str, int]:
    """Every wei in the end: what was given out is what all hold together."""
    place, incentive = stage.place, stage.wiring.incentive
    hands = {address: place.balance(address) for address in stage.given_wei}
    return {
        "given_out": sum(stage.given_wei.values()),
        "held_by_contributors": sum(hands[one.address] for one in stage.crew),
        "held_by_provider": hands[stage.provider.address],
        "held_by_incentive": place.balance(incentive),
        "owed_by_incentive": sum(seen.held_wei.values()) - sum(hands.values()),
    }


def conserved(wei: Mapping[str, int]) -> bool:
    """Whether no wei is lost, made, or kept from those it is owed to."""
    held = wei["held_by_contributors"] + wei["held_by_provider"] + wei["held_by_incentive"]
    return held == wei["given_out"] and wei["held_by_incentive"] == wei["owed_by_incentive"]


def unfair(
    incentive: str, net: Mapping[str, int], points: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """What is not as it should be, a sentence each: good ones don't lose, bad ones do."""
    if incentive == POINTS:
        if BAD in points and points[BAD]["share"] >= points[GOOD]["share"]:
            return ["as much bad data was found good as good data"]
        return []
    found = []
    if net[GOOD] < 0:
        found.append("good contributors ended poorer")
    if net.get(BAD, -1) >= 0:
        found.append("bad contributors did not end poorer")
    return found


def _net(stage: Stage, seen: Seen, address: str) -> int:
    return seen.held_wei[address] - stage.given_wei[address]
