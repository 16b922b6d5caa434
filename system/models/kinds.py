"""The kinds of models by name: what a contract and its twin begin with, learned from examples.

Everybody can compute the same beginning from the same examples: it is what the model would have
learned from them on the chain, or their counts and means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from system.chain.compiler import artifact
from system.chain.sender import Call
from system.errors import UsageError, suggestion
from system.models.classifiers.bayes import NaiveBayes
from system.models.classifiers.calls import (
    adding_class,
    adding_features,
    bringing,
    finishing,
)
from system.models.classifiers.centroid import NearestCentroid, SparseNearestCentroid
from system.models.classifiers.classifier import ONE, Classifier
from system.models.classifiers.filling import adding_counts, adding_mean
from system.models.classifiers.perceptron import CLASSES, DensePerceptron, SparsePerceptron
from system.models.classifiers.softmax import SoftmaxRegression
from system.models.data import Example
from system.models.names import KINDS
from system.models.trainer import LEARNED_FEATURE_GAS, Part

# How far an answer moves a model of weights, at nine decimals: little, since one in five labels of
# strangers may be wrong. With a rate of one the digits' softmax falls from 0.72 of the test samples
# to 0.67 over 120 contributions of which 22 % are wrong; with a quarter it rises to 0.81.
PERCEPTRON_RATE: Final = ONE // 10
SOFTMAX_RATE: Final = ONE // 4
SMOOTHING: Final = ONE
# What it begins with is right, so it is learned in larger steps, several times.
_FIRST_RATE: Final = ONE
_EPOCHS: Final = 10


@dataclass(frozen=True, slots=True)
class Start:
    """A model before its first contribution.

    `part` is its contract, `initial` gives the transactions that bring its weights in, from its
    address; `twin` makes the same model in Python. `feature_gas` bounds what a feature costs where
    the model learns it.
    """

    kind: str
    part: Part
    initial: Callable[[str], list[Call]]
    twin: Callable[[], Classifier]
    sparse: bool
    classes: int
    feature_gas: int


def begun(kind: str, given: Sequence[Example], *, classes: Sequence[str], width: int) -> Start:
    """A model of `width` features that knows the examples given.

    Raises UsageError for an unknown kind, for other than two classes of a perceptron, and for a
    class without an example.
    """
    if kind not in KINDS:
        raise UsageError(f"no model {kind!r}: {suggestion(kind, KINDS)}")
    if kind.endswith("perceptron") and len(classes) != CLASSES:
        raise UsageError(f"a perceptron tells two classes apart, and there are {len(classes)}")
    for label, name in enumerate(classes):
        if all(one.label != label for one in given):
            raise UsageError(f"the model begins with no example of class {name!r}: give more")
    return _BEGINNINGS[kind](given, classes, width)


def _dense_perceptron(given: Sequence[Example], classes: Sequence[str], width: int) -> Start:
    learner = _dense(0, [0] * width, rate=_FIRST_RATE)
    _teach(learner, given)
    weights, bias = learner.row.now, learner.intercept
    return Start(
        "dense-perceptron",
        Part(artifact("DensePerceptron"), (list(classes), bias, PERCEPTRON_RATE)),
        lambda model: [*adding_features(model, weights), finishing(model)],
        lambda: _dense(bias, weights),
        sparse=False,
        classes=CLASSES,
        feature_gas=LEARNED_FEATURE_GAS,
    )


def _sparse_perceptron(given: Sequence[Example], classes: Sequence[str], width: int) -> Start:
    learner = _sparse(0, [0] * width, rate=_FIRST_RATE)
    _teach(learner, given)
    bias = learner.intercept
    weights = [learner.now.get(index, 0) for index in range(width)]
    return Start(
        "sparse-perceptron",
        Part(artifact("SparsePerceptron"), (list(classes), width, bias, PERCEPTRON_RATE)),
        lambda model: [*bringing(model, weights), finishing(model)],
        lambda: _sparse(bias, weights),
        sparse=True,
        classes=CLASSES,
        feature_gas=LEARNED_FEATURE_GAS,
    )


def _softmax(given: Sequence[Example], classes: Sequence[str], width: int) -> Start:
    learner = _regression(width, [([0] * width, 0)] * len(classes), rate=_FIRST_RATE)
    _teach(learner, given)
    rows = [(one.row.now, one.bias) for one in learner.classes]

    def initial(model: str) -> list[Call]:
        added = zip(classes, rows, strict=True)
        filled = [adding_class(model, name, row, bias=bias) for name, (row, bias) in added]
        return [*_joined(filled), finishing(model)]

    return Start(
        "softmax",
        Part(artifact("SoftmaxRegression"), (width, SOFTMAX_RATE)),
        initial,
        lambda: _regression(width, rows),
        sparse=False,
        classes=len(classes),
        feature_gas=LEARNED_FEATURE_GAS * len(classes),
    )


def _centroid(given: Sequence[Example], classes: Sequence[str], width: int) -> Start:
    means = [_mean(given, label) for label in range(len(classes))]

    def initial(model: str) -> list[Call]:
        added = zip(classes, means, strict=True)
        filled = [adding_mean(model, name, row, samples=n) for name, (row, n) in added]
        return [*_joined(filled), finishing(model)]

    def twin() -> NearestCentroid:
        model = NearestCentroid(width)
        for row, samples in means:
            model.bring(0, row)
            model.add_class(samples)
        model.finish()
        return model

    return Start(
        "nearest-centroid",
        Part(artifact("NearestCentroid"), (width,)),
        initial,
        twin,
        sparse=False,
        classes=len(classes),
        feature_gas=LEARNED_FEATURE_GAS,
    )


def _bayes(given: Sequence[Example], classes: Sequence[str], width: int) -> Start:
    part = Part(artifact("NaiveBayes"), (width, SMOOTHING))
    return _counting(
        "naive-bayes", part, lambda: NaiveBayes.empty(width, SMOOTHING), given, classes
    )


def _sparse_centroid(given: Sequence[Example], classes: Sequence[str], width: int) -> Start:
    part = Part(artifact("SparseNearestCentroid"), (width,))
    return _counting(
        "sparse-nearest-centroid", part, lambda: SparseNearestCentroid.empty(width), given, classes
    )


def _counting(
    kind: str,
    part: Part,
    empty: Callable[[], NaiveBayes | SparseNearestCentroid],
    given: Sequence[Example],
    classes: Sequence[str],
) -> Start:
    """A model of counts."""
    mine = [[one for one in given if one.label == label] for label in range(len(classes))]
    counts = [Counter(index for one in part_ for index in one.features) for part_ in mine]
    samples = list(map(len, mine))

    def initial(model: str) -> list[Call]:
        added = zip(classes, counts, samples, strict=True)
        filled = [adding_counts(model, name, one, samples=n) for name, one, n in added]
        return [*_joined(filled), finishing(model)]

    def twin() -> NaiveBayes | SparseNearestCentroid:
        model = empty()
        for one, n in zip(counts, samples, strict=True):
            model.bring(sorted(one), [one[index] for index in sorted(one)])
            model.add_class(n)
        model.finish()
        return model

    return Start(
        kind,
        part,
        initial,
        twin,
        sparse=True,
        classes=len(classes),
        feature_gas=LEARNED_FEATURE_GAS,
    )


def _dense(bias: int, weights: Sequence[int], rate: int = PERCEPTRON_RATE) -> DensePerceptron:
    model = DensePerceptron(bias, rate)
    for first, part in _chunks(weights):
        model.add_features(first, part)
    model.finish()
    return model


def _sparse(bias: int, weights: Sequence[int], rate: int = PERCEPTRON_RATE) -> SparsePerceptron:
    model = SparsePerceptron(len(weights), bias, rate)
    model.bring(0, weights)
    model.finish()
    return model


def _regression(
    width: int, rows: Sequence[tuple[Sequence[int], int]], rate: int = SOFTMAX_RATE
) -> SoftmaxRegression:
    model = SoftmaxRegression(width, rate)
    for weights, bias in rows:
        for first, part in _chunks(weights):
            model.bring(first, part)
        model.add_class(bias)
    model.finish()
    return model


def _chunks(weights: Sequence[int], size: int = 1_000) -> Iterator[tuple[int, list[int]]]:
    return ((at, list(weights[at : at + size])) for at in range(0, len(weights), size))


def _teach(model: Classifier, given: Sequence[Example]) -> None:
    for _ in range(_EPOCHS):
        for one in given:
            model.update(one.features, one.label)


def _mean(given: Sequence[Example], label: int) -> tuple[list[int], int]:
    """A class's mean, rounded towards zero as the contract does, and how many samples it is of."""
    rows = np.array([one.features for one in given if one.label == label], dtype=np.int64)
    sums = rows.sum(axis=0)
    return (np.sign(sums) * (np.abs(sums) // len(rows))).tolist(), len(rows)


def _joined(parts: Sequence[Sequence[Call]]) -> list[Call]:
    return [call for part in parts for call in part]


_BEGINNINGS: Final = {
    "dense-perceptron": _dense_perceptron,
    "sparse-perceptron": _sparse_perceptron,
    "naive-bayes": _bayes,
    "nearest-centroid": _centroid,
    "sparse-nearest-centroid": _sparse_centroid,
    "softmax": _softmax,
}
