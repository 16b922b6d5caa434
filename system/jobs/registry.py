"""The registry: workers join, leave, and are busy with a job."""

from __future__ import annotations

from eth_utils.address import to_checksum_address

from system.chain.abi import call_data, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender
from system.jobs.board import join_calldata, leave_calldata

WORKER_JOINED = topic("WorkerJoined(address,uint64)")
WORKER_LEFT = topic("WorkerLeft(address,uint64)")
WORKER_ENGAGED = topic("WorkerEngaged(address,address,uint64)")

# Joining: two new slots, the set's length, one log; leaving: the last worker's two slots.
JOIN_GAS = 120_000
LEAVE_GAS = 100_000
_APPOINT_GAS = 80_000


def deploy_registry(sender: Sender) -> Deployment:
    """A new registry whose server is the sender; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("WorkerRegistry"),
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def appointing(registry: str, market: str) -> Call:
    """The transaction that lets a market make workers busy; of the server only."""
    return Call(registry, call_data("appoint(address)", market), _APPOINT_GAS)


def joining(registry: str) -> Call:
    """The transaction by which a worker registers."""
    return Call(registry, join_calldata(), JOIN_GAS)


def leaving(registry: str) -> Call:
    """The transaction by which a free worker gives its registration up."""
    return Call(registry, leave_calldata(), LEAVE_GAS)


def worker_count(rpc: Rpc, registry: str) -> int:
    """How many workers are registered."""
    return int(view(rpc, registry, "count()", returns=["uint64"])[0])


def is_registered(rpc: Rpc, registry: str, worker: str) -> bool:
    """Whether the account is registered."""
    return bool(view(rpc, registry, "isRegistered(address)", worker, returns=["bool"])[0])


def engagement_of(rpc: Rpc, registry: str, worker: str) -> tuple[str, int]:
    """The market and the open job a worker is busy with; the job is 0 where it is free."""
    market, job = view(
        rpc, registry, "engagementOf(address)", worker, returns=["address", "uint64"]
    )
    return to_checksum_address(market), int(job)
