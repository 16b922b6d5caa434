"""What is shut in, and what a mechanism that shuts it in has to offer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from system.bounties.isolation.limits import Limits


@dataclass(frozen=True, slots=True)
class Cell:
    """One task about to run: folders of this machine, read-only but for `room`.

    `entry` is the program's path inside `task`; `room` is an empty folder that the mechanism may
    use; `name` is unlike that of any other cell.
    """

    name: str
    task: Path
    entry: str
    inputs: Path
    room: Path
    seed: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Places:
    """Where the warden and the task find things, as they see them."""

    python: str
    wardens: str
    task: str
    inputs: str
    results: str
    scratch: str
    packages: tuple[str, ...]
    libraries: str


class Isolation(Protocol):
    """A way to run a cell so that it reaches nothing but itself."""

    def __hash__(self) -> int: ...

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def missing(self) -> str | None:
        """Why it can't be used here, in one line that names the cure; None where it can."""
        ...

    def command(self, cell: Cell) -> list[str]:
        """The command line that runs the warden shut in, its report on standard output."""
        ...

    def end(self, cell: Cell) -> None:
        """Ends what the death of the command's own processes would leave running."""
        ...


def warden_environment(places: Places) -> dict[str, str]:
    """The whole environment of the warden."""
    return {"PYTHONPATH": places.wardens, "LD_LIBRARY_PATH": places.libraries}


def warden_command(
    places: Places,
    cell: Cell,
    *,
    shut_in: bool,
    become: int | None = None,
    most_threads: int | None = None,
) -> list[str]:
    """The command line of the warden, which starts the task, watches it and reports on it.

    `shut_in`: the cell has file systems of its own, whose entries are counted, and loses system
    calls where the machine has the library for it. `become`: the user that the task changes to,
    where the warden is root. `most_threads`: what the warden has to count, where it can't be
    done from outside; it needs the cell's own /proc.
    """
    orders = {
        "command": [
            *(places.python, "-S", "-s", "-B", "-u", "-X", "utf8"),
            f"{places.wardens}/inside/boot.py",
            f"{places.task}/{cell.entry}",
            *(places.inputs, places.results, str(cell.seed)),
        ],
        "environment": _task_environment(places, cell),
        "results": places.results,
        "scratch": places.scratch,
        "limits": asdict(cell.limits),
        "shut_in": shut_in,
        "filtered": shut_in,
        "become": become,
        "most_threads": most_threads,
    }
    return [places.python, "-S", "-s", "-B", "-m", "inside.warden", json.dumps(orders)]


def _task_environment(places: Places, cell: Cell) -> dict[str, str]:
    return {
        "PYTHONPATH": ":".join(places.packages),
        "LD_LIBRARY_PATH": places.libraries,
        "PYTHONHASHSEED": str(cell.seed % 2**32),
        "HOME": places.scratch,
        "TMPDIR": places.scratch,
        "LANG": "C.UTF-8",
        # One thread, so that sums are taken in one order: the same seed gives the same bits.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
