"""`weighbridge network` as a person types it, on real networks."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bench.network import health, process, state
from bench.network.commands import app
from system.chain.rpc import Rpc
from system.errors import UsageError, WeighbridgeError

pytestmark = pytest.mark.chain

_ONE = ("up", "--topology", "qbft-1")


@pytest.fixture(autouse=True)
def _own_place(geth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Networks of the user's own are neither seen nor touched; whatever is left is ended."""
    monkeypatch.setattr(state, "RUNNING_DIR", tmp_path / "running")
    yield
    for left in state.states():
        process.end(left.processes)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _refusal(*arguments: str) -> WeighbridgeError:
    result = _run(*arguments)
    assert isinstance(result.exception, WeighbridgeError), result.output
    assert "\n" not in str(result.exception)
    return result.exception


def test_up_status_logs_down(tmp_path: Path) -> None:
    up = _run(*_ONE, "--gas-limit", "30000000", "--tx-size-limit", "64")
    assert up.exit_code == 0, up.output
    running = state.current()
    assert running is not None
    assert running.endpoints[0] in up.output
    assert "chain id 1337" in up.output
    assert "test keys" in up.output
    assert running.topology.transaction_size_limit_kb == 64
    head = Rpc(running.endpoints[0]).call("eth_getBlockByNumber", "latest", False)
    assert int(head["gasLimit"], 16) == 30_000_000

    status = _run("status")
    assert status.exit_code == 0, status.output
    assert "qbft-1 is well" in status.output

    told = json.loads(_run("status", "--json").output)
    assert told["running"] is True
    assert told["problems"] == []
    (validator,) = told["validators"]
    assert validator["alive"] is True
    assert validator["height"] >= 1
    assert 0 <= validator["block_age_s"] < 60
    assert (validator["peers"], validator["pending"], validator["queued"]) == (0, 0, 0)
    assert validator["disk_bytes"] > 10_000

    logs = _run("logs", "0", "--lines", "3")
    assert logs.exit_code == 0
    assert len(logs.output.splitlines()) == 3

    down = _run("down")
    assert down.exit_code == 0
    assert "1 validators stopped" in down.output
    assert not any(map(process.is_alive, running.processes))
    assert not running.directory.exists()
    assert state.current() is None


def test_without_a_network_each_command_says_so_in_one_line() -> None:
    for command in ("status", "logs"):
        refusal = _refusal(command)
        assert "no network is up" in str(refusal)
        assert refusal.exit_code == 1
    down = _run("down")
    assert down.exit_code == 0
    assert "nothing to stop" in down.output
    assert json.loads(_run("status", "--json").stdout) == {"running": False}


def test_a_second_up_is_refused_and_the_first_goes_on() -> None:
    assert _run(*_ONE).exit_code == 0
    first = state.current()

    refusal = _refusal(*_ONE)

    assert isinstance(refusal, UsageError)
    assert "is up already" in str(refusal)
    assert state.current() == first
    assert "there is no validator 4" in str(_refusal("logs", "4"))


def test_data_that_is_kept_is_not_written_over() -> None:
    assert _run(*_ONE).exit_code == 0
    first = state.current()
    assert first is not None
    assert str(first.directory) in _run("down", "--keep-data").output
    assert first.log(0).exists()

    assert _run(*_ONE).exit_code == 0
    second = state.current()

    assert second is not None
    assert second.directory != first.directory
    assert first.log(0).exists()


def test_a_dead_validator_and_a_chain_that_stopped_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _run("up").exit_code == 0
    running = state.current()
    assert running is not None
    process.kill(running.processes[1])
    process.kill(running.processes[2])
    monkeypatch.setattr(health, "_SHORTEST_STALL_S", 0.0)
    monkeypatch.setattr(health, "_STALL_PERIODS", 2)

    told = _stopped()

    assert "validator 1 is dead" in told
    assert "validator 2 is dead" in told
    assert "validator 0 does not see 2 of its peers" in told
    assert "2 validators stopped" in _run("down").output


def _stopped() -> str:
    """What status says once the chain has stopped; two of four validators make no blocks."""
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s:
        status = _run("status")
        assert status.exit_code == 1
        if "the chain has stopped: no block for" in status.output:
            return status.output
        time.sleep(0.2)
    raise AssertionError("the chain goes on without a quorum")


def test_a_data_folder_that_was_removed_is_told_and_its_processes_are_still_ended() -> None:
    assert _run(*_ONE).exit_code == 0
    running = state.current()
    assert running is not None
    shutil.rmtree(running.directory)

    status = _run("status")
    assert status.exit_code == 1
    assert "was removed" in status.output
    assert "is gone" in str(_refusal("logs"))
    assert _run("down").exit_code == 0
    assert not any(map(process.is_alive, running.processes))


def test_a_network_that_died_can_be_looked_at_and_makes_room() -> None:
    assert _run(*_ONE).exit_code == 0
    dead = state.current()
    assert dead is not None
    process.kill(dead.processes[0])

    assert state.current() is None
    status = _run("status")
    assert status.exit_code == 1
    assert "validator 0 is dead" in status.output
    assert json.loads(_run("status", "--json").output)["running"] is False
    assert _run("logs").output
    again = _run(*_ONE)
    assert again.exit_code == 0
    assert "had died" in again.output
    assert state.current() is not None


def test_a_state_file_of_another_kind_is_refused_with_its_name() -> None:
    state.RUNNING_DIR.mkdir(parents=True)
    (state.RUNNING_DIR / "odd.json").write_text("{}")
    try:
        assert "odd.json does not describe a network" in str(_refusal("status"))
    finally:
        (state.RUNNING_DIR / "odd.json").unlink()
