"""Putting a compiled contract on the chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rlp
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from system.chain.compiler import Artifact
from system.chain.keys import keccak256
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send

# Yellow Paper, appendix G: a transaction that creates a contract, a non-zero byte of its data, a
# byte of code left behind. The rest is for what constructors here do: a few storage words.
_CREATION_GAS = 53_000
_DATA_BYTE_GAS = 16
_CODE_BYTE_GAS = 200
_CONSTRUCTOR_GAS = 500_000


@dataclass(frozen=True, slots=True)
class Deployment:
    """A contract on the chain: checksummed address, where it was created and for how much gas."""

    address: str
    abi: list[dict[str, Any]]
    transaction_hash: str
    block: int
    gas_used: int


def deploy(
    rpc: Rpc, artifact: Artifact, *args: Any, key: bytes, chain_id: int, gas_price: int = 0
) -> Deployment:
    """The contract created with these constructor arguments, once it is mined.

    `key` is the 32-byte private key of the account that pays and becomes the creator; `gas_price`
    in wei. Raises Reverted, NotMined, or RpcError when the node refuses the transaction.
    """
    sender = Sender(rpc, key, chain_id, gas_price)
    receipt = send(sender, creation(artifact, *args))
    return Deployment(
        address=to_checksum_address(receipt["contractAddress"]),
        abi=artifact.abi,
        transaction_hash=receipt["transactionHash"],
        block=int(receipt["blockNumber"], 16),
        gas_used=int(receipt["gasUsed"], 16),
    )


def creation(artifact: Artifact, *args: Any) -> Call:
    """The transaction that creates the contract with these constructor arguments, unsigned."""
    data = artifact.bytecode + encode(_constructor_types(artifact), args)
    return Call(None, data, _creation_gas(artifact, data))


def created_address(creator: str, nonce: int) -> str:
    """The checksummed address of what an account creates with that nonce (Yellow Paper, 7)."""
    return to_checksum_address(keccak256(rlp.encode([bytes.fromhex(creator[2:]), nonce]))[-20:])


def _constructor_types(artifact: Artifact) -> list[str]:
    return [
        argument["type"]
        for entry in artifact.abi
        if entry["type"] == "constructor"
        for argument in entry["inputs"]
    ]


def _creation_gas(artifact: Artifact, data: bytes) -> int:
    # eth_estimateGas stops at the node's gas cap, so the bound is computed.
    code_gas = _CODE_BYTE_GAS * artifact.runtime_size_bytes
    return _CREATION_GAS + _DATA_BYTE_GAS * len(data) + code_gas + _CONSTRUCTOR_GAS
