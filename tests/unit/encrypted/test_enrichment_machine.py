"""Whatever parties and enrichers do, in any order: every wei stays accounted for and comes back."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from system.chain.sender import Call
from system.encrypted.contracts import enrichment
from system.encrypted.contracts.carrying import At
from system.encrypted.contracts.compensation import Plan, Step
from system.encrypted.contracts.enrichment import Phase
from tests.evm import CHAIN_ID
from tests.unit.encrypted.pay_machine import ACTORS, MEMBERS, PARTIES, Paying
from tests.unit.encrypted.pay_twins import Enriched

actors = st.integers(0, ACTORS - 1)
members = st.integers(0, MEMBERS - 1)
accuracies = st.sampled_from([0, 8_999, 9_000, 9_001, 9_050, 9_500, 9_999, 10_000])
all_measured = st.lists(accuracies, min_size=MEMBERS, max_size=MEMBERS)
# In which of the phases who says nothing: mostly nobody.
EVERYBODY = -1
silent_ones = st.lists(
    st.sampled_from([ACTORS] * 2 * ACTORS + [EVERYBODY] * 2 + list(range(ACTORS))),
    min_size=6,
    max_size=6,
)
secrets = st.sampled_from([b"\1" * 32, b"\1" * 32, b"\2" * 32])
off = st.sampled_from([0, 0, 0, 0, -1, 1])
wei = st.integers(0, 200)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, list[Step], list[int]]:
    """A plan by steps or by points, and the escrow's parts."""
    parts = draw(st.lists(wei, min_size=MEMBERS, max_size=MEMBERS).filter(any))
    cap, by_steps = sum(parts), draw(st.booleans())
    steps = [Step(9_000, cap // 2), Step(9_500, cap)] if cap > 1 else [Step(9_500, cap)]
    plan = Plan(
        group=1,
        test_set=b"\1" * 32,
        units=3,
        baseline=draw(st.sampled_from([0, 9_000])),
        per_point=0 if by_steps else draw(st.integers(1, 9)),
        cap=cap,
        silence=draw(st.integers(0, cap)),
        deposit=draw(wei),
        bond=draw(wei),
        back_blocks=3,
        open_blocks=3,
        enrich_blocks=3,
        measure_blocks=3,
        reveal_blocks=3,
    )
    return plan, steps if by_steps else [], parts


class Enriching(Paying):
    """Transactions that mostly fit, and many that don't."""

    @initialize(asked=plans(), silent=silent_ones, measured=all_measured)
    def start(
        self,
        asked: tuple[Plan, list[Step], list[int]],
        silent: list[int],
        measured: list[int],
    ) -> None:
        self.build()
        self.begin(self.federation.enrichment)
        self.books: list[Enriched] = []
        self.whole_plan(asked, silent, measured)

    @rule(actor=members, asked=plans())
    def propose(self, actor: int, asked: tuple[Plan, list[Step], list[int]]) -> None:
        plan, steps, parts = asked
        call = self.federation.proposing(plan, steps, parts)
        assert self.both(actor, call, lambda: None)
        self.books.append(Enriched(plan, steps, parts, MEMBERS // 2 + 1, self.evm.number))

    @property
    def newest(self) -> Enriched:
        """The newest one's books."""
        return self.books[-1]

    @property
    def at(self) -> At:
        """The newest one."""
        return At(self.contract, len(self.books))

    @rule(actor=actors, wrong=off)
    def back(self, actor: int, wrong: int) -> None:
        made = self.newest
        part = made.parts[actor] if actor < MEMBERS else 1
        value = max(part + made.plan.bond + wrong, 0)
        call = enrichment.backing(self.at, part=value, bond=0)
        self.both(actor, call, lambda: made.back(actor, value, self.evm.number))

    @rule(actor=actors, wrong=off)
    def take(self, actor: int, wrong: int) -> None:
        made = self.newest
        value = max(made.plan.deposit + wrong, 0)
        call = enrichment.taking(self.at, deposit=value)
        now = self.evm.number
        self.both(actor, call, lambda: made.take(actor, value, now, parties=PARTIES))

    @rule(actor=actors, wrong=off)
    def bring(self, actor: int, wrong: int) -> None:
        made = self.newest
        chunk = max(made.chunks + wrong, 0)
        length = 64 if chunk == 0 else 32
        key = (self.at.number, chunk, bytes(length))
        call = Call(self.contract, enrichment.call_data(enrichment.BRING, *key), 0)
        self.both(actor, call, lambda: made.bring(actor, chunk, self.evm.number))

    @rule(actor=actors, accuracy=accuracies, secret=secrets)
    def commit(self, actor: int, accuracy: int, secret: bytes) -> None:
        made, who = self.newest, self.actors[actor]
        word = enrichment.commitment(self.at, who, accuracy, secret, chain_id=CHAIN_ID)
        call = enrichment.committing(self.at, word)
        now = self.evm.number
        self.both(actor, call, lambda: made.commit(actor, accuracy, secret, now))

    @rule(actor=actors, accuracy=accuracies | st.just(10_001), secret=secrets)
    def reveal(self, actor: int, accuracy: int, secret: bytes) -> None:
        call = enrichment.revealing(self.at, accuracy, secret)
        made, now = self.newest, self.evm.number
        self.both(actor, call, lambda: made.reveal(actor, accuracy, secret, now))

    @rule(actor=actors)
    def reveal_what_was_committed(self, actor: int) -> None:
        self.reveal(actor, *self.newest.committed.get(actor, (9_000, b"\1" * 32)))

    @rule(actor=actors, back=st.integers(0, 2))
    def settle(self, actor: int, back: int) -> None:
        number = len(self.books) - back
        if number < 1:
            return
        made = self.books[number - 1]
        call = enrichment.settling(At(self.contract, number), members=MEMBERS)
        if self.both(actor, call, lambda: made.settle(self.evm.number)):
            assert made.due().total() == made.held()
            self.balances += made.due()

    @rule(actor=actors)
    def withdraw(self, actor: int) -> None:
        self.take_out(actor)

    @rule(blocks=st.integers(1, 3))
    def wait(self, blocks: int) -> None:
        self.evm.mine(blocks)

    @rule(silent=actors, measured=all_measured)
    def go_on(self, silent: int, measured: list[int]) -> None:
        """All but one do what the phase is for; where that is not enough its deadline passes."""
        phase = self.newest.phase(self.evm.number)
        if phase in (Phase.ENDED, Phase.SETTLED):
            return self.settle(ACTORS - 1, 0)
        for one in range(ACTORS - 1):
            if silent not in (one, EVERYBODY):
                self.do(one, phase, measured)
        if self.newest.phase(self.evm.number) is phase:
            self.evm.mine(3)
        return None

    def do(self, actor: int, phase: Phase, measured: list[int]) -> None:
        """What an actor has to do in a phase, if anything; the first outsider enriches."""
        is_member = actor < MEMBERS
        if phase is Phase.BACKING and is_member:
            self.back(actor, 0)
        elif phase is Phase.OPEN and actor == MEMBERS:
            self.take(actor, 0)
        elif phase is Phase.ENRICHING and actor == MEMBERS:
            for _ in range(2):
                self.bring(actor, 0)
        elif phase is Phase.MEASURING and is_member:
            self.commit(actor, measured[actor], b"\1" * 32)
        elif phase is Phase.REVEALING and is_member:
            self.reveal_what_was_committed(actor)

    @rule(asked=plans(), silent=silent_ones, measured=all_measured)
    def whole_plan(
        self,
        asked: tuple[Plan, list[Step], list[int]],
        silent: list[int],
        measured: list[int],
    ) -> None:
        """A plan to its end, with perhaps somebody silent in each phase."""
        self.propose(0, asked)
        for one in silent:
            self.go_on(one, measured)
        assert self.newest.settled

    @precondition(lambda self: self.books)
    @rule()
    def deadlines_pass(self) -> None:
        """However silent everybody is, all money comes free."""
        self.evm.mine(5 * 3)
        for back, made in enumerate(reversed(self.books)):
            if not made.settled:
                call = enrichment.settling(
                    At(self.contract, len(self.books) - back), members=MEMBERS
                )
                assert self.both(ACTORS - 1, call, lambda one=made: one.settle(self.evm.number))
                self.balances += made.due()
        assert self.evm.balance(self.contract) == self.balances.total()

    @invariant()
    def the_books_agree(self) -> None:
        self.check(sum(one.held() for one in self.books if not one.settled))
        for number, made in enumerate(self.books, 1):
            state = enrichment.state_of(self.evm, At(self.contract, number))
            phase = made.phase(self.evm.number)
            assert state.phase is phase
            assert (state.backed, state.committed) == (len(made.backed), len(made.committed))
            if phase >= Phase.ENDED:
                assert state.outcome is made.outcome()
            if made.settled:
                assert state.paid == made.paid() <= made.plan.cap


Enriching.TestCase.settings = settings(max_examples=25, stateful_step_count=16, deadline=None)
TestEnriching = Enriching.TestCase
