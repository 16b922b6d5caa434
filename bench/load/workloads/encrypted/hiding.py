"""What a group's members bring in a round, by scheme: announcements, updates, shares.

Updates are real ones: anybody with the key, or with the masks' seeds, could open their sums. Two
things are not what a party would do, for a generator has no minutes of processor time to spare. The
costly part of Paillier's encryption, r^n, is made of a few that were computed once, multiplied by
one another. And Paillier's decryption shares are ciphertexts of the same size, which the contract
checks and keeps alike: computing one takes seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from bench.load.account import Account
from bench.load.workloads.encrypted.setting import MASKED, PLAIN, Setting
from system.encrypted import announcement, bigints, knowledge, words
from system.encrypted.masking import Masker
from system.encrypted.packing import Integers, pack
from system.encrypted.paillier import Blinding, PublicKey, add, blinded, blindings
from system.encrypted.shamir import public_of

_BANK = 24


class Hiding(Protocol):
    """One round of one group; members count from 0."""

    def announcements(self) -> Mapping[int, bytes]: ...
    def update(self, member: int, weights: Integers) -> bytes: ...
    def share(self, member: int, updates: Mapping[int, bytes]) -> bytes: ...


@dataclass(slots=True)
class Bank:
    """Blindings made of a few that were computed once: exponentiations are what takes time."""

    public: PublicKey
    random: Random
    _made: list[Blinding] = field(default_factory=list)

    def drawn(self, count: int) -> list[Blinding]:
        """That many blindings, each the product of two."""
        if not self._made:
            self._made = blindings(self.public, _BANK)
        return [self._product(*self.random.sample(self._made, 2)) for _ in range(count)]

    def _product(self, one: Blinding, other: Blinding) -> Blinding:
        root = one.root * other.root % self.public.n
        return Blinding(root, one.power * other.power % self.public.squared)


@dataclass(frozen=True, slots=True)
class PlainRound:
    """Words that everybody reads."""

    setting: Setting

    def announcements(self) -> Mapping[int, bytes]:
        """None."""
        return {}

    def update(self, member: int, weights: Integers) -> bytes:
        """The weights as words of eight lanes."""
        return words.to_bytes(words.to_lanes(weights, parties=self.setting.summed))

    def share(self, member: int, updates: Mapping[int, bytes]) -> bytes:
        """Nothing: the sum is open."""
        return b""


@dataclass(slots=True)
class MaskedRound:
    """Words under masks that cancel out."""

    setting: Setting
    maskers: list[Masker]

    def announcements(self) -> Mapping[int, bytes]:
        """Every member's; all have heard them afterwards."""
        said = {one.party: one.announcement() for one in self.maskers}
        for one in self.maskers:
            one.hear(said)
        return said

    def update(self, member: int, weights: Integers) -> bytes:
        """The weights under the member's masks."""
        lanes = words.to_lanes(weights, parties=self.setting.summed)
        return words.to_bytes(self.maskers[member].mask(lanes))

    def share(self, member: int, updates: Mapping[int, bytes]) -> bytes:
        """The parts of others' secrets that take the masks off."""
        return self.maskers[member].reveal(updates.keys())


@dataclass(frozen=True, slots=True)
class PaillierRound:
    """Ciphertexts with their proofs."""

    setting: Setting
    bank: Bank
    label: bytes

    def announcements(self) -> Mapping[int, bytes]:
        """None."""
        return {}

    def update(self, member: int, weights: Integers) -> bytes:
        """The weights packed and encrypted, and the proof."""
        public, plaintexts = self.bank.public, pack(weights, self.setting.lanes)
        used = self.bank.drawn(len(plaintexts))
        ciphertexts = blinded(public, plaintexts, used)
        label = bytes([member]) + self.label
        proof = knowledge.prove(public, plaintexts, ciphertexts, used, label=label)
        return bigints.to_bytes(ciphertexts + proof.to_units(public), public.unit_bytes)

    def share(self, member: int, updates: Mapping[int, bytes]) -> bytes:
        """As many ciphertexts as a share has: an update's."""
        shared_bytes = self.setting.lanes.units(self.setting.weights) * self.bank.public.unit_bytes
        return next(iter(updates.values()))[:shared_bytes]


@dataclass(frozen=True, slots=True)
class Hider:
    """Makes a group's rounds by the session's scheme; `bank` is Paillier's."""

    setting: Setting
    bank: Bank | None = None

    def round(self, members: Collection[Account], context: bytes) -> Hiding:
        """A round of these members, in the group's order; `context` is its `round_context`."""
        if self.setting.scheme == PLAIN:
            return PlainRound(self.setting)
        if self.setting.scheme == MASKED:
            identities = tuple(compressed(one) for one in members)
            terms = announcement.Terms(context, self.setting.threshold, identities)
            maskers = [Masker(terms, place, one.key) for place, one in enumerate(members)]
            return MaskedRound(self.setting, maskers)
        assert self.bank is not None
        return PaillierRound(self.setting, self.bank, context)

    def added(self, total: bytes, row: bytes) -> bytes:
        """The sum of two rows of units, as the contract adds them."""
        if self.bank is None:
            return words.added([total, row])
        public = self.bank.public
        count = len(row) // public.unit_bytes
        units = (bigints.from_bytes(one, public.unit_bytes, count=count) for one in (total, row))
        return bigints.to_bytes(add(public, list(units)), public.unit_bytes)


def compressed(account: Account) -> bytes:
    """An account's public key as a compressed point, 33 bytes: its identity among the masks."""
    return public_of(int.from_bytes(account.key, "big"))
