"""A model handed to a new group's key; the contract's manual is IKeyTransfer.

What masks, shares and results are made of is `system.encrypted.transfer`; `key_transfer_reader`
reads them back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from eth_abi.abi import encode

from system.chain.abi import call_data, selector, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender
from system.encrypted.contracts.carrying import (
    HEAD_BYTES,
    carrying,
    carrying_proved,
    carrying_row,
    number_in,
)
from system.encrypted.contracts.carrying import At as At
from system.encrypted.contracts.gas import HEAD_GAS, folding_gas
from system.encrypted.contracts.parts import ChunkTooLarge, proved_parts
from system.weights.checks import Payload

BRING_MODEL = "bringModel(uint64,uint32,bytes)"
OFFER = "offer(uint64,uint32,bytes,bytes,bytes)"
ADD_UP = "addUp(uint64,uint32,bytes)"
POST_SHARES = "postShares(uint64,uint32,bytes,bytes)"
BRING_RESULT = "bringResult(uint64,uint32,bytes)"

HANDOVER_TYPES = ("uint64", "uint64", "uint64", "uint32", "uint32", "uint32")
_TERMS = f"({','.join(HANDOVER_TYPES)})"

HANDOVER_PROPOSED = topic(f"HandoverProposed(uint64,address,{_TERMS})")
MODEL_BROUGHT = topic("ModelBrought(uint64,address,uint32,uint32)")
MASKS_OFFERED = topic("MasksOffered(uint64,address,uint32,uint32,bytes32)")
OFFER_COMPLETE = topic("OfferComplete(uint64,address,uint16)")
MASKED_SUM = topic("MaskedSum(uint64,uint32,bytes)")
MASKED_SUM_SHARES = topic("MaskedSumShares(uint64,address,uint32,uint32,bytes32)")
RESULT_BROUGHT = topic("ResultBrought(uint64,address,uint32,uint32)")
RESULT_CONFIRMED = topic("ResultConfirmed(uint64,address,bytes32,uint16)")
HANDED_OVER_MODEL = topic("HandedOverModel(uint64,uint64,uint64)")


class Phase(IntEnum):
    """Where a handover stands, in the contract's order."""

    NONE = 0
    BRINGING = 1
    OFFERING = 2
    SUMMING = 3
    OPENING = 4
    CONFIRMING = 5
    DONE = 6
    VOID = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """From which group to which, who offers masks (places in the old group), and what size it is.

    A model has `units` ciphertexts, `chunk_units` a chunk. Each phase lasts `wait_blocks` at most.
    """

    old: int
    new: int
    offering: Collection[int]
    units: int
    chunk_units: int
    wait_blocks: int

    @property
    def chunks(self) -> int:
        """Chunks of the model."""
        return -(-self.units // self.chunk_units)

    def values(self) -> tuple[object, ...]:
        """The fields in the contract's order."""
        offering = sum(1 << place for place in set(self.offering))
        return (self.old, self.new, offering, self.units, self.chunk_units, self.wait_blocks)


@dataclass(frozen=True, slots=True)
class State:
    """How far a handover has come, as of the newest block.

    `ends_at` is the first block outside the phase if nothing happens, 0: there is none. The masks
    of the old group's `offered` members are complete, `summed` chunks are added, `opened` members'
    shares are complete; `confirmed` votes are for one result. `result` is its chained digest, zeros
    before DONE.
    """

    phase: Phase
    ends_at: int
    offered: frozenset[int]
    summed: int
    opened: int
    confirmed: int
    result: bytes


def deploy_key_transfer(sender: Sender, rounds: str) -> Deployment:
    """Handovers between groups whose rounds are at that contract; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("KeyTransfer"),
        rounds,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def proposing(contract: str, handover: Handover) -> Call:
    """The old member's transaction that proposes a handover; `proposed` reads its number."""
    data = selector(f"propose({_TERMS})") + encode(HANDOVER_TYPES, handover.values())
    return Call(contract, data, HEAD_GAS)


def proposed(receipt: dict[str, Any]) -> int:
    """The number of the handover that the transaction of this receipt proposed."""
    return number_in(receipt, HANDOVER_PROPOSED)


def bringing_model(at: At, model: Payload, *, chunk_bytes: int, limit_bytes: int) -> list[Call]:
    """The founder's transactions that bring the model under the old key, in order.

    `chunk_bytes` is what a chunk takes under that key. Each transaction has at most `limit_bytes`
    of call data. Raises ChunkTooLarge.
    """
    return carrying_row(at, BRING_MODEL, model, chunk_bytes=chunk_bytes, limit_bytes=limit_bytes)


def bringing_result(at: At, result: Payload, *, chunk_bytes: int, limit_bytes: int) -> list[Call]:
    """The new member's transactions that bring E_new(w), as `bringing_model`."""
    return carrying_row(at, BRING_RESULT, result, chunk_bytes=chunk_bytes, limit_bytes=limit_bytes)


def offering(
    at: At,
    given: bytes,
    taken: bytes,
    *,
    proof: bytes,
    chunk_bytes: tuple[int, int],
    limit_bytes: int,
) -> list[Call]:
    """The old member's transactions that bring its masks E_old(r) and E_new(-r), in order.

    `chunk_bytes` are those of a chunk under the old key and under the new one. The proof goes with
    the last transaction. Raises ChunkTooLarge.
    """
    old_bytes, new_bytes = chunk_bytes
    both = old_bytes + new_bytes
    count = -(-len(given) // old_bytes)
    found = proved_parts(
        bytes(count * both), proof, chunk_bytes=both, room_bytes=limit_bytes - HEAD_BYTES
    )
    calls = []
    for chunk, part, proved in found:
        end = chunk + len(part) // both
        olds = given[chunk * old_bytes : end * old_bytes]
        news = taken[chunk * new_bytes : end * new_bytes]
        calls.append(carrying(at, OFFER, chunk, olds, news, proved, chunks=2 * (end - chunk)))
    return calls


def posting_shares(
    at: At, shares: Payload, *, proof: bytes, chunk_bytes: int, limit_bytes: int
) -> list[Call]:
    """The old member's transactions that bring its decryption shares of the masked sum."""
    size = {"chunk_bytes": chunk_bytes, "limit_bytes": limit_bytes}
    return carrying_proved(at, POST_SHARES, shares, proof, **size)


def adding_up(
    at: At, chunk: int, rows: Sequence[bytes], *, unit_bytes: int, limit_bytes: int
) -> Call:
    """The transaction that adds a chunk: of the model, then of all masks by places; anybody's.

    Raises ChunkTooLarge where one transaction does not hold them.
    """
    data = call_data(ADD_UP, at.number, chunk, b"".join(rows))
    if len(data) > limit_bytes:
        raise ChunkTooLarge(
            f"a chunk of the model and of {len(rows) - 1} masks has {len(data)} bytes, and a "
            f"transaction {limit_bytes}: propose the handover with fewer units a chunk"
        )
    gas = folding_gas(len(data), sum_bytes=len(rows[0]), unit_bytes=unit_bytes, rows=len(rows))
    return Call(at.contract, data, gas)


def confirming(at: At, result: bytes) -> Call:
    """The new member's transaction that is for a result by its chained digest alone."""
    return Call(at.contract, call_data("confirm(uint64,bytes32)", at.number, result), HEAD_GAS)


def state_of(rpc: Rpc, at: At) -> State:
    """How far a handover has come."""
    returns = ["uint8", "uint64", "uint16", "uint64", "uint32", "uint16", "uint16", "bytes32"]
    phase, ends_at, _, offered, *rest = view(
        rpc, at.contract, "stateOf(uint64)", at.number, returns=returns
    )
    return State(Phase(phase), ends_at, _places(offered), *rest)


def terms_of(rpc: Rpc, at: At) -> Handover:
    """What was proposed."""
    old, new, offered, units, chunk_units, wait_blocks = view(
        rpc, at.contract, "termsOf(uint64)", at.number, returns=HANDOVER_TYPES
    )
    return Handover(
        old=old,
        new=new,
        offering=_places(offered),
        units=units,
        chunk_units=chunk_units,
        wait_blocks=wait_blocks,
    )


def last_handover(rpc: Rpc, contract: str) -> int:
    """The newest handover's number; 0 before the first one."""
    return int(view(rpc, contract, "lastHandover()", returns=["uint64"])[0])


def _places(bits: int) -> frozenset[int]:
    return frozenset(place for place in range(64) if bits >> place & 1)
