"""Strangers' programs for the tests of isolation, and how they are run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psutil

from system.bounties.isolation import Finished, Isolation, Limits, Unconfined
from system.bounties.isolation.cell import Cell
from system.bounties.isolation.choice import MECHANISMS, tried
from system.bounties.isolation.limits import MIB
from system.bounties.isolation.running import Inputs, run_shut_in

# Small, so that a mechanism which fails to hold one of them does no harm to the machine.
SMALL = Limits(
    time_s=10,
    cpu_s=10,
    memory_bytes=200 * MIB,
    processes=6,
    file_bytes=2 * MIB,
    scratch_bytes=8 * MIB,
    output_bytes=4 * MIB,
    output_files=8,
)
_PRELUDE = """
import ctypes, json, os, socket, sys, time
INPUTS, RESULTS, SEED = sys.argv[1:]

def say(facts):
    with open(RESULTS + "/said.json", "w") as file:
        json.dump(facts, file)

def reached(attempt):
    try:
        attempt()
    except OSError as error:
        return False
    return True

"""


def available() -> list[Isolation]:
    """The mechanisms that work on this machine."""
    return [one for one in MECHANISMS if tried(one).failure is None]


@dataclass(frozen=True)
class Unfiltered:
    """A mechanism without the filter of system calls, to see what it holds by itself."""

    inner: Isolation

    @property
    def name(self) -> str:
        """Its own name, and what it lacks."""
        return f"{self.inner.name}, unfiltered"

    def missing(self) -> str | None:
        """What the mechanism says."""
        return self.inner.missing()

    def command(self, cell: Cell) -> list[str]:
        """The mechanism's command, with other orders for the warden."""
        words = self.inner.command(cell)
        orders = words[-1].replace('filtered": true', 'filtered": false')
        orders = orders.replace('filtered\\": true', 'filtered\\": false')
        assert orders != words[-1]
        return [*words[:-1], orders]

    def end(self, cell: Cell) -> None:
        """As the mechanism does."""
        self.inner.end(cell)


def run(
    mechanism: Isolation,
    program: str,
    *,
    limits: Limits = SMALL,
    inputs: Inputs | None = None,
    seed: int = 0,
) -> Finished:
    """How a program ends that may `say` facts and ask whether something is `reached`."""
    files = {"program.py": (_PRELUDE + program).encode()}
    return run_shut_in(mechanism, files, "program.py", limits=limits, inputs=inputs, seed=seed)


def said(mechanism: Isolation, program: str, *, limits: Limits = SMALL) -> Any:
    """What the program says, which has to finish."""
    done = run(mechanism, program, limits=limits)
    assert done.outcome == "finished", done
    return done.results["said.json"]


def survivors(marker: str) -> list[psutil.Process]:
    """This machine's processes with the marker on their command line, the tests' own aside."""
    found = []
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:  # it ended while we looked
            continue
        if marker in line and "pytest" not in line:
            found.append(process)
    return found


AVAILABLE = available()
# For what is the warden's or the watch's doing, and the same in each.
ONE = AVAILABLE[:1]
NAMES = [one.name for one in AVAILABLE]
UNCONFINED = Unconfined()
