"""Whatever anybody does, in any order: contract and twin agree, and no credit is lost."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from system.bounties import credits, market
from system.bounties.credits import NOBODY, Standing
from system.bounties.ledger import Books, read_movement
from system.bounties.terms import Phase, Terms, Verdict
from system.bounties.twin import Twin
from system.bounties.twin_credits import Bank, Member
from system.bounties.twin_job import EMPTY, Job
from system.chain.abi import call_data
from system.chain.sender import Call
from system.jobs.board import authorising
from system.models.refused import Refused as Forbidden
from tests.evm import CHAIN_ID, Refused
from tests.unit.bounties.house import House, digest, salt, terms

# Members 0 to 5; 6 names 0 its sponsor and 7 has none, both with nothing; 8 is the operator, 9 a
# stranger.
FUNDED, MEMBERS, PEOPLE = 6, 8, 10
actors = st.integers(0, PEOPLE - 1)
often = st.sampled_from([True, True, True, False])
members = st.integers(0, MEMBERS - 1)
funded = st.integers(0, FUNDED - 1)
# Few losses, so that they tie; the tolerance is 1.
losses = st.sampled_from([3, 4, 5, 6, 9])
backs = st.sampled_from([0, 0, 0, 0, 1, 2, -1])
few = st.integers(1, 4)
turns = st.sampled_from([0, 0, 0, 1, 2, 255])
rarely = st.sampled_from([False] * 9 + [True])
# What solvers announce and voters measure, by who they are.
sayings = st.dictionaries(members, losses, max_size=6)
votings = st.dictionaries(members, st.sampled_from([3, 5, 9, 9]), max_size=6)
turnings = st.lists(st.tuples(often, votings, st.integers(0, MEMBERS)), min_size=1, max_size=4)
all_terms = st.builds(
    terms,
    bounty=st.sampled_from([1, 40, 80, 81, 0, 999]),
    stake=st.sampled_from([10, 10, 15, 40, 4]),
    deposit=st.sampled_from([1, 7, 7, 0]),
    fee=st.sampled_from([0, 1, 7, 10]),
    tolerance=st.just(1),
    quorum=st.sampled_from([2, 2, 3, 1]),
    open_blocks=st.sampled_from([3, 3, 1]),
    reveal_blocks=st.just(2),
    claim_blocks=st.just(2),
    publish_blocks=st.just(2),
    vote_blocks=st.just(2),
    task_digest=st.sampled_from([b"t" * 32] * 5 + [EMPTY]),
)
good_terms = st.builds(
    terms,
    bounty=st.sampled_from([1, 40, 79, 80]),
    stake=st.sampled_from([10, 15]),
    deposit=st.sampled_from([1, 7]),
    fee=st.sampled_from([0, 1]),
    tolerance=st.just(1),
    quorum=st.sampled_from([2, 3]),
    open_blocks=st.just(3),
    reveal_blocks=st.just(2),
    claim_blocks=st.just(2),
    publish_blocks=st.just(2),
    vote_blocks=st.just(2),
)


class Bounties(RuleBasedStateMachine):
    """Transactions that mostly fit, and many that don't; the same in the twin; events booked."""

    @initialize(
        supply=st.sampled_from([1_000, 5_000]),
        grant=st.sampled_from([160, 100, 30]),
        first=st.tuples(good_terms, funded, sayings, turnings),
    )
    def build(
        self,
        supply: int,
        grant: int,
        first: tuple[Terms, int, dict[int, int], list[tuple[bool, dict[int, int], int]]],
    ) -> None:
        self.house = House.built(supply=supply)
        self.evm = self.house.chain.evm
        self.people = [self.evm.account() for _ in range(MEMBERS)]
        self.people += [self.house.operator, self.evm.account()]
        bank = Bank(self.house.operator, supply)
        self.twin = Twin(bank, self.house.market, CHAIN_ID, 2, stores={self.house.store})
        self.books = Books()
        self.booked = 0
        for one in range(MEMBERS):
            self.register(one, 0 if one == FUNDED else None)
        for one in range(FUNDED):
            self.allot(8, one, grant)
        self.vouch(0, FUNDED, 20)
        self.whole_job(*first)

    def both(self, actor: int, call: Call, told: Callable[[str], object]) -> bool:
        """Do it in both, which refuse it alike or leave the same; whether they took it."""
        self.twin.now = self.evm.number
        sender, expected, refused = self.people[actor], "", ""
        try:
            told(sender)
        except Forbidden as error:
            expected = error.name
        try:
            self.house.chain.send(sender, call)
        except Refused as error:
            refused = error.name
        assert refused == expected
        return not refused

    @property
    def job(self) -> int:
        """The newest job; 0 before the first."""
        return len(self.twin.jobs)

    def number(self, back: int) -> int:
        """A job's number, that of no job among them."""
        return max(self.job - back, 0)

    def phase(self) -> Phase:
        """Where the newest job is."""
        return self.twin.jobs[self.job].where(self.evm.number)[0]

    def register(self, actor: int, sponsor: int | None) -> None:
        named = NOBODY if sponsor is None else self.people[sponsor]
        call = credits.registering(self.house.market, sponsor=named)
        self.both(actor, call, lambda me: self.twin.bank.register(me, named))

    def allot(self, actor: int, other: int, amount: int) -> None:
        account = self.people[other]
        call = credits.allotting(self.house.market, account, amount=amount)
        self.both(actor, call, lambda me: self.twin.bank.allot(me, account, amount))

    def vouch(self, actor: int, other: int, amount: int) -> None:
        account = self.people[other]
        call = credits.vouching(self.house.market, account, amount=amount)
        self.both(actor, call, lambda me: self.twin.bank.vouch(me, account, amount))

    def recall(self, actor: int, other: int) -> None:
        account = self.people[other]
        call = credits.recalling(self.house.market, account)
        self.both(actor, call, lambda me: self.twin.bank.recall(me, account))

    @rule(
        actor=actors, other=actors, amount=st.sampled_from([0, 9, 25, 900]), how=st.integers(0, 6)
    )
    def move_credits(self, actor: int, other: int, amount: int, how: int) -> None:
        """Register, allot, vouch or recall: by those who may, and by those who may not."""
        if how == 0:
            self.register(actor, other)
        elif how <= 2:
            self.allot(actor if how == 1 else 8, other, amount)
        elif how <= 4:
            self.vouch(actor if how == 3 else 0, other if how == 3 else FUNDED, amount)
        else:
            self.recall(actor if how == 5 else 0, other if how == 5 else FUNDED)

    @rule(actor=actors, loss=losses, back=backs, how=st.integers(0, 5), empty=rarely)
    def solve(self, actor: int, loss: int, back: int, how: int, empty: bool) -> None:
        """One step of a solver's."""
        if how <= 1:
            self.commit(actor, loss, back, empty)
        elif how <= 3:
            self.announce(actor, loss, back)
        elif how == 4:
            self.retire(actor, back)
        else:
            self.claim(actor, back)

    @rule(actor=actors, loss=losses, back=backs, turn=turns, how=st.integers(0, 2), empty=rarely)
    def judge(self, actor: int, loss: int, back: int, turn: int, how: int, empty: bool) -> None:
        """One step of a voter's."""
        if how == 0:
            self.cast(actor, loss, back, empty)
        elif how == 1:
            self.open_vote(actor, loss, back)
        else:
            self.collect(actor, back, turn)

    @rule(actor=actors, asked=all_terms, task=st.sampled_from(["t", "t", "t", "", "ü" * 129]))
    def post(self, actor: int, asked: Terms, task: str) -> None:
        call = market.posting(self.house.market, asked, task)
        self.both(actor, call, lambda me: self.twin.post(me, asked, task))

    def bound(self, job: int, actor: int, loss: int) -> bytes:
        """The commitment to a loss and the actor's model."""
        me = self.people[actor]
        key = {"chain_id": CHAIN_ID, "market": self.house.market, "solver": me, "job": job}
        return market.announcement(**key, loss=loss, digest=digest(me), salt=salt(me))

    def commit(self, actor: int, loss: int, back: int, empty: bool) -> None:
        job = self.number(back)
        made = EMPTY if empty else self.bound(job, actor, loss)
        call = market.committing(self.house.market, job, commitment=made)
        self.both(actor, call, lambda me: self.twin.commit(me, job, made))

    def announce(self, actor: int, loss: int, back: int) -> None:
        job, me = self.number(back), self.people[actor]
        call = self.house.announcing(job, me, loss)
        self.both(actor, call, lambda me: self.twin.announce(me, job, loss, digest(me), salt(me)))

    def retire(self, actor: int, back: int) -> None:
        job = self.number(back)
        self.both(
            actor, market.retiring(self.house.market, job), lambda me: self.twin.retire(me, job)
        )

    def claim(self, actor: int, back: int) -> None:
        job = self.number(back)
        self.both(
            actor, market.claiming(self.house.market, job), lambda me: self.twin.claim(me, job)
        )

    @rule(actor=actors, back=backs, spoils=st.sampled_from([False, False, False, True]))
    def publish(self, actor: int, back: int, spoils: bool) -> None:
        """All chunks of a model; the first one is refused or the last one is, or none."""
        job, me = self.number(back), self.people[actor]
        payload = b"something else, of the same length; by 50 in all.." if spoils else b""
        found = market.model_digest("calldata", payload, chunk_bytes=24) if spoils else digest(me)
        first, *middle, last = self.house.publishing(job, me, payload)
        if not self.both(actor, first, lambda me: self.twin.require_next(me, job)):
            return
        for call in middle:
            self.house.chain.send(me, call)
        self.both(actor, last, lambda me: self.twin.complete(self.house.store, me, job, found))

    def leader_publishes(self, spoils: bool) -> None:
        leader = self.twin.jobs[self.job].leader
        if leader != NOBODY:
            self.publish(self.people.index(leader), 0, spoils)

    def measured(self, job: int, actor: int, loss: int) -> bytes:
        """The commitment to a measured loss."""
        me, made = self.people[actor], self.twin.jobs.get(job)
        key = {"chain_id": CHAIN_ID, "market": self.house.market, "voter": me, "job": job}
        return market.vote(**key, turn=made.turn if made else 0, loss=loss, salt=salt(me))

    def cast(self, actor: int, loss: int, back: int, empty: bool) -> None:
        job = self.number(back)
        ballot = EMPTY if empty else self.measured(job, actor, loss)
        call = market.casting(self.house.market, job, ballot=ballot)
        self.both(actor, call, lambda me: self.twin.cast_vote(me, job, ballot))

    def open_vote(self, actor: int, loss: int, back: int) -> None:
        job, me = self.number(back), self.people[actor]
        call = self.house.opening(job, me, loss)
        self.both(actor, call, lambda me: self.twin.open_vote(me, job, loss, salt(me)))

    def collect(self, actor: int, back: int, turn: int) -> None:
        job = self.number(back)
        call = market.collecting(self.house.market, job, turn)
        self.both(actor, call, lambda me: self.twin.collect(me, job, turn))

    @rule(actor=actors, back=backs)
    def settle(self, actor: int, back: int) -> None:
        job = self.number(back)
        call = market.settling(self.house.market, job)
        self.both(actor, call, lambda me: self.twin.settle(job))

    @rule(actor=st.sampled_from([8, 0, 9]))
    def authorise(self, actor: int) -> None:
        """Whoever may, names an account a store: it can say anything of models."""
        call = authorising(self.house.market, self.people[9])
        self.both(actor, call, lambda me: self.twin.authorise(me, self.people[9]))

    @rule(actor=st.sampled_from([9, 9, 1]), other=members, back=backs, right=st.booleans())
    def complete(self, actor: int, other: int, back: int, right: bool) -> None:
        """A caller that says it is a store."""
        job, worker = self.number(back), self.people[other]
        found = digest(worker) if right else b"?" * 32
        call = completing(self.house.market, worker, job, found)
        self.both(actor, call, lambda me: self.twin.complete(me, worker, job, found))

    @rule(blocks=few)
    def wait(self, blocks: int) -> None:
        self.house.mine(blocks)

    @precondition(lambda self: self.job)
    @rule()
    def wait_out(self) -> None:
        """Let the newest job's phase end."""
        ends_at = self.twin.jobs[self.job].where(self.evm.number)[1]
        self.house.mine(max(ends_at - self.evm.number, 0))

    @rule(asked=good_terms, owner=members, told=sayings)
    def new_job(self, asked: Terms, owner: int, told: dict[int, int]) -> None:
        """A job with announcements, at the end of what can be revealed."""
        self.post(owner, asked, "t")
        for solver, loss in told.items():
            self.commit(solver, loss, 0, False)
        self.house.mine(3)
        for solver, loss in told.items():
            self.announce(solver, loss, 0)
        self.house.mine(2)

    @precondition(lambda self: self.job)
    @rule(
        publishes=often,
        told=votings,
        silent=st.integers(0, 2 * MEMBERS),
        settles=st.booleans(),
    )
    def whole_turn(self, publishes: bool, told: dict[int, int], silent: int, settles: bool) -> None:
        """A claim, a publication or none, votes of which one is not opened; the end of it."""
        for claimant in range(MEMBERS):
            self.claim(claimant, 0)
        if self.phase() is Phase.CLAIMING:
            self.wait_out()
        if publishes:
            self.leader_publishes(False)
        for voter, loss in told.items():
            self.retire(voter, 0)
            self.cast(voter, loss, 0, False)
        self.wait_out()
        for voter, loss in told.items():
            if voter != silent:
                self.open_vote(voter, loss, 0)
        self.wait_out()
        if settles:
            self.settle(9, 0)

    @rule(
        asked=good_terms,
        owner=funded,
        told=sayings,
        turns=turnings,
    )
    def whole_job(
        self,
        asked: Terms,
        owner: int,
        told: dict[int, int],
        turns: list[tuple[bool, dict[int, int], int]],
    ) -> None:
        """A job with several turns: some winners fail, and others claim."""
        self.new_job(asked, owner, told)
        for publishes, votes, silent in turns:
            if self.job:
                self.whole_turn(publishes, votes, silent, True)

    @precondition(lambda self: self.job)
    @rule()
    def all_collect(self) -> None:
        for number, job in self.twin.jobs.items():
            for turn, voter in list(job.votes):
                back = self.job - number
                self.collect(self.people.index(voter), back, turn)

    @precondition(lambda self: self.job)
    @rule()
    def deadlines_pass(self) -> None:
        """However silent everybody is, anybody can bring every job to its end."""
        for number, job in self.twin.jobs.items():
            while self.twin.jobs[number].where(self.evm.number)[0] is not Phase.CLOSED:
                turn = job.turn
                self.house.mine(11)
                self.settle(9, self.job - number)
                assert job.where(self.evm.number)[0] is Phase.CLOSED or job.turn == turn + 1

    @invariant()
    def every_credit_is_accounted_for(self) -> None:
        for log in self.house.chain.logs[self.booked :]:
            if log["topics"][0] == credits.CREDIT:
                self.books.book(read_movement(log))
        self.booked = len(self.house.chain.logs)
        bank, held = self.twin.bank, {n: job.held for n, job in self.twin.jobs.items()}
        assert self.books.conserved
        assert self.books.total == bank.minted - bank.burnt == bank.total(held)
        assert (self.books.minted, self.books.burnt) == (bank.minted, bank.burnt)
        for account in self.people:
            member = bank.accounts.get(account, Member())
            shown = self.house.account(account)
            assert (shown.own, shown.trust) == (member.own, member.trust)
            assert (self.books.own[account], self.books.trust[account]) == (shown.own, shown.trust)
            assert (shown.standing, shown.sponsor) == (member.standing, member.sponsor)
        for number, amount in held.items():
            assert self.books.held[number] == amount

    @invariant()
    def contract_and_twin_agree(self) -> None:
        self.twin.now = self.evm.number
        place = (self.house.chain, self.house.market)
        supply = credits.supply_of(*place)
        assert (supply.minted, supply.burnt) == (self.twin.bank.minted, self.twin.bank.burnt)
        for number, job in list(self.twin.jobs.items())[-2:]:
            assert self.house.state(number) == self.twin.state(number)
            assert market.tally_of(*place, number, job.turn) == job.tally
            for account in self.people[:MEMBERS]:
                assert market.entry_of(*place, account, number) == job.entry(account)
                owed = market.owed_to(*place, account, number, job.turn)
                assert owed == self.twin.owed(account, number, job.turn)

    @invariant()
    def a_job_holds_what_it_owes(self) -> None:
        for number, job in self.twin.jobs.items():
            stakes = sum(entry.own + entry.trust for entry in job.entries.values())
            assert job.held == job.pool + stakes + votes_worth(self.twin, number, job)

    @invariant()
    def bans_come_of_verdicts_alone(self) -> None:
        jobs = self.twin.jobs.values()
        cheats = sum(t.verdict is Verdict.CHEAT for job in jobs for t in job.tallies.values())
        everybody = self.twin.bank.accounts.values()
        banned = sum(member.standing is Standing.BANNED for member in everybody)
        assert banned <= cheats
        assert banned or not cheats
        assert not self.twin.bank.burnt or banned


def votes_worth(twin: Twin, number: int, job: Job) -> int:
    """What voters have in a job or can collect from it."""
    total = 0
    for turn, voter in job.votes:
        judged = job.tallies[turn].verdict is not Verdict.NONE
        total += twin.owed(voter, number, turn) if judged else job.terms.deposit
    return total


def completing(place: str, worker: str, job: int, found: bytes) -> Call:
    """A store's call of the market, by whoever sends it."""
    signature = "complete(address,uint64,uint32,bytes32)"
    return Call(place, call_data(signature, worker, job, 1, found), 0)


Bounties.TestCase.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
TestBounties = Bounties.TestCase
