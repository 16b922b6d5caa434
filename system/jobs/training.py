"""A model trained over the market: one job after another, each on the weights the last one won."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from system.chain.sender import Sender
from system.jobs.behaviours import behaviour
from system.jobs.market import Outcome, Terms
from system.jobs.results import Place
from system.jobs.server import NothingUsable, winning_weights
from system.jobs.session import Finished, Session
from system.jobs.trainer import Trainer, encoded
from system.jobs.worker import Worker
from system.learning import nets
from system.learning.arithmetic import Arithmetic, Array, arithmetic
from system.learning.batches import encode_batches
from system.learning.client import LearningClient, NetClient
from system.learning.data import Dataset
from system.learning.order import permutation
from system.learning.rounds import job_batches

# Jobs that nobody wins are repeated; so many times the rounds asked for, then it is given up.
_ATTEMPTS = 3
# Between the draws of seats and those of the data's order.
_SEATS = 0x5EA75
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curriculum:
    """What is learnt: `rounds` jobs of `steps` mini-batches each, of a net by its name.

    `carries_batches`: the mini-batches travel over the chain with the job, not their index alone.
    `make_client` gives a worker, by its number, a client of the user's; None: our own.
    """

    model: str
    data: Dataset
    rounds: int
    steps: int
    seed: int = 0
    arithmetic: str = "integer"
    carries_batches: bool = False
    make_client: Callable[[int], LearningClient] | None = None

    @property
    def numbers(self) -> Arithmetic:
        """The arithmetic itself, as the server computes in it."""
        return arithmetic(self.arithmetic)

    @property
    def size(self) -> int:
        """How many weights the net has."""
        return nets.net(self.model).size

    def start(self) -> bytes:
        """The encoded weights before the first job."""
        first = nets.initial_weights(self.model, self.seed)
        return encoded(self.numbers.weights(first), self.arithmetic)

    def batches(self, index: int) -> bytes | None:
        """The bytes of a job's mini-batches, where they travel."""
        if not self.carries_batches:
            return None
        return encode_batches(job_batches(self.data, index, self.steps, seed=self.seed))

    def accuracy(self, weights: Array) -> float:
        """The share of the test part that these weights get right."""
        x, y = self.data.test_x, self.data.test_y
        return nets.accuracy(self.model, weights, x, y, numbers=self.numbers)

    def client(self, worker: int) -> LearningClient:
        """The client of a worker; in float32 each of ours works like a processor of its own."""
        if self.make_client is not None:
            return self.make_client(worker)
        kernel = 0 if self.arithmetic == "integer" else worker + 1
        numbers = arithmetic(self.arithmetic, kernel=kernel)
        return NetClient(self.model, self.data, self.seed, numbers)


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished job and the encoded weights the server holds after it."""

    finished: Finished
    weights: bytes


def most_jobs(rounds: int) -> int:
    """How many jobs a training of so many rounds gives out at most."""
    return _ATTEMPTS * rounds


def crew(
    names: Sequence[str],
    keys: Sequence[bytes],
    *,
    curriculum: Curriculum,
    server: Sender,
    place: Place,
) -> list[Worker]:
    """A worker for each behaviour's name, with the key of the same place."""
    workers = []
    for index, (name, key) in enumerate(zip(names, keys, strict=True)):
        trainer = Trainer(
            curriculum.client(index),
            curriculum.model,
            curriculum.arithmetic,
            curriculum.steps,
            curriculum.seed * len(names) + index,
        )
        workers.append(Worker(key, behaviour(name), trainer=trainer, rpc=server.rpc, place=place))
    return workers


def train(
    session: Session,
    server: Sender,
    place: Place,
    *,
    workers: Sequence[Worker],
    terms: Terms,
    curriculum: Curriculum,
) -> Iterator[Trained]:
    """Each job as it ends, until as many as the curriculum has rounds were won.

    Who comes first to a job's seats is drawn anew for each. A job that nobody wins is given out
    again; three times the rounds are the most jobs there are.
    """
    weights, won = curriculum.start(), 0
    for attempt in range(most_jobs(curriculum.rounds)):
        finished = session.play(
            terms,
            weights=weights,
            batches=curriculum.batches(won),
            batch_index=won,
            order=_shuffled(workers, seed=curriculum.seed ^ _SEATS, stream=attempt),
        )
        taken = _taken(server, place, finished)
        won += taken is not None
        weights = taken or weights
        yield Trained(finished, weights)
        if won == curriculum.rounds:
            return


def _taken(server: Sender, place: Place, finished: Finished) -> bytes | None:
    """The weights that the job won; None where nobody did, or nobody left any that can be read."""
    if finished.state.outcome is not Outcome.WON:
        return None
    job, state, terms = finished.job, finished.state, finished.terms
    try:
        return winning_weights(server, place, job, state, terms, from_block=finished.first_block)
    except NothingUsable:
        return None


def _shuffled(items: Sequence[Item], *, seed: int, stream: int) -> list[Item]:
    return [items[index] for index in permutation(len(items), seed=seed, stream=stream)]
