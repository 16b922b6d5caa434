"""A customer buys predictions: it asks with encrypted images, and members answer with classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gmpy2 import mpz

from system.chain.keys import address_of
from system.chain.sender import Call
from system.encrypted.bigints import from_bytes, to_bytes
from system.encrypted.clock import Clock
from system.encrypted.context import round_context
from system.encrypted.contracts import predictions
from system.encrypted.contracts.compensation import equal_parts
from system.encrypted.contracts.predictions import Offer, Outcome, Phase
from system.encrypted.decryption import combine, right_ones
from system.encrypted.forming import Group
from system.encrypted.handover import paillier_of, shared
from system.encrypted.ledger import Ledger
from system.encrypted.packing import Integers, pack, unpack
from system.encrypted.paillier import encrypt

_WHOLE = 10_000
# As many members have to give the same answer.
_ANSWERS = 2
# Blocks in which members answer, and the customer can challenge: that is waited out.
_PATIENCE_BLOCKS, _DISPUTE_BLOCKS = 300, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """In wei: what a prediction costs, what who answers has of it first, what a challenge bonds."""

    fee: int
    cost: int
    bond: int


@dataclass(frozen=True, slots=True)
class Sold:
    """A prediction: the class that members answered, and how the request ended."""

    answer: int
    outcome: Outcome


@dataclass(slots=True)
class Serving:
    """A group that sells predictions; `enrichment` has a part in the profit, 0: none has."""

    ledger: Ledger
    clock: Clock
    contract: str
    group: Group
    prices: Prices
    enrichment: int = 0
    service: int = field(init=False)

    def play(
        self,
        customer: bytes,
        images: Sequence[Integers],
        *,
        classify: Callable[[Integers], int],
    ) -> list[Sold]:
        """What a customer, by its account's key, got for its images, rows of Q16 integers.

        Members open each image together and answer what `classify` says.
        """
        self._open(images[0].size)
        numbers = self._ask(customer, images)
        self._answer(numbers, images[0].size, classify)
        self.clock.until(lambda: all(self._ended(number) for number in numbers))
        settling = [
            predictions.settling(self.contract, number, members=len(self.group.keys))
            for number in numbers
        ]
        self._take("settle", {customer: settling})
        return [self._sold(number) for number in numbers]

    def _open(self, pixels: int) -> None:
        offer = Offer(
            group=self.group.number,
            enrichment=self.enrichment,
            fee=self.prices.fee,
            cost=self.prices.cost,
            bond=self.prices.bond,
            answers=_ANSWERS,
            input_units=paillier_of(self.group).lanes.units(pixels),
            answer_bytes=1,
            answer_blocks=_PATIENCE_BLOCKS,
            dispute_blocks=_DISPUTE_BLOCKS,
            vote_blocks=_PATIENCE_BLOCKS,
        )
        parts = equal_parts(_WHOLE, len(self.group.keys))
        first, *others = self.group.keys
        self._take("propose", {first: [predictions.proposing(self.contract, offer, parts)]})
        self.service = predictions.last_service(self.ledger.rpc, self.contract)
        approving = [predictions.approving(self.contract, self.service)]
        self._take("approve", dict.fromkeys(others, approving))

    def _ask(self, customer: bytes, images: Sequence[Integers]) -> range:
        calls = []
        for image in images:
            method = paillier_of(self.group)
            units = encrypt(method.key.public, pack(image, method.lanes))
            content = to_bytes(units, method.size.unit_bytes)
            calls.append(
                predictions.asking(
                    self.contract, self.service, content, fee=self.prices.fee, units=len(units)
                )
            )
        self._take("ask", {customer: calls})
        last = predictions.last_request(self.ledger.rpc, self.contract)
        return range(last - len(images) + 1, last + 1)

    def _answer(
        self, numbers: Sequence[int], pixels: int, classify: Callable[[Integers], int]
    ) -> None:
        answers = []
        for number in numbers:
            content = predictions.read_request(self.ledger.rpc, self.contract, number)
            units = from_bytes(content, paillier_of(self.group).size.unit_bytes)
            found = classify(self._opened(units, pixels, number))
            answers.append(predictions.answering(self.contract, number, bytes([found])))
        self._take("answer", dict.fromkeys(self.group.keys[:_ANSWERS], answers))

    def _opened(self, ciphertexts: Sequence[mpz], pixels: int, number: int) -> Integers:
        """An image, by shares that members give each other beside the chain."""
        method = paillier_of(self.group)
        label = round_context(
            chain_id=self.ledger.chain_id,
            contract=self.contract,
            group=self.group.number,
            number=number,
        )
        posted = {
            one: shared(self.group, one, ciphertexts, label=label)
            for one in range(method.key.threshold)
        }
        right = right_ones(method.key, ciphertexts, posted, label=label)
        return unpack(combine(method.key, right), method.lanes, weights=pixels, summed=1)

    def _ended(self, number: int) -> bool:
        state = predictions.state_of(self.ledger.rpc, self.contract, number)
        return state.phase is Phase.ENDED

    def _sold(self, number: int) -> Sold:
        state = predictions.state_of(self.ledger.rpc, self.contract, number)
        member = address_of(self.group.keys[0])
        [answer] = predictions.read_answer(self.ledger.rpc, self.contract, number, member)
        return Sold(answer, state.outcome)

    def _take(self, step: str, calls: Mapping[bytes, Sequence[Call]]) -> None:
        self.ledger.take(f"predictions: {step}", calls)
