"""A bounty market with a store on an in-process chain, and members to act in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from system.bounties import credits, market
from system.bounties.credits import Account
from system.bounties.ledger import Books, booked, movements
from system.bounties.market import State, Tally
from system.bounties.terms import Phase, Terms
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.jobs.board import authorising
from tests.evm import CHAIN_ID, Evm, Receipt, Refused
from tests.unit.encrypted.recorder import Recorder

SUPPLY, LEAST_QUORUM = 10_000, 2
GRANT = 500
CHUNK_BYTES = 24
TASK = "tasks/digits"
TERMS = Terms(
    task_digest=b"t" * 32,
    evaluation_digest=b"e" * 32,
    bounty=100,
    stake=20,
    deposit=5,
    fee=10,
    tolerance=3,
    quorum=2,
    open_blocks=10,
    reveal_blocks=4,
    claim_blocks=4,
    publish_blocks=5,
    vote_blocks=4,
)


def terms(**changes: object) -> Terms:
    """The usual terms with some fields changed."""
    return replace(TERMS, **changes)


def model(solver: str) -> bytes:
    """A solver's model: 50 bytes, three chunks."""
    return (b"the weights of " + solver.encode())[:50]


def digest(solver: str) -> bytes:
    """The digest of the solver's model."""
    return market.model_digest("calldata", model(solver), chunk_bytes=CHUNK_BYTES)


def salt(account: str) -> bytes:
    """The account's 32 random bytes."""
    return bytes.fromhex(account[2:]).rjust(32, b"\x5a")


@dataclass(slots=True)
class House:
    """The contracts and their operator. `chain` answers what a node answers."""

    chain: Recorder
    operator: str
    market: str
    store: str

    @classmethod
    def built(cls, *, supply: int = SUPPLY, least_quorum: int = LEAST_QUORUM) -> House:
        """A market with one store, and nobody registered."""
        chain = Recorder(Evm())
        operator = chain.evm.account()
        place = chain.evm.deploy(artifact("BountyMarket"), supply, least_quorum, sender=operator)
        store = chain.evm.deploy(artifact("CalldataStore"), place, sender=operator)
        chain.send(operator, authorising(place, store))
        return cls(chain, operator, place, store)

    def member(self, amount: int = GRANT, *, sponsor: str = credits.NOBODY) -> str:
        """A new identity with that many credits of the supply."""
        account = self.chain.evm.account()
        self.send(account, credits.registering(self.market, sponsor=sponsor))
        if amount:
            self.send(self.operator, credits.allotting(self.market, account, amount=amount))
        return account

    def send(self, sender: str, *calls: Call) -> list[Receipt]:
        """The receipts of transactions in order."""
        return [self.chain.send(sender, call) for call in calls]

    def refusal(self, sender: str, call: Call) -> str:
        """The name by which a transaction is refused; "" for one that is not."""
        try:
            self.chain.send(sender, call)
        except Refused as error:
            return error.name
        return ""

    def posted(self, owner: str, asked: Terms = TERMS) -> int:
        """A new job of the owner's."""
        [receipt] = self.send(owner, market.posting(self.market, asked, TASK))
        return market.posted_job({"logs": [{"topics": log.topics} for log in receipt.logs]})

    def committing(self, job: int, solver: str, loss: int) -> Call:
        """The transaction that binds a solver to a loss and its own model."""
        made = market.announcement(
            chain_id=CHAIN_ID,
            market=self.market,
            solver=solver,
            job=job,
            loss=loss,
            digest=digest(solver),
            salt=salt(solver),
        )
        return market.committing(self.market, job, commitment=made)

    def announcing(self, job: int, solver: str, loss: int) -> Call:
        """The transaction that opens that."""
        return market.announcing(
            self.market, job, loss=loss, digest=digest(solver), salt=salt(solver)
        )

    def announced(self, job: int, losses: dict[str, int]) -> None:
        """Let solvers commit in this order, and open it all in the next block."""
        for solver, loss in losses.items():
            self.send(solver, self.committing(job, solver, loss))
        self.mine()
        for solver, loss in losses.items():
            self.send(solver, self.announcing(job, solver, loss))

    def publishing(self, job: int, solver: str, payload: bytes = b"") -> list[Call]:
        """The transactions that bring a solver's model."""
        content = payload or model(solver)
        return market.publishing(self.store, "calldata", content, job=job, chunk_bytes=CHUNK_BYTES)

    def published(self, job: int) -> str:
        """Wait for the winner and let it publish; who it is."""
        self.wait_for(job, Phase.PUBLISHING)
        leader = self.state(job).leader
        self.send(leader, *self.publishing(job, leader))
        return leader

    def casting(self, job: int, voter: str, loss: int) -> Call:
        """The transaction that binds a voter to a measured loss."""
        made = market.vote(
            chain_id=CHAIN_ID,
            market=self.market,
            voter=voter,
            job=job,
            turn=self.state(job).turn,
            loss=loss,
            salt=salt(voter),
        )
        return market.casting(self.market, job, ballot=made)

    def opening(self, job: int, voter: str, loss: int) -> Call:
        """The transaction that opens that."""
        return market.opening(self.market, job, loss=loss, salt=salt(voter))

    def voted(self, job: int, losses: dict[str, int]) -> None:
        """Let voters cast and open these losses; then the job is due."""
        for voter, loss in losses.items():
            self.send(voter, self.casting(job, voter, loss))
        self.wait_for(job, Phase.COUNTING)
        for voter, loss in losses.items():
            self.send(voter, self.opening(job, voter, loss))
        self.wait_for(job, Phase.DUE)

    def settled(self, job: int) -> State:
        """Wait until the job is due and settle it; its state then."""
        self.wait_for(job, Phase.DUE)
        self.send(self.chain.evm.account(), market.settling(self.market, job))
        return self.state(job)

    def wait_for(self, job: int, phase: Phase) -> None:
        """Let blocks pass until the job is in that phase."""
        while (state := self.state(job)).phase is not phase:
            assert state.ends_at, f"{state.phase.name} does not lead to {phase.name} by itself"
            self.mine(state.ends_at - self.chain.number)

    def mine(self, blocks: int = 1) -> None:
        """Let blocks pass."""
        self.chain.mine(blocks)

    def state(self, job: int) -> State:
        """How far a job has come."""
        return market.state_of(self.chain, self.market, job)

    def tally(self, job: int, turn: int = 0) -> Tally:
        """The votes of a turn."""
        return market.tally_of(self.chain, self.market, job, turn)

    def account(self, account: str) -> Account:
        """An identity."""
        return credits.account_of(self.chain, self.market, account)

    def own(self, account: str) -> int:
        """What an account can spend."""
        return self.account(account).own

    def books(self) -> Books:
        """Every credit by the events alone."""
        return booked(movements(self.chain, self.market))
