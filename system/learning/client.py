"""Workers as Flower's clients: its NumPyClient signatures, so that a user's own client plugs in.

Nothing here imports Flower: what has these four methods is a client. Weights cross the interface as
a list of arrays, a kernel and a bias a layer; our own clients take and give them in Q16 (int64) or
in float32, as their arithmetic says, and other clients in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np

from system.errors import UsageError
from system.learning import nets, rounds
from system.learning.arithmetic import INTEGER, Arithmetic, Array, Float32
from system.learning.batches import decode_batches
from system.learning.data import Dataset
from system.learning.integer import Integers, to_q16
from system.learning.rounds import Batch

Scalar: TypeAlias = bool | bytes | float | int | str
Config: TypeAlias = dict[str, Scalar]
Parameters: TypeAlias = list[Array]
# What `fit` and `evaluate` give: arrays or the loss, the number of examples, metrics.
FitRes: TypeAlias = tuple[Parameters, int, Config]
EvaluateRes: TypeAlias = tuple[float, int, Config]

# The property by which a client says that it takes and gives Q16.
ARITHMETIC = "arithmetic"
BATCHES = "batches"
BATCH_INDEX = "batch_index"
STEPS = "steps"


class LearningClient(Protocol):
    """A worker's learning side: `flwr.client.NumPyClient` without the base class."""

    def get_properties(self, config: Config) -> Config: ...
    def get_parameters(self, config: Config) -> Parameters: ...
    def fit(self, parameters: Parameters, config: Config) -> FitRes: ...
    def evaluate(self, parameters: Parameters, config: Config) -> EvaluateRes: ...


@dataclass(slots=True)
class NetClient:
    """A named net trained in `numbers`; `fit` reads its job from the config.

    `batch_index` and `steps` name mini-batches of its data, or `batches` carries them as bytes.
    """

    model: str
    data: Dataset
    seed: int = 0
    numbers: Arithmetic = INTEGER
    weights: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def get_properties(self, config: Config) -> Config:
        """The net's name, and the arithmetic its arrays are in."""
        whole = self.numbers is INTEGER
        return {"model": self.model, ARITHMETIC: "integer" if whole else "float32"}

    def get_parameters(self, config: Config) -> Parameters:
        """What the last fit gave; before it, the seed's start."""
        if not self.weights.size:
            self.weights = self.numbers.weights(nets.initial_weights(self.model, self.seed))
        return nets.layered(self.model, self.weights)

    def fit(self, parameters: Parameters, config: Config) -> FitRes:
        """The weights after the job's mini-batches, how many examples these held, the digest."""
        batches = self._batches(config)
        start = flat(parameters)
        self.weights = rounds.step_on(self.model, start, batches, numbers=self.numbers)
        digest = nets.digest(self.model, self.weights, numbers=self.numbers)
        examples = sum(len(one.y) for one in batches)
        return nets.layered(self.model, self.weights), examples, {"digest": digest.hex()}

    def evaluate(self, parameters: Parameters, config: Config) -> EvaluateRes:
        """The mean cross entropy on the test part, its size, and the accuracy."""
        weights, x, y = flat(parameters), self.data.test_x, self.data.test_y
        loss = nets.loss(self.model, weights, x, y, numbers=self.numbers)
        right = nets.accuracy(self.model, weights, x, y, numbers=self.numbers)
        return loss, len(y), {"accuracy": right}

    def _batches(self, config: Config) -> tuple[Batch, ...]:
        carried = config.get(BATCHES)
        if isinstance(carried, bytes):
            return decode_batches(carried)
        index, steps = int(config.get(BATCH_INDEX, 0)), int(config.get(STEPS, 1))
        return rounds.job_batches(self.data, index, steps, seed=self.seed)


class IntegerClient(NetClient):
    """A named net in whole numbers: every such client gives the same bits for the same job."""

    def __init__(self, model: str, data: Dataset, *, seed: int = 0) -> None:
        super().__init__(model, data, seed)


class FloatClient(NetClient):
    """The same in float32; `kernel` is the processor it pretends to run on (see Float32)."""

    def __init__(self, model: str, data: Dataset, *, seed: int = 0, kernel: int = 0) -> None:
        super().__init__(model, data, seed, Float32(kernel))


def fit(
    client: LearningClient, model: str, q16: Integers, config: Config
) -> tuple[Integers, int, Config]:
    """One job by any client, from and to the chain's form: weights in one row of Q16.

    Beside them the examples it learnt from and its metrics, as the client says.

    Raises UsageError where what comes back is not that model's weights, or can't be Q16.
    """
    whole = client.get_properties({}).get(ARITHMETIC) == "integer"
    given = q16 if whole else Float32().weights(q16)
    arrays, examples, metrics = client.fit(
        [one.copy() for one in nets.layered(model, given)], config
    )
    returned = to_chain(arrays)
    if returned.size != q16.size:
        raise UsageError(
            f"the client returned {returned.size} weights for {model}, which has {q16.size}: "
            "return the arrays it was given, in their order and shapes"
        )
    return returned, int(examples), dict(metrics)


def flat(arrays: Sequence[Array]) -> Array:
    """The arrays as one row, in their order."""
    return np.concatenate([np.asarray(one).ravel() for one in arrays])


def to_chain(arrays: Sequence[Array]) -> Integers:
    """A client's arrays as one row in Q16: integers as they are, floats rounded half up."""
    row = flat(arrays)
    return row.astype(np.int64) if row.dtype.kind in "iu" else to_q16(row)
