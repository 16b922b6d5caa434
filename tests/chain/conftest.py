"""A real node for the tests: built once, started on free ports, always stopped."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.network.build import geth_binary
from bench.network.running import Network, network
from bench.network.topology import load_topology

# A suite started in the background of a shell inherits Ctrl-C as ignored, and so would the commands
# that the tests stop by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def geth() -> Path:
    """The node's binary."""
    return geth_binary()


@pytest.fixture(scope="session")
def single(geth: Path) -> Iterator[Network]:
    """One QBFT validator."""
    with network(load_topology("qbft-1")) as running:
        yield running


@pytest.fixture(scope="session")
def four(geth: Path) -> Iterator[Network]:
    """Four QBFT validators."""
    with network(load_topology("qbft-4")) as running:
        yield running


@pytest.fixture(scope="session")
def instant(geth: Path) -> Iterator[Network]:
    """One Raft node: blocks come as soon as there are transactions, for tests that send many."""
    with network(load_topology("raft-1")) as running:
        yield running
