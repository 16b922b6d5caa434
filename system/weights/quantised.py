"""Whole levels of the largest weight: int8 has 127 a side, int4 has 7.

A payload is the largest magnitude (float64, big-endian), then the levels. The level is
weight / largest × levels rounded to the nearest, ties to even. Dividing by the largest magnitude
and not by a step keeps every scale usable: the step of the smallest subnormal would be zero, and
levels × step of the largest float64 infinite.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from system.weights.checks import Floats, Payload, as_floats, refuse_not_finite, view_of
from system.weights.errors import MalformedPayload

HEADER_BYTES: Final = 8
# -8 is no level, so it marks the unused half of the last byte when the count is odd.
_NO_WEIGHT: Final = -8
# Both levels of each byte, the high half first, as pairs that one look-up fetches.
_PAIRS: Final = (
    np.stack([((np.arange(256) >> shift & 15) ^ 8) - 8 for shift in (4, 0)], axis=1)
    .astype(np.int8)
    .view(np.uint16)
    .ravel()
)


def encode_int8(array: ArrayLike) -> bytes:
    """8 bytes and one byte a weight, two's complement, -127…127."""
    header, levels = _to_levels(array, 127)
    return header + levels.tobytes()


def decode_int8(data: Payload) -> Floats:
    """The weights of an int8 payload."""
    largest, body = _header(data, "int8")
    return _from_levels(body.view(np.int8), largest, top=127, name="int8")


def encode_int4(array: ArrayLike) -> bytes:
    """8 bytes and half a byte a weight, two's complement, -7…7, the high half first."""
    header, levels = _to_levels(array, 7)
    pairs = np.full((levels.size + 1) // 2 * 2, _NO_WEIGHT, dtype=np.int8)
    pairs[: levels.size] = levels
    nibbles = pairs.view(np.uint8)
    return header + ((nibbles[0::2] << 4) | (nibbles[1::2] & 15)).tobytes()


def decode_int4(data: Payload) -> Floats:
    """The weights of an int4 payload."""
    largest, body = _header(data, "int4")
    levels = _PAIRS[body].view(np.int8)
    if levels[-1] == _NO_WEIGHT:
        levels = levels[:-1]
    return _from_levels(levels, largest, top=7, name="int4")


def _to_levels(array: ArrayLike, top: int) -> tuple[bytes, NDArray[np.int8]]:
    values = as_floats(array)
    largest = max(float(values.max()), -float(values.min()))  # NaN if any weight is
    if not largest < np.inf:
        refuse_not_finite(values)
    levels = values / (largest or 1.0)
    levels *= top
    return struct.pack(">d", abs(largest)), np.rint(levels, out=levels).astype(np.int8)


def _from_levels(levels: NDArray[np.int8], largest: float, *, top: int, name: str) -> Floats:
    # The largest weight is at the outermost level, so the two must go together.
    outermost = max(int(levels.max()), -int(levels.min()))
    if outermost != (top if largest else 0):
        raise MalformedPayload(
            f"the {name} header says the largest weight is {largest}, the levels reach {outermost}"
        )
    return levels.astype(np.float64) / top * largest


def _header(data: Payload, name: str) -> tuple[float, NDArray[np.uint8]]:
    view = view_of(data)
    if view.nbytes <= HEADER_BYTES:
        raise MalformedPayload(f"{view.nbytes} bytes are too few for an {name} payload")
    (largest,) = struct.unpack_from(">d", view)
    if not 0.0 <= largest < np.inf:
        raise MalformedPayload(f"the {name} header says the largest weight is {largest}")
    return largest, np.frombuffer(view, dtype=np.uint8, offset=HEADER_BYTES)
