"""Plans of the models system: what they hold, how their cells are called, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.sweep.locust_run import command
from bench.sweep.plan import PlanError, load_plan
from system.errors import UsageError
from system.models.names import INCENTIVES, KINDS


def test_one_plan_has_every_model_and_every_mechanism() -> None:
    plan = load_plan("models-all", {})
    settings = [dict(point.settings) for point in plan.points]
    assert {one["classifier"] for one in settings} == set(KINDS)
    assert {one["incentive"] for one in settings} == set(INCENTIVES)
    assert all(float(one["bad"]) > 0 for one in settings)


def test_the_other_has_jobs_of_the_same_sizes_beside_the_models() -> None:
    plan = load_plan("models", {})
    sizes = {
        (point.system, "" if point.system == "models" else point.encoding): set[str]()
        for point in plan.points
    }
    for point in plan.points:
        sizes[point.system, "" if point.system == "models" else point.encoding].add(point.weights)
    assert set(sizes) == {("models", ""), ("jobs", "int64"), ("jobs", "float32")}
    assert all(found == {"10", "64", "512", "4000"} for found in sizes.values())
    assert plan.seconds() < 8 * 60


def test_a_cell_is_called_by_what_it_is_and_typed_as_a_person_would() -> None:
    plan = load_plan("models-all", {})
    [cell] = [
        cell
        for cell in plan.cells()
        if {"softmax", "points"} <= set(dict(cell.point.settings).values())
    ]
    assert cell.id == "64_models_6ps_qbft-4_10users_softmax_points_0.2_1_1.0_r1"
    typed = " ".join(command(plan, cell, run_dir=Path("run"), urls=["http://127.0.0.1:1"]))
    assert "--system models" in typed
    assert "--classifier softmax --incentive points --bad 0.2 --refund-wait-s 1" in typed


@pytest.mark.parametrize(
    ("axes", "cure"),
    [
        ({"weights": ["mnist-softmax"]}, "such as 512"),
        ({"weights": ["5000"]}, "2 to 4,096"),
        ({"bad": [1.2]}, "give a share"),
        ({"classifier": ["forest"]}, "no --classifier 'forest'"),
        ({"job_size": [3]}, "no --job-size"),
    ],
)
def test_what_can_t_be_is_refused_before_anything_runs(
    axes: dict[str, list[object]], cure: str
) -> None:
    with pytest.raises((PlanError, UsageError), match=cure):
        load_plan("models-all", axes)
