"""A worker's part in one job: what it sends next, by its behaviour and by what the chain shows."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.load.account import Account
from bench.load.submission import Submission
from bench.load.workloads import Call
from bench.load.workloads.calls import calls
from bench.load.workloads.paid.job import Job
from bench.load.workloads.paid.models import Model, Models
from bench.record.schema import Outcome, SubmissionRow
from system.jobs import market
from system.jobs.behaviours import Behaviour, behaviour
from system.jobs.copying import NO_SECRET
from system.jobs.gates import SECRET_BYTES
from system.jobs.market import Phase, Privacy

PICK, BIND, OPEN, CLAIM = "pick", "commit", "open", "claim"
_NEVER: Final = "never"
_PHASE: Final = {
    PICK: Phase.COMMITTING,
    BIND: Phase.COMMITTING,
    OPEN: Phase.REVEALING,
    CLAIM: Phase.CLOSED,
}
# How a copycat's, and a dawdling worker's, own doing ends on chain. Others' reverts are faults.
_COPIED: Final = ("CommitmentMismatch",)
_LATE: Final = ("TooLate",)


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes of this worker: the submission's outcome and why."""

    outcome: Outcome
    reason: str = ""


@dataclass(slots=True, eq=False)
class Part:
    """`busy`: transactions of it are on their way. `secret` opens what it committed itself to."""

    submission: Submission
    behaviour: Behaviour
    deposit: int
    random: random.Random
    job: Job | None = None
    busy: bool = False
    leaves_after: str = _NEVER
    taken: set[str] = field(default_factory=set)
    due: dict[str, int] = field(default_factory=dict)
    secret: bytes = NO_SECRET
    carried: Sequence[Call] = ()  # what of it lies in the store: ciphertext or weights
    payload_bytes: int = 0  # of the weights that it sent

    def __post_init__(self) -> None:
        if self.behaviour.crashes:
            self.leaves_after = self.random.choice((PICK, BIND, OPEN, _NEVER))

    @property
    def worker(self) -> Account:
        """Whose part it is."""
        return self.submission.account

    @property
    def address(self) -> str:
        """The worker's address in lower case, as events name it."""
        return self.worker.address.lower()


def is_expected(row: SubmissionRow) -> bool:
    """Whether a submission's revert is what its worker's behaviour itself brings about."""
    if row.outcome != "reverted" or not row.behaviour:
        return False
    how = behaviour(row.behaviour)
    names = (_COPIED if how.copies else ()) + (_LATE if how.dawdles else ())
    return error_name(row.reason) in names


def error_name(reason: str) -> str:
    """The name of the error in a row's reason."""
    return reason.removeprefix("reverted: ").partition("(")[0]


