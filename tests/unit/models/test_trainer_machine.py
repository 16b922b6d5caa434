"""Whatever good and bad accounts do, in any order: contracts and twin agree, and no wei is lost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from system.models import trainer
from tests.evm import Evm
from tests.unit.models.pair import CLASSES, STAKE, Pair, Sample

ACTORS = 4
actors = st.integers(0, ACTORS - 1)
# Few values, so that samples contradict each other; none at all, which the model refuses.
values = st.sampled_from((-(2**63), -1, 0, 1, 2**63 - 1))
features = st.lists(values, max_size=2)
classes = st.integers(0, CLASSES)  # the last one is unknown
overpaid = st.sampled_from((-1, 0, 0, 0, 1, 10**6, 2**96, 2**128))
# Just short of each wait, its very end, and much later.
waits = st.sampled_from((1, 9, 10, 11, 20, 30, 4_000))


class Trainer(RuleBasedStateMachine):
    """Contributions, claims and withdrawals that mostly fit, and many that don't."""

    pair: Pair

    def started(self, pair: Pair) -> None:
        """Let the actors come, with more wei than any contract keeps account of."""
        self.pair = pair
        for _ in range(ACTORS):
            pair.follow(pair.evm.account(2**130))
        self.actors = list(pair.wallets)
        self.total = sum(pair.wallets.values())

    @rule(actor=actors, given=features, cls=classes, beyond=overpaid)
    def add(self, actor: int, given: list[int], cls: int, beyond: int) -> None:
        paid = max(self.pair.cost() + beyond, 0)
        self.pair.add(self.actors[actor], given, cls, paid=paid)

    @rule(
        actor=actors,
        given=st.lists(values, min_size=1, max_size=2),
        cls=st.integers(0, CLASSES - 1),
    )
    def add_twice(self, actor: int, given: list[int], cls: int) -> None:
        again = [self.pair.add(self.actors[actor], given, cls) for _ in range(2)]
        assert again[1] in ("DataConflict", "WrongLength")

    def picked(self, back: int) -> Sample:
        """A contribution, mostly a late one."""
        return self.pair.samples[-1 - back % len(self.pair.samples)]

    @precondition(lambda self: self.pair.samples)
    @rule(back=st.integers(0, 6))
    def refund(self, back: int) -> None:
        sample = self.picked(back)
        self.pair.refund(sample.author, sample)

    @precondition(lambda self: self.pair.samples)
    @rule(actor=actors, back=st.integers(0, 6), off=st.sampled_from((0, 0, 0, 1)))
    def refund_foreign(self, actor: int, back: int, off: int) -> None:
        sample = self.picked(back)
        self.pair.refund(self.actors[actor], replace(sample, added_at=sample.added_at + off))

    @precondition(lambda self: self.pair.samples)
    @rule(actor=actors, back=st.integers(0, 6), off=st.sampled_from((0, 0, 0, 1)))
    def report(self, actor: int, back: int, off: int) -> None:
        sample = self.picked(back)
        wrong = replace(sample, cls=(sample.cls + off) % CLASSES)
        self.pair.report(self.actors[actor], wrong)

    @rule(actor=actors, other=actors, given=values)
    def dispute(self, actor: int, other: int, given: int) -> None:
        """Data that the model is taught to disagree with: whoever may shares its deposit."""
        for author, cls in ((actor, 1), (other, 2)):
            self.pair.add(self.actors[author], [given, 0], cls)
        if self.pair.samples:
            self.everybody_claims(self.picked(1))

    @rule(actor=actors, given=values)
    def earn(self, actor: int, given: int) -> None:
        """Data that the model agrees with, refunded as soon as it may be."""
        if self.pair.add(self.actors[actor], [given, 0], 1) == "":
            sample = self.picked(0)
            self.pair.evm.mine(STAKE.refund_wait_s)
            assert self.pair.refund(sample.author, sample) in ("", "NothingToClaim")

    def everybody_claims(self, sample: Sample) -> None:
        """After the shortest wait the author, then all, and all again."""
        self.pair.evm.mine(STAKE.refund_wait_s)
        self.pair.refund(sample.author, sample)
        for actor in self.actors * 2:
            self.pair.report(actor, sample)

    @rule(actor=actors)
    def withdraw(self, actor: int) -> None:
        self.pair.withdraw(self.actors[actor])

    @rule(seconds=waits)
    def wait(self, seconds: int) -> None:
        self.pair.evm.mine(seconds)

    @rule(least=st.sampled_from((0, 0, 2)))
    def grow(self, least: int) -> None:
        self.pair.need(least)

    @invariant()
    def every_balance_agrees_to_the_wei(self) -> None:
        evm, incentive = self.pair.evm, self.pair.wiring.incentive
        assert {actor: evm.balance(actor) for actor in self.actors} == self.pair.wallets
        for actor in self.actors:
            standing = self.pair.twin.incentive.standing(actor)
            assert trainer.standing_of(evm, incentive, actor) == standing

    @invariant()
    def no_wei_is_lost_or_made(self) -> None:
        held = self.pair.evm.balance(self.pair.wiring.incentive)
        assert sum(self.pair.wallets.values()) + held == self.total
        owed = sum(map(self.pair.owed, self.actors))
        records = self.pair.twin.records
        left = sum(records.contribution(sample.key).claimable for sample in self.pair.samples)
        assert held == owed + left
        assert self.pair.evm.balance(self.pair.wiring.trainer) == 0

    @invariant()
    def late_records_agree(self) -> None:
        for sample in self.pair.samples[-3:]:
            self.pair.left(sample)

    def teardown(self) -> None:
        for sample in self.pair.samples:
            self.pair.left(sample)

    @invariant()
    def the_price_agrees(self) -> None:
        self.pair.cost()


class StakeTrainer(Trainer):
    """With deposits; the first actor is the beneficiary."""

    @initialize(weight=st.sampled_from((0, 1, 1_000, 10**15, 2**80 - 1)))
    def start(self, weight: int) -> None:
        evm = Evm()
        beneficiary = evm.account(2**130)
        terms = replace(STAKE, cost_weight=weight, beneficiary=beneficiary)
        pair = Pair.staked(terms, evm=evm)
        pair.follow(beneficiary)
        self.started(pair)


class PointsTrainer(Trainer):
    """With points."""

    @initialize()
    def start(self) -> None:
        self.started(Pair.pointed())


for machine in (StakeTrainer, PointsTrainer):
    machine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestStake = StakeTrainer.TestCase
TestPoints = PointsTrainer.TestCase
