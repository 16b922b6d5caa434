"""Predictions for a fee; the contract's manual is IPredictionService."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
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
from system.encrypted.contracts.carrying import number_in
from system.encrypted.contracts.compensation import Reward
from system.encrypted.contracts.gas import HEAD_GAS, carrying_gas
from system.encrypted.contracts.inputs import (
    NotRecovered,
    Source,
    address_topic,
    inputs,
    number_topic,
)

ASK = "ask(uint64,bytes)"
ANSWER = "answer(uint64,bytes)"

OFFER_TYPES = (
    *("uint64", "uint64", "uint96", "uint96", "uint96", "uint16"),
    *("uint32", "uint32", "uint32", "uint32", "uint32"),
)
_OFFER = f"({','.join(OFFER_TYPES)})"

SERVICE_PROPOSED = topic(f"ServiceProposed(uint64,uint64,address,{_OFFER},uint16[])")
SERVICE_APPROVED = topic("ServiceApproved(uint64,address,uint16)")
SERVICE_OPENED = topic("ServiceOpened(uint64)")
SERVICE_RETIRED = topic("ServiceRetired(uint64,address,uint16)")
SERVICE_ENDED = topic("ServiceEnded(uint64)")
REQUESTED = topic("Requested(uint64,uint64,address,bytes32)")
REQUEST_ANSWERED = topic("RequestAnswered(uint64,address,bytes32)")
ANSWER_ACCEPTED = topic("AnswerAccepted(uint64,bytes32,uint64)")
CHALLENGED = topic("Challenged(uint64,address)")
DISPUTE_VOTED = topic("DisputeVoted(uint64,address,bool)")
REQUEST_SETTLED = topic("RequestSettled(uint64,uint8,uint256)")

# Upper bounds: an offer's slots; a part's; checking a unit; a member credited in both ways.
_PART_GAS, _UNIT_GAS, _MEMBER_GAS = 15_000, 2_000, 55_000


class Phase(IntEnum):
    """Where a request stands, in the contract's order."""

    NONE = 0
    ASKED = 1
    ANSWERED = 2
    DISPUTED = 3
    ENDED = 4
    SETTLED = 5


class Outcome(IntEnum):
    """How a request ended, in the contract's order."""

    NONE = 0
    UNANSWERED = 1
    ACCEPTED = 2
    UPHELD = 3
    OVERTURNED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """On which terms a group answers; the contract's IPredictionService.Offer says what each means.

    Amounts are in wei, waits in blocks.
    """

    group: int
    enrichment: int = 0
    fee: int
    cost: int = 0
    bond: int = 0
    answers: int = 1
    input_units: int = 0
    answer_bytes: int
    answer_blocks: int
    dispute_blocks: int
    vote_blocks: int

    def values(self) -> tuple[object, ...]:
        """The fields in the contract's order."""
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Service:
    """How a service stands: approvals, retirements, and who has a part of the income."""

    approved: int
    retired: int
    is_open: bool
    enricher: str
    reward: Reward
    share: int


@dataclass(frozen=True, slots=True)
class State:
    """How far a request has come, as of the newest block.

    `ends_at` is the first block outside the phase if nothing happens, 0: there is none. `input` and
    `answer` are 32-byte digests; zeros before an answer counts. `right` and `wrong` are votes.
    """

    phase: Phase
    ends_at: int
    outcome: Outcome
    service: int
    customer: str
    input: bytes
    answer: bytes
    right: int
    wrong: int


def deploy_service(sender: Sender, rounds: str, enrichment: str) -> Deployment:
    """Predictions of groups at that rounds' contract; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("PredictionService"),
        rounds,
        enrichment,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def proposing(contract: str, offer: Offer, parts: Sequence[int]) -> Call:
    """The member's transaction that proposes a service; `proposed` reads its number.

    `parts` of what members share are by the group's order, in ten-thousandths.
    """
    arguments = encode([_OFFER, "uint16[]"], [offer.values(), list(parts)])
    data = selector(f"propose({_OFFER},uint16[])") + arguments
    return Call(contract, data, HEAD_GAS + _PART_GAS * len(parts))


def proposed(receipt: dict[str, Any]) -> int:
    """The number of the service that the transaction of this receipt proposed."""
    return number_in(receipt, SERVICE_PROPOSED)


def approving(contract: str, service: int) -> Call:
    """The member's transaction that approves a service."""
    return Call(contract, call_data("approve(uint64)", service), HEAD_GAS)


