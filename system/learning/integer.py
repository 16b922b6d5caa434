"""Softmax regression in whole numbers: the same bits on every machine, so models can be compared.

Floating-point training gives workers with different processors, or thread counts, different models
from the same batches; rounding the result before hashing does not repair it, since some weight
always straddles a boundary. Here everything is int64 in Q16 (65,536 stands for 1): sums of products
come out the same in any order, divisions are shifts that round half up, and e^x comes from a table
made with `decimal`, not from the processor's libm.
"""

from __future__ import annotations

import struct
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Final

import numpy as np
from Crypto.Hash import keccak
from numpy.typing import ArrayLike, NDArray

from system.errors import UsageError
from system.learning.data import Dataset, Labels
from system.learning.order import permutation
from system.weights.fixed import INT32, to_integers

Integers = NDArray[np.int64]

FRACTION_BITS: Final = 16
ONE: Final = 1 << FRACTION_BITS
# The table holds e^(-i/128) for i = 0 … 2048, so down to e^-16, below half of Q16's last bit.
_TABLE_BITS: Final = 7
_TABLE_END: Final = 2048
_TABLE_ONE_BITS: Final = 30
_STEP_BITS: Final = FRACTION_BITS - _TABLE_BITS


class IntegerOverflow(UsageError):
    """Training in whole numbers left the range in which its sums are exact."""


def to_q16(values: ArrayLike) -> Integers:
    """Floats as Q16 integers of the same shape, rounded half up: the codec int32's integers."""
    array = np.asarray(values, dtype=np.float64)
    return to_integers(array.ravel(), INT32).reshape(array.shape)


def shift(values: Integers, bits: int) -> Integers:
    """values / 2^bits, rounded half up."""
    return (values + (1 << bits >> 1)) >> bits


@lru_cache(maxsize=1)
def exponentials() -> Integers:
    """The 2,049 entries 2^30 · e^(-i/128), rounded half up, read-only."""
    with localcontext(prec=50):
        scale = Decimal(1 << _TABLE_ONE_BITS)
        exact = [scale * (Decimal(-i) / (1 << _TABLE_BITS)).exp() for i in range(_TABLE_END + 1)]
        table = np.array([int(each.to_integral_value(ROUND_HALF_UP)) for each in exact])
    table.flags.writeable = False
    return table


def exp(q16: Integers) -> Integers:
    """2^30 · e^x for x ≤ 0 in Q16: the table, interpolated between its entries."""
    distance = np.minimum(-q16, _TABLE_END << _STEP_BITS)
    at = np.minimum(distance >> _STEP_BITS, _TABLE_END - 1)
    fraction = distance - (at << _STEP_BITS)
    upper, lower = exponentials()[at], exponentials()[at + 1]
    interpolated: Integers = upper + shift((lower - upper) * fraction, _STEP_BITS)
    return interpolated


def probabilities(weights: Integers, x: Integers) -> Integers:
    """What the model gives each class, in Q16, shape (examples, classes)."""
    scores = _scores(weights, x)
    powers = exp(scores - scores.max(axis=1, keepdims=True))
    total = powers.sum(axis=1, keepdims=True)
    shares: Integers = ((powers << FRACTION_BITS) + (total >> 1)) // total
    return shares


def sgd_step(weights: Integers, x: Integers, y: Labels, *, rate_shift: int = 1) -> Integers:
    """The weights after one batch at the learning rate 2^-rate_shift; a new array.

    The batch's size has to be a power of two, so that the mean is a shift. Raises IntegerOverflow
    where a weight would leave int32.
    """
    size = len(y)
    if size & (size - 1) or not size:
        raise UsageError(f"a batch of {size}: whole-number training takes a power of two")
    gradient = probabilities(weights, x)
    gradient[np.arange(size), y] -= ONE
    mean_shift = size.bit_length() - 1 + rate_shift
    kernel = shift(x.T @ gradient, FRACTION_BITS + mean_shift)
    step = np.concatenate((kernel.ravel(), shift(gradient.sum(axis=0), mean_shift)))
    moved: Integers = weights - step
    _require_int32(moved)
    return moved


def train(
    dataset: Dataset,
    *,
    seed: int,
    classes: int = 10,
    epochs: int = 20,
    batch_size: int = 32,
    rate_shift: int = 1,
) -> Integers:
    """Weights trained from zero, in an order the seed decides, whole batches only."""
    x, y = to_q16(dataset.train_x), dataset.train_y
    weights = np.zeros((x.shape[1] + 1) * classes, dtype=np.int64)
    for epoch in range(epochs):
        order = permutation(len(y), seed=seed, stream=epoch)
        for start in range(0, len(y) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size]
            weights = sgd_step(weights, x[rows], y[rows], rate_shift=rate_shift)
    return weights


def accuracy(weights: Integers, x: Integers, y: Labels) -> float:
    """The share of examples whose likeliest class is the right one."""
    return float((_scores(weights, x).argmax(axis=1) == y).mean())


def digest(weights: Integers, *, features: int, classes: int) -> bytes:
    """The model's identity: keccak-256 of its shape and its weights as int32, all big-endian."""
    if weights.size != (features + 1) * classes:
        raise UsageError(f"{weights.size} weights are no model of {features} × {classes}")
    _require_int32(weights)
    header = struct.pack(">II", features, classes)
    return keccak.new(data=header + weights.astype(">i4").tobytes(), digest_bits=256).digest()


def _require_int32(weights: Integers) -> None:
    if np.abs(weights).max() >= 1 << 31:
        raise IntegerOverflow("a weight left int32: take a smaller learning rate")


def _scores(weights: Integers, x: Integers) -> Integers:
    features = x.shape[1]
    classes, left_over = divmod(weights.size, features + 1)
    if left_over or not classes:
        raise UsageError(
            f"{weights.size} weights do not fit {features} features: "
            f"give a multiple of {features + 1}"
        )
    # |x| ≤ 1 and int32 weights: the sum stays below 2^(16+31) × features, inside int64.
    if np.abs(x).max() > ONE:
        raise IntegerOverflow("inputs go from -1 to 1: scale them first")
    kernel = weights[: features * classes].reshape(features, classes)
    return shift(x @ kernel, FRACTION_BITS) + weights[features * classes :]
