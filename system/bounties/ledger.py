"""Every credit of a bounty market by its events alone: who holds what, and that none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from eth_utils.address import to_checksum_address

from system.bounties.credits import CREDIT, Reason
from system.chain.abi import decoded
from system.chain.rpc import Rpc
from system.errors import WeighbridgeError

# Into an account; all others but BURNT leave it. Those between an account and a job's holdings:
_OUT_OF_JOB: Final = {Reason.UNSTAKED, Reason.REWARDED, Reason.WON, Reason.REFUNDED}
_INTO_JOB: Final = {Reason.POSTED, Reason.STAKED, Reason.DEPOSITED}
_INTO_ACCOUNT: Final = _OUT_OF_JOB | {Reason.ALLOTTED, Reason.TRUSTED, Reason.RECALLED}


class Unbalanced(WeighbridgeError):
    """The events spend credits that nobody had: some of them are missing."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One Credit event: `own` and `trust` credits of an account moved; `job` 0: of no job."""

    account: str
    job: int
    reason: Reason
    own: int
    trust: int

    @property
    def comes(self) -> bool:
        """Whether the account gains by it."""
        return self.reason in _INTO_ACCOUNT


@dataclass(slots=True)
class Books:
    """What accounts and jobs hold. Addresses are checksummed; jobs hold pools, stakes, deposits."""

    own: Counter[str] = field(default_factory=Counter)
    trust: Counter[str] = field(default_factory=Counter)
    held: Counter[int] = field(default_factory=Counter)
    minted: int = 0
    burnt: int = 0
    # A sponsor's guarantee on its way to the newcomer: 0 after every transaction.
    in_transit: int = 0

    def book(self, movement: Movement) -> None:
        """Note a movement; raises Unbalanced where there was not so much to move."""
        sign = 1 if movement.comes else -1
        amount = movement.own + movement.trust
        self.own[movement.account] += sign * movement.own
        self.trust[movement.account] += sign * movement.trust
        if movement.reason is Reason.ALLOTTED:
            self.minted += amount
        elif movement.reason is Reason.BURNT:
            self.burnt += amount
        elif movement.reason in _INTO_JOB | _OUT_OF_JOB:
            self.held[movement.job] -= sign * amount
        else:
            self.in_transit -= sign * amount
        left = (self.own[movement.account], self.trust[movement.account], self.held[movement.job])
        if min(left) < 0 or self.in_transit < 0:
            raise Unbalanced(f"{movement} moves more than there was: read from an earlier block")

    @property
    def total(self) -> int:
        """All credits that accounts and jobs hold."""
        return self.own.total() + self.trust.total() + self.held.total() + self.in_transit

    @property
    def conserved(self) -> bool:
        """Whether there is what was minted and not burnt, no more and no less."""
        return self.in_transit == 0 and self.total == self.minted - self.burnt


def movements(rpc: Rpc, market: str, *, from_block: int = 0) -> list[Movement]:
    """Every movement of credits in the market, oldest first."""
    filters = {"address": market, "topics": [CREDIT], "fromBlock": hex(from_block)}
    return [read_movement(log) for log in rpc.call("eth_getLogs", filters)]


def read_movement(log: Mapping[str, Any]) -> Movement:
    """The movement that a Credit log tells of."""
    _, account, job = log["topics"]
    reason, own, trust = decoded(log["data"], ["uint8", "uint64", "uint64"])
    address = to_checksum_address("0x" + account[-40:])
    return Movement(address, int(job, 16), Reason(reason), own, trust)


def booked(moved: Iterable[Movement]) -> Books:
    """The books after these movements; raises Unbalanced."""
    books = Books()
    for movement in moved:
        books.book(movement)
    return books
