"""A network that runs: started, watched until it is ready, and ended to the last process."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.network import process
from bench.network.build import environment, geth_binary
from bench.network.genesis import genesis
from bench.network.guard import Watch, guarding
from bench.network.node import Node
from bench.network.ports import free_ports
from bench.network.process import ProcessId
from bench.network.ready import NotReady, PortTaken, complaints, wait_until
from bench.network.topology import Topology
from bench.network.validators import treasury_key, validators
from system.chain.keys import address_of
from system.chain.rpc import Rpc
from system.errors import UsageError

_RETRIES = 2
_NOTE = "TEST-KEYS.txt"
_NOTE_TEXT = """\
Every key in these folders is derived from the seed {seed!r}. Anyone can compute them.
They are test keys: never let them hold anything of value.
"""


class Network:
    """Validators on loopback, one process each; index i is the same validator everywhere."""

    def __init__(
        self,
        topology: Topology,
        directory: Path,
        *,
        geth: Path,
        nodes: Sequence[Node],
        watch: Watch,
    ):
        self.topology = topology
        self.directory = directory
        self.nodes = tuple(nodes)
        self._geth = geth
        self._watch = watch
        self._running: dict[int, ProcessId] = {}

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The HTTP addresses of the validators' JSON-RPC interfaces."""
        return tuple(node.endpoint for node in self.nodes)

    @property
    def process_ids(self) -> tuple[ProcessId, ...]:
        """The processes of the validators that were not killed."""
        return tuple(self._running[index] for index in sorted(self._running))

    @property
    def processes(self) -> tuple[int, ...]:
        """Their process numbers."""
        return tuple(each.pid for each in self.process_ids)

    def stop(self) -> None:
        """Ends every validator; does nothing the second time."""
        process.end(self.process_ids)
        self._running.clear()

    def kill(self, index: int) -> None:
        """Kills a validator as a crash would; what it had not written yet is lost to it."""
        process.kill(self._running.pop(index))

    def restart(self, index: int) -> None:
        """Starts a validator again on its old data, ending it first if it still runs.

        Returns when it answers and sees all validators that run; it may still fetch their blocks.
        """
        if index in self._running:
            process.end([self._running.pop(index)])
        # Peers that make blocks drop a node whose consensus is not running yet, for 35 s.
        self._spawn(index, mine=True)
        self._wait(first_block=0)

    def restart_all(self, topology: Topology | None = None) -> None:
        """Ends all validators that still run, then starts every one on its old data.

        `topology` gives other flags from now on; what stands in the genesis block stays as it was.
        Raises NetworkError as `start` does.
        """
        self.stop()
        self.topology = topology or self.topology
        self._start()

    def mine(self) -> None:
        """Lets all validators make blocks, those that were told to stop as well."""
        # Validators that mine from their start lose the first proposal, as nobody hears it yet, and
        # then wait for a round's timeout of 10 s. So they start once connected, and the next
        # proposer is the last: whoever is not running consensus yet hangs up on a proposal.
        if self.topology.idles:
            return
        for node in reversed(_by_turn(self.nodes)):
            Rpc(node.endpoint).call("miner_start", 1)

    def _start(self) -> None:
        for node in self.nodes:
            self._spawn(node.validator.index, mine=False)
        self._wait(first_block=0)
        self.mine()
        self._wait(first_block=1)

    def _spawn(self, index: int, *, mine: bool) -> None:
        node = self.nodes[index]
        command = node.command(self._geth, self.topology, mine=mine)
        self._running[index] = process.spawn(command, environment(), node.log)
        self._watch(self._running[index])

    def _wait(self, first_block: int) -> None:
        running = {each: self.nodes[index] for index, each in self._running.items()}
        wait_until(
            lambda: complaints(self.topology, list(running.values()), first_block),
            running,
            self.topology.period_s,
        )


def start(topology: Topology, directory: Path, *, watch: Watch = lambda _: None) -> Network:
    """The network of that topology, ready: each validator sees all others and a block was made.

    A Raft chain makes no block before there is a transaction: there, ready means that each
    validator sees the others and knows the leader. `directory` must be new or empty; it keeps keys,
    data and logs. `watch` is told each process as it starts. Raises UsageError if it is not,
    NetworkError naming a log if a node ends or is not ready in time; then nothing is left running.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is in use; give a new or empty folder for the network")
    geth = geth_binary()
    for _ in range(_RETRIES):
        with suppress(PortTaken, NotReady):
            return _start_once(topology, directory.absolute(), geth=geth, watch=watch)
        shutil.rmtree(directory)
    return _start_once(topology, directory.absolute(), geth=geth, watch=watch)


@contextmanager
def network(topology: Topology, directory: Path | None = None) -> Iterator[Network]:
    """A running network that is stopped at the end of the block, or when this process is killed.

    Without a directory its data goes to a temporary one, which is removed unless starting fails.
    """
    place = directory or Path(tempfile.mkdtemp(prefix="weighbridge-"))
    with guarding(remove=place if directory is None else None) as watch:
        running = start(topology, place, watch=watch)
        try:
            yield running
        finally:
            running.stop()
            if directory is None:
                shutil.rmtree(place, ignore_errors=True)


def _start_once(topology: Topology, directory: Path, *, geth: Path, watch: Watch) -> Network:
    nodes = _placed(topology, directory)
    running = Network(topology, directory, geth=geth, nodes=nodes, watch=watch)
    _write(running, geth)
    try:
        running._start()
    except BaseException:  # Ctrl-C too must leave nothing running
        running.stop()
        raise
    return running


def _placed(topology: Topology, directory: Path) -> list[Node]:
    identities = validators(topology)
    count = len(identities)
    ports = iter(free_ports(4 * count))
    raft = topology.consensus == "raft"
    return [
        Node(
            identity,
            directory / f"node-{identity.index}",
            p2p=next(ports),
            http=next(ports),
            metrics=next(ports),
            raft=next(ports) if raft else 0,
        )
        for identity in identities
    ]


def _by_turn(nodes: Sequence[Node]) -> list[Node]:
    """The validators in the order in which they propose, from the next block's proposer on."""
    turns = sorted(nodes, key=_address)
    rpc = Rpc(nodes[0].endpoint)
    if int(rpc.call("eth_blockNumber"), 16) == 0:
        return turns  # round robin begins with the lowest address
    author = str(rpc.call("istanbul_getSignersFromBlock", "latest")["Author"]).lower()
    after = [_address(node) for node in turns].index(author) + 1
    return turns[after:] + turns[:after]


def _address(node: Node) -> str:
    return node.validator.address.lower()


def _write(network: Network, geth: Path) -> None:
    network.directory.mkdir(parents=True, exist_ok=True)
    topology = network.topology
    (network.directory / _NOTE).write_text(_NOTE_TEXT.format(seed=topology.seed))
    addresses = [node.validator.address for node in network.nodes]
    block = genesis(topology, addresses, address_of(treasury_key(topology)))
    path = network.directory / "genesis.json"
    path.write_text(json.dumps(block, indent=2))
    for node in network.nodes:
        node.write(geth, path, network.nodes)
