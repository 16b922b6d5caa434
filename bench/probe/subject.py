"""What is probed: a chain, and its settings where the probe started it itself."""

from __future__ import annotations

from dataclasses import dataclass

from bench.network.topology import Topology
from system.chain.probe import Chain
from system.chain.rpc import Rpc
from system.errors import WeighbridgeError


@dataclass(frozen=True, slots=True)
class Subject:
    """A chain under probe; its settings are known where there is a `topology`, the probe's own.

    `salt` makes accounts that no probe before had.
    """

    rpc: Rpc
    chain: Chain
    salt: str
    topology: Topology | None = None

    @property
    def own_topology(self) -> Topology:
        """The settings; raises WeighbridgeError for a chain that is somebody else's."""
        if self.topology is None:
            raise WeighbridgeError("it takes a network of the probe's own")
        return self.topology

    @property
    def is_own(self) -> bool:
        """Whether the probe started the network itself and throws it away afterwards."""
        return self.topology is not None
