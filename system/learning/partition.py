"""Who learns from what: training examples dealt out to workers, each example to exactly one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError
from system.learning.order import permutation

Rows = NDArray[np.int64]


def iid(count: int, workers: int, *, seed: int) -> list[Rows]:
    """The rows of each worker, drawn alike: shares differ by one example at most."""
    _require(workers, count)
    return np.array_split(permutation(count, seed=seed), workers)


def dirichlet(labels: NDArray[np.int64], workers: int, *, alpha: float, seed: int) -> list[Rows]:
    """The rows of each worker, every class dealt in proportions drawn from Dirichlet(alpha).

    A small alpha gives workers few classes (some may get nothing), a large one approaches `iid`.
    Source: Hsu, Qi & Brown 2019 (arXiv 1909.06335).
    """
    _require(workers, len(labels))
    if not 0 < alpha < np.inf:
        raise UsageError(f"alpha is {alpha}: give a positive number, like 0.5")
    generator = np.random.default_rng(seed % 2**64)
    shares: list[list[Rows]] = [[] for _ in range(workers)]
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        rows = rows[permutation(len(rows), seed=seed, stream=int(label))]
        parts = np.cumsum(generator.dirichlet(np.full(workers, alpha)))[:-1]
        for share, part in zip(shares, np.split(rows, _cuts(parts, len(rows))), strict=True):
            share.append(part)
    return [np.concatenate(share) for share in shares]


def _cuts(parts: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    return np.clip(np.rint(parts * count), 0, count).astype(np.int64)


def _require(workers: int, count: int) -> None:
    if not 1 <= workers <= count:
        raise UsageError(f"{count} examples for {workers} workers: give from 1 to {count} workers")
