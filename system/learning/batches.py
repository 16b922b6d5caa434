"""Mini-batches as bytes, for jobs that carry their data: exact, one byte a pixel.

Pixels are steps of 1/16 (the digits) or of 1/255 (MNIST), so a byte holds one and the float32 that
comes back is the same to the last bit. A mini-batch is a head (examples, uint16; pixels of each,
uint32; steps, uint8; all big-endian), a byte a label, and a byte a pixel, row by row; a job's
mini-batches follow one another.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError
from system.learning.data import Images
from system.learning.nets import CLASSES
from system.learning.rounds import Batch

_HEAD: Final = struct.Struct(">HIB")
_STEPS: Final = (16, 255)


class BadBatch(UsageError):
    """Mini-batches that no bytes stand for, or bytes that are no mini-batches."""


def encode_batches(batches: Iterable[Batch]) -> bytes:
    """The mini-batches one after another. Raises BadBatch for pixels that a byte does not hold."""
    return b"".join(map(_encoded, batches))


def decode_batches(data: bytes | memoryview) -> tuple[Batch, ...]:
    """The mini-batches whose bytes these are, in order. Raises BadBatch where they are none."""
    return tuple(_decoded(memoryview(data)))


def _encoded(batch: Batch) -> bytes:
    if not 1 <= len(batch.y) < 1 << 16:
        raise BadBatch(f"a mini-batch of {len(batch.y)} examples: give 1 to 65535")
    for steps in _STEPS:
        pixels = np.rint(batch.x * np.float32(steps))
        if ((pixels >= 0) & (pixels <= steps)).all() and (_pixels(pixels, steps) == batch.x).all():
            body = np.concatenate((batch.y, pixels.ravel())).astype(np.uint8)
            return _HEAD.pack(*batch.x.shape, steps) + body.tobytes()
    raise BadBatch("pixels that are no steps of 1/16 or 1/255: name batches by their index instead")


def _decoded(view: memoryview) -> Iterator[Batch]:
    while len(view):
        if len(view) < _HEAD.size:
            raise BadBatch(f"{len(view)} bytes are too short for a mini-batch's head")
        count, features, steps = _HEAD.unpack(view[: _HEAD.size])
        wanted = count * (1 + features)
        body = np.frombuffer(view[_HEAD.size : _HEAD.size + wanted], dtype=np.uint8)
        if steps not in _STEPS or not count or not features or len(body) != wanted:
            raise BadBatch(
                f"{len(body)} bytes do not hold {count} examples of {features} pixels "
                f"in steps of 1/{steps}"
            )
        yield _batch(body[:count], body[count:].reshape(count, features), steps)
        view = view[_HEAD.size + wanted :]


def _batch(labels: NDArray[np.uint8], pixels: NDArray[np.uint8], steps: int) -> Batch:
    if labels.max() >= CLASSES or pixels.max() > steps:
        raise BadBatch(f"label {labels.max()} or pixel {pixels.max()}/{steps}: beyond their ends")
    return Batch(_pixels(pixels, steps), labels.astype(np.int64))


def _pixels(levels: NDArray[Any], steps: int) -> Images:
    # The very division that `data` makes of the files' bytes.
    images: Images = (levels / np.float32(steps)).astype(np.float32)
    return images
