"""That a party knows what its ciphertexts hide: a proof for a whole update at once.

Without it the last party to submit could take others' ciphertexts, invert them and submit that: in
the sum they cancel out, and what is opened is the update of a single party. So a sum is opened only
where every update in it bears its party's proof, of this round.

Source: the proof of knowledge of a plaintext of Cramer, Damgård and Nielsen 2001 (Multiparty
computation from threshold homomorphic encryption), of the ciphertexts' product to random powers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gmpy2 import gcd, mpz, powmod

from system.encrypted.bigints import below, invertible, product_of_powers, to_bytes
from system.encrypted.paillier import Blinding, PublicKey
from system.encrypted.transcript import CHALLENGE_BITS, challenge_of, factors_of, seed_of

_DOMAIN: Final = b"weighbridge knowledge of plaintexts 1"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The challenge, the combined plaintext hidden by a random one, the same of the blindings."""

    challenge: int
    plaintext: mpz
    blinding: mpz

    def to_units(self, key: PublicKey) -> list[mpz]:
        """Two numbers below n², so that the proof travels at the end of its update."""
        return [self.plaintext | mpz(self.challenge) << key.bits, self.blinding]


def knowledge_from_units(key: PublicKey, units: Sequence[mpz]) -> Knowledge:
    """What `to_units` wrote; whether it is a proof is for `holds` to say."""
    first, blinding = units
    return Knowledge(int(first >> key.bits), first & ((mpz(1) << key.bits) - 1), blinding)


def prove(
    key: PublicKey,
    plaintexts: Sequence[mpz],
    ciphertexts: Sequence[mpz],
    blindings: Sequence[Blinding],
    *,
    label: bytes,
) -> Knowledge:
    """A proof that whoever made these ciphertexts, of these plaintexts and blindings, knew them.

    `label` says who it is and in which round: elsewhere the proof does not hold.
    """
    seed = _seed(key, ciphertexts, label)
    factors = factors_of(seed, len(ciphertexts))
    plaintext = sum(factor * one for factor, one in zip(factors, plaintexts, strict=True))
    blinding = product_of_powers([one.root for one in blindings], factors, key.n)
    hiding, root = below(key.n), invertible(key.n)
    first = _encrypted(key, hiding, root)
    challenge = challenge_of(seed, to_bytes([first], key.unit_bytes))
    return Knowledge(
        challenge,
        (hiding + challenge * plaintext) % key.n,
        root * powmod(blinding, challenge, key.n) % key.n,
    )


def holds(
    key: PublicKey, ciphertexts: Sequence[mpz], knowledge: Knowledge, *, label: bytes
) -> bool:
    """Whether it is the proof of these ciphertexts under that label; all have to be invertible."""
    if not (0 <= knowledge.plaintext < key.n and 0 < knowledge.blinding < key.n):
        return False
    if gcd(knowledge.blinding, key.n) != 1 or knowledge.challenge >> CHALLENGE_BITS:
        return False
    seed = _seed(key, ciphertexts, label)
    factors = factors_of(seed, len(ciphertexts))
    combined = product_of_powers(ciphertexts, factors, key.squared)
    answered = _encrypted(key, knowledge.plaintext, knowledge.blinding)
    first = answered * powmod(combined, -knowledge.challenge, key.squared) % key.squared
    return challenge_of(seed, to_bytes([first], key.unit_bytes)) == knowledge.challenge


def _encrypted(key: PublicKey, plaintext: mpz, root: mpz) -> mpz:
    return (1 + plaintext * key.n) * powmod(root, key.n, key.squared) % key.squared


def _seed(key: PublicKey, ciphertexts: Sequence[mpz], label: bytes) -> bytes:
    return seed_of(_DOMAIN, (label, key.to_bytes(), to_bytes(ciphertexts, key.unit_bytes)))