def retiring(contract: str, service: int) -> Call:
    """The member's transaction that wants no more requests."""
    return Call(contract, call_data("retire(uint64)", service), HEAD_GAS)


def asking(contract: str, service: int, content: bytes, *, fee: int, units: int = 0) -> Call:
    """The customer's transaction that pays for a prediction; `asked` reads its number.

    `units` is how many the request has where the service checks them.
    """
    data = call_data(ASK, service, content)
    gas = carrying_gas(len(data), chunks=1) + _UNIT_GAS * units
    return Call(contract, data, gas, value=fee)


def asked(receipt: dict[str, Any]) -> int:
    """The number of the request that the transaction of this receipt made."""
    return number_in(receipt, REQUESTED)


def answering(contract: str, request: int, content: bytes) -> Call:
    """The member's transaction that answers a request."""
    data = call_data(ANSWER, request, content)
    return Call(contract, data, carrying_gas(len(data), chunks=1))


def challenging(contract: str, request: int, *, bond: int) -> Call:
    """The customer's transaction that challenges the answer."""
    return Call(contract, call_data("challenge(uint64)", request), HEAD_GAS, value=bond)


def voting(contract: str, request: int, *, right: bool) -> Call:
    """The member's transaction that says whether the answer is right."""
    return Call(contract, call_data("vote(uint64,bool)", request, right), HEAD_GAS)


def settling(contract: str, request: int, *, members: int) -> Call:
    """The transaction that credits everybody when it ENDED; anybody's."""
    gas = HEAD_GAS + _MEMBER_GAS * members
    return Call(contract, call_data("settle(uint64)", request), gas)


def state_of(rpc: Rpc, contract: str, request: int) -> State:
    """How far a request has come."""
    returns = [
        *("uint8", "uint64", "uint8", "uint64", "address", "bytes32", "bytes32"),
        *("uint16", "uint16"),
    ]
    phase, ends_at, outcome, service, customer, *rest = view(
        rpc, contract, "stateOf(uint64)", request, returns=returns
    )
    return State(
        Phase(phase), ends_at, Outcome(outcome), service, to_checksum_address(customer), *rest
    )


def service_of(rpc: Rpc, contract: str, service: int) -> Service:
    """How a service stands."""
    returns = ["uint16", "uint16", "bool", "address", "uint8", "uint16"]
    approved, retired, is_open, enricher, reward, share = view(
        rpc, contract, "serviceOf(uint64)", service, returns=returns
    )
    who = to_checksum_address(enricher)
    return Service(approved, retired, is_open, who, Reward(reward), share)


def last_service(rpc: Rpc, contract: str) -> int:
    """The newest service's number; 0 before the first one."""
    return int(view(rpc, contract, "lastService()", returns=["uint64"])[0])


def last_request(rpc: Rpc, contract: str) -> int:
    """The newest request's number; 0 before the first one."""
    return int(view(rpc, contract, "lastRequest()", returns=["uint64"])[0])


def read_request(rpc: Rpc, contract: str, request: int, *, from_block: int = 0) -> bytes:
    """What the customer asked, checked by its digest; raises NotRecovered."""
    topics = [REQUESTED, number_topic(request)]
    digest = state_of(rpc, contract, request).input
    return _read(rpc, Source(contract, topics, ASK, from_block), digest, f"request {request}")


def read_answer(
    rpc: Rpc, contract: str, request: int, member: str, *, from_block: int = 0
) -> bytes:
    """What that member answered, if it is what counts; raises NotRecovered."""
    topics = [REQUEST_ANSWERED, number_topic(request), address_topic(member)]
    digest = state_of(rpc, contract, request).answer
    named = f"the answer of {member} to request {request}"
    return _read(rpc, Source(contract, topics, ANSWER, from_block), digest, named)


def _read(rpc: Rpc, source: Source, digest: bytes, named: str) -> bytes:
    for _, content in inputs(rpc, source, named=named):
        if keccak256(content) == digest:
            return bytes(content)
    raise NotRecovered(f"{named} is not on the chain")
