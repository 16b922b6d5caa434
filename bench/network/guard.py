"""A guard: ends processes once the command that started them is gone, however it was killed.

A command that is killed hard runs no clean-up of its own, and validators live in sessions of
their own: they would stay behind, four at a time. The guard holds the other end of a pipe, which
the system closes for every kind of death.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from bench.network import process
from bench.network.process import ProcessId

Watch = Callable[[ProcessId], None]
_RELEASED = "released"


@contextmanager
def guarding(remove: Path | None = None) -> Iterator[Watch]:
    """A function that places a process, and what it will have started, under guard.

    If this process dies inside the block, they are killed and the folder `remove` is deleted. The
    block's normal end lets them go: ending them is then the caller's own affair.
    """
    reading, writing = os.pipe()
    place = "" if remove is None else str(remove)
    guard = subprocess.Popen(
        [sys.executable, "-m", __name__, place], stdin=reading, start_new_session=True
    )
    os.close(reading)

    def say(line: str) -> None:
        with suppress(BrokenPipeError):  # somebody ended the guard; the block goes on unguarded
            os.write(writing, f"{line}\n".encode())

    try:
        yield lambda watched: say(f"{watched.pid} {watched.created_s!r}")
    finally:
        say(_RELEASED)
        os.close(writing)
        guard.wait()


def stand(lines: Iterable[str], remove: str) -> None:
    """What the guard does: read until the pipe closes, then act unless it was released."""
    watched: list[ProcessId] = []
    for line in lines:
        if line.strip() == _RELEASED:
            return
        pid, created_s = line.split()
        watched.append(ProcessId(int(pid), float(created_s)))
    for each in [*_descendants(watched), *watched]:
        process.kill(each)
    if remove:
        shutil.rmtree(remove, ignore_errors=True)


def _descendants(watched: Iterable[ProcessId]) -> list[ProcessId]:
    found = []
    for each in filter(process.is_alive, watched):
        try:
            children = psutil.Process(each.pid).children(recursive=True)
            found += [ProcessId(child.pid, child.create_time()) for child in children]
        except psutil.NoSuchProcess:  # it ended while we looked
            continue
    return found


if __name__ == "__main__":
    stand(sys.stdin, sys.argv[1])
