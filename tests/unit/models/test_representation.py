"""A last layer on the chain over a representation off it learns what raw pixels do not give."""

from __future__ import annotations

from functools import lru_cache
from statistics import fmean

import numpy as np
import pytest

from system.learning.arithmetic import INTEGER
from system.learning.nets import hidden, net, scores
from system.learning.order import splitmix64
from system.models.classifiers.classifier import ONE, SQUARE_TOLERANCE, Classifier
from system.models.classifiers.perceptron import DensePerceptron
from system.models.classifiers.rules import squared_length
from system.models.classifiers.softmax import SoftmaxRegression
from system.models.data import Examples, Labelled, digit_images, divided, encoded, regrouped
from system.models.encoders.dense import Dense
from system.models.encoders.encoder import Encoder
from system.models.encoders.errors import NotFinite, WrongWidth
from system.models.representation import RandomFeatures, Represented, fitted, pretrained

PARITY = {"even": list("02468"), "odd": list("13579")}


@lru_cache(maxsize=1)
def parts() -> tuple[Labelled, Labelled]:
    """Digits to prepare a body on, and others to learn and to be tested on."""
    return divided(digit_images(), 900, seed=2)


@lru_cache(maxsize=2)
def over(kind: str) -> Represented:
    """The encoder over what a net learned about digits off the chain, or over a random map."""
    prepared = parts()[0]
    body = pretrained(prepared, epochs=20) if kind == "net" else RandomFeatures(64, 400, seed=5)
    return fitted(body, prepared.samples)


def odd_or_even(encoder: Encoder, seed: int) -> Examples:
    """A task that nothing was trained for."""
    return encoded(regrouped(parts()[1], PARITY), encoder, seed=seed)


def perceptron(data: Examples) -> Classifier:
    """What knows nothing of two classes."""
    model = DensePerceptron(0, ONE)
    model.add_features(0, [0] * data.width)
    model.finish()
    return model


def softmax(data: Examples) -> Classifier:
    """What knows nothing of ten classes."""
    model = SoftmaxRegression(data.width, 4 * ONE)
    for _ in data.classes:
        model.bring(0, [0] * data.width)
        model.add_class(0)
    model.finish()
    return model


def learned(model: Classifier, data: Examples, *, passes: int) -> float:
    """The share of the test part that the model gets after so many passes over the rest."""
    for _ in range(passes):
        for one in data.train:
            model.update(one.features, one.label)
    return fmean(model.predict(one.features) == one.label for one in data.test)


def test_a_last_layer_over_a_random_map_beats_raw_pixels():
    shares = {
        encoder.width: fmean(
            learned(perceptron(data), data, passes=3)
            for data in (odd_or_even(encoder, seed) for seed in range(3))
        )
        for encoder in (Dense(64), over("map"))
    }
    assert shares[401] > 0.88
    assert shares[401] > shares[64] + 0.03


def test_a_last_layer_over_a_net_learns_all_digits_in_one_pass():
    shares = {
        encoder.width: fmean(
            learned(softmax(data), data, passes=1)
            for data in (encoded(parts()[1], encoder, seed=seed) for seed in range(3))
        )
        for encoder in (Dense(64), over("net"))
    }
    assert shares[33] > 0.88
    assert shares[33] > shares[64] + 0.05


@pytest.mark.parametrize("kind", ["net", "map"])
def test_features_are_one_long_whatever_the_sample(kind):
    encoder = over(kind)
    for row in (np.zeros(64), np.ones(64), *digit_images().samples[:50]):
        features = encoder.encode(row)
        assert len(features) == encoder.width
        assert abs(squared_length(features) - 10**18) < SQUARE_TOLERANCE


def test_the_hidden_values_are_those_the_last_layer_is_given():
    one = over("net").body
    x = np.asarray(digit_images().samples[:5], dtype=np.float32)
    values = hidden(one.model, one.weights, x)
    assert values.shape == (5, one.units)
    assert np.array_equal(values[2] / 65536, one.hidden(x[2]))
    last = net(one.model).layers[-1]
    given = last.forward(INTEGER, one.weights[-last.size :], values)
    assert np.array_equal(given, scores(one.model, one.weights, x))


def test_a_random_map_is_the_same_everywhere():
    row = np.array([1.0, -2.0])
    draws = [int(one >> 11) / 2**52 - 1 for one in splitmix64(9, 9).tolist()]
    expected = [
        max(0.0, 3**0.5 * (draws[2 * at] - 2 * draws[2 * at + 1]) + draws[6 + at])
        for at in (0, 1, 2)
    ]
    assert np.allclose(RandomFeatures(2, 3, seed=9).hidden(row), expected, rtol=1e-13)
    assert expected[2] > 1.28
    assert not np.allclose(RandomFeatures(2, 3, seed=8).hidden(row), expected)


def test_samples_of_another_kind_are_refused():
    encoder = fitted(RandomFeatures(3, 4), [[0.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    with pytest.raises(WrongWidth, match="takes 3"):
        encoder.encode([1.0])
    with pytest.raises(NotFinite):
        encoder.encode([1.0, float("nan"), 0.0])


def test_a_unit_that_never_moves_stays_at_zero():
    encoder = fitted(RandomFeatures(1, 3, seed=1), [[0.5], [0.5]])
    assert encoder.encode([0.5]) == (0, 0, 0, ONE)
