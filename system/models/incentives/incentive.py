"""What an incentive mechanism is to the trainer, in exact integers, as the contracts have it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

from system.models.records import Contribution
from system.models.refused import Refused

_ACCOUNT_BITS = 128  # what `Incentive.sol` keeps of the wei owed to an account


class Incentive(Protocol):
    """The twin of IIncentive. Amounts are wei, times the block's timestamp.

    Each step either raises Refused and changes nothing, or is done whole. `quote` raises what `add`
    would raise, and changes nothing in any case: so the model learns nothing that is not paid for.
    """

    def cost(self, now_s: int) -> int: ...

    def quote(self, author: str, *, paid: int, now_s: int) -> int: ...

    def add(self, author: str, key: bytes, *, paid: int, now_s: int) -> int: ...

    def asks_model(self, reporter: str, added_at: int, now_s: int) -> bool: ...

    def refund(self, author: str, data: Contribution, *, agrees: bool, now_s: int) -> int: ...

    def report(self, reporter: str, data: Contribution, *, agrees: bool, now_s: int) -> int: ...

    def owed(self, account: str) -> int: ...

    def withdraw(self, account: str) -> int: ...


def require_after(added_at: int, wait_s: int, now_s: int) -> None:
    """Refuse TooEarly before `wait_s` seconds have passed since `added_at`."""
    if now_s < added_at + wait_s:
        raise Refused("TooEarly")


@dataclass(slots=True)
class Account:
    """What a mechanism knows of an account: wei owed, contributions made, those found good."""

    owed: int = 0
    submitted: int = 0
    good: int = 0


class Accounts:
    """The twin of Incentive.sol: accounts that are paid when they ask."""

    def __init__(self) -> None:
        self._accounts: defaultdict[str, Account] = defaultdict(Account)

    def owed(self, account: str) -> int:
        """What the account can withdraw, in wei."""
        return self.standing(account).owed

    def standing(self, account: str) -> Account:
        """What is known of the account; all zero for a stranger."""
        return self._accounts.get(account, Account())

    def asks_model(self, reporter: str, added_at: int, now_s: int) -> bool:
        """Whether a report needs the model's word now: of most mechanisms every one does."""
        return True

    def withdraw(self, account: str) -> int:
        """Pay out what is owed, in wei; refuses NothingOwed."""
        amount = self.owed(account)
        if amount == 0:
            raise Refused("NothingOwed")
        self._accounts[account].owed = 0
        return amount

    def _book(self, account: str, amount: int, *, submitted: int = 0, good: int = 0) -> None:
        self._require_room(account, amount)
        entry = self._accounts[account]
        entry.owed += amount
        entry.submitted += submitted
        entry.good += good

    def _require_room(self, account: str, amount: int) -> None:
        if self.owed(account) + amount >= 1 << _ACCOUNT_BITS:
            raise Refused("TooMuch")
