"""Rounds of learning: updates nobody can read come in, are added, and the sum is opened.

Which calls a round takes in which phase is the contract's manual: IRounds. `folding` plans the
calls that add, `reader` reads updates, sums and shares back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from eth_abi.abi import encode

from system.chain.abi import call_data, selector, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender
from system.encrypted.contracts.gas import HEAD_GAS, carrying_gas, seeds_gas
from system.encrypted.contracts.parts import ChunkTooLarge as ChunkTooLarge
from system.encrypted.contracts.parts import parts, proved_parts
from system.encrypted.contracts.terms import TERMS_TUPLE, TERMS_TYPES, Terms, read_terms
from system.weights.abi import bytes_argument
from system.weights.checks import Payload

ANNOUNCE = "announce(uint64,uint64,bytes)"
SUBMIT = "submit(uint64,uint64,uint32,bytes)"
POST_SHARES = "postShares(uint64,uint64,uint32,bytes,bytes)"
POST_SEEDS = "postSeeds(uint64,uint64,bytes)"

ROUNDS_OPENED = topic(f"RoundsOpened(uint64,{TERMS_TUPLE})")
ROUND_BEGUN = topic("RoundBegun(uint64,uint64)")
ANNOUNCED = topic("Announced(address,uint64,uint64,bytes32)")
GRADIENT_PER_ITERATION_VALUE = topic(
    "GradientPerIterationValue(address,uint64,uint64,uint32,uint32)"
)
UPDATE_COMPLETE = topic("UpdateComplete(address,uint64,uint64,uint16)")
JUDGED = topic("Judged(address,uint64,uint64,uint64)")
UPDATE_REJECTED = topic("UpdateRejected(address,uint64,uint64)")
CHUNK_FOLDED = topic("ChunkFolded(uint64,uint64,uint32,uint16)")
AGGREGATE_GRADIENTS_OUTPUT = topic("AggregateGradientsOutput(uint64,uint64,uint32,bytes)")
SUM_COMPLETE = topic("SumComplete(uint64,uint64,uint64)")
SHARES_POSTED = topic("SharesPosted(address,uint64,uint64,uint32,uint32,bytes32)")
SEEDS_POSTED = topic("SeedsPosted(address,uint64,uint64,bytes32)")
SUM_OPENED = topic("SumOpened(uint64,uint64)")

# The selector and five words before the bytes of `submit`.
SUBMIT_HEAD_BYTES = 4 + 5 * 32


class Phase(IntEnum):
    """Where a round stands, in the contract's order."""

    NONE = 0
    ANNOUNCING = 1
    SUBMITTING = 2
    JUDGING = 3
    SUMMING = 4
    OPENING = 5
    OPENED = 6
    VOID = 7


@dataclass(frozen=True, slots=True)
class Place:
    """One round of one group, at the contract of that address."""

    rounds: str
    group: int
    number: int


@dataclass(frozen=True, slots=True)
class State:
    """How far a round has come, as of the newest block.

    `ends_at` is the first block outside the phase if nothing happens, 0: there is none. Shares are
    taken before the block `opens_until`. `announced` and `judged` members did so, `counted` updates
    count, `summed` chunks are added, `opened` members' shares are complete.
    """

    phase: Phase
    ends_at: int
    opens_until: int
    announced: int
    counted: int
    judged: int
    summed: int
    opened: int


def deploy_rounds(sender: Sender, agreement: str) -> Deployment:
    """The rounds of an agreement's groups; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("EncryptedRounds"),
        agreement,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def opening(rounds: str, group: int, terms: Terms) -> Call:
    """The transaction that opens the rounds of a group that agreed on these terms; anybody's."""
    data = selector(f"open(uint64,{TERMS_TUPLE})") + encode(
        ["uint64", *TERMS_TYPES], [group, *terms.values()]
    )
    return Call(rounds, data, HEAD_GAS)


def beginning(place: Place) -> Call:
    """The member's transaction that begins a round."""
    data = call_data("begin(uint64,uint64)", place.group, place.number)
    return Call(place.rounds, data, HEAD_GAS)


def announcing(place: Place, announcement: bytes) -> Call:
    """The member's transaction that brings its announcement, of the length the terms say."""
    data = call_data(ANNOUNCE, place.group, place.number, announcement)
    return Call(place.rounds, data, carrying_gas(len(data), chunks=1))


def judging(place: Place, wrong: Collection[int]) -> Call:
    """The member's transaction that names the members whose updates are none, by their numbers."""
    named = sum(1 << member for member in set(wrong))
    data = call_data("judge(uint64,uint64,uint64)", place.group, place.number, named)
    return Call(place.rounds, data, seeds_gas(len(data)))


