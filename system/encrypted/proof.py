"""That many numbers were raised to one and the same secret power: a proof for all of them at once.

Chaum and Pedersen's proof of equal discrete logarithms (1992), as Shoup (2000, Practical threshold
signatures) runs it where the order of the group is unknown. All pairs (base, image) are first
multiplied into one, each to a random power: that finds one wrong image provided that the group has
no small subgroup. Squares modulo n² have none where n is a product of safe primes, so bases and
images have to be squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gmpy2 import gcd, mpz, powmod

from system.encrypted.bigints import below, product_of_powers, to_bytes
from system.encrypted.transcript import CHALLENGE_BITS, challenge_of, factors_of, seed_of

_DOMAIN: Final = b"weighbridge equal logarithms 1"
# A response hides the exponent up to a statistical distance of 2^-128.
_HIDING_BITS: Final = 128


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

    def to_units(self, exponent_bits: int) -> list[mpz]:
        """Two numbers below n², so that the proof travels at the end of what it proves."""
        half = _half_bits(exponent_bits)
        whole = self.response | mpz(self.challenge) << response_bits(exponent_bits)
        return [whole >> half, whole & ((mpz(1) << half) - 1)]


def response_bits(exponent_bits: int) -> int:
    """Length of the longest response about an exponent of that length."""
    return exponent_bits + CHALLENGE_BITS + _HIDING_BITS + 1


def proof_from_units(units: Sequence[mpz], *, exponent_bits: int) -> Proof:
    """What `to_units` wrote; whether it is a proof is for `holds` to say."""
    high, low = units
    whole, bits = high << _half_bits(exponent_bits) | low, response_bits(exponent_bits)
    return Proof(int(whole >> bits), whole & ((mpz(1) << bits) - 1))


def prove(claim: Claim, exponent: mpz) -> Proof:
    """A proof of a true claim; of a false one it does not hold."""
    seed = _seed(claim)
    base = product_of_powers(claim.bases, factors_of(seed, len(claim.bases)), claim.modulus)
    nonce = below(mpz(1) << (claim.exponent_bits + CHALLENGE_BITS + _HIDING_BITS))
    first = powmod(claim.generator, nonce, claim.modulus)
    second = powmod(base, nonce, claim.modulus)
    challenge = challenge_of(seed, _written(claim, (first, second)))
    return Proof(challenge, nonce + challenge * exponent)


def holds(claim: Claim, proof: Proof) -> bool:
    """Whether the proof is one of this claim; anybody can ask."""
    if not 0 <= proof.response < mpz(1) << response_bits(claim.exponent_bits):
        return False
    if len(claim.bases) != len(claim.images) or not _are_units(claim):
        return False
    seed = _seed(claim)
    factors = factors_of(seed, len(claim.bases))
    base = product_of_powers(claim.bases, factors, claim.modulus)
    image = product_of_powers(claim.images, factors, claim.modulus)
    first = _opened(claim.generator, claim.target, proof, claim.modulus)
    second = _opened(base, image, proof, claim.modulus)
    return challenge_of(seed, _written(claim, (first, second))) == proof.challenge


def _half_bits(exponent_bits: int) -> int:
    return (CHALLENGE_BITS + response_bits(exponent_bits) + 1) // 2


def _opened(base: mpz, image: mpz, proof: Proof, modulus: mpz) -> mpz:
    return (
        powmod(base, proof.response, modulus) * powmod(image, -proof.challenge, modulus) % modulus
    )


def _are_units(claim: Claim) -> bool:
    return all(gcd(image, claim.modulus) == 1 for image in claim.images)


def _seed(claim: Claim) -> bytes:
    known = (claim.modulus, claim.generator, claim.target)
    numbers = (_written(claim, each) for each in (known, claim.bases, claim.images))
    return seed_of(_DOMAIN, (claim.label, *numbers))


def _written(claim: Claim, numbers: Sequence[mpz]) -> bytes:
    return to_bytes(numbers, (claim.modulus.bit_length() + 7) // 8)
