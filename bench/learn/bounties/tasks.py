"""The owners' tasks: built, and laid where clients fetch them from."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench.learn.bounties.terms import task_time_s
from system.bounties.isolation import Isolation, Unconfined, found
from system.bounties.task import Task
from system.bounties.task_files import archived
from system.bounties.tasks import digits_program
from system.bounties.tasks.digits import LIMITS, Recipe, digits_task
from system.bounties.workshop import Workshop
from system.learning.data import digits

# The first one may find the disk cold, or the machine busy.
_TRIALS: Final = 3
_TASKS_A_SEED: Final = 1_000
_TRIAL: Final = Recipe("digits-64-32-10", 600, 1)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One owner's task, the reference by which it is found, and what chose its evaluation data."""

    task: Task
    reference: str
    data_seed: int

    def accuracy(self, model: bytes) -> float:
        """The share of the evaluation data that a model gets right, as its owner finds it."""
        right = digits_program.judged(digits(self.data_seed), model)["right"]
        return right / digits_program.LOSS_ONE


@dataclass(frozen=True, slots=True)
class Trial:
    """What running a task takes here: how it is shut in, and seconds to train and judge a model."""

    mechanism: Isolation
    solve_s: float


def tried(*, unsafe: bool) -> Trial:
    """One model trained and judged, before anything is put up.

    Raises NoIsolation where nothing can shut a task in, unless it is `unsafe` to.
    """
    mechanism: Isolation = Unconfined() if unsafe else found()
    workshop, task, taken_s = Workshop(LIMITS, mechanism), digits_task("trial", seed=0), []
    for _ in range(_TRIALS):
        started_s = time.monotonic()
        workshop.solved(task, _TRIAL.inputs(), seed=0)
        taken_s.append(time.monotonic() - started_s)
    return Trial(mechanism, min(taken_s))


def assignments(count: int, *, seed: int, solve_s: float) -> list[Assignment]:
    """So many tasks, each with evaluation data of its own."""
    limits = replace(LIMITS, time_s=task_time_s(solve_s))
    made = []
    for number in range(1, count + 1):
        name, data_seed = f"digits-{number}", seed * _TASKS_A_SEED + number
        task = digits_task(name, seed=data_seed, limits=limits)
        made.append(Assignment(task, f"{name}.tar.gz", data_seed))
    return made


def laid_out(made: list[Assignment], folder: Path) -> None:
    """The tasks' archives in a folder, by their references."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in made:
        (folder / one.reference).write_bytes(archived(one.task.files))
