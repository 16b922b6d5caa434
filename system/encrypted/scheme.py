"""Three ways to add updates up, behind one interface: in plain sight, masked, or by Paillier.

All give the same integers, bit for bit: whoever trains, sends or measures need not know which one
it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from gmpy2 import mpz

from system.encrypted import bigints, words
from system.encrypted.announcement import Terms
from system.encrypted.decryption import combine, decrypt_share, right_ones
from system.encrypted.errors import NoSecret
from system.encrypted.masking import Masker, unmask
from system.encrypted.packing import Integers, Lanes, pack, unpack
from system.encrypted.paillier import add, encrypt, require_ciphertexts
from system.encrypted.threshold import KeyShare, ThresholdKey


class Scheme(Protocol):
    """One round as one party sees it, or somebody without a secret, who can add and open.

    An update is Q16 integers; parties count from 0. `encode` gives what the party submits, `add`
    the sum of what was submitted, `share` what the party posts so that this sum can be opened, and
    `open` the sum of the updates of the parties that `counted`, from what they posted. All raise
    the errors of `system.encrypted.errors`.
    """

    @property
    def name(self) -> str: ...
    def encode(self, update: Integers) -> bytes: ...
    def add(self, updates: Sequence[bytes]) -> bytes: ...
    def share(self, total: bytes, *, counted: Collection[int]) -> bytes: ...
    def open(
        self, total: bytes, *, counted: Collection[int], shares: Mapping[int, bytes]
    ) -> Integers: ...


@dataclass(frozen=True, slots=True)
class Plain:
    """Words that everybody reads: what the other two are compared with."""

    name: ClassVar[str] = "plain"
    weights: int
    parties: int

    def encode(self, update: Integers) -> bytes:
        """The weights as words of eight lanes."""
        return words.to_bytes(words.to_lanes(update, parties=self.parties))

    def add(self, updates: Sequence[bytes]) -> bytes:
        """The words' sums modulo 2^32."""
        return words.added(updates)

    def share(self, total: bytes, *, counted: Collection[int]) -> bytes:
        """Nothing: the sum is open."""
        return b""

    def open(
        self, total: bytes, *, counted: Collection[int], shares: Mapping[int, bytes]
    ) -> Integers:
        """The sums as integers."""
        return words.from_lanes(words.from_bytes(total), weights=self.weights)


@dataclass(frozen=True, slots=True)
class Masked:
    """Words under masks that cancel out; `masker` is the party's own and has heard the others."""

    name: ClassVar[str] = "masked"
    weights: int
    terms: Terms
    announcements: Mapping[int, bytes] = field(repr=False)
    masker: Masker | None = None

    def encode(self, update: Integers) -> bytes:
        """The weights under the party's masks of this round."""
        lanes = words.to_lanes(update, parties=self.terms.parties)
        return words.to_bytes(self._secret().mask(lanes))

    def add(self, updates: Sequence[bytes]) -> bytes:
        """The words' sums modulo 2^32."""
        return words.added(updates)

    def share(self, total: bytes, *, counted: Collection[int]) -> bytes:
        """The parts of others' secrets that take the masks off."""
        return self._secret().reveal(counted)

    def open(
        self, total: bytes, *, counted: Collection[int], shares: Mapping[int, bytes]
    ) -> Integers:
        """The sums as integers, once a threshold of parties revealed."""
        lanes = unmask(
            self.terms,
            words.from_bytes(total),
            announcements=self.announcements,
            counted=counted,
            revealed=shares,
        )
        return words.from_lanes(lanes, weights=self.weights)

    def _secret(self) -> Masker:
        if self.masker is None:
            raise NoSecret("masks are a party's own: give its masker")
        return self.masker


@dataclass(frozen=True, slots=True)
class Paillier:
    """Ciphertexts under a key that a threshold of parties holds together; `secret` is one's share.

    `label` is a `round_context`. `ahead` are blindings made beforehand; those used are taken out.
    """

    name: ClassVar[str] = "paillier"
    weights: int
    key: ThresholdKey
    lanes: Lanes
    label: bytes
    secret: KeyShare | None = None
    ahead: list[mpz] = field(default_factory=list, repr=False)
    threads: int = 1

    def encode(self, update: Integers) -> bytes:
        """The weights packed and encrypted."""
        plaintexts = pack(update, self.lanes)
        public = self.key.public
        ciphertexts = encrypt(public, plaintexts, ahead=self.ahead, threads=self.threads)
        return bigints.to_bytes(ciphertexts, public.unit_bytes)

    def add(self, updates: Sequence[bytes]) -> bytes:
        """The ciphertexts of the sums."""
        public = self.key.public
        return bigints.to_bytes(add(public, map(self._read, updates)), public.unit_bytes)

    def share(self, total: bytes, *, counted: Collection[int]) -> bytes:
        """The party's part of the decryption, and its proof."""
        if self.secret is None:
            raise NoSecret("decryption takes a share of the key: give the party's own")
        partial = decrypt_share(
            self.key, self.secret, self._read(total), label=self.label, threads=self.threads
        )
        return partial.to_bytes(self.key)

    def open(
        self, total: bytes, *, counted: Collection[int], shares: Mapping[int, bytes]
    ) -> Integers:
        """The sums as integers, from the first threshold of right shares."""
        right = right_ones(self.key, self._read(total), shares, label=self.label)
        plaintexts = combine(self.key, right)
        return unpack(plaintexts, self.lanes, weights=self.weights, summed=len(counted))

    def _read(self, units: bytes) -> list[mpz]:
        public, count = self.key.public, self.lanes.units(self.weights)
        ciphertexts = bigints.from_bytes(units, public.unit_bytes, count=count)
        require_ciphertexts(public, ciphertexts)
        return ciphertexts
