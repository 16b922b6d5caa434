"""From a job's bytes to a result's bytes, by a client of Flower's kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from system.jobs.behaviours import Behaviour
from system.learning import client as clients
from system.learning import nets
from system.learning.arithmetic import Array
from system.learning.client import BATCH_INDEX, BATCHES, STEPS, Config, LearningClient
from system.learning.integer import ONE, IntegerOverflow, to_q16
from system.weights import codec

# How each arithmetic's weights travel: without loss, so that equal models are equal bytes.
ENCODINGS: Final = {"integer": "int32", "float32": "float32"}


@dataclass(frozen=True, slots=True)
class Task:
    """A job's work: `weights` (and `batches`, where the chain carries them) as on the chain."""

    job: int
    batch_index: int
    weights: bytes
    batches: bytes | None


@dataclass(frozen=True, slots=True)
class Trainer:
    """Computes a worker's results with its client: of `steps` mini-batches a job.

    `seed` tells workers apart that make weights up.
    """

    client: LearningClient
    model: str
    arithmetic: str
    steps: int
    seed: int

    def honest(self, task: Task) -> bytes:
        """The encoded weights after the job's mini-batches.

        The given ones where whole numbers can't go on from these, as after a job that evil workers
        won: all honest workers find that alike.
        """
        try:
            return self._trained(task)
        except IntegerOverflow:
            return task.weights

    def forged(self, task: Task, behaviour: Behaviour) -> bytes:
        """The encoded weights that this behaviour returns in their place."""
        if behaviour.attack is None:
            raise ValueError(f"{behaviour.name} workers return no wrong model")
        base = self.honest(task) if behaviour.trains else task.weights
        wrong = behaviour.attack(decoded(base, self.arithmetic), task.job, self.seed)
        return encoded(wrong, self.arithmetic)

    def _trained(self, task: Task) -> bytes:
        given, config = decoded(task.weights, self.arithmetic), self._config(task)
        if self.arithmetic == "integer":
            return encoded(clients.fit(self.client, self.model, given, config)[0], self.arithmetic)
        arrays, _, _ = self.client.fit(nets.layered(self.model, given), config)
        return encoded(clients.flat(arrays), self.arithmetic)

    def _config(self, task: Task) -> Config:
        named: Config = {BATCH_INDEX: task.batch_index, STEPS: self.steps}
        return named if task.batches is None else {**named, BATCHES: task.batches}


def encoded(weights: Array, arithmetic: str) -> bytes:
    """Weights of that arithmetic (Q16, or float32) as they go over the chain."""
    if arithmetic == "integer":
        return codec(ENCODINGS[arithmetic]).encode(weights / ONE)
    return codec(ENCODINGS[arithmetic]).encode(weights)


def decoded(payload: bytes, arithmetic: str) -> Array:
    """The weights that came over the chain, in that arithmetic."""
    row = codec(ENCODINGS[arithmetic]).decode(payload)
    return to_q16(row) if arithmetic == "integer" else row.astype(np.float32)
