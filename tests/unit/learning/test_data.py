"""Digits, batches, shuffles and shares: every example once, the same for everybody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.errors import UsageError
from system.learning.data import batch, digits
from system.learning.order import permutation, splitmix64
from system.learning.partition import dirichlet, iid


def test_splitmix64_is_the_published_generator():
    # The reference outputs for seed 1234567.
    assert splitmix64(1234567, 5).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@given(st.integers(0, 300), st.integers(), st.integers(0, 2**40))
def test_permutations(count, seed, stream):
    order = permutation(count, seed=seed, stream=stream)
    assert sorted(order.tolist()) == list(range(count))
    assert (order == permutation(count, seed=seed, stream=stream)).all()


def test_permutations_differ_by_seed_and_stream():
    orders = {
        tuple(permutation(50, seed=seed, stream=stream).tolist())
        for seed in range(20)
        for stream in range(20)
    }
    assert len(orders) == 400


def test_the_digits():
    data = digits()
    assert data.train_x.shape == (1438, 64)
    assert data.test_x.shape == (359, 64)
    assert data.train_x.dtype == np.float32
    assert (data.train_x.min(), data.train_x.max()) == (0.0, 1.0)
    assert set(data.train_y.tolist()) == set(data.test_y.tolist()) == set(range(10))
    assert ((data.train_x * 16) % 1 == 0).all()


def test_the_split_is_seeded_and_loses_nothing():
    one, other = digits(1), digits(2)
    assert (one.test_y != other.test_y).any()
    rows = [
        sorted(map(tuple, np.concatenate((data.train_x, data.test_x)).tolist()))
        for data in (one, other)
    ]
    assert rows[0] == rows[1]


def test_shared_data_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        digits().train_x[0] = 0.0


@given(st.integers(0, 2**64 - 1), st.integers(1, 200))
def test_batches_wrap_round(index, size):
    data = digits()
    x, y = batch(data, index, size)
    rows = [(index * size + i) % 1438 for i in range(size)]
    assert (y == data.train_y[rows]).all()
    assert (x == data.train_x[rows]).all()


@pytest.mark.parametrize(("index", "size"), [(-1, 32), (0, 0), (0, -5)])
def test_batches_that_are_none(index, size):
    with pytest.raises(UsageError, match="index from 0"):
        batch(digits(), index, size)


@given(st.integers(1, 200), st.integers(), st.data())
def test_iid_deals_every_example_once(count, seed, data):
    workers = data.draw(st.integers(1, count))
    shares = iid(count, workers, seed=seed)
    assert sorted(np.concatenate(shares).tolist()) == list(range(count))
    sizes = [len(share) for share in shares]
    assert len(sizes) == workers
    assert max(sizes) - min(sizes) <= 1


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=20, max_size=200),
    st.integers(1, 20),
    st.floats(1e-3, 1e3),
    st.integers(),
)
def test_dirichlet_deals_every_example_once(labels, workers, alpha, seed):
    shares = dirichlet(np.array(labels), workers, alpha=alpha, seed=seed)
    assert len(shares) == workers
    assert sorted(np.concatenate(shares).tolist()) == list(range(len(labels)))


def test_a_small_alpha_gives_workers_few_classes():
    labels = digits().train_y
    classes = {
        alpha: np.mean(
            [len(set(labels[s])) for s in dirichlet(labels, 10, alpha=alpha, seed=1) if s.size]
        )
        for alpha in (0.05, 100.0)
    }
    assert classes[0.05] < 5 < classes[100.0]


@pytest.mark.parametrize("workers", [0, -1, 11])
def test_worker_counts_that_cannot_share(workers):
    with pytest.raises(UsageError, match="from 1 to 10"):
        iid(10, workers, seed=1)
    with pytest.raises(UsageError, match="from 1 to 10"):
        dirichlet(np.zeros(10, dtype=np.int64), workers, alpha=1.0, seed=1)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan"), float("inf")])
def test_alphas_that_are_none(alpha):
    with pytest.raises(UsageError, match="positive"):
        dirichlet(np.zeros(10, dtype=np.int64), 2, alpha=alpha, seed=1)
