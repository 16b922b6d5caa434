"""A chain whose blocks hold exactly as many transactions as they are asked to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.halt.calldata import SINK, payload
from bench.limits.content import content
from bench.limits.gas import intrinsic_gas
from bench.network.ports import LOOPBACK, free_ports
from bench.network.running import network
from bench.network.topology import load_topology
from bench.probe.deadline import Deadline
from system.chain.batches import raw_batches
from system.chain.keys import derive_key
from system.chain.rpc import Rpc, RpcError
from system.chain.transaction import sign_legacy
from system.errors import NetworkError

_BLOCK_LIMIT_S = 60.0
_TRIES = 5


@dataclass(slots=True)
class Stage:
    """One validator, which makes blocks on demand; `socket` is its WebSocket address."""

    url: str
    socket: str
    chain_id: int
    calldata_bytes: int
    _blocks: dict[int, int] = field(default_factory=dict)
    _accounts: int = 0

    def block(self, count: int) -> int:
        """The number of a block with exactly `count` such transactions, made where there is none.

        Raises NetworkError where the node does not put them into one block.
        """
        if count not in self._blocks:
            tries = (self._made(count) for _ in range(_TRIES))
            number = next((one for one in tries if one is not None), None)
            if number is None:
                raise NetworkError(f"{count} transactions did not get into one block")
            self._blocks[count] = number
        return self._blocks[count]

    def _made(self, count: int) -> int | None:
        rpc = Rpc(self.url)
        rpc.call("miner_stop")
        hashes = [self._handed(rpc, body) for body in raw_batches(self._signed(count))]
        rpc.call("miner_start", 1)
        last = hashes[-1][-1]
        receipt = Deadline(_BLOCK_LIMIT_S).until(
            lambda: rpc.call("eth_getTransactionReceipt", last), f"a block of {count} transactions"
        )
        held = int(rpc.call("eth_getBlockTransactionCountByNumber", receipt["blockNumber"]), 16)
        return int(receipt["blockNumber"], 16) if held == count else None

    def _handed(self, rpc: Rpc, body: list[tuple[str, Sequence[Any]]]) -> list[str]:
        answers = rpc.batch(body)
        for answer in answers:
            if isinstance(answer, RpcError):
                raise NetworkError(f"the node refused a transaction: {answer}")
        return [str(answer) for answer in answers]

    def _signed(self, count: int) -> list[bytes]:
        self._accounts += 1
        key = derive_key("sight", "sender", self._accounts)
        signed = []
        for nonce in range(count):
            data = payload("random", self.calldata_bytes, number=nonce)
            gas = intrinsic_gas(content(data))
            signed.append(
                sign_legacy(
                    key=key, nonce=nonce, gas=gas, to=SINK, data=data, chain_id=self.chain_id
                ).raw
            )
        return signed


@contextmanager
def stage(*, calldata_bytes: int, most: int) -> Iterator[Stage]:
    """A network of one validator, whose blocks have gas for `most` transactions of that size."""
    gas_limit = most * (21_000 + 16 * calldata_bytes) + 1_000_000
    topology = load_topology("qbft-1", {"gas_limit": max(8_000_000, gas_limit)})
    with network(topology) as running:
        [url] = running.endpoints
        [port] = free_ports(1)
        Rpc(url).call("admin_startWS", LOOPBACK, port, "", "eth")
        yield Stage(url, f"ws://{LOOPBACK}:{port}", topology.chain_id, calldata_bytes)
