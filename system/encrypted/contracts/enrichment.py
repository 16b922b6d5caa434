"""Somebody outside improves a group's model for pay; the contract's manual is IEnrichment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from system.chain.abi import call_data, selector, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.keys import keccak256
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender
from system.encrypted.contracts.carrying import At as At
from system.encrypted.contracts.carrying import carrying_proved, carrying_row, number_in
from system.encrypted.contracts.compensation import PLAN_TYPES, STEP_TYPES
from system.encrypted.contracts.compensation import Plan as Plan
from system.encrypted.contracts.compensation import Reward as Reward
from system.encrypted.contracts.compensation import Step as Step
from system.encrypted.contracts.gas import HEAD_GAS
from system.encrypted.contracts.inputs import (
    Source,
    address_topic,
    checked,
    cut,
    inputs,
    number_topic,
)
from system.weights.checks import Payload

BRING = "bring(uint64,uint32,bytes)"
POST_SHARES = "postShares(uint64,uint32,bytes,bytes)"

_PLAN, _STEPS = f"({','.join(PLAN_TYPES)})", f"({','.join(STEP_TYPES)})[]"

ENRICHMENT_PROPOSED = topic(f"EnrichmentProposed(uint64,uint64,address,{_PLAN},{_STEPS},uint96[])")
BACKED = topic("Backed(uint64,address,uint256)")
ENRICHMENT_OPENED = topic("EnrichmentOpened(uint64)")
TAKEN = topic("Taken(uint64,address)")
IMPROVEMENT_BROUGHT = topic("ImprovementBrought(uint64,address,uint32,uint32)")
IMPROVEMENT_COMPLETE = topic("ImprovementComplete(uint64,address)")
IMPROVEMENT_SHARES = topic("ImprovementShares(uint64,address,uint32,uint32,bytes32)")
ACCURACY_COMMITTED = topic("AccuracyCommitted(uint64,address,bytes32)")
ACCURACY_REVEALED = topic("AccuracyRevealed(uint64,address,uint16)")
ENRICHMENT_SETTLED = topic("EnrichmentSettled(uint64,address,uint8,uint16,uint256)")

# Upper bounds: a plan's slots, a step's, half a part's; a member credited for the first time.
_PLAN_GAS, _STEP_GAS, _PART_GAS, _MEMBER_GAS = 700_000, 30_000, 15_000, 45_000


class Phase(IntEnum):
    """Where an enrichment stands, in the contract's order."""

    NONE = 0
    BACKING = 1
    OPEN = 2
    ENRICHING = 3
    MEASURING = 4
    REVEALING = 5
    ENDED = 6
    SETTLED = 7


class Outcome(IntEnum):
    """How an enrichment ended, in the contract's order."""

    NONE = 0
    LAPSED = 1
    UNUSED = 2
    ABANDONED = 3
    JUDGED = 4
    SILENT = 5


@dataclass(frozen=True, slots=True)
class State:
    """How far an enrichment has come, as of the newest block.

    `ends_at` is the first block outside the phase if nothing happens, 0: there is none. `backed`
    members backed it, `committed` and `revealed` did so. `accuracy` is the median in
    ten-thousandths, `paid` in wei; both 0 before SETTLED.
    """

    phase: Phase
    ends_at: int
    outcome: Outcome
    enricher: str
    backed: int
    committed: int
    revealed: int
    accuracy: int
    paid: int


@dataclass(frozen=True, slots=True)
class Income:
    """Who has a part of what the model earns, of what, and how much in ten-thousandths; 0: none."""

    enricher: str
    reward: Reward
    share: int


def deploy_enrichment(sender: Sender, rounds: str) -> Deployment:
    """Enrichments of groups whose rounds are at that contract; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("Enrichment"),
        rounds,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def proposing(
    contract: str, plan: Plan, *, steps: Sequence[Step] = (), escrow: Sequence[int]
) -> Call:
    """The member's transaction that proposes a plan; `proposed` reads its number.

    Either `steps` or the plan's `per_point`. `escrow` is
    each member's part of it, in wei, by the group's order.
    """
    listed = [(one.accuracy, one.amount) for one in steps]
    arguments = encode([_PLAN, _STEPS, "uint96[]"], [plan.values(), listed, list(escrow)])
    gas = _PLAN_GAS + _STEP_GAS * len(listed) + _PART_GAS * len(escrow)
    return Call(contract, selector(f"propose({_PLAN},{_STEPS},uint96[])") + arguments, gas)


def proposed(receipt: dict[str, Any]) -> int:
    """The number of the enrichment that the transaction of this receipt proposed."""
    return number_in(receipt, ENRICHMENT_PROPOSED)


def backing(at: At, *, part: int, bond: int) -> Call:
    """The member's transaction that agrees to a plan with its part of the escrow and the bond."""
    return Call(at.contract, call_data("back(uint64)", at.number), HEAD_GAS, value=part + bond)


