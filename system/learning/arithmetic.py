"""The two arithmetics a net is trained in: whole numbers, which agree everywhere, and float32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError, suggestion
from system.learning import integer
from system.learning.data import Images
from system.learning.integer import FRACTION_BITS, ONE
from system.learning.order import permutation

# int64 in Q16 or float32: a net's code is the same for both.
Array: TypeAlias = NDArray[Any]


class Arithmetic(Protocol):
    """What training needs of numbers; `one` is how 1 is written in them."""

    @property
    def one(self) -> int: ...
    def weights(self, q16: integer.Integers) -> Array: ...
    def inputs(self, x: Images) -> Array: ...
    def product(self, left: Array, right: Array, bits: int = 0) -> Array: ...
    def reduced(self, values: Array, bits: int) -> Array: ...
    def shares(self, scores: Array) -> Array: ...
    def moved(self, weights: Array, step: Array) -> Array: ...
    def to_bytes(self, weights: Array) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Q16:
    """Whole numbers: int64, 65,536 stands for 1, every division a shift that rounds half up."""

    one: int = ONE

    def weights(self, q16: integer.Integers) -> Array:
        """The weights as they are. Raises IntegerOverflow where one needs more than 32 bits."""
        integer.require_int32(q16)
        return q16

    def inputs(self, x: Images) -> Array:
        """Pixels in Q16. Raises IntegerOverflow where one lies outside -1 … 1."""
        q16 = integer.to_q16(x)
        if np.abs(q16).max(initial=0) > ONE:
            raise integer.IntegerOverflow("inputs go from -1 to 1: scale them first")
        return q16

    def product(self, left: Array, right: Array, bits: int = 0) -> Array:
        """left @ right / 2^bits, rounded once."""
        return integer.shift(integer.product(left, right), FRACTION_BITS + bits)

    def reduced(self, values: Array, bits: int) -> Array:
        """values / 2^bits, rounded."""
        return integer.shift(values, bits)

    def shares(self, scores: Array) -> Array:
        """The softmax of each row."""
        return integer.shares(scores)

    def moved(self, weights: Array, step: Array) -> Array:
        """weights - step. Raises IntegerOverflow where one then needs more than 32 bits."""
        moved: Array = weights - step
        integer.require_int32(moved)
        return moved

    def to_bytes(self, weights: Array) -> bytes:
        """Four bytes a weight, big-endian: what the codec int32 sends."""
        integer.require_int32(weights)
        return weights.astype(">i4").tobytes()


@dataclass(frozen=True, slots=True)
class Float32:
    """IEEE single precision, summed in the processor's own order, or in another one.

    `kernel` 0 takes what BLAS gives on this machine. Any other number sums products in an order of
    its own, as a processor with other vector lengths, blocks or threads does: workers with
    different kernels are workers on different machines.
    """

    kernel: int = 0
    one: int = 1

    def weights(self, q16: integer.Integers) -> Array:
        """The weights as float32 around 1."""
        return (q16 / ONE).astype(np.float32)

    def inputs(self, x: Images) -> Array:
        """Pixels as they are."""
        return x

    def product(self, left: Array, right: Array, bits: int = 0) -> Array:
        """left @ right / 2^bits."""
        if self.kernel:
            order = permutation(len(right), seed=self.kernel)
            left, right = left[:, order], right[order]
        return self.reduced(left @ right, bits)

    def reduced(self, values: Array, bits: int) -> Array:
        """values / 2^bits."""
        return values * np.float32(2.0**-bits)

    def shares(self, scores: Array) -> Array:
        """The softmax of each row."""
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        rows: Array = powers / powers.sum(axis=-1, keepdims=True)
        return rows

    def moved(self, weights: Array, step: Array) -> Array:
        """weights - step."""
        moved: Array = weights - step
        return moved

    def to_bytes(self, weights: Array) -> bytes:
        """Four bytes a weight, big-endian."""
        return weights.astype(">f4").tobytes()


INTEGER: Final = Q16()


def arithmetic(name: str = "integer", *, kernel: int = 0) -> Arithmetic:
    """The arithmetic of that name: integer (which no kernel changes) or float32.

    Raises UsageError for any other name.
    """
    if name == "integer":
        return INTEGER
    if name == "float32":
        return Float32(kernel)
    raise UsageError(f"no arithmetic {name!r}: {suggestion(name, ('integer', 'float32'))}")
