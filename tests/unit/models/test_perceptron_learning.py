"""Perceptrons learn: digits by a dense one, texts by a sparse one."""

from __future__ import annotations

from random import Random

import numpy as np

from system.learning.data import digits
from system.models.classifiers.classifier import ONE, Classifier
from system.models.classifiers.perceptron import SparsePerceptron
from tests.unit.models.beside import unit
from tests.unit.models.perceptrons import dense, dense_twin


def test_a_dense_perceptron_tells_threes_from_fives() -> None:
    data = digits()
    twin = dense_twin([0] * 64, rate=ONE // 2)
    train, test = of_two(data.train_x, data.train_y), of_two(data.test_x, data.test_y)
    untrained = accuracy(twin, test)
    for _ in range(3):
        for sample, cls in train:
            twin.update(sample, cls)
    assert accuracy(twin, test) > 0.9 > untrained


def test_the_contract_learns_what_the_twin_learns() -> None:
    data = digits()
    pair, twin = dense([0] * 64), dense_twin([0] * 64)
    for sample, cls in of_two(data.train_x, data.train_y)[:60]:
        pair.updated(twin, sample, cls)
    assert pair.read("weightsNow()", returns="int64[]") == tuple(twin.row.now)


def test_a_sparse_perceptron_learns_which_words_are_spam() -> None:
    seed, twin = Random(4), SparsePerceptron(200, 0, ONE)
    twin.finish()
    texts = [text(seed, cls) for cls in [0, 1] * 200]
    for sample, cls in texts[:300]:
        twin.update(sample, cls)
    assert accuracy(twin, texts[300:]) > 0.9


def text(seed: Random, cls: int) -> tuple[list[int], int]:
    """Words of a vocabulary of 200, of which half are likelier in one class."""
    own = range(100 * cls, 100 * cls + 100)
    return sorted({*seed.sample(own, 6), *seed.sample(range(200), 4)}), cls


def of_two(x: np.ndarray, y: np.ndarray) -> list[tuple[list[int], int]]:
    """The digits 3 and 5 as samples of classes 0 and 1."""
    chosen = [(row, label) for row, label in zip(x, y, strict=True) if label in (3, 5)]
    return [(unit([int(16 * pixel) for pixel in row]), int(label == 5)) for row, label in chosen]


def accuracy(model: Classifier, samples: list[tuple[list[int], int]]) -> float:
    """The share of samples that the model gets right."""
    return sum(model.predict(sample) == cls for sample, cls in samples) / len(samples)
