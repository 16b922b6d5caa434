"""Workloads by the name of their system."""

from __future__ import annotations

from collections.abc import Callable

from bench.load.session import Session
from bench.load.workloads import Workload
from bench.load.workloads.jobs import JobsWorkload

WORKLOADS: dict[str, Callable[[Session, int], Workload]] = {"jobs": JobsWorkload}


def workload(session: Session, process: int = 0) -> Workload:
    """The session's traffic as its process number `process` makes it."""
    return WORKLOADS[session.system](session, process)
