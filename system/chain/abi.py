"""Calls, views, events and errors by their Solidity signatures, for everything off the hot path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eth_abi.abi import decode, encode

from system.chain.keys import keccak256
from system.chain.rpc import Rpc


def selector(signature: str) -> bytes:
    """The four bytes that call data starts with, of a signature such as "submit(uint64,bytes)"."""
    return keccak256(signature.encode())[:4]


def topic(signature: str) -> str:
    """The first topic of an event's logs in hex, of a signature such as "Submitted(address)"."""
    return "0x" + keccak256(signature.encode()).hex()


def argument_types(signature: str) -> list[str]:
    """The types between the parentheses; no tuples among them."""
    inside = signature[signature.index("(") + 1 : -1]
    return inside.split(",") if inside else []


def call_data(signature: str, *arguments: Any) -> bytes:
    """The call data of a function with those arguments."""
    return selector(signature) + encode(argument_types(signature), arguments)


def view_request(
    address: str, signature: str, *arguments: Any, block: str = "latest"
) -> tuple[str, list[Any]]:
    """The JSON-RPC method and parameters that ask a view, for `Rpc.call` or a batch."""
    data = "0x" + call_data(signature, *arguments).hex()
    return "eth_call", [{"to": address, "data": data}, block]


def view(
    rpc: Rpc, address: str, signature: str, *arguments: Any, returns: Iterable[str]
) -> tuple[Any, ...]:
    """What a view of the contract at `address` returns, decoded as the types `returns`."""
    method, params = view_request(address, signature, *arguments)
    return decoded(rpc.call(method, *params), returns)


def decoded(answer: object, types: Iterable[str]) -> tuple[Any, ...]:
    """The values in an `eth_call` answer or a log's data, both hex."""
    return decode(list(types), bytes.fromhex(str(answer)[2:]))


def error_signatures(abis: Iterable[Iterable[dict[str, Any]]]) -> dict[bytes, str]:
    """The custom errors of contracts: selector to signature."""
    signatures = (
        f"{entry['name']}({','.join(argument['type'] for argument in entry['inputs'])})"
        for abi in abis
        for entry in abi
        if entry["type"] == "error"
    )
    return {selector(signature): signature for signature in signatures}


# What Solidity itself reverts with: a reason in words, and a failed check's code.
BUILT_IN_ERRORS = {selector(text): text for text in ("Error(string)", "Panic(uint256)")}


def error_text(data: bytes, signatures: dict[bytes, str]) -> str:
    """Revert data in words, such as "WrongChunk(1, 2)"; its hex where no signature fits."""
    signature = {**BUILT_IN_ERRORS, **signatures}.get(data[:4])
    if signature is None:
        return "0x" + data.hex()
    values = decode(argument_types(signature), data[4:])
    return f"{signature.partition('(')[0]}({', '.join(map(str, values))})"
