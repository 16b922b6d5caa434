"""The IDX file format, as the MNIST database of LeCun, Cortes and Burges defines it."""

from __future__ import annotations

import gzip
import struct
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError

IMAGES_MAGIC: Final = 0x00000803  # unsigned bytes in three dimensions
LABELS_MAGIC: Final = 0x00000801  # unsigned bytes in one
_GZIP_MAGIC: Final = b"\x1f\x8b"
# More than ten times MNIST: a header that claims more is not read into memory.
_LARGEST_BYTES: Final = 1 << 30


class BadIdxFile(UsageError):
    """The file is not what its place among the four IDX files asks for."""


def read_images(path: Path) -> NDArray[np.uint8]:
    """One row of pixels an image, 0…255: shape (images, height × width)."""
    return _read(path, IMAGES_MAGIC, dimensions=3, kind="images")


def read_labels(path: Path) -> NDArray[np.uint8]:
    """One label an image, 0…9."""
    labels = _read(path, LABELS_MAGIC, dimensions=1, kind="labels").ravel()
    if (labels > 9).any():
        raise BadIdxFile(f"{path} has the label {labels.max()}: digits go from 0 to 9")
    return labels


def _read(path: Path, magic: int, *, dimensions: int, kind: str) -> NDArray[np.uint8]:
    try:
        with _open(path) as file:
            header = file.read(4 + 4 * dimensions)
            if len(header) < 4 + 4 * dimensions:
                raise BadIdxFile(f"{path} is too short to be IDX {kind}")
            shape = _shape(path, header, magic, kind)
            wanted = int(np.prod(shape, dtype=object))
            if not 0 < wanted <= _LARGEST_BYTES:
                raise BadIdxFile(f"{path} says it holds {wanted} bytes of {kind}: not credible")
            # One byte more than wanted shows whether the file goes on.
            body = file.read(wanted + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadIdxFile(f"{path} can't be read: {error}") from None
    if len(body) != wanted:
        extent = "too short" if len(body) < wanted else "too long"
        raise BadIdxFile(f"{path} is {extent} for the {wanted} bytes of {kind} it announces")
    return np.frombuffer(body, dtype=np.uint8).reshape(shape[0], -1)


def _open(path: Path) -> gzip.GzipFile | BufferedReader:
    # By what is in it: downloads are often renamed or unpacked under the packed name.
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP_MAGIC
    return gzip.open(path, "rb") if packed else path.open("rb")


def _shape(path: Path, header: bytes, magic: int, kind: str) -> tuple[int, ...]:
    found, *shape = struct.unpack(f">{len(header) // 4}I", header)
    if found != magic:
        raise BadIdxFile(f"{path} is not IDX {kind}: it begins {found:#010x}, not {magic:#010x}")
    return tuple(shape)
