"""Nets that train to the same bits on every machine, by the names of `models`.

Weights are one flat array, layer after layer: a kernel (inputs × units, row by row), then a bias a
unit. In whole numbers they are int64 in Q16, which the codec int32 carries without loss.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt
from typing import Final

import numpy as np
from Crypto.Hash import keccak

from system.errors import UsageError, suggestion
from system.learning.arithmetic import INTEGER, Arithmetic, Array
from system.learning.data import Images, Labels
from system.learning.integer import FRACTION_BITS, Integers
from system.learning.layers import Affine, Flat, Image, Layer, Patches, Pool, Relu
from system.learning.order import splitmix64
from system.learning.threads import one_thread

CLASSES: Final = 10
# Examples computed at once when a whole test set is scored: 16 MB of patches for LeNet-5.
_SCORED_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Net:
    """A net's layers, the pixels it takes, and its usual learning rate 2^-rate_shift."""

    features: int
    rate_shift: int
    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        """How many weights it has."""
        return sum(layer.size for layer in self.layers)


NETS: Final[dict[str, Net]] = {
    "digits-softmax": Net(64, 1, (Affine(64, 10),)),
    "digits-64-32-10": Net(64, 2, (Affine(64, 32), Relu(), Affine(32, 10))),
    "mnist-softmax": Net(784, 3, (Affine(784, 10),)),
    "mnist-784-32-10": Net(784, 3, (Affine(784, 32), Relu(), Affine(32, 10))),
    # LeNet-5's shape (LeCun et al. 1998), with ReLU, plain average pooling and C3 connected fully.
    "lenet5": Net(
        784,
        4,
        (
            *(Image(28, 2), Patches(5), Affine(25, 6), Relu(), Pool()),
            *(Patches(5), Affine(150, 16), Relu(), Pool(), Flat()),
            *(Affine(400, 120), Relu(), Affine(120, 84), Relu(), Affine(84, 10)),
        ),
    ),
}


def net(model: str) -> Net:
    """The net of that name. Raises UsageError for a name that stands for none."""
    try:
        return NETS[model]
    except KeyError:
        raise UsageError(f"no net {model!r} to train: {suggestion(model, NETS)}") from None


def initial_weights(model: str, seed: int) -> Integers:
    """Weights to start from, int64 in Q16: the same for the same seed on every machine.

    Kernels are uniform within ±sqrt(6 / inputs) (He et al. 2015), biases zero; the last layer is
    all zero, so every class starts equally likely, and a softmax regression starts from nothing.
    """
    affine = [layer for layer in net(model).layers if isinstance(layer, Affine)]
    drawn = [_drawn(layer, seed, index) for index, layer in enumerate(affine[:-1])]
    return np.concatenate((*drawn, np.zeros(affine[-1].size, dtype=np.int64)))


def sgd_step(
    model: str,
    weights: Array,
    x: Images,
    y: Labels,
    *,
    rate_shift: int | None = None,
    numbers: Arithmetic = INTEGER,
) -> Array:
    """The weights after one mini-batch at the learning rate 2^-rate_shift; a new array.

    x: (batch, features) in 0 … 1. The batch's size has to be a power of two, so that its mean is a
    shift (else UsageError). Raises IntegerOverflow where whole numbers would leave their range.
    """
    size = len(y)
    if size & (size - 1) or not size:
        raise UsageError(f"a batch of {size}: training takes a power of two")
    shift = net(model).rate_shift if rate_shift is None else rate_shift
    step = _gradient(model, weights, x, y, numbers, bits=size.bit_length() - 1 + shift)
    return numbers.moved(weights, step)


def scores(model: str, weights: Array, x: Images, *, numbers: Arithmetic = INTEGER) -> Array:
    """What the net gives each class before the softmax, shape (examples, classes)."""
    return _forward(model, weights, x, numbers)[-1]


def hidden(model: str, weights: Array, x: Images, *, numbers: Arithmetic = INTEGER) -> Array:
    """What goes into the net's last layer, shape (examples, its inputs)."""
    return _forward(model, weights, x, numbers)[-2]


def accuracy(
    model: str, weights: Array, x: Images, y: Labels, *, numbers: Arithmetic = INTEGER
) -> float:
    """The share of examples whose likeliest class is the right one."""
    rows = (
        scores(model, weights, x[part], numbers=numbers).argmax(axis=1) == y[part]
        for part in _parts(len(y))
    )
    with one_thread():
        return sum(int(right.sum()) for right in rows) / len(y)


