"""The wrong models that dishonest workers return, from the weights they should have improved.

Each takes weights of either arithmetic (int64 in Q16, or floats around 1), gives a new array of the
same shape and dtype, and is the same for the same seed on every machine.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from system.learning.arithmetic import Array
from system.learning.integer import FRACTION_BITS, ONE
from system.learning.order import splitmix64

# Random weights lie within ±1/8, as most of a trained net's do: larger ones would drive training
# that starts from them out of its range, and so show themselves.
_SPREAD_BITS: Final = FRACTION_BITS - 3
_LARGEST: Final = (1 << 31) - 1
# Between a worker's own random weights and those it shares with others under the same seed.
_SHARED: Final = 0xC0111DE


def random_weights(weights: Array, *, seed: int) -> Array:
    """Noise that has nothing to do with the weights but their number: uniform within ±1/8."""
    start = int(splitmix64(seed, 1)[0])
    drawn = splitmix64(start, weights.size) >> np.uint64(63 - _SPREAD_BITS)
    q16 = drawn.astype(np.int64).reshape(weights.shape) - (1 << _SPREAD_BITS)
    return q16 if _whole(weights) else (q16 / ONE).astype(weights.dtype)


def colluding(weights: Array, *, seed: int) -> Array:
    """The one wrong model of all who share the seed: noise again, so nobody has to train for it."""
    return random_weights(weights, seed=seed ^ _SHARED)


def sign_flipped(weights: Array) -> Array:
    """Every weight with the other sign: a model that prefers what it should reject."""
    return scaled(weights, -1)


def scaled(weights: Array, factor: int) -> Array:
    """Every weight times a whole number, ended at ±32768, where int32 does."""
    moved: Array = weights * factor
    limit = _LARGEST if _whole(weights) else _LARGEST / ONE
    return np.clip(moved, -limit, limit).astype(weights.dtype)


def zeros(weights: Array) -> Array:
    """A model that knows nothing."""
    return np.zeros_like(weights)


def _whole(weights: Array) -> bool:
    return weights.dtype.kind == "i"
