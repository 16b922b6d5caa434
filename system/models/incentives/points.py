"""Points: the twin of PointsIncentive.sol. Data costs nothing, and no money is won."""

from __future__ import annotations

from system.models.incentives.incentive import Accounts, require_after
from system.models.records import Contribution
from system.models.refused import Refused


class Points(Accounts):
    """The mechanism; `refund_wait_s` is how old a contribution has to be to be claimed."""

    def __init__(self, refund_wait_s: int) -> None:
        super().__init__()
        self.refund_wait_s = refund_wait_s
        self.total_good = 0

    def cost(self, now_s: int) -> int:
        """What adding data costs now: nothing."""
        return 0

    def quote(self, author: str, *, paid: int, now_s: int) -> int:
        """The deposit that `add` would take of `paid` wei: none; refuses as `add`."""
        self._require_room(author, paid)
        return 0

    def add(self, author: str, key: bytes, *, paid: int, now_s: int) -> int:
        """Take data in, and owe its author what it paid; returns 0. Refuses TooMuch."""
        self._book(author, paid, submitted=1)
        return 0

    def refund(self, author: str, data: Contribution, *, agrees: bool, now_s: int) -> int:
        """Count the contribution as good; returns 0.

        Refuses NotAuthor, NothingToClaim, TooEarly, ModelDisagrees.
        """
        if author != data.author:
            raise Refused("NotAuthor")
        self._require_due(data, now_s)
        if not agrees:
            raise Refused("ModelDisagrees")
        self._book(author, 0, good=1)
        self.total_good += 1
        return 0

    def report(self, reporter: str, data: Contribution, *, agrees: bool, now_s: int) -> int:
        """Let a report pass; returns 0. Refuses OwnData, NothingToClaim, TooEarly, ModelAgrees."""
        if reporter == data.author:
            raise Refused("OwnData")
        self._require_due(data, now_s)
        if agrees:
            raise Refused("ModelAgrees")
        return 0

    def _require_due(self, data: Contribution, now_s: int) -> None:
        if data.claims:
            raise Refused("NothingToClaim")
        require_after(data.added_at, self.refund_wait_s, now_s)
