"""Workloads by the name of their system."""

from __future__ import annotations

from collections.abc import Callable

from bench.load.session import Session
from bench.load.workloads import Workload
from bench.load.workloads.jobs import JobsWorkload

WORKLOADS: dict[str, Callable[[Session], Workload]] = {"jobs": JobsWorkload}


def workload(session: Session) -> Workload:
    """The session's traffic as one process makes it."""
    return WORKLOADS[session.system](session)
