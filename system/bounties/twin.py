"""The bounty market's rules in Python: what the contract does, and by which name it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from system.bounties import market
from system.bounties.credits import NOBODY, Standing
from system.bounties.market import State
from system.bounties.terms import TURNS, Ballot, Outcome, Phase, Terms, Verdict
from system.bounties.twin_credits import Bank, Member, require
from system.bounties.twin_job import EMPTY, Job, check


@dataclass(slots=True)
class Twin:
    """A market's twin; `now` is the block that transactions are in, accounts are addresses.

    What is refused raises Refused by the contract's name for it, and changes nothing.
    """

    bank: Bank
    address: str
    chain_id: int
    least_quorum: int
    now: int = 0
    jobs: dict[int, Job] = field(default_factory=dict)
    stores: set[str] = field(default_factory=set)

    def authorise(self, sender: str, store: str) -> None:
        """Let a store bring models."""
        require(sender == self.bank.operator, "NotOperator")
        self.stores.add(store)

    def post(self, sender: str, terms: Terms, task: str) -> int:
        """Post a job; its number."""
        member = self.bank.member(sender)
        check(terms, task, self.least_quorum)
        self.bank.take(member, terms.bounty)
        number = len(self.jobs) + 1
        ends = self.now + terms.open_blocks
        self.jobs[number] = Job(terms, sender, ends, terms.bounty, terms.bounty)
        return number

    def commit(self, sender: str, number: int, commitment: bytes) -> None:
        """Bind a solver."""
        require(commitment != EMPTY, "EmptyCommitment")
        member = self.bank.member(sender)
        job = self._in(number, Phase.ANNOUNCING)
        require(job.owner != sender, "OwnJob")
        entry = job.entry(sender)
        if sender not in job.entries:
            own, trust = self.bank.take_stake(member, job.terms.stake)
            entry = replace(entry, own=own, trust=trust)
            job.held += job.terms.stake
        job.commitments += 1
        job.entries[sender] = replace(
            entry, commitment=commitment, committed_at=self.now, pending=job.commitments
        )

    def announce(self, sender: str, number: int, loss: int, digest: bytes, salt: bytes) -> None:
        """Open a solver's commitment."""
        self.bank.member(sender)
        job = self._job(number)
        require(job.where(self.now)[0] <= Phase.REVEALING, "WrongPhase")
        entry = job.entry(sender)
        require(entry.commitment != EMPTY, "NoCommitment")
        require(self.now > entry.committed_at, "TooSoon")
        made = market.announcement(
            chain_id=self.chain_id,
            market=self.address,
            solver=sender,
            job=number,
            loss=loss,
            digest=digest,
            salt=salt,
        )
        require(made == entry.commitment, "CommitmentMismatch")
        require(digest != EMPTY, "EmptyDigest")
        require(entry.digest == EMPTY or loss < entry.loss, "NotBetter")
        job.entries[sender] = replace(
            entry, commitment=EMPTY, digest=digest, order=entry.pending, loss=loss
        )
        job.lead(sender)

    def retire(self, sender: str, number: int) -> None:
        """Leave a job."""
        job = self.jobs.get(number)
        require(job is not None and sender in job.entries, "NoEntry")
        assert job is not None
        counts = job.entry(sender).digest != EMPTY and job.where(self.now)[0] <= Phase.REVEALING
        require(not counts and job.leader != sender, "AtStake")
        entry = job.entries.pop(sender)
        job.held -= entry.own + entry.trust
        self.bank.give(sender, entry.own, entry.trust)

    def claim(self, sender: str, number: int) -> None:
        """Put an announcement forward."""
        self.bank.member(sender)
        job = self._in(number, Phase.CLAIMING)
        require(job.entry(sender).digest != EMPTY, "NoEntry")
        require(job.lead(sender), "Outbid")

    def require_next(self, worker: str, number: int) -> Job:
        """The job, if the worker is the one to publish a model for it."""
        self.bank.member(worker)
        job = self._in(number, Phase.PUBLISHING)
        require(job.leader == worker, "NotYourTurn")
        return job

    def complete(self, sender: str, worker: str, number: int, digest: bytes) -> None:
        """Take a whole model from a store."""
        require(sender in self.stores, "NotStore")
        job = self.require_next(worker, number)
        require(digest == job.entry(worker).digest, "WrongDigest")
        job.published_at = self.now

    def cast_vote(self, sender: str, number: int, ballot: bytes) -> None:
        """Bind a voter."""
        require(ballot != EMPTY, "EmptyCommitment")
        member = self.bank.member(sender)
        job = self._in(number, Phase.VOTING)
        require(not self._interested(job, sender, member), "Interested")
        require((job.turn, sender) not in job.votes, "AlreadyVoted")
        self.bank.take(member, job.terms.deposit)
        job.held += job.terms.deposit
        job.votes[job.turn, sender] = (ballot, Ballot.CAST)
        job.tallies[job.turn] = replace(job.tally, cast=job.tally.cast + 1)

    def open_vote(self, sender: str, number: int, loss: int, salt: bytes) -> None:
        """Open a ballot."""
        self.bank.member(sender)
        job = self._in(number, Phase.COUNTING)
        ballot, step = job.votes.get((job.turn, sender), (EMPTY, Ballot.NONE))
        require(step is not Ballot.NONE, "NoCommitment")
        require(step is Ballot.CAST, "AlreadyVoted")
        made = market.vote(
            chain_id=self.chain_id,
            market=self.address,
            voter=sender,
            job=number,
            turn=job.turn,
            loss=loss,
            salt=salt,
        )
        require(made == ballot, "CommitmentMismatch")
        cheat = loss > job.entry(job.leader).loss + job.terms.tolerance
        job.votes[job.turn, sender] = (EMPTY, Ballot.CHEAT if cheat else Ballot.HONEST)
        tally = job.tally
        job.tallies[job.turn] = replace(
            tally, cheat=tally.cheat + cheat, honest=tally.honest + (not cheat)
        )

    def owed(self, voter: str, number: int, turn: int) -> int:
        """What a voter can collect."""
        job = self.jobs.get(number)
        if job is None or turn not in job.tallies:
            return 0
        _, step = job.votes.get((turn, voter), (EMPTY, Ballot.NONE))
        tally, deposit = job.tallies[turn], job.terms.deposit
        if step not in (Ballot.HONEST, Ballot.CHEAT):
            return 0
        if tally.verdict is Verdict.UNPROVEN:
            return deposit
        side = {Ballot.HONEST: Verdict.HONEST, Ballot.CHEAT: Verdict.CHEAT}[step]
        return deposit + tally.share if side is tally.verdict else 0

    def collect(self, sender: str, number: int, turn: int) -> None:
        """Give a voter what it is owed."""
        amount = self.owed(sender, number, turn)
        require(amount > 0, "NothingOwed")
        job = self.jobs[number]
        job.votes[turn, sender] = (EMPTY, Ballot.COLLECTED)
        job.held -= amount
        self.bank.give(sender, amount)

    def settle(self, number: int) -> None:
        """Move on a job that is due."""
        job = self._in(number, Phase.DUE)
        failed = job.leader
        if job.published_at is not None:
            if not self._judged_cheat(job):
                return self._close(job, failed, Outcome.PAID)
        elif failed != NOBODY:
            entry = job.entries.pop(failed)
            job.pool += entry.own + entry.trust
        job.leader = NOBODY
        if failed == NOBODY or job.standing == 0 or job.turn + 1 == TURNS:
            return self._close(job, job.owner, Outcome.REFUNDED)
        job.turn += 1
        job.claiming, job.published_at = True, None
        job.ends_open = self.now + job.terms.claim_blocks

    def state(self, number: int) -> State:
        """How far a job has come."""
        job = self._job(number)
        phase, ends_at = job.where(self.now)
        return State(
            phase,
            job.outcome,
            ends_at,
            job.owner,
            job.turn,
            job.leader,
            job.pool,
            job.held,
            job.standing,
            job.commitments,
        )

    def _job(self, number: int) -> Job:
        require(number in self.jobs, "UnknownJob")
        return self.jobs[number]

    def _in(self, number: int, phase: Phase) -> Job:
        job = self._job(number)
        require(job.where(self.now)[0] is phase, "WrongPhase")
        return job

    def _interested(self, job: Job, voter: str, member: Member) -> bool:
        guarantor = self.bank.sponsor_of(job.leader) == voter and job.entry(job.leader).trust > 0
        sponsored = member.sponsor in (job.owner, job.leader)
        return voter == job.owner or voter in job.entries or guarantor or sponsored

    def _judged_cheat(self, job: Job) -> bool:
        """Decide on the leader's model: its stake moves, and the fee."""
        solver, fee = job.leader, job.terms.fee
        verdict, rest = job.judge()
        entry = job.entries.pop(solver)
        own, trust = entry.own, entry.trust
        job.pool += rest
        if verdict is Verdict.CHEAT:
            self.bank.accounts[solver].standing = Standing.BANNED
            paid = min(fee, own)
            own, trust = own - paid, trust - (fee - paid)
        elif verdict is Verdict.HONEST:
            job.pool -= fee
        job.held -= own + trust
        self.bank.give(solver, own, trust)
        return verdict is Verdict.CHEAT

    def _close(self, job: Job, winner: str, outcome: Outcome) -> None:
        amount, job.pool = job.pool, 0
        job.held -= amount
        job.outcome = outcome
        self.bank.give(winner, amount)
