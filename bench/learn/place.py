"""Where a training runs: a network of its own, or the user's chain and an account with ether."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.network.running import network
from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from system.chain.keyfile import read_key
from system.chain.keys import address_of
from system.chain.outbox import Outbox
from system.chain.private import NoManager, require_manager
from system.chain.probe import Chain, probe
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send_all
from system.errors import UsageError

_TRANSFER_GAS = 21_000


@dataclass(frozen=True, slots=True)
class Place:
    """A chain and an account on it that can pay.

    `period_s` is None where a chain makes blocks only when there are transactions. `lent`: what is
    left in the end goes back to that account.
    """

    rpc: Rpc
    chain: Chain
    treasury: Sender
    topology: str
    period_s: float | None
    lent: bool = False

    def account(self, key: bytes) -> Sender:
        """That account at this chain."""
        return Sender(self.rpc, key, self.chain.chain_id)

    def fund(self, amounts: dict[bytes, int]) -> dict[str, int]:
        """What each account holds once it was given so many wei more, by address.

        Raises UsageError where the treasury lacks them.
        """
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
        return {address_of(key): self.balance(address_of(key)) for key in amounts}

    def give_back(self, keys: Iterable[bytes]) -> None:
        """Send all that these accounts hold to the one that paid; gas costs nothing here."""
        outbox = Outbox(self.rpc, self.chain.chain_id)
        for key in keys:
            if held := self.balance(address_of(key)):
                outbox.send(
                    key, [Call(self.treasury.address, b"", _TRANSFER_GAS, value=held)], "back"
                )
        outbox.drained()

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
        rpc, key = Rpc(rpc_url), _key(funder)
        chain = probe(rpc)
        treasury = Sender(rpc, key, chain.chain_id)
        yield Place(rpc, chain, treasury, chain.consensus, chain.period_s, lent=True)
        return
    wanted = load_topology(topology)
    with network(wanted) as running:
        rpc = Rpc(running.endpoints[0])
        treasury = Sender(rpc, treasury_key(wanted), wanted.chain_id)
        period_s = None if wanted.consensus == "raft" else wanted.period_s
        yield Place(rpc, probe(rpc), treasury, wanted.name, period_s)


def refuse_private(rpc_url: str) -> None:
    """Raise UsageError: say what the market can't have private transactions for."""
    if not rpc_url:
        raise NoManager(
            "a network of this command's own has no private transaction manager: take --privacy "
            "sealed, which keeps results as ciphertext until the job is closed"
        )
    require_manager(Rpc(rpc_url))
    raise UsageError(
        "--privacy private: deposits and votes are public state, which Quorum's private "
        "transactions can neither carry nor write; take --privacy sealed"
    )


def _key(path: Path | None) -> bytes:
    if path is None:
        raise UsageError("--rpc-url needs --funder: a file with the key of an account with ether")
    return read_key(path)
