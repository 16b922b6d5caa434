"""Rounds and models made up for the tests."""

from __future__ import annotations

from typing import Any

from bench.capacity.model import Domain, Fit, Model, Source, dimensions, kinds
from bench.capacity.observed import TARGETS
from bench.capacity.place import place
from bench.capacity.question import Setting
from bench.capacity.round import TERMS, Round
from bench.record.schema import Machine

# Seconds: the wait, a period a block, 1 ms a transaction, 0.2 s a MB on four validators.
COSTS = dict(zip(TERMS, (1.0, 0.0, 1.0, 1.0, 0.2, 0.2, 0.04, 0.04, 0.1), strict=True))
SPREAD = 1.2


def a_round(**changes: Any) -> Round:
    """Ten workers with 31,400 bytes each on four QBFT validators."""
    facts: dict[str, Any] = {
        "workers": 10,
        "transactions": 1,
        "wire_bytes": 31_700,
        "gas": 585_000,
        "stages": 1,
        "store": "calldata",
        "consensus": "qbft",
        "validators": 4,
        "period_s": 1.0,
        "gas_limit": 160_000_000,
    }
    return Round(**facts | changes)


def a_domain(*rounds: Round) -> Domain:
    """What these rounds cover."""
    numbers, names = [dimensions(one) for one in rounds], [kinds(one) for one in rounds]
    return Domain(
        {key: [min(n[key] for n in numbers), max(n[key] for n in numbers)] for key in numbers[0]},
        {key: sorted({n[key] for n in names}) for key in names[0]},
    )


def a_model(*, spread: float = SPREAD, costs: dict[str, float] | None = None) -> Model:
    """A model of known costs, fitted to rounds of 5 to 500 workers."""
    slow = {name: 1.1 * cost for name, cost in (costs or COSTS).items()}
    usual = costs or COSTS
    fits = {target: Fit(slow if "p95" in target else usual, spread) for target in TARGETS}
    wide = (a_round(workers=5, wire_bytes=500, gas=50_000), a_round(workers=500))
    machine = Machine(cpu="Some CPU", cores=2, memory_bytes=8 * 10**9, os="Some OS", python="3")
    source = Source(
        runs=["a-run"],
        commit="0123456",
        started_at=["2026-01-02T03:04:05+00:00"],
        machine=machine,
        client_version=None,
        cells=["a", "b"],
        residuals={target: [0.1, -0.1] for target in TARGETS},
    )
    return Model(fits, a_domain(*wide), 700.0, source, {"calldata": 1.5})


def a_setting(**changes: Any) -> Setting:
    """float32 as call data on qbft-4, a round within 30 s."""
    facts: dict[str, Any] = {
        "encoding": "float32",
        "store": "calldata",
        "privacy": "plain",
        "place": place("qbft-4"),
        "deadline_s": 30.0,
    }
    return Setting(**facts | changes)
