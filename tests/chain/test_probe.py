"""Walls measured on real nodes lie where the settings put them, and what is recommended starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest

from bench import command_line
from bench.network import process
from bench.network.build import environment
from bench.network.node import Node
from bench.network.ports import free_ports
from bench.network.running import Network, network
from bench.network.topology import Topology, load_topology
from bench.network.validators import validators
from bench.probe.command import probe as probe_command
from bench.probe.deadline import Deadline
from bench.probe.recommend import recommend
from bench.probe.subject import Subject
from bench.probe.walls import block_gas, code, gas_cap, rounds, transaction_gas, transaction_size
from bench.probe.walls import pool as pool_wall
from system.chain.probe import probe
from system.chain.rpc import Rpc, RpcError, Unreachable
from tests.unit.probe.synthetic import subject

pytestmark = pytest.mark.chain

HARMLESS = "HTTP body,transaction size,contract code,eth_call cap,transaction gas"
SMALL = """\
validators = {validators}
transaction_size_limit_kb = {size_kb}
code_size_limit_kb = {code_kb}
gas_limit = {gas_limit}
request_timeout_s = 2
[pool]
account_slots = 3
global_slots = 12
account_queue = 5
global_queue = 20
"""


def small(place: Path, **settings: int) -> str:
    """The path of a topology with small limits."""
    given = {"validators": 1, "size_kb": 64, "code_kb": 48, "gas_limit": 30_000_000, **settings}
    path = place / "small.toml"
    path.write_text(SMALL.format(**given))
    return str(path)


def probed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    """The command's exit code, its findings by name, and what it said meanwhile."""
    code = command_line.run_function(probe_command, [*words, "--json"])
    said = capsys.readouterr()
    return code, {row["name"]: row for row in orjson.loads(said.out)["walls"]}, said.err


def measured(rows: dict[str, Any]) -> dict[str, float]:
    """What was measured, by the wall's name."""
    return {name: row["measured"] for name, row in rows.items()}


def test_measured_limits_follow_the_settings(tmp_path, capsys):
    topology = small(tmp_path, size_kb=33, code_kb=48, gas_limit=24_000_001)
    out = tmp_path / "probe.json"
    walls = f"{HARMLESS},block gas"
    code, rows, said = probed(capsys, "--topology", topology, "--walls", walls, "--out", str(out))
    assert code == 0, rows
    assert measured(rows) == {
        "HTTP body": 5 * 2**20,
        "transaction size": 33 * 1_024,
        "contract code": 48 * 1_024,
        "eth_call cap": 25_000_000,
        "eth_estimateGas cap": 24_000_001,
        "transaction gas": 24_000_001,
        "intrinsic gas, other byte": 16,
        "intrinsic gas, zero byte": 4,
        "block gas": 24_000_000,
    }
    assert all(row["agrees"] for row in rows.values())
    assert rows["HTTP body"]["symptom"] == "HTTP 413 content length too large (5242881>5242880)"
    assert rows["transaction size"]["symptom"] == "oversized data"
    assert rows["contract code"]["symptom"] == "max code size exceeded"
    assert rows["transaction gas"]["symptom"] == "exceeds block gas limit"
    assert rows["intrinsic gas, zero byte"]["symptom"] == "intrinsic gas too low"
    assert "6/6 block gas: as predicted" in said
    assert json.loads(out.read_text())["walls"] == list(rows.values())


def test_pool_and_rounds_follow_the_settings(tmp_path):
    of = subject(load_topology(small(tmp_path, validators=4)))
    # Each breaks networks of its own and mostly waits.
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda wall: wall.measure(of), (pool_wall.WALL, rounds.WALL)))
    *limits, evicted, own = found[0]
    assert {row.name: row.measured for row in [*limits, own]} == {
        "pool, one account": 3,
        "pool, all accounts": 12,
        "pool, behind a gap": 5,
        "pool, in all": 32,
        "pool, --txpool.nolocals": 32,
    }
    assert all(row.agrees for row in found[0])
    assert evicted.measured is not None
    assert evicted.measured > 20
    assert "replacement transaction underpriced" in evicted.symptom
    timeout, back = found[1]
    # How much longer than its timer a round takes is the machine's affair.
    assert timeout.predicted == 2
    assert timeout.measured is not None
    assert timeout.measured >= 1.5
    assert back.measured is not None