def loss(
    model: str, weights: Array, x: Images, y: Labels, *, numbers: Arithmetic = INTEGER
) -> float:
    """The mean cross entropy in nats, float64: a figure to look at, not one to agree on."""
    with one_thread():
        parts = [_losses(model, weights, x[at], y[at], numbers).sum() for at in _parts(len(y))]
    return float(sum(parts)) / len(y)


def digest(model: str, weights: Array, *, numbers: Arithmetic = INTEGER) -> bytes:
    """The model's identity: keccak-256 of its layers' shapes and its weights, all big-endian."""
    shapes = [(one.inputs, one.units) for one in net(model).layers if isinstance(one, Affine)]
    _require_size(model, weights)
    header = b"".join(struct.pack(">II", *shape) for shape in shapes)
    return keccak.new(data=header + numbers.to_bytes(weights), digest_bits=256).digest()


def layered(model: str, weights: Array) -> list[Array]:
    """The weights as a kernel (inputs × units) and a bias for each layer: views, in order."""
    _require_size(model, weights)
    arrays: list[Array] = []
    for layer, flat in _with_weights(model, weights):
        if isinstance(layer, Affine):
            cut = layer.inputs * layer.units
            arrays += [flat[:cut].reshape(layer.inputs, layer.units), flat[cut:]]
    return arrays


def _losses(model: str, weights: Array, x: Images, y: Labels, numbers: Arithmetic) -> Array:
    rows = scores(model, weights, x, numbers=numbers).astype(np.float64) / numbers.one
    rows -= rows.max(axis=1, keepdims=True)
    losses: Array = np.log(np.exp(rows).sum(axis=1)) - rows[np.arange(len(y)), y]
    return losses


def _gradient(
    model: str, weights: Array, x: Images, y: Labels, numbers: Arithmetic, *, bits: int
) -> Array:
    values = _forward(model, weights, x, numbers)
    delta = numbers.shares(values.pop())
    delta[np.arange(len(y)), y] -= numbers.one
    gradients: list[Array] = []
    left = weights.size
    for (layer, flat), value in zip(
        reversed(list(_with_weights(model, weights))), reversed(values), strict=True
    ):
        if isinstance(layer, Affine):
            gradients.append(layer.gradient(numbers, value, delta, bits=bits))
            left -= layer.size
        if not left:  # nothing below has weights
            break
        delta = layer.backward(numbers, flat, value, delta)
    return np.concatenate(gradients[::-1])


def _forward(model: str, weights: Array, x: Images, numbers: Arithmetic) -> list[Array]:
    """What goes into each layer, and after these what the last one gives."""
    _require_size(model, weights)
    if x.ndim != 2 or x.shape[1] != net(model).features:
        raise UsageError(
            f"inputs of shape {x.shape}: {model} takes rows of {net(model).features} pixels"
        )
    values = [numbers.inputs(x)]
    for layer, flat in _with_weights(model, weights):
        values.append(layer.forward(numbers, flat, values[-1]))
    return values


def _with_weights(model: str, weights: Array) -> Iterator[tuple[Layer, Array]]:
    start = 0
    for layer in net(model).layers:
        yield layer, weights[start : start + layer.size]
        start += layer.size


def _drawn(layer: Affine, seed: int, stream: int) -> Integers:
    limit = isqrt((6 << 2 * FRACTION_BITS) // layer.inputs)
    start = int(splitmix64(seed, 1)[0]) + stream
    draws = (splitmix64(start, layer.inputs * layer.units) >> np.uint64(32)).astype(np.int64)
    # 32 random bits × a width below 2^20, shifted back: even to one part in 2^12.
    kernel = (draws * (2 * limit + 1) >> 32) - limit
    return np.concatenate((kernel, np.zeros(layer.units, dtype=np.int64)))


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, start + _SCORED_AT_ONCE) for start in range(0, count, _SCORED_AT_ONCE))


def _require_size(model: str, weights: Array) -> None:
    if weights.shape != (net(model).size,):
        raise UsageError(
            f"weights of shape {weights.shape} are not {model}'s: give {net(model).size} in one row"
        )
