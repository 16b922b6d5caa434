"""Networks as they really start, run, lose validators and stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bench.network.ready import NodeDied
from bench.network.running import Network, network, start
from bench.network.topology import load_topology, topology_names
from bench.network.validators import treasury_key
from system.chain.keys import address_of
from system.chain.rpc import Rpc
from system.chain.transaction import sign_legacy
from system.errors import NetworkError, UsageError

pytestmark = pytest.mark.chain

_SINK = bytes.fromhex("5e" * 20)  # no contract and no precompile


def _until(holds: Callable[[], bool], patience_s: float, what: str) -> None:
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {patience_s:g} s"
        time.sleep(0.05)


def _height(endpoint: str) -> int:
    return int(Rpc(endpoint).call("eth_blockNumber"), 16)


def _send(running: Network, data: bytes = b"") -> dict[str, str]:
    """The receipt of a transaction from the treasury, as the last validator tells it."""
    rpc = Rpc(running.endpoints[0])
    key = treasury_key(running.topology)
    nonce = int(rpc.call("eth_getTransactionCount", address_of(key), "latest"), 16)
    signed = sign_legacy(
        key=key,
        nonce=nonce,
        gas=21_000 + 16 * len(data),
        to=_SINK,
        data=data,
        value=1,
        chain_id=running.topology.chain_id,
    )
    rpc.call("eth_sendRawTransaction", "0x" + signed.raw.hex())
    last = Rpc(running.endpoints[-1])
    receipts: list[dict[str, str]] = []

    def told() -> bool:
        answer = last.call("eth_getTransactionReceipt", "0x" + signed.hash.hex())
        receipts.extend([answer] if answer else [])
        return bool(receipts)

    _until(told, 20, "the transaction is committed")
    return receipts[0]


def _listeners(running: Network) -> set[tuple[str, int]]:
    found = set()
    for pid in running.processes:
        for socket in psutil.Process(pid).net_connections("inet"):
            # A UDP socket has no state: it receives as soon as it is bound.
            if socket.status == psutil.CONN_LISTEN or not socket.raddr:
                found.add((socket.laddr.ip, socket.laddr.port))
    return found


@pytest.mark.parametrize("name", topology_names())
def test_every_topology_starts_commits_a_transaction_and_stops(geth: Path, name: str) -> None:
    topology = load_topology(name)
    with network(topology) as running:
        assert len(running.endpoints) == len(running.processes) == topology.validators
        if not topology.idles:
            assert min(map(_height, running.endpoints)) >= 1
        receipt = _send(running)
        pids = running.processes

        assert receipt["status"] == "0x1"
        # Raft's own transport can't be bound to loopback; everything else is.
        raft = {node.raft for node in running.nodes if node.raft}
        beyond = {port for address, port in _listeners(running) if address != "127.0.0.1"}
        assert beyond == raft
        assert len(_listeners(running)) == topology.validators * (4 if raft else 3)

    assert not any(map(psutil.pid_exists, pids))
    assert not running.directory.exists()


def test_the_gas_limit_stays_where_the_topology_put_it(four: Network) -> None:
    _send(four, data=b"\x01" * 100_000)
    rpc = Rpc(four.endpoints[0])
    _until(lambda: _height(four.endpoints[0]) >= 4, 20, "four blocks")

    blocks = rpc.batch([("eth_getBlockByNumber", [hex(n), False]) for n in range(5)])

    assert {int(block["gasLimit"], 16) for block in blocks} == {four.topology.gas_limit}


@pytest.mark.parametrize("gas_limit", [20_000_000, 900_000_000])
def test_other_gas_limits_hold_too(geth: Path, gas_limit: int) -> None:
    with network(load_topology("qbft-1", {"gas_limit": gas_limit})) as running:
        number = int(_send(running, data=b"\x01" * 100_000)["blockNumber"], 16)
        rpc = Rpc(running.endpoints[0])
        _until(lambda: _height(running.endpoints[0]) > number, 20, "a block after that")

        limits = [
            int(rpc.call("eth_getBlockByNumber", hex(n), False)["gasLimit"], 16)
            for n in range(number + 2)
        ]

    assert set(limits) == {gas_limit}


def test_a_transaction_of_125_000_bytes_passes(single: Network) -> None:
    assert _send(single, data=b"\x01" * 125_000)["status"] == "0x1"


def test_the_chain_and_its_accounts_are_those_of_the_topology(single: Network) -> None:
    rpc = Rpc(single.endpoints[0])
    treasury = address_of(treasury_key(single.topology))

    assert int(rpc.call("eth_chainId"), 16) == 1337
    assert int(rpc.call("net_version")) == 1337
    assert int(rpc.call("eth_getBalance", treasury, "latest"), 16) > 10**26
    assert rpc.call("istanbul_getValidators") == [single.nodes[0].validator.address.lower()]


def test_key_files_are_private_and_marked(single: Network) -> None:
    keys = list(single.directory.rglob("*nodekey*"))

    assert keys
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    assert "test keys" in (single.directory / "TEST-KEYS.txt").read_text()


def test_logs_do_not_hold_the_blocks(single: Network) -> None:
    before = single.nodes[0].log.stat().st_size
    _send(single, data=b"\x07" * 100_000)

    assert single.nodes[0].log.stat().st_size - before < 10_000


def test_a_killed_validator_is_missed_by_nobody_and_catches_up(geth: Path) -> None:
    with network(load_topology("qbft-4", {"request_timeout_s": 2})) as running:
        pid = running.processes[3]
        running.kill(3)
        assert not psutil.pid_exists(pid)
        height = _height(running.endpoints[0])
        _until(lambda: _height(running.endpoints[0]) >= height + 2, 20, "blocks from the others")

        running.restart(3)

        assert len(running.processes) == 4
        target = _height(running.endpoints[0])
        _until(lambda: _height(running.endpoints[3]) >= target, 40, "the restarted one is level")


def test_stopping_twice_is_fine(geth: Path, tmp_path: Path) -> None:
    running = start(load_topology("qbft-1"), tmp_path / "net")
    pids = running.processes
    running.stop()
    running.stop()

    assert not any(map(psutil.pid_exists, pids))
    assert running.processes == ()
    assert running.nodes[0].data.is_dir(), "data in a folder of the caller's is the caller's"


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "something").touch()

    with pytest.raises(UsageError, match="is in use"):
        start(load_topology("qbft-1"), tmp_path)


def _wrapped(geth: Path, folder: Path, script: str) -> Path:
    """A geth that runs `script` instead of starting a node; `init` and `version` work."""
    path = folder / "geth"
    path.write_text(
        "#!/bin/sh\n"
        f'for word in "$@"; do case $word in init|version) exec {geth} "$@";; esac; done\n'
        f"{script.format(geth=geth)}\n"
    )
    path.chmod(0o755)
    return path


def test_a_node_that_dies_is_named_with_its_log(
    geth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "echo 'Fatal: Failed to register the Ethereum service: no' >&2; exit 1"
    monkeypatch.setenv("QUORUM_GETH", str(_wrapped(geth, tmp_path, script)))

    with pytest.raises(NodeDied, match="Failed to register the Ethereum service") as caught:
        start(load_topology("qbft-4"), tmp_path / "net")

    assert str(tmp_path / "net" / "node-0" / "geth.log") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert _started_from(tmp_path) == []


def test_a_port_that_was_taken_meanwhile_is_no_failure(
    geth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = "echo 'Fatal: listen tcp 127.0.0.1:1: bind: address already in use' >&2; exit 1"
    script = f'if mkdir {tmp_path}/once; then {taken}; fi\nexec {{geth}} "$@"'
    monkeypatch.setenv("QUORUM_GETH", str(_wrapped(geth, tmp_path, script)))

    running = start(load_topology("qbft-1"), tmp_path / "net")
    try:
        assert (tmp_path / "once").is_dir()
        assert _height(running.endpoints[0]) >= 1
    finally:
        running.stop()


def test_a_network_that_never_gets_ready_is_ended_and_told(
    geth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "echo 'ERROR something is wrong'; exec sleep 600"
    monkeypatch.setenv("QUORUM_GETH", str(_wrapped(geth, tmp_path, script)))
    monkeypatch.setattr("bench.network.ready._PATIENCE_S", -9.0)

    with pytest.raises(NetworkError, match="validator 0 does not answer") as caught:
        start(load_topology("qbft-1"), tmp_path / "net")

    assert _started_from(tmp_path) == []
    assert "ERROR something is wrong" in str(caught.value)


def _started_from(folder: Path) -> list[int]:
    return [
        each.pid
        for each in psutil.process_iter(["cmdline"])
        if any(str(folder) in word for word in each.info["cmdline"] or [])
    ]
