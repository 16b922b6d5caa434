"""A market with its registry and stores on an in-process chain, and workers to act in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from system.chain.compiler import artifact
from system.chain.sender import Call
from system.jobs import market, registry
from system.jobs.board import authorising
from system.jobs.calldata import submit_calldata
from system.jobs.market import Privacy, Results, Seat, State, Terms, TieRule
from system.weights.digest import chained_digest
from tests.evm import CHAIN_ID, Evm, Receipt

GAS = 1_000_000
WEIGHTS = [b"weights of the model"]
PAYMENT, DEPOSIT = 1_000, 300
TERMS = Terms(
    weights_digest=chained_digest(WEIGHTS),
    payment=PAYMENT,
    deposit=DEPOSIT,
    weight_count=5,
    chunk_count=1,
    result_chunk_bytes=64,
    seats=3,
    quorum=1,
    publish_blocks=5,
    commit_blocks=10,
    reveal_blocks=10,
    delivery_blocks=4,
)
# Every way a job can go: sealed digests are refused.
MODES = [
    (privacy, results)
    for privacy in Privacy
    for results in Results
    if (privacy, results) != (Privacy.SEALED, Results.HASH)
]


def terms(**changes: object) -> Terms:
    """The usual terms with some fields changed."""
    return replace(TERMS, **changes)


def result(name: str) -> list[bytes]:
    """The chunks of a result, which differ from name to name."""
    return [f"result {name}, chunk {index}".encode() for index in range(2)]


@dataclass(slots=True)
class House:
    """The contracts, the server and what workers have to know to act."""

    evm: Evm
    server: str
    registry: str
    market: str
    store: str

    @classmethod
    def built(cls, *, limit: int = 1, evm: Evm | None = None) -> House:
        """A market with one store and nobody registered."""
        evm = evm or Evm()
        server = evm.account(10**30)
        workers = evm.deploy(artifact("WorkerRegistry"), sender=server)
        place = evm.deploy(artifact("JobMarket"), workers, limit, sender=server)
        store = evm.deploy(artifact("CalldataStore"), place, sender=server)
        evm.send(server, registry.appointing(workers, place))
        evm.send(server, authorising(place, store))
        return cls(evm, server, workers, place, store)

    def worker(self) -> str:
        """A new worker that has joined."""
        account = self.evm.account()
        self.evm.send(account, registry.joining(self.registry))
        return account

    def deployed(self, asked: Terms = TERMS) -> int:
        """A new job whose weights are still to come."""
        receipt = self.evm.send(self.server, market.deploying(self.market, asked))
        return int(receipt.named(market.JOB_DEPLOYED)[0].topics[1], 16)

    def started(self, asked: Terms = TERMS) -> int:
        """A new job that can be picked up."""
        job = self.deployed(asked)
        for call in market.publishing(self.market, WEIGHTS, job=job):
            self.evm.send(self.server, call)
        return job

    def picked(self, job: int, worker: str) -> Receipt:
        """Take a seat."""
        return self.evm.send(worker, self.picking(job))

    def picking(self, job: int) -> Call:
        """The transaction that takes a seat for the job's own deposit."""
        deposit = market.terms_of(self.evm, self.market, job).deposit
        return market.picking(self.market, job, deposit=deposit)

    def commitment(self, worker: str, job: int, digest: bytes) -> bytes:
        """The commitment to a digest under the worker's secret."""
        return market.commitment(
            chain_id=CHAIN_ID,
            market=self.market,
            worker=worker,
            job=job,
            digest=digest,
            secret=secret(worker),
        )

    def committing(self, job: int, worker: str, chunks: list[bytes]) -> Call:
        """The transaction that commits a worker to these chunks."""
        bound = self.commitment(worker, job, chained_digest(chunks))
        return market.committing(self.market, job, commitment=bound)

    def opening(self, job: int, worker: str, chunks: list[bytes]) -> Call:
        """The transaction that opens that commitment."""
        digest = chained_digest(chunks)
        return market.opening(self.market, job, digest=digest, secret=secret(worker))

    def carrying(self, job: int, chunks: list[bytes]) -> list[Call]:
        """The transactions that bring these chunks through the store."""
        return [
            Call(
                self.store,
                submit_calldata(chunk, sequence=job, index=index, count=len(chunks)),
                GAS,
            )
            for index, chunk in enumerate(chunks)
        ]

    def bind(self, job: int, worker: str, chunks: list[bytes]) -> None:
        """Take a seat and do what binds the worker to a result while the job is Committing."""
        asked = market.terms_of(self.evm, self.market, job)
        self.picked(job, worker)
        self.send(worker, *self.binding(job, worker, chunks, asked))

    def binding(self, job: int, worker: str, chunks: list[bytes], asked: Terms) -> list[Call]:
        """What binds a worker that has its seat."""
        if asked.privacy is Privacy.PLAIN:
            by_hash = asked.results is Results.HASH
            return [self.opening(job, worker, chunks)] if by_hash else self.carrying(job, chunks)
        calls = [self.committing(job, worker, chunks)]
        hidden = [b"sealed " + chunk for chunk in chunks]
        return calls + (self.carrying(job, hidden) if asked.privacy is Privacy.SEALED else [])

    def reveal(self, job: int, worker: str, chunks: list[bytes]) -> None:
        """What a bound worker does while the job is Revealing."""
        asked = market.terms_of(self.evm, self.market, job)
        self.send(worker, *self.revealing(job, worker, chunks, asked))

    def revealing(self, job: int, worker: str, chunks: list[bytes], asked: Terms) -> list[Call]:
        """What reveals a bound worker's result; nothing for a plain one."""
        if asked.privacy is Privacy.PLAIN:
            return []
        whole = asked.privacy is Privacy.COMMIT and asked.results is Results.WEIGHTS
        return [self.opening(job, worker, chunks), *(self.carrying(job, chunks) if whole else [])]

    def closed(self, job: int) -> State:
        """Close the job; its state then."""
        self.evm.send(self.evm.account(), market.closing(self.market, job))
        return self.state(job)

    def paid_out(self, worker: str, job: int) -> int:
        """Claim and withdraw; by how much the worker's account grew, in wei."""
        before = self.evm.balance(worker)
        self.send(worker, market.claiming(self.market, job), market.withdrawing(self.market))
        return self.evm.balance(worker) - before

    def send(self, sender: str, *calls: Call) -> list[Receipt]:
        """The receipts of transactions in order."""
        return [self.evm.send(sender, call) for call in calls]

    def state(self, job: int) -> State:
        """How far the job has come."""
        return market.state_of(self.evm, self.market, job)

    def seat(self, worker: str, job: int) -> Seat:
        """What the worker did."""
        return market.seat_of(self.evm, self.market, worker, job)

    def owed(self, worker: str, job: int) -> int:
        """What the closed job owes the worker."""
        return market.owed_to(self.evm, self.market, worker, job)


def secret(worker: str) -> bytes:
    """The 32 secret bytes of a worker."""
    return bytes.fromhex(worker[2:]).rjust(32, b"\x5a")


FIRST = TieRule.FIRST
