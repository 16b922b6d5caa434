"""What parties learn from slices of their own, and what the sum of their updates makes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from system.encrypted.learning import USUAL_EPOCHS, Study, applied, in_plain_sight, study_of
from system.encrypted.packing import largest
from system.errors import UsageError
from system.learning.integer import to_q16
from system.learning.sources import examples

MODEL = "digits-softmax"


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(MODEL, examples(MODEL), parties=4, steps=3)


def test_every_example_belongs_to_one_party():
    data = examples(MODEL)
    found = study_of(MODEL, data, parties=5)
    rows = [row.tobytes() for own in found.slices for row in own.train_x]
    assert sorted(rows) == sorted(row.tobytes() for row in data.train_x)
    assert all(own.test_y is data.test_y for own in found.slices)
    assert found.steps == USUAL_EPOCHS * (len(data.train_y) // 8 // 32)


def test_an_update_is_what_training_changes(study):
    start = study.start()
    update = study.update(2, start, 1)
    assert update.dtype == np.int64
    assert update.any()
    assert not np.array_equal(update, study.update(1, start, 1))
    assert not np.array_equal(update, study.update(2, start, 2))
    # Hundreds of times smaller than what the sum of 64 parties has room for.
    assert abs(update).max() * 100 < largest(32, 64)


def test_the_mean_is_rounded_half_up():
    weights = np.array([10, 10, 10, 10])
    moved = applied(weights, np.array([3, -3, 4, -1]), counted=2)
    np.testing.assert_array_equal(moved, [12, 9, 12, 10])


def test_in_plain_sight_only_those_count_whose_updates_do(study):
    start = study.start()
    total = study.update(0, start, 1) + study.update(3, start, 1)
    found = in_plain_sight(study, start, 1, counted=(3, 0))
    np.testing.assert_array_equal(found, applied(start, total, counted=2))
    np.testing.assert_array_equal(in_plain_sight(study, start, 1, counted=()), start)


def test_rounds_improve_the_model(study):
    weights = study.start()
    before = study.right(weights)
    for number in (1, 2):
        weights = in_plain_sight(study, weights, number, counted=range(4))
    assert study.right(weights) > 3 * before
    assert study.digest(weights) != study.digest(study.start())


def test_a_party_needs_a_mini_batch():
    data = examples(MODEL)
    few = replace(data, train_x=data.train_x[:200], train_y=data.train_y[:200])
    with pytest.raises(UsageError, match="at most 3 parties"):
        study_of(MODEL, few, parties=4)


def test_who_has_more_examples_and_time_improves_the_model(study):
    weights = in_plain_sight(study, study.start(), 1, counted=range(4))
    assert study.right(weights + study.improvement(weights)) > study.right(weights)
    assert study.newcomer == 4
    outside = study.slices[-1]
    assert len(outside.train_y) > 1.9 * len(study.slices[study.newcomer].train_y)


def test_a_class_is_predicted_from_whole_numbers(study):
    weights = in_plain_sight(study, study.start(), 1, counted=range(4))
    test = study.slices[0]
    found = [study.predict(weights, to_q16(image)) for image in test.test_x]
    assert sum(found == test.test_y) == study.right(weights)
