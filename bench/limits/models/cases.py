"""The models whose gas is measured: what each is made of, filled with and asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from random import Random
from typing import Final

from system.chain.compiler import artifact
from system.chain.sender import Call
from system.models.classifiers import calls, filling
from system.models.classifiers.classifier import ONE
from system.models.trainer import Part

CLASSES: Final = ("a", "b")
LEARNING_RATE: Final = ONE // 2
_SAMPLES: Final = 60
# Weights that lie so far from each other share no slot of a SparsePerceptron.
_APART: Final = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A model of two classes in one configuration.

    `initial` gives the transactions that fill it at an address, `sample` its features by a random
    source. `first` is learned before anything is measured, empty for a model as it began.
    """

    model: str
    configuration: str
    part: Part
    initial: Callable[[str], Sequence[Call]]
    sample: Callable[[Random], list[int]]
    first: tuple[int, ...] = ()


def cases() -> list[Case]:
    """All of them, in the order of the table. Numbers are seeded: everybody's are the same."""
    return [
        *(sparse_perceptron(count, learned=was) for count in (20, 60) for was in (False, True)),
        spread_perceptron(60),
        *(dense_perceptron(count) for count in (9, 40, 100, 400, 512)),
        *(nearest_centroid(count) for count in (64, 512)),
        naive_bayes(150, indices=15),
        sparse_centroid(200, indices=15),
    ]


def sparse_perceptron(indices: int, *, learned: bool, features: int = 1_000) -> Case:
    """Indices at random; `learned`: every weight was changed since the model began."""
    seed, state = Random(features), ", all learned before" if learned else ""
    weights = [seed.randint(-ONE, ONE) for _ in range(features)]
    return Case(
        "SparsePerceptron",
        f"{features:,} weights, {indices} indices{state}",
        Part(artifact("SparsePerceptron"), (CLASSES, features, 0, LEARNING_RATE)),
        lambda model: [*calls.bringing(model, weights), calls.finishing(model)],
        lambda source: _indices(source, features, indices),
        tuple(range(features)) if learned else (),
    )


def spread_perceptron(indices: int) -> Case:
    """Indices of which no two share a slot, the dearest there are."""
    case = sparse_perceptron(indices, learned=False)
    return replace(
        case,
        configuration=f"{case.configuration} a slot each",
        sample=lambda source: list(range(source.randrange(_APART), _APART * indices, _APART)),
    )


def dense_perceptron(features: int) -> Case:
    """Samples are random vectors of unit length."""
    seed = Random(features)
    weights = [seed.randint(-ONE, ONE) for _ in range(features)]
    return Case(
        "DensePerceptron",
        f"{features} features",
        Part(artifact("DensePerceptron"), (CLASSES, 0, LEARNING_RATE)),
        lambda model: [*calls.adding_features(model, weights), calls.finishing(model)],
        lambda source: _unit(source, features),
    )


def nearest_centroid(features: int) -> Case:
    """Two random centroids, samples on their sphere."""
    seed = Random(features)
    means = [_unit(seed, features) for _ in CLASSES]
    return Case(
        "NearestCentroid",
        f"{features} features, 2 classes",
        Part(artifact("NearestCentroid"), (features,)),
        lambda model: [
            *(
                call
                for name, mean in zip(CLASSES, means, strict=True)
                for call in filling.adding_mean(model, name, mean, samples=_SAMPLES)
            ),
            calls.finishing(model),
        ],
        lambda source: _unit(source, features),
    )


def naive_bayes(features: int, *, indices: int) -> Case:
    """Each feature occurred in both classes."""
    return _counting("NaiveBayes", (features, ONE), features, indices)


def sparse_centroid(features: int, *, indices: int) -> Case:
    """Each feature occurred in both classes."""
    return _counting("SparseNearestCentroid", (features,), features, indices)


def _counting(model: str, arguments: tuple[int, ...], features: int, indices: int) -> Case:
    seed = Random(features)
    counts = [{at: seed.randint(1, 50) for at in range(features)} for _ in CLASSES]
    return Case(
        model,
        f"{features} features, 2 classes, {indices} indices",
        Part(artifact(model), arguments),
        lambda address: [
            *(
                call
                for name, one in zip(CLASSES, counts, strict=True)
                for call in filling.adding_counts(address, name, one, samples=_SAMPLES)
            ),
            calls.finishing(address),
        ],
        lambda source: _indices(source, features, indices),
    )


def _indices(source: Random, features: int, count: int) -> list[int]:
    return sorted(source.sample(range(features), count))


def _unit(source: Random, features: int) -> list[int]:
    values = [source.randint(-ONE, ONE) for _ in range(features)]
    length = isqrt(sum(value * value for value in values))
    return [value * ONE // length for value in values]
