"""What was contributed and claimed: the data handler's twin, and the key of a contribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from system.chain.keys import keccak256
from system.models.refused import Refused
from system.weights.fixed import words

# Values at 1e9, or the indices of the features that are one, ascending: the model says which.
Features = Sequence[int] | NDArray[np.int64]

# What `DataHandler.sol` keeps of a deposit, and how far it counts claims.
_DEPOSIT_BITS = 96
_MOST_CLAIMS = 65_535


@dataclass(frozen=True, slots=True)
class Contribution:
    """What is known of contributed data: `deposit` and what is left of it in wei, and how many
    accounts took of it; `added_at` is its block's timestamp."""

    author: str
    added_at: int
    claims: int
    deposit: int
    claimable: int


def feature_words(features: Features) -> bytes:
    """The elements of an `int64[]`: 32 bytes each. Raises OverflowError beyond int64."""
    integers = np.asarray(features, dtype=np.int64)
    return words(integers) if integers.size else b""


def data_key(features: Features, cls: int, added_at: int, author: str) -> bytes:
    """The 32-byte key of a contribution, as `IDataHandler.keyOf` computes it."""
    tail = cls.to_bytes(8, "big") + added_at.to_bytes(8, "big") + bytes.fromhex(author[2:])
    return keccak256(feature_words(features) + tail)


@dataclass(slots=True)
class Records:
    """The twin of DataHandler.sol: a step raises Refused and changes nothing, or is done whole."""

    _contributions: dict[bytes, Contribution] = field(default_factory=dict)
    _claimed: set[tuple[bytes, str]] = field(default_factory=set)

    def contribution(self, key: bytes) -> Contribution:
        """The contribution of that key; refuses UnknownData."""
        if key not in self._contributions:
            raise Refused("UnknownData")
        return self._contributions[key]

    def has_claimed(self, key: bytes, claimer: str) -> bool:
        """Whether the account took of the contribution."""
        return (key, claimer) in self._claimed

    def require_new(self, key: bytes, deposit: int) -> None:
        """What `add` refuses: DataConflict for a key that was used, TooMuch for 2^96 wei."""
        if key in self._contributions:
            raise Refused("DataConflict")
        if deposit >= 1 << _DEPOSIT_BITS:
            raise Refused("TooMuch")

    def add(self, key: bytes, author: str, *, deposit: int, now_s: int) -> None:
        """Note a contribution; refuses as `require_new`."""
        self.require_new(key, deposit)
        self._contributions[key] = Contribution(author, now_s, 0, deposit, deposit)

    def claimable_by(self, key: bytes, claimer: str) -> Contribution:
        """The contribution, before the account takes of it; refuses UnknownData, AlreadyClaimed."""
        data = self.contribution(key)
        if self.has_claimed(key, claimer):
            raise Refused("AlreadyClaimed")
        return data

    def settle(self, key: bytes, claimer: str, amount: int) -> None:
        """Count the account's claim and take `amount` wei; refuses as `claimable_by`, TooMuch."""
        data = self.claimable_by(key, claimer)
        if amount > data.claimable:
            raise Refused("TooMuch")
        self._claimed.add((key, claimer))
        claims = min(data.claims + 1, _MOST_CLAIMS)
        left = data.claimable - amount
        self._contributions[key] = replace(data, claims=claims, claimable=left)
