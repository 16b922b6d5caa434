"""What transactions brought, by the events they left: call data read back from the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from system.chain.abi import argument_types, decoded, selector
from system.chain.keys import keccak256
from system.chain.private import input_of
from system.chain.rpc import Rpc
from system.errors import WeighbridgeError


class NotRecovered(WeighbridgeError):
    """The chain does not hold all of it, or what it holds does not match the digests."""


@dataclass(frozen=True, slots=True)
class Source:
    """Transactions that called `signature` of the contract at `address` and left these topics."""

    address: str
    topics: list[str]
    signature: str
    from_block: int = 0


def inputs(rpc: Rpc, source: Source, *, named: str) -> Iterator[tuple[Any, ...]]:
    """The arguments of those transactions, oldest first.

    Raises NotRecovered, which says `named`, where one called something else.
    """
    for log in logs_of(rpc, source.address, source.topics, source.from_block):
        transaction = rpc.call("eth_getTransactionByHash", log["transactionHash"])
        data = input_of(rpc, transaction)
        if data[:4] != selector(source.signature):
            raise NotRecovered(f"{named} did not call the contract itself")
        yield decoded("0x" + data[4:].hex(), argument_types(source.signature))


def cut(rows: Sequence[bytes], chunk_bytes: int) -> list[bytes]:
    """Rows of units in chunks; each row begins with one."""
    return [row[at : at + chunk_bytes] for row in rows for at in range(0, len(row), chunk_bytes)]


def checked(chunks: list[bytes], digests: Sequence[bytes], *, named: str) -> list[bytes]:
    """The chunks; raises NotRecovered unless they are those of the 32-byte digests."""
    if len(chunks) < len(digests):
        raise NotRecovered(f"{named} brought {len(chunks)} of {len(digests)} chunks")
    for index, (chunk, digest) in enumerate(zip(chunks, digests, strict=True)):
        if keccak256(chunk) != digest:
            raise NotRecovered(f"chunk {index} of {named} has another digest")
    return chunks


def logs_of(rpc: Rpc, address: str, topics: list[str], from_block: int) -> list[dict[str, Any]]:
    """The logs of a contract with these first topics, oldest first."""
    filters = {"address": address, "topics": topics, "fromBlock": hex(from_block)}
    logs: list[dict[str, Any]] = rpc.call("eth_getLogs", filters)
    return logs


def address_topic(address: str) -> str:
    """An address as an indexed argument."""
    return "0x" + address[2:].lower().rjust(64, "0")


def number_topic(number: int) -> str:
    """A number as an indexed argument."""
    return f"0x{number:064x}"
