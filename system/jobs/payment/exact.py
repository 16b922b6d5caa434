"""What the payment formulas take: numbers that mean exactly what is written, checked on entry."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import TypeAlias

from system.errors import UsageError

# A float means the decimal it is written as: 0.3 is 3/10, not the nearest multiple of 2^-54.
Number: TypeAlias = int | Fraction | Decimal | str | float


def exact(value: Number, name: str) -> Fraction:
    """The number as a fraction, without loss; `name` is what an error calls it.

    Integers, fractions, decimals and text ("0.25", "1/4") mean themselves; a float means the
    shortest decimal that names it. Raises UsageError for anything else, infinity and NaN.
    """
    try:
        if isinstance(value, float):
            return Fraction(float.__repr__(value))
        if isinstance(value, Rational):  # numpy's integers, too, which overflow as they are
            return Fraction(int(value.numerator), int(value.denominator))
        if isinstance(value, str | Decimal):
            return Fraction(value)
    except (ArithmeticError, ValueError):
        pass
    raise UsageError(f"{name} is {value!r}: give a number such as 3, 0.25 or '1/4'")


def share(value: Number, name: str) -> Fraction:
    """A number from 0 to 1."""
    number = exact(value, name)
    if not 0 <= number <= 1:
        raise UsageError(f"{name} is {number}: give a share from 0 to 1")
    return number


def amount(value: Number, name: str) -> Fraction:
    """A sum of money, of either unit, that is not negative."""
    number = exact(value, name)
    if number < 0:
        raise UsageError(f"{name} is {number}: give an amount of 0 or more")
    return number


def count(value: Number, name: str, *, least: int) -> int:
    """A whole number of at least `least`."""
    number = exact(value, name)
    if number.denominator != 1 or number < least:
        raise UsageError(f"{name} is {number}: give a whole number of at least {least}")
    return int(number)
