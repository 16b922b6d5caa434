"""The way in: a verified task, run by the mechanism that this machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from system.bounties.isolation.cell import Isolation
from system.bounties.isolation.choice import found
from system.bounties.isolation.finished import Finished
from system.bounties.isolation.limits import Limits
from system.bounties.isolation.running import Inputs, run_shut_in

if TYPE_CHECKING:  # a task's manifest speaks of limits, which are of this package
    from system.bounties.task import Task


def isolated(
    task: Task, *, limits: Limits, inputs: Inputs, seed: int, mechanism: Isolation | None = None
) -> Finished:
    """How the task ended and what it left; it reaches neither the network nor this machine's files.

    The limits are those that hold, whatever the task wants: see `granted`. `inputs` are arrays by
    name. The mechanism is the first that works here (`found`); `Unconfined()` has to be asked for.
    Raises NoIsolation, a UsageError, where there is none.
    """
    chosen = found() if mechanism is None else mechanism
    return run_shut_in(chosen, task.files, task.entry, limits=limits, inputs=inputs, seed=seed)
