"""The story of a shared model, of trainings that were recorded on a node."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench.learn.models.show import closing_lines, heading, step_line
from bench.record.learning import RESULT_FILE, read_result, read_settings, read_steps
from bench.record.provenance import run_meta
from bench.record.writer import create_run
from bench.report.story.build import build
from bench.report.story.models import tell
from bench.report.story.story import Told

RECORDED = Path(__file__).parent / "recorded"


def _told(name: str, **changed: Any) -> Told:
    run = RECORDED / name
    result = {**(read_result(run) or {}), **changed}
    return Told(read_settings(run), read_steps(run), result)


def _run(place: Path, name: str) -> Path:
    """A directory as the training left it."""
    meta = run_meta(run=name, argv=["weighbridge", "learn", "models"], plan={}, seed=0)
    run = create_run(place / name, meta).path
    for path in (RECORDED / name).iterdir():
        shutil.copy(path, run)
    return run


def test_the_page_of_a_stake_says_who_won_and_what_was_refused(tmp_path: Path) -> None:
    paths = build([_run(tmp_path, "models-stake")])
    page = paths.page.read_text()
    for figure in ("accuracy", "balances", "points", "gas-so-far", "gas"):
        assert f"figure-{figure}" in page
    for said in ("Contributors", "NotNormalised", "a sample that is not of length one", "addData"):
        assert said in page
    assert "none is lost." in page
    assert paths.content.learning["incentive"] == "stake"
    assert len(paths.table.read_text().splitlines()) == 1 + len(
        read_steps(RECORDED / "models-stake")
    )


def test_the_page_of_a_market_says_how_it_scored(tmp_path: Path) -> None:
    page = build([_run(tmp_path, "models-market")]).page.read_text()
    assert "scored 12 contributions on 40 hidden samples; passes: 1, kicked: 0" in page
    assert "figure-points" not in page


@pytest.mark.parametrize(
    ("name", "changed", "answer"),
    [
        ("models-stake", {}, "partly"),
        ("models-stake", {"accuracy_initial": 0.1}, "yes"),
        ("models-stake", {"accuracy_initial": 0.1, "conserved": False}, "no"),
        ("models-stake", {"twin_agrees": False, "twin_differs": ["1 of 9 predictions"]}, "no"),
        ("models-market", {}, "no"),
    ],
)
def test_the_answer_follows_from_the_result(
    name: str, changed: Mapping[str, Any], answer: str
) -> None:
    assert tell(_told(name, **changed)).answer == answer


def test_what_is_not_as_it_should_be_comes_first() -> None:
    points = tell(_told("models-market")).points
    assert points[0] == "Not as it should be: good contributors ended poorer."
    differs = tell(_told("models-stake", twin_agrees=False, twin_differs=["1 of 9 predictions"]))
    assert "Chain and twin differ: 1 of 9 predictions." in differs.points


def test_points_are_told_by_shares() -> None:
    told = _told("models-stake")
    told.settings.asked["incentive"] = "points"
    assert "89% of good contributors' data was found good, 17% of the bad ones'" in tell(told).text


def test_a_training_that_was_killed_is_told_as_far_as_it_came(tmp_path: Path) -> None:
    run = _run(tmp_path, "models-stake")
    (run / RESULT_FILE).unlink()
    paths = build([run])
    assert paths.content.verdict.answer == "unfinished"
    assert "figure-accuracy" in paths.page.read_text()


def test_one_that_ended_before_its_first_step_is_told() -> None:
    told = _told("models-stake")
    story = tell(Told(told.settings, (), {}))
    assert (story.answer, story.tables) == ("unfinished", [])


def test_lines_in_a_terminal_say_the_same() -> None:
    told = _told("models-stake")
    assert "3 good, 2 bad, 1 mistaken, 0 limited; 18 contributions" in heading(told.settings)
    assert "accuracy 0.900; good +0.0" in step_line(told.rows[0], "stake")
    assert "mistaken +28.7, provider +31.1; refused so far: 6" in step_line(told.rows[-1], "stake")
    assert "found good: bad 1, good 8, mistaken 3; refused" in step_line(told.rows[-1], "points")
    lines = "\n".join(closing_lines(told.result, ["wei are lost or held back"]))
    assert "good 8 of 9, mistaken 3 of 3" in lines
    assert "not as it should be: wei are lost or held back" in lines
    assert "found good" not in "\n".join(closing_lines(_told("models-market").result, []))
    assert json.loads(json.dumps(told.result)) == told.result
