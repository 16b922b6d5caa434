"""The paid jobs' traffic of one process: who has a seat where, and what each sends when."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from bench.load.account import STRIDE, Account
from bench.load.session import Session
from bench.load.submission import Submission
from bench.load.workloads import Call, Draft, Hands
from bench.load.workloads.calls import calls
from bench.load.workloads.paid.employer import Employer
from bench.load.workloads.paid.job import Job, job_of
from bench.load.workloads.paid.models import Models
from bench.load.workloads.paid.part import Ended, Part, next_move
from bench.load.workloads.paid.seats import Seats
from bench.load.workloads.paid.terms import DEPOSIT, Supply, terms_of
from system.chain.rpc import Rpc
from system.jobs import market
from system.jobs.behaviours import behaviour, mix
from system.jobs.market import JOB_DEPLOYED, PICKED, Terms
from system.jobs.registry import joining
from system.jobs.results import Place
from system.jobs.server import whole_terms


@dataclass(slots=True)
class PaidWorkload:
    """A process has every job whose number leaves its own when divided by their count.

    Process 0 has the server too. A submission is a worker's part in a job; it waits for a seat
    where its worker is in another job still, or none is free.
    """

    session: Session
    process: int = 0
    processes: int = 1
    models: Models = field(init=False)
    terms: Terms = field(init=False)
    _names: Sequence[str] = field(init=False)
    _hands: Hands | None = None
    _employer: Employer | None = None
    _seats: Seats = field(init=False)
    _active: dict[str, Part] = field(default_factory=dict)  # by submission
    _block: int = 0
    _seen: int = 0
    _winding_down: bool = False
    _last_pick: int = 0

    def __post_init__(self) -> None:
        session = self.session
        self._seats = Seats(self.process, self.processes)
        self.models = models_of(session)
        supply = Supply.of(session, self.processes)
        self.terms = whole_terms(
            terms_of(session, seats=session.job_size or 1, supply=supply),
            weights=self.models.published(),
            batches=None,
            batch_index=0,
        )
        self._names = behaviours_of(session)
        self._block = session.first_block - 1

    # -- a workload ------------------------------------------------------------------------

    def enrolment(self, account: Account) -> Sequence[Call]:
        """Joining the registry."""
        return calls([joining(self.session.contracts["registry"])])

    def draft(self, account: Account) -> Draft:
        """A part in a job that is yet to be found."""
        account.busy = True
        return Draft(self.session.cells[0].id, (), 0, open_ended=True)

    def assignment(self, account: Account) -> Sequence[tuple[str, list[Any]]]:
        """Nothing: what jobs there are the events tell."""
        return ()

    def take(self, account: Account, answers: Sequence[Any]) -> bool:
        """There is nothing to note."""
        return True

    # -- a live one ------------------------------------------------------------------------

    def start(self, hands: Hands) -> None:
        """Begin to act: process 0 lends the workers ether and deploys the first jobs."""
        self._hands = hands
        if self.process == 0:
            rpc = Rpc(self.session.rpc_urls[0])
            self._seen = market.last_job(rpc, self.session.contracts["market"])
            self._employer = Employer(
                session=self.session,
                place=self.models.place,
                terms=self.terms,
                weights=self.models.published(),
                hands=hands,
                supply=Supply.of(self.session, self.processes),
                processes=self.processes,
                deployed=self._seen,
            )
            self._employer.lend()
        self._act()

    @property
    def ready(self) -> bool:
        """Whether seats are to be had, or were."""
        wanted = Supply.of(self.session, self.processes).seats_ahead
        return self._seats.free(self._block + 1) >= wanted or self._seats.any_taken

    @property
    def unfinished(self) -> bool:
        """Whether this process has the server of a job that has workers and is not closed."""
        return self._employer is not None and any(
            job.picked and job.closed is None for job in self._seats.jobs.values()
        )

    def wind_down(self) -> None:
        """Deploy no more jobs than are still wanted: by who waits here, or picks elsewhere."""
        self._winding_down = True

    def begun(self, submission: Submission) -> None:
        """Find a seat for a submission, now or when there is one."""
        name = self._name(submission.account)
        submission.behaviour = name
        chance = random.Random(f"{self.session.seed}|{submission.name}")
        part = Part(submission, behaviour(name), DEPOSIT, chance)
        if self._seats.give(part, self._block + 1):
            self._active[submission.name] = part
            if self._hands is not None:
                self._move(part, self._block + 1)

    def mined(self, submission: Submission) -> None:
        """All that a submission has sent so far is in blocks."""
        self._active[submission.name].busy = False

    def hear(self, block: int, logs: Sequence[Mapping[str, Any]]) -> None:
        """Act on what a new block holds."""
        self._block = block
        ours = self.session.contracts["market"].lower()
        for log in logs:
            if log["address"].lower() == ours:
                self._note(log, block)
        self._seats.release()
        self._act()

    # -- what follows from a block -----------------------------------------------------------

    def _note(self, log: Mapping[str, Any], block: int) -> None:
        number = job_of(log)
        if log["topics"][0] == JOB_DEPLOYED:
            terms = self.terms
            self._seen = max(self._seen, number)
            self._seats.jobs[number] = Job(number, terms.seats, terms.reveal_blocks, terms.privacy)
        if number not in self._seats.jobs:
            return
        self._seats.jobs[number].hear(log, block)
        if log["topics"][0] == PICKED:
            self._last_pick = block
            worker = "0x" + log["topics"][1][-40:]
            for part in self._seats.of(number):
                if part.address == worker:
                    part.submission.job = number

    def _act(self) -> None:
        if self._hands is None:
            return
        block = self._block + 1
        for part in self._seats.fill(block):
            self._active[part.submission.name] = part
        for part in list(self._active.values()):
            self._move(part, block)
        self._seats.forget()
        if self._employer is not None:
            self._employer.close(self._seats.jobs.values(), block)
            if self._wanted:
                self._employer.deploy(self._seats.jobs.values(), seen=self._seen, block=block)

    @property
    def _wanted(self) -> bool:
        """Whether workers may still need seats; other processes' show by those they take."""
        if not self._winding_down or self._seats.waiting:
            return True
        return self.processes > 1 and self._block - self._last_pick < self.terms.commit_blocks

    def _move(self, part: Part, block: int) -> None:
        assert self._hands is not None
        assert part.job is not None
        if part.submission.outcome is not None:
            del self._active[part.submission.name]
            return
        if part.busy:
            return
        move = next_move(part, self._seats.of(part.job.number), self.models, block)
        part.submission.payload_bytes = part.payload_bytes
        if isinstance(move, Ended):
            del self._active[part.submission.name]
            self._hands.end(part.submission, move.outcome, move.reason)
        elif move:
            part.busy = True
            self._hands.go_on(part.submission, move)

    def _name(self, worker: Account) -> str:
        process, number = divmod(worker.index, STRIDE)
        return self._names[(number * self.processes + process) % len(self._names)]


def behaviours_of(session: Session) -> tuple[str, ...]:
    """The behaviour of each worker, shuffled: a job's workers are neighbours."""
    names = list(mix(session.users, Fraction(session.evil), session.evil_behaviour))
    random.Random(f"{session.seed}|behaviours").shuffle(names)
    return tuple(names)


def models_of(session: Session) -> Models:
    """The models of the session's one cell."""
    [cell] = session.cells
    contracts = session.contracts
    place = Place(
        chain_id=session.chain.chain_id,
        market=contracts["market"],
        store=contracts["store"],
        kind=cell.store,
        encoding=cell.encoding,
    )
    return Models(place, cell.weights_name, cell.chunk_bytes, session.seed)
