"""Each wall ends in a named outcome, whatever happens at it; what may harm a chain is asked for."""

from __future__ import annotations

import pytest

from bench.network.topology import load_topology
from bench.probe.deadline import OutOfTime
from bench.probe.finding import Finding
from bench.probe.run import Met, run_walls
from bench.probe.wall import Risk, Wall
from bench.probe.walls.registry import WALLS, chosen
from system.errors import NetworkError, UsageError
from tests.unit.probe.synthetic import subject


def wall(name: str, risk: Risk = "nothing", error: Exception | None = None) -> Wall:
    def measure(_: object) -> list[Finding]:
        if error is not None:
            raise error
        return [Finding(name, "bytes", "a setting", predicted=1, measured=1)]

    return Wall(name, "a setting", risk, measure)


def outcomes(walls, *, own=True, may_break=False):
    met: list[Met] = []
    found = run_walls(
        subject(load_topology("qbft-4") if own else None),
        walls,
        may_break=may_break,
        starting=lambda _: None,
        report=met.append,
    )
    assert [one.done for one in met] == list(range(1, len(walls) + 1))
    return {finding.name: finding for finding in found}


@pytest.mark.parametrize(
    "error",
    [
        OutOfTime("no block in time"),
        NetworkError("not started"),
        KeyError("result"),
        TypeError("None is no number"),
        ValueError("not hexadecimal"),
        ConnectionResetError("gone"),
    ],
)
def test_a_wall_that_can_t_be_measured_is_named_and_the_next_one_follows(error):
    found = outcomes([wall("first", error=error), wall("second")])
    assert found["first"].outcome == "not measured"
    assert str(error) in found["first"].note
    assert found["first"].fell_short
    assert found["second"].outcome == "measured"
    assert not found["second"].fell_short


WALLS_BY_RISK = [wall("a"), wall("b", "the chain"), wall("c", "the network")]


@pytest.mark.parametrize(
    ("own", "may_break", "measured"),
    [
        (True, False, ["a", "b", "c"]),
        (False, False, ["a"]),
        (False, True, ["a", "b"]),
    ],
)
def test_a_user_s_chain_is_not_harmed_unasked(own, may_break, measured):
    found = outcomes(WALLS_BY_RISK, own=own, may_break=may_break)
    assert [name for name, one in found.items() if one.outcome == "measured"] == measured
    skipped = [one for one in found.values() if one.outcome != "measured"]
    assert all(one.outcome == "skipped" and "--" in one.note for one in skipped)
    assert not any(one.fell_short for one in skipped)


def test_a_wall_elsewhere_than_predicted_falls_short():
    within = Finding("w", "s", "", predicted=10.0, measured=11.5, tolerance=2.0)
    beyond = Finding("w", "s", "", predicted=10.0, measured=12.5, tolerance=2.0)
    unknown = Finding("w", "s", "", measured=12.5)
    assert [one.agrees for one in (within, beyond, unknown)] == [True, False, None]
    assert [one.fell_short for one in (within, beyond, unknown)] == [False, True, False]


def test_walls_are_chosen_by_name_in_the_registry_s_order():
    assert chosen([]) == WALLS
    assert [one.name for one in chosen(["pool", "HTTP body"])] == ["HTTP body", "pool"]
    with pytest.raises(UsageError, match="did you mean 'block gas'"):
        chosen(["blok gas"])
    assert len({one.name for one in WALLS}) == len(WALLS) == 9
