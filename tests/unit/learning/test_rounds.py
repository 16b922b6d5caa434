"""Jobs: which mini-batches an index names, and the weights after them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.errors import UsageError
from system.learning import nets, rounds
from system.learning.data import digits

PER_EPOCH = 1438 // 32


def rows(*batches: rounds.Batch) -> list[tuple[float, ...]]:
    return [
        (*x.tolist(), int(y)) for batch in batches for x, y in zip(batch.x, batch.y, strict=True)
    ]


def test_an_epoch_holds_every_example_at_most_once():
    data = digits()
    every = sorted(rows(rounds.Batch(data.train_x, data.train_y)))
    epochs = [
        rows(*(rounds.mini_batch(data, epoch * PER_EPOCH + at) for at in range(PER_EPOCH)))
        for epoch in (0, 1, 7)
    ]
    for epoch in epochs:
        assert len(epoch) == PER_EPOCH * 32
        assert len(set(epoch) - set(every)) == 0
        left = list(every)
        for row in epoch:
            left.remove(row)
    assert epochs[0] != epochs[1] != epochs[2]


@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(0, 9))
def test_a_batch_index_names_the_next_mini_batches(index, steps, seed):
    data = digits()
    named = rounds.job_batches(data, index, steps, seed=seed)
    assert rows(*named) == rows(
        *(rounds.mini_batch(data, index * steps + at, seed=seed) for at in range(steps))
    )
    assert all(one.x.shape == (32, 64) for one in named)


def test_jobs_one_after_another_are_the_training():
    data = digits()
    trained = rounds.train("digits-64-32-10", data, seed=4, epochs=1)
    *_, last = rounds.centralised("digits-64-32-10", data, rounds=11, steps=4, seed=4)
    assert PER_EPOCH == 44
    assert (last.weights == trained).all()
    assert last.number == 11
    assert last.accuracy == nets.accuracy("digits-64-32-10", trained, data.test_x, data.test_y)


def test_rounds_learn():
    right = [one.accuracy for one in rounds.centralised("digits-softmax", digits(), rounds=88)]
    assert len(right) == 88
    assert right[0] < 0.8 < 0.9 < right[-1]


def test_a_job_leaves_what_it_was_given_alone():
    start = nets.initial_weights("digits-64-32-10", 0)
    before = start.copy()
    moved = rounds.job_step("digits-64-32-10", start, digits(), 0)
    assert (start == before).all()
    assert (moved != rounds.job_step("digits-64-32-10", start, digits(), 1)).any()
    assert (moved != rounds.job_step("digits-64-32-10", start, digits(), 0, seed=1)).any()


@pytest.mark.parametrize(
    ("index", "steps", "hint"),
    [(-1, 1, "number from 0"), (0, 0, "at least 1"), (0, -2, "at least 1")],
)
def test_jobs_that_are_none(index, steps, hint):
    with pytest.raises(UsageError, match=hint):
        rounds.job_batches(digits(), index, steps)


@pytest.mark.parametrize("size", [0, 1439])
def test_mini_batches_that_are_none(size):
    with pytest.raises(UsageError, match="size from 1 to 1438"):
        rounds.mini_batch(digits(), 0, size=size)


def test_mini_batches_of_one_are_whole_epochs():
    data = digits()
    every = [rounds.mini_batch(data, at, size=1).y[0] for at in range(1438)]
    assert np.bincount(every).tolist() == np.bincount(data.train_y).tolist()
