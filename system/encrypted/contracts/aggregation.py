"""The contracts that check and add units: of Paillier one for each key, of lanes one for all."""

from __future__ import annotations

from system.chain.abi import view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Sender

LANE_BYTES = 32


def deploy_paillier(sender: Sender, public_key: int, *, for_tests: bool = False) -> Deployment:
    """The contract of a public key n of 2048 or 3072 bits, or 1024 with `for_tests`.

    Raises Reverted with KeyLength or EvenKey for others.
    """
    key = public_key.to_bytes(-(-public_key.bit_length() // 8), "big")
    return deploy(
        sender.rpc,
        artifact("PaillierAggregation"),
        key,
        for_tests,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def deploy_lanes(sender: Sender) -> Deployment:
    """The contract that adds words of eight lanes, masked or plain."""
    return deploy(
        sender.rpc,
        artifact("LaneAggregation"),
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def public_key_of(rpc: Rpc, aggregation: str) -> int:
    """The public key n that a Paillier contract was created with."""
    [key] = view(rpc, aggregation, "publicKey()", returns=["bytes"])
    return int.from_bytes(key, "big")


def unit_bytes(rpc: Rpc, aggregation: str) -> int:
    """Bytes of a unit."""
    return int(view(rpc, aggregation, "unitBytes()", returns=["uint32"])[0])
