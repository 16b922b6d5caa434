"""Workloads by the name of their system."""

from __future__ import annotations

from collections.abc import Callable

from bench.load.session import Session
from bench.load.workloads import Workload
from bench.load.workloads.jobs import JobsWorkload
from bench.load.workloads.paid.workload import PaidWorkload

WORKLOADS: dict[str, Callable[[Session, int], Workload]] = {"jobs": JobsWorkload}


def workload(session: Session, process: int = 0, processes: int = 1) -> Workload:
    """The session's traffic as its process number `process` of `processes` makes it."""
    if session.job_size is not None:
        return PaidWorkload(session, process, processes)
    return WORKLOADS[session.system](session, process)
