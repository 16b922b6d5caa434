"""What a pool does that spares nobody: a node with --txpool.nolocals, filled twice over."""

from __future__ import annotations

from dataclasses import replace

from bench.network.topology import Pool, Topology
from bench.probe.finding import Finding
from bench.probe.paused import paused
from system.chain.keys import derive_key
from system.chain.rpc import Rpc, RpcError
from system.chain.transaction import sign_legacy


def without_locals(topology: Topology, pool: Pool, salt: str) -> Finding:
    """How many transactions one such node keeps of twice as many as it has room for.

    Each account sends no more than is its own, so that only the whole pool's size holds them back.
    """
    room = pool.global_slots + pool.global_queue
    accounts = 2 * room // pool.account_slots
    alone = replace(topology, validators=1, pool=replace(pool, nolocals=True))
    with paused(alone) as chain:
        rpc = Rpc(chain.network.endpoints[0])
        refusals = [
            error
            for account in range(accounts)
            for error in _refusals(rpc, alone, derive_key(salt, "nolocals", account))
        ]
        status = rpc.call("txpool_status")
    sent = accounts * pool.account_slots
    return Finding(
        name="pool, --txpool.nolocals",
        unit="transactions",
        setting="--txpool.globalslots + --txpool.globalqueue",
        predicted=room,
        measured=int(status["pending"], 16) + int(status["queued"], 16),
        symptom=refusals[0] if refusals else "no error: for each one taken another is dropped",
        note=f"{sent} sent by RPC to a node that spares nobody, {len(refusals)} refused",
    )


def _refusals(rpc: Rpc, topology: Topology, key: bytes) -> list[str]:
    """What the node said against an account's transactions, all that are its own."""
    signed = (
        sign_legacy(
            key=key, nonce=nonce, gas=21_000, to=bytes(20), data=b"", chain_id=topology.chain_id
        )
        for nonce in range(topology.pool.account_slots)
    )
    asked = [("eth_sendRawTransaction", ["0x" + one.raw.hex()]) for one in signed]
    return [said.message for said in rpc.batch(asked) if isinstance(said, RpcError)]
