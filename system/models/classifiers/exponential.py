"""e^(-x) in whole numbers with 18 decimals: what Exponential.sol computes, to the last unit.

Source: Muller, "Elementary Functions", 2016, chapters 3 and 11.
"""

from __future__ import annotations

from typing import Final

ONE: Final = 10**18
# How far a result is from the exact one at most, in units of the last decimal.
ERROR_UNITS: Final = 3
_LN_2: Final = 693_147_180_559_945_309
_LAST_POWER: Final = 18
# e^(-42) is 0.57 units.
_END: Final = 42 * ONE


def negative_exponential(x: int) -> int:
    """e^(-x) with 18 decimals, as `x` has, which is not negative."""
    if x >= _END:
        return 0
    halvings, rest = divmod(x, _LN_2)
    power = ONE
    for k in range(_LAST_POWER, 0, -1):
        power = ONE - rest * power // (k * ONE)
    return power >> halvings
