"""The three schemes as a group uses them: what its terms say, and each member's part of a round.

Whoever plays all members holds all their secrets; `seat` gives out one member's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from system.chain.deploy import Deployment
from system.chain.sender import Sender
from system.encrypted import announcement
from system.encrypted.contracts.aggregation import deploy_lanes, deploy_paillier
from system.encrypted.masking import Masker
from system.encrypted.packing import Lanes
from system.encrypted.paillier import TEST_SIZES, generate
from system.encrypted.scheme import Masked, Paillier, Plain, Scheme
from system.encrypted.shamir import SCALAR_BYTES, public_of
from system.encrypted.sizes import Size, size_of
from system.encrypted.threshold import KeyShare, ThresholdKey, deal


class Seat(Protocol):
    """A member in one round: `announcement` is b"" where nobody announces."""

    @property
    def announcement(self) -> bytes: ...
    def hear(self, announcements: Mapping[int, bytes]) -> Scheme: ...


class Method(Protocol):
    """A scheme with all that a group agrees on; `clauses` are the fields of its terms.

    `judges`: members tell wrong updates before they are added.
    """

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> Size: ...
    @property
    def judges(self) -> bool: ...
    @property
    def clauses(self) -> dict[str, Any]: ...
    def deploy(self, sender: Sender) -> Deployment: ...
    def seat(self, party: int, context: bytes) -> Seat: ...


@dataclass(frozen=True, slots=True)
class Silent:
    """A member that has its scheme without hearing the others."""

    scheme: Scheme
    announcement: bytes = b""

    def hear(self, announcements: Mapping[int, bytes]) -> Scheme:
        """The scheme as it was."""
        return self.scheme


@dataclass(frozen=True, slots=True)
class Announcer:
    """A member that agrees on masks with the others first; what it said it says once."""

    weights: int
    masker: Masker
    announcement: bytes

    def hear(self, announcements: Mapping[int, bytes]) -> Scheme:
        """The scheme under the masks of those who announced; raises as `Masker.hear`."""
        self.masker.hear(announcements)
        return Masked(self.weights, self.masker.terms, announcements, self.masker)


@dataclass(frozen=True, slots=True)
class InPlainSight:
    """Updates that everybody reads."""

    name: ClassVar[str] = "plain"
    judges: ClassVar[bool] = False
    weights: int
    parties: int

    @property
    def size(self) -> Size:
        """That of an update."""
        return size_of(self.weights, scheme=self.name, lanes=Lanes(self.parties))

    @property
    def clauses(self) -> dict[str, Any]:
        """Sums are open at once."""
        return {"threshold": 0}

    def deploy(self, sender: Sender) -> Deployment:
        """The contract that adds words."""
        return deploy_lanes(sender)

    def seat(self, party: int, context: bytes) -> Seat:
        """A member, like every other."""
        return Silent(Plain(self.weights, self.parties))


@dataclass(frozen=True, slots=True)
class UnderMasks:
    """Updates under masks; `identities` are the members' private keys, 32 bytes each."""

    name: ClassVar[str] = "masked"
    judges: ClassVar[bool] = True
    weights: int
    threshold: int
    identities: tuple[bytes, ...] = field(repr=False)

    @property
    def size(self) -> Size:
        """That of an update."""
        return size_of(self.weights, scheme=self.name, lanes=Lanes(len(self.identities)))

    @property
    def clauses(self) -> dict[str, Any]:
        """Masks are announced, and taken off by shares of seeds."""
        return {
            "threshold": self.threshold,
            "seed_bytes": SCALAR_BYTES,
            "self_masked": True,
            "announce_bytes": self._terms(b"").announcement_bytes,
        }

    def deploy(self, sender: Sender) -> Deployment:
        """The contract that adds words."""
        return deploy_lanes(sender)

    def seat(self, party: int, context: bytes) -> Seat:
        """A member with fresh masks."""
        masker = Masker(self._terms(context), party, self.identities[party])
        return Announcer(self.weights, masker, masker.announcement())

    def _terms(self, context: bytes) -> announcement.Terms:
        identities = tuple(map(identity_of, self.identities))
        return announcement.Terms(context, self.threshold, identities)


@dataclass(frozen=True, slots=True)
class ByPaillier:
    """Updates as ciphertexts under a key that was dealt out to the members."""

    name: ClassVar[str] = "paillier"
    judges: ClassVar[bool] = True
    weights: int
    key: ThresholdKey
    shares: tuple[KeyShare, ...] = field(repr=False)

    @property
    def lanes(self) -> Lanes:
        """How weights lie in plaintexts."""
        return Lanes(len(self.shares), key_bits=self.key.public.bits)

    @property
    def size(self) -> Size:
        """That of an update, its proof included."""
        return size_of(self.weights, scheme=self.name, lanes=self.lanes)

    @property
    def clauses(self) -> dict[str, Any]:
        """Sums are opened by shares of the decryption, which bear no proof of an update."""
        return {"threshold": self.key.threshold, "share_units": self.lanes.units(self.weights)}

    def deploy(self, sender: Sender) -> Deployment:
        """The contract of the group's public key."""
        public = self.key.public
        return deploy_paillier(sender, int(public.n), for_tests=public.for_tests)

    def seat(self, party: int, context: bytes) -> Seat:
        """A member with its share of the key."""
        share, threads = self.shares[party], os.cpu_count() or 1
        return Silent(Paillier(self.weights, self.key, self.lanes, context, share, threads=threads))


def dealt(weights: int, *, parties: int, threshold: int, key_bits: int) -> ByPaillier:
    """A fresh key, dealt out; its primes are forgotten. Sizes below 2048 are for tests.

    Raises WeakKey for a size that is none, UnusableThreshold.
    """
    private = generate(key_bits, safe=True, for_tests=key_bits in TEST_SIZES)
    return ByPaillier(weights, *deal(private, parties=parties, threshold=threshold))


def identity_of(private: bytes) -> bytes:
    """The public key, a compressed point, of a private one."""
    return public_of(int.from_bytes(private, "big"))
