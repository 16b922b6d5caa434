"""Starts a task with its limits, waits for it, ends what it left behind and reports on it.

It is the first process of the cell and ours, but what it writes is taken for a stranger's word.
The report is one line of JSON, then the bytes of the result files in the order it names them.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import sys
import time
from collections.abc import Iterator
from typing import Any

from . import boot, calls, kernel  # inside a cell this package has no parent

_POLL_S = 0.02
# The kernel's limits stand a little above those that are watched: who reaches the watched one is
# named, who jumps over it is stopped.
_SPARE_PROCESSES = 4
_SPARE_MEMORY_BYTES = 512 * 2**20
_OPEN_FILES = 256
_MOST_ENTRIES = 4000
_OUTCOMES = {
    boot.MEMORY: "memory",
    boot.PROCESSES: "processes",
    boot.FILE_SIZE: "file size",
    boot.OUTPUT_SIZE: "output size",
}


def main() -> None:
    """Do what the orders in the first argument say."""
    orders = json.loads(sys.argv[1])
    kernel.hide_memory()
    kernel.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one signal that Python would hear
    filter_library = calls.library() if orders["filtered"] else None
    started_s = time.monotonic()
    task = os.fork()
    if task == 0:
        _become_the_task(orders, filter_library)
    status, outcome = _wait(task, orders, started_s + orders["limits"]["time_s"])
    _end_everything()
    code = os.waitstatus_to_exitcode(status)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = used.ru_utime + used.ru_stime
    outcome = outcome or _outcome(code, cpu_s, orders["limits"]["cpu_s"])
    files, outcome = _collected(orders, outcome) if outcome == "finished" else ([], outcome)
    report = {
        "outcome": outcome,
        "exit_code": code,
        "cpu_s": cpu_s,
        "filtered": filter_library is not None,
        "files": [[name, len(data)] for name, data in files],
    }
    sys.stdout.buffer.write(json.dumps(report).encode() + b"\n")
    for _, data in files:
        sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _become_the_task(orders: dict[str, Any], filter_library: Any) -> None:
    try:
        os.setsid()
        os.umask(0o022)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # what it prints goes to the log; the report is none of its business
        os.closerange(3, 2**20)
        os.chdir(orders["scratch"])
        _limit(orders["limits"])
        if orders["become"] is not None:
            os.setgroups([])
            os.setresgid(*[orders["become"]] * 3)
            os.setresuid(*[orders["become"]] * 3)
        if orders["shut_in"]:
            kernel.give_up_capabilities()
        kernel.no_new_privileges()
        if filter_library is not None:
            calls.refuse_calls(filter_library)
        os.execve(orders["command"][0], orders["command"], orders["environment"])
    except BaseException as error:  # nothing of the warden may run on in its child
        os.write(2, f"the task could not be started: {error}\n".encode())
        os._exit(1)


def _limit(limits: dict[str, Any]) -> None:
    for which, most in (
        (resource.RLIMIT_CPU, limits["cpu_s"]),
        (resource.RLIMIT_AS, limits["memory_bytes"] + _SPARE_MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NPROC, limits["processes"] + _SPARE_PROCESSES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(which)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (least, least))


def _wait(task: int, orders: dict[str, Any], deadline_s: float) -> tuple[int, str | None]:
    """The task's wait status, and the limit for which it was killed, if it was."""
    outcome = None
    while True:
        ended, status = os.waitpid(-1, os.WNOHANG)  # orphans are reaped here too
        if ended == task:
            return status, outcome
        if ended:
            continue
        if outcome is None:
            outcome = _exceeded(orders, deadline_s)
            if outcome is not None:
                os.kill(task, signal.SIGKILL)
        time.sleep(_POLL_S)


def _exceeded(orders: dict[str, Any], deadline_s: float) -> str | None:
    if time.monotonic() > deadline_s:
        return "time"
    if orders["shut_in"] and any(map(_is_crowded, (orders["results"], orders["scratch"]))):
        return "output size"
    if orders["most_threads"] is not None and _threads() > orders["most_threads"] + 1:
        return "processes"
    return None


def _threads() -> int:
    count = 0
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        try:
            count += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208
        except OSError:  # it ended while we looked
            continue
    return count


def _is_crowded(place: str) -> bool:
    """Whether a file system in memory has more entries than any task needs."""
    entries = os.statvfs(place)
    return entries.f_files - entries.f_ffree > _MOST_ENTRIES


def _end_everything() -> None:
    """Kill every other process of the cell and reap it, so that its time counts."""
    while True:
        for one in [-1] if os.getpid() == 1 else _children():
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    """Children of this process by the machine's own list, orphans that it adopted among them."""
    with open(f"/proc/self/task/{os.getpid()}/children") as listed:  # noqa: PTH123
        return [int(word) for word in listed.read().split()]


def _outcome(code: int, cpu_s: float, most_cpu_s: int) -> str:
    if code == 0:
        return "finished"
    if code == -signal.SIGXCPU or (code == -signal.SIGKILL and cpu_s > most_cpu_s - 0.5):
        return "time"
    if code == -signal.SIGXFSZ:
        return "file size"
    if code == -signal.SIGKILL:  # by the kernel for lack of memory: nobody else would
        return "memory"
    return _OUTCOMES.get(code, "crashed")


def _collected(orders: dict[str, Any], outcome: str) -> tuple[list[tuple[str, bytes]], str]:
    """The result files' names and bytes, and the outcome, which may be that there is too much."""
    files: list[tuple[str, bytes]] = []
    left_bytes = orders["limits"]["output_bytes"]
    for name, descriptor in _opened(orders["results"]):
        with open(descriptor, "rb") as source:  # noqa: PTH123
            data = source.read(left_bytes + 1)
        left_bytes -= len(data)
        if left_bytes < 0 or len(files) == orders["limits"]["output_files"]:
            return [], "output size"
        files.append((name, data))
    return files, outcome


def _opened(folder: str) -> Iterator[tuple[str, int]]:
    """Plain files of the folder, opened; links, folders, pipes and the like are passed over."""
    for name in sorted(os.listdir(folder)):  # noqa: PTH208
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(f"{folder}/{name}", flags)
        except OSError:
            continue
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            yield name.encode(errors="replace").decode(), descriptor
        else:
            os.close(descriptor)


if __name__ == "__main__":
    main()
