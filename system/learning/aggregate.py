"""Many workers' models made into one: votes, means, medians, the one most others are near.

Results are pairs of a model's arrays and the examples it learnt from. Floats are combined as
Flower's functions of the same names do, integers exactly: a quotient is rounded half up.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import reduce
from math import isqrt
from typing import Final, TypeAlias

import numpy as np
from Crypto.Hash import keccak
from numpy.typing import NDArray

from system.errors import UsageError
from system.learning.arithmetic import Array
from system.learning.client import Parameters, flat
from system.learning.integer import shift

Models: TypeAlias = Sequence[tuple[Parameters, int]]
# Twice a sum of int32 weights times as many examples is inside int64.
_MOST_EXAMPLES: Final = 1 << 31
_DISTANCE_EXACT: Final = 1 << 62


def digest(arrays: Parameters) -> bytes:
    """What identical models have in common: keccak-256 of their shapes and numbers, big-endian."""
    hashed = keccak.new(digest_bits=256)
    for array in map(np.asarray, arrays):
        hashed.update(struct.pack(f">B{array.ndim}I", array.ndim, *array.shape))
        hashed.update(array.astype(array.dtype.newbyteorder(">")).tobytes())
    return hashed.digest()


def groups(models: Models) -> dict[bytes, list[int]]:
    """Which results hold the same model, by its digest: large groups first, then early ones."""
    found: dict[bytes, list[int]] = {}
    for index, (arrays, _) in enumerate(models):
        found.setdefault(digest(arrays), []).append(index)
    return dict(sorted(found.items(), key=lambda one: -len(one[1])))


def mean(models: Models) -> Parameters:
    """The mean weighted by examples: FedAvg (McMahan et al. 2017, arXiv 1602.05629)."""
    total = sum(examples for _, examples in models)
    if not 0 < total < _MOST_EXAMPLES:
        raise UsageError(f"results of {total} examples: give 1 to {_MOST_EXAMPLES - 1}")
    return _combined(
        [([array * examples for array in arrays], examples) for arrays, examples in models],
        lambda stack: quotient(reduce(np.add, stack), total),
    )


def median(models: Models) -> Parameters:
    """Each weight's median (Yin et al. 2018, arXiv 1803.01498)."""
    return _combined(models, _median)


def trimmed_mean(models: Models, share: float) -> Parameters:
    """Each weight's mean without that share of its lowest and of its highest values (ibid.)."""
    if not 0 <= share < 0.5:
        raise UsageError(f"a share of {share} cut at both ends: give 0 to below 0.5")
    cut = int(share * len(models))
    return _combined(models, lambda stack: _trimmed(np.stack(stack), cut))


def krum(models: Models, *, malicious: int, keep: int = 0) -> Parameters:
    """The model whose nearest others are nearest; the mean of the best `keep` where that is > 0.

    Source: Blanchard et al. 2017 (arXiv 1703.02757), which asks for 2 · malicious + 2 < models.
    """
    if not (malicious >= 0 and 0 <= keep <= len(models)):
        raise UsageError(
            f"Krum with {malicious} malicious of {len(models)} results, keeping {keep}: "
            "give numbers from 0, and keep no more than there are"
        )
    nearest = max(1, len(models) - malicious - 2)
    # The first of each row is a model's distance from itself.
    scores = [np.sort(row)[1 : nearest + 1].sum() for row in distances(models)]
    best = np.argsort(scores, kind="stable")
    return mean([models[at] for at in best[:keep][::-1]]) if keep else models[best[0]][0]


def distances(models: Models) -> NDArray[np.generic]:
    """The squared distance of every two models: int64 for integers, else float64."""
    _require_alike(models)
    rows = np.stack([flat(arrays) for arrays, _ in models])
    squared = _squared if rows.dtype.kind == "i" else _squared_norm
    return np.array([[squared(one - other) for other in rows] for one in rows])


def quotient(total: Array, count: int) -> Array:
    """A sum of `count` arrays divided by their number: integers exactly, rounded half up."""
    if total.dtype.kind != "i":
        return np.asarray(total / count)
    return np.asarray((2 * total + count) // (2 * count))


def _squared(difference: Array) -> int:
    # One worker's huge weights must not end the round: beyond this edge far is far. For the 61,706
    # weights of LeNet-5 it is ±131 around 1, and below it the sum is exact.
    edge = isqrt(_DISTANCE_EXACT // difference.size)
    ends = np.clip(difference.astype(np.int64), -edge, edge)
    return int((ends * ends).sum())


def _squared_norm(difference: Array) -> float:
    return float(np.linalg.norm(difference) ** 2)


def _median(stack: Sequence[Array]) -> Array:
    if stack[0].dtype.kind != "i":
        return np.asarray(np.median(np.asarray(stack), axis=0))
    ordered = np.sort(np.stack(stack), axis=0)
    return shift(ordered[(len(stack) - 1) // 2] + ordered[len(stack) // 2], 1)


def _trimmed(stack: Array, cut: int) -> Array:
    kept = len(stack) - 2 * cut
    if stack.dtype.kind == "i":
        return quotient(np.sort(stack, axis=0)[cut : cut + kept].sum(axis=0), kept)
    # Partitioned as Flower does, for floats added up in another order differ in their last bits.
    ends = np.partition(stack, (cut, len(stack) - cut - 1), axis=0)
    return np.asarray(np.mean(ends[cut : cut + kept], axis=0))


def _combined(models: Models, rule: Callable[[Sequence[Array]], Array]) -> Parameters:
    _require_alike(models)
    return [rule(layer) for layer in zip(*(arrays for arrays, _ in models), strict=True)]


def _require_alike(models: Models) -> None:
    forms = {tuple((one.shape, one.dtype.kind) for one in arrays) for arrays, _ in models}
    if len(forms) != 1:
        raise UsageError(f"{len(models)} results of {len(forms)} different shapes: expected one")
