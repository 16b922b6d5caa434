"""The page of a recorded try of the bounty market, whole and cut off."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.record.learning import read_result, read_settings, read_steps
from bench.report.story.bounties import tell
from bench.report.story.build import build
from bench.report.story.story import Told

RECORDED = Path(__file__).parent / "recorded" / "bounties"


@pytest.fixture
def told() -> Told:
    return Told(read_settings(RECORDED), read_steps(RECORDED), read_result(RECORDED) or {})


def table(told: Told, name: str) -> dict[str, list[object]]:
    """The rows of a table by their names."""
    [found] = [one for one in tell(told).tables if one.name == name]
    return {str(row[0]): list(row[1:]) for row in found.rows}


def test_the_recorded_try_went_as_it_should(told):
    story = tell(told)
    assert story.answer == "yes"
    assert "liar 1 was banned" in story.text
    assert any("liar 1 announced" in point and "cheat" in point for point in story.points)
    assert any("silent 1" in point and "never published" in point for point in story.points)
    assert any("has its 4 credits back (its bounty is too low)" in point for point in story.points)


def test_credits_of_all_identities_end_where_the_books_do(told):
    [chart] = [one for one in tell(told).charts if one.name == "credits"]
    ends = {curve.name: curve.ys[-1] for curve in chart.curves}
    accounts = told.result["ledger"]["accounts"]
    assert ends == {name: one["own"] + one["trust"] for name, one in accounts.items()}
    assert ends["liar 1"] == 0
    assert all(list(curve.xs) == sorted(curve.xs) for curve in chart.curves)


def test_the_best_loss_only_falls_and_a_lie_is_seen(told):
    charts = {one.name: one for one in tell(told).charts}
    for curve in charts["best"].curves:
        assert list(curve.ys) == sorted(curve.ys, reverse=True)
    announced, measured = charts["losses"].curves
    lies = [name for name in announced.xs if "liar" in str(name)]
    assert lies
    for name, said, was in zip(announced.xs, announced.ys, measured.ys, strict=True):
        assert (said < was / 10) if name in lies else said == was


def test_tables_say_who_has_what(told):
    members, ledger = table(told, "members"), table(told, "ledger")
    assert members["liar 1"][-1] is True
    assert members[told.result["winner"]][2] > 0
    sums = [ledger[name][0] for name in ledger if name not in ("the chain agrees",)]
    assert sums[0] == sum(sums[1:])
    assert ledger["the chain agrees"] == [True]
    jobs, times = table(told, "jobs"), table(told, "timeline")
    assert jobs.keys() == times.keys()
    for name, (posted, _, _, _, closed) in times.items():
        assert posted < closed, name


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"conserved": False}, "no"),
        ({"banned": []}, "partly"),
        ({"banned": ["honest 1", "liar 1"]}, "no"),
        ({"earner": ""}, "partly"),
    ],
)
def test_what_went_wrong_is_said(told, changed, answer):
    assert tell(replace(told, result={**told.result, **changed})).answer == answer


@pytest.mark.parametrize("rows", [0, 1, 40, 120])
def test_a_try_that_was_killed_is_told_as_far_as_it_came(told, rows, tmp_path):
    story = tell(Told(told.settings, told.rows[:rows], {}))
    assert story.answer == "unfinished"
    assert f"{rows} events" in story.text


def test_the_page_holds_it_all(tmp_path):
    paths = build([RECORDED], tmp_path)
    page = paths.page.read_text()
    for name in ("credits", "best", "losses", "gas"):
        assert f"figure-{name}" in page
    assert "banned" in page
    assert json.loads(paths.summary.read_text())["learning"]["winner"]
