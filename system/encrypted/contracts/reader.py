"""Updates, sums and shares read back from the chain alone, each chunk checked by its digest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from system.chain.abi import decoded, view
from system.chain.keys import keccak256
from system.chain.rpc import Rpc
from system.encrypted.contracts.aggregation import unit_bytes
from system.encrypted.contracts.inputs import NotRecovered as NotRecovered
from system.encrypted.contracts.inputs import (
    Source,
    address_topic,
    checked,
    cut,
    inputs,
    logs_of,
    number_topic,
)
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
    logs = logs_of(rpc, place.rounds, [AGGREGATE_GRADIENTS_OUTPUT, *_key(place)], from_block)
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
    topics = [event, address_topic(member.address), *_key(place)]
    named = _named(place, member)
    source = Source(place.rounds, topics, signature, from_block)
    return inputs(rpc, source, named=named)


def _cut(rpc: Rpc, place: Place, rows: Sequence[bytes]) -> list[bytes]:
    terms = terms_of(rpc, place.rounds, place.group)
    return cut(rows, terms.chunk_units * unit_bytes(rpc, terms.aggregation))


def _checked(
    rpc: Rpc, place: Place, member: Member, chunks: list[bytes], *, count: int, digests: str
) -> list[bytes]:
    expected = [_digest(rpc, place, member, digests, index) for index in range(count)]
    return checked(chunks, expected, named=_named(place, member))


def _digest(rpc: Rpc, place: Place, member: Member, name: str, chunk: int) -> bytes:
    signature = f"{name}(uint64,uint64,uint16,uint32)"
    key = (place.group, place.number, member.number, chunk)
    [digest] = view(rpc, place.rounds, signature, *key, returns=["bytes32"])
    return bytes(digest)


def _key(place: Place) -> list[str]:
    return [number_topic(place.group), number_topic(place.number)]


def _named(place: Place, member: Member) -> str:
    return f"member {member.address} in round {place.number} of group {place.group}"
