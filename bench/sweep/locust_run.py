"""One cell as one headless Locust process: a fresh interpreter, so its CPU is only its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from bench.load.choices import Option
from bench.network.guard import guarding
from bench.network.ports import LOOPBACK, free_ports
from bench.network.process import ProcessId
from bench.sweep.plan import Plan
from bench.sweep.point import Cell
from system.errors import UsageError
from system.paths import PROJECT_ROOT

# Compiling, deploying, registering and finishing: measured at 6 to 20 s on two cores.
_OVERHEAD_S = 120.0


class UnusableCell(UsageError):
    """The generator refused the cell's settings; the message is its own."""


def run_cell(plan: Plan, cell: Cell, *, run_dir: Path, urls: Sequence[str], log: Path) -> str:
    """Run the cell; "" when it ended by itself, else one line that says how it went wrong.

    Raises UnusableCell when Locust found the cell's settings unusable.
    """
    limit_s = plan.warmup_s + plan.window_s(cell.point) + plan.drain_s + _OVERHEAD_S
    with guarding() as watch, log.open("wb") as output:
        process = subprocess.Popen(
            command(plan, cell, run_dir=run_dir, urls=urls),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        try:
            watch(ProcessId(process.pid, psutil.Process(process.pid).create_time()))
            code = process.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            return f"the generator did not end within {limit_s:.0f} s and was stopped"
        finally:
            _end(process)
    if code == UsageError.exit_code:
        raise UnusableCell(last_line(log))
    return "" if code in (0, 1) else f"the generator ended with code {code}: {last_line(log)}"


def command(plan: Plan, cell: Cell, *, run_dir: Path, urls: Sequence[str]) -> list[str]:
    """The command line of a cell, as a person could type it."""
    point = cell.point
    users = point.accounts()
    options = {
        "--users": users,
        "--spawn-rate": users,
        "--weights": point.weights,
        "--encoding": point.encoding,
        "--store": point.store,
        "--privacy": point.privacy,
        "--system": point.system,
        "--schedule": point.schedule,
        "--warmup": plan.warmup_s,
        "--duration": plan.window_s(point),
        "--drain": plan.drain_s,
        "--seed": plan.seed + cell.repeat,
        "--batch": plan.batch,
        "--rpc-url": ",".join(urls),
        "--run-dir": run_dir,
        "--cell": cell.id,
        "--repeat": cell.repeat,
        "--topology": point.topology,
    }
    if point.rate_per_s is not None:
        options["--rate"] = point.rate_per_s
    if point.job_size is not None:
        options["--job-size"] = point.job_size
    if point.evil:
        options |= {"--evil": point.evil, "--evil-behaviour": point.evil_behaviour}
    options |= {Option(name, value, "").flag: value for name, value in point.settings}
    if plan.processes > 1:
        [port] = free_ports(1)  # Locust's own default is one port: two sweeps at once would meet
        options |= {"--processes": plan.processes, "--master-bind-host": LOOPBACK}
        options |= {"--master-port": port, "--master-bind-port": port}
    flags = [text for key, value in options.items() for text in (key, str(value))]
    locustfile = str(PROJECT_ROOT / "locustfile.py")
    # -P: a folder of the user's own called `bench` must not be taken for ours.
    fixed = ["-P", "-m", "locust", "-f", locustfile, "--headless", "--only-summary", "--no-report"]
    return [sys.executable, *fixed, *flags]


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    spoken = [line.strip() for line in lines if line.strip()]
    return spoken[-1] if spoken else "(it printed nothing)"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the generator and its worker processes, which share a session of their own.

    At once: its rows are on disk, and a cell that it cut short would pass for a whole one.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
