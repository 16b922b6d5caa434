"""Primes of the length that was asked for, safe ones and others."""

from __future__ import annotations

import pytest
from gmpy2 import mpz

from system.encrypted.primes import is_safe, prime, safe_prime

# Bases that decide primality below 3.3·10^24 (Sorenson and Webster 2015).
BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


def passes(number: int) -> bool:
    """Miller and Rabin's test in plain Python, so that GMP's is not asked about itself."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(
        pow(base, odd, number) == 1
        or any(pow(base, odd << times, number) == number - 1 for times in range(twos))
        for base in BASES
    )


@pytest.mark.parametrize("bits", [256, 512])
def test_a_prime_has_its_length_and_two_high_bits(bits):
    drawn = int(prime(bits))
    assert passes(drawn)
    assert drawn >> (bits - 2) == 3


@pytest.mark.parametrize("bits", [256, 257, 512])
def test_a_safe_prime_is_one_twice(bits):
    drawn = int(safe_prime(bits))
    assert passes(drawn)
    assert passes(drawn // 2)
    assert drawn >> (bits - 2) == 3


@pytest.mark.parametrize(
    ("number", "safe"),
    [(23, True), (47, True), (29, False), (33, False), (2**61 - 1, False), (2 * 1019 + 1, True)],
)
def test_safe_primes_are_told_from_others(number, safe):
    assert is_safe(mpz(number)) is safe


def test_no_prime_comes_twice():
    assert len({safe_prime(128) for _ in range(5)} | {prime(128) for _ in range(5)}) == 10
