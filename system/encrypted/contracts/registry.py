"""Who takes part, and what parties advertise; the contract's manual is IPartyRegistry."""

from __future__ import annotations

from dataclasses import dataclass

from eth_utils.address import to_checksum_address

from system.chain.abi import call_data, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender

PARTY_REGISTERED = topic("PartyRegistered(address,bytes32,bytes)")
PARTY_DESCRIBED = topic("PartyDescribed(address,bytes32)")
ADVERTISED = topic("Advertised(address,uint64,bytes32,bytes32)")
HANDED_OVER = topic("HandedOver(uint64,address,address)")
ADVERTISEMENT_WITHDRAWN = topic("AdvertisementWithdrawn(uint64)")

LONGEST_KEY_BYTES = 128

# Upper bounds: a key of 128 bytes is five new slots, an advertisement three.
REGISTER_GAS = 250_000
ADVERTISE_GAS = 150_000


@dataclass(frozen=True, slots=True)
class Party:
    """What a party says of itself: the 32-byte digest of its description, and its public key."""

    description: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Advertisement:
    """Whose it is, and the 32-byte digests of what data that is and what it is to be used for."""

    owner: str
    data: bytes
    goal: bytes


def deploy_registry(sender: Sender) -> Deployment:
    """A new registry, which is nobody's; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("PartyRegistry"),
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def registering(registry: str, party: Party) -> Call:
    """The transaction by which an account becomes a party; its key is for good."""
    data = call_data("register(bytes32,bytes)", party.description, party.key)
    return Call(registry, data, REGISTER_GAS)


def describing(registry: str, description: bytes) -> Call:
    """The transaction by which a party describes itself anew."""
    return Call(registry, call_data("describe(bytes32)", description), ADVERTISE_GAS)


def advertising(registry: str, *, data: bytes, goal: bytes) -> Call:
    """The transaction by which a party advertises its data; both digests have 32 bytes."""
    return Call(registry, call_data("advertise(bytes32,bytes32)", data, goal), ADVERTISE_GAS)


def revising(registry: str, advertisement: int, *, data: bytes, goal: bytes) -> Call:
    """The owner's transaction that changes an advertisement."""
    signature = "revise(uint64,bytes32,bytes32)"
    return Call(registry, call_data(signature, advertisement, data, goal), ADVERTISE_GAS)


def handing_over(registry: str, advertisement: int, *, to: str) -> Call:
    """The owner's transaction that gives an advertisement to another party."""
    data = call_data("handOver(uint64,address)", advertisement, to)
    return Call(registry, data, ADVERTISE_GAS)


def withdrawing(registry: str, advertisement: int) -> Call:
    """The owner's transaction that withdraws an advertisement."""
    return Call(registry, call_data("withdraw(uint64)", advertisement), ADVERTISE_GAS)


def is_party(rpc: Rpc, registry: str, account: str) -> bool:
    """Whether the account is registered."""
    return bool(view(rpc, registry, "isParty(address)", account, returns=["bool"])[0])


def party_of(rpc: Rpc, registry: str, account: str) -> Party:
    """What a party says of itself; its key is empty where the account is none."""
    returns = ["bytes32", "bytes"]
    return Party(*view(rpc, registry, "partyOf(address)", account, returns=returns))


def advertisement_of(rpc: Rpc, registry: str, advertisement: int) -> Advertisement:
    """An advertisement; its owner is the zero address where there is none."""
    signature, returns = "advertisementOf(uint64)", ["address", "bytes32", "bytes32"]
    owner, data, goal = view(rpc, registry, signature, advertisement, returns=returns)
    return Advertisement(to_checksum_address(owner), data, goal)


def last_advertisement(rpc: Rpc, registry: str) -> int:
    """The newest advertisement's number; 0 before the first one."""
    return int(view(rpc, registry, "lastAdvertisement()", returns=["uint64"])[0])
