"""One validator's files and command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.network.build import environment
from bench.network.ports import LOOPBACK
from bench.network.topology import Topology
from bench.network.validators import Validator
from system.errors import NetworkError

_APIS = "eth,net,web3,txpool,debug,miner,admin"
# Megabytes a node. Its default of 1,024 would be 4 GB for four validators on one machine.
_CACHE_MB = 256
# Warnings, and one line a block. One level more, and a QBFT proposer writes every block it proposes
# into its log, in hex, and every node a line for each transaction and each consensus message.
_LOGGING = ("--verbosity", "2", "--vmodule", "core/blockchain_insert.go=3,miner/worker.go=3")


@dataclass(frozen=True, slots=True)
class Node:
    """One validator's place: its folder and its ports on loopback (`raft` is 0 without Raft)."""

    validator: Validator
    directory: Path
    p2p: int
    http: int
    metrics: int
    raft: int

    @property
    def endpoint(self) -> str:
        """The HTTP address of its JSON-RPC interface."""
        return f"http://{LOOPBACK}:{self.http}"

    @property
    def metrics_url(self) -> str:
        """The HTTP address of its own metrics."""
        return f"http://{LOOPBACK}:{self.metrics}"

    @property
    def enode(self) -> str:
        """The address its peers know it by."""
        raft = f"&raftport={self.raft}" if self.raft else ""
        return f"enode://{self.validator.node_id}@{LOOPBACK}:{self.p2p}?discport=0{raft}"

    @property
    def log(self) -> Path:
        """The file that its output is appended to."""
        return self.directory / "geth.log"

    @property
    def data(self) -> Path:
        """geth's data folder."""
        return self.directory / "data"

    @property
    def journal(self) -> Path:
        """Where the node keeps the transactions that came by its own RPC and are in no block."""
        return self.data / "geth" / "transactions.rlp"

    @property
    def _key(self) -> Path:
        return self.directory / "nodekey.test"

    @property
    def _settings(self) -> Path:
        return self.directory / "geth.toml"

    def write(self, geth: Path, genesis: Path, nodes: Sequence[Node]) -> None:
        """Writes key, settings and peers, and the genesis block into a new data folder."""
        self.data.mkdir(parents=True)
        self._key.touch(mode=0o600)
        self._key.write_text(self.validator.key.hex())
        # There is no flag for it: --port listens on all interfaces.
        self._settings.write_text(f'[Node.P2P]\nListenAddr = "{LOOPBACK}:{self.p2p}"\n')
        peers = [node.enode for node in nodes]
        (self.data / "static-nodes.json").write_text(json.dumps(peers, indent=2))
        self._init(geth, genesis)

    def command(self, geth: Path, topology: Topology, *, mine: bool) -> list[str]:
        """The command that runs the node; `mine`: whether it takes part in consensus at once."""
        mining = ["--mine"] if mine and topology.consensus != "raft" else []
        common = [*_common_flags(topology), *self._consensus(topology)]
        return [str(geth), *self._own_flags(), *common, *mining]

    def _own_flags(self) -> list[str]:
        return [
            *("--config", str(self._settings)),
            *("--datadir", str(self.data)),
            *("--nodekey", str(self._key)),
            *("--http.port", str(self.http)),
            *("--metrics", "--metrics.addr", LOOPBACK, "--metrics.port", str(self.metrics)),
        ]

    def _consensus(self, topology: Topology) -> list[str]:
        if topology.consensus == "raft":
            period_ms = str(round(topology.period_s * 1_000))
            ports = ["--raft", "--raftport", str(self.raft), "--raftblocktime", period_ms]
            return [*ports, "--http.api", f"{_APIS},raft"]
        return ["--http.api", f"{_APIS},istanbul"]

    def _init(self, geth: Path, genesis: Path) -> None:
        done = subprocess.run(
            [geth, "--datadir", self.data, "init", genesis],
            env=environment(),
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()[-1:] or ["no output"]
            raise NetworkError(f"geth init refused {genesis}: {said[0]}")


def _common_flags(topology: Topology) -> list[str]:
    pool = topology.pool
    return [
        *("--networkid", str(topology.chain_id)),
        *("--nodiscover", "--nat", "none", "--netrestrict", "127.0.0.0/8", "--ipcdisable"),
        *("--http", "--http.addr", LOOPBACK),
        *_LOGGING,
        *("--syncmode", "full", "--cache", str(_CACHE_MB)),
        # The node's own floor is 700 M gas: both flags hold the limit where the genesis put it.
        *("--miner.gaslimit", str(topology.gas_limit)),
        *("--miner.gastarget", str(topology.gas_limit)),
        *("--miner.gasprice", "0"),
        *("--txpool.accountslots", str(pool.account_slots)),
        *("--txpool.globalslots", str(pool.global_slots)),
        *("--txpool.accountqueue", str(pool.account_queue)),
        *("--txpool.globalqueue", str(pool.global_queue)),
        *(["--txpool.nolocals"] if pool.nolocals else []),
    ]
