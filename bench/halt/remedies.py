"""What may bring a halted chain back: each remedy does one thing to a network's validators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bench.limits.safety import safe_gas_limit, safe_pool_transactions
from bench.network.running import Network
from bench.network.topology import Pool, Topology

Remedy = Callable[[Network, Topology], None]


def small_pool(topology: Topology) -> Pool:
    """A pool that never holds more than one proposal's worth of that chain's transactions.

    A tenth of it is for transactions whose predecessors are on their way.
    """
    most = safe_pool_transactions(topology.transaction_size_limit_kb * 1024)
    queue = max(1, most // 10)
    return replace(topology.pool, global_slots=most - queue, global_queue=queue, nolocals=True)


def _restart_each(network: Network, topology: Topology) -> None:
    for index in range(len(network.nodes)):
        network.restart(index)


def _restart_all(network: Network, topology: Topology) -> None:
    network.restart_all(topology)


def _lower_gas(network: Network, topology: Topology) -> None:
    limit = safe_gas_limit(transaction_bytes=topology.transaction_size_limit_kb * 1024)
    network.restart_all(replace(topology, gas_limit=limit))


def _drop_journals(network: Network, topology: Topology) -> None:
    network.stop()
    for node in network.nodes:
        node.journal.unlink(missing_ok=True)
    network.restart_all(topology)


def _nolocals(network: Network, topology: Topology) -> None:
    network.restart_all(replace(topology, pool=replace(topology.pool, nolocals=True)))


def _small_pools(network: Network, topology: Topology) -> None:
    network.restart_all(replace(topology, pool=small_pool(topology)))


def _one_small_pool(network: Network, topology: Topology) -> None:
    network.topology = replace(topology, pool=small_pool(topology))
    network.restart(0)


REMEDIES: Mapping[str, Remedy] = {
    "restart-each": _restart_each,
    "restart-all": _restart_all,
    "lower-gas": _lower_gas,
    "one-small-pool": _one_small_pool,
    "drop-journals": _drop_journals,
    "nolocals": _nolocals,
    "small-pools": _small_pools,
}
