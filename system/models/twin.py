"""The trainer's rules without a chain: incentive, records and model as the contracts join them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from system.models.classifiers.classifier import Classifier
from system.models.incentives.incentive import Incentive
from system.models.records import Records, data_key
from system.models.refused import Refused

MOST_FEATURES: Final = 4_080  # of a contribution, so that every later call of it fits a transaction


@dataclass(slots=True)
class Twin:
    """The twin of CollaborativeTrainer.sol. Times are the block's timestamp, amounts wei.

    Each step refuses by the name the contract reverts with, and changes nothing then.
    """

    model: Classifier
    incentive: Incentive
    records: Records = field(default_factory=Records)

    def add(
        self, author: str, features: Sequence[int], cls: int, *, paid: int, now_s: int
    ) -> bytes:
        """Learn a sample against a deposit; returns the contribution's key."""
        if len(features) > MOST_FEATURES:
            raise Refused("TooManyFeatures")
        key = data_key(features, cls, now_s, author)
        deposit = self.incentive.quote(author, paid=paid, now_s=now_s)
        self.records.require_new(key, deposit)
        self.model.update(features, cls)
        self.incentive.add(author, key, paid=paid, now_s=now_s)
        self.records.add(key, author, deposit=deposit, now_s=now_s)
        return key

    def refund(
        self, author: str, features: Sequence[int], cls: int, *, added_at: int, now_s: int
    ) -> int:
        """What of its own contribution's deposit the author is owed, in wei."""
        key = data_key(features, cls, added_at, author)
        data = self.records.claimable_by(key, author)
        agrees = self.model.predict(features) == cls
        amount = self.incentive.refund(author, data, agrees=agrees, now_s=now_s)
        self.records.settle(key, author, amount)
        return amount

    def report(
        self,
        reporter: str,
        features: Sequence[int],
        cls: int,
        *,
        added_at: int,
        author: str,
        now_s: int,
    ) -> int:
        """What of somebody's contribution's deposit the reporter is owed, in wei."""
        key = data_key(features, cls, added_at, author)
        data = self.records.claimable_by(key, reporter)
        asks = self.incentive.asks_model(reporter, added_at, now_s)
        agrees = asks and self.model.predict(features) == cls
        amount = self.incentive.report(reporter, data, agrees=agrees, now_s=now_s)
        self.records.settle(key, reporter, amount)
        return amount
