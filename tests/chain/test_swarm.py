"""The swarm as a person starts it, on a real network, recounted from the chain afterwards.

A swarm mostly waits for blocks: the scenarios run side by side, and each test waits for its own.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bench.load.choices import STORES
from bench.network.ports import free_ports
from bench.network.running import Network
from bench.record.reader import read_run
from system.weights import codec
from tests.chain.commands import LOCUST, WEIGHBRIDGE, Running, run, running, wait_until
from tests.chain.recount import begun_only, recount, rows
from tests.chain.side_by_side import Scenario, side_by_side

pytestmark = pytest.mark.chain


def _swarm(url: str, run_dir: Path, *options: str) -> tuple[str, ...]:
    """A headless swarm; a report is built only where a test reads it."""
    common = ("--headless", "--only-summary", "--rpc-url", url, "--run-dir", str(run_dir))
    return (*LOCUST, *common, "--warmup", "1", "-r", "20", *options)


def _two() -> tuple[str, ...]:
    """Two processes, on a port of their own: scenarios run side by side."""
    port = str(free_ports(1)[0])
    return ("--processes", "2", "--master-port", port, "--master-bind-port", port)


def _summary(run_dir: Path, place: Path) -> dict[str, Any]:
    said = run((*WEIGHBRIDGE, "report", "--json", str(run_dir)), place, "report")
    assert said.code == 0, said.err
    summary: dict[str, Any] = json.loads(said.out)
    return summary


def _stopped_in_flight(swarm: Running, run_dir: Path) -> bool:
    """Hold the swarm still; let it go on unless something of it is in flight."""
    os.killpg(swarm.process.pid, signal.SIGSTOP)
    if begun_only(run_dir):
        return True
    os.killpg(swarm.process.pid, signal.SIGCONT)
    return False


def _ends(run_dir: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted(run_dir.glob("end-*.json"))]


def closed_loop_counts_are_the_chains(url: str, place: Path) -> None:
    run_dir = place / "run"
    said = run(_swarm(url, run_dir, "-u", "20", "-t", "10s", "--weights", "7850"), place)
    assert said.code == 0, said.err
    counted = recount(url, run_dir)
    summary = json.loads((run_dir / "summary.json").read_bytes())
    (cell,) = summary["cells"]
    assert counted.completed >= 40  # 20 workers, at least two rounds in ten seconds
    assert set(counted.outcomes) == {"included"}
    assert (
        cell["included"] == cell["submitted"] == counted.completed == counted.outcomes["included"]
    )
    assert not any(
        cell[kind] for kind in ("reverted", "rejected", "evicted", "timed_out", "aborted")
    )
    assert (cell["outcome"], cell["valid"], cell["weights"]) == ("ok", True, 7850)
    assert cell["gas_predicted"] == pytest.approx(cell["gas_calibrated"], rel=0.01)
    assert cell["first_wall"]["name"] == "transaction size"
    verdict = summary["verdict"]
    assert {one["encoding"] for one in verdict["largest_model"]} == set(codec.names())
    assert verdict["safe_gas_limit"]["chain"] == pytest.approx(cell["gas_limit"], rel=0.01)
    assert verdict["workers_per_minute_round"][0]["workers"] > 0
    assert (run_dir / "index.html").stat().st_size > 10_000
    assert (run_dir / "summary.csv").exists()


def two_processes_lose_and_double_nothing(url: str, place: Path) -> None:
    run_dir = place / "run"
    options = ("-u", "60", "--rate", "40", "--duration", "6", *_two(), "--no-report")
    said = run(_swarm(url, run_dir, *options, "--weights", "650"), place)
    assert said.code == 0, said.err
    counted = recount(url, run_dir)
    # Open loop: a second of warm-up and six measured ones at 40 a second, whatever the chain does.
    assert counted.outcomes == {"included": 280}
    assert counted.completed == 280
    per_process = [len(path.read_bytes().splitlines()) for path in run_dir.glob("submissions-*")]
    assert per_process == [280, 280]  # a begun and an ended line each
    (end,) = _ends(run_dir)
    assert end["valid"], end
    assert end["reconciled"]["agrees"]
    (cell,) = _summary(run_dir, place)["cells"]
    assert (cell["submitted"], cell["included"]) == (280, 280)


def master_and_workers_started_one_by_one(url: str, place: Path) -> None:
    run_dir = place / "run"
    (port,) = free_ports(1)
    options = ("--master", "--expect-workers", "2", "--master-bind-host", "127.0.0.1")
    bind = ("--master-bind-port", str(port), "-u", "10", "--duration", "3", "--no-report")
    worker = (*LOCUST, "--worker", "--master-host", "127.0.0.1", "--master-port", str(port))
    weights = ("--weights", "counter,650")
    with (
        running(_swarm(url, run_dir, *options, *bind, *weights), place, "master") as master,
        running(worker, place, "worker-1") as first,
        running(worker, place, "worker-2") as second,
    ):
        assert master.said().code == 0, master.said().err
        for one in (first, second):
            assert one.said().code == 0, one.said().err
    counted = recount(url, run_dir)
    assert set(counted.outcomes) == {"included"}
    assert counted.completed == counted.outcomes["included"] >= 10
    assert {row["cell"] for row in rows(run_dir)} == {
        "counter_float32_calldata",
        "650_float32_calldata",
    }
    assert len(list(run_dir.glob("process-*-ended.json"))) == 2


def several_sizes_and_a_file_of_ones_own(url: str, place: Path) -> None:
    run_dir, own = place / "run", place / "my own.npy"
    np.save(own, np.linspace(-2, 2, 300).reshape(30, 10))
    weights = ("--weights", f"counter,digits-softmax,7850,{own}")
    said = run(_swarm(url, run_dir, "-u", "12", "--duration", "3", "--no-report", *weights), place)
    assert said.code == 0, said.err
    counted = recount(url, run_dir)
    assert set(counted.outcomes) == {"included"}
    assert counted.completed == counted.outcomes["included"]
    cells = _summary(run_dir, place)["cells"]
    assert sorted(cell["weights"] for cell in cells) == [0, 300, 650, 7850]
    assert all(cell["included"] > 0 for cell in cells)
    assert sum(cell["included"] for cell in cells) == counted.completed
    assert {cell["payload_bytes"] for cell in cells} == {0, 1200, 2600, 31400}


def a_submission_of_many_transactions_counts_once(url: str, place: Path) -> None:
    run_dir = place / "run"
    options = (
        "-u",
        "4",
        "--duration",
        "4",
        "--weights",
        "25450",
        "--encoding",
        "int256",
        "--no-report",
    )
    said = run(_swarm(url, run_dir, *options), place)
    assert said.code == 0, said.err
    counted = recount(url, run_dir)
    ended = rows(run_dir)
    assert {len(row["hashes"]) for row in ended} == {7}  # 814,400 bytes, 128 KB a transaction
    assert counted.completed == counted.outcomes["included"] == len(ended) >= 4


def every_store_takes_weights(url: str, place: Path) -> None:
    started: list[tuple[str, Running]] = []
    try:
        for store in STORES:
            encoding = "int256" if store == "array" else "float32"
            options = ("-u", "2", "--duration", "3", "--weights", "100", "--no-report")
            command = _swarm(url, place / store, *options, "--store", store)
            started.append((store, Running((*command, "--encoding", encoding), place, store)))
        for store, swarm in started:
            said = swarm.said()
            assert said.code == 0, (store, said.err)
    finally:
        for _, swarm in started:
            swarm.end()
    for store in STORES:
        counted = recount(url, place / store)
        assert set(counted.outcomes) == {"included"}, store
        assert counted.completed == counted.outcomes["included"] > 0, store


def a_killed_worker_costs_its_own_rows_only(url: str, place: Path) -> None:
    run_dir = place / "run"
    options = ("-u", "20", "--rate", "20", "--duration", "8", *_two(), "--no-report")
    with running(_swarm(url, run_dir, *options, "--weights", "650"), place) as swarm:
        wait_until(lambda: len(rows(run_dir)) >= 30)
        started = [json.loads(one.read_bytes()) for one in run_dir.glob("process-*-started.json")]
        victim = next(one["pid"] for one in started if one["process"] == 1)
        psutil.Process(victim).send_signal(signal.SIGKILL)
        swarm.said()
    cell = read_run(run_dir)
    outcomes = {row.outcome for row in cell.submissions}
    lost = {row.submission for row in cell.submissions if row.outcome == "aborted"}
    assert outcomes <= {"included", "aborted"}
    assert lost == set(begun_only(run_dir))
    assert all(name.rpartition("-")[0].endswith("-1") for name in lost)
    survivor = [row for row in cell.submissions if row.submission not in lost]
    assert sum(row.submission.rpartition("-")[0].endswith("-0") for row in survivor) == 90
    (end,) = _ends(run_dir)
    (reported,) = _summary(run_dir, place)["cells"]
    assert reported["aborted"] == len(lost)
    assert reported["included"] == len(survivor)
    assert end["outcome"] in ("ok", "saturated")


def rows_of_a_killed_swarm_make_a_report(url: str, place: Path) -> None:
    run_dir = place / "run"
    with running(_swarm(url, run_dir, "-u", "10", "-t", "60s", "--weights", "650"), place) as one:
        wait_until(lambda: len(rows(run_dir)) >= 20)
        wait_until(lambda: _stopped_in_flight(one, run_dir))
        one.process.send_signal(signal.SIGKILL)  # the master; its workers are held still
        one.process.wait()
    assert not _ends(run_dir)
    (cell,) = _summary(run_dir, place)["cells"]
    assert cell["submitted"] == len(rows(run_dir)) + len(begun_only(run_dir))
    assert cell["included"] >= 20
    assert cell["aborted"] == len(begun_only(run_dir)) > 0
    assert (run_dir / "index.html").exists()


def a_swarm_stopped_by_ctrl_c_settles_and_finishes(url: str, place: Path) -> None:
    _stopped_by(signal.SIGINT, url, place)


def a_swarm_stopped_by_sigterm_settles_and_finishes(url: str, place: Path) -> None:
    _stopped_by(signal.SIGTERM, url, place)


def _stopped_by(number: signal.Signals, url: str, place: Path) -> None:
    run_dir = place / "run"
    options = ("-u", "6", "-t", "60s", "--weights", "counter", *_two(), "--no-report")
    with running(_swarm(url, run_dir, *options), place) as swarm:
        wait_until(lambda: len(rows(run_dir)) >= 12)
        swarm.process.send_signal(number)
        assert swarm.said(limit_s=40).code == 0
    assert begun_only(run_dir) == []
    (end,) = _ends(run_dir)
    assert end["valid"], end
    counted = recount(url, run_dir)
    assert counted.completed == counted.outcomes["included"]


SCENARIOS: tuple[Scenario, ...] = (
    closed_loop_counts_are_the_chains,
    two_processes_lose_and_double_nothing,
    master_and_workers_started_one_by_one,
    several_sizes_and_a_file_of_ones_own,
    a_submission_of_many_transactions_counts_once,
    every_store_takes_weights,
    a_killed_worker_costs_its_own_rows_only,
    rows_of_a_killed_swarm_make_a_report,
    a_swarm_stopped_by_ctrl_c_settles_and_finishes,
    a_swarm_stopped_by_sigterm_settles_and_finishes,
)


@pytest.fixture(scope="module")
def started(
    request: pytest.FixtureRequest, four: Network, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Scenario, Future[None]]]:
    """The scenarios that were selected."""
    url = four.endpoints[0]
    with side_by_side(test_scenario, url, request=request, places=tmp_path_factory) as futures:
        yield futures


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_scenario(started: dict[Scenario, Future[None]], scenario: Scenario) -> None:
    started[scenario].result()
