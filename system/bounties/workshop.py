"""A task's program as a client runs it: to train a model, and to judge one. Always shut in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from system.bounties.isolation import Finished, Isolation, Limits, Outcome, granted, isolated
from system.bounties.isolation.running import Inputs
from system.bounties.task import Task
from system.bounties.terms import NO_MODEL
from system.errors import WeighbridgeError

MODEL, JUDGED = "model.npy", "judged.json"
# Who judges has to see the same as everybody else who does.
_JUDGES_SEED: Final = 0
# A payload that no task takes for a model, to see whether its program answers at all.
_NO_MODEL_BYTES: Final = b"\0"


class NoAnswer(WeighbridgeError):
    """A task's program ended without what it was asked for."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A trained model as its payload's bytes, the loss by which it is judged, and time in s."""

    model: bytes
    loss: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where a client runs tasks: the limits it allows, by the first mechanism that works.

    `mechanism` is `Unconfined()` only where the user asked for the risk.
    """

    allowed: Limits
    mechanism: Isolation | None = None

    def solved(self, task: Task, recipe: Inputs, *, seed: int) -> Solution:
        """A model trained as the recipe says, judged as others will judge it.

        Training and judging are two runs: a program that flatters whom it trains for is found out
        before anything is announced. Raises UsageError where the task wants more than is allowed,
        NoIsolation, and NoAnswer where it ends without a model or a loss.
        """
        done = self._run(task, recipe, seed)
        model = done.results.get(MODEL)
        if not isinstance(model, np.ndarray) or model.dtype != np.uint8 or model.size == 0:
            raise NoAnswer(f"task {task.name!r} left no model{_why(done)}")
        payload = model.tobytes()
        loss, cpu_s = self._judged(task, payload)
        return Solution(payload, loss, done.cpu_s + cpu_s)

    def judged(self, task: Task, model: bytes) -> int:
        """The loss that the task's program finds a model to have, NO_MODEL where it is none.

        A model by which the program ends without an answer is none, if it has one for other bytes:
        else whoever wins by a lie could keep everybody from measuring it. Raises what `solved`
        does, where the program answers nobody.
        """
        try:
            return self._judged(task, model)[0]
        except NoAnswer:
            self._judged(task, _NO_MODEL_BYTES)
            return NO_MODEL

    def _judged(self, task: Task, model: bytes) -> tuple[int, float]:
        given = {"model": np.frombuffer(model, dtype=np.uint8)}
        done = self._run(task, given, _JUDGES_SEED)
        said = done.results.get(JUDGED)
        loss = said.get("loss") if isinstance(said, dict) else None
        if type(loss) is not int or not 0 <= loss <= NO_MODEL:
            raise NoAnswer(f"task {task.name!r} found no loss{_why(done)}")
        return loss, done.cpu_s

    def _run(self, task: Task, inputs: Inputs, seed: int) -> Finished:
        limits = granted(task.wanted, self.allowed)
        return isolated(task, limits=limits, inputs=inputs, seed=seed, mechanism=self.mechanism)


def _why(done: Finished) -> str:
    if done.outcome is not Outcome.FINISHED:
        last = (done.log.strip().splitlines() or [""])[-1]
        return f": it ended by {done.outcome.value} {last[:200]}".rstrip()
    refused = "; ".join(f"{name}: {why}" for name, why in done.refused.items())
    return f": {refused}" if refused else ": it finished without"
