"""How a running network is: each validator's view, and the verdict in plain words."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.network.process import ProcessId, is_alive
from bench.network.state import NetworkState
from bench.network.topology import Topology
from system.chain.rpc import Rpc, RpcError, Unreachable

_ANSWER_S = 5.0
_SHORTEST_STALL_S = 10.0
_STALL_PERIODS = 10


@dataclass(frozen=True, slots=True)
class ValidatorHealth:
    """One validator now; what it did not tell is None. `pending` and `queued` are transactions."""

    index: int
    endpoint: str
    pid: int
    alive: bool
    height: int | None
    block_age_s: float | None
    peers: int | None
    pending: int | None
    queued: int | None
    disk_bytes: int
    problem: str


@dataclass(frozen=True, slots=True)
class Health:
    """All validators of a network; `problems` is empty if it is well."""

    name: str
    chain_id: int
    directory: str
    validators: tuple[ValidatorHealth, ...]
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The same as plain values."""
        running = any(each.alive for each in self.validators)
        return {"running": running, **asdict(self)}


def health(state: NetworkState) -> Health:
    """How that network is at this moment."""
    seen = tuple(_validator(state, index) for index in range(len(state.endpoints)))
    problems = [f"validator {each.index} {each.problem}" for each in seen if each.problem]
    problems += _stall(state.topology, seen)
    if not state.directory.is_dir():
        problems.append(f"its data folder {state.directory} was removed; take the network down")
    return Health(
        state.topology.name, state.topology.chain_id, str(state.directory), seen, tuple(problems)
    )


def _validator(state: NetworkState, index: int) -> ValidatorHealth:
    process, endpoint = state.processes[index], state.endpoints[index]
    told, problem = _told(process, endpoint)
    missing = len(state.endpoints) - 1 - (told.get("peers") or 0)
    if not problem and missing:
        problem = f"does not see {missing} of its peers"
    return ValidatorHealth(
        index=index,
        endpoint=endpoint,
        pid=process.pid,
        alive=is_alive(process),
        height=told.get("height"),
        block_age_s=told.get("block_age_s"),
        peers=told.get("peers"),
        pending=told.get("pending"),
        queued=told.get("queued"),
        disk_bytes=disk_bytes(state.node_directory(index)),
        problem=problem,
    )


def _told(process: ProcessId, endpoint: str) -> tuple[dict[str, Any], str]:
    if not is_alive(process):
        return {}, "is dead"
    try:
        return _ask(endpoint), ""
    except (Unreachable, RpcError):
        return {}, "runs but does not answer"


def _ask(endpoint: str) -> dict[str, Any]:
    answers = Rpc(endpoint, timeout_s=_ANSWER_S).batch(
        [("eth_getBlockByNumber", ["latest", False]), ("net_peerCount", []), ("txpool_status", [])]
    )
    for answer in answers:
        if isinstance(answer, RpcError):
            raise answer
    block, peers, pool = answers
    height = int(block["number"], 16)
    return {
        "height": height,
        "block_age_s": _age_s(int(block["timestamp"], 16)) if height else None,
        "peers": int(peers, 16),
        "pending": int(pool["pending"], 16),
        "queued": int(pool["queued"], 16),
    }


def _age_s(timestamp: int) -> float:
    # Raft's timestamps are in nanoseconds.
    seconds = timestamp / 1e9 if timestamp > 1e12 else float(timestamp)
    return round(max(0.0, time.time() - seconds), 3)


def _stall(topology: Topology, validators: Sequence[ValidatorHealth]) -> list[str]:
    ages = [each.block_age_s for each in validators if each.block_age_s is not None]
    if not ages or min(ages) <= max(_SHORTEST_STALL_S, _STALL_PERIODS * topology.period_s):
        return []
    if topology.idles and not any(each.pending for each in validators):
        return []  # without transactions Raft makes no blocks
    return [f"the chain has stopped: no block for {min(ages):.0f} s"]


def disk_bytes(directory: Path) -> int:
    """The bytes of all files below a folder."""
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # the database drops files while we look
    return total
