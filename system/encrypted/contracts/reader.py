"""Updates, sums and shares read back from the chain alone, each chunk checked by its digest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from system.chain.abi import argument_types, decoded, selector, view
from system.chain.keys import keccak256
from system.chain.private import input_of
from system.chain.rpc import Rpc
from system.encrypted.contracts.aggregation import unit_bytes
from system.encrypted.contracts.rounds import (
    AGGREGATE_GRADIENTS_OUTPUT,
    ANNOUNCE,
    ANNOUNCED,
    GRADIENT_PER_ITERATION_VALUE,
    POST_SEEDS,
    POST_SHARES,
    SEEDS_POSTED,
    SHARES_POSTED,
    SUBMIT,
    Place,
    sum_of,
    terms_of,
)
from system.errors import WeighbridgeError


class NotRecovered(WeighbridgeError):
    """The chain does not hold all of it, or what it holds does not match the digests."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the group: its number and its address."""

    number: int
    address: str


@dataclass(frozen=True, slots=True)
class Shares:
    """A member's decryption shares by chunk, and the proof that came with the last of them."""

    chunks: list[bytes]
    proof: bytes


def read_announcement(rpc: Rpc, place: Place, member: Member, *, from_block: int = 0) -> bytes:
    """What a member announced for the round; raises NotRecovered."""
    found = [a for _, _, a in _inputs(rpc, place, ANNOUNCED, member, ANNOUNCE, from_block)]
    signature = "announcementOf(uint64,uint64,uint16)"
    key = (place.group, place.number, member.number)
    [digest] = view(rpc, place.rounds, signature, *key, returns=["bytes32"])
    if not found or keccak256(found[0]) != digest:
        raise NotRecovered(f"{_named(place, member)} has no announcement on the chain")
    return bytes(found[0])


def read_update(rpc: Rpc, place: Place, member: Member, *, from_block: int = 0) -> list[bytes]:
    """The chunks of a member's update, all of them; raises NotRecovered."""
    inputs = _inputs(rpc, place, GRADIENT_PER_ITERATION_VALUE, member, SUBMIT, from_block)
    cut = _cut(rpc, place, [units for _, _, _, units in inputs])
    count = terms_of(rpc, place.rounds, place.group).chunks
    return _checked(rpc, place, member, cut, count=count, digests="digestOf")


def read_shares(rpc: Rpc, place: Place, member: Member, *, from_block: int = 0) -> Shares:
    """A member's decryption shares, all of them; raises NotRecovered."""
    inputs = list(_inputs(rpc, place, SHARES_POSTED, member, POST_SHARES, from_block))
    cut = _cut(rpc, place, [shares for _, _, _, shares, _ in inputs])
    count = terms_of(rpc, place.rounds, place.group).share_chunks
    chunks = _checked(rpc, place, member, cut, count=count, digests="shareDigestOf")
    return Shares(chunks, inputs[-1][4])


def read_seeds(rpc: Rpc, place: Place, member: Member, *, from_block: int = 0) -> list[bytes]:
    """A member's shares of seeds by the number of the member each is for; raises NotRecovered."""
    inputs = _inputs(rpc, place, SEEDS_POSTED, member, POST_SEEDS, from_block)
    rows = [seeds for _, _, seeds in inputs]
    if not rows or keccak256(rows[0]) != _digest(rpc, place, member, "shareDigestOf", 0):
        raise NotRecovered(f"{_named(place, member)} has no shares of seeds on the chain")
    size = terms_of(rpc, place.rounds, place.group).seed_bytes
    return [rows[0][at : at + size] for at in range(0, len(rows[0]), size)]


def read_sums(rpc: Rpc, place: Place, *, from_block: int = 0) -> list[bytes]:
    """The sum by chunk, all of it; raises NotRecovered."""
    terms = terms_of(rpc, place.rounds, place.group)
    logs = _logs(rpc, place, [AGGREGATE_GRADIENTS_OUTPUT, *_key(place)], from_block)
    found = {int(log["topics"][3], 16): decoded(log["data"], ["bytes"])[0] for log in logs}
    return [_checked_sum(rpc, place, chunk, found.get(chunk)) for chunk in range(terms.chunks)]


def _checked_sum(rpc: Rpc, place: Place, chunk: int, found: bytes | None) -> bytes:
    if found is None or keccak256(found) != sum_of(rpc, place, chunk)[1]:
        raise NotRecovered(
            f"chunk {chunk} of round {place.number} of group {place.group} is not added"
        )
    return found


def _inputs(
    rpc: Rpc, place: Place, event: str, member: Member, signature: str, from_block: int
) -> Iterator[tuple[Any, ...]]:
    """The arguments of the member's transactions that left this event, oldest first."""
    address = "0x" + member.address[2:].lower().rjust(64, "0")
    for log in _logs(rpc, place, [event, address, *_key(place)], from_block):
        transaction = rpc.call("eth_getTransactionByHash", log["transactionHash"])
        data = input_of(rpc, transaction)
        if data[:4] != selector(signature):
            raise NotRecovered(f"{_named(place, member)} did not call the contract itself")
        yield decoded("0x" + data[4:].hex(), argument_types(signature))


def _cut(rpc: Rpc, place: Place, parts: Sequence[bytes]) -> list[bytes]:
    """Rows of units in chunks; each part begins with one."""
    terms = terms_of(rpc, place.rounds, place.group)
    size = terms.chunk_units * unit_bytes(rpc, terms.aggregation)
    return [part[at : at + size] for part in parts for at in range(0, len(part), size)]


def _checked(
    rpc: Rpc, place: Place, member: Member, chunks: list[bytes], *, count: int, digests: str
) -> list[bytes]:
    if len(chunks) < count:
        raise NotRecovered(f"{_named(place, member)} brought {len(chunks)} of {count} chunks")
    for index, chunk in enumerate(chunks):
        if keccak256(chunk) != _digest(rpc, place, member, digests, index):
            raise NotRecovered(f"chunk {index} of {_named(place, member)} has another digest")
    return chunks


def _digest(rpc: Rpc, place: Place, member: Member, name: str, chunk: int) -> bytes:
    signature = f"{name}(uint64,uint64,uint16,uint32)"
    key = (place.group, place.number, member.number, chunk)
    [digest] = view(rpc, place.rounds, signature, *key, returns=["bytes32"])
    return bytes(digest)


def _logs(rpc: Rpc, place: Place, topics: list[str], from_block: int) -> list[dict[str, Any]]:
    filters = {"address": place.rounds, "topics": topics, "fromBlock": hex(from_block)}
    logs: list[dict[str, Any]] = rpc.call("eth_getLogs", filters)
    return logs


def _key(place: Place) -> list[str]:
    return [f"0x{place.group:064x}", f"0x{place.number:064x}"]


def _named(place: Place, member: Member) -> str:
    return f"member {member.address} in round {place.number} of group {place.group}"
