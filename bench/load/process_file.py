"""What a swarm process leaves behind beside its rows: how the run's parts find each other."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import psutil

from bench.record.files import write_atomically


@dataclass(frozen=True, slots=True)
class ProcessStart:
    """A process that began to send: its pid tells whether it still lives."""

    session: str
    process: int
    pid: int


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """A process that drained and closed its rows: `cpu_s` is user and system time together."""

    session: str
    process: int
    window_start_s: float
    window_end_s: float
    cpu_s: float
    memory_bytes: int
    lag_s: dict[str, float] | None
    last_block: int
    rpc_calls: int
    halted: str
    left_open: int


def write_start(run_dir: Path, session: str, process: int) -> None:
    """Note that this process takes part in the session."""
    _write(run_dir, "started", ProcessStart(session, process, os.getpid()))


def write_process(run_dir: Path, end: ProcessEnd) -> None:
    """Note that this process is done."""
    _write(run_dir, "ended", end)


def ended(run_dir: Path, session: str) -> list[ProcessEnd]:
    """The processes of a session that ended in order, by index."""
    paths = sorted(run_dir.glob(f"process-{session}-*-ended.json"))
    ends = (ProcessEnd(**orjson.loads(path.read_bytes())) for path in paths)
    return sorted(ends, key=lambda end: end.process)


def still_running(run_dir: Path, session: str) -> list[int]:
    """The indexes of processes that started, have not ended and are alive."""
    done = {end.process for end in ended(run_dir, session)}
    paths = run_dir.glob(f"process-{session}-*-started.json")
    starts = [ProcessStart(**orjson.loads(path.read_bytes())) for path in paths]
    return sorted(s.process for s in starts if s.process not in done and _alive(s.pid))


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _write(run_dir: Path, kind: str, fact: ProcessStart | ProcessEnd) -> None:
    path = run_dir / f"process-{fact.session}-{fact.process}-{kind}.json"
    write_atomically(path, orjson.dumps(asdict(fact)))
