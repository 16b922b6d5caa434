"""A search asks for a limit: its trials are no loads that the chain failed to carry."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from bench.record.reader import read_run
from bench.report.document import Summary, summarise_runs
from bench.report.frame import cells_of
from bench.report.points import points
from bench.sweep.point import Cell, Point
from tests.unit.report.synthetic import Load, write_run

SOFTMAX = Point("mnist-softmax")
SEARCH = Point("mnist-softmax", saturation=True)
LAGGED = {"valid": False, "invalid_reason": "the generator lagged 2.00 s behind its schedule"}
BROKEN = {"valid": False, "invalid_reason": "the generator left no result"}


def tried(rate: int, *, carried: bool = True, **load: Any) -> Load:
    lost = dict.fromkeys(range(0, rate * 12, 3), ("rejected", "txpool is full"))
    cell = Cell(SOFTMAX.at(float(rate)), 1).id
    return Load(cell=cell, rate=rate, failing={} if carried else lost, **load)


@pytest.fixture
def summary(tmp_path):
    def make(*loads: Load, asks: list[Point]) -> Summary:
        plan = {"title": "mine", "points": [asdict(point) for point in asks]}
        run = read_run(write_run(tmp_path / "run", loads, plan=plan))
        return summarise_runs([run], ["run-1"], points(cells_of(run, "run-1")))

    return make


def test_trials_are_no_loads_that_were_not_carried(summary):
    loads = (tried(8), tried(16), tried(18, carried=False))
    found = summary(*loads, asks=[SOFTMAX.at(8.0), SEARCH]).verdict
    assert found.answer == "yes"
    assert found.opening == (
        "The one load was carried as offered. "
        "The limit of mnist-softmax · float32 lies between 16 and 18/s."
    )
    trials = {one.label.split(" · ")[-1]: one.trial for one in found.points}
    assert trials == {"8/s": False, "16/s": True, "18/s": True}
    [last] = [one for one in found.points if "18/s" in one.label]
    assert ", a trial of the search: " in last.text
    [search] = found.searches
    assert (search.sustained_per_s, search.beyond_per_s, search.gave_out) == (16, 18, "pool")


def test_without_a_search_every_load_counts(summary):
    loads = (tried(8), tried(18, carried=False))
    found = summary(*loads, asks=[SOFTMAX.at(8.0), SOFTMAX.at(18.0)]).verdict
    assert (found.answer, found.searches) == ("partly", [])
    assert found.opening == "1 of 2 loads were carried as offered."


def test_a_search_that_found_no_rate_was_not_carried(summary):
    other = Point("lenet5", rate_per_s=10.0)
    loads = (Load(cell=Cell(other, 1).id, name="lenet5"), tried(6, carried=False))
    found = summary(*loads, tried(3, carried=False), asks=[other, SEARCH]).verdict
    assert found.answer == "partly"
    assert found.opening.startswith(
        "1 of 2 loads were carried as offered. "
        "The search for the limit of mnist-softmax · float32 found no rate that is carried: "
    )


@pytest.mark.parametrize("carried", [True, False])
def test_one_trial_alone_is_no_curve_and_has_an_answer(summary, carried):
    found = summary(tried(6, carried=carried), asks=[SEARCH]).verdict
    assert found.answer == ("yes" if carried else "no")
    words = (
        "No limit of mnist-softmax · float32 was found: 6/s were" if carried else "found no rate"
    )
    assert words in found.opening


def test_a_generator_that_lags_is_no_limit_of_the_chain(summary):
    found = summary(tried(6), tried(9, end=LAGGED), asks=[SEARCH]).verdict
    assert found.opening == (
        "mnist-softmax · float32 was carried up to 6/s; the generator can't offer more."
    )


def test_a_search_that_broke_down_answers_nothing(summary):
    found = summary(tried(6, end=BROKEN), asks=[SEARCH]).verdict
    assert found.answer == "no"
    assert found.opening == ("No answer can be drawn: none of these measurements is valid.")


def test_a_trial_that_never_started_is_no_search_of_its_own(summary):
    unknown = {"gas_limit": 0, "period_s": None, "payload_bytes": 0}
    loads = (tried(8), tried(16, carried=False), tried(12, end=BROKEN, facts=unknown))
    [search] = summary(*loads, asks=[SEARCH]).verdict.searches
    assert (search.label, search.sustained_per_s, search.beyond_per_s) == (
        "mnist-softmax · float32",
        8,
        16,
    )


def test_a_plan_that_was_left_is_said_to_be(summary):
    found = summary(tried(8), asks=[SOFTMAX.at(8.0), SOFTMAX.at(9.0), SEARCH])
    assert found.warnings == [
        "2 of the plan's 3 cells and searches were not begun: `weighbridge sweep --resume` goes on "
        "with them"
    ]
