"""Fine-tuning: the chain trains the last layer only, over a representation that stays as it is.

What a net off the chain makes of a sample becomes the features of a model on it. Everybody who
contributes has to use the same representation: a net's weights are shared once (their digest tells
them), a random map follows from its seed; and so is what `fitted` found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from system.learning import nets
from system.learning.arithmetic import INTEGER, Array
from system.learning.integer import ONE
from system.learning.layers import Affine
from system.learning.order import permutation, splitmix64
from system.models.data import Labelled
from system.models.encoders.dense import normalised
from system.models.encoders.features import Features, Floats, row_of_width

_BATCH = 32


class Representation(Protocol):
    """A fixed map from rows of `inputs` numbers to rows of `units` numbers."""

    @property
    def inputs(self) -> int: ...
    @property
    def units(self) -> int: ...
    def hidden(self, row: Floats) -> Floats: ...


@dataclass(frozen=True)
class NetBody:
    """A trained net without its last layer; `weights` in Q16, as `nets` has them."""

    model: str
    weights: Array = field(repr=False)

    @cached_property
    def inputs(self) -> int:
        """How many pixels it takes."""
        return nets.net(self.model).features

    @cached_property
    def units(self) -> int:
        """How many values its last layer is given."""
        last = [layer for layer in nets.net(self.model).layers if isinstance(layer, Affine)][-1]
        return last.inputs

    def hidden(self, row: Floats) -> Floats:
        """Those values, of pixels in 0 … 1; raises IntegerOverflow for others than -1 … 1."""
        pixels = row.astype(np.float32).reshape(1, -1)
        values: Floats = nets.hidden(self.model, self.weights, pixels)[0] / ONE
        return values


@dataclass(frozen=True)
class RandomFeatures:
    """max(0, Wx + b) with W and b drawn once from the seed (Rahimi & Recht 2008, with ReLU).

    W is uniform within ±√(6 / inputs), b within ±1: the same on every machine.
    """

    inputs: int
    units: int
    seed: int = 0

    def hidden(self, row: Floats) -> Floats:
        """What the map makes of a row."""
        kernel, bias = self._drawn
        values: Floats = np.maximum(kernel @ row + bias, 0.0)
        return values

    @cached_property
    def _drawn(self) -> tuple[Floats, Floats]:
        draws = splitmix64(self.seed, self.units * (self.inputs + 1)) >> np.uint64(11)
        even = draws.astype(np.float64) / 2.0**52 - 1.0
        cut = self.units * self.inputs
        limit = np.sqrt(6.0 / self.inputs)
        return limit * even[:cut].reshape(self.units, self.inputs), even[cut:]


@dataclass(frozen=True)
class Represented:
    """The encoder over a representation: hidden values, standardised, and a 1 behind them, all made
    one long.

    Each value has `centre` taken off and is divided by `spread`, which `fitted` finds: values that
    are all positive lie so close together that a perceptron hardly tells them. The 1 keeps what is
    all at the centre from being the zero vector.
    """

    body: Representation
    centre: Floats = field(repr=False)
    spread: Floats = field(repr=False)
    sparse: bool = False

    @property
    def width(self) -> int:
        """A feature a unit, and one."""
        return self.body.units + 1

    def encode(self, sample: ArrayLike) -> Features:
        """The sample's features. Raises what `row_of_width`, `normalised` and the body raise."""
        row = row_of_width(sample, self.body.inputs)
        values = (self.body.hidden(row) - self.centre) / self.spread
        return normalised(np.append(values, 1.0))


def fitted(body: Representation, samples: Sequence[ArrayLike]) -> Represented:
    """The encoder whose values have mean 0 and deviation 1 over these samples.

    A unit that never moves keeps its value, around 0. Raises what `row_of_width` raises.
    """
    rows = np.array([body.hidden(row_of_width(one, body.inputs)) for one in samples])
    spread = rows.std(axis=0)
    return Represented(body, rows.mean(axis=0), np.where(spread > 0, spread, 1.0))


def pretrained(
    data: Labelled, *, model: str = "digits-64-32-10", epochs: int = 10, seed: int = 0
) -> NetBody:
    """The body of a net trained off the chain on these samples, in whole numbers.

    What the chain learns and is tested on should be other samples: see `divided`.
    """
    x, y = np.asarray(data.samples, dtype=np.float32), np.asarray(data.labels, dtype=np.int64)
    weights: Array = nets.initial_weights(model, seed)
    for epoch in range(epochs):
        order = permutation(len(y), seed=seed, stream=epoch)
        for start in range(0, len(y) - _BATCH + 1, _BATCH):
            rows = order[start : start + _BATCH]
            weights = nets.sgd_step(model, weights, x[rows], y[rows])
    return NetBody(model, INTEGER.weights(weights))
