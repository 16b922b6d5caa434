"""Groups of parties, and what each agrees on before it learns; the manual is IAgreement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from system.chain.abi import call_data, selector, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender
from system.encrypted.contracts.carrying import number_in

CHARTER_TYPES = ("bool", "uint16", "uint16", "uint32", "uint32", "bytes32")
_CHARTER = f"({','.join(CHARTER_TYPES)})"

GROUP_FOUNDED = topic(f"GroupFounded(uint64,address,{_CHARTER})")
INVITED = topic("Invited(uint64,address)")
JOINED = topic("Joined(uint64,address,uint16)")
VOTED = topic("Voted(uint64,address,bytes32,bytes32,uint16)")
GROUP_AGREED = topic("GroupAgreed(uint64,bytes32,bytes32)")

MOST_SEATS = 64

# Upper bounds: founding writes six slots, joining three, the deciding vote seven.
FOUND_GAS = 300_000
INVITE_GAS = 100_000
JOIN_GAS = 200_000
VOTE_GAS = 250_000


class Stage(IntEnum):
    """Where a group stands, in the contract's order."""

    NONE = 0
    FORMING = 1
    VOTING = 2
    AGREED = 3
    DISSOLVED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What a group is founded on: `votes` of `seats` have to agree, more than half of them.

    `is_open`: any party may join; otherwise the founder invites. `purpose` is a 32-byte digest.
    """

    is_open: bool
    seats: int
    votes: int
    join_blocks: int
    vote_blocks: int
    purpose: bytes = bytes(32)

    def values(self) -> tuple[object, ...]:
        """The fields in the contract's order."""
        ends = (self.join_blocks, self.vote_blocks)
        return (self.is_open, self.seats, self.votes, *ends, self.purpose)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The 32-byte digests of the initial model and of the terms; zeros where there is none."""

    model: bytes
    terms: bytes


def deploy_agreement(sender: Sender, registry: str) -> Deployment:
    """New groups of the parties of a registry; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("Agreement"),
        registry,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def founding(agreement: str, charter: Charter) -> Call:
    """The transaction that founds a group; `founded_group` reads its number."""
    data = selector(f"found({_CHARTER})") + encode(CHARTER_TYPES, charter.values())
    return Call(agreement, data, FOUND_GAS)


def founded_group(receipt: dict[str, Any]) -> int:
    """The number of the group that the transaction of this receipt founded."""
    return number_in(receipt, GROUP_FOUNDED)


def inviting(agreement: str, group: int, party: str) -> Call:
    """The founder's transaction that lets a party join."""
    return Call(agreement, call_data("invite(uint64,address)", group, party), INVITE_GAS)


def joining(agreement: str, group: int) -> Call:
    """The transaction by which a party becomes a member."""
    return Call(agreement, call_data("join(uint64)", group), JOIN_GAS)


def voting(agreement: str, group: int, agreed: Agreed) -> Call:
    """The member's transaction that votes for an initial model and terms."""
    data = call_data("vote(uint64,bytes32,bytes32)", group, agreed.model, agreed.terms)
    return Call(agreement, data, VOTE_GAS)


def stage_of(rpc: Rpc, agreement: str, group: int) -> tuple[Stage, int]:
    """The stage, and the first block outside it if nothing happens; 0: it is for good."""
    stage, ends_at = view(rpc, agreement, "stageOf(uint64)", group, returns=["uint8", "uint64"])
    return Stage(stage), int(ends_at)


def charter_of(rpc: Rpc, agreement: str, group: int) -> Charter:
    """What the group was founded on; zeros for a group never founded."""
    values = view(rpc, agreement, "charterOf(uint64)", group, returns=CHARTER_TYPES)
    is_open, seats, votes, join_blocks, vote_blocks, purpose = values
    return Charter(
        is_open=is_open,
        seats=seats,
        votes=votes,
        join_blocks=join_blocks,
        vote_blocks=vote_blocks,
        purpose=purpose,
    )


def result_of(rpc: Rpc, agreement: str, group: int) -> Agreed:
    """What the group agreed on."""
    return Agreed(*view(rpc, agreement, "resultOf(uint64)", group, returns=["bytes32", "bytes32"]))


def members_of(rpc: Rpc, agreement: str, group: int) -> list[str]:
    """The members' checksummed addresses by their places in the group."""
    [count, _] = view(rpc, agreement, "countOf(uint64)", group, returns=["uint16", "uint16"])
    signature = "memberAt(uint64,uint16)"
    places = (
        view(rpc, agreement, signature, group, place, returns=["address"]) for place in range(count)
    )
    return [to_checksum_address(member) for [member] in places]


def votes_for(rpc: Rpc, agreement: str, group: int, agreed: Agreed) -> int:
    """How many members voted for that."""
    signature = "votesFor(uint64,bytes32,bytes32)"
    asked = (group, agreed.model, agreed.terms)
    return int(view(rpc, agreement, signature, *asked, returns=["uint16"])[0])


def last_group(rpc: Rpc, agreement: str) -> int:
    """The newest group's number; 0 before the first one."""
    return int(view(rpc, agreement, "lastGroup()", returns=["uint64"])[0])
