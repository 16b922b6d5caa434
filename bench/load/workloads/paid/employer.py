"""The market's server in a swarm: jobs are there before they are needed, and closed at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bench.load.account import Account
from bench.load.session import Session
from bench.load.workloads import Call, Hands
from bench.load.workloads.calls import calls
from bench.load.workloads.loans import loans
from bench.load.workloads.paid.job import Job
from bench.load.workloads.paid.terms import BINDING, LENT, Supply
from system.chain.keys import address_of, derive_key
from system.jobs import market
from system.jobs.market import Phase, Terms
from system.jobs.results import Place
from system.jobs.server import job_calls


def server_key(seed: int, session: str) -> bytes:
    """The 32-byte key of a session's server: no two sessions share its nonces."""
    return derive_key(f"{seed}|{session}", "server", 0)


@dataclass(slots=True)
class Employer:
    """Process 0's: its transactions are overhead and no submissions. `deployed` counts jobs."""

    session: Session
    place: Place
    terms: Terms
    weights: bytes
    hands: Hands
    supply: Supply
    processes: int
    deployed: int
    account: Account = field(init=False)
    _closing: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        key = server_key(self.session.seed, self.session.id)
        self.account = Account(index=0, key=key, address=address_of(key))
        self.account.nonce = self.hands.nonce(self.account)

    def lend(self) -> None:
        """Give every worker the wei for its deposits.

        The jobs are deployed with later nonces: who sees one in a block has its ether.
        """
        self._send(loans(self.session, self.processes, LENT))

    def close(self, jobs: Iterable[Job], block: int) -> None:
        """Close the jobs that have ended before `block`."""
        for job in jobs:
            if job.number not in self._closing and job.phase(block) is Phase.ENDED:
                self._closing.add(job.number)
                self._send(calls([market.closing(self.place.market, job.number)]))

    def deploy(self, jobs: Collection[Job], *, seen: int, block: int) -> None:
        """Deploy what the workers will need from `block` on.

        Jobs above number `seen` were sent and are in no block yet.
        """
        free = [0] * self.processes
        for job in jobs:
            free[job.number % self.processes] += job.free(block, least_blocks=BINDING)
        for number in range(seen + 1, self.deployed + 1):
            free[number % self.processes] += self.terms.seats
        unclosed = sum(job.closed is None for job in jobs) + self.deployed - seen
        while min(free) < self.supply.seats_ahead and unclosed < self.supply.limit:
            self.deployed += 1
            unclosed += 1
            free[self.deployed % self.processes] += self.terms.seats
            self._publish(self.deployed)

    def _publish(self, job: int) -> None:
        terms = replace(self.terms, batch_index=job)
        made = job_calls(self.place, terms, job=job, weights=self.weights, batches=None)
        self._send(calls(made))

    def _send(self, made: Sequence[Call]) -> None:
        self.hands.send(self.account, made)
