"""What the page says of a training by encrypted updates, from one that was recorded on a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.record.learning import read_result, read_settings, read_steps
from bench.report.story import encrypted
from bench.report.story.story import Story, Table, Told
from bench.report.story.tellers import tell

RECORDED = Path(__file__).parent / "encrypted"


@pytest.fixture
def told() -> Told:
    """Three parties, two rounds and one with a newcomer; party 2 drops out in round 2."""
    return Told(read_settings(RECORDED), read_steps(RECORDED), read_result(RECORDED) or {})


def with_result(told: Told, **changes: Any) -> Told:
    return replace(told, result={**told.result, **changes})


def table(story: Story, name: str) -> Table:
    return next(one for one in story.tables if one.name == name)


def test_a_training_that_kept_its_bits_is_a_yes(told):
    story = tell(told)
    assert story.answer == "yes"
    assert "the same integers, bit for bit" in story.text
    said = " ".join(story.points)
    assert "protects nothing" in said
    assert "In round 2 party 2 dropped out" in said
    for name in ("NotMember", "UnitOutOfRange"):
        assert name in said


def test_both_lines_of_accuracy_are_drawn(told):
    [chart] = [one for one in tell(told).charts if one.name == "accuracy"]
    over, plain = chart.curves
    assert list(over.xs) == [1.0, 2.0, 3.0]
    assert list(over.ys) == list(plain.ys) != []


def test_gas_is_that_of_the_training_alone(told):
    [chart] = [one for one in tell(told).charts if one.name == "gas"]
    [curve] = chart.curves
    names = dict(zip(curve.xs, curve.ys, strict=True))
    assert set(names) == {"begin", "submit", "submit a part by 2", "judge", "add", "share"}
    mine = [row for row in told.rows if row.get("scheme") == "paillier"]
    assert names["add"] == sum(row["gas_used"] for row in mine if row["step"] == "add")


def test_every_scheme_and_every_step_has_its_row(told):
    story = tell(told)
    schemes = [row[0] for row in table(story, "schemes").rows]
    assert schemes == ["paillier", "plain", "masked"]
    steps = [row for row in told.rows if row["kind"] == "step"]
    assert len(table(story, "steps").rows) == len(steps)
    assert [row[3] for row in table(story, "rounds").rows] == [0, 1, 0]


def test_what_followed_is_told_with_its_money(told):
    story = tell(told)
    said = " ".join(story.points)
    assert "Party 3 joined" in said
    assert "was paid" in said
    assert "3 predictions" in said
    assert "Every wei" in said
    accounts = [row[0] for row in table(story, "money").rows]
    assert accounts[-4:-2] == ["enricher", "customer"]


def test_a_training_without_a_sequel_tells_none(told):
    bare = replace(told, result={**told.result, "newcomer": None, "accounts": []})
    story = tell(bare)
    assert "joined" not in " ".join(story.points)
    assert [one.name for one in story.tables] == ["rounds", "schemes", "steps"]


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"bit_identical": False}, "no"),
        ({"scheme": "plain"}, "no"),
        ({"falls": [2]}, "partly"),
        ({"rounds_opened": 1}, "partly"),
        ({"conserved": False}, "partly"),
    ],
)
def test_what_fell_short_is_no_yes(told, changes, answer):
    assert tell(with_result(told, **changes)).answer == answer


def test_a_fall_is_named(told):
    assert any("fell" in point for point in tell(with_result(told, falls=[2])).points)


@pytest.mark.parametrize("rows", [0, 1, 12, 22])
def test_a_killed_training_is_unfinished(told, rows):
    nothing: Mapping[str, Any] = {}
    story = encrypted.tell(Told(told.settings, told.rows[:rows], nothing))
    assert story.answer == "unfinished"
    assert len(table(story, "steps").rows) <= rows
