"""Which examples a net learns from: digits in its size, or IDX files in a folder."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from system.errors import UsageError
from system.learning import rounds
from system.learning.data import digits
from system.learning.nets import NETS, initial_weights
from system.learning.sources import examples


def mnist_folder(folder: Path, *, side: int = 28, dotted: bool = False) -> Path:
    """Forty examples in files named and packed as they are found about."""
    source = np.random.default_rng(1)
    for part in ("train", "t10k"):
        pixels = source.integers(0, 256, (40, side, side), dtype=np.uint8)
        images = struct.pack(">4I", 0x803, *pixels.shape) + pixels.tobytes()
        labels = struct.pack(">2I", 0x801, 40) + bytes(at % 10 for at in range(40))
        mark = ".idx" if dotted else "-idx"
        (folder / f"{part}-images{mark}3-ubyte.gz").write_bytes(gzip.compress(images))
        (folder / f"{part}-labels{mark}1-ubyte").write_bytes(labels)
    return folder


@pytest.mark.parametrize("model", NETS)
def test_digits_come_in_the_size_of_the_net(model):
    data, features = examples(model), NETS[model].features
    assert data.train_x.shape == (1438, features)
    assert data.test_x.shape == (359, features)
    assert data.train_x.dtype == np.float32
    assert (data.train_y == digits().train_y).all()
    assert not data.train_x.flags.writeable


def test_enlarged_digits_are_the_digits():
    large, small = examples("lenet5", seed=2), digits(2)
    images = large.test_x.reshape(-1, 28, 28)
    assert (images[:, 3:26:3, 3:26:3].reshape(-1, 64) == small.test_x).all()
    assert images.sum() == pytest.approx(9 * small.test_x.sum())
    assert not images[:, :2].any()
    assert not images[:, :, 26:].any()


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("model", ["mnist-softmax", "lenet5"])
def test_a_folder_of_idx_files(tmp_path, model, dotted):
    data = examples(model, mnist_folder(tmp_path, dotted=dotted))
    assert data.train_x.shape == data.test_x.shape == (40, 784)
    start = initial_weights(model, 0)
    assert (rounds.job_step(model, start, data, 0) != start).any()


def test_folders_that_do_not_fit(tmp_path):
    with pytest.raises(UsageError, match="has no train-images-idx3-ubyte"):
        examples("lenet5", tmp_path)
    with pytest.raises(UsageError, match="leave --data out"):
        examples("digits-softmax", mnist_folder(tmp_path))
    with pytest.raises(UsageError, match="100 pixels and lenet5 takes 784: name a folder"):
        examples("lenet5", mnist_folder(tmp_path, side=10))
