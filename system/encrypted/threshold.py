"""Decryption that takes t of n parties, none of whom ever holds the key.

Source: Fouque, Poupard and Stern 2000 (Sharing decryption in the context of voting or lotteries)
and Damgård and Jurik 2001. A trusted dealer makes n of safe primes p = 2p'+1, q = 2q'+1 and an
exponent d that is 0 modulo m = p'q' and 1 modulo n; it hides d in a random polynomial of degree t-1
modulo n·m, gives each party one value of it, and forgets the rest. A party raises a ciphertext to
2·Δ times its value, Δ = parties!; any t results are put together in the exponent by Lagrange's
coefficients times Δ, which are integers.

Why t-1 parties learn nothing: differences of their places are below every factor of n·m, so t-1
values of the polynomial are uniform whatever d is. What the others publish can be computed from
those and from the decrypted sum itself, for it lies on the same polynomial in the exponent: it
tells nothing that the sum does not.

Safe primes are what makes a wrong share sure to be found: squares modulo n² then have the order
n·p'·q', which has no small factor. With ordinary primes a party that knew an element of small order
could hide it in its share; nobody who cannot factor n is known to find one, but that would be one
more assumption. By sieving, safe primes cost seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import factorial
from typing import Final

from gmpy2 import gcd, invert, mpz, powmod

from system.encrypted.bigints import below, from_bytes, invertible, to_bytes
from system.encrypted.errors import (
    InvalidKey,
    MalformedUnits,
    UnusableThreshold,
)
from system.encrypted.paillier import PrivateKey, PublicKey
from system.encrypted.primes import is_safe

MOST_PARTIES: Final = 64  # with more, Δ would make proofs longer than the two units they have


@dataclass(frozen=True, slots=True)
class ThresholdKey:
    """What everybody knows: the public key, t, and what shares are checked against."""

    public: PublicKey
    threshold: int
    generator: mpz = field(repr=False)
    verifiers: tuple[mpz, ...] = field(repr=False)

    @property
    def parties(self) -> int:
        """How many parties hold a share."""
        return len(self.verifiers)

    @property
    def delta(self) -> int:
        """parties!, by which Lagrange's coefficients become integers."""
        return factorial(self.parties)

    @property
    def exponent_bits(self) -> int:
        """Length of the longest exponent of a proof, Δ times a share."""
        return 2 * self.public.bits + self.delta.bit_length()

    def to_bytes(self) -> bytes:
        """Threshold and parties in a byte each, n, then the generator and verifiers."""
        head = bytes((self.threshold, self.parties)) + self.public.to_bytes()
        return head + to_bytes((self.generator, *self.verifiers), self.public.unit_bytes)


@dataclass(frozen=True, slots=True)
class KeyShare:
    """One party's part of the secret exponent, shown nowhere; parties count from 0."""

    party: int
    exponent: mpz = field(repr=False)


def threshold_from_bytes(data: bytes, *, bits: int, for_tests: bool = False) -> ThresholdKey:
    """The key that `to_bytes` wrote for a modulus of that length.

    Raises InvalidKey, MalformedUnits for other bytes.
    """
    if len(data) < 2 + bits // 8:
        raise MalformedUnits(f"{len(data)} bytes are no threshold key of {bits} bits")
    threshold, parties, rest = data[0], data[1], data[2:]
    public = PublicKey(mpz(int.from_bytes(rest[: bits // 8], "big")), for_tests)
    _require_threshold(threshold, parties)
    generator, *verifiers = from_bytes(rest[bits // 8 :], bits // 4, count=parties + 1)
    if any(gcd(one, public.n) != 1 for one in (generator, *verifiers)):
        raise InvalidKey("the generator or a verifier shares a factor with n")
    return ThresholdKey(public, threshold, generator, tuple(verifiers))


def deal(
    key: PrivateKey, *, parties: int, threshold: int
) -> tuple[ThresholdKey, tuple[KeyShare, ...]]:
    """The public part and each party's share; the dealer has to forget the key and the shares.

    Raises InvalidKey where the primes are not safe ones, UnusableThreshold.
    """
    _require_threshold(threshold, parties)
    if not (is_safe(key.p) and is_safe(key.q)):
        raise InvalidKey("the primes are not safe ones: generate the key with safe=True")
    public, half_order = key.public, (key.p >> 1) * (key.q >> 1)
    modulus = public.n * half_order
    secret = half_order * invert(half_order, public.n)
    coefficients = [secret, *(below(modulus) for _ in range(threshold - 1))]
    shares = tuple(KeyShare(at, _value(coefficients, at + 1, modulus)) for at in range(parties))
    generator = powmod(invertible(public.squared), 2, public.squared)
    delta = factorial(parties)
    verifiers = tuple(powmod(generator, delta * one.exponent, public.squared) for one in shares)
    return ThresholdKey(public, threshold, generator, verifiers), shares


def _value(coefficients: Sequence[mpz], at: int, modulus: mpz) -> mpz:
    result = mpz(0)
    for coefficient in reversed(coefficients):
        result = (result * at + coefficient) % modulus
    return result


def _require_threshold(threshold: int, parties: int) -> None:
    if not 1 <= threshold <= parties <= MOST_PARTIES:
        raise UnusableThreshold(
            f"{threshold} of {parties} parties: take 1 to {MOST_PARTIES} parties, "
            "and no more of them than there are"
        )
