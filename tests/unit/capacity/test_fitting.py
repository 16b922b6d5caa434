"""The fit finds the costs that made its data, and is honest about what it did not see."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from bench.capacity.disk import by_store
from bench.capacity.fitting import (
    FEWEST_CELLS,
    domain_of,
    fit_all,
    left_out_errors,
    solve,
    spread,
)
from bench.capacity.observed import TARGETS, Observed
from bench.capacity.round import TERMS, Round
from bench.capacity.saved import load, save
from system.errors import UsageError
from tests.unit.capacity.shapes import COSTS, a_model, a_round


def _rounds(seed: int, count: int) -> list[Round]:
    chance = np.random.default_rng(seed)
    return [
        a_round(
            workers=int(chance.integers(1, 400)),
            transactions=int(chance.integers(1, 4)),
            wire_bytes=int(chance.integers(500, 300_000)),
            gas=int(chance.integers(100_000, 60_000_000)),
            stages=int(chance.integers(1, 3)),
            validators=int(chance.choice([1, 4])),
            period_s=float(chance.choice([1, 2, 5])),
        )
        for _ in range(count)
    ]


def _observed(rounds: list[Round], noise: float = 0.0) -> list[Observed]:
    chance = np.random.default_rng(1)
    costs = np.array([COSTS[name] for name in TERMS])
    return [
        Observed(
            cell=f"cell-{place}",
            label=f"{one.workers} workers",
            round=one,
            rounds=3,
            seconds={
                target: float(costs @ one.quantities() * math.exp(noise * chance.normal()))
                for target in TARGETS
            },
        )
        for place, one in enumerate(rounds)
    ]


def test_the_costs_behind_the_data_are_found() -> None:
    fits, residuals = fit_all(_observed(_rounds(0, 40)))
    for target in TARGETS:
        assert fits[target].coefficients == pytest.approx(COSTS, rel=1e-6)
        assert fits[target].spread == pytest.approx(1.0, abs=1e-6)
        assert residuals[target] == pytest.approx([0.0] * 40, abs=1e-6)


def test_nine_of_ten_new_rounds_lie_within_the_spread() -> None:
    fits, _ = fit_all(_observed(_rounds(0, 60), noise=0.1))
    fit = fits["round_p50"]
    new = _observed(_rounds(9, 400), noise=0.1)
    inside = 0
    for one in new:
        costs = [fit.coefficients[name] for name in TERMS]
        ratio = one.seconds["round_p50"] / float(np.dot(costs, one.round.quantities()))
        inside += 1 / fit.spread <= ratio <= fit.spread
    assert 0.82 <= inside / 400 <= 0.98


def test_no_cost_is_negative() -> None:
    quantities = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    assert solve(quantities, np.array([3.0, 2.0, 1.0])).min() >= 0.0


def test_a_95th_percentile_never_falls_below_its_median() -> None:
    cells = _observed(_rounds(3, 40), noise=0.3)
    fits, _ = fit_all(
        [
            dataclasses.replace(one, seconds={**one.seconds, "round_p95": one.seconds["round_p50"]})
            for one in cells
        ]
    )
    for term in TERMS:
        for kind in ("submission", "round"):
            typical = fits[f"{kind}_p50"].coefficients[term]
            assert fits[f"{kind}_p95"].coefficients[term] >= typical


def test_a_cell_that_is_left_out_does_not_predict_itself() -> None:
    quantities = np.ones((5, 1))
    errors = left_out_errors(quantities, np.array([1.0, 1.0, 1.0, 1.0, 2.0]))
    assert errors[:4] == pytest.approx([errors[0]] * 4)
    assert errors[4] == pytest.approx(math.log(2.0))


def test_the_spread_is_the_ninth_of_nine_errors() -> None:
    assert spread(np.array([0.1] * 8 + [-0.5])) == pytest.approx(math.exp(0.5))
    assert spread(np.array([0.1] * 18 + [-0.5])) == pytest.approx(math.exp(0.1))


def test_too_few_cells_are_refused() -> None:
    cells = _observed(_rounds(0, FEWEST_CELLS - 1))
    with pytest.raises(UsageError, match=f"at least {FEWEST_CELLS}"):
        fit_all(cells)


def test_the_domain_is_what_the_cells_cover() -> None:
    domain = domain_of(_observed([a_round(workers=3), a_round(workers=9, store="event")]))
    assert domain.bounds["workers"] == [3, 9]
    assert domain.kinds["store"] == ["calldata", "event"]


def test_a_store_s_disk_growth_is_that_of_its_largest_cell() -> None:
    found = [("calldata", 10.0, 2.0), ("calldata", 900.0, 1.0), ("event", 5.0, 2.1)]
    assert by_store([*found, ("hash", 1.0, None)]) == {"calldata": 1.0, "event": 2.1}


def test_a_model_is_read_as_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    save(a_model(), path)
    assert load(path) == a_model()
    path.write_text('{"targets": 3}')
    with pytest.raises(UsageError, match=r"holds no fitted model .*: give a file that"):
        load(path)
    with pytest.raises(UsageError, match="can't be read"):
        load(tmp_path / "none.json")
