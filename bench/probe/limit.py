"""Finding a limit to the last byte by asking."""

from __future__ import annotations

from collections.abc import Callable

from system.errors import WeighbridgeError


class NoLimit(WeighbridgeError):
    """The limit does not lie in the range that was searched."""


def largest(passes: Callable[[int], bool], *, guess: int, low: int, high: int) -> int:
    """The largest whole number from `low` up that passes; `high` is taken not to pass.

    What passes must do so up to some number and not beyond. A right guess takes two questions, any
    other some log2(high - low) more. Raises NoLimit where `low` does not pass or `high` does.
    """
    passing, failing = low - 1, high + 1  # not asked about yet
    if low <= guess < high:
        if not passes(guess):
            failing = guess
        elif not passes(guess + 1):
            return guess
        else:
            passing = guess + 1
    if passing < low and not passes(low):
        raise NoLimit(f"even {low:,} does not pass")
    if failing > high and passes(high):
        raise NoLimit(f"even {high:,} passes")
    passing, failing = max(passing, low), min(failing, high)
    while failing - passing > 1:
        middle = (passing + failing) // 2
        passing, failing = (middle, failing) if passes(middle) else (passing, middle)
    return passing
