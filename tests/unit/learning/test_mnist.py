"""The IDX loader on small files written here, whole and damaged, plain and gzipped."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from system.errors import UsageError
from system.learning import softmax
from system.learning.data import batch, mnist
from system.learning.idx import BadIdxFile, read_images, read_labels

PIXELS = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
IMAGES = struct.pack(">4I", 0x803, 3, 4, 5) + PIXELS.tobytes()
PACKED = gzip.compress(IMAGES, mtime=0)
LABELS = struct.pack(">2I", 0x801, 3) + bytes([7, 0, 9])


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def four(folder: Path, **replaced: bytes) -> dict[str, Path]:
    files = {
        "train_images": IMAGES,
        "train_labels": LABELS,
        "test_images": IMAGES,
        "test_labels": LABELS,
        **replaced,
    }
    return {name: written(folder / name, data) for name, data in files.items()}


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", ["images", "images.gz"])  # the suffix decides nothing
def test_whole_files(tmp_path, pack, name):
    images = read_images(written(tmp_path / name, pack(IMAGES)))
    assert images.shape == (3, 20)
    assert (images == PIXELS.reshape(3, 20)).all()
    assert read_labels(written(tmp_path / "labels", pack(LABELS))).tolist() == [7, 0, 9]


def test_a_data_set(tmp_path):
    data = mnist(**four(tmp_path, test_images=gzip.compress(IMAGES)))
    assert data.train_x.dtype == np.float32
    assert data.train_x[2, -1] == np.float32(59 / 255)
    assert data.train_y.tolist() == data.test_y.tolist() == [7, 0, 9]
    moved = softmax.sgd_step(np.zeros(210), *batch(data, 1, 2), 0.5)
    assert softmax.loss(moved, *batch(data, 1, 2)) < np.log(10)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "too short to be IDX"),
        (IMAGES[:7], "too short to be IDX"),
        (IMAGES[:15], "too short to be IDX"),
        (LABELS + bytes(9), "0x00000801, not 0x00000803"),
        (b"\x00\x00\x0d\x03" + IMAGES[4:], "0x00000d03, not 0x00000803"),
        (IMAGES[:-1], "too short for the 60 bytes"),
        (IMAGES + b"\x00", "too long for the 60 bytes"),
        (struct.pack(">4I", 0x803, 0, 4, 5), "not credible"),
        (struct.pack(">4I", 0x803, *[2**32 - 1] * 3), "not credible"),
        (PACKED[:-3], "can't be read"),
        (PACKED[:10] + b"\x07" + PACKED[11:], "can't be read"),
        (PACKED[:-5] + b"\x00" + PACKED[-4:], "can't be read"),
        (gzip.compress(IMAGES + bytes(100), mtime=0), "too long"),
        (b"\x1f\x8b", "can't be read"),
    ],
)
def test_damaged_images(tmp_path, data, reason):
    path = written(tmp_path / "damaged", data)
    with pytest.raises(BadIdxFile, match=reason) as caught:
        read_images(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_damaged_labels(tmp_path):
    with pytest.raises(BadIdxFile, match="the label 10"):
        read_labels(written(tmp_path / "a", LABELS[:-1] + b"\x0a"))
    with pytest.raises(BadIdxFile, match="0x00000803"):
        read_labels(written(tmp_path / "b", IMAGES))
    with pytest.raises(BadIdxFile, match="can't be read"):
        read_labels(tmp_path / "missing")
    with pytest.raises(BadIdxFile, match="can't be read"):
        read_labels(tmp_path)


def test_files_that_do_not_belong_together(tmp_path):
    fewer = struct.pack(">2I", 0x801, 2) + bytes([1, 2])
    with pytest.raises(UsageError, match=r"3 images and .* 2 labels"):
        mnist(**four(tmp_path, train_labels=fewer))
    larger = struct.pack(">4I", 0x803, 3, 5, 5) + bytes(75)
    with pytest.raises(UsageError, match=r"images of 20 pixels and .* of 25"):
        mnist(**four(tmp_path, test_images=larger))
