"""Products of thousands of factors, to be divided and compared: the twin of Product.sol.

A product is m · 2^(66·e) with m below 2^190; each step loses less than one part in 2^124.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FACTOR_BITS: Final = 66
_LIMIT: Final = 1 << 190
_KEPT_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Product:
    """The number m · 2^(66·e)."""

    m: int
    e: int = 0

    def times(self, factor: int) -> Product:
        """The product with one factor more, which is below 2^66."""
        m = self.m * factor
        return Product(m, self.e) if m < _LIMIT else Product(m >> FACTOR_BITS, self.e + 1)


def quotient(dividend: Product, divisor: Product) -> int:
    """A number that orders quotients: the power of two above 2^128, the highest bits below.

    With L factors in each, quotients that differ by 2L + 4 parts in 2^124 come out in their order.
    """
    top, bottom = _top(dividend.m), _top(divisor.m)
    power = FACTOR_BITS * (dividend.e - divisor.e)
    power += dividend.m.bit_length() - divisor.m.bit_length()
    ratio = (top << _KEPT_BITS) // bottom
    if ratio >> _KEPT_BITS:
        ratio, power = ratio >> 1, power + 1
    return (power << _KEPT_BITS) + ratio


def _top(m: int) -> int:
    shift = m.bit_length() - _KEPT_BITS
    return m >> shift if shift > 0 else m << -shift
