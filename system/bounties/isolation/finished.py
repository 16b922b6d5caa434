"""What is told of a task that ended, one way or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A result file's content: an array, or what JSON can hold.
Result = NDArray[np.generic] | Any


class Outcome(StrEnum):
    """How a task ended: by itself, for a limit that it reached, or by a fault."""

    FINISHED = "finished"
    TIME = "time"
    MEMORY = "memory"
    PROCESSES = "processes"
    FILE_SIZE = "file size"
    OUTPUT_SIZE = "output size"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of one task.

    `exit_code` is the program's, negative for a signal, None where it was not heard of. `cpu_s`
    is the processor time of all its processes, `time_s` that on the wall. `results`: result files
    by name; `refused`: why those that could not be taken were not. `log` is the end of what it
    printed, without control characters. `filtered`: whether system calls were taken away.
    """

    outcome: Outcome
    exit_code: int | None
    cpu_s: float
    time_s: float
    results: Mapping[str, Result] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    log: str = ""
    filtered: bool = False
