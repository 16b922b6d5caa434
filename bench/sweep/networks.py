"""The one network that a sweep has running, kept for the next cell where that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.network.health import health
from bench.network.running import Network, network
from bench.network.state import NetworkState
from bench.network.topology import Topology


class Networks:
    """Starts networks as cells need them; `fresh`: a new one for each."""

    def __init__(self, *, fresh: bool) -> None:
        self._fresh = fresh
        self._stack = ExitStack()
        self._running: Network | None = None
        self.started = 0

    def ready(self, topology: Topology) -> Network:
        """A network of that topology: the last one if it is the same and well, else a new one.

        Raises NetworkError where none can be started.
        """
        if self._running is None or not self._fits(self._running, topology):
            self.drop()
            self._running = self._stack.enter_context(network(topology))
            self.started += 1
        return self._running

    def drop(self) -> None:
        """End the network that runs, if one does: a cell went wrong on it, or all are done."""
        self._running = None
        self._stack.close()

    def _fits(self, running: Network, topology: Topology) -> bool:
        return not self._fresh and running.topology == topology and well(running)


@contextmanager
def networks(*, fresh: bool) -> Iterator[Networks]:
    """Networks for a sweep; the last one is ended with the block."""
    found = Networks(fresh=fresh)
    try:
        yield found
    finally:
        found.drop()


def well(running: Network) -> bool:
    """Whether its validators live and make blocks, and nothing is in their pools."""
    state = NetworkState(
        running.topology, running.directory, running.endpoints, running.process_ids
    )
    found = health(state)
    return not found.problems and not any(each.pending or each.queued for each in found.validators)
