"""Numbers of thousands of bits: their bytes, their products and powers, their randomness.

GMP computes them, by gmpy2. Randomness is the operating system's, by `secrets`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from gmpy2 import gcd, mpz, powmod_base_list

from system.encrypted.errors import MalformedUnits

# Bits of an exponent taken at a time: with 400 exponents of 128 bits 6 is the best.
_WINDOW_BITS: Final = 6


def to_bytes(values: Iterable[mpz], unit_bytes: int) -> bytes:
    """The numbers one after another, each big-endian in `unit_bytes` bytes."""
    return b"".join(int(value).to_bytes(unit_bytes, "big") for value in values)


def from_bytes(data: bytes | memoryview, unit_bytes: int, *, count: int | None = None) -> list[mpz]:
    """The numbers that `to_bytes` wrote.

    Raises MalformedUnits where the bytes are not whole units, or not `count` of them.
    """
    units, rest = divmod(len(data), unit_bytes)
    if rest or not units:
        raise MalformedUnits(
            f"{len(data)} bytes are no units of {unit_bytes} bytes: send whole ones"
        )
    if count is not None and units != count:
        raise MalformedUnits(f"{units} units where {count} were expected: send all of them, once")
    starts = range(0, len(data), unit_bytes)
    return [mpz(int.from_bytes(data[at : at + unit_bytes], "big")) for at in starts]


def below(limit: int | mpz) -> mpz:
    """A random number from 0 to limit - 1, each as likely."""
    return mpz(secrets.randbelow(int(limit)))


def invertible(modulus: mpz) -> mpz:
    """A random number below the modulus that has an inverse."""
    while gcd(candidate := below(modulus), modulus) != 1:
        pass
    return candidate


def product(values: Iterable[mpz], modulus: mpz) -> mpz:
    """The product of all, reduced at each step; 1 of none."""
    result = mpz(1)
    for value in values:
        result = result * value % modulus
    return result


def powers(bases: Sequence[mpz], exponent: mpz, modulus: mpz, *, threads: int = 1) -> list[mpz]:
    """Each base to the same power. GMP runs outside the interpreter's lock, so threads add up."""
    slices = [list(bases[at::threads]) for at in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        parts = pool.map(lambda one: powmod_base_list(one, exponent, modulus), slices)
        result = [mpz(0)] * len(bases)
        for at, part in enumerate(parts):
            result[at::threads] = part
    return result


def product_of_powers(bases: Sequence[mpz], exponents: Sequence[int], modulus: mpz) -> mpz:
    """The product of base ^ exponent over all pairs, for exponents from 0.

    Source: Pippenger's buckets, as Bernstein et al. 2012 (Faster batch forgery identification)
    describe them: the squarings are shared, 404 powers of 128 bits cost a fifth.
    """
    longest = max((exponent.bit_length() for exponent in exponents), default=0)
    result = mpz(1)
    for at in reversed(range(0, longest, _WINDOW_BITS)):
        for _ in range(_WINDOW_BITS):
            result = result * result % modulus
        result = result * _window(bases, exponents, modulus, at) % modulus
    return result


def _window(bases: Sequence[mpz], exponents: Sequence[int], modulus: mpz, at: int) -> mpz:
    buckets = [mpz(1)] * (1 << _WINDOW_BITS)
    for base, exponent in zip(bases, exponents, strict=True):
        digit = exponent >> at & (len(buckets) - 1)
        if digit:
            buckets[digit] = buckets[digit] * base % modulus
    running = total = mpz(1)
    for bucket in reversed(buckets[1:]):  # the bucket of digit d comes into the total d times
        running = running * bucket % modulus
        total = total * running % modulus
    return total
