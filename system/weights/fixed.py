"""Fixed point: a weight is the integer nearest to weight × scale.

The integer is floor(product + 1/2), computed without a second rounding: what
`(a + 2^(b-1)) >> b` gives in integers. With the power-of-two scale of int32 the product is exact,
so its bits are the same on every machine; with 1e9 the product is rounded once, as IEEE 754 says,
so they are the same there too.

`int256` and `int64` carry the same integers at the scale 1e9 (that of Sharing Updatable Models'
`toFloat`), in 32 and in 8 bytes: comparing the two shows what the width alone costs. An int256 word
has room for larger numbers, but a float64 beyond ±9.2e9 is no weight, so it is refused instead of
paying for two-limb arithmetic in every submission.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from system.weights.checks import (
    Floats,
    Payload,
    as_floats,
    refuse_not_finite,
    require_multiple,
    view_of,
)
from system.weights.errors import FixedPointOverflow, MalformedPayload

Integers = NDArray[np.int64]
WORD_BYTES = 32


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """A fixed-point form: its scale, and the bits its integers have to fit in (signed)."""

    name: str
    scale: float
    bits: int


INT256 = FixedPoint("int256", 1e9, 64)
INT64 = FixedPoint("int64", 1e9, 64)
INT32 = FixedPoint("int32", 65536.0, 32)  # Q16


def to_integers(array: ArrayLike, form: FixedPoint) -> Integers:
    """The weights as integers of that form, int64; ties go up.

    Raises FixedPointOverflow where one does not fit, NotFinite and the rest of `checks`.
    """
    values = as_floats(array)
    with np.errstate(over="ignore", invalid="ignore"):
        product = values * form.scale
        rounded = np.rint(product)
        # rint sends ties to even; the difference is exact, so only true ties are corrected.
        np.subtract(product, rounded, out=product)
        rounded += product == 0.5
    limit = 2.0 ** (form.bits - 1)
    if not (rounded.max() < limit and rounded.min() >= -limit):  # NaN compares false
        _refuse(values, rounded, form)
    return rounded.astype(np.int64)


def from_integers(integers: Integers, form: FixedPoint) -> Floats:
    """The weights those integers stand for."""
    return integers.astype(np.float64) / form.scale


def words(integers: NDArray[np.generic], *, head: bytes = b"") -> bytes:
    """Integers of any numpy type as ABI words, 32 bytes each, big-endian two's complement.

    `head` is what stands in front of them.
    """
    # The bytes are written where they stay. A second buffer to copy from would make the allocator
    # give 4 MB back to the system and fetch it again each time: 2.8 ms instead of 0.3 ms for the
    # 61,706 weights of LeNet-5.
    out = io.BytesIO()
    out.seek(len(head) + WORD_BYTES * integers.size - 1)
    out.write(b"\0")
    with out.getbuffer() as memory:
        memory[: len(head)] = head
        _fill(np.frombuffer(memory, dtype=np.int64, offset=len(head)).reshape(-1, 4), integers)
    return out.getvalue()


def encode_int256(array: ArrayLike) -> bytes:
    """32 bytes a weight: the elements of the ABI's `int256[]`."""
    return words(to_integers(array, INT256))


def decode_int256(data: Payload) -> Floats:
    """The weights of an int256 payload; a word beyond 64 bits is malformed."""
    view = view_of(data)
    require_multiple(view, WORD_BYTES, INT256.name)
    rows = np.frombuffer(view, dtype=np.int64).reshape(-1, 4)
    integers = rows[:, 3].view(">i8").astype(np.int64)
    sign = integers >> 63
    if any((rows[:, column] != sign).any() for column in range(3)):
        raise MalformedPayload("an int256 word lies beyond 64 bits, which no weight does")
    return from_integers(integers, INT256)


def encode_int64(array: ArrayLike) -> bytes:
    """8 bytes a weight, big-endian."""
    return to_integers(array, INT64).astype(">i8").tobytes()


def decode_int64(data: Payload) -> Floats:
    """The weights of an int64 payload."""
    view = view_of(data)
    require_multiple(view, 8, INT64.name)
    return from_integers(np.frombuffer(view, dtype=">i8").astype(np.int64), INT64)


def encode_int32(array: ArrayLike) -> bytes:
    """4 bytes a weight, big-endian Q16."""
    return to_integers(array, INT32).astype(">i4").tobytes()


def decode_int32(data: Payload) -> Floats:
    """The weights of an int32 payload."""
    view = view_of(data)
    require_multiple(view, 4, INT32.name)
    return from_integers(np.frombuffer(view, dtype=">i4").astype(np.int64), INT32)


def _fill(rows: Integers, integers: NDArray[np.generic]) -> None:
    signed = integers.dtype.kind == "i"
    rows[:, 3].view(">i8" if signed else ">u8")[:] = integers
    # The upper 24 bytes repeat the sign; 0 and -1 read the same in both byte orders.
    sign = integers.astype(np.int64, copy=False) >> 63 if signed else 0
    for column in range(3):
        rows[:, column] = sign


def _refuse(values: Floats, rounded: Floats, form: FixedPoint) -> NoReturn:
    if not np.isfinite(values).all():
        refuse_not_finite(values)
    limit = 2.0 ** (form.bits - 1)
    beyond = int(np.count_nonzero((rounded >= limit) | (rounded < -limit)))
    raise FixedPointOverflow(
        f"{beyond} of {values.size} weights do not fit {form.name}, which ends at "
        f"±{limit / form.scale:.10g}: clip them or take a float encoding"
    )
