from __future__ import annotations

import os
from pathlib import Path

from bench.network.health import health
from bench.network.ports import free_ports
from bench.network.process import end, spawn
from bench.network.state import NetworkState
from bench.network.topology import load_topology


def test_a_node_that_runs_but_does_not_answer_is_told(tmp_path: Path) -> None:
    process = spawn(["/bin/sleep", "60"], os.environ, tmp_path / "log")
    endpoint = f"http://127.0.0.1:{free_ports(1)[0]}"
    left = NetworkState(load_topology("qbft-1"), tmp_path, (endpoint,), (process,))
    try:
        seen = health(left)
    finally:
        end([process])

    assert seen.problems == ("validator 0 runs but does not answer",)
    assert seen.validators[0].alive
    assert seen.validators[0].height is None


def test_all_of_a_dead_network_is_told(tmp_path: Path) -> None:
    process = spawn(["/bin/sleep", "60"], os.environ, tmp_path / "log")
    end([process])
    left = NetworkState(
        load_topology("qbft-4"), tmp_path / "gone", ("http://127.0.0.1:1",) * 4, (process,) * 4
    )

    seen = health(left)

    assert [f"validator {index} is dead" for index in range(4)] == list(seen.problems[:4])
    assert "was removed" in seen.problems[4]
    assert seen.as_json()["running"] is False
