"""The floating-point trainer: its gradient is the loss's, and it learns the digits."""

from __future__ import annotations

import numpy as np
import pytest

from system.errors import UsageError
from system.learning import softmax
from system.learning.data import batch, digits


def small_problem() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(5)
    x = generator.normal(size=(12, 4)).astype(np.float32)
    return generator.normal(size=15), x, generator.integers(0, 3, 12)


def test_the_step_follows_the_numerical_gradient_of_the_loss():
    weights, x, y = small_problem()
    step = weights - softmax.sgd_step(weights, x, y, 1.0)
    for at in range(weights.size):
        nudge = np.zeros(weights.size)
        nudge[at] = 1e-6
        slope = (softmax.loss(weights + nudge, x, y) - softmax.loss(weights - nudge, x, y)) / 2e-6
        assert step[at] == pytest.approx(slope, abs=1e-7)


def test_a_step_lowers_the_loss_and_leaves_its_input_alone():
    weights, x, y = small_problem()
    before = weights.copy()
    assert softmax.loss(softmax.sgd_step(weights, x, y, 0.1), x, y) < softmax.loss(weights, x, y)
    assert (weights == before).all()


def test_probabilities_add_up_even_for_huge_scores():
    weights, x, _ = small_problem()
    for scale in (1.0, 1e4, 1e300):
        rows = softmax.probabilities(weights * scale, x)
        assert rows.sum(axis=1) == pytest.approx(1.0)
        assert (rows >= 0).all()


def test_zero_weights_know_nothing():
    data = digits()
    assert softmax.loss(np.zeros(650), data.test_x, data.test_y) == pytest.approx(np.log(10))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_digits_are_learnt(seed):
    data = digits(seed)
    trained = softmax.train(data, seed=seed)
    assert trained.shape == (650,)
    assert softmax.accuracy(trained, data.test_x, data.test_y) >= 0.9
    assert (trained == softmax.train(data, seed=seed)).all()


def test_workers_batches_train_too():
    data, weights = digits(), np.zeros(650)
    for index in range(300):
        weights = softmax.sgd_step(weights, *batch(data, index, 32), 0.5)
    assert softmax.accuracy(weights, data.test_x, data.test_y) >= 0.9


@pytest.mark.parametrize("size", [0, 64, 651])
def test_weights_of_another_model_are_refused(size):
    with pytest.raises(UsageError, match="multiple of 65"):
        softmax.sgd_step(np.zeros(size), *batch(digits(), 0, 8), 0.1)
