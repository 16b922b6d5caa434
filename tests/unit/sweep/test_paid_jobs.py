"""Paid jobs as points of a sweep."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.sweep.locust_run import command
from bench.sweep.plan import PlanError, load_plan
from system.errors import UsageError

AXES = {"weights": ["10"], "rate_per_s": [5.0]}


def test_sizes_and_mixes_make_cells_of_their_own():
    mixed = {"evil": [0.0, 0.4], "evil_behaviour": ["collude,silent"], "job_size": [5, 9]}
    plan = load_plan("quick", {**AXES, **mixed}, repeats=1)
    ids = {cell.id for cell in plan.cells()}
    assert len(ids) == 4
    assert any("jobs-of-5_0.4-collude-silent" in one for one in ids)
    words = command(plan, plan.cells()[0], run_dir=Path("run"), urls=["http://127.0.0.1:1"])
    point = plan.cells()[0].point
    assert words[words.index("--job-size") + 1] == str(point.job_size)
    assert words[words.index("--evil") + 1] == str(point.evil)
    assert words[words.index("--evil-behaviour") + 1] == "collude,silent"


def test_the_board_is_what_a_plan_gets_by_default():
    [cell] = load_plan("quick", AXES, repeats=1).cells()
    assert cell.point.job_size is None
    words = command(load_plan("quick", AXES), cell, run_dir=Path("run"), urls=["http://x:1"])
    assert "--job-size" not in words
    assert "jobs-of" not in cell.id


def test_workers_are_enough_for_jobs_that_wait_for_deadlines():
    board, paid = (
        load_plan("quick", {**AXES, **more}, repeats=1).cells()[0].point
        for more in ({}, {"job_size": [5]})
    )
    assert (board.accounts(), paid.accounts()) == (20, 80)


@pytest.mark.parametrize(
    ("axes", "cure"),
    [
        ({"evil": [0.4]}, "need job_size"),
        ({"job_size": [0]}, "above 0"),
        ({"job_size": [2.5]}, "whole number"),
        ({"job_size": [5], "evil": [2], "evil_behaviour": ["grief"]}, "from 0 to 1"),
        ({"job_size": [5], "evil": ["much"]}, "from 0 to 1"),
        ({"job_size": [5], "evil": [float("nan")]}, "from 0 to 1"),
        ({"job_size": [5], "evil": [0.4]}, "needs --evil-behaviour"),
        ({"job_size": [5], "evil": [0.4], "evil_behaviour": ["grif"]}, "grief"),
        ({"job_size": [5], "evil_behaviour": [3]}, "names with commas"),
        ({"job_size": [5], "store": ["hash"]}, "another --store"),
        ({"job_size": [5], "weights": ["counter"]}, "the counter has none"),
    ],
)
def test_what_no_paid_job_can_be_is_said_before_anything_starts(axes, cure):
    with pytest.raises(UsageError, match=cure):
        load_plan("quick", {**AXES, **axes})
    assert issubclass(PlanError, UsageError)
