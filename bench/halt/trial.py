"""What is tried: a network, an attack on it, and what is to bring it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bench.network.topology import Topology, load_topology

Payload = Literal["random", "zero", "int256"]
Through = Literal["one", "each"]


@dataclass(frozen=True, slots=True)
class Attack:
    """What is sent. Sizes are those of signed transactions, taken in turn; gas is what they need.

    `through`: all by the first validator's RPC, or the accounts spread over all validators.
    `dammed`: everything first waits in every validator's queue behind a missing nonce and is let
    go at once, so that the next proposal holds all that its gas admits. `per_s`: paced, else as
    fast as it is taken. `refund_slots`: storage slots that each transaction clears, which gives
    gas back; they are filled beforehand.
    """

    payload: Payload = "random"
    transaction_bytes: tuple[int, ...] = (120_000,)
    transactions: int = 200
    accounts: int = 20
    through: Through = "one"
    per_s: float | None = None
    dammed: bool = False
    refund_slots: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt, in seconds: `halt_after_s` without a block is a halt, `limit_s` ends the watch.

    `settings` are overrides of the topology. `remedies` are tried in that order on a halted chain,
    until one brings it back. `away_blocks` above 0: the last validator is killed before the attack
    and started again that many blocks after it.
    """

    name: str
    attack: Attack
    why: str = ""
    topology: str = "qbft-4"
    settings: dict[str, Any] = field(default_factory=dict)
    halt_after_s: float = 35.0
    limit_s: float = 120.0
    remedies: tuple[str, ...] = ()
    away_blocks: int = 0

    def network(self) -> Topology:
        """The topology with the settings; raises UsageError as `load_topology`."""
        return load_topology(self.topology, self.settings)
