"""What becomes of a contribution's deposit: who asks for it when, by what the model says."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.load.account import Account
from bench.load.submission import Submission
from bench.load.workloads.models.samples import Sample
from bench.load.workloads.models.terms import GOOD
from system.chain.sender import Call
from system.models import trainer
from system.models.incentives.stake import StakeTerms

# A claim that the model's last step made wrong is tried again so often.
_TRIES: Final = 3


@dataclass(slots=True, eq=False)
class Open:
    """A contribution that something may be claimed of: `left` wei of its deposit.

    `sent` is the claim that is on its way, `by` who sent it.
    """

    author: Account
    role: str
    sample: Sample
    cls: int
    added_at: int
    left: int
    tries: int = 0
    reported: bool = False
    by: Account | None = None
    sent: Submission | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A transaction that asks for a deposit, and whose it is to send."""

    open: Open
    by: Account
    call: Call


@dataclass(slots=True)
class Claims:
    """The open contributions of a process's workers, oldest first.

    The author asks for a refund where the model agrees; where it disagrees, a good contributor who
    has had a refund reports it, and so do all who are left once anybody may take the rest. Bad
    contributors ask for refunds and report nothing.
    """

    address: str
    terms: StakeTerms
    money: bool
    classes: int
    open: list[Open] = field(default_factory=list)
    _good: dict[int, Account] = field(default_factory=dict)  # by account
    _proven: dict[int, Account] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, one: Open) -> None:
        """Follow a contribution up."""
        self.open.append(one)
        if one.role == GOOD:
            self._good[one.author.index] = one.author

    def due(self, now_s: int) -> list[Open]:
        """Those of which something can be claimed at that time and nothing is on its way."""
        return [one for one in self.open if one.sent is None and now_s >= self._due_at(one)]

    def claim(self, one: Open, answer: int, now_s: int) -> Claim | None:
        """What is asked for where the model answers so; None while there is nobody to ask."""
        is_late = now_s >= one.added_at + self.terms.any_wait_s
        if answer == one.cls and not self._is_left_over(one) and not one.author.broken:
            return Claim(one, one.author, self._refund(one))
        if self.money and is_late:
            return self._reported(one, self._good)
        if answer == one.cls or self._is_left_over(one):
            return None
        if is_late and not self._good:  # nobody is left to ask
            self.open.remove(one)
        return self._reported(one, self._proven if self.money else self._good)

    def settle(self, one: Open, took: int | None) -> None:
        """Note that the claim on its way brought so many wei; None where it reverted."""
        by, one.sent, one.by = one.by, None, None
        if took is None:
            one.tries += 1
            if one.tries >= _TRIES and not self.money:
                self.open.remove(one)
            return
        one.left -= took
        if by is one.author and one.role == GOOD:
            self._proven[by.index] = by
        if not one.left:
            self.open.remove(one)
        one.reported = True

    def _due_at(self, one: Open) -> int:
        """Reported ones, and such as were tried too often, wait until anybody takes the rest."""
        waits_s = self.terms.any_wait_s if self._is_left_over(one) else self.terms.refund_wait_s
        return one.added_at + waits_s

    def _is_left_over(self, one: Open) -> bool:
        return one.reported or one.tries >= _TRIES

    def _reported(self, one: Open, by: dict[int, Account]) -> Claim | None:
        asked = [who for who in by.values() if who is not one.author and not who.broken]
        if not asked:
            return None
        who = self._chance.choice(asked)
        report = trainer.reporting(
            self.address,
            one.sample.features,
            one.cls,
            added_at=one.added_at,
            author=one.author.address,
            feature_gas=self._feature_gas,
        )
        return Claim(one, who, report)

    def _refund(self, one: Open) -> Call:
        return trainer.refunding(
            self.address,
            one.sample.features,
            one.cls,
            added_at=one.added_at,
            feature_gas=self._feature_gas,
        )

    @property
    def _feature_gas(self) -> int:
        return trainer.PREDICTED_FEATURE_GAS * max(1, self.classes // 2)


def unsettled(claims: Sequence[Open]) -> list[Open]:
    """Those whose claim on its way has come to its end."""
    return [one for one in claims if one.sent is not None and one.sent.outcome is not None]
