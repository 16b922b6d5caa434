"""What a federation does beside its rounds, on an in-process chain: handovers, pay, predictions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from system.chain.compiler import artifact
from system.chain.sender import Call
from system.encrypted.contracts import enrichment, predictions, purse
from system.encrypted.contracts.carrying import At
from system.encrypted.contracts.compensation import Plan, Step, equal_parts
from system.encrypted.contracts.predictions import Offer
from tests.evm import CHAIN_ID, Evm, Receipt
from tests.unit.encrypted.house import Group, House

SECRET = b"\x5e" * 32
WORD = 32
CHUNK_BYTES = 2 * WORD  # the usual group's chunks
IMPROVEMENT = bytes(range(3 * WORD))
LIMIT_BYTES = 65_000


@dataclass(slots=True)
class Federation:
    """A group that learns, and the contracts that it is paid through."""

    group: Group
    enrichment: str
    predictions: str
    outsiders: list[str] = field(default_factory=list)

    @classmethod
    def built(cls, members: int = 3, outsiders: int = 2) -> Federation:
        """A group of so many members, and parties that are none."""
        house = House.built()
        group = house.learning(members)
        evm, deployer = house.evm, house.evm.account()
        paid = evm.deploy(artifact("Enrichment"), house.rounds, sender=deployer)
        served = evm.deploy(artifact("PredictionService"), house.rounds, paid, sender=deployer)
        return cls(group, paid, served, [house.party() for _ in range(outsiders)])

    @property
    def evm(self) -> Evm:
        """The chain."""
        return self.group.house.evm

    def send(self, sender: str, *calls: Call) -> list[Receipt]:
        """The receipts of transactions in order."""
        return [self.evm.send(sender, call) for call in calls]

    # ---- enrichments

    def plan(self, **changes: object) -> Plan:
        """The usual plan with some fields changed."""
        usual = Plan(
            group=self.group.number,
            share=1_000,
            test_set=b"\x7e" * 32,
            units=3,
            baseline=9_000,
            per_point=7,
            cap=1_000,
            silence=400,
            deposit=90,
            bond=50,
            back_blocks=4,
            open_blocks=4,
            enrich_blocks=4,
            measure_blocks=4,
            reveal_blocks=4,
        )
        return replace(usual, **changes)

    def proposing(
        self, plan: Plan, steps: list[Step] | None = None, escrow: list[int] | None = None
    ) -> Call:
        """The transaction that proposes a plan, its escrow in equal parts."""
        given = equal_parts(plan.cap, len(self.group.members)) if escrow is None else escrow
        return enrichment.proposing(self.enrichment, plan, steps=steps or [], escrow=given)

    def proposed(self, **changes: object) -> At:
        """An enrichment on the usual plan, which nobody has backed."""
        self.evm.send(self.group.members[0], self.proposing(self.plan(**changes)))
        return At(self.enrichment, enrichment.last_enrichment(self.evm, self.enrichment))

    def opened(self, **changes: object) -> At:
        """An enrichment that all members back."""
        at, plan = self.proposed(**changes), self.plan(**changes)
        parts = equal_parts(plan.cap, len(self.group.members))
        for member, part in zip(self.group.members, parts, strict=True):
            self.evm.send(member, enrichment.backing(at, part=part, bond=plan.bond))
        return at

    def brought(self, **changes: object) -> At:
        """An enrichment whose improvement is whole, by the first outsider."""
        at = self.opened(**changes)
        self.evm.send(self.outsiders[0], self.taking(at, **changes))
        self.send(self.outsiders[0], *self.bringing(at))
        return at

    def taking(self, at: At, **changes: object) -> Call:
        """The transaction that takes an enrichment on the usual plan."""
        return enrichment.taking(at, deposit=self.plan(**changes).deposit)

    def bringing(
        self, at: At, improvement: bytes = IMPROVEMENT, limit_bytes: int = LIMIT_BYTES
    ) -> list[Call]:
        """The transactions that bring an improvement."""
        size = {"chunk_bytes": CHUNK_BYTES, "limit_bytes": limit_bytes}
        return enrichment.bringing(at, improvement, **size)

    def committing(self, at: At, member: str, accuracy: int) -> Call:
        """The transaction that binds a member to an accuracy."""
        asked = {"chain_id": CHAIN_ID}
        return enrichment.committing(
            at, enrichment.commitment(at, member, accuracy, SECRET, **asked)
        )

    def judged(self, at: At, *accuracies: int) -> None:
        """The first members commit and reveal; deadlines pass where others are silent."""
        voters = list(zip(self.group.members, accuracies, strict=False))
        for member, accuracy in voters:
            self.evm.send(member, self.committing(at, member, accuracy))
        self.wait_out(at, enrichment.Phase.MEASURING)
        for member, accuracy in voters:
            self.evm.send(member, enrichment.revealing(at, accuracy, SECRET))
        self.wait_out(at, enrichment.Phase.REVEALING)

    def wait_out(self, at: At, phase: enrichment.Phase) -> None:
        """Let a phase that the enrichment is in end."""
        state = enrichment.state_of(self.evm, at)
        if state.phase is phase:
            self.evm.mine(state.ends_at - self.evm.number)

    def settled(self, at: At) -> enrichment.State:
        """Settle an enrichment; its state then."""
        call = enrichment.settling(at, members=len(self.group.members))
        self.evm.send(self.evm.account(), call)
        return enrichment.state_of(self.evm, at)

    # ---- predictions

    def offer(self, **changes: object) -> Offer:
        """The usual offer with some fields changed."""
        usual = Offer(
            group=self.group.number,
            fee=1_003,
            cost=101,
            bond=70,
            answer_bytes=64,
            answer_blocks=4,
            dispute_blocks=4,
            vote_blocks=4,
        )
        return replace(usual, **changes)

    def serving(self, parts: list[int] | None = None, **changes: object) -> int:
        """A service that all members approve."""
        shared = equal_parts(10_000, len(self.group.members)) if parts is None else parts
        first, *others = self.group.members
        call = predictions.proposing(self.predictions, self.offer(**changes), shared)
        self.evm.send(first, call)
        service = predictions.last_service(self.evm, self.predictions)
        for other in others:
            self.evm.send(other, predictions.approving(self.predictions, service))
        return service

    def asked(self, service: int, content: bytes = b"what is it?", fee: int = 1_003) -> int:
        """A request of the second outsider."""
        call = predictions.asking(self.predictions, service, content, fee=fee)
        self.evm.send(self.outsiders[1], call)
        return predictions.last_request(self.evm, self.predictions)

    def request(self, number: int) -> predictions.State:
        """How far a request has come."""
        return predictions.state_of(self.evm, self.predictions, number)

    def pass_deadline(self, number: int) -> None:
        """Let the request's phase end."""
        self.evm.mine(self.request(number).ends_at - self.evm.number)

    def finished(self, number: int) -> predictions.State:
        """Settle a request; its state then."""
        call = predictions.settling(self.predictions, number, members=len(self.group.members))
        self.evm.send(self.evm.account(), call)
        return self.request(number)

    # ---- money

    def held(self, contract: str) -> dict[str, int]:
        """What accounts can withdraw there, those with nothing left out."""
        accounts = [*self.group.members, *self.outsiders]
        balances = {one: purse.balance_of(self.evm, contract, one) for one in accounts}
        return {one: wei for one, wei in balances.items() if wei}
