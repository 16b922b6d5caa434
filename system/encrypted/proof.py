"""That many numbers were raised to one and the same secret power: a proof for all of them at once.

Chaum and Pedersen's proof of equal discrete logarithms (1992), as Shoup (2000, Practical threshold
signatures) runs it where the order of the group is unknown, made non-interactive by Fiat and
Shamir's hash. All pairs (base, image) are first multiplied into one, each to the power of a random
128-bit number drawn from a hash of them all (Bellare, Garay and Rabin 1998): one wrong image gets
through with probability 2^-128, provided that the group has no small subgroup. Squares modulo n²
have none where n is a product of safe primes, so bases and images have to be squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import shake_256
from typing import Final

from gmpy2 import gcd, mpz, powmod

from system.encrypted.bigints import below, product_of_powers, to_bytes

_DOMAIN: Final = b"weighbridge equal logarithms 1"
_CHALLENGE_BITS: Final = 128
# A response hides the exponent up to a statistical distance of 2^-128.
_HIDING_BITS: Final = 128
CHALLENGE_BYTES: Final = _CHALLENGE_BITS // 8


@dataclass(frozen=True, slots=True)
class Claim:
    """`target` is `generator`, and each image its base, to one power of up to `exponent_bits`.

    All are squares modulo `modulus`; `label` says where the proof is valid.
    """

    modulus: mpz
    generator: mpz
    target: mpz
    bases: Sequence[mpz] = field(repr=False)
    images: Sequence[mpz] = field(repr=False)
    exponent_bits: int
    label: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """Fiat and Shamir's challenge, and the answer to it."""

    challenge: int
    response: mpz


def response_bits(exponent_bits: int) -> int:
    """Length of the longest response about an exponent of that length."""
    return exponent_bits + _CHALLENGE_BITS + _HIDING_BITS + 1


def response_bytes(exponent_bits: int) -> int:
    """The same in bytes."""
    return -(-response_bits(exponent_bits) // 8)


def prove(claim: Claim, exponent: mpz) -> Proof:
    """A proof of a true claim; of a false one it does not hold."""
    seed = _seed(claim)
    base = product_of_powers(claim.bases, _weights(seed, len(claim.bases)), claim.modulus)
    nonce = below(mpz(1) << (claim.exponent_bits + _CHALLENGE_BITS + _HIDING_BITS))
    first = powmod(claim.generator, nonce, claim.modulus)
    second = powmod(base, nonce, claim.modulus)
    challenge = _challenge(claim, seed, first, second)
    return Proof(challenge, nonce + challenge * exponent)


def holds(claim: Claim, proof: Proof) -> bool:
    """Whether the proof is one of this claim; anybody can ask."""
    if not 0 <= proof.response < mpz(1) << response_bits(claim.exponent_bits):
        return False
    if len(claim.bases) != len(claim.images) or not _are_units(claim):
        return False
    seed = _seed(claim)
    weights = _weights(seed, len(claim.bases))
    base = product_of_powers(claim.bases, weights, claim.modulus)
    image = product_of_powers(claim.images, weights, claim.modulus)
    first = _opened(claim.generator, claim.target, proof, claim.modulus)
    second = _opened(base, image, proof, claim.modulus)
    return _challenge(claim, seed, first, second) == proof.challenge


def _opened(base: mpz, image: mpz, proof: Proof, modulus: mpz) -> mpz:
    return (
        powmod(base, proof.response, modulus) * powmod(image, -proof.challenge, modulus) % modulus
    )


def _are_units(claim: Claim) -> bool:
    return all(gcd(image, claim.modulus) == 1 for image in claim.images)


def _seed(claim: Claim) -> bytes:
    unit_bytes = (claim.modulus.bit_length() + 7) // 8
    hashed = shake_256(_DOMAIN)
    for part in (claim.label, to_bytes([claim.modulus], unit_bytes)):
        hashed.update(len(part).to_bytes(8, "big") + part)
    hashed.update(len(claim.bases).to_bytes(8, "big"))
    hashed.update(to_bytes((claim.generator, claim.target), unit_bytes))
    hashed.update(to_bytes(claim.bases, unit_bytes) + to_bytes(claim.images, unit_bytes))
    return hashed.digest(32)


def _weights(seed: bytes, count: int) -> list[int]:
    stream = shake_256(seed + b"weights").digest(count * CHALLENGE_BYTES)
    starts = range(0, len(stream), CHALLENGE_BYTES)
    return [int.from_bytes(stream[at : at + CHALLENGE_BYTES], "big") for at in starts]


def _challenge(claim: Claim, seed: bytes, first: mpz, second: mpz) -> int:
    unit_bytes = (claim.modulus.bit_length() + 7) // 8
    digest = shake_256(seed + b"challenge" + to_bytes((first, second), unit_bytes))
    return int.from_bytes(digest.digest(CHALLENGE_BYTES), "big")
