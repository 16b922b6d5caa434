"""Where a net's examples come from: the bundled digits, or the IDX files in a user's folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from system.errors import UsageError
from system.learning.data import Dataset, Images, digits, frozen, mnist
from system.learning.nets import net

# 8 × 8 pixels, each three times as wide and high, in a border of two: 28 × 28.
_SMALL: Final = 8
_ENLARGED: Final = 3
_BORDER: Final = 2
# The names the four files have had since 1998, and the other spelling that is about.
_FILES: Final = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


def examples(model: str, folder: Path | None = None, *, seed: int = 0) -> Dataset:
    """What that net learns from: the digits in its size, or the MNIST files in `folder`.

    A folder is read at every call: call once and share, MNIST takes 220 MB. Raises UsageError where
    the folder's images are not the net's size, or a file is missing.
    """
    wanted = net(model).features
    if folder is None:
        return digits(seed) if wanted == _SMALL**2 else enlarged_digits(seed)
    data = mnist(**{part: _found(folder, name) for part, name in _FILES.items()})
    if data.train_x.shape[1] != wanted:
        raise UsageError(
            f"{folder} has images of {data.train_x.shape[1]} pixels and {model} takes {wanted}: "
            + ("leave --data out" if wanted == _SMALL**2 else "name a folder with MNIST")
        )
    return data


@lru_cache(maxsize=2)
def enlarged_digits(seed: int = 0) -> Dataset:
    """The digits at MNIST's size, 784 pixels: repeated and bordered, so still multiples of 1/16."""
    small = digits(seed)
    return frozen(
        Dataset(_enlarged(small.train_x), small.train_y, _enlarged(small.test_x), small.test_y)
    )


def _enlarged(x: Images) -> Images:
    images = x.reshape(-1, _SMALL, _SMALL).repeat(_ENLARGED, axis=1).repeat(_ENLARGED, axis=2)
    edge = (_BORDER, _BORDER)
    return np.pad(images, ((0, 0), edge, edge)).reshape(len(x), -1)


def _found(folder: Path, name: str) -> Path:
    spellings = (name, name.replace("-idx", ".idx"))
    for path in (folder / (one + end) for one in spellings for end in ("", ".gz")):
        if path.is_file():
            return path
    raise UsageError(f"{folder} has no {name} (or {name}.gz): --data takes MNIST's four IDX files")
