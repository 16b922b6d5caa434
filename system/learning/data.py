"""Labelled images to learn from: the bundled digits, or MNIST from files the user has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError
from system.learning.idx import read_images, read_labels
from system.learning.order import permutation

Images = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Images as float32 rows of pixels in 0…1, labels as int64, both read-only."""

    train_x: Images
    train_y: Labels
    test_x: Images
    test_y: Labels


@lru_cache(maxsize=8)
def digits(seed: int = 0) -> Dataset:
    """The 1,797 handwritten digits that scikit-learn bundles: 64 features (8 × 8), 10 classes.

    The seed decides which fifth is the test part and the order of the rest. Pixels are multiples of
    1/16, so they are exact in Q16 too. Source: Alpaydin & Kaynak, UCI repository.
    """
    # scikit-learn takes a second to import, which a worker with other weights need not wait for.
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    order = permutation(len(labels), seed=seed)
    cut = len(labels) // 5
    x, y = (pixels[order] / 16).astype(np.float32), labels[order].astype(np.int64)
    return frozen(Dataset(x[cut:], y[cut:], x[:cut], y[:cut]))


def mnist(
    *, train_images: Path, train_labels: Path, test_images: Path, test_labels: Path
) -> Dataset:
    """MNIST, or data of the same form, from its four IDX files, gzipped or not.

    Raises BadIdxFile where a file is none, UsageError where files do not belong together.
    """
    x, y = _pair(train_images, train_labels)
    held_x, held_y = _pair(test_images, test_labels)
    if x.shape[1] != held_x.shape[1]:
        raise UsageError(
            f"{train_images} has images of {x.shape[1]} pixels and {test_images} of "
            f"{held_x.shape[1]}: name two files of one data set"
        )
    return frozen(Dataset(x, y, held_x, held_y))


def batch(dataset: Dataset, index: int, size: int) -> tuple[Images, Labels]:
    """Training batch number `index`: `size` examples in their order, which wraps round at the end.

    The same index is the same batch for every worker. Raises UsageError for a negative index or a
    size below 1.
    """
    if index < 0 or size < 1:
        raise UsageError(
            f"batch {index} of {size} examples: give an index from 0 and a size from 1"
        )
    count = len(dataset.train_y)
    rows = (index * size % count + np.arange(size)) % count
    return dataset.train_x[rows], dataset.train_y[rows]


def _pair(images: Path, labels: Path) -> tuple[Images, Labels]:
    x, y = read_images(images), read_labels(labels)
    if len(x) != len(y):
        raise UsageError(
            f"{images} has {len(x)} images and {labels} {len(y)} labels: "
            "name two files of one data set"
        )
    return (x / np.float32(255)).astype(np.float32), y.astype(np.int64)


def frozen(dataset: Dataset) -> Dataset:
    """The same data set, read-only: it is cached and shared by every worker of the process."""
    for part in (dataset.train_x, dataset.train_y, dataset.test_x, dataset.test_y):
        part.flags.writeable = False
    return dataset
