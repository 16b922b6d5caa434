"""The rules of enrichments and requests a second time, as an accountant would write them down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low

from system.encrypted.contracts import enrichment, predictions
from system.encrypted.contracts.compensation import Plan, Reward, Step, reward_for
from system.encrypted.contracts.predictions import Offer
from tests.unit.encrypted.twin import Refusal


def require(holds: bool, name: str) -> None:
    """Refuse by that name unless it holds."""
    if not holds:
        raise Refusal(name)


def shared(total: int, parts: Sequence[int]) -> list[int]:
    """A sum in proportion to parts, each mark between them rounded down once."""
    marks = [sum(parts[:at]) for at in range(len(parts) + 1)]
    whole = marks[-1]
    return [total * upper // whole - total * lower // whole for lower, upper in pairwise(marks)]


@dataclass(slots=True)
class Enriched:
    """One enrichment; actors are numbers, the members' the first, and `now` a block's."""

    plan: Plan
    steps: list[Step]
    parts: list[int]
    quorum: int
    started: int
    backed: list[int] = field(default_factory=list)
    opened: int | None = None
    enricher: int | None = None
    taken: int | None = None
    chunks: int = 0
    complete: int | None = None
    committed: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    all_committed: int | None = None
    revealed: dict[int, int] = field(default_factory=dict)
    all_revealed: int | None = None
    settled: bool = False

    def phase(self, now: int) -> enrichment.Phase:
        """Where it stands."""
        phases, plan = enrichment.Phase, self.plan
        if self.settled:
            return phases.SETTLED
        for entered, began, blocks, phase in (
            (self.opened, self.started, plan.back_blocks, phases.BACKING),
            (self.taken, self.opened, plan.open_blocks, phases.OPEN),
            (self.complete, self.taken, plan.enrich_blocks, phases.ENRICHING),
        ):
            if entered is None:
                assert began is not None
                return phase if now < began + blocks else phases.ENDED
        assert self.complete is not None
        measured = self.all_committed or self.complete + plan.measure_blocks
        if now < measured:
            return phases.MEASURING
        ended = self.all_revealed or measured + plan.reveal_blocks
        return phases.REVEALING if now < ended else phases.ENDED

    def outcome(self) -> enrichment.Outcome:
        """How it ended, once it did."""
        outcomes = enrichment.Outcome
        if self.opened is None:
            return outcomes.LAPSED
        if self.taken is None:
            return outcomes.UNUSED
        if self.complete is None:
            return outcomes.ABANDONED
        return outcomes.JUDGED if len(self.revealed) >= self.quorum else outcomes.SILENT

    def paid(self) -> int:
        """What the plan pays."""
        outcome = self.outcome()
        if outcome is enrichment.Outcome.SILENT:
            return self.plan.silence
        if outcome is not enrichment.Outcome.JUDGED:
            return 0
        return reward_for(self.plan, self.steps, median_low(self.revealed.values()))

    def held(self) -> int:
        """What the contract has of it in wei while it is not settled."""
        backing = sum(self.parts[one] + self.plan.bond for one in self.backed)
        return backing + (0 if self.taken is None else self.plan.deposit)

    def due(self) -> Counter[int]:
        """What each actor gets, by the rules in words."""
        outcome, outcomes, plan = self.outcome(), enrichment.Outcome, self.plan
        due: Counter[int] = Counter()
        if outcome in (outcomes.LAPSED, outcomes.UNUSED):
            return Counter({one: self.parts[one] + plan.bond for one in self.backed})
        rest = plan.cap - self.paid()
        if outcome is outcomes.ABANDONED:
            rest += plan.deposit
        for one, back in enumerate(shared(rest, self.parts)):
            due[one] += back
        for one in self.backed:
            kept = outcome is outcomes.ABANDONED or one in self.revealed
            due[one if kept else self.enricher] += plan.bond
        if outcome is not outcomes.ABANDONED:
            due[self.enricher] += self.paid() + plan.deposit
        return due

    # ---- what is done

    def require_phase(self, now: int, phase: enrichment.Phase) -> None:
        """Refuse unless it is in that phase."""
        require(self.phase(now) is phase, "WrongEnrichmentPhase")

    def back(self, actor: int, value: int, now: int) -> None:
        require(actor < len(self.parts), "NotMember")
        self.require_phase(now, enrichment.Phase.BACKING)
        require(actor not in self.backed, "AlreadyBacked")
        require(value == self.parts[actor] + self.plan.bond, "WrongValue")
        self.backed.append(actor)
        paid_in = sum(self.parts[one] for one in self.backed)
        if len(self.backed) >= self.quorum and paid_in == self.plan.cap:
            self.opened = now

    def take(self, actor: int, value: int, now: int, *, parties: int) -> None:
        self.require_phase(now, enrichment.Phase.OPEN)
        require(actor >= len(self.parts), "IsMember")
        require(actor < parties, "NotEnricher")
        require(value == self.plan.deposit, "WrongValue")
        self.enricher, self.taken = actor, now

    def bring(self, actor: int, chunk: int, now: int) -> None:
        self.require_phase(now, enrichment.Phase.ENRICHING)
        require(actor == self.enricher, "NotEnricher")
        require(chunk == self.chunks, "WrongChunk")
        self.chunks += 1
        if self.chunks == 2:
            self.complete = now

    def _backer(self, actor: int, now: int, phase: enrichment.Phase) -> None:
        require(actor < len(self.parts), "NotMember")
        self.require_phase(now, phase)
        require(actor in self.backed, "NotBacker")

    def commit(self, actor: int, accuracy: int, secret: bytes, now: int) -> None:
        self._backer(actor, now, enrichment.Phase.MEASURING)
        require(actor not in self.committed, "AlreadyMeasured")
        self.committed[actor] = (accuracy, secret)
        if len(self.committed) == len(self.backed):
            self.all_committed = now

    def reveal(self, actor: int, accuracy: int, secret: bytes, now: int) -> None:
        self._backer(actor, now, enrichment.Phase.REVEALING)
        require(accuracy <= 10_000, "NoAccuracy")
        require(actor not in self.revealed, "AlreadyMeasured")
        require(self.committed.get(actor) == (accuracy, secret), "OtherCommitment")
        self.revealed[actor] = accuracy
        if len(self.revealed) == len(self.committed):
            self.all_revealed = now

    def settle(self, now: int) -> None:
        self.require_phase(now, enrichment.Phase.ENDED)
        self.settled = True


@dataclass(slots=True)
class Request:
    """One request for a prediction; `income` is the enricher's part: who, of what, how much."""

    offer: Offer
    parts: list[int]
    income: tuple[int, Reward, int] | None
    customer: int
    asked: int
    answers: dict[int, bytes] = field(default_factory=dict)
    accepted: bytes | None = None
    answered: int | None = None
    disputed: int | None = None
    votes: dict[int, bool] = field(default_factory=dict)
    all_voted: int | None = None
    settled: bool = False

    def phase(self, now: int) -> predictions.Phase:
        """Where it stands."""
        phases, offer = predictions.Phase, self.offer
        if self.settled:
            return phases.SETTLED
        if self.answered is None:
            return phases.ASKED if now < self.asked + offer.answer_blocks else phases.ENDED
        if self.disputed is None:
            return phases.ANSWERED if now < self.answered + offer.dispute_blocks else phases.ENDED
        ended = self.all_voted or self.disputed + offer.vote_blocks
        return phases.DISPUTED if now < ended else phases.ENDED

    def outcome(self) -> predictions.Outcome:
        """How it ended, once it did."""
        outcomes = predictions.Outcome
        if self.answered is None:
            return outcomes.UNANSWERED
        if self.disputed is None:
            return outcomes.ACCEPTED
        right = sum(self.votes.values())
        return outcomes.UPHELD if 2 * right > len(self.votes) else outcomes.OVERTURNED

    def held(self) -> int:
        """What the contract has of it in wei while it is not settled."""
        return self.offer.fee + (0 if self.disputed is None else self.offer.bond)

    def due(self) -> Counter[int]:
        """What each actor gets, by the rules in words."""
        outcome, outcomes = self.outcome(), predictions.Outcome
        if outcome in (outcomes.UNANSWERED, outcomes.OVERTURNED):
            return Counter({self.customer: self.held()})
        due = self._shares()
        if outcome is outcomes.UPHELD:
            voters = sorted(self.votes)
            for one, wei in zip(voters, shared(self.offer.bond, [1] * len(voters)), strict=True):
                due[one] += wei
        return due

    def _shares(self) -> Counter[int]:
        due: Counter[int] = Counter()
        fee, cost = self.offer.fee, self.offer.cost
        if self.income is not None:
            enricher, reward, share = self.income
            base = fee - cost if reward is Reward.PROFIT else fee
            due[enricher] += base * share // 10_000
            cost = min(cost, fee - due[enricher])
        right = sorted(one for one, given in self.answers.items() if given == self.accepted)
        rest = fee - cost - due.total()
        for one, wei in zip(right, shared(cost, [1] * len(right)), strict=True):
            due[one] += wei
        for one, wei in enumerate(shared(rest, self.parts)):
            due[one] += wei
        return due

    # ---- what is done

    def require_phase(self, now: int, phase: predictions.Phase) -> None:
        """Refuse unless it is in that phase."""
        require(self.phase(now) is phase, "WrongRequestPhase")

    def answer(self, actor: int, content: bytes, now: int) -> None:
        require(actor < len(self.parts), "NotMember")
        self.require_phase(now, predictions.Phase.ASKED)
        require(actor not in self.answers, "AlreadySaid")
        require(0 < len(content) <= self.offer.answer_bytes, "BadLength")
        self.answers[actor] = content
        if list(self.answers.values()).count(content) == self.offer.answers:
            self.accepted, self.answered = content, now

    def challenge(self, actor: int, value: int, now: int) -> None:
        self.require_phase(now, predictions.Phase.ANSWERED)
        require(actor == self.customer, "NotCustomer")
        require(value == self.offer.bond, "WrongValue")
        self.disputed = now

    def vote(self, actor: int, right: bool, now: int) -> None:
        require(actor < len(self.parts), "NotMember")
        self.require_phase(now, predictions.Phase.DISPUTED)
        require(self.answers.get(actor) != self.accepted, "OwnAnswer")
        require(actor not in self.votes, "AlreadySaid")
        self.votes[actor] = right
        if len(self.votes) == len(self.parts) - self.offer.answers:
            self.all_voted = now

    def settle(self, now: int) -> None:
        self.require_phase(now, predictions.Phase.ENDED)
        self.settled = True
