"""A worker of the market: looks at a job, takes a seat, and returns a result in its own way."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from system.chain.keys import address_of
from system.chain.rpc import Rpc
from system.chain.sender import Call
from system.jobs import copying, market
from system.jobs.behaviours import Behaviour
from system.jobs.market import Phase, Privacy, Results, State, Terms
from system.jobs.results import Place, Result, result
from system.jobs.trainer import Task, Trainer

PICK, BIND, OPEN, DELIVER = "pick", "commit", "open", "deliver"
_NEVER = "never"


@dataclass(frozen=True, slots=True)
class Seen:
    """A job as it stands in one block. Of the `seats_left` those being taken are left out."""

    block: int
    terms: Terms
    state: State
    task: Task
    seats_left: int


@dataclass(frozen=True, slots=True)
class Move:
    """What a worker does next: transactions that follow on each other, under the step's name."""

    step: str
    calls: list[Call]


@dataclass(slots=True)
class _Memory:
    """What a worker knows of the job it is at: steps handed over, steps that succeeded."""

    job: int = 0
    drops_out_after: str = _NEVER
    taken: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    due: dict[str, int] = field(default_factory=dict)
    result: Result | None = None


class Worker:
    """One account with one behaviour; what it does follows from what it sees, block by block."""

    def __init__(
        self, key: bytes, behaviour: Behaviour, *, trainer: Trainer, rpc: Rpc, place: Place
    ) -> None:
        self.key = key
        self.address = address_of(key)
        self.behaviour = behaviour
        self.results_made = 0
        self._trainer = trainer
        self._rpc = rpc
        self._place = place
        self._random = random.Random(trainer.seed)
        self._memory = _Memory()

    def next_move(self, seen: Seen) -> Move | None:
        """What the worker hands over in this block, if anything."""
        memory = self._at(seen.task.job)
        if memory.drops_out_after in memory.taken:
            return None
        move = self._move(seen)
        if move is None or self._waits(move.step, seen):
            return None
        memory.taken.add(move.step)
        if move.step == memory.drops_out_after:  # in the middle, where there are several chunks
            return Move(move.step, move.calls[: max(1, len(move.calls) // 2)])
        return move

    def settled(self, step: str, reason: str) -> None:
        """Hear what became of a transaction of that step: a seat not had may still be left."""
        if not reason:
            self._memory.done.add(step)
        elif step == PICK:
            self._memory.taken.discard(PICK)

    def _at(self, job: int) -> _Memory:
        if self._memory.job != job:
            ends = (PICK, BIND, OPEN, _NEVER) if self.behaviour.crashes else (_NEVER,)
            self._memory = _Memory(job, self._random.choice(ends))
        return self._memory

    def _waits(self, step: str, seen: Seen) -> bool:
        """Whether a worker that dawdles lets this block pass: by chance, beyond the deadline."""
        if not self.behaviour.dawdles:
            return False
        left = max(0, seen.state.ends_at - seen.block)
        due = self._memory.due.setdefault(step, seen.block + self._random.randint(0, left))
        return seen.block < due

    def _move(self, seen: Seen) -> Move | None:
        steps = {
            Phase.COMMITTING: (PICK, BIND),
            Phase.REVEALING: (OPEN,),
            Phase.DELIVERING: (DELIVER,),
        }.get(seen.state.phase, ())
        step = next((one for one in steps if one not in self._memory.done), None)
        if step is None or step in self._memory.taken:
            return None
        calls = {PICK: self._pick, BIND: self._bind, OPEN: self._open, DELIVER: self._deliver}[
            step
        ](seen)
        return Move(step, calls) if calls else None

    def _pick(self, seen: Seen) -> list[Call]:
        if seen.seats_left <= 0:
            return []
        return [market.picking(self._place.market, seen.task.job, deposit=seen.terms.deposit)]

    def _bind(self, seen: Seen) -> list[Call]:
        if not self.behaviour.commits:
            return []
        if self.behaviour.copies:
            job = seen.task.job
            return copying.binding(self._rpc, self._place, seen.terms, job=job, worker=self.address)
        made = self._made(seen)
        if seen.terms.privacy is Privacy.PLAIN:
            by_hash = seen.terms.results is Results.HASH
            return [self._opening(made, copying.NO_SECRET)] if by_hash else self._sent(made)
        bound = market.committing(self._place.market, made.job, commitment=made.commitment)
        sealed = seen.terms.privacy is Privacy.SEALED
        return [bound, *self._sent(made)] if sealed else [bound]

    def _open(self, seen: Seen) -> list[Call]:
        if not self.behaviour.reveals or BIND not in self._memory.done:
            return []
        if self.behaviour.copies:
            return copying.opening(self._rpc, self._place, job=seen.task.job, worker=self.address)
        made = self._made(seen)
        opened = self._opening(made, made.secret)
        in_clear = seen.terms.privacy is Privacy.COMMIT and seen.terms.results is Results.WEIGHTS
        return [opened, *self._sent(made)] if in_clear else [opened]

    def _deliver(self, seen: Seen) -> list[Call]:
        made = self._memory.result
        if made is None or made.digest != seen.state.digest:
            return []
        seat = market.seat_of(self._rpc, self._place.market, self.address, seen.task.job)
        return self._sent(made) if seat.place == seen.state.turn else []

    def _sent(self, made: Result) -> list[Call]:
        return made.submission() if self.behaviour.delivers else []

    def _opening(self, made: Result, secret: bytes) -> Call:
        return market.opening(self._place.market, made.job, digest=made.digest, secret=secret)

    def _made(self, seen: Seen) -> Result:
        if self._memory.result is None:
            self.results_made += 1
            self._memory.result = result(
                self._place,
                self._payload(seen.task),
                worker=self.address,
                job=seen.task.job,
                chunk_bytes=seen.terms.result_chunk_bytes,
                sealed=seen.terms.privacy is Privacy.SEALED,
            )
        return self._memory.result

    def _payload(self, task: Task) -> bytes:
        if self.behaviour.attack is None:
            return self._trainer.honest(task)
        return self._trainer.forged(task, self.behaviour)
