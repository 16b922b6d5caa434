"""Three ways to add updates up, behind one interface: in plain sight, masked, or by Paillier.

All give the same integers, bit for bit: whoever trains, sends or measures need not know which one
it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from gmpy2 import mpz

from system.encrypted import bigints, knowledge, words
from system.encrypted.announcement import Terms, readable
from system.encrypted.decryption import combine, decrypt_share, right_ones
from system.encrypted.errors import (
    AlreadyRevealed,
    InvalidCiphertext,
    MalformedUnits,
    NoSecret,
    WrongUpdate,
)
from system.encrypted.masking import Masker, unmask
from system.encrypted.packing import Integers, Lanes, pack, unpack
from system.encrypted.paillier import Blinding, add, blinded, drawn, require_ciphertexts
from system.encrypted.threshold import KeyShare, ThresholdKey
from system.encrypted.transcript import PROOF_UNITS


class Scheme(Protocol):
    """One round as one party sees it, or somebody without a secret, who can add and open.

    An update is Q16 integers; parties count from 0. `encode` gives what the party submits; `wrong`
    names the parties whose submitted updates must not be in a sum; `add` gives the sum of the
    others', and `share` what the party posts so that it can be opened: for one choice of updates a
    round. `open` gives the sum of the updates of the parties that `counted`, from what was posted.
    All raise the errors of `system.encrypted.errors`.
    """

    @property
    def name(self) -> str: ...
    def encode(self, update: Integers) -> bytes: ...
    def wrong(self, updates: Mapping[int, bytes]) -> tuple[int, ...]: ...
    def add(self, updates: Sequence[bytes]) -> bytes: ...
    def share(self, updates: Mapping[int, bytes]) -> bytes: ...
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

    def wrong(self, updates: Mapping[int, bytes]) -> tuple[int, ...]:
        """The parties whose updates have another length than that of all weights."""
        return words.misfits(updates, weights=self.weights)

    def add(self, updates: Sequence[bytes]) -> bytes:
        """The words' sums modulo 2^32."""
        return words.added(updates)

    def share(self, updates: Mapping[int, bytes]) -> bytes:
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

    def wrong(self, updates: Mapping[int, bytes]) -> tuple[int, ...]:
        """The parties whose updates have another length, or whose announcement is none."""
        short = words.misfits(updates, weights=self.weights)
        heard = readable(self.terms, self.announcements)
        return tuple(one for one in sorted(updates) if one in short or one not in heard)

    def add(self, updates: Sequence[bytes]) -> bytes:
        """The words' sums modulo 2^32."""
        return words.added(updates)

    def share(self, updates: Mapping[int, bytes]) -> bytes:
        """The parts of others' secrets that take the masks off."""
        return self._secret().reveal(updates.keys())

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
    Behind the ciphertexts an update bears its party's proof that it knows what is in them: in a sum
    these last units mean nothing. `opened` keeps what the party shared in the decryption of.
    """

    name: ClassVar[str] = "paillier"
    weights: int
    key: ThresholdKey
    lanes: Lanes
    label: bytes
    secret: KeyShare | None = None
    ahead: list[Blinding] = field(default_factory=list, repr=False)
    opened: list[bytes] = field(default_factory=list, repr=False)
    threads: int = 1

    def encode(self, update: Integers) -> bytes:
        """The weights packed and encrypted, and the proof."""
        plaintexts, public, party = pack(update, self.lanes), self.key.public, self._secret().party
        used = drawn(public, len(plaintexts), ahead=self.ahead, threads=self.threads)
        ciphertexts = blinded(public, plaintexts, used)
        proof = knowledge.prove(public, plaintexts, ciphertexts, used, label=self._label(party))
        return bigints.to_bytes(ciphertexts + proof.to_units(public), public.unit_bytes)

    def wrong(self, updates: Mapping[int, bytes]) -> tuple[int, ...]:
        """The parties whose updates are no ciphertexts, or do not bear their own proof."""
        return tuple(
            party for party in sorted(updates) if not self._is_right(party, updates[party])
        )

    def add(self, updates: Sequence[bytes]) -> bytes:
        """The ciphertexts of the sums."""
        public = self.key.public
        return bigints.to_bytes(add(public, map(self._read, updates)), public.unit_bytes)

    def share(self, updates: Mapping[int, bytes]) -> bytes:
        """The party's part of the decryption of the updates' sum, and its proof.

        Raises WrongUpdate where one bears no proof: the sum might be another party's update.
        """
        wrong = self.wrong(updates)
        if wrong:
            raise WrongUpdate(wrong)
        secret, total = self._secret(), self.add([updates[party] for party in sorted(updates)])
        if self.opened not in ([], [total]):
            raise AlreadyRevealed(
                "another sum of this round was opened: their difference is secret"
            )
        self.opened[:] = [total]
        ciphertexts = self._ciphertexts(total)
        return decrypt_share(
            self.key, secret, ciphertexts, label=self.label, threads=self.threads
        ).to_bytes(self.key)

    def open(
        self, total: bytes, *, counted: Collection[int], shares: Mapping[int, bytes]
    ) -> Integers:
        """The sums as integers, from the first threshold of right shares."""
        right = right_ones(self.key, self._ciphertexts(total), shares, label=self.label)
        plaintexts = combine(self.key, right)
        return unpack(plaintexts, self.lanes, weights=self.weights, summed=len(counted))

    def _is_right(self, party: int, update: bytes) -> bool:
        try:
            units = self._read(update)
        except (MalformedUnits, InvalidCiphertext):
            return False
        public, label = self.key.public, self._label(party)
        proof = knowledge.knowledge_from_units(public, units[-PROOF_UNITS:])
        return knowledge.holds(public, units[:-PROOF_UNITS], proof, label=label)

    def _label(self, party: int) -> bytes:
        return bytes([party]) + self.label

    def _ciphertexts(self, units: bytes) -> list[mpz]:
        return self._read(units)[:-PROOF_UNITS]

    def _read(self, units: bytes) -> list[mpz]:
        public, count = self.key.public, self.lanes.units(self.weights) + PROOF_UNITS
        numbers = bigints.from_bytes(units, public.unit_bytes, count=count)
        require_ciphertexts(public, numbers)
        return numbers

    def _secret(self) -> KeyShare:
        if self.secret is None:
            raise NoSecret("decryption takes a share of the key: give the party's own")
        return self.secret
