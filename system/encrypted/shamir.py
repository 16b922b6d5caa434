"""Secrets shared so that any t of n parts give them back, with commitments to check a part by.

Source: Shamir 1979 (How to share a secret) and Feldman 1987 (verifiable secret sharing). The field
is that of secp256k1's scalars, so private keys of that curve are secrets themselves, every part
takes 32 bytes, and a commitment is a point of the curve; the first one is the secret's public key.
A party's place is its number + 1, since the secret lies at 0.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final

from coincurve import PrivateKey, PublicKey
from coincurve.utils import GROUP_ORDER_INT

SCALAR_BYTES: Final = 32
POINT_BYTES: Final = 33


def polynomial(threshold: int) -> list[int]:
    """A random secret and the random coefficients above it: `threshold` scalars from 1."""
    return [secrets.randbelow(GROUP_ORDER_INT - 1) + 1 for _ in range(threshold)]


def part(coefficients: Sequence[int], party: int) -> int:
    """The part of the secret `coefficients[0]` that belongs to a party, 0 being the first."""
    return reduce(
        lambda value, one: (value * (party + 1) + one) % GROUP_ORDER_INT, reversed(coefficients), 0
    )


def recover(parts: Mapping[int, int]) -> int:
    """The secret, from the parts of as many parties as the threshold; of fewer, a random number."""
    return sum(value * _lagrange(parts, party) for party, value in parts.items()) % GROUP_ORDER_INT


def commitments(coefficients: Sequence[int]) -> list[bytes]:
    """A point for each coefficient, compressed; the first is the secret's public key."""
    return [public_of(coefficient) for coefficient in coefficients]


def is_part(points: Sequence[PublicKey], party: int, value: int) -> bool:
    """Whether the value is the part that belongs to a party, by the polynomial's commitments."""
    if not 0 < value < GROUP_ORDER_INT:
        return False
    factors = [pow(party + 1, degree, GROUP_ORDER_INT) for degree in range(len(points))]
    terms = [
        point.multiply(scalar_bytes(factor)) for point, factor in zip(points, factors, strict=True)
    ]
    return bool(PublicKey.combine_keys(terms).format() == public_of(value))


def public_of(scalar: int) -> bytes:
    """The point of a scalar, compressed."""
    return bytes(PrivateKey(scalar_bytes(scalar)).public_key.format())


def scalar_bytes(scalar: int) -> bytes:
    """The scalar in 32 bytes, big-endian."""
    return scalar.to_bytes(SCALAR_BYTES, "big")


def _lagrange(parts: Mapping[int, int], own: int) -> int:
    result = 1
    for other in parts:
        if other != own:
            result = result * (other + 1) * pow(other - own, -1, GROUP_ORDER_INT) % GROUP_ORDER_INT
    return result
