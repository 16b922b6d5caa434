"""Who makes the blocks: keys derived from the topology's seed. TEST KEYS, all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.network.topology import Topology
from system.chain.keys import address_of, derive_key, public_key_of


@dataclass(frozen=True, slots=True)
class Validator:
    """One validator's identity: 32-byte test key, checksummed address, 64-byte node id in hex."""

    index: int
    key: bytes = field(repr=False)
    address: str
    node_id: str


def validators(topology: Topology) -> tuple[Validator, ...]:
    """The validators of a topology; the same seed gives the same ones on every machine."""
    return tuple(_validator(topology.seed, index) for index in range(topology.validators))


def treasury_key(topology: Topology) -> bytes:
    """The 32-byte test key of the one account that owns ether in the genesis block."""
    return derive_key(topology.seed, "treasury", 0)


def _validator(seed: str, index: int) -> Validator:
    key = derive_key(seed, "validator", index)
    return Validator(index, key, address_of(key), public_key_of(key).hex())
