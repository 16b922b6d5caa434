"""What a client brings, where it works, and what it knows of its own part in each job."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from system.bounties.behaviours import Behaviour
from system.bounties.fetching import Sources
from system.bounties.filters import Interest
from system.bounties.isolation.running import Inputs
from system.bounties.task import Task
from system.bounties.workshop import Solution, Workshop
from system.chain.rpc import Rpc
from system.jobs.results import Place, Result


@dataclass(frozen=True, slots=True)
class Trade:
    """How a client works: `recipes` are what it trains by, one after the other while it is outbid.

    No recipes: it only checks others' models. `seed` is that of its training.
    `patience` is how many failures of winners it holds out for; see `Hand`.
    """

    name: str
    behaviour: Behaviour
    interest: Interest
    recipes: tuple[Inputs, ...] = ()
    seed: int = 0
    patience: int = 2


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a client works: the chain, the market's contracts, its isolation, its threads.

    `chunk_bytes` is the size in which models are cut; `period_s` what a block takes.
    """

    rpc: Rpc
    place: Place
    chunk_bytes: int
    from_block: int
    period_s: float
    workshop: Workshop
    sources: Sources
    threads: Executor


@dataclass(frozen=True, slots=True)
class Opening:
    """What a commitment binds its solver to."""

    commitment: bytes
    loss: int
    made: Result


@dataclass(slots=True)
class Part:
    """What a client has to do with one job.

    `left` says why it does not solve it, `takes` that it does. `announced` has its models by their
    digests; `measuring` and `salts` what it does about each turn's winner.
    """

    task: Task | None = None
    left: str | None = None
    takes: bool = False
    tries: int = 0
    training: Future[Solution] | None = None
    best: Solution | None = None
    opening: Opening | None = None
    announced: dict[bytes, Result] = field(default_factory=dict)
    measuring: dict[int, Future[int]] = field(default_factory=dict)
    salts: dict[int, bytes] = field(default_factory=dict)
    collected: set[int] = field(default_factory=set)

    def measured(self, turn: int) -> int | None:
        """The loss of the turn's model; None until it is known, and where it can't be."""
        done = self.measuring.get(turn)
        if done is None or not done.done() or done.exception() is not None:
            return None
        return done.result()
