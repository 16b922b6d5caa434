"""What a job asks for: the mini-batches a batch index names, and the weights after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError
from system.learning import nets
from system.learning.arithmetic import INTEGER, Arithmetic, Array
from system.learning.data import Dataset, Images, Labels
from system.learning.order import permutation
from system.learning.threads import one_thread

BATCH_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of one SGD step: pixels as float32 rows in 0 … 1, labels as int64."""

    x: Images
    y: Labels


@dataclass(frozen=True, slots=True)
class Round:
    """One job's outcome: how many jobs are done, the weights, and their share of right answers."""

    number: int
    weights: Array
    accuracy: float


def mini_batch(data: Dataset, number: int, *, seed: int = 0, size: int = BATCH_SIZE) -> Batch:
    """Mini-batch `number` of an endless training: every epoch is in an order of its own.

    What an order leaves over at its end is skipped. Raises UsageError for a negative number, or a
    size beyond the examples.
    """
    count = len(data.train_y)
    if number < 0 or not 1 <= size <= count:
        raise UsageError(
            f"mini-batch {number} of {size} examples out of {count}: "
            f"give a number from 0 and a size from 1 to {count}"
        )
    epoch, place = divmod(number, count // size)
    rows = _order(count, seed, epoch)[place * size : (place + 1) * size]
    return Batch(data.train_x[rows], data.train_y[rows])


def job_batches(
    data: Dataset, batch_index: int, steps: int = 1, *, seed: int = 0
) -> tuple[Batch, ...]:
    """The mini-batches a job's batch index names: `steps` of them, no two jobs the same ones."""
    if steps < 1:
        raise UsageError(f"a job of {steps} steps: give at least 1")
    first = batch_index * steps
    return tuple(mini_batch(data, number, seed=seed) for number in range(first, first + steps))


def job_step(
    model: str,
    weights: Array,
    data: Dataset,
    batch_index: int,
    steps: int = 1,
    *,
    seed: int = 0,
    numbers: Arithmetic = INTEGER,
) -> Array:
    """One job's result where the chain names the data: the weights after `steps` mini-batches.

    In whole numbers every worker gets the same bits. Raises UsageError for data of another shape or
    bad numbers, IntegerOverflow where training leaves its range.
    """
    return step_on(
        model, weights, job_batches(data, batch_index, steps, seed=seed), numbers=numbers
    )


def step_on(
    model: str, weights: Array, batches: Iterable[Batch], *, numbers: Arithmetic = INTEGER
) -> Array:
    """One job's result where the chain carries the data: the weights after these mini-batches."""
    with one_thread():
        for one in batches:
            weights = nets.sgd_step(model, weights, one.x, one.y, numbers=numbers)
    return weights


def train(
    model: str, data: Dataset, *, seed: int = 0, epochs: int, numbers: Arithmetic = INTEGER
) -> Array:
    """Weights trained from the seed's start on every mini-batch of `epochs` epochs."""
    weights = numbers.weights(nets.initial_weights(model, seed))
    for number in range(epochs * (len(data.train_y) // BATCH_SIZE)):
        weights = job_step(model, weights, data, number, seed=seed, numbers=numbers)
    return weights


def centralised(
    model: str,
    data: Dataset,
    *,
    rounds: int,
    steps: int = 1,
    seed: int = 0,
    numbers: Arithmetic = INTEGER,
) -> Iterator[Round]:
    """The same jobs one after another on a plain server with no chain: each round as it is done."""
    weights = numbers.weights(nets.initial_weights(model, seed))
    for index in range(rounds):
        weights = job_step(model, weights, data, index, steps, seed=seed, numbers=numbers)
        right = nets.accuracy(model, weights, data.test_x, data.test_y, numbers=numbers)
        yield Round(index + 1, weights, right)


@lru_cache(maxsize=4)
def _order(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    order = permutation(count, seed=seed, stream=epoch)
    order.flags.writeable = False
    return order
