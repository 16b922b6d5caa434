"""The chain that a question is about: a topology with the asker's own settings."""

from __future__ import annotations

from dataclasses import dataclass

from bench.network.topology import Topology, load_topology
from system.errors import UsageError

_KB = 1024


@dataclass(frozen=True, slots=True)
class Place:
    """A chain's limits as `bench.limits` takes them, and the topology they come from."""

    topology: Topology

    @property
    def chain_id(self) -> int:
        """The chain's number."""
        return self.topology.chain_id

    @property
    def gas_limit(self) -> int:
        """Gas a block."""
        return self.topology.gas_limit

    @property
    def transaction_size_limit_bytes(self) -> int:
        """The largest signed transaction."""
        return self.topology.transaction_size_limit_kb * _KB

    @property
    def code_size_limit_bytes(self) -> int:
        """The largest contract code."""
        return self.topology.code_size_limit_kb * _KB

    @property
    def pool_slots(self) -> int:
        """The most that a node's pool holds, in slots of 32 KB: what runs and what waits."""
        return self.topology.pool.global_slots + self.topology.pool.global_queue


def place(
    topology: str,
    *,
    period_s: float | None = None,
    gas_limit: int | None = None,
    transaction_size_limit_kb: int | None = None,
) -> Place:
    """The chain of that topology, None leaving its own settings; UsageError for unusable ones."""
    wanted = {
        "period_s": period_s,
        "gas_limit": gas_limit,
        "transaction_size_limit_kb": transaction_size_limit_kb,
    }
    overrides = {name: value for name, value in wanted.items() if value is not None}
    found = load_topology(topology, overrides)
    if found.idles:
        raise UsageError(
            f"{found.name} is a Raft chain, which makes blocks when there is something to put in "
            "them: no rounds were measured on one; choose a QBFT or IBFT topology"
        )
    return Place(found)
