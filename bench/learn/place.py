"""Where a training runs: a network of its own, or the user's chain and an account with ether."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.network.running import network
from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from system.chain.keys import address_of
from system.chain.probe import Chain, probe
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send_all
from system.errors import UsageError

_TRANSFER_GAS = 21_000


@dataclass(frozen=True, slots=True)
class Place:
    """A chain and an account on it that can pay; `period_s` is None where it can't be told."""

    rpc: Rpc
    chain: Chain
    treasury: Sender
    topology: str
    period_s: float | None

    def account(self, key: bytes) -> Sender:
        """That account at this chain."""
        return Sender(self.rpc, key, self.chain.chain_id)

    def fund(self, amounts: dict[bytes, int]) -> None:
        """Give each key's account so many wei; raises UsageError where the treasury lacks them."""
        held, needed = self.balance(self.treasury.address), sum(amounts.values())
        if held < needed:
            raise UsageError(
                f"the account that pays, {self.treasury.address}, holds {held:,} wei and the "
                f"training needs {needed:,}: fund it, or lower the job's size, payment or deposit"
            )
        calls = [
            Call(address_of(key), b"", _TRANSFER_GAS, value=amount)
            for key, amount in amounts.items()
        ]
        send_all(self.treasury, calls)

    def balance(self, address: str) -> int:
        """What an account holds, in wei."""
        return int(self.rpc.call("eth_getBalance", address, "latest"), 16)


@contextmanager
def place(topology: str, *, rpc_url: str = "", funder: Path | None = None) -> Iterator[Place]:
    """A fresh network of that topology, stopped at the end; or the chain at `rpc_url`.

    `funder` is a file with the 32-byte key, in hex, of an account that has ether there. Raises
    UsageError for a missing or unusable key, NetworkError where no network comes up.
    """
    if rpc_url:
        rpc = Rpc(rpc_url)
        chain = probe(rpc)
        yield Place(
            rpc, chain, Sender(rpc, _key(funder), chain.chain_id), chain.consensus, chain.period_s
        )
        return
    wanted = load_topology(topology)
    with network(wanted) as running:
        rpc = Rpc(running.endpoints[0])
        treasury = Sender(rpc, treasury_key(wanted), wanted.chain_id)
        yield Place(rpc, probe(rpc), treasury, wanted.name, wanted.period_s)


def _key(path: Path | None) -> bytes:
    if path is None:
        raise UsageError("--rpc-url needs --funder: a file with the key of an account with ether")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip().removeprefix("0x"))
    except (OSError, ValueError):
        key = b""
    if len(key) != 32:  # the file's content stays out of the message: it may be a key all the same
        raise UsageError(f"{path} holds no key: write 64 hexadecimal digits into it")
    return key
