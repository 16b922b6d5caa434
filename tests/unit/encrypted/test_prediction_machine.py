"""Whatever customers and members do, in any order: every wei stays accounted for and comes back."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from system.encrypted.contracts import enrichment, predictions
from system.encrypted.contracts.compensation import Reward, equal_parts
from system.encrypted.contracts.predictions import Phase
from tests.unit.encrypted.pay_machine import ACTORS, MEMBERS, PARTIES, Paying
from tests.unit.encrypted.pay_twins import Request, require

actors = st.integers(0, ACTORS - 1)
answers = st.sampled_from([b"1", b"1", b"1", b"7", b"", b"12345"])
off = st.sampled_from([0, 0, 0, 0, -1, 1])
disputes = st.sampled_from([True, True, False])
answering = st.sampled_from([0, 1, 2, 2, MEMBERS])
all_votes = st.lists(st.booleans(), min_size=MEMBERS, max_size=MEMBERS) | st.just([])
all_parts = st.sampled_from([equal_parts(10_000, MEMBERS), [10_000, 0, 0], [1, 9_998, 1]])


class Serving(Paying):
    """Transactions that mostly fit, and many that don't."""

    @initialize(
        share=st.sampled_from([0, 1, 1_000, 10_000]),
        fee=st.integers(0, 500),
        cost=st.integers(0, 500),
        bond=st.integers(0, 200),
        asked=st.integers(1, 2),
        parts=all_parts,
        played=st.tuples(disputes, answering, all_votes),
    )
    def start(
        self,
        share: int,
        fee: int,
        cost: int,
        bond: int,
        asked: int,
        parts: list[int],
        played: tuple[bool, int, list[bool]],
    ) -> None:
        self.build()
        self.begin(self.federation.predictions)
        self.parts = parts
        self.income = self.earned(share) if share else None
        self.wallets = [self.evm.balance(actor) for actor in self.actors]
        self.offer = self.federation.offer(
            enrichment=1 if share else 0,
            fee=fee,
            cost=min(cost, fee),
            bond=bond,
            answers=asked,
            answer_bytes=4,
            answer_blocks=3,
            dispute_blocks=3,
            vote_blocks=3,
        )
        propose = predictions.proposing(self.contract, self.offer, parts)
        self.evm.send(self.actors[0], propose)
        self.evm.send(self.actors[1], predictions.approving(self.contract, 1))
        self.books: list[Request] = []
        self.retired: set[int] = set()
        self.whole_request(*played)

    def earned(self, share: int) -> tuple[int, Reward, int]:
        """The first outsider improved the model for a part of the profit."""
        at = self.federation.brought(share=share)
        self.federation.judged(at, 9_500, 9_500, 9_500)
        self.federation.settled(at)
        assert enrichment.income_of(self.evm, at).share == share
        return MEMBERS, Reward.PROFIT, share

    @rule(actor=actors, content=st.sampled_from([b"?", b"?", b"?", b""]), wrong=off)
    def ask(self, actor: int, content: bytes, wrong: int) -> None:
        value = max(self.offer.fee + wrong, 0)
        call = predictions.asking(self.contract, 1, content, fee=value)

        def told() -> None:
            require(len(self.retired) < MEMBERS // 2 + 1, "ServiceClosed")
            require(actor >= MEMBERS, "IsMember")
            require(value == self.offer.fee, "WrongValue")
            require(content != b"", "BadLength")

        if self.both(actor, call, told):
            made = Request(self.offer, self.parts, self.income, actor, self.evm.number)
            self.books.append(made)

    @rule(actor=actors)
    def retire(self, actor: int) -> None:
        def told() -> None:
            require(actor < MEMBERS, "NotMember")
            require(actor not in self.retired, "AlreadySaid")
            self.retired.add(actor)

        if len(self.books) > 3:
            self.both(actor, predictions.retiring(self.contract, 1), told)

    @precondition(lambda self: self.books)
    @rule(actor=actors, content=answers)
    def answer(self, actor: int, content: bytes) -> None:
        call = predictions.answering(self.contract, len(self.books), content)
        made, now = self.books[-1], self.evm.number
        self.both(actor, call, lambda: made.answer(actor, content, now))

    @precondition(lambda self: self.books)
    @rule(actor=actors, wrong=off)
    def challenge(self, actor: int, wrong: int) -> None:
        value = max(self.offer.bond + wrong, 0)
        call = predictions.challenging(self.contract, len(self.books), bond=value)
        made, now = self.books[-1], self.evm.number
        self.both(actor, call, lambda: made.challenge(actor, value, now))

    @precondition(lambda self: self.books)
    @rule(actor=actors, right=st.booleans())
    def vote(self, actor: int, right: bool) -> None:
        call = predictions.voting(self.contract, len(self.books), right=right)
        made, now = self.books[-1], self.evm.number
        self.both(actor, call, lambda: made.vote(actor, right, now))

    @precondition(lambda self: self.books)
    @rule(actor=actors, back=st.integers(0, 2))
    def settle(self, actor: int, back: int) -> None:
        number = max(len(self.books) - back, 1)
        made = self.books[number - 1]
        call = predictions.settling(self.contract, number, members=MEMBERS)
        if self.both(actor, call, lambda: made.settle(self.evm.number)):
            assert made.due().total() == made.held()
            self.balances += made.due()

    @rule(actor=actors)
    def withdraw(self, actor: int) -> None:
        self.take_out(actor)

    @rule(blocks=st.integers(1, 3))
    def wait(self, blocks: int) -> None:
        self.evm.mine(blocks)

    @rule(disputes=disputes, answering=answering, votes=all_votes)
    def whole_request(self, disputes: bool, answering: int, votes: list[bool]) -> None:
        """A request to its end, with as many answers and votes as there are."""
        before, customer = len(self.books), PARTIES - 1
        self.ask(customer, b"?", 0)
        if len(self.books) == before:
            return
        for one in range(answering):
            self.answer(one, b"1")
        if disputes:
            self.challenge(customer, 0)
        for one, right in enumerate(votes):
            self.vote(one, right)
        self.evm.mine(3)
        self.settle(customer, 0)
        assert self.books[-1].phase(self.evm.number) is Phase.SETTLED

    @rule()
    def deadlines_pass(self) -> None:
        """However silent everybody is, all money comes free."""
        self.evm.mine(3 * 3)
        for back in range(len(self.books)):
            made = self.books[-1 - back]
            if not made.settled:
                number = len(self.books) - back
                call = predictions.settling(self.contract, number, members=MEMBERS)
                assert self.both(ACTORS - 1, call, lambda one=made: one.settle(self.evm.number))
                self.balances += made.due()
        assert self.evm.balance(self.contract) == self.balances.total()

    @invariant()
    def the_books_agree(self) -> None:
        self.check(sum(one.held() for one in self.books if not one.settled))
        for number, made in enumerate(self.books, 1):
            state = predictions.state_of(self.evm, self.contract, number)
            phase = made.phase(self.evm.number)
            assert state.phase is phase
            assert state.right + state.wrong == len(made.votes)
            if phase >= Phase.ENDED:
                assert state.outcome is made.outcome()


Serving.TestCase.settings = settings(max_examples=25, stateful_step_count=16, deadline=None)
TestServing = Serving.TestCase
