"""Which network was left running: a JSON file beside its data, so that it outlives them."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.network.process import ProcessId, is_alive
from bench.network.running import Network
from bench.network.topology import Pool, Topology
from system.errors import UsageError
from system.paths import NETWORK_DIR

RUNNING_DIR = NETWORK_DIR / "running"


@dataclass(frozen=True, slots=True)
class NetworkState:
    """A detached network: what it is, where it answers, where its data lies, its processes."""

    topology: Topology
    directory: Path
    endpoints: tuple[str, ...]
    processes: tuple[ProcessId, ...]

    @property
    def file(self) -> Path:
        """Where this is written down."""
        return self.directory.with_suffix(".json")

    def log(self, index: int) -> Path:
        """The log of one validator."""
        return self.node_directory(index) / "geth.log"

    def node_directory(self, index: int) -> Path:
        """The folder with the data of one validator."""
        return self.directory / f"node-{index}"


def current() -> NetworkState | None:
    """The network that `weighbridge network up` left running, None if no process of it is alive."""
    return next((state for state in states() if any(map(is_alive, state.processes))), None)


def states() -> list[NetworkState]:
    """Every network written down, whether it still runs or not."""
    return [_read(path) for path in sorted(RUNNING_DIR.glob("*.json"))]


def new_directory(topology: Topology) -> Path:
    """A folder for a network's data that is not there yet; data that was kept stays untouched."""
    names = [topology.name, *(f"{topology.name}-{number}" for number in range(2, 1_000))]
    return next(path for name in names if not (path := RUNNING_DIR / name).exists())


def save(network: Network) -> NetworkState:
    """What was written down of a running network."""
    state = NetworkState(
        network.topology, network.directory, network.endpoints, network.process_ids
    )
    written = {**asdict(state), "directory": str(state.directory)}
    fresh = state.file.with_suffix(".new")
    fresh.write_text(json.dumps(written, indent=2))
    fresh.replace(state.file)
    return state


def forget(state: NetworkState, *, keep_data: bool) -> None:
    """Removes what was written down of a network, and its data unless that is to be kept."""
    if not keep_data:
        shutil.rmtree(state.directory, ignore_errors=True)
    state.file.unlink(missing_ok=True)


def _read(path: Path) -> NetworkState:
    try:
        return _state(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} does not describe a network; remove it") from error


def _state(written: dict[str, Any]) -> NetworkState:
    settings = written["topology"]
    return NetworkState(
        topology=Topology(**{**settings, "pool": Pool(**settings["pool"])}),
        directory=Path(written["directory"]),
        endpoints=tuple(written["endpoints"]),
        processes=tuple(ProcessId(**process) for process in written["processes"]),
    )
