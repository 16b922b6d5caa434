"""Floating point as it stands, big-endian, rounded to the nearest even neighbour."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from system.weights.checks import (
    Floats,
    Payload,
    as_floats,
    refuse_not_finite,
    require_finite,
    require_multiple,
    view_of,
)
from system.weights.errors import FloatOverflow, MalformedPayload

# The largest weight each form can hold; IEEE 754, and for bfloat16 a float32 cut to 8 bits.
LARGEST: Final = {"float32": 3.4028235e38, "float16": 65504.0, "bfloat16": 3.3895314e38}


def encode_float64(array: ArrayLike) -> bytes:
    """8 bytes a weight, without loss."""
    values = as_floats(array)
    require_finite(values)
    return values.astype(">f8").tobytes()


def decode_float64(data: Payload) -> Floats:
    """The weights of a float64 payload."""
    return _decode(data, ">f8", "float64")


def encode_float32(array: ArrayLike) -> bytes:
    """4 bytes a weight."""
    return narrow(array, ">f4", "float32").tobytes()


def decode_float32(data: Payload) -> Floats:
    """The weights of a float32 payload."""
    return _decode(data, ">f4", "float32")


def encode_float16(array: ArrayLike) -> bytes:
    """2 bytes a weight."""
    return narrow(array, ">f2", "float16").tobytes()


def decode_float16(data: Payload) -> Floats:
    """The weights of a float16 payload."""
    return _decode(data, ">f2", "float16")


def encode_bfloat16(array: ArrayLike) -> bytes:
    """2 bytes a weight: sign, 8 bits of exponent, 7 of fraction."""
    values = as_floats(array)
    single = narrow(values, "f4", "bfloat16")
    bits = single.view(np.uint32)
    halves = ((bits + (((bits >> 16) & 1) + 0x7FFF)) >> 16).astype(np.uint32)
    _settle_ties(values, single, halves)
    infinite = int(np.count_nonzero((halves & 0x7F80) == 0x7F80))
    if infinite:
        raise _overflow(infinite, values.size, "bfloat16")
    return halves.astype(">u2").tobytes()


def decode_bfloat16(data: Payload) -> Floats:
    """The weights of a bfloat16 payload."""
    view = view_of(data)
    require_multiple(view, 2, "bfloat16")
    bits = np.frombuffer(view, dtype=">u2").astype(np.uint32) << 16
    return _widen(bits.view(np.float32), "bfloat16")


def narrow(array: ArrayLike, dtype: str, name: str) -> NDArray[np.floating]:
    """The weights in that floating-point type; FloatOverflow where one would become infinite."""
    values = as_floats(array)
    with np.errstate(over="ignore"):
        narrowed: NDArray[np.floating] = values.astype(dtype)
    finite = np.isfinite(narrowed)
    if not finite.all():
        if not np.isfinite(values).all():
            refuse_not_finite(values)
        raise _overflow(int(values.size - np.count_nonzero(finite)), values.size, name)
    return narrowed


def _settle_ties(values: Floats, single: NDArray[np.floating], halves: NDArray[np.uint32]) -> None:
    """Rounds by the float64 where the float32 between looks like a tie and is none.

    Rounding twice would otherwise send one weight in some 65,536 to the wrong neighbour.
    """
    bits = single.view(np.uint32)
    ties = np.flatnonzero((bits & 0xFFFF) == 0x8000)
    exact, seen = np.abs(values[ties]), np.abs(single[ties]).astype(np.float64)
    below = bits[ties] >> 16
    halves[ties] = np.where(exact == seen, halves[ties], np.where(exact > seen, below + 1, below))


def _decode(data: Payload, dtype: str, name: str) -> Floats:
    view = view_of(data)
    require_multiple(view, np.dtype(dtype).itemsize, name)
    return _widen(np.frombuffer(view, dtype=dtype), name)


def _widen(narrow: NDArray[np.floating], name: str) -> Floats:
    with np.errstate(invalid="ignore"):  # a signalling NaN would warn here; it is refused below
        values = narrow.astype(np.float64)
    if not np.isfinite(values).all():
        wrong = int(values.size - np.count_nonzero(np.isfinite(values)))
        raise MalformedPayload(f"{wrong} of {values.size} {name} weights are NaN or infinite")
    return values


def _overflow(wrong: int, count: int, name: str) -> FloatOverflow:
    return FloatOverflow(
        f"{wrong} of {count} weights do not fit {name}, which ends at ±{LARGEST[name]:.8g}: "
        "clip them or take a wider encoding"
    )
