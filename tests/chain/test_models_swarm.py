"""Swarms that train models on the chain: counts reconciled, and the bad end where they should."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from bench.network.ports import free_ports
from bench.network.running import Network
from tests.chain.commands import LOCUST, run
from tests.chain.recount import begun_only, recount, rows
from tests.chain.side_by_side import Scenario, side_by_side

pytestmark = pytest.mark.chain

CONTRIBUTIONS = 24  # four a second for one and five seconds


def _swarm(url: str, place: Path, *options: str) -> Path:
    run_dir = place / "run"
    common = ("--headless", "--only-summary", "--no-report", "--rpc-url", url)
    load = ("-u", "6", "-r", "6", "--rate", "4", "--warmup", "1", "--duration", "5")
    system = ("--system", "models", "--seed", "2", "--bad", "0.34")
    told = ("--run-dir", str(run_dir), "--drain", "15", "--refund-wait-s", "1")
    said = run((*LOCUST, *common, *load, *system, *told, *options), place)
    assert said.code == 0, said.err
    return run_dir


def _checked(url: str, run_dir: Path) -> dict[str, Any]:
    """The cell's end, after rows, chain and what it says were held against each other."""
    [path] = run_dir.glob("end-*.json")
    end: dict[str, Any] = json.loads(path.read_bytes())
    assert (end["valid"], end["outcome"], end["reconciled"]["agrees"]) == (True, "ok", True), end
    assert end["accounts"]["conserved"]
    assert begun_only(run_dir) == []
    assert recount(url, run_dir).outcomes == Counter(included=CONTRIBUTIONS)
    ended = rows(run_dir)
    for role, said in end["accounts"]["roles"].items():
        mine = [row for row in ended if row["behaviour"] == role]
        assert (said["submissions"], said["accounts"]) == (
            len(mine),
            len({row["worker"] for row in mine}),
        )
    assert {row["payload_bytes"] for row in ended} == {8 * _facts(run_dir)["weights"]}
    for one in end["calls"].values():
        assert one["sent"] == one["succeeded"] + sum(one["reverted"].values())
    return end


def _facts(run_dir: Path) -> dict[str, Any]:
    [path] = run_dir.glob("cell-*.json")
    facts: dict[str, Any] = json.loads(path.read_bytes())
    return facts


def stakes_go_from_bad_to_good(url: str, place: Path) -> None:
    run_dir = _swarm(url, place, "--weights", "64", "--incentive", "stake")
    end = _checked(url, run_dir)
    roles, calls = end["accounts"]["roles"], end["calls"]
    assert int(roles["bad"]["net"]) < 0 < int(roles["good"]["net"])
    # Nobody else pays: what one role lost and does not come back, the other has, or the contract.
    left = sum(int(one["at_stake"]) for one in roles.values())
    assert sum(int(one["net"]) for one in roles.values()) == -left
    assert calls["refund"]["succeeded"] > 0
    assert calls["report"]["succeeded"] > 0
    assert calls["withdraw"]["succeeded"] == calls["withdraw"]["sent"] > 0


def bad_data_earns_fewer_points(url: str, place: Path) -> None:
    [port] = free_ports(1)
    processes = ("--processes", "2", "--master-bind-port", str(port), "--master-port", str(port))
    kind = ("--weights", "30", "--incentive", "points", "--classifier", "softmax")
    run_dir = _swarm(url, place, *kind, *processes)
    end = _checked(url, run_dir)
    assert len(list(run_dir.glob("submissions-*.jsonl"))) == 2
    roles = end["accounts"]["roles"]
    assert end["accounts"]["unit"] == "points"
    shares = {name: int(one["net"]) / one["submissions"] for name, one in roles.items()}
    assert shares["bad"] < shares["good"]
    points = sum(int(one["net"]) for one in roles.values())
    assert points == end["calls"]["refund"]["succeeded"]


@pytest.fixture(scope="module")
def scenarios(
    four: Network, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Scenario, Future[None]]]:
    url = four.endpoints[0]
    with side_by_side(test_a_models_swarm, url, request=request, places=tmp_path_factory) as runs:
        yield runs


@pytest.mark.parametrize("scenario", [stakes_go_from_bad_to_good, bad_data_earns_fewer_points])
def test_a_models_swarm(scenario: Scenario, scenarios: dict[Scenario, Future[None]]) -> None:
    scenarios[scenario].result()
