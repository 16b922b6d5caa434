"""Builds tasks about handwritten digits, and says how a client wants them trained."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from system import paths
from system.bounties.evaluation import EVALUATION, evaluation_digest
from system.bounties.isolation import Limits
from system.bounties.isolation.limits import MIB
from system.bounties.task import Task, written
from system.bounties.tasks import digits_program
from system.bounties.tasks.digits_program import NETS
from system.errors import UsageError, suggestion
from system.learning.data import digits

ENTRY: Final = "digits_program.py"
LIMITS: Final = Limits(
    time_s=120.0,
    cpu_s=60,
    memory_bytes=512 * MIB,
    processes=8,
    file_bytes=MIB,
    scratch_bytes=MIB,
    output_bytes=MIB,
    output_files=2,
)
# What the program needs of this project: it is in no client's packages, and has to be the owner's
# version of it wherever it runs.
_CARRIED: Final = ("system", "system/learning", "system/weights")
_SHADES: Final = 16


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a client trains a digits task: a net of NETS, mini-batches of 32, and the rate 2^-shift.

    Raises UsageError for another net, no step, or a shift outside 0 … 16.
    """

    net: str = NETS[0]
    steps: int = 200
    rate_shift: int = 1

    def __post_init__(self) -> None:
        if self.net not in NETS:
            raise UsageError(f"no net {self.net!r} for digits: {suggestion(self.net, NETS)}")
        if self.steps < 1 or not 0 <= self.rate_shift <= 16:
            raise UsageError(
                f"{self.steps} steps at the rate 2^-{self.rate_shift}: give at least one step "
                "and a shift from 0 to 16"
            )

    def inputs(self) -> dict[str, NDArray[np.int64]]:
        """What the task's program is given to train."""
        return {"recipe": np.array([NETS.index(self.net), self.steps, self.rate_shift])}


def digits_task(name: str, *, seed: int, limits: Limits = LIMITS) -> Task:
    """A task that asks for a net of the digits; `seed` decides which of them judge it.

    Four fifths of the 1,797 images are to train on, the rest is the evaluation data; both are in
    the task. Raises TaskRefused for a name or limits that no client takes.
    """
    data = digits(seed)
    files = {ENTRY: Path(digits_program.__file__).read_bytes(), **dict(_carried())}
    for place, x, y in (
        ("training", data.train_x, data.train_y),
        (EVALUATION, data.test_x, data.test_y),
    ):
        files[f"{place}/x.npy"] = _npy((x * _SHADES).astype(np.uint8))
        files[f"{place}/y.npy"] = _npy(y.astype(np.uint8))
    return written(
        files, name=name, entry=ENTRY, evaluation=evaluation_digest(files), limits=limits
    )


def _carried() -> Iterator[tuple[str, bytes]]:
    for folder in _CARRIED:
        for path in sorted((paths.PROJECT_ROOT / folder).glob("*.py")):
            if path.stem != "paths":  # nothing of the task speaks of this machine
                yield f"{folder}/{path.name}", path.read_bytes()


def _npy(array: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
