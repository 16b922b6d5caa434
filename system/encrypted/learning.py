"""What parties learn: each from examples of its own, and what the sum of their updates makes of it.

An update is the difference of two models in Q16 integers, so that the sum of updates is the same
whatever way it was added up, and everybody who applies it has the same bits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from system.encrypted.packing import Integers
from system.errors import UsageError
from system.learning import nets
from system.learning.aggregate import quotient
from system.learning.data import Dataset
from system.learning.integer import ONE
from system.learning.partition import iid
from system.learning.rounds import BATCH_SIZE, job_step

# Passes of a party over its own examples in a round, where nobody says otherwise.
USUAL_EPOCHS = 4
# A newcomer's share of the examples, and two of somebody outside.
_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Study:
    """A net, each party's own examples, and the mini-batches it takes of them in a round.

    The test part is the same for all. Parties count from 0 and rounds from 1. The last two are a
    newcomer, and somebody outside who has twice as many examples.
    """

    model: str
    slices: tuple[Dataset, ...]
    steps: int
    seed: int

    @property
    def size(self) -> int:
        """How many weights the net has."""
        return nets.net(self.model).size

    def start(self) -> Integers:
        """The weights to begin with, which everybody computes from the seed."""
        return nets.initial_weights(self.model, self.seed)

    def update(self, party: int, weights: Integers, number: int) -> Integers:
        """What a party's mini-batches of a round change these weights by.

        Raises IntegerOverflow where training leaves its range.
        """
        own = self.slices[party]
        return job_step(self.model, weights, own, number - 1, self.steps, seed=self.seed) - weights

    @property
    def newcomer(self) -> int:
        """The party that is not there from the beginning."""
        return len(self.slices) - 2

    def improvement(self, weights: Integers) -> Integers:
        """What somebody outside, with examples of its own and time, changes the weights by."""
        patient = replace(self, steps=4 * self.steps)
        return patient.update(len(self.slices) - 1, weights, 1)

    def predict(self, weights: Integers, pixels: Integers) -> int:
        """The class of an image, whose pixels are in Q16."""
        image = (pixels / ONE).astype(np.float32)[np.newaxis]
        return int(nets.scores(self.model, weights, image).argmax())

    def right(self, weights: Integers) -> int:
        """How many examples of the test part these weights get right."""
        test = self.slices[0]
        share = nets.accuracy(self.model, weights, test.test_x, test.test_y)
        return round(share * len(test.test_y))

    def digest(self, weights: Integers) -> bytes:
        """The 32 bytes that a model is agreed on by."""
        return nets.digest(self.model, weights)


def study_of(
    model: str, data: Dataset, *, parties: int, steps: int | None = None, seed: int = 0
) -> Study:
    """The examples dealt out to these parties, a newcomer and somebody outside.

    `steps` None: a few passes of each party over its own. Raises UsageError where a party has less
    than a mini-batch.
    """
    count, shares = len(data.train_y), parties + _OTHERS
    fewest = count // shares
    if fewest < BATCH_SIZE:
        raise UsageError(
            f"{count} examples for {parties} parties: each needs {BATCH_SIZE}, "
            f"so take at most {count // BATCH_SIZE - _OTHERS} parties"
        )
    *rows, first, second = iid(count, shares, seed=seed)
    slices = tuple(
        replace(data, train_x=data.train_x[own], train_y=data.train_y[own])
        for own in (*rows, np.concatenate((first, second)))
    )
    return Study(model, slices, steps or USUAL_EPOCHS * (fewest // BATCH_SIZE), seed)


def applied(weights: Integers, total: Integers, *, counted: int) -> Integers:
    """The weights moved by the mean of so many updates, each weight's rounded half up."""
    return weights + quotient(total, counted)


def in_plain_sight(
    study: Study, weights: Integers, number: int, *, counted: Collection[int]
) -> Integers:
    """The weights after a round of a server that sees every update: no chain, no encryption.

    `counted` are the parties whose updates count; a round of none changes nothing.
    """
    if not counted:
        return weights
    updates = [study.update(party, weights, number) for party in sorted(counted)]
    return applied(weights, np.sum(updates, axis=0), counted=len(updates))
