"""The masks that hide an update: streams of 32-bit words that two parties, or one, can compute.

A stream is SHAKE-256 (FIPS 202) of a domain, the round's context and a secret. The context is
different in every round, so no mask comes twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import shake_256
from typing import Final

import numpy as np
from coincurve import PrivateKey

from system.encrypted.shamir import scalar_bytes
from system.encrypted.words import Lanes32

KEY_BYTES: Final = 32
_LANE_BYTES: Final = 4


def derived(purpose: str, context: bytes, secret: bytes, length: int) -> bytes:
    """`length` bytes that depend on all three; the parts' lengths are hashed with them."""
    hashed = shake_256(b"weighbridge masking 1")
    for each in (purpose.encode(), context, secret):
        hashed.update(len(each).to_bytes(8, "big") + each)
    return hashed.digest(length)


def agreed(private: bytes, public: bytes) -> bytes:
    """32 bytes that only the two parties know: Diffie–Hellman on secp256k1, hashed by SHA-256."""
    return bytes(PrivateKey(private).ecdh(public))


def own_mask(secret: int, context: bytes, count: int) -> Lanes32:
    """The mask that a party shares with nobody, from its secret scalar."""
    return _stream("own", context, scalar_bytes(secret), count)


def pair_masks(
    secret: int, party: int, others: Iterable[tuple[int, bytes]], *, context: bytes, count: int
) -> Lanes32:
    """The sum of a party's masks with others (number, public key): it adds those with later ones.

    The later party of a pair takes the same mask off, so that the sum of both has none. Numbers are
    part of the secret: a third party that gave one's key as its own would otherwise have the other
    add and take off one and the same mask, and lie bare.
    """
    total = np.zeros(count, dtype=np.uint32)
    for other, public in others:
        pair = bytes((min(party, other), max(party, other)))
        mask = _stream("pair", context, pair + agreed(scalar_bytes(secret), public), count)
        total = total + mask if party < other else total - mask
    return total


def _stream(purpose: str, context: bytes, secret: bytes, count: int) -> Lanes32:
    stream = derived(purpose, context, secret, _LANE_BYTES * count)
    return np.frombuffer(stream, dtype=">u4").astype(np.uint32)
