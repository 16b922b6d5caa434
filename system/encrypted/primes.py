"""Random primes, and safe ones: p such that (p-1)/2 is prime too.

GMP's test is Baillie–PSW with further rounds of Miller–Rabin: no composite number that passes the
former is known.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import Final

import numpy as np
from gmpy2 import is_prime, is_strong_prp, mpz
from numpy.typing import NDArray

from system.encrypted.bigints import below

_ROUNDS: Final = 40
# A window of 2^16 candidates 6 apart holds one safe prime of 1024 bits on average, and sieving it
# by the primes below 2^17 leaves a few hundred of them to test.
_WINDOW: Final = 1 << 16
_SIEVE_BOUND: Final = 1 << 17
_STEP: Final = 6


def prime(bits: int) -> mpz:
    """A random prime of that length whose two highest bits are set.

    So the product of two has exactly twice as many bits.
    """
    while True:
        candidate = mpz(secrets.randbits(bits)) | (mpz(3) << (bits - 2)) | 1
        if is_prime(candidate, _ROUNDS):
            return candidate


def safe_prime(bits: int) -> mpz:
    """A random safe prime of that length whose two highest bits are set."""
    while True:
        for half in _candidates(bits - 1):
            if is_safe(2 * half + 1):
                return 2 * half + 1


def is_safe(number: mpz) -> bool:
    """Whether the number and (number - 1) / 2 are prime."""
    half = number >> 1
    # One round each first: it refuses nearly everything that is composite.
    if not (is_strong_prp(half, 2) and is_strong_prp(number, 2)):
        return False
    return bool(is_prime(half, _ROUNDS) and is_prime(number, _ROUNDS))


def _candidates(bits: int) -> list[mpz]:
    """A random window's numbers of which neither they nor 2x + 1 have a small factor, shuffled."""
    lowest = mpz(3) << (bits - 2)
    start = lowest + below((mpz(1) << (bits - 2)) - _STEP * (_WINDOW + 1))
    start += -(start - 5) % _STEP  # 5 mod 6: neither it nor 2x + 1 is divisible by 2 or 3
    alive = np.ones(_WINDOW, dtype=np.bool_)
    for small in _small_primes():
        rest, inverse = int(start % small), pow(_STEP, -1, small)
        for divisible in (0, small >> 1):  # x ≡ 0, or 2x + 1 ≡ 0
            alive[(divisible - rest) * inverse % small :: small] = False
    found = [start + _STEP * int(at) for at in np.flatnonzero(alive)]
    secrets.SystemRandom().shuffle(found)
    return found


@lru_cache(maxsize=1)
def _small_primes() -> list[int]:
    sieve: NDArray[np.bool_] = np.ones(_SIEVE_BOUND, dtype=np.bool_)
    for number in range(2, int(_SIEVE_BOUND**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = False
    return [int(number) for number in np.flatnonzero(sieve) if number > 3]
