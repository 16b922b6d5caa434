"""Commands as a person types them, each in a session of its own: none of it stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from system.paths import PROJECT_ROOT

LOCUST = (sys.executable, "-m", "locust", "-f", str(PROJECT_ROOT / "locustfile.py"))
WEIGHBRIDGE = (sys.executable, "-c", "from bench.cli import main; main()")
_LIMIT_S = 90.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a command left: its exit code and both of its streams."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """The lines meant for the person: Locust's own log lines are left out."""
        return [line for line in self.err.splitlines() if line and not line.startswith("[20")]


class Running:
    """A command that runs; its streams go to files beside its rows."""

    def __init__(self, command: tuple[str, ...], place: Path, name: str) -> None:
        self._out, self._err = place / f"{name}.out", place / f"{name}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                command, cwd=PROJECT_ROOT, stdout=out, stderr=err, start_new_session=True
            )

    def said(self, limit_s: float = _LIMIT_S) -> Said:
        """What it left once it ended by itself."""
        code = self.process.wait(timeout=limit_s)
        return Said(code, self._out.read_text(), self._err.read_text())

    def end(self) -> None:
        """Kill it and all it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(command: tuple[str, ...], place: Path, name: str = "command") -> Iterator[Running]:
    """A command that is ended at the end of the block if it has not before."""
    started = Running(command, place, name)
    try:
        yield started
    finally:
        started.end()


def run(command: tuple[str, ...], place: Path, name: str = "command") -> Said:
    """What a command left."""
    with running(command, place, name) as started:
        return started.said()


def wait_until(holds: Callable[[], object], limit_s: float = 60.0) -> None:
    """Return once `holds()` does; AssertionError if it never did."""
    deadline_s = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not within {limit_s:g} s"
        time.sleep(0.1)
