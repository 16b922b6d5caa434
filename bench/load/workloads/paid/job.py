"""One job of the market, followed by its events: its phase tells what workers can do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from system.jobs import market
from system.jobs.board import WEIGHTS_CHUNK
from system.jobs.market import Outcome, Phase, Privacy
from system.jobs.registry import WORKER_JOINED
from system.jobs.store import CHUNK_ACCEPTED
from system.jobs.stores import WORD_BYTES

# What the transactions of a market's server and workers leave, one at least each.
TOPICS = (
    WORKER_JOINED,
    CHUNK_ACCEPTED,
    market.JOB_DEPLOYED,
    WEIGHTS_CHUNK,
    market.JOB_STARTED,
    market.PICKED,
    market.COMMITTED,
    market.SEALED,
    market.COMMITS_CLOSED,
    market.OPENED,
    market.COUNTED,
    market.JOB_CLOSED,
    market.CLAIMED,
)
# The event that makes a result binding, by the job's privacy.
_BINDS = {
    Privacy.COMMIT: market.COMMITTED,
    Privacy.SEALED: market.SEALED,
    Privacy.PLAIN: market.COUNTED,
}


@dataclass(frozen=True, slots=True)
class Closed:
    """How a job ended; `digest` is the largest group's."""

    outcome: Outcome
    digest: bytes
    winners: int


@dataclass(slots=True)
class Job:
    """What is known of a job: `given` of its seats have a worker of this process, picked or not.

    Workers are named by their addresses in lower case.
    """

    number: int
    seats: int
    reveal_blocks: int
    privacy: Privacy
    given: int = 0
    commits_end: int | None = None  # None: its weights are still coming in
    last_counted: int = 0
    closed: Closed | None = None
    picked: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    commitments: dict[str, bytes] = field(default_factory=dict)
    openings: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    digests: dict[str, bytes] = field(default_factory=dict)  # of results that count

    def phase(self, block: int) -> Phase:
        """The phase in which a transaction mined in `block` finds it; as Jobs.sol has it."""
        if self.closed is not None:
            return Phase.CLOSED
        if self.commits_end is None:
            return Phase.PUBLISHING
        if block < self.commits_end:
            return Phase.COMMITTING
        return Phase.REVEALING if block < self._reveals_end(self.commits_end) else Phase.ENDED

    def ends_at(self, block: int) -> int:
        """The first block outside the phase of `block`, if nothing happens; 0 where it has none."""
        phase, commits_end = self.phase(block), self.commits_end or 0
        ends = {Phase.COMMITTING: commits_end, Phase.REVEALING: self._reveals_end(commits_end)}
        return ends.get(phase, 0)

    def free(self, block: int, *, least_blocks: int) -> int:
        """How many seats are left for workers that have that many blocks to bind themselves."""
        if self.closed or (self.commits_end and self.commits_end - block < least_blocks):
            return 0
        return self.seats - max(self.given, len(self.picked))

    def owes(self, worker: str) -> bool:
        """Whether the closed job owes this worker wei."""
        if self.closed is None or worker not in self.digests:
            return False
        won = self.closed.outcome is Outcome.WON and self.digests[worker] == self.closed.digest
        return won or self.closed.outcome is Outcome.VOID

    def hear(self, log: Mapping[str, Any], block: int) -> None:
        """Note one of its events."""
        topics, words = log["topics"], _words(log["data"])
        worker = "0x" + topics[1][-40:]
        if topics[0] == _BINDS[self.privacy]:
            self.bound.add(worker)
        if handler := _HANDLERS.get(topics[0]):
            handler(self, words, worker, block)

    def _reveals_end(self, commits_end: int) -> int:
        if len(self.digests) < len(self.bound):
            return commits_end + self.reveal_blocks
        return max(self.last_counted, commits_end)

    def _started(self, words: list[bytes], worker: str, block: int) -> None:
        self.commits_end = int.from_bytes(words[0])

    def _picked(self, words: list[bytes], worker: str, block: int) -> None:
        self.picked.add(worker)

    def _committed(self, words: list[bytes], worker: str, block: int) -> None:
        self.commitments[worker] = words[0]

    def _opened(self, words: list[bytes], worker: str, block: int) -> None:
        self.openings[worker] = (words[0], words[1])

    def _counted(self, words: list[bytes], worker: str, block: int) -> None:
        self.digests[worker] = words[0]
        self.last_counted = block

    def _closed(self, words: list[bytes], worker: str, block: int) -> None:
        outcome = Outcome(int.from_bytes(words[0]))
        self.closed = Closed(outcome, words[1], int.from_bytes(words[2]))


_HANDLERS: dict[str, Callable[[Job, list[bytes], str, int], None]] = {
    market.JOB_STARTED: Job._started,
    market.COMMITS_CLOSED: Job._started,  # the block of the last commitment is its end
    market.PICKED: Job._picked,
    market.COMMITTED: Job._committed,
    market.OPENED: Job._opened,
    market.COUNTED: Job._counted,
    market.JOB_CLOSED: Job._closed,
}
# Events of workers have the worker first, the others the job alone.
_OF_JOBS = (
    market.JOB_DEPLOYED,
    WEIGHTS_CHUNK,
    market.JOB_STARTED,
    market.COMMITS_CLOSED,
    market.JOB_CLOSED,
)


def job_of(log: Mapping[str, Any]) -> int:
    """The number of the job that an event of the market is about."""
    topics = log["topics"]
    return int(topics[1] if topics[0] in _OF_JOBS else topics[2], 16)


def _words(data: str) -> list[bytes]:
    raw = bytes.fromhex(data[2:])
    return [raw[start : start + WORD_BYTES] for start in range(0, len(raw), WORD_BYTES)]