def submitting(
    place: Place, update: Payload, *, terms: Terms, unit_bytes: int, limit_bytes: int
) -> list[Call]:
    """The member's transactions that bring an update in, in order.

    Each has at most `limit_bytes` of call data. Raises ChunkTooLarge where no chunk fits.
    """
    chunk_bytes, room = terms.chunk_units * unit_bytes, limit_bytes - SUBMIT_HEAD_BYTES
    return [
        _submitting(place, part, chunk=chunk, chunks=-(-len(part) // chunk_bytes))
        for chunk, part in parts(update, chunk_bytes=chunk_bytes, room_bytes=room)
    ]


def _submitting(place: Place, part: memoryview, *, chunk: int, chunks: int) -> Call:
    before = (place.group, place.number, chunk)
    data = bytes_argument(part, selector=selector(SUBMIT), before=before)
    return Call(place.rounds, data, carrying_gas(len(data), chunks=chunks))


def posting_shares(
    place: Place,
    shares: Payload,
    *,
    proof: bytes,
    terms: Terms,
    unit_bytes: int,
    limit_bytes: int,
) -> list[Call]:
    """The member's transactions that bring its decryption shares, in order.

    `shares` has as many units as the terms say; the proof goes with the last part. `limit_bytes` as
    in `submitting`; raises ChunkTooLarge too.
    """
    chunk_bytes = terms.chunk_units * unit_bytes
    # Two words more than `submit`: the proof's offset and length.
    room = limit_bytes - SUBMIT_HEAD_BYTES - 2 * 32
    found = proved_parts(shares, proof, chunk_bytes=chunk_bytes, room_bytes=room)
    return [
        _posting(place, part, proof=proved, chunk=chunk, chunks=-(-len(part) // chunk_bytes))
        for chunk, part, proved in found
    ]


def _posting(place: Place, part: bytes, *, proof: bytes, chunk: int, chunks: int) -> Call:
    data = call_data(POST_SHARES, place.group, place.number, chunk, part, proof)
    return Call(place.rounds, data, carrying_gas(len(data), chunks=chunks))


def posting_seeds(place: Place, seeds: bytes) -> Call:
    """The member's transaction that brings its shares of seeds: as many bytes for each member."""
    data = call_data(POST_SEEDS, place.group, place.number, seeds)
    return Call(place.rounds, data, seeds_gas(len(data)))


def terms_of(rpc: Rpc, rounds: str, group: int) -> Terms:
    """What a group learns by; RpcError where its rounds were never opened."""
    return read_terms(view(rpc, rounds, "termsOf(uint64)", group, returns=TERMS_TYPES))


def last_round(rpc: Rpc, rounds: str, group: int) -> int:
    """The group's newest round; 0 before the first one."""
    return int(view(rpc, rounds, "lastRound(uint64)", group, returns=["uint64"])[0])


def state_of(rpc: Rpc, place: Place) -> State:
    """How far a round has come; RpcError where the group's rounds were never opened."""
    returns = ["uint8", "uint64", "uint64", "uint16", "uint16", "uint16", "uint32", "uint16"]
    phase, *rest = _asked(rpc, place, "stateOf(uint64,uint64)", returns=returns)
    return State(Phase(phase), *rest)


def progress_of(rpc: Rpc, place: Place, member: int) -> tuple[int, int]:
    """How many chunks of a member's update and of its shares are in; `member` is its number."""
    signature, returns = "progressOf(uint64,uint64,uint16)", ["uint32", "uint32"]
    submitted, shared = _asked(rpc, place, signature, member, returns=returns)
    return int(submitted), int(shared)


def is_counted(rpc: Rpc, place: Place, member: int) -> bool:
    """Whether the update of the member of that number counts."""
    signature = "isCounted(uint64,uint64,uint16)"
    return bool(_asked(rpc, place, signature, member, returns=["bool"])[0])


def sum_of(rpc: Rpc, place: Place, chunk: int) -> tuple[int, bytes]:
    """How many updates are in the sum of a chunk, and its 32-byte digest."""
    signature, returns = "sumOf(uint64,uint64,uint32)", ["uint16", "bytes32"]
    folded, digest = view(
        rpc, place.rounds, signature, place.group, place.number, chunk, returns=returns
    )
    return int(folded), digest


def _asked(
    rpc: Rpc, place: Place, signature: str, *more: int, returns: list[str]
) -> tuple[Any, ...]:
    key = (place.group, place.number, *more)
    return view(rpc, place.rounds, signature, *key, returns=returns)
