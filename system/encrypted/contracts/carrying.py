"""Transactions that carry chunks to what a contract keeps under a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from system.chain.abi import call_data
from system.chain.sender import Call
from system.encrypted.contracts.gas import carrying_gas
from system.encrypted.contracts.parts import parts, proved_parts
from system.weights.checks import Payload

# The selector and at most eight words around the bytes that a transaction carries.
HEAD_BYTES = 4 + 8 * 32


@dataclass(frozen=True, slots=True)
class At:
    """A handover, or an enrichment, of that number at the contract of that address."""

    contract: str
    number: int


def number_in(receipt: dict[str, Any], event: str) -> int:
    """The first indexed argument of the first such event of a transaction."""
    return next(int(log["topics"][1], 16) for log in receipt["logs"] if log["topics"][0] == event)


def carrying_row(
    at: At, signature: str, row: Payload, *, chunk_bytes: int, limit_bytes: int
) -> list[Call]:
    """The transactions that bring a row of units, in order.

    Each has at most `limit_bytes` of call data. Raises ChunkTooLarge.
    """
    found = parts(row, chunk_bytes=chunk_bytes, room_bytes=limit_bytes - HEAD_BYTES)
    return [
        carrying(at, signature, chunk, bytes(part), chunks=-(-len(part) // chunk_bytes))
        for chunk, part in found
    ]


def carrying_proved(
    at: At, signature: str, row: Payload, proof: bytes, *, chunk_bytes: int, limit_bytes: int
) -> list[Call]:
    """As `carrying_row`, and the proof of it all with the last transaction."""
    room = limit_bytes - HEAD_BYTES
    found = proved_parts(row, proof, chunk_bytes=chunk_bytes, room_bytes=room)
    return [
        carrying(at, signature, chunk, part, proved, chunks=-(-len(part) // chunk_bytes))
        for chunk, part, proved in found
    ]


def carrying(at: At, signature: str, chunk: int, *content: bytes, chunks: int) -> Call:
    """One transaction, of `chunks` chunks from `chunk` on."""
    data = call_data(signature, at.number, chunk, *content)
    return Call(at.contract, data, carrying_gas(len(data), chunks=chunks))
