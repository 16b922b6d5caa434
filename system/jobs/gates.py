"""Privacy until termination: commitments first, weights or keys after the round's close.

A gate stands between a board and its stores. To a store it is the board and is given to
`deploy_store` in the board's place; any store works behind any gate.
"""

from __future__ import annotations

from dataclasses import dataclass

from eth_abi.abi import encode

from system.chain.abi import selector, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.keys import keccak256
from system.chain.rpc import Rpc
from system.chain.sender import Sender
from system.errors import UsageError
from system.jobs.board import authorise
from system.jobs.stores import STORES, WORD_BYTES

COMMITTED = topic("Committed(address,uint64,uint64,bytes32)")
OPENED = topic("Opened(address,uint64,bytes32,bytes32)")

SECRET_BYTES = 32

# Gas, upper bounds. Committing: four new slots (two of the commitment, two of a round it opens),
# the board asked, two logs; opening: a new slot, or three cleared, and one log.
COMMIT_GAS = 200_000
OPEN_GAS = 120_000
# What a gate adds to the transaction that completes a result: a call, ten slots, and up to 45,000
# for three slots cleared, which are given back but have to be there at first.
COMPLETE_GAS = 100_000

_COMMIT = selector("commit(uint64,bytes32)")
_OPEN = selector("open(uint64,bytes32,bytes32)")


@dataclass(frozen=True, slots=True)
class Commitment:
    """A pending commitment: `digest` (32 bytes) is zero until it is opened, or until a sealed
    result is there; `round` 0 means that there is no commitment."""

    hash: bytes
    digest: bytes
    round: int


# By the name of the privacy mode; the modes without a gate keep nothing back.
GATES = {"commit": "RevealGate", "sealed": "SealGate"}


def require_store(privacy: str, store: str) -> None:
    """Raise UsageError where a store leaves nothing for a privacy mode to hide."""
    if privacy == "sealed" and not STORES[store].keeps:
        raise UsageError(
            f"the {store} store keeps no weights on chain, so there is nothing to seal: "
            "choose another --store, or --privacy commit"
        )


def deploy_gate(
    sender: Sender, privacy: str, board: str, *, round_blocks: int, reveal_blocks: int
) -> Deployment:
    """A new gate for that privacy mode, authorised by the board, whose server is the sender.

    A round takes commitments for `round_blocks` blocks, and reveals for `reveal_blocks` after that.
    """
    deployment = deploy(
        sender.rpc,
        artifact(GATES[privacy]),
        board,
        round_blocks,
        reveal_blocks,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )
    authorise(sender, board, deployment.address)
    return deployment


def commitment(
    *, chain_id: int, gate: str, worker: str, sequence: int, digest: bytes, secret: bytes
) -> bytes:
    """The 32-byte commitment to a result, as `CommitGate.commitmentOf` computes it.

    `digest` is that of the chunks (see `chained_digest`), `secret` 32 random bytes: a salt, or the
    key of a sealed payload.
    """
    types = ["uint256", "address", "address", "uint64", "bytes32", "bytes32"]
    return keccak256(encode(types, [chain_id, gate, worker, sequence, digest, secret]))


def seal_context(*, chain_id: int, store: str, worker: str, sequence: int) -> bytes:
    """What a sealed payload is bound to: 128 bytes that no two results share."""
    return encode(["uint256", "address", "address", "uint64"], [chain_id, store, worker, sequence])


def commit_calldata(commitment: bytes, *, sequence: int) -> bytes:
    """Call data of `commit`."""
    return b"".join((_COMMIT, sequence.to_bytes(WORD_BYTES, "big"), commitment))


def open_calldata(digest: bytes, secret: bytes, *, sequence: int) -> bytes:
    """Call data of `open`."""
    return b"".join((_OPEN, sequence.to_bytes(WORD_BYTES, "big"), digest, secret))


def pending(rpc: Rpc, gate: str, worker: str, sequence: int) -> Commitment:
    """A worker's pending commitment for a result; all zero where there is none."""
    returns = ["bytes32", "bytes32", "uint64"]
    return Commitment(
        *view(rpc, gate, "pending(address,uint64)", worker, sequence, returns=returns)
    )