def taking(at: At, *, deposit: int) -> Call:
    """The enricher's transaction that takes it."""
    return Call(at.contract, call_data("take(uint64)", at.number), HEAD_GAS, value=deposit)


def bringing(at: At, improvement: Payload, *, chunk_bytes: int, limit_bytes: int) -> list[Call]:
    """The enricher's transactions that bring its improvement, in order.

    Chunks have as many units as the group's, `chunk_bytes` in all. Each transaction has at most
    `limit_bytes` of call data. Raises ChunkTooLarge.
    """
    size = {"chunk_bytes": chunk_bytes, "limit_bytes": limit_bytes}
    return carrying_row(at, BRING, improvement, **size)


def posting_shares(
    at: At, shares: Payload, *, proof: bytes, chunk_bytes: int, limit_bytes: int
) -> list[Call]:
    """The backer's transactions that bring its decryption shares of the improvement."""
    size = {"chunk_bytes": chunk_bytes, "limit_bytes": limit_bytes}
    return carrying_proved(at, POST_SHARES, shares, proof, **size)


def commitment(at: At, member: str, accuracy: int, secret: bytes, *, chain_id: int) -> bytes:
    """The 32 bytes a backer commits to, as `IEnrichment.commitmentOf` computes them.

    `secret` has 32 bytes: without it the few accuracies there are could be tried.
    """
    types = ["uint256", "address", "address", "uint64", "uint16", "bytes32"]
    return keccak256(encode(types, [chain_id, at.contract, member, at.number, accuracy, secret]))


def committing(at: At, committed: bytes) -> Call:
    """The backer's transaction that binds it to the accuracy it measured."""
    return Call(at.contract, call_data("commit(uint64,bytes32)", at.number, committed), HEAD_GAS)


def revealing(at: At, accuracy: int, secret: bytes) -> Call:
    """The backer's transaction that says what it measured, in ten-thousandths."""
    data = call_data("reveal(uint64,uint16,bytes32)", at.number, accuracy, secret)
    return Call(at.contract, data, HEAD_GAS)


def settling(at: At, *, members: int) -> Call:
    """The transaction that credits everybody when it ENDED; anybody's."""
    gas = HEAD_GAS + _MEMBER_GAS * members
    return Call(at.contract, call_data("settle(uint64)", at.number), gas)


def state_of(rpc: Rpc, at: At) -> State:
    """How far an enrichment has come."""
    returns = ["uint8", "uint64", "uint8", "address", *["uint16"] * 4, "uint96"]
    phase, ends_at, outcome, enricher, *rest = view(
        rpc, at.contract, "stateOf(uint64)", at.number, returns=returns
    )
    return State(Phase(phase), ends_at, Outcome(outcome), to_checksum_address(enricher), *rest)


def income_of(rpc: Rpc, at: At) -> Income:
    """What the enricher has of what the model earns."""
    returns = ["address", "uint8", "uint16"]
    enricher, reward, share = view(rpc, at.contract, "incomeOf(uint64)", at.number, returns=returns)
    return Income(to_checksum_address(enricher), Reward(reward), share)


def last_enrichment(rpc: Rpc, contract: str) -> int:
    """The newest enrichment's number; 0 before the first one."""
    return int(view(rpc, contract, "lastEnrichment()", returns=["uint64"])[0])


def read_improvement(
    rpc: Rpc, at: At, enricher: str, *, chunks: int, chunk_bytes: int, from_block: int = 0
) -> list[bytes]:
    """The improvement by chunks, each checked by its digest; raises NotRecovered."""
    topics = [IMPROVEMENT_BROUGHT, number_topic(at.number), address_topic(enricher)]
    source = Source(at.contract, topics, BRING, from_block)
    named = f"enricher {enricher} in enrichment {at.number}"
    rows = [units for _, _, units in inputs(rpc, source, named=named)]
    signature, key = "digestOf(uint64,uint32)", at.number
    digests = [
        view(rpc, at.contract, signature, key, chunk, returns=["bytes32"])[0]
        for chunk in range(chunks)
    ]
    return checked(cut(rows, chunk_bytes), digests, named=named)
