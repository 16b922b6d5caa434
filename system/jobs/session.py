"""One job of the market from its first seat to the last payment, with all its workers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from system.chain.blocks import NUDGE, Blocks
from system.chain.outbox import Outbox, Settled
from system.chain.sender import Call, Sender
from system.errors import NetworkError, WeighbridgeError
from system.jobs import market
from system.jobs.market import Phase, Seat, State, Terms
from system.jobs.results import Place
from system.jobs.server import job_calls, whole_terms
from system.jobs.trainer import Task
from system.jobs.worker import PICK, Seen, Worker

DEPLOY, CLOSE, CLAIM = "deploy", "close", "claim"
_PATIENCE_S = 60.0


class NotDeployed(WeighbridgeError):
    """The server's own transactions failed."""


class JobStuck(NetworkError):
    """No block came that closed a job."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A closed job: who did what, what each was owed in wei, and what it all cost the chain.

    `gas_by_step` and `bytes_by_step` (of signed transactions) tell apart what it was for, `refused`
    counts transactions by the name of the error that turned them down.
    """

    job: int
    terms: Terms
    state: State
    seats: Mapping[str, Seat]
    owed: Mapping[str, int]
    transactions: int
    gas_used: int
    wire_bytes: int
    first_block: int
    blocks: int
    seconds: float
    gas_by_step: Counter[str] = field(default_factory=Counter)
    bytes_by_step: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Session:
    """The workers of a market and its server, acting on what each new block shows.

    `idles`: the chain makes blocks only when there are transactions, so deadlines need some.
    """

    def __init__(
        self, server: Sender, place: Place, workers: Sequence[Worker], *, idles: bool = False
    ) -> None:
        self._server = server
        self._place = place
        self._workers = {worker.address: worker for worker in workers}
        self._outbox = Outbox(server.rpc, server.chain_id)
        self._blocks = Blocks(server, self._outbox, idles=idles)

    def play(
        self,
        terms: Terms,
        *,
        weights: bytes,
        batches: bytes | None,
        batch_index: int,
        order: Sequence[Worker],
    ) -> Finished:
        """Deploy a job on these encoded weights and carry it to its pay-out.

        Workers see each block in that order. Raises NoBlocks when the chain makes no more,
        JobStuck when none closes the job, NotDeployed when the server's own transactions fail.
        """
        started_s, first = time.monotonic(), self._blocks.newest()
        whole = whole_terms(terms, weights=weights, batches=batches, batch_index=batch_index)
        job = market.last_job(self._server.rpc, self._place.market) + 1
        calls = job_calls(self._place, whole, job=job, weights=weights, batches=batches)
        self._send(self._server.key, calls, DEPLOY)
        done = self._drained()
        if failed := [one.reason for one in done if one.reason]:
            raise NotDeployed(f"job {job} can't be deployed: {failed[0]}")
        state = self._until_closed(Task(job, batch_index, weights, batches), whole, order, done)
        seats = {one.address: self._seat(one.address, job) for one in order}
        seats = {address: seat for address, seat in seats.items() if seat.step}
        owed = self._pay_out(job, seats)
        done += self._drained()
        return Finished(
            job=job,
            terms=whole,
            state=state,
            seats=seats,
            owed=owed,
            transactions=len(done),
            gas_used=sum(one.gas_used for one in done),
            wire_bytes=sum(one.wire_bytes for one in done),
            first_block=first,
            blocks=self._blocks.newest() - first,
            seconds=time.monotonic() - started_s,
            gas_by_step=_sums((one.label, one.gas_used) for one in done),
            bytes_by_step=_sums((one.label, one.wire_bytes) for one in done),
            refused=Counter(one.reason.partition("(")[0] for one in done if one.reason),
        )

    def _until_closed(
        self, task: Task, terms: Terms, order: Sequence[Worker], done: list[Settled]
    ) -> State:
        ended_s = None
        for block in self._blocks:
            done += self._heard(self._outbox.settled())
            state = market.state_of(self._server.rpc, self._place.market, task.job)
            if state.phase is Phase.CLOSED:
                return state
            if state.phase is Phase.ENDED:
                ended_s = ended_s or time.monotonic()
                self._close(task.job, waited_s=time.monotonic() - ended_s)
            left = terms.seats - state.picked - self._outbox.waiting(PICK)
            self._move(order, Seen(block, terms, state, task, left))
        raise AssertionError("blocks never end")

    def _close(self, job: int, *, waited_s: float) -> None:
        if waited_s > _PATIENCE_S:
            raise JobStuck(
                f"job {job} can't be closed within {_PATIENCE_S:g} s although blocks come: "
                "see whether the validators' transaction pools are full"
            )
        if not self._outbox.waiting(CLOSE):
            self._send(self._server.key, [market.closing(self._place.market, job)], CLOSE)

    def _move(self, order: Sequence[Worker], seen: Seen) -> None:
        left = seen.seats_left
        for worker in order:
            move = worker.next_move(Seen(seen.block, seen.terms, seen.state, seen.task, left))
            if move is not None:
                self._send(worker.key, move.calls, move.step)
                left -= move.step == PICK

    def _pay_out(self, job: int, seats: Mapping[str, Seat]) -> dict[str, int]:
        owed = {
            address: market.owed_to(self._server.rpc, self._place.market, address, job)
            for address in seats
        }
        calls = [market.claiming(self._place.market, job), market.withdrawing(self._place.market)]
        for address in (one for one, amount in owed.items() if amount):
            self._send(self._workers[address].key, calls, CLAIM)
        return owed

    def _drained(self) -> list[Settled]:
        return self._heard(self._outbox.drained())

    def _heard(self, done: list[Settled]) -> list[Settled]:
        """The same, once each worker knows of its own."""
        for one in done:
            if one.sender in self._workers:
                self._workers[one.sender].settled(one.label, one.reason)
        return [one for one in done if one.label != NUDGE]

    def _send(self, key: bytes, calls: Sequence[Call], label: str) -> None:
        self._outbox.send(key, calls, label)

    def _seat(self, worker: str, job: int) -> Seat:
        return market.seat_of(self._server.rpc, self._place.market, worker, job)


def _sums(amounts: Iterable[tuple[str, int]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for name, amount in amounts:
        sums[name] += amount
    return sums
