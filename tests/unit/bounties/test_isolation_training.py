"""An honest task trains the digits with the same result shut in and not."""

from __future__ import annotations

import numpy as np
import pytest

from system.bounties.isolation import Isolation, Limits, Outcome, Unconfined, isolated
from system.bounties.isolation.limits import MIB
from system.bounties.task import Task, written
from system.learning.data import digits
from tests.unit.bounties.cells import AVAILABLE, NAMES

TRAIN = b"""
import json, sys
import numpy as np
from steps import step

inputs, results, seed = sys.argv[1:]
x, y = (np.load(f"{inputs}/{name}.npy", allow_pickle=False) for name in ("x", "y"))
random = np.random.default_rng(int(seed))
weights = random.normal(0, 0.01, (x.shape[1] + 1, 10))
x = np.hstack([x.astype(float), np.ones((len(x), 1))])
for _ in range(80):
    weights, loss = step(weights, x, y)
np.save(f"{results}/weights.npy", weights)
with open(f"{results}/loss.json", "w") as file:
    json.dump(loss, file)
"""
STEPS = b"""
import numpy as np

def step(weights, x, y):
    scores = x @ weights
    scores -= scores.max(axis=1, keepdims=True)
    chances = np.exp(scores)
    chances /= chances.sum(axis=1, keepdims=True)
    loss = float(-np.log(chances[np.arange(len(y)), y]).mean())
    chances[np.arange(len(y)), y] -= 1
    return weights - 0.5 * x.T @ chances / len(y), loss
"""
LIMITS = Limits(time_s=30, memory_bytes=400 * MIB, processes=4)


@pytest.fixture(scope="module")
def task() -> Task:
    files = {"train.py": TRAIN, "steps.py": STEPS}
    return written(files, name="digits", entry="train.py", evaluation=bytes(32), limits=LIMITS)


def trained(task: Task, mechanism: Isolation | None, seed: int) -> tuple[np.ndarray, float]:
    """The weights and the loss that the task leaves."""
    data = digits()
    inputs = {"x": data.train_x, "y": data.train_y}
    done = isolated(task, limits=task.wanted, inputs=inputs, seed=seed, mechanism=mechanism)
    assert done.outcome is Outcome.FINISHED, done
    assert not done.refused
    assert done.cpu_s > 0
    return done.results["weights.npy"], done.results["loss.json"]


@pytest.fixture(scope="module")
def outside(task: Task) -> tuple[np.ndarray, float]:
    return trained(task, Unconfined(), seed=7)


@pytest.mark.parametrize("mechanism", AVAILABLE, ids=NAMES)
def test_training_gives_the_same_shut_in_and_not(
    task: Task, mechanism: Isolation, outside: tuple[np.ndarray, float]
) -> None:
    weights, loss = trained(task, mechanism, seed=7)
    outside_weights, outside_loss = outside
    np.testing.assert_array_equal(weights, outside_weights)
    assert loss == outside_loss
    assert loss < 1
    assert weights.shape == (65, 10)


def test_another_seed_gives_another_result(task: Task, outside: tuple[np.ndarray, float]) -> None:
    assert not np.array_equal(outside[0], trained(task, Unconfined(), seed=8)[0])
