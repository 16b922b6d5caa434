"""A deployed weight store: put it up, ask what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from system.chain.abi import topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Sender
from system.jobs.board import authorise
from system.jobs.stores import STORES

CHUNK_ACCEPTED = topic("ChunkAccepted(address,uint64,uint32,uint32)")
SUBMITTED = topic("Submitted(address,uint64,uint32,uint256,bytes32)")


@dataclass(frozen=True, slots=True)
class Progress:
    """A worker's newest result of several chunks: `next_index` = `count` when all were accepted.

    `digest` (32 bytes) is that of the chunks accepted so far.
    """

    sequence: int
    next_index: int
    count: int
    digest: bytes


def deploy_store(sender: Sender, name: str, board: str) -> Deployment:
    """A new store of that name in STORES, authorised by the board, whose server is the sender."""
    deployment = deploy(
        sender.rpc,
        artifact(STORES[name].contract),
        board,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )
    authorise(sender, board, deployment.address)
    return deployment


def digest_of(rpc: Rpc, store: str, worker: str, sequence: int) -> bytes:
    """The 32-byte digest of a complete result; zeros where there is none."""
    signature = "digestOf(address,uint64)"
    return bytes(view(rpc, store, signature, worker, sequence, returns=["bytes32"])[0])


def progress_of(rpc: Rpc, store: str, worker: str) -> Progress:
    """How far a worker's newest result of several chunks has come; where to resume it."""
    returns = ["uint64", "uint32", "uint32", "bytes32"]
    return Progress(*view(rpc, store, "progressOf(address)", worker, returns=returns))