def next_move(part: Part, others: Sequence[Part], models: Models, block: int) -> list[Call] | Ended:
    """What a part that has its seat sends now, for `block` or later; [] is to wait.

    `others` are the parts in the same job, of whom a copycat may see what the chain shows.
    """
    job = part.job
    assert job is not None
    step = next((one for one in _steps(part, job) if one not in part.taken), None)
    if step is None:
        return Ended("included")
    phase = job.phase(block)
    if phase > _PHASE[step]:
        return _missed(part, step)
    if phase < _PHASE[step] or _waits(part, step, job, block):
        return []
    sent = _MOVES[step](part, job, others, models)
    if step == CLAIM and not sent:
        return Ended("included")
    if sent:
        part.taken.add(step)
        if step == part.leaves_after:  # in the middle, where there are several transactions
            return sent[: max(1, len(sent) // 2)]
        if step == PICK and not (part.behaviour.dawdles or part.behaviour.copies):
            following = next_move(part, others, models, block)
            return sent if isinstance(following, Ended) else [*sent, *following]
    return sent


def _steps(part: Part, job: Job) -> tuple[str, ...]:
    """The steps that this worker takes in such a job, in order."""
    how = part.behaviour
    steps = (PICK, BIND, CLAIM) if job.privacy is Privacy.PLAIN else (PICK, BIND, OPEN, CLAIM)
    if not how.commits:
        return (PICK,)
    if not how.reveals and job.privacy is not Privacy.PLAIN:
        return (PICK, BIND)
    if part.leaves_after in steps:
        return steps[: steps.index(part.leaves_after) + 1]
    return steps


def _missed(part: Part, step: str) -> Ended:
    """The step's time has passed: by the worker's own doing, or because the chain was too slow."""
    how = part.behaviour
    if how.copies or how.dawdles or not how.delivers or step == CLAIM:
        return Ended("included")
    return Ended("timed_out", f"the job went on before its {step} was in a block")


def _waits(part: Part, step: str, job: Job, block: int) -> bool:
    """Whether a worker that dawdles lets this block pass: by chance, beyond the deadline."""
    if not part.behaviour.dawdles or step in (PICK, CLAIM):
        return False
    left = max(0, job.ends_at(block) - block)
    return block < part.due.setdefault(step, block + part.random.randint(0, left))


def _pick(part: Part, job: Job, others: Sequence[Part], models: Models) -> list[Call]:
    return calls([market.picking(models.place.market, job.number, deposit=part.deposit)])


def _bind(part: Part, job: Job, others: Sequence[Part], models: Models) -> list[Call]:
    if part.behaviour.copies:
        return _copied(part, job, others, models)
    model = models.of(part.worker, part.behaviour, job.number)
    if job.privacy is Privacy.PLAIN:
        return list(_carrying(part, model, model.chunks))
    if job.privacy is Privacy.SEALED:
        sealed, part.secret = models.sealed(model, part.worker, job.number)
        return [*_committing(part, job, model, models), *_carrying(part, model, sealed)]
    part.secret = os.urandom(SECRET_BYTES)
    return _committing(part, job, model, models)


def _copied(part: Part, job: Job, others: Sequence[Part], models: Models) -> list[Call]:
    """Another worker's commitment and ciphertext, or its whole result where that is in clear."""
    there = [one for one in others if one.address in job.bound and one is not part]
    if not there:
        return []
    if job.privacy is Privacy.PLAIN:
        return list(_carried_on(part, there[-1]))
    word = job.commitments[there[-1].address]
    if job.privacy is Privacy.SEALED:
        _carried_on(part, there[-1])
    copied = market.committing(models.place.market, job.number, commitment=word)
    return [*calls([copied]), *part.carried]


def _carried_on(part: Part, other: Part) -> Sequence[Call]:
    part.carried, part.payload_bytes = other.carried, other.payload_bytes
    return part.carried


def _open(part: Part, job: Job, others: Sequence[Part], models: Models) -> list[Call]:
    if part.behaviour.copies:
        seen = [opened for worker, opened in job.openings.items() if worker != part.address]
        return _opening(job, *seen[-1], models) if seen else []
    model = models.of(part.worker, part.behaviour, job.number)
    opened = _opening(job, model.digest, part.secret, models)
    if job.privacy is not Privacy.COMMIT:
        return opened
    return [*opened, *_carrying(part, model, model.chunks)]


def _carrying(part: Part, model: Model, chunks: Sequence[Call]) -> Sequence[Call]:
    """The transactions that bring its result to the store; none of a worker that withholds it."""
    if not part.behaviour.delivers:
        return ()
    part.carried, part.payload_bytes = chunks, len(model.payload)
    return chunks


def _claim(part: Part, job: Job, others: Sequence[Part], models: Models) -> list[Call]:
    if not job.owes(part.address):
        return []
    return calls([market.claiming(models.place.market, job.number)])


def _committing(part: Part, job: Job, model: Model, models: Models) -> list[Call]:
    word = market.commitment(
        chain_id=models.place.chain_id,
        market=models.place.market,
        worker=part.worker.address,
        job=job.number,
        digest=model.digest,
        secret=part.secret,
    )
    return calls([market.committing(models.place.market, job.number, commitment=word)])


def _opening(job: Job, digest: bytes, secret: bytes, models: Models) -> list[Call]:
    return calls([market.opening(models.place.market, job.number, digest=digest, secret=secret)])


_MOVES: Final = {PICK: _pick, BIND: _bind, OPEN: _open, CLAIM: _claim}
