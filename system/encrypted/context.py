"""What sets one round apart from every other, on every chain: masks and proofs are bound to it."""

from __future__ import annotations

from eth_abi.packed import encode_packed

_KINDS = ("uint64", "address", "uint64", "uint64")


def round_context(*, chain_id: int, contract: str, group: int, number: int) -> bytes:
    """44 bytes: chain id, the contract of the rounds, the group, the round's number."""
    return bytes(encode_packed(_KINDS, (chain_id, contract, group, number)))
