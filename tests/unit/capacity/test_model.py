"""The cost model's arithmetic: more never gets faster, and far away it is less sure."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.capacity.model import distance, estimate, outside
from bench.capacity.round import TERMS
from tests.unit.capacity.shapes import COSTS, SPREAD, a_model, a_round

_GROWING = ("workers", "wire_bytes", "gas", "stages", "validators")


def test_a_round_s_seconds_are_the_sum_of_its_terms() -> None:
    found = estimate(a_model(), "round_p50", a_round(workers=100))
    # 1.5 periods, 100 transactions at 1 ms, 3.17 MB at 0.2 s, 58.5 M gas at 0.4 s a thousand M.
    assert found.seconds == pytest.approx(1.5 + 0.1 + 3.17 * 0.2 + 0.0585 * 0.4)
    assert found.seconds == pytest.approx(sum(found.terms.values()))
    assert list(found.terms) == list(TERMS)


def test_blocks_are_counted_by_whole_transactions() -> None:
    assert a_round(workers=10, gas=80_000_000).blocks == 5  # two fill a block
    assert a_round(workers=10, gas=81_000_000).blocks == 10  # one leaves half of it
    assert a_round(workers=1, gas=10, gas_limit=100).blocks == 1
    found = estimate(a_model(), "round_p50", a_round(workers=10, gas=81_000_000))
    assert found.terms["block"] == pytest.approx(9.0)


@given(
    name=st.sampled_from(_GROWING),
    workers=st.integers(1, 2_000),
    wire_bytes=st.integers(300, 2_000_000),
    gas=st.integers(50_000, 150_000_000),
    more=st.integers(1, 10_000),
)
def test_more_of_anything_is_never_faster(
    name: str, workers: int, wire_bytes: int, gas: int, more: int
) -> None:
    smaller = a_round(workers=workers, wire_bytes=wire_bytes, gas=gas)
    larger = dataclasses.replace(smaller, **{name: getattr(smaller, name) + more})
    for target in ("round_p50", "submission_p95"):
        before = estimate(a_model(), target, smaller)
        assert estimate(a_model(), target, larger).seconds >= before.seconds


def test_inside_the_domain_the_interval_is_the_spread() -> None:
    inside = a_round(workers=50)
    found = estimate(a_model(), "round_p50", inside)
    assert outside(a_model().domain, inside) == {}
    assert found.high / found.seconds == pytest.approx(SPREAD)
    assert found.seconds / found.low == pytest.approx(SPREAD)


@pytest.mark.parametrize(
    ("changes", "names", "far"),
    [
        ({"workers": 1_000}, {"workers", "transactions", "bytes", "gas", "blocks by gas"}, 1.0),
        ({"workers": 50, "period_s": 4.0}, {"period_s"}, 2.0),
        ({"workers": 50, "store": "storage"}, {"store storage"}, 1.0),
        ({"workers": 50, "validators": 8}, {"validators"}, 1.0),
        ({"workers": 50, "gas_limit": 80_000_000}, {"gas_limit"}, 1.0),
        ({"workers": 50, "consensus": "ibft", "stages": 2}, {"consensus ibft", "stages 2"}, 2.0),
    ],
)
def test_outside_the_domain_the_interval_widens(
    changes: dict[str, object], names: set[str], far: float
) -> None:
    beyond = a_round(**changes)
    assert set(outside(a_model().domain, beyond)) == names
    assert distance(a_model().domain, beyond) == pytest.approx(far, abs=0.2)
    found = estimate(a_model(), "round_p50", beyond)
    assert found.high / found.seconds == pytest.approx(
        SPREAD ** (1 + distance(a_model().domain, beyond))
    )


def test_a_gas_limit_that_wavers_is_still_inside() -> None:
    assert outside(a_model().domain, a_round(workers=50, gas_limit=160_000_900)) == {}


@pytest.mark.parametrize(
    ("period_s", "wait_s", "stage_s"),
    [
        (1.0, 1.5, 2.0),
        (3.0, 4.5, 6.0),
        # From 3 s on the block at a period's end takes what came in its first 3 s.
        (5.0, 7.5 - 3.0, 5.0),
        (7.0, 10.5 - 6.0, 7.0),
    ],
)
def test_a_proposer_begins_its_block_anew_every_three_seconds(
    period_s: float, wait_s: float, stage_s: float
) -> None:
    found = estimate(a_model(), "round_p50", a_round(period_s=period_s, stages=2))
    assert found.terms["wait"] == pytest.approx(wait_s)
    assert found.terms["stage"] == pytest.approx(stage_s)


def test_unknown_terms_cost_nothing() -> None:
    costs = {name: cost for name, cost in COSTS.items() if name != "byte"}
    found = estimate(a_model(costs=costs), "round_p50", a_round())
    assert found.terms["byte"] == 0.0
