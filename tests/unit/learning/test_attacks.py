"""Wrong models: of the right form, seeded, and wrong."""

from __future__ import annotations

import numpy as np
import pytest

from system.learning import attacks, nets
from system.learning.arithmetic import Array, arithmetic
from system.learning.data import digits
from system.learning.rounds import job_step, train

MODEL = "digits-softmax"
EVERY = {
    "random": lambda weights: attacks.random_weights(weights, seed=3),
    "collude": lambda weights: attacks.colluding(weights, seed=3),
    "flip": attacks.sign_flipped,
    "scale": lambda weights: attacks.scaled(weights, 10),
    "zeros": attacks.zeros,
}


@pytest.fixture(scope="module")
def honest() -> Array:
    return train(MODEL, digits(), epochs=5)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("kind", ["integer", "float32"])
def test_wrong_models_have_the_right_form(honest, name, kind):
    weights = arithmetic(kind).weights(honest)
    before = weights.copy()
    wrong = EVERY[name](weights)
    assert wrong.dtype == weights.dtype
    assert wrong.shape == weights.shape
    assert (weights == before).all()
    assert (wrong != weights).any()
    assert (wrong == EVERY[name](weights)).all()
    assert nets.digest(MODEL, wrong, numbers=arithmetic(kind)) != nets.digest(
        MODEL, weights, numbers=arithmetic(kind)
    )


@pytest.mark.parametrize("name", ["random", "collude", "flip", "zeros"])
def test_wrong_models_know_nothing(honest, name):
    data = digits()
    assert nets.accuracy(MODEL, honest, data.test_x, data.test_y) > 0.9
    assert nets.accuracy(MODEL, EVERY[name](honest), data.test_x, data.test_y) < 0.3


def test_those_who_share_a_seed_share_a_model_and_nobody_else_does(honest):
    models = {attacks.random_weights(honest, seed=seed).tobytes() for seed in range(50)}
    shared = {attacks.colluding(honest, seed=seed).tobytes() for seed in range(50)}
    assert len(models | shared) == 100
    assert (attacks.colluding(honest, seed=1) == attacks.colluding(honest * 0, seed=1)).all()


def test_both_arithmetics_draw_the_same_weights(honest):
    floats = attacks.random_weights(arithmetic("float32").weights(honest), seed=1)
    assert (floats * 65536 == attacks.random_weights(honest, seed=1)).all()
    assert np.abs(floats).max() <= 1 / 8


def test_products_end_where_int32_does():
    edge = np.array([2**31 - 1, -(2**31), 5])
    assert attacks.scaled(edge, 2).tolist() == [2**31 - 1, -(2**31) + 1, 10]
    assert attacks.sign_flipped(edge).tolist() == [-(2**31) + 1, 2**31 - 1, -5]


@pytest.mark.parametrize("model", ["digits-64-32-10", "mnist-784-32-10", "lenet5"])
def test_training_can_start_from_a_wrong_model_that_won(model):
    from system.learning.sources import examples

    wrong = attacks.colluding(nets.initial_weights(model, 0), seed=1)
    job_step(model, wrong, examples(model), 0, 2)
