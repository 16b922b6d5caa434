"""Finished perceptrons, on chain and off it."""

from __future__ import annotations

from system.chain.compiler import artifact
from system.models.classifiers import calls
from system.models.classifiers.classifier import ONE
from system.models.classifiers.perceptron import DensePerceptron, SparsePerceptron
from tests.unit.models.beside import Beside

NAMES = ["not spam", "spam"]


def dense(weights: list[int], *, intercept: int = 0, rate: int = ONE) -> Beside:
    """A finished model on chain."""
    made = Beside.made(artifact("DensePerceptron"), NAMES, intercept, rate)
    made.send(*calls.adding_features(made.model, weights), calls.finishing(made.model))
    return made


def dense_twin(weights: list[int], *, intercept: int = 0, rate: int = ONE) -> DensePerceptron:
    """The same off chain."""
    twin = DensePerceptron(intercept, rate)
    for start in range(0, len(weights), calls.CHUNK_WEIGHTS):
        twin.add_features(start, weights[start : start + calls.CHUNK_WEIGHTS])
    twin.finish()
    return twin


def sparse(count: int, weights: dict[int, int], rate: int = ONE) -> tuple[Beside, SparsePerceptron]:
    """A finished model on chain and its twin, with single weights."""
    made = Beside.made(artifact("SparsePerceptron"), NAMES, count, 0, rate)
    made.send(*calls.bringing_sparse(made.model, weights), calls.finishing(made.model))
    twin = SparsePerceptron(count, 0, rate)
    if weights:
        twin.bring_sparse(sorted(weights), [weights[index] for index in sorted(weights)])
    twin.finish()
    return made, twin


def digest(pair: Beside) -> bytes:
    """What the model began with."""
    return calls.initial_digest(pair.evm, pair.model)
