"""Keys, groups and updates that the tests of this folder share; made once."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from functools import cache

import numpy as np

from system.encrypted.announcement import Terms
from system.encrypted.masking import Masker
from system.encrypted.packing import Integers
from system.encrypted.paillier import PrivateKey, generate
from system.encrypted.shamir import public_of
from system.encrypted.threshold import KeyShare, ThresholdKey, deal

BITS = 512


def private_key(bits: int = BITS, number: int = 0) -> PrivateKey:
    """A key of safe primes; another one for each `number`."""
    return _generated(bits, number)


def dealt(
    parties: int, threshold: int, bits: int = BITS
) -> tuple[ThresholdKey, tuple[KeyShare, ...]]:
    """A key shared out among so many."""
    return _dealt(parties, threshold, bits)


def updates(parties: int, weights: int, *, limit: int, seed: int = 0) -> list[Integers]:
    """Random updates up to ±limit, the ends among them."""
    source = np.random.default_rng(seed)
    found = [source.integers(-limit, limit, weights, endpoint=True) for _ in range(parties)]
    for one in found:
        one[:2] = (-limit, limit)[: one.size]
    return found


def total(given: Sequence[Integers], counted: Collection[int]) -> Integers:
    """What the sum of the counted ones is."""
    return np.sum([given[at] for at in counted], axis=0)


class Group:
    """Parties with identities, and their maskers in one round."""

    def __init__(self, parties: int, threshold: int, *, context: bytes = b"round 1") -> None:
        """All parties, of which nobody has announced yet."""
        self.identities = [secrets.token_bytes(32) for _ in range(parties)]
        self.terms = Terms(context, threshold, tuple(map(_public, self.identities)))
        self.maskers = [Masker(self.terms, at, one) for at, one in enumerate(self.identities)]
        self.announcements: dict[int, bytes] = {}

    def announce(self, parties: Collection[int] | None = None) -> None:
        """Those parties, or all, announce themselves and hear each other."""
        chosen = range(self.terms.parties) if parties is None else parties
        self.announcements |= {at: self.maskers[at].announcement() for at in chosen}
        for at in chosen:
            assert self.maskers[at].hear(self.announcements) == ()


# A call that leaves a default out is another one to a cache, so only the full calls are cached.
@cache
def _generated(bits: int, number: int) -> PrivateKey:
    return generate(bits, safe=True, for_tests=True)


@cache
def _dealt(parties: int, threshold: int, bits: int) -> tuple[ThresholdKey, tuple[KeyShare, ...]]:
    return deal(private_key(bits), parties=parties, threshold=threshold)


def _public(identity: bytes) -> bytes:
    return public_of(int.from_bytes(identity, "big"))
