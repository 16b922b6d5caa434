"""What takes a verifier's place in a proof: random numbers drawn from a hash of the claim.

Source: Fiat and Shamir 1986; SHAKE-256 (FIPS 202) is the hash, and every part's length is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import shake_256
from typing import Final

CHALLENGE_BITS: Final = 128
CHALLENGE_BYTES: Final = CHALLENGE_BITS // 8
# A proof goes at the end of the units it is about, as two more of them.
PROOF_UNITS: Final = 2
_SEED_BYTES: Final = 32


def seed_of(domain: bytes, parts: Iterable[bytes]) -> bytes:
    """The hash of a claim, 32 bytes: another one wherever a part differs."""
    hashed = shake_256(domain)
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.digest(_SEED_BYTES)


def factors_of(seed: bytes, count: int) -> list[int]:
    """Random numbers of 128 bits, by which many claims are added up into one.

    A wrong claim among them gets through with probability 2^-128 (Bellare, Garay and Rabin 1998).
    """
    stream = shake_256(seed + b"factors").digest(count * CHALLENGE_BYTES)
    starts = range(0, len(stream), CHALLENGE_BYTES)
    return [int.from_bytes(stream[at : at + CHALLENGE_BYTES], "big") for at in starts]


def challenge_of(seed: bytes, commitments: bytes) -> int:
    """The challenge that a verifier would send after it saw the commitments."""
    digest = shake_256(seed + b"challenge" + commitments).digest(CHALLENGE_BYTES)
    return int.from_bytes(digest, "big")
