"""One run of each driver on a network of its own, measured by the chain's own events."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.compare.flood import flood
from bench.compare.meter import Committed, committed
from bench.load.config import SwarmConfig
from bench.load.prepare import prepare
from bench.load.session import Session, read_session
from bench.load.workloads.jobs import JobsWorkload
from bench.network.running import network
from bench.network.topology import load_topology
from bench.record.provenance import run_meta
from bench.record.reader import read_cell_end
from bench.record.writer import create_run
from bench.sweep.locust_run import run_cell
from bench.sweep.plan import Plan
from bench.sweep.point import Cell, Point
from system.chain.compiler import artifact
from system.chain.rpc import Rpc
from system.errors import WeighbridgeError
from system.learning.models import parse_weights

_FLOOD_LIMIT_S = 180.0
# Encoding alone fills a core with these: more users would only wait longer for their turn.
_NAIVE_USERS = 20
_NAIVE_GAS = 6_000_000
# Waiting transactions share a request, as the flood's do.
_BATCH = 16


class RunFailed(WeighbridgeError):
    """A driver did not finish: there is no figure to compare."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a driver committed, and its own CPU (user and system) for each submission, in ms."""

    committed: Committed
    cpu_ms: float


def run_flood(weights: str, *, submissions: int, topology: str) -> Measured:
    """The ceiling: everything signed beforehand and pushed at once."""
    with _network(topology) as (url, folder):
        _, session = prepare(_config(weights, url, folder / "run"), argv=["flood"])
        rpc = Rpc(url, timeout_s=120.0)
        used_s = _cpu_s()
        done = flood(
            rpc,
            JobsWorkload(session),
            chain_id=session.chain.chain_id,
            submissions=submissions,
            limit_s=_FLOOD_LIMIT_S,
        )
        cpu_s = _cpu_s() - used_s
        found = _committed(rpc, session, done.first_block, done.last_block)
    return Measured(found, 1000 * cpu_s / found.submissions)


def run_swarm(
    weights: str, *, rate_per_s: float, seconds: float, topology: str, encoding: str = "float32"
) -> Measured:
    """This project's Locust swarm at an offered rate; its CPU as the run's own record has it."""
    point = Point(weights, encoding=encoding, rate_per_s=rate_per_s, topology=topology)
    plan = Plan("compare", (point,), warmup_s=0.0, duration_s=seconds, drain_s=60.0, batch=_BATCH)
    [cell] = plan.cells()
    with _network(topology) as (url, folder):
        run = create_run(folder / "run", run_meta(run="compare", argv=[], plan={}, seed=plan.seed))
        fault = run_cell(plan, cell, run_dir=run.path, urls=[url], log=folder / "log")
        end = read_cell_end(run.path, cell.id)
        if fault or end is None or not end.valid or end.last_block is None:
            why = fault or (end.invalid_reason if end else "no result")
            raise RunFailed(f"the swarm's {weights} at {rate_per_s:.1f}/s: {why}")
        session = _session(run.path, cell)
        found = _committed(Rpc(url), session, session.first_block, end.last_block)
    return Measured(found, 1000 * (end.generator_cpu_s or 0.0) / found.submissions)


def run_naive(weights: int, *, seconds: float, topology: str) -> Measured:
    """The Locust user people write today, with `int256[]` in two chunks, for `seconds`."""
    with _network(topology) as (url, folder):
        _, session = prepare(_config(str(weights), url, folder / "run"), argv=["naive"])
        settings = {
            "url": url,
            "board": session.contracts["board"],
            "store": session.contracts["store"],
            "board_abi": artifact("JobBoard").abi,
            "store_abi": artifact("CalldataStore").abi,
            "weights": weights,
            "chunks": 2,
            "gas": _NAIVE_GAS,
            "chain_id": session.chain.chain_id,
            "cpu_file": str(folder / "cpu.json"),
        }
        _run_naive(settings, seconds, folder / "log")
        rpc = Rpc(url)
        last = int(rpc.call("eth_blockNumber"), 16)
        found = _committed(rpc, session, session.first_block, last)
        cpu_s = json.loads((folder / "cpu.json").read_text())["cpu_s"]
    return Measured(found, 1000 * cpu_s / found.submissions)


def _run_naive(settings: dict[str, object], seconds: float, log: Path) -> None:
    locustfile = Path(__file__).with_name("naive_locustfile.py")
    users = str(_NAIVE_USERS)
    command = [sys.executable, "-m", "locust", "-f", str(locustfile), "--headless"]
    command += ["--only-summary", "-u", users, "-r", users, "-t", f"{seconds:.0f}s"]
    with log.open("wb") as output:
        subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"NAIVE_SETTINGS": json.dumps(settings)},
            timeout=seconds + 120,
            check=False,
        )


@contextmanager
def _network(topology: str) -> Iterator[tuple[str, Path]]:
    with (
        tempfile.TemporaryDirectory(prefix="weighbridge-compare-") as folder,
        network(load_topology(topology)) as running,
    ):
        yield running.endpoints[0], Path(folder)


def _committed(rpc: Rpc, session: Session, first: int, last: int) -> Committed:
    return committed(rpc, session.completed_topics, first=first, last=last)


def _session(run_dir: Path, cell: Cell) -> Session:
    [path] = run_dir.glob(f"session-{cell.id}.*.json")
    return read_session(path)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _config(weights: str, url: str, run_dir: Path) -> SwarmConfig:
    return SwarmConfig(
        weights=parse_weights(weights),
        encoding="float32",
        store="calldata",
        privacy="plain",
        system="jobs",
        rpc_urls=(url,),
        chain_id=None,
        rate_per_s=None,
        schedule="constant",
        warmup_s=0.0,
        duration_s=None,
        drain_s=60.0,
        seed=1,
        batch=1,
        run_dir=run_dir,
        cell=None,
        repeat=1,
        topology="",
        users=None,
        report=False,
    )
