"""A world in this process: the contracts' twins, and accounts with wei in hand."""

from __future__ import annotations

from dataclasses import dataclass

from system.models.encoders.features import Features
from system.models.refused import Refused
from system.models.simulation.actions import Action, Add, Refund, Report
from system.models.simulation.world import UNAFFORDABLE, Moved, Purse
from system.models.twin import Twin


@dataclass(slots=True)
class Twins:
    """The world of a trainer's twin: `hands` are accounts and their wei, `clock_s` the time."""

    twin: Twin
    hands: dict[str, int]
    clock_s: int = 1

    def now(self) -> int:
        """The second in which everything happens until `wait`."""
        return self.clock_s

    def wait(self, seconds: int) -> None:
        """Let seconds pass."""
        self.clock_s += seconds

    def cost(self) -> int:
        """What adding costs now, in wei."""
        return self.twin.incentive.cost(self.clock_s)

    def predict(self, features: Features) -> int:
        """The model's class of a sample; refuses as the model does."""
        return self.twin.model.predict(features)

    def purse(self, who: str) -> Purse:
        """What the account has and is owed."""
        return Purse(self.hands[who], self.twin.incentive.owed(who))

    def act(self, who: str, action: Action) -> Moved:
        """What the action moved; refuses by the contract's names."""
        return Moved(self._moved(who, action), self.clock_s)

    def _moved(self, who: str, action: Action) -> int:
        if isinstance(action, Add):
            return self._added(who, action)
        if isinstance(action, Refund):
            return self._refunded(who, action)
        if isinstance(action, Report):
            return self._reported(who, action)
        amount = self.twin.incentive.withdraw(who)
        self.hands[who] += amount
        return amount

    def _added(self, who: str, action: Add) -> int:
        if action.value > self.hands[who]:
            raise Refused(UNAFFORDABLE)
        sample, paid = action.features, action.value
        key = self.twin.add(who, sample, action.label, paid=paid, now_s=self.clock_s)
        self.hands[who] -= paid
        return self.twin.records.contribution(key).deposit

    def _refunded(self, who: str, action: Refund) -> int:
        return self.twin.refund(
            who, action.features, action.label, added_at=action.added_at, now_s=self.clock_s
        )

    def _reported(self, who: str, action: Report) -> int:
        data = action.contribution
        return self.twin.report(
            who,
            data.features,
            data.label,
            added_at=data.added_at,
            author=data.author,
            now_s=self.clock_s,
        )
