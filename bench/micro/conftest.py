"""A real node for the suites that need one: started at the first of them, always stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.limits.measure import Bench
from bench.limits.table import open_bench
from bench.network.running import network
from bench.network.topology import load_topology


@pytest.fixture(scope="session")
def node() -> Iterator[Bench]:
    """One Raft node with a board and all stores: it makes a block when a transaction comes."""
    with network(load_topology("raft-1")) as running:
        yield open_bench(running.endpoints[0])
