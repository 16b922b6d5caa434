"""Only the largest tenth of the weights, each with its index; the others decode to zero.

A payload is the number of weights (uint32), the indices (uint32, rising), the values (float32), all
big-endian. Of equal magnitudes the lower index goes first, so every machine keeps the same ones.
Source: Aji & Heafield 2017, "Sparse Communication for Distributed Gradient Descent".
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from system.weights.checks import Floats, Payload, as_floats, require_finite, view_of
from system.weights.errors import MalformedPayload
from system.weights.floats import decode_float32, narrow

# One weight in ten is kept, rounded up. The decoder insists on it: a few bytes that claim
# billions of weights can't make it fill the memory with zeros.
ONE_IN: Final = 10
HEADER_BYTES: Final = 4
PAIR_BYTES: Final = 8


def kept(count: int) -> int:
    """How many of `count` weights are sent."""
    return -(-count // ONE_IN)


def encode_topk(array: ArrayLike) -> bytes:
    """4 bytes and 8 bytes for every tenth weight."""
    values = as_floats(array)
    require_finite(values)
    indices = _largest(values, kept(values.size))
    chosen = narrow(values[indices], ">f4", "float32")
    return b"".join(
        (struct.pack(">I", values.size), indices.astype(">u4").tobytes(), chosen.tobytes())
    )


def decode_topk(data: Payload) -> Floats:
    """The weights of a topk payload, zero where none was sent."""
    view = view_of(data)
    count, pairs = _shape(view)
    indices = np.frombuffer(view, dtype=">u4", offset=HEADER_BYTES, count=pairs).astype(np.int64)
    if indices[-1] >= count or (np.diff(indices) <= 0).any():
        raise MalformedPayload(f"the topk indices do not rise from 0 to below {count}")
    values = np.zeros(count, dtype=np.float64)
    values[indices] = decode_float32(view[HEADER_BYTES + 4 * pairs :])
    return values


def _largest(values: Floats, keep: int) -> NDArray[np.int64]:
    magnitudes = np.abs(values)
    threshold = np.partition(magnitudes, values.size - keep)[values.size - keep]
    above = np.flatnonzero(magnitudes > threshold)
    equal = np.flatnonzero(magnitudes == threshold)[: keep - above.size]
    return np.sort(np.concatenate((above, equal)))


def _shape(view: memoryview) -> tuple[int, int]:
    pairs, left_over = divmod(view.nbytes - HEADER_BYTES, PAIR_BYTES)
    if view.nbytes < HEADER_BYTES + PAIR_BYTES or left_over:
        raise MalformedPayload(f"{view.nbytes} bytes are no topk payload of whole pairs")
    (count,) = struct.unpack_from(">I", view)
    if kept(count) != pairs:
        raise MalformedPayload(
            f"the topk header says {count} weights, of which {kept(count)} are sent, not {pairs}"
        )
    return count, pairs
