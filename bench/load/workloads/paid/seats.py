"""Who of a process's workers has a seat in which job, and who waits for one."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.load.workloads.paid.job import Job
from bench.load.workloads.paid.part import Part
from bench.load.workloads.paid.terms import BINDING
from system.jobs.market import Phase


@dataclass(slots=True)
class Seats:
    """Process `process` of `processes` fills the jobs whose number leaves its own as remainder.

    A worker is in one job at a time, until that is closed. Who finds no seat waits for one: first
    come, first served.
    """

    process: int
    processes: int
    jobs: dict[int, Job] = field(default_factory=dict)
    waiting: deque[Part] = field(default_factory=deque)
    _parts: dict[int, list[Part]] = field(default_factory=dict)  # by job
    _engaged: dict[int, Part] = field(default_factory=dict)  # by account
    _waits: Counter[int] = field(default_factory=Counter)  # by account

    @property
    def any_taken(self) -> bool:
        """Whether a worker of this process has a seat."""
        return bool(self._engaged)

    def of(self, job: int) -> list[Part]:
        """The parts of this process's workers in a job."""
        return self._parts.get(job, [])

    def free(self, block: int) -> int:
        """How many seats are left for workers that take theirs in `block`."""
        return sum(job.free(block, least_blocks=BINDING) for job in self._open(block))

    def give(self, part: Part, block: int) -> bool:
        """Give a part a seat in the oldest job with one; False where it has to wait."""
        job = self._job_for(part, block)
        if job is None:
            self.waiting.append(part)
            self._waits[part.worker.index] += 1
            return False
        self._enter(part, job)
        return True

    def fill(self, block: int) -> list[Part]:
        """The parts that waited and have a seat now."""
        still: deque[Part] = deque()
        seated = []
        while self.waiting and next(self._with_room(block), None) is not None:
            part = self.waiting.popleft()
            job = self._job_for(part, block)
            if job is None:
                still.append(part)
                continue
            self._waits[part.worker.index] -= 1
            self._enter(part, job)
            seated.append(part)
        self.waiting = still + self.waiting
        return seated

    def release(self) -> None:
        """Let workers go whose job is closed, or who got no seat in the end."""
        for index, part in list(self._engaged.items()):
            job = part.job
            assert job is not None
            lost = part.submission.outcome is not None and part.address not in job.picked
            if lost:
                job.given -= 1
            if lost or job.closed is not None:
                del self._engaged[index]
                part.worker.busy = self._waits[index] > 0

    def forget(self) -> None:
        """Drop closed jobs of which nothing more comes."""
        for number in [n for n, job in self.jobs.items() if job.closed is not None]:
            if all(one.submission.outcome is not None for one in self.of(number)):
                del self.jobs[number]
                self._parts.pop(number, None)

    def _enter(self, part: Part, job: Job) -> None:
        job.given += 1
        part.job = job
        self._engaged[part.worker.index] = part
        self._parts.setdefault(job.number, []).append(part)

    def _job_for(self, part: Part, block: int) -> Job | None:
        if part.worker.index in self._engaged:
            return None
        return next(self._with_room(block), None)

    def _with_room(self, block: int) -> Iterator[Job]:
        return (job for job in self._open(block) if job.free(block, least_blocks=BINDING) > 0)

    def _open(self, block: int) -> Iterator[Job]:
        mine = (job for n, job in self.jobs.items() if n % self.processes == self.process)
        return (job for job in mine if job.phase(block) is Phase.COMMITTING)
