"""Deposit, refund and take: the twin of StakeIncentive.sol, in exact integers."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

from system.models.incentives.incentive import Accounts, require_after
from system.models.records import Contribution
from system.models.refused import Refused

_HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class StakeTerms:
    """What the contract is created with: wei, seconds from the contribution on, and an account.

    `beneficiary` may take what is left after `owner_wait_s`. The waits must not fall.
    """

    cost_weight: int
    refund_wait_s: int
    owner_wait_s: int
    any_wait_s: int
    beneficiary: str = "0x" + "00" * 20

    def __post_init__(self) -> None:
        if not self.refund_wait_s <= self.owner_wait_s <= self.any_wait_s:
            raise Refused("WaitsOutOfOrder")

    def arguments(self) -> tuple[int, int, int, int, str]:
        """The constructor's arguments."""
        waits = (self.refund_wait_s, self.owner_wait_s, self.any_wait_s)
        return (self.cost_weight, *waits, self.beneficiary)


def data_cost(cost_weight: int, idle_s: int) -> int:
    """What adding data costs, in wei, `idle_s` seconds after the data before."""
    return cost_weight * _HOUR_S // max(1, isqrt(idle_s))


class Stake(Accounts):
    """The mechanism; `updated_at` is when data came last, at first when it was created."""

    def __init__(self, terms: StakeTerms, *, created_at: int) -> None:
        super().__init__()
        self.terms = terms
        self.updated_at = created_at
        self.total_good = 0

    def cost(self, now_s: int) -> int:
        """What adding data costs now, in wei."""
        return data_cost(self.terms.cost_weight, now_s - self.updated_at)

    def quote(self, author: str, *, paid: int, now_s: int) -> int:
        """The deposit that `add` would take of `paid` wei; refuses as `add`."""
        cost = self.cost(now_s)
        if paid < cost:
            raise Refused("TooLittle")
        self._require_room(author, paid - cost)
        return cost

    def add(self, author: str, key: bytes, *, paid: int, now_s: int) -> int:
        """Take data in, and return its deposit; refuses TooLittle, TooMuch."""
        deposit = self.quote(author, paid=paid, now_s=now_s)
        self.updated_at = now_s
        self._book(author, paid - deposit, submitted=1)
        return deposit

    def asks_model(self, reporter: str, added_at: int, now_s: int) -> bool:
        """Whether a report needs the model's word: not once all that is left is due anyway."""
        age_s = now_s - added_at
        owner_may = age_s >= self.terms.owner_wait_s and reporter == self.terms.beneficiary
        return age_s < self.terms.any_wait_s and not owner_may

    def refund(self, author: str, data: Contribution, *, agrees: bool, now_s: int) -> int:
        """Owe the author all that is left, in wei.

        Refuses NotAuthor, NothingToClaim, TooEarly, ModelDisagrees.
        """
        if author != data.author:
            raise Refused("NotAuthor")
        if data.claimable == 0:
            raise Refused("NothingToClaim")
        require_after(data.added_at, self.terms.refund_wait_s, now_s)
        if not agrees:
            raise Refused("ModelDisagrees")
        self._book(author, data.claimable, good=1)
        self.total_good += 1
        return data.claimable

    def report(self, reporter: str, data: Contribution, *, agrees: bool, now_s: int) -> int:
        """Owe the reporter its share, or all that is left where that is due, in wei.

        Refuses NothingToClaim, OwnData, TooEarly, ModelAgrees, NoGoodData.
        """
        amount = data.claimable
        if amount == 0:
            raise Refused("NothingToClaim")
        if self.asks_model(reporter, data.added_at, now_s):
            if reporter == data.author:
                raise Refused("OwnData")
            require_after(data.added_at, self.terms.refund_wait_s, now_s)
            if agrees:
                raise Refused("ModelAgrees")
            amount = min(amount, self._share(reporter, data.deposit) or amount)
        self._book(reporter, amount)
        return amount

    def _share(self, reporter: str, deposit: int) -> int:
        good = self.standing(reporter).good
        if good == 0:
            raise Refused("NoGoodData")
        return deposit * good // self.total_good