def test_a_user_s_chain_is_left_as_it_was(single: Network, capsys):
    rpc = Rpc(single.endpoints[0])
    account = rpc.call("txpool_status")
    code, rows, said = probed(capsys, "--rpc-url", single.endpoints[0])
    assert code == 0, rows
    assert rows["transaction size"]["measured"] == 131_072
    skipped = [name for name, row in rows.items() if row["outcome"] == "skipped"]
    assert skipped == ["block gas", "pool", "round timeout", "block message"]
    assert "say --may-break" in said
    assert rpc.call("txpool_status") == account


def test_a_stopped_chain_holds_nothing_up(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(block_gas, "_PATIENCE_S", 1.0)
    monkeypatch.setattr(block_gas, "_PATIENCE_PERIODS", 0)
    with network(load_topology("qbft-1")) as running:
        url = running.endpoints[0]
        Rpc(url).call("miner_stop")
        words = ["--rpc-url", url, "--may-break", "--walls", "block gas,transaction gas"]
        code, rows, _ = probed(capsys, *words)
    assert code == 1
    assert rows["block gas"]["outcome"] == "not measured"
    assert "did not come within 1 s" in rows["block gas"]["note"]
    assert rows["transaction gas"]["agrees"] is True


class Recommended:
    """One validator started with what is recommended, and nothing else that sets a limit."""

    def __init__(self, place: Path, geth: Path, topology: Topology) -> None:
        found = recommend(subject(topology))
        p2p, http, metrics = free_ports(3)
        identity, folder = validators(topology)[0], place / "node"
        node = Node(identity, folder, p2p=p2p, http=http, metrics=metrics, raft=0)
        genesis = place / "genesis.json"
        genesis.write_bytes(orjson.dumps(found.genesis))
        node.write(geth, genesis, [node])
        own = node.command(geth, topology, mine=True)
        limits = ("--miner.gas", "--txpool.")
        kept = _without(own, limits)
        flags = [word for flag in found.flags for word in flag.split()]
        self.found, self.endpoint = found, node.endpoint
        self.process = process.spawn([*kept, *flags], environment(), node.log)


def _without(command: list[str], prefixes: tuple[str, ...]) -> list[str]:
    """A command line without the flags that begin so, and their values."""
    words = iter(command)
    kept = []
    for word in words:
        if word.startswith(prefixes):
            next(words)
        else:
            kept.append(word)
    return kept


@pytest.fixture
def recommended(tmp_path: Path, geth: Path) -> Iterator[Recommended]:
    """A node with the recommended genesis and flags, once it makes blocks."""
    started = Recommended(tmp_path, geth, load_topology("qbft-1"))
    try:
        Deadline(30).until(lambda: _height(started.endpoint), "the first block")
        yield started
    finally:
        process.end([started.process])


def _height(endpoint: str) -> int | None:
    try:
        return int(Rpc(endpoint).call("eth_blockNumber"), 16) or None
    except (Unreachable, RpcError):
        return None


def test_what_is_recommended_starts_and_sets_the_limits(recommended: Recommended):
    found = recommended.found
    rpc = Rpc(recommended.endpoint)
    chain = probe(rpc)
    gas_limit = min(found.safe_gas_limit.values())
    code_kb = found.genesis["config"]["maxCodeSizeConfig"][0]["size"]
    # As somebody else's chain, so that nothing is predicted from the topology.
    of = Subject(rpc, chain, "recommended")
    walls = (transaction_size, code, gas_cap, transaction_gas, block_gas)
    rows = {row.name: row for wall in walls for row in wall.WALL.measure(of)}
    assert rows["transaction size"].measured == 131_072
    assert rows["contract code"].measured == code_kb * 1_024
    assert rows["eth_call cap"].measured == gas_limit  # --rpc.gascap
    assert rows["transaction gas"].measured == gas_limit
    assert rows["block gas"].measured == gas_limit // 20 * 20
