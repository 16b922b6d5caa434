"""Whatever provider, contributors and strangers do: chain and twin agree, and no wei is lost."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from system.chain.abi import call_data
from system.chain.sender import Call
from system.models.market_terms import Phase
from tests.unit.models.market_house import GAS, TERMS, TRUTH, House, Table
from tests.unit.models.market_pair import Pair

ACCOUNTS = 4
few = st.integers(0, ACCOUNTS)
numbers = st.integers(0, 9)
# Hypothesis likes lists of equal things, whose scores are 0: contributions follow from a number.
seeds = st.integers(0, 2**32)


def drawn_contributions(seed: int, values: int) -> list[tuple[int, int, int]]:
    """Who gives which value as which class: half are true, some poison the model (3), or are of a
    class that it does not know yet (4)."""
    chance = Random(seed)
    return [
        (
            chance.randrange(ACCOUNTS),
            (value := chance.randrange(values)),
            chance.choice([TRUTH[value]] * 5 + [0, 1, 1, 2, 3, 4]),
        )
        for _ in range(chance.randrange(3, 9))
    ]


class Markets(RuleBasedStateMachine):
    """Steps that mostly fit, and many that don't, in two worlds."""

    @initialize(
        pieces=st.integers(2, 5),
        samples=st.integers(1, 3),
        shown=numbers,
        rounds=st.sampled_from([40, 7, 2, 1]),
        bounty=st.integers(0, 2_000),
        extra=st.integers(0, 20),
        most=st.integers(3, 9),
        seed=seeds,
        far=st.sampled_from([3, 3, 3, 3, 2, 1, 0]),
        steps=st.integers(20, 150),
    )
    def build(
        self,
        pieces: int,
        samples: int,
        shown: int,
        rounds: int,
        bounty: int,
        extra: int,
        most: int,
        seed: int,
        far: int,
        steps: int,
    ) -> None:
        house = House.built(pieces=pieces, samples=samples)
        self.pair = Pair(house, [])
        self.accounts = [house.evm.account() for _ in range(ACCOUNTS)]
        self.everybody = [*self.accounts, house.provider]
        self.total = sum(map(house.evm.balance, self.everybody))
        drawn = 1 + shown % (pieces - 1)
        terms = replace(TERMS, rounds=rounds, samples=samples, most=most, shown=drawn)
        self.bounty = bounty + rounds * terms.hidden(pieces)
        self.terms = replace(terms, stake=self.bounty // rounds + extra)
        if far:
            self.open_and_show()
        if far > 1:
            self.contribute_all(seed, 0)
        if far > 2:
            self.score(steps, 0)

    @property
    def phase(self) -> Phase:
        """Where the market is."""
        return self.pair.phase()[0]

    # Whole phases, so that the later ones are reached.

    @precondition(lambda self: self.phase is Phase.UNOPENED)
    @rule()
    def open_and_show(self) -> None:
        assert self.pair.open(self.everybody[-1], self.terms, bounty=self.bounty) == ""
        self.pair.show()

    @precondition(lambda self: self.phase is Phase.PARTICIPATING)
    @rule(seed=seeds, extra=st.integers(0, 20))
    def contribute_all(self, seed: int, extra: int) -> None:
        values = sum(len(piece.labels) for piece in self.pair.house.pieces)
        for account, value, cls in drawn_contributions(seed, min(values, len(TRUTH))):
            self.contribute(account, value, cls, extra)
        if self.phase is Phase.PARTICIPATING:
            self.pair.wait_out()
        if self.phase is Phase.REVEALING:
            self.pair.reveal_hidden()

    @precondition(lambda self: self.phase is Phase.REWARDING)
    @rule(steps=st.sampled_from([1, 7, 30, 100]), actor=few)
    def score(self, steps: int, actor: int) -> None:
        for _ in range(steps):
            if self.phase is Phase.REWARDING and not self.scorer_changed:
                self.pair.step(self.everybody[actor])
                self.pair.check()

    @precondition(lambda self: self.phase is not Phase.UNOPENED)
    @rule(odds=numbers)
    def everybody_is_silent(self, odds: int) -> None:
        """However silent all are, all money comes free in the end."""
        if odds < 8:  # or no market would come to its end
            return
        for _ in range(4):
            self.pair.wait_out()
        assert self.phase >= Phase.SETTLED
        self.pair.pay_all(self.accounts[0])
        assert self.pair.house.evm.balance(self.pair.house.market) == 0

    # Single steps, mostly out of place.

    @rule(kind=st.integers(0, 9), actor=few, index=numbers, taken=numbers)
    def act(self, kind: int, actor: int, index: int, taken: int) -> None:
        sender, pair = self.everybody[actor], self.pair
        piece = pair.house.pieces[taken % len(pair.house.pieces)]
        steps = [
            lambda: pair.open(sender, self.terms, bounty=self.bounty),
            pair.draw,
            lambda: pair.reveal(index, piece),
            lambda: pair.evaluate(sender, index, piece),
            lambda: pair.kick(sender),
            lambda: pair.denounce(sender),
            lambda: pair.collect(sender, index),
            lambda: pair.return_bounty(sender),
            lambda: pair.withdraw(sender),
            lambda: self.learn(sender, index, taken),
        ]
        steps[kind]()

    @rule(account=st.integers(0, ACCOUNTS - 1), value=numbers, cls=few, extra=st.integers(-2, 9))
    def contribute(self, account: int, value: int, cls: int, extra: int) -> None:
        stake = max(self.terms.stake + extra, 0)
        self.pair.add(self.accounts[account], value, cls, stake=stake)

    def learn(self, sender: str, index: int, taken: int) -> None:
        """Teach a contribution, or one of another time, in or out of its turn."""
        if self.pair.given:
            one = self.pair.given[index % len(self.pair.given)]
            self.pair.learn(sender, one, added_at=one.added_at + taken // 7)

    @precondition(lambda self: self.phase is not Phase.UNOPENED)
    @rule(actor=few, odds=numbers)
    def add_class(self, actor: int, odds: int) -> None:
        """The trainer's model grows now and then; seldom the scorer, which ends the market."""
        house = self.pair.house
        model, table = (
            (house.wiring.classifier, house.twin.model)
            if odds < 8
            else (house.scorer, house.book.scorer)
        )
        call = Call(model, call_data("addClass()"), GAS)
        if not house.evm.refusal(self.everybody[actor], call):
            assert isinstance(table, Table)
            table.classes += 1

    @property
    def scorer_changed(self) -> bool:
        """Whether the provider has spoilt the scorer."""
        scorer = self.pair.house.book.scorer
        assert isinstance(scorer, Table)
        return scorer.classes > 4

    @rule(blocks=few)
    def wait(self, blocks: int) -> None:
        self.pair.house.evm.mine(blocks)

    @invariant()
    def chain_and_twin_stand_alike(self) -> None:
        self.pair.check()

    @invariant()
    def every_wei_is_somewhere(self) -> None:
        house = self.pair.house
        wallets = sum(map(house.evm.balance, self.everybody))
        assert wallets + house.evm.balance(house.market) == self.total


Markets.TestCase.settings = settings(max_examples=50, stateful_step_count=14, deadline=None)
TestMarkets = Markets.TestCase
