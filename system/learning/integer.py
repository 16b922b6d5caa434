"""Arithmetic in whole numbers: the same bits on every machine, so that models can be compared.

Floating-point training gives workers with different processors, or thread counts, different models
from the same batches; rounding the result before hashing does not repair it, since some weight
always straddles a boundary. Here everything is int64 in Q16 (65,536 stands for 1): sums of products
come out the same in any order, divisions are shifts that round half up, and e^x comes from a table
made with `decimal`, not from the processor's libm.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from system.errors import UsageError
from system.weights.fixed import INT32, to_integers

Integers = NDArray[np.int64]

FRACTION_BITS: Final = 16
ONE: Final = 1 << FRACTION_BITS
# The table holds e^(-i/128) for i = 0 … 2048, so down to e^-16, below half of Q16's last bit.
_TABLE_BITS: Final = 7
_TABLE_END: Final = 2048
_TABLE_ONE_BITS: Final = 30
_STEP_BITS: Final = FRACTION_BITS - _TABLE_BITS
# Every whole number up to here is a float64.
_FLOAT_EXACT: Final = 1 << 53
# One bit below int64's end, for what rounding adds. Shifted back to Q16 a sum is below 2^46, so
# that 2^16 of them (32 images of 28 × 28 pixels under one filter's bias: < 2^15) add up in int64.
_SUM_EXACT: Final = 1 << 62


class IntegerOverflow(UsageError):
    """Training in whole numbers left the range in which its sums are exact."""


def to_q16(values: ArrayLike) -> Integers:
    """Floats as Q16 integers of the same shape, rounded half up: the codec int32's integers."""
    array = np.asarray(values, dtype=np.float64)
    return to_integers(array.ravel(), INT32).reshape(array.shape)


def shift(values: Integers, bits: int) -> Integers:
    """values / 2^bits, rounded half up."""
    return (values + (1 << bits >> 1)) >> bits


@lru_cache(maxsize=1)
def exponentials() -> Integers:
    """The 2,049 entries 2^30 · e^(-i/128), rounded half up, read-only."""
    with localcontext(prec=50):
        scale = Decimal(1 << _TABLE_ONE_BITS)
        exact = [scale * (Decimal(-i) / (1 << _TABLE_BITS)).exp() for i in range(_TABLE_END + 1)]
        table = np.array([int(each.to_integral_value(ROUND_HALF_UP)) for each in exact])
    table.flags.writeable = False
    return table


def exp(q16: Integers) -> Integers:
    """2^30 · e^x for x ≤ 0 in Q16: the table, interpolated between its entries."""
    distance = np.minimum(-q16, _TABLE_END << _STEP_BITS)
    at = np.minimum(distance >> _STEP_BITS, _TABLE_END - 1)
    fraction = distance - (at << _STEP_BITS)
    upper, lower = exponentials()[at], exponentials()[at + 1]
    interpolated: Integers = upper + shift((lower - upper) * fraction, _STEP_BITS)
    return interpolated


def shares(scores: Integers) -> Integers:
    """The softmax of each row in Q16: what a model gives each class."""
    powers = exp(scores - scores.max(axis=-1, keepdims=True))
    total = powers.sum(axis=-1, keepdims=True)
    rows: Integers = ((powers << FRACTION_BITS) + (total >> 1)) // total
    return rows


def product(left: Integers, right: Integers) -> Integers:
    """The matrix product left @ right, not shifted, exact whatever the order of summation.

    Raises IntegerOverflow where a sum might leave int64. The bound is inputs × max |left| ×
    max |right|, from the arrays themselves: no partial sum is larger. Up to 2^53 every partial sum
    is a whole number that float64 holds, so BLAS gives the exact result too, with any kernel, order
    and number of threads, fused or not; for these nets that is 2 to 9 times faster than numpy's own
    int64 product.
    """
    bound = left.shape[-1] * _largest(left) * _largest(right)
    if bound <= _FLOAT_EXACT:
        return (left.astype(np.float64) @ right.astype(np.float64)).astype(np.int64)
    if bound > _SUM_EXACT:
        raise IntegerOverflow(
            f"sums of products might reach 2^{bound.bit_length()}, beyond int64: "
            "take a lower learning rate, or start from smaller weights"
        )
    exact: Integers = left @ right
    return exact


def require_int32(weights: Integers) -> None:
    """Nothing; raises IntegerOverflow where a weight needs more than the 32 bits it travels in."""
    if _largest(weights) >= 1 << 31:
        raise IntegerOverflow("a weight left ±32768: take a lower learning rate")


def _largest(values: Integers) -> int:
    return max(int(values.max()), -int(values.min())) if values.size else 0
