"""Whatever workers, outsiders and the server do, in any order: every wei stays accounted for."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from system.chain.compiler import artifact
from system.chain.sender import Call
from system.jobs import market, registry
from system.jobs.market import Phase, Terms, TieRule
from system.weights.digest import chained_digest
from tests.evm import Receipt, Refused
from tests.unit.market.house import MODES, WEIGHTS, House, result, terms
from tests.unit.market.ledger import Account

WORKERS = 5
NAMES = {
    entry["name"]
    for contract in ("JobMarket", "WorkerRegistry", "CalldataStore")
    for entry in artifact(contract).abi
    if entry["type"] == "error"
}
few = st.integers(1, 5)
turns = st.integers(0, 2)
# Workers 0 to 4; 5 is the server, 6 an outsider that never joined.
actors = st.integers(0, WORKERS + 1)
answers = st.sampled_from("aab").map(result)

all_answers = st.lists(answers, min_size=WORKERS, max_size=WORKERS)
all_terms = st.builds(
    lambda mode, **others: terms(
        privacy=mode[0],
        results=mode[1],
        publish_blocks=3,
        commit_blocks=4,
        reveal_blocks=3,
        delivery_blocks=2,
        **others,
    ),
    mode=st.sampled_from(MODES),
    seats=few,
    quorum=st.integers(1, 2),
    tie_rule=st.sampled_from(TieRule),
    payment=st.integers(0, 5_000),
    deposit=st.integers(0, 700),
)


class Market(RuleBasedStateMachine):
    """Transactions that mostly fit, and many that don't; a second set of books beside them."""

    @initialize(limit=st.integers(1, 2))
    def build(self, limit: int) -> None:
        self.house = House.built(limit=limit)
        self.evm = self.house.evm
        self.workers = [self.house.worker() for _ in range(WORKERS)]
        self.actors = [*self.workers, self.house.server, self.evm.account()]
        self.wallets = {actor: self.evm.balance(actor) for actor in self.actors}
        self.total = sum(self.wallets.values())
        self.balances: dict[str, int] = defaultdict(int)
        self.jobs: dict[int, Account] = {}
        self.phases: dict[int, Phase] = {}

    def attempt(self, sender: str, call: Call) -> Receipt | None:
        """What a transaction left, booked; None where it was refused, which moves no wei."""
        refused = ""
        try:
            receipt = self.evm.send(sender, call)
        except Refused as error:
            refused = error.name
        if refused:
            assert refused in NAMES
            return None
        self.wallets[sender] -= call.value
        for log in receipt.logs:
            self.book(log.topics, bytes.fromhex(log.data[2:]))
        return receipt

    def book(self, topics: list[str], data: bytes) -> None:
        """Note an event in the books."""
        kind, worker, *rest = topics
        worker = next((one for one in self.actors if one[2:].lower() == worker[-40:]), "")
        account = self.jobs.get(int((rest or ["0x0"])[0], 16))
        if kind == market.COUNTED:
            account.counted.append((worker, data[:32]))
        elif kind == market.DELIVERED:
            account.delivered = int.from_bytes(data[32:64], "big")
        elif kind == market.PICKED:
            account.seated.add(worker)
        elif kind == market.CLAIMED:
            assert worker not in account.claimed
            account.claimed.add(worker)
            self.balances[worker] += account.due()[worker]
        elif kind == market.WITHDRAWN:
            self.wallets[worker] += self.balances.pop(worker)
        elif kind == market.JOB_CLOSED:
            account = self.jobs[int(topics[1], 16)]
            account.closed = True
            self.balances[self.house.server] += account.refund()

    @property
    def job(self) -> int:
        """The newest job; 0 before the first one."""
        return len(self.jobs)

    @rule(asked=all_terms, publish=st.booleans())
    def deploy(self, asked: Terms, publish: bool) -> None:
        receipt = self.attempt(self.house.server, market.deploying(self.house.market, asked))
        if receipt is not None:
            self.jobs[market.last_job(self.evm, self.house.market)] = Account(asked)
            if publish:
                self.publish(WORKERS)

    @rule(actor=actors)
    def publish(self, actor: int) -> None:
        for call in market.publishing(self.house.market, WEIGHTS, job=self.job):
            self.attempt(self.actors[actor], call)

    @rule(actor=actors)
    def cancel(self, actor: int) -> None:
        self.attempt(self.actors[actor], market.cancelling(self.house.market, self.job))

    @precondition(lambda self: self.jobs)
    @rule(actor=actors, chunks=answers, takes=st.booleans())
    def bind(self, actor: int, chunks: list[bytes], takes: bool) -> None:
        worker, asked = self.actors[actor], self.jobs[self.job].terms
        if takes:
            self.attempt(worker, self.house.picking(self.job))
        for call in self.house.binding(self.job, worker, chunks, asked):
            self.attempt(worker, call)

    @precondition(lambda self: self.jobs)
    @rule(actor=actors, chunks=answers)
    def reveal(self, actor: int, chunks: list[bytes]) -> None:
        worker, asked = self.actors[actor], self.jobs[self.job].terms
        for call in self.house.revealing(self.job, worker, chunks, asked):
            self.attempt(worker, call)

    @rule(asked=all_terms, chunks=all_answers, silent=actors, turns=turns, closes=st.booleans())
    def whole_job(
        self, asked: Terms, chunks: list[list[bytes]], silent: int, turns: int, closes: bool
    ) -> None:
        """A job, or what is left of one, in which everybody but one does all there is to do."""
        self.deploy(asked, True)
        if not self.jobs:
            return  # refused: more results asked for than seats
        for actor in range(WORKERS):
            self.bind(actor, chunks[actor], True)
        self.wait_out(Phase.COMMITTING)
        for actor in set(range(WORKERS)) - {silent}:
            self.reveal(actor, chunks[actor])
        self.wait_out(Phase.REVEALING)
        for _ in range(turns):
            self.wait_out(Phase.DELIVERING)
        self.deliver()
        if closes:
            self.close(WORKERS + 1, 0)

    def wait_out(self, phase: Phase) -> None:
        """Let a phase that the job is in end, or a turn of it."""
        state = self.house.state(self.job)
        if state.phase is phase:
            self.evm.mine(state.ends_at - self.evm.number)

    @precondition(lambda self: self.jobs)
    @rule(actor=actors, chunks=answers)
    def carry(self, actor: int, chunks: list[bytes]) -> None:
        """Weights through the store: as a result, as a delivery, or out of place."""
        for call in self.house.carrying(self.job, chunks):
            self.attempt(self.actors[actor], call)

    @precondition(lambda self: self.jobs)
    @rule()
    def deliver(self) -> None:
        state = self.house.state(self.job)
        if state.phase is not Phase.DELIVERING:
            return
        place = (self.job, state.digest, state.turn)
        member = market.member_at(self.evm, self.house.market, *place)
        chunks = next(r for r in map(result, "ab") if chained_digest(r) == state.digest)
        for call in self.house.carrying(self.job, chunks):
            assert self.attempt(member, call) is not None
        assert self.jobs[self.job].delivered == state.turn

    @rule(actor=actors, back=st.integers(-1, 2))
    def close(self, actor: int, back: int) -> None:
        self.attempt(self.actors[actor], market.closing(self.house.market, max(self.job - back, 0)))

    @rule(actor=actors, back=st.integers(-1, 3), then_out=st.booleans())
    def claim(self, actor: int, back: int, then_out: bool) -> None:
        job = max(self.job - back, 0)
        self.attempt(self.actors[actor], market.claiming(self.house.market, job))
        if then_out:
            self.attempt(self.actors[actor], market.withdrawing(self.house.market))

    @rule(actor=actors)
    def withdraw(self, actor: int) -> None:
        self.attempt(self.actors[actor], market.withdrawing(self.house.market))

    @rule(actor=actors, joins=st.booleans())
    def come_or_go(self, actor: int, joins: bool) -> None:
        step = registry.joining if joins else registry.leaving
        self.attempt(self.actors[actor], step(self.house.registry))

    @rule(blocks=few)
    def wait(self, blocks: int) -> None:
        self.evm.mine(blocks)

    @precondition(lambda self: self.jobs)
    @rule()
    def deadlines_pass(self) -> None:
        """However silent everybody is, any account can close any job in the end."""
        self.evm.mine(3 + 4 + 3 + 2 * WORKERS)
        for job, account in self.jobs.items():
            if not account.closed:
                call = market.closing(self.house.market, job)
                assert self.attempt(self.actors[-1], call) is not None

    @invariant()
    def every_wei_is_accounted_for(self) -> None:
        held = self.evm.balance(self.house.market)
        assert {actor: self.evm.balance(actor) for actor in self.actors} == self.wallets
        assert sum(self.wallets.values()) + held == self.total
        owed = sum(account.owes() for account in self.jobs.values())
        assert held == owed + sum(self.balances.values())
        for actor in self.actors:
            balance = market.balance_of(self.evm, self.house.market, actor)
            assert balance == self.balances.get(actor, 0)

    @invariant()
    def closed_jobs_owe_what_the_rules_say(self) -> None:
        for job, account in self.jobs.items():
            left = {w: wei for w, wei in account.due().items() if w not in account.claimed}
            for worker in self.workers:
                expected = left.get(worker, 0) if account.closed else 0
                assert self.house.owed(worker, job) == expected

    @invariant()
    def phases_are_passed_in_order(self) -> None:
        for job, account in self.jobs.items():
            state = self.house.state(job)
            assert state.phase >= self.phases.get(job, Phase.PUBLISHING)
            assert (state.phase is Phase.CLOSED) == account.closed
            assert state.picked == len(account.seated) <= account.terms.seats
            assert state.counted == len(account.counted) <= state.committed <= state.picked
            self.phases[job] = state.phase


Market.TestCase.settings = settings(max_examples=50, stateful_step_count=16, deadline=None)
TestMarket = Market.TestCase
