"""Shuffles that are the same on every machine and with every numpy.

numpy's generators may give another stream in a later version (NEP 19); workers that have to arrive
at identical models cannot depend on them. Source: SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_GOLDEN: Final = 0x9E3779B97F4A7C15
_MASK: Final = 2**64 - 1


def splitmix64(seed: int, count: int) -> NDArray[np.uint64]:
    """The first `count` outputs of SplitMix64; `seed` is taken modulo 2^64."""
    steps = np.arange(1, count + 1, dtype=np.uint64)
    state = steps * np.uint64(_GOLDEN) + np.uint64(seed & _MASK)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def permutation(count: int, *, seed: int, stream: int = 0) -> NDArray[np.int64]:
    """The numbers 0 … count-1 in an order that `seed` and `stream` (an epoch, a class) decide."""
    start = int(splitmix64(seed, 1)[0]) + stream
    order: NDArray[np.int64] = np.argsort(splitmix64(start, count), kind="stable")
    return order
