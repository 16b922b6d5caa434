"""Somebody outside improves a group's model, and is paid by what the parties measure."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gmpy2 import mpz

from system.chain.keys import address_of, keccak256
from system.chain.sender import Call
from system.encrypted.bigints import from_bytes, to_bytes
from system.encrypted.context import round_context
from system.encrypted.contracts import enrichment
from system.encrypted.contracts.compensation import Plan, Reward, equal_parts
from system.encrypted.contracts.enrichment import At, State
from system.encrypted.decryption import combine, right_ones
from system.encrypted.forming import Group
from system.encrypted.handover import paillier_of, shared
from system.encrypted.ledger import Ledger, Planned
from system.encrypted.packing import Integers, pack, unpack
from system.encrypted.paillier import encrypt
from system.learning.data import Dataset

WHOLE = 10_000
# Blocks of each phase: nobody waits for the end of one that was used.
_PATIENCE_BLOCKS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """What a plan is about, in wei and ten-thousandths: `share` is the part of later profits."""

    per_point: int
    cap: int
    deposit: int
    bond: int
    share: int


@dataclass(frozen=True, slots=True)
class Enriched:
    """How an enrichment ended, its number, and the improvement as the parties opened it."""

    at: At
    state: State
    improvement: Integers


@dataclass(slots=True)
class Enriching:
    """An enrichment of a group's model, whose parties measure right answers of the test part."""

    ledger: Ledger
    contract: str
    group: Group
    test: Dataset
    pay: Pay
    at: At = field(init=False)

    def play(
        self,
        enricher: bytes,
        improvement: Integers,
        *,
        baseline: int,
        measure: Callable[[Integers], int],
    ) -> Enriched:
        """What the parties pay for an improvement of their weights, once all is settled.

        `enricher` is the key of its account; `measure` gives the accuracy with an improvement, as
        `baseline` in ten-thousandths.
        """
        self._propose(baseline)
        self._back()
        self._bring(enricher, improvement)
        found = self._opened(self._read(enricher), improvement.size)
        self._vote(measure(found))
        settling = enrichment.settling(self.at, members=len(self.group.keys))
        self._take("settle", {enricher: [settling]})
        return Enriched(self.at, enrichment.state_of(self.ledger.rpc, self.at), found)

    def _propose(self, baseline: int) -> None:
        plan = Plan(
            group=self.group.number,
            reward=Reward.PROFIT,
            share=self.pay.share,
            test_set=keccak256(self.test.test_x.tobytes() + self.test.test_y.tobytes()),
            units=self.group.terms.share_units,
            baseline=baseline,
            per_point=self.pay.per_point,
            cap=self.pay.cap,
            deposit=self.pay.deposit,
            bond=self.pay.bond,
            back_blocks=_PATIENCE_BLOCKS,
            open_blocks=_PATIENCE_BLOCKS,
            enrich_blocks=_PATIENCE_BLOCKS,
            measure_blocks=_PATIENCE_BLOCKS,
            reveal_blocks=_PATIENCE_BLOCKS,
        )
        call = enrichment.proposing(self.contract, plan, escrow=self._parts)
        self._take("propose", {self.group.keys[0]: [call]})
        number = enrichment.last_enrichment(self.ledger.rpc, self.contract)
        self.at = At(self.contract, number)

    def _back(self) -> None:
        calls = {
            key: [enrichment.backing(self.at, part=part, bond=self.pay.bond)]
            for key, part in zip(self.group.keys, self._parts, strict=True)
        }
        self._take("back", calls)

    def _bring(self, enricher: bytes, improvement: Integers) -> None:
        method = paillier_of(self.group)
        ciphertexts = encrypt(method.key.public, pack(improvement, method.lanes))
        calls = enrichment.bringing(
            self.at,
            to_bytes(ciphertexts, self._unit_bytes),
            chunk_bytes=self._chunk_bytes,
            limit_bytes=self.group.limit_bytes,
        )
        taking = enrichment.taking(self.at, deposit=self.pay.deposit)
        self.ledger.take_together(
            [
                Planned("enrichment: take", {enricher: [taking]}),
                Planned("enrichment: bring the improvement", {enricher: calls}),
            ]
        )

    def _read(self, enricher: bytes) -> list[mpz]:
        chunks = enrichment.read_improvement(
            self.ledger.rpc,
            self.at,
            address_of(enricher),
            chunks=-(-self.group.terms.share_units // self.group.terms.chunk_units),
            chunk_bytes=self._chunk_bytes,
        )
        return from_bytes(b"".join(chunks), self._unit_bytes)

    def _opened(self, ciphertexts: Sequence[mpz], weights: int) -> Integers:
        """The improvement, by shares that a threshold of the parties posts."""
        method, split = paillier_of(self.group), len(ciphertexts) * self._unit_bytes
        label = round_context(
            chain_id=self.ledger.chain_id,
            contract=self.contract,
            group=self.group.number,
            number=self.at.number,
        )
        helpers = range(method.key.threshold)
        posted = {one: shared(self.group, one, ciphertexts, label=label) for one in helpers}
        calls = {
            self.group.keys[one]: enrichment.posting_shares(
                self.at,
                share[:split],
                proof=share[split:],
                chunk_bytes=self._chunk_bytes,
                limit_bytes=self.group.limit_bytes,
            )
            for one, share in posted.items()
        }
        self._take("share", calls)
        right = right_ones(method.key, ciphertexts, posted, label=label)
        return unpack(combine(method.key, right), method.lanes, weights=weights, summed=1)

    def _vote(self, accuracy: int) -> None:
        """All parties commit to what they measured, and reveal it."""
        hidden = {key: secrets.token_bytes(32) for key in self.group.keys}
        commits = {
            key: [enrichment.committing(self.at, self._commitment(key, accuracy, secret))]
            for key, secret in hidden.items()
        }
        self._take("commit", commits)
        reveals = {
            key: [enrichment.revealing(self.at, accuracy, secret)] for key, secret in hidden.items()
        }
        self._take("reveal", reveals)

    def _commitment(self, key: bytes, accuracy: int, secret: bytes) -> bytes:
        chain_id = self.ledger.chain_id
        return enrichment.commitment(self.at, address_of(key), accuracy, secret, chain_id=chain_id)

    @property
    def _parts(self) -> list[int]:
        return equal_parts(self.pay.cap, len(self.group.keys))

    @property
    def _unit_bytes(self) -> int:
        return paillier_of(self.group).size.unit_bytes

    @property
    def _chunk_bytes(self) -> int:
        return self.group.terms.chunk_units * self._unit_bytes

    def _take(self, step: str, calls: Mapping[bytes, Sequence[Call]]) -> None:
        self.ledger.take(f"enrichment: {step}", calls)
