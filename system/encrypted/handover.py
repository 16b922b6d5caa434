"""A model handed to a group with a newcomer: every step through the contract, read back from it.

Nobody of the new group sees the model before a threshold of it opens what was handed over.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from gmpy2 import mpz

from system.chain.keys import address_of
from system.chain.sender import Call
from system.encrypted import transfer
from system.encrypted.bigints import from_bytes, to_bytes
from system.encrypted.context import round_context
from system.encrypted.contracts import key_transfer, key_transfer_reader
from system.encrypted.contracts.carrying import HEAD_BYTES, At
from system.encrypted.contracts.key_transfer import Handover
from system.encrypted.contracts.key_transfer_reader import Cut
from system.encrypted.contracts.reader import Member
from system.encrypted.decryption import combine, decrypt_share, right_ones
from system.encrypted.forming import Group
from system.encrypted.knowledge import knowledge_from_units
from system.encrypted.ledger import Ledger, Planned, StepFailed
from system.encrypted.methods import ByPaillier
from system.encrypted.packing import Integers, Lanes, pack, unpack
from system.encrypted.paillier import encrypt
from system.encrypted.threshold import ThresholdKey
from system.encrypted.transfer import Offer
from system.weights.digest import chained_digest

# Blocks of each phase: nobody waits for the end of one that was used.
_PATIENCE_BLOCKS = 300


@dataclass(slots=True)
class Transfer:
    """A handover of weights between two groups whose sums are opened by shares of a key."""

    ledger: Ledger
    contract: str
    old: Group
    new: Group
    at: At = field(init=False)

    def play(self, weights: Integers) -> Integers:
        """The weights as the new group opens them.

        Raises StepFailed where a step is refused, and the errors of `system.encrypted`.
        """
        self._propose(weights)
        model = self._read_model()
        self._offer()
        offers = self._read_offers()
        hidden = transfer.hidden(self._key.public, model, offers, label=self._label)
        self._add_up(model, offers)
        if self._read_sum() != hidden:
            raise StepFailed("the chain added other masks than were offered")
        moved = transfer.moved(self._new_key.public, self._opened(hidden), offers)
        self._confirm(to_bytes(moved, self._new_bytes))
        return self._seen(self._read_result(), weights.size)

    # ---- steps

    def _propose(self, weights: Integers) -> None:
        parties = range(len(self.old.keys))
        rows = len(parties) + 1
        fitting = (self.old.limit_bytes - HEAD_BYTES) // (rows * self._old_bytes)
        units = self._lanes.units(weights.size)
        handover = Handover(
            old=self.old.number,
            new=self.new.number,
            offering=parties,
            units=units,
            chunk_units=min(units, fitting),
            wait_blocks=_PATIENCE_BLOCKS,
        )
        number = key_transfer.last_handover(self.ledger.rpc, self.contract) + 1
        self.at = At(self.contract, number)
        ciphertexts = encrypt(self._key.public, pack(weights, self._lanes))
        bringing = key_transfer.bringing_model(
            self.at,
            to_bytes(ciphertexts, self._old_bytes),
            chunk_bytes=handover.chunk_units * self._old_bytes,
            limit_bytes=self.old.limit_bytes,
        )
        proposing = [key_transfer.proposing(self.contract, handover)]
        founder = self.old.keys[0]
        self._take({"propose": {founder: proposing}, "bring the model": {founder: bringing}})

    def _offer(self) -> None:
        units = key_transfer.terms_of(self.ledger.rpc, self.at).units
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            made = pool.map(lambda party: self._masks(party, units), range(len(self.old.keys)))
            calls = dict(zip(self.old.keys, made, strict=True))
        self._take({"offer masks": calls})

    def _masks(self, party: int, units: int) -> list[Call]:
        offered = transfer.offer(
            self._key.public,
            self._new_key.public,
            party=party,
            lanes=self._lanes,
            units=units,
            parties=len(self.old.keys),
            label=self._label,
        )
        public, size = self._key.public, self._chunk_units
        return key_transfer.offering(
            self.at,
            to_bytes(offered.old, self._old_bytes),
            to_bytes(offered.new, self._new_bytes),
            proof=to_bytes(offered.proof.to_units(public), self._old_bytes),
            chunk_bytes=(size * self._old_bytes, size * self._new_bytes),
            limit_bytes=self.old.limit_bytes,
        )

    def _add_up(self, model: Sequence[mpz], offers: Sequence[Offer]) -> None:
        size = self._chunk_units * self._old_bytes
        rows = [to_bytes(one, self._old_bytes) for one in (model, *(one.old for one in offers))]
        calls = [
            key_transfer.adding_up(
                self.at,
                chunk,
                [row[chunk * size : (chunk + 1) * size] for row in rows],
                unit_bytes=self._old_bytes,
                limit_bytes=self.old.limit_bytes,
            )
            for chunk in range(self._cut.chunks)
        ]
        self._take({"add masks": {self.old.keys[-1]: calls}})

    def _opened(self, hidden: Sequence[mpz]) -> list[mpz]:
        """What the old parties open together: the model under all masks."""
        helpers, split = range(self._key.threshold), len(hidden) * self._old_bytes
        calls = {}
        for party in helpers:
            share = shared(self.old, party, hidden, label=self._label)
            calls[self.old.keys[party]] = key_transfer.posting_shares(
                self.at,
                share[:split],
                proof=share[split:],
                chunk_bytes=self._chunk_units * self._old_bytes,
                limit_bytes=self.old.limit_bytes,
            )
        self._take({"share the masked model": calls})
        posted = {party: self._read_share(party) for party in helpers}
        return combine(self._key, right_ones(self._key, hidden, posted, label=self._label))

    def _confirm(self, result: bytes) -> None:
        """The newcomer brings what everybody computed, and the others confirm it."""
        size = self._chunk_units * self._new_bytes
        chunks = [result[at : at + size] for at in range(0, len(result), size)]
        bringing = key_transfer.bringing_result(
            self.at, result, chunk_bytes=size, limit_bytes=self.new.limit_bytes
        )
        needed = len(self.new.keys) // 2  # and the newcomer: more than half
        confirming = [key_transfer.confirming(self.at, chained_digest(chunks))]
        self._take(
            {
                "bring the moved model": {self.new.keys[-1]: bringing},
                "confirm": dict.fromkeys(self.new.keys[:needed], confirming),
            }
        )
        if key_transfer.state_of(self.ledger.rpc, self.at).phase is not key_transfer.Phase.DONE:
            raise StepFailed("the new group did not confirm the model")

    def _seen(self, moved: Sequence[mpz], weights: int) -> Integers:
        """The model, by shares that a threshold of the new group gives the newcomer."""
        posted = {
            party: shared(self.new, party, moved, label=self._label)
            for party in range(self._new_key.threshold)
        }
        plaintexts = combine(
            self._new_key, right_ones(self._new_key, moved, posted, label=self._label)
        )
        return unpack(plaintexts, self._lanes, weights=weights, summed=1)

    # ---- what lies on the chain

    def _read_model(self) -> list[mpz]:
        founder = address_of(self.old.keys[0])
        chunks = key_transfer_reader.read_model(self.ledger.rpc, self.at, founder, self._cut)
        return from_bytes(b"".join(chunks), self._old_bytes)

    def _read_offers(self) -> list[Offer]:
        return [self._read_masks(party) for party in range(len(self.old.keys))]

    def _read_masks(self, party: int) -> Offer:
        member = Member(party, address_of(self.old.keys[party]))
        read = key_transfer_reader.read_masks(self.ledger.rpc, self.at, member, self._cut)
        return Offer(
            party,
            tuple(from_bytes(b"".join(read.given), self._old_bytes)),
            tuple(from_bytes(b"".join(read.taken), self._new_bytes)),
            knowledge_from_units(self._key.public, from_bytes(read.proof, self._old_bytes)),
        )

    def _read_sum(self) -> list[mpz]:
        chunks = key_transfer_reader.read_masked_sum(self.ledger.rpc, self.at, self._cut)
        return from_bytes(b"".join(chunks), self._old_bytes)

    def _read_share(self, party: int) -> bytes:
        member = Member(party, address_of(self.old.keys[party]))
        read = key_transfer_reader.read_shares(self.ledger.rpc, self.at, member, self._cut)
        return b"".join(read.chunks) + read.proof

    def _read_result(self) -> list[mpz]:
        newcomer = Member(len(self.new.keys) - 1, address_of(self.new.keys[-1]))
        chunks = key_transfer_reader.read_result(self.ledger.rpc, self.at, newcomer, self._cut)
        return from_bytes(b"".join(chunks), self._new_bytes)

    # ---- what both groups agreed on

    @property
    def _key(self) -> ThresholdKey:
        return paillier_of(self.old).key

    @property
    def _new_key(self) -> ThresholdKey:
        return paillier_of(self.new).key

    @property
    def _old_bytes(self) -> int:
        return self._key.public.unit_bytes

    @property
    def _new_bytes(self) -> int:
        return self._new_key.public.unit_bytes

    @property
    def _lanes(self) -> Lanes:
        parties = len(self.old.keys)
        spare = transfer.spare_bits(parties)
        return Lanes(parties, key_bits=self._key.public.bits, spare_bits=spare)

    @property
    def _chunk_units(self) -> int:
        return key_transfer.terms_of(self.ledger.rpc, self.at).chunk_units

    @property
    def _cut(self) -> Cut:
        terms = key_transfer.terms_of(self.ledger.rpc, self.at)
        size = terms.chunk_units
        return Cut(terms.chunks, size * self._old_bytes, size * self._new_bytes)

    @property
    def _label(self) -> bytes:
        return round_context(
            chain_id=self.ledger.chain_id,
            contract=self.contract,
            group=self.old.number,
            number=self.at.number,
        )

    def _take(self, steps: Mapping[str, Mapping[bytes, Sequence[Call]]]) -> None:
        self.ledger.take_together(
            [Planned(f"handover: {step}", calls) for step, calls in steps.items()]
        )


def paillier_of(group: Group) -> ByPaillier:
    """The scheme of a group with a key; raises StepFailed for one without."""
    if not isinstance(group.method, ByPaillier):
        raise StepFailed(f"a group that learns by {group.method.name} has no key")
    return group.method


def shared(group: Group, party: int, ciphertexts: Sequence[mpz], *, label: bytes) -> bytes:
    """A member's part of the decryption of ciphertexts, with its proof."""
    method = paillier_of(group)
    partial = decrypt_share(
        method.key,
        method.shares[party],
        ciphertexts,
        label=label,
        threads=os.cpu_count() or 1,
    )
    return partial.to_bytes(method.key)
