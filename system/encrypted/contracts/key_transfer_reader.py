"""What a handover left on the chain, each chunk checked by its digest."""

from __future__ import annotations

from dataclasses import dataclass

from system.chain.abi import decoded, view
from system.chain.keys import keccak256
from system.chain.rpc import Rpc
from system.encrypted.contracts import key_transfer
from system.encrypted.contracts.carrying import At
from system.encrypted.contracts.inputs import (
    NotRecovered,
    Source,
    address_topic,
    checked,
    cut,
    inputs,
    logs_of,
    number_topic,
)
from system.encrypted.contracts.reader import Member, Shares


@dataclass(frozen=True, slots=True)
class Masks:
    """A member's masks by chunk under the old key and the new one, and their proof."""

    given: list[bytes]
    taken: list[bytes]
    proof: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """How a handover's rows are cut: their chunks, and the bytes of one under either key."""

    chunks: int
    old_bytes: int
    new_bytes: int


def read_model(rpc: Rpc, at: At, founder: str, made: Cut, *, from_block: int = 0) -> list[bytes]:
    """The model under the old key by chunks; raises NotRecovered."""
    topics = [key_transfer.MODEL_BROUGHT, number_topic(at.number), address_topic(founder)]
    source = Source(at.contract, topics, key_transfer.BRING_MODEL, from_block)
    named = f"the founder of handover {at.number}"
    chunks = cut([units for _, _, units in inputs(rpc, source, named=named)], made.old_bytes)
    signature = "modelDigestOf(uint64,uint32)"
    digests = [_digest(rpc, at, signature, chunk) for chunk in range(made.chunks)]
    return checked(chunks, digests, named=named)


def read_masks(rpc: Rpc, at: At, member: Member, made: Cut, *, from_block: int = 0) -> Masks:
    """A member's masks, all of them; raises NotRecovered."""
    topics = [key_transfer.MASKS_OFFERED, *_member(at, member)]
    source = Source(at.contract, topics, key_transfer.OFFER, from_block)
    found = list(inputs(rpc, source, named=_named(at, member)))
    given = cut([row for _, _, row, _, _ in found], made.old_bytes)
    taken = cut([row for _, _, _, row, _ in found], made.new_bytes)
    signature, returns = "maskDigestsOf(uint64,uint16,uint32)", ["bytes32", "bytes32"]
    pairs = [
        view(rpc, at.contract, signature, at.number, member.number, chunk, returns=returns)
        for chunk in range(made.chunks)
    ]
    named = _named(at, member)
    return Masks(
        checked(given, [old for old, _ in pairs], named=named),
        checked(taken, [new for _, new in pairs], named=named),
        found[-1][4],
    )


def read_masked_sum(rpc: Rpc, at: At, made: Cut, *, from_block: int = 0) -> list[bytes]:
    """E_old(w + all r) by chunks; raises NotRecovered."""
    topics = [key_transfer.MASKED_SUM, number_topic(at.number)]
    logs = logs_of(rpc, at.contract, topics, from_block)
    found = {int(log["topics"][2], 16): decoded(log["data"], ["bytes"])[0] for log in logs}
    for chunk in range(made.chunks):
        digest = _digest(rpc, at, "sumDigestOf(uint64,uint32)", chunk)
        if keccak256(found.get(chunk, b"")) != digest:
            raise NotRecovered(f"chunk {chunk} of handover {at.number} is not added")
    return [found[chunk] for chunk in range(made.chunks)]


def read_shares(rpc: Rpc, at: At, member: Member, made: Cut, *, from_block: int = 0) -> Shares:
    """A member's decryption shares of the masked sum, all of them; raises NotRecovered."""
    topics = [key_transfer.MASKED_SUM_SHARES, *_member(at, member)]
    source = Source(at.contract, topics, key_transfer.POST_SHARES, from_block)
    found = list(inputs(rpc, source, named=_named(at, member)))
    chunks = cut([row for _, _, row, _ in found], made.old_bytes)
    signature = "shareDigestOf(uint64,uint16,uint32)"
    digests = [_digest(rpc, at, signature, member.number, chunk) for chunk in range(made.chunks)]
    return Shares(checked(chunks, digests, named=_named(at, member)), found[-1][3])


def read_result(rpc: Rpc, at: At, member: Member, made: Cut, *, from_block: int = 0) -> list[bytes]:
    """E_new(w) as a member of the new group brought it; raises NotRecovered."""
    topics = [key_transfer.RESULT_BROUGHT, *_member(at, member)]
    source = Source(at.contract, topics, key_transfer.BRING_RESULT, from_block)
    rows = [row for _, _, row in inputs(rpc, source, named=_named(at, member))]
    signature = "resultDigestOf(uint64,uint16,uint32)"
    digests = [_digest(rpc, at, signature, member.number, chunk) for chunk in range(made.chunks)]
    return checked(cut(rows, made.new_bytes), digests, named=_named(at, member))


def _digest(rpc: Rpc, at: At, signature: str, *key: int) -> bytes:
    [digest] = view(rpc, at.contract, signature, at.number, *key, returns=["bytes32"])
    return bytes(digest)


def _member(at: At, member: Member) -> list[str]:
    return [number_topic(at.number), address_topic(member.address)]


def _named(at: At, member: Member) -> str:
    return f"member {member.address} in handover {at.number}"
