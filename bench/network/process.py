"""Processes that outlive the command that started them, and are ended by nobody else's number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

# The kernel counts from boot; adding the boot time wobbles by a second or so when the clock is set.
_CREATED_TOLERANCE_S = 5.0
# A node flushes its state on SIGTERM; with a large chain that takes seconds.
_PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process that can't be mistaken: numbers are used again, creation times are not."""

    pid: int
    created_s: float


def spawn(command: list[str], environment: Mapping[str, str], log: Path) -> ProcessId:
    """The process just started, in a session of its own, its output appended to `log`.

    Ctrl-C in the terminal does not reach it; whoever starts it has to `end` it.
    """
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        command[0],
        command,
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return ProcessId(pid, psutil.Process(pid).create_time())


def is_alive(process: ProcessId) -> bool:
    """Whether that very process still runs; a recycled number and a zombie do not count."""
    return _running(process) is not None


def end(processes: Iterable[ProcessId], *, patience_s: float = _PATIENCE_S) -> int:
    """How many were running: they are asked to end, and killed if they have not in time."""
    running = [found for found in map(_running, processes) if found is not None]
    _signal(running, psutil.Process.terminate)
    _, stubborn = psutil.wait_procs(running, timeout=patience_s)
    _signal(stubborn, psutil.Process.kill)
    psutil.wait_procs(stubborn, timeout=_PATIENCE_S)
    return len(running)


def kill(process: ProcessId) -> None:
    """Ends a process at once, as a crash would: nothing is flushed."""
    running = [found for found in [_running(process)] if found is not None]
    _signal(running, psutil.Process.kill)
    psutil.wait_procs(running, timeout=_PATIENCE_S)


def _running(process: ProcessId) -> psutil.Process | None:
    try:
        found = psutil.Process(process.pid)
        same = abs(found.create_time() - process.created_s) <= _CREATED_TOLERANCE_S
        if not same:
            return None
        if found.status() == psutil.STATUS_ZOMBIE:
            psutil.wait_procs([found], timeout=0)
            return None
    except psutil.NoSuchProcess:
        return None
    return found


def _signal(processes: Iterable[psutil.Process], send: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # it may have ended on its own since we looked
            send(process)
