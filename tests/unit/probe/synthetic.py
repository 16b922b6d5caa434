"""A chain that nobody started, for what needs no answers from it."""

from __future__ import annotations

from bench.network.topology import Topology
from bench.probe.subject import Subject
from system.chain.probe import Chain
from system.chain.rpc import Rpc

URL = "http://127.0.0.1:1"


def subject(topology: Topology | None) -> Subject:
    """A subject with that topology, or somebody else's chain."""
    chain = Chain(
        url=URL,
        client_version="Geth/none",
        chain_id=1337,
        genesis_hash="0x00",
        consensus="istanbul",
        validators=4,
        period_s=1.0,
        gas_limit=160_000_000,
        gas_price=0,
        transaction_size_limit_bytes=131_072,
        code_size_limit_bytes=24_576,
    )
    return Subject(Rpc(URL), chain, "salt", topology)
