"""What everyone can see of the market after a block: its jobs, who announced what, who failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from system.bounties.events import Event, logs_of, read_events
from system.bounties.market import JOB_POSTED, State, state_of
from system.bounties.reader import Posting, read_posting
from system.bounties.terms import Phase
from system.chain.rpc import Rpc


@dataclass(slots=True)
class JobSight:
    """A job as it stands: `announced` has the loss and the order of each announcement that stands.

    `due_since` is the block in which it was first seen DUE, None where it is not; `judged` are
    turns whose votes were counted; `posted_at` a block.
    """

    posting: Posting
    state: State
    posted_at: int
    announced: dict[str, tuple[int, int]] = field(default_factory=dict)
    due_since: int | None = None
    judged: set[int] = field(default_factory=set)

    @property
    def is_closed(self) -> bool:
        """Whether the bounty was paid or is the owner's again."""
        return self.state.phase is Phase.CLOSED

    def ahead_of(self, solver: str) -> int:
        """How many announcements come before the solver's; all of them where it has none."""
        return sum(self.is_before(other, solver) for other in self.announced)

    def is_before(self, one: str, other: str) -> bool:
        """Whether the announcement of one is better than that of the other, or is the only one."""
        found, mine = self.announced.get(one), self.announced.get(other)
        return found is not None and (mine is None or found < mine)


class Board:
    """Follows one market from the block in which it was deployed."""

    def __init__(self, rpc: Rpc, market: str, *, from_block: int) -> None:
        self.block = from_block - 1
        self.jobs: dict[int, JobSight] = {}
        self.banned: set[str] = set()
        self._rpc = rpc
        self._market = market

    def update(self, block: int) -> list[Event]:
        """What happened up to that block since the last one; every job's state is read anew."""
        logs = logs_of(self._rpc, self._market, from_block=self.block + 1, to_block=block)
        events = read_events(logs)
        postings = iter([one for one in logs if one["topics"][0] == JOB_POSTED])
        for event in events:
            if event.name == "JobPosted":
                self._posted(read_posting(next(postings)), event.block)
            else:
                self._note(event)
        self.block = block
        for sight in self.open_jobs():
            self._look(sight)
        return events

    def open_jobs(self) -> Iterator[JobSight]:
        """The jobs that are not closed, oldest first."""
        return (sight for sight in self.jobs.values() if not sight.is_closed)

    def _posted(self, posting: Posting, block: int) -> None:
        state = state_of(self._rpc, self._market, posting.job)
        self.jobs[posting.job] = JobSight(posting, state, block)

    def _look(self, sight: JobSight) -> None:
        sight.state = state_of(self._rpc, self._market, sight.posting.job)
        if sight.state.phase is not Phase.DUE:
            sight.due_since = None
        elif sight.due_since is None:
            sight.due_since = self.block

    def _note(self, event: Event) -> None:
        sight = self.jobs.get(event.job)
        if event.name == "Banned":
            self.banned.add(event.account)
        if sight is None:
            return
        if event.name == "Announced":
            sight.announced[event.account] = (event.facts["loss"], event.facts["order"])
        elif event.name in ("Retired", "Lapsed", "Judged"):
            sight.announced.pop(event.account, None)
        if event.name == "Judged":
            sight.judged.add(event.facts["turn"])
