"""What a plan asks for is told from what its searches tried, by the names of cells alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from bench.record.planned import search_of, unrun
from bench.record.schema import CellFacts
from bench.sweep.plan import load_plan
from bench.sweep.point import Cell, Point
from tests.unit.report.synthetic import Load, cell_facts

SOFTMAX = Point("mnist-softmax", gas_limit=160_000_000)
PLAN = {
    "repeats": 2,
    "points": [asdict(SOFTMAX.at(30.0)), asdict(Point("mnist-softmax", saturation=True))],
}


def cell(point: Point, repeat: int = 1) -> CellFacts:
    facts = {"offered_per_s": point.rate_per_s, "repeat": repeat}
    return cell_facts(Load(cell=Cell(point, repeat).id, facts=facts))


@pytest.mark.parametrize(
    ("point", "trial"),
    [
        (SOFTMAX.at(30.0), False),  # asked for
        (Point("mnist-softmax", rate_per_s=30.0), True),  # on another network
        (Point("mnist-softmax", rate_per_s=43.9), True),
        (SOFTMAX.at(43.9), False),  # whose search is not this plan's
        (Point("lenet5", rate_per_s=43.9), False),
    ],
)
@pytest.mark.parametrize("repeat", [1, 3])
def test_a_trial_is_a_search_s_load_at_a_rate_that_nobody_asked_for(point, trial, repeat):
    assert bool(search_of(PLAN, cell(point, repeat))) is trial


def test_a_run_that_is_no_sweep_s_has_neither():
    for plan in ({}, {"title": "quick"}, {"workload": "jobs"}):
        assert not search_of(plan, cell(SOFTMAX.at(30.0)))
        assert unrun(plan, []) == ""


def test_a_plan_of_before_lacks_the_keys_that_came_later():
    later = ("saturation", "transaction_size_limit_kb", "duration_s", "job_size", "evil")
    old: dict[str, Any] = {k: v for k, v in asdict(SOFTMAX.at(30.0)).items() if k not in later}
    assert unrun({"points": [old]}, [cell(SOFTMAX.at(30.0))]) == ""


def test_what_was_not_begun_is_counted():
    all_of_it = [cell(SOFTMAX.at(30.0)), cell(SOFTMAX.at(30.0), 2)]
    trial = cell(Point("mnist-softmax", rate_per_s=7.0))
    assert unrun(PLAN, [*all_of_it, trial]) == ""
    assert unrun(PLAN, all_of_it).startswith("1 of the plan's 3 cells and searches were not begun")
    assert unrun(PLAN, [trial]).startswith("2 of the plan's 3 cells")


def test_a_search_for_what_no_rate_passes_makes_no_trial():
    fixed = Point("mnist-softmax", rate_per_s=3.0)
    plan = {"points": [asdict(fixed), asdict(Point("mnist-softmax", saturation=True))]}
    assert unrun(plan, [cell(fixed)]).startswith("1 of the plan's 2 cells")
    assert unrun(plan, [cell(fixed)], {Cell(fixed, 1).id}) == ""


@pytest.mark.parametrize("name", ["quick", "standard", "full", "epfl-2023"])
def test_no_cell_of_a_committed_plan_passes_for_a_trial(name):
    plan = load_plan(name, {})
    fixed = [one for one in plan.cells() if not one.point.saturation]
    assert fixed
    assert not any(search_of(asdict(plan), cell(one.point, one.repeat)) for one in fixed)
