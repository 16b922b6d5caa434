"""Softmax regression in float64, trained by mini-batch gradient descent: what a worker does.

Weights are one flat array: features × classes row by row, then a bias a class; 650 for the digits.
The same steps give slightly different bits on different processors; `integer` is the form in which
they do not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError
from system.learning.data import Dataset, Images, Labels
from system.learning.order import permutation

Weights = NDArray[np.float64]


def sgd_step(weights: Weights, batch_x: Images, batch_y: Labels, learning_rate: float) -> Weights:
    """New weights: one step down the gradient of the batch's mean cross entropy."""
    gradient = probabilities(weights, batch_x)
    gradient[np.arange(len(batch_y)), batch_y] -= 1.0
    gradient /= len(batch_y)
    step = np.concatenate(((batch_x.T.astype(np.float64) @ gradient).ravel(), gradient.sum(axis=0)))
    moved: Weights = weights - learning_rate * step
    return moved


def probabilities(weights: Weights, x: Images) -> NDArray[np.float64]:
    """What the model gives each class, shape (examples, classes); rows add up to 1."""
    scores = _scores(weights, x)
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def loss(weights: Weights, x: Images, y: Labels) -> float:
    """The mean cross entropy, in nats."""
    scores = _scores(weights, x)
    top = scores.max(axis=1)
    logarithm = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    return float((logarithm - scores[np.arange(len(y)), y]).mean())


def accuracy(weights: Weights, x: Images, y: Labels) -> float:
    """The share of examples whose likeliest class is the right one."""
    return float((_scores(weights, x).argmax(axis=1) == y).mean())


def train(
    dataset: Dataset,
    *,
    seed: int,
    classes: int = 10,
    epochs: int = 20,
    batch_size: int = 32,
    learning_rate: float = 0.5,
) -> Weights:
    """Weights trained from a seeded start near zero, with a seeded order in every epoch."""
    features = dataset.train_x.shape[1]
    generator = np.random.default_rng(seed % 2**64)
    weights: Weights = generator.normal(0.0, 0.01, (features + 1) * classes)
    for epoch in range(epochs):
        order = permutation(len(dataset.train_y), seed=seed, stream=epoch)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            weights = sgd_step(weights, dataset.train_x[rows], dataset.train_y[rows], learning_rate)
    return weights


def _scores(weights: Weights, x: Images) -> NDArray[np.float64]:
    features = x.shape[1]
    classes, left_over = divmod(weights.size, features + 1)
    if weights.ndim != 1 or left_over or not classes:
        raise UsageError(
            f"weights of shape {weights.shape} do not fit {features} features: "
            f"give a flat array of a multiple of {features + 1}"
        )
    kernel = weights[: features * classes].reshape(features, classes)
    scores: NDArray[np.float64] = x.astype(np.float64) @ kernel + weights[features * classes :]
    return scores
