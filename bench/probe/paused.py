"""A network whose validators are connected and make no blocks, so that pools stand still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bench.network.running import Network, network
from bench.network.topology import Topology
from bench.probe.deadline import Deadline
from system.chain.rpc import Rpc

# Raft's minter can't be told to stop, but it makes its first block only a period after the start.
_RAFT_PAUSE_S = 30.0
_BLOCK_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Paused:
    """The network; its pools hand transactions on as ever."""

    network: Network

    def resume(self) -> None:
        """Lets blocks be made again; on Raft they come by themselves, 30 s after the start."""
        self.network.mine()


@contextmanager
def paused(topology: Topology) -> Iterator[Paused]:
    """A new network of that topology, paused; it is thrown away at the end of the block."""
    if topology.idles:
        topology = replace(topology, period_s=_RAFT_PAUSE_S)
    with network(topology) as running:
        if not topology.idles:
            _pause(running)
        yield Paused(running)


def _pause(running: Network) -> None:
    # A validator that has stopped hangs up on those that still talk to it. Behind a block they are
    # silent for a period, so that is when all are stopped at once.
    rpc = Rpc(running.endpoints[0])
    before = rpc.call("eth_blockNumber")
    Deadline(_BLOCK_LIMIT_S).until(
        lambda: True if rpc.call("eth_blockNumber") != before else None, "the next block"
    )
    time.sleep(running.topology.period_s / 4)
    with ThreadPoolExecutor(len(running.endpoints)) as pool:
        list(pool.map(lambda url: Rpc(url).call("miner_stop"), running.endpoints))
