"""Watches a cell from outside: what it may hold and how long it may last, whatever it says."""

from __future__ import annotations

import math
import os
import selectors
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from system.bounties.isolation.finished import Outcome
from system.bounties.isolation.limits import Limits

REPORT_BYTES = 64 * 1024  # the line before the result files
LOG_BYTES = 16 * 1024
_POLL_S = 0.05
_START_S = 10.0  # for the start of the cell, and for its report once the task's time is over
_CHUNK_BYTES = 2**18
_PATIENCE_S = 2.0  # for the pipes of what was killed: somebody else may hold them open


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a cell: its report, the end of its log, and why it was killed, if it was."""

    report: bytes
    log: bytes
    killed: Outcome | None
    cpu_s: float
    time_s: float


@dataclass(frozen=True, slots=True)
class _Use:
    memory_bytes: int
    threads: int
    cpu_s: float


def watched(command: Sequence[str], limits: Limits, *, room: Path | None = None) -> Seen:
    """Runs the command to its end, or kills it and all it started at the first limit it passes.

    It runs in the folder `room`, where engines may leave notes of theirs.

    Memory is what its processes hold resident, counted every 50 ms; a page that two of them share
    counts twice.
    """
    process = subprocess.Popen(
        command,
        cwd=room,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        return _Watch(process, limits).run()
    finally:
        _kill(process)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


class _Watch:
    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self._process, self._limits = process, limits
        self._report, self._log = bytearray(), bytearray()
        self._started_s = time.monotonic()
        self._cpu_s = 0.0
        self._most_bytes = limits.output_bytes + REPORT_BYTES

    def run(self) -> Seen:
        killed, next_look_s, end_s = None, 0.0, math.inf
        with selectors.DefaultSelector() as open_pipes:
            for pipe, kept in (
                (self._process.stdout, self._report),
                (self._process.stderr, self._log),
            ):
                assert pipe is not None
                open_pipes.register(pipe, selectors.EVENT_READ, kept)
            while open_pipes.get_map() and time.monotonic() < end_s:
                for key, _ in open_pipes.select(_POLL_S):
                    if not self._read(key):
                        open_pipes.unregister(key.fileobj)
                if killed is None and time.monotonic() >= next_look_s:
                    next_look_s = time.monotonic() + _POLL_S
                    killed = self._exceeded()
                    if killed is not None:
                        _kill(self._process)
                        end_s = time.monotonic() + _PATIENCE_S
        time_s = time.monotonic() - self._started_s
        return Seen(bytes(self._report), bytes(self._log), killed, self._cpu_s, time_s)

    def _read(self, key: selectors.SelectorKey) -> bool:
        """Whether there may be more. Of the log the end is kept, of the report the start."""
        data = os.read(key.fd, _CHUNK_BYTES)
        key.data.extend(data)
        del self._log[:-LOG_BYTES]
        del self._report[self._most_bytes + 1 :]
        return bool(data)

    def _exceeded(self) -> Outcome | None:
        if len(self._report) > self._most_bytes:
            return Outcome.OUTPUT_SIZE
        if time.monotonic() - self._started_s > self._limits.time_s + _START_S:
            return Outcome.TIME
        use = _use(self._process.pid)
        self._cpu_s = max(self._cpu_s, use.cpu_s)
        if use.memory_bytes > self._limits.memory_bytes:
            return Outcome.MEMORY
        # One is the warden, or the launcher where the command is the warden itself.
        return Outcome.PROCESSES if use.threads > self._limits.processes + 1 else None


def _use(pid: int) -> _Use:
    memory_bytes = threads = 0
    cpu_s = 0.0
    for process in _descendants(pid):
        with suppress(psutil.Error):  # it ended while we looked
            memory_bytes += process.memory_info().rss
            threads += process.num_threads()
            times = process.cpu_times()
            cpu_s += times.user + times.system
    return _Use(memory_bytes, threads, cpu_s)


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
    return found


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill what the command started, then the command: the first of a cell takes all with it."""
    for one in [] if process.poll() is not None else _descendants(process.pid):
        with suppress(psutil.Error):
            one.kill()
    process.kill()
    process.wait()
