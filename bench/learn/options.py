"""What a training over the market is asked to be, checked in one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from system.errors import UsageError, suggestion
from system.jobs.behaviours import mix
from system.jobs.payment import (
    JobPlan,
    deterrent_deposit,
    min_job_size,
    p_correct,
    p_evil,
    p_good,
    required_payment,
    server_spend,
    terms_for,
)
from system.jobs.payment.votes import Behaviour
from system.jobs.stores import STORES
from system.jobs.terms import Privacy, Results, TieRule
from system.learning.nets import NETS
from system.learning.rounds import BATCH_SIZE

ARITHMETICS: Final = ("integer", "float32")
BATCHES: Final = ("index", "data")
PRIVACIES: Final = {"commit": Privacy.COMMIT, "sealed": Privacy.SEALED, "plain": Privacy.PLAIN}
RESULTS: Final = {"weights": Results.WEIGHTS, "hash": Results.HASH}
PRIVATE: Final = "private"
TIES: Final = {"none": TieRule.NONE, "first": TieRule.FIRST}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsOptions:
    """A training over the market. Amounts are in wei; None is what the mathematics says.

    `steps` are mini-batches a job; None is an epoch, or 1 where they travel over the chain.
    `deadline_s` is how long a phase waits for silent workers; None is what computing takes.
    """

    workers: int = 20
    evil: Fraction = Fraction(0)
    evil_behaviour: tuple[str, ...] = ("collude",)
    model: str = "digits-softmax"
    data: Path | None = None
    rounds: int = 10
    steps: int | None = None
    job_size: int | None = None
    target: Fraction = Fraction(95, 100)
    batch: str = "index"
    results: str = "weights"
    privacy: str = "commit"
    store: str = "calldata"
    tie: str = "none"
    arithmetic: str = "integer"
    cost_wei: int = 10**15
    benefit_wei: int = 2 * 10**14
    cost_evil_wei: int = 5 * 10**13
    deposit_wei: int | None = None
    payment_wei: int | None = None
    deadline_s: float | None = None
    client: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        self._choose("model", self.model, tuple(NETS))
        self._choose("batch", self.batch, BATCHES)
        self._choose("results", self.results, tuple(RESULTS))
        self._choose("privacy", self.privacy, (*PRIVACIES, PRIVATE))
        self._choose("tie", self.tie, tuple(TIES))
        self._choose("arithmetic", self.arithmetic, ARITHMETICS)
        self._choose("store", self.store, tuple(n for n, s in STORES.items() if s.keeps))
        for name in ("rounds", "steps", "job_size"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"--{name.replace('_', '-')} {value}: give 1 or more")
        for name in ("cost_wei", "benefit_wei", "cost_evil_wei", "deposit_wei", "payment_wei"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1 << 100:
                raise UsageError(f"--{name.replace('_', '-')} {value}: give wei from 0 to 2^100")
        if self.deadline_s is not None and not 0 < self.deadline_s <= 86_400:
            raise UsageError(f"--deadline-s {self.deadline_s:g}: give seconds, up to 86400")
        if self.privacy == "sealed" and self.results == "hash":
            raise UsageError(
                "--results hash sends no weights to seal: take --privacy commit, or plain"
            )
        if self.job_size is not None and self.job_size > self.workers:
            raise UsageError(
                f"--job-size {self.job_size} of {self.workers} workers: "
                f"give at most {self.workers}, or more --workers"
            )
        mix(self.workers, self.evil, self.evil_behaviour)

    def names(self) -> tuple[str, ...]:
        """Each worker's behaviour."""
        return mix(self.workers, self.evil, self.evil_behaviour)

    def steps_of(self, examples: int) -> int:
        """Mini-batches of a job, where the data has that many examples to train on."""
        if self.steps is not None:
            return self.steps
        return 1 if self.batch == "data" else max(1, examples // BATCH_SIZE)

    def as_record(self) -> dict[str, Any]:
        """The same as plain values."""
        values = asdict(self)
        return {
            **values,
            "evil": float(self.evil),
            "target": float(self.target),
            "data": str(self.data) if self.data else None,
            "evil_behaviour": list(self.evil_behaviour),
        }

    def _choose(self, name: str, given: str, allowed: tuple[str, ...]) -> None:
        if given not in allowed:
            raise UsageError(f"no --{name} {given!r}: {suggestion(given, allowed)}")


def plan_of(options: JobsOptions) -> JobPlan:
    """How many results a job takes and what it pays: what was asked for, else what it needs.

    Raises UsageError where no job size reaches the target, or no deposit deters.
    """
    pool, evil = options.workers, sum(name != "honest" for name in options.names())
    costs = (options.cost_wei, options.benefit_wei, options.cost_evil_wei)
    given = (options.job_size, options.deposit_wei, options.payment_wei)
    if pool >= 3 and given == (None, None, None):
        return terms_for(pool, evil, options.target, *costs)
    n = options.job_size or _least_size(pool, evil, options.target)
    kind: tuple[Behaviour, str] = ("collude", options.tie)
    p, q = p_good(pool, evil, n, *kind), p_evil(pool, evil, n, *kind)
    deposit = options.deposit_wei
    if deposit is None:
        deposit = -(-deterrent_deposit(p, q, *costs) // 1) if evil else 0
    payment = options.payment_wei
    if payment is None:
        payment = -(-required_payment(p, *costs[:2], deposit) // 1)
    return JobPlan(
        n=n,
        p=p,
        q=q,
        w=p_correct(pool, evil, n, *kind),
        payment_wei=int(payment),
        deposit_wei=int(deposit),
        server_spend=server_spend(pool, evil, n, payment, *kind),
    )


def _least_size(pool: int, evil: int, target: Fraction) -> int:
    if pool < 3:
        return pool
    sizes = (min_job_size(pool, evil, target, name) for name in ("p_good", "p_correct"))
    return max(sizes)
