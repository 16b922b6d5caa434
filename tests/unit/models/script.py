"""Random actions in two worlds at once, hostile ones among them: both have to say the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

from system.models.classifiers.classifier import ONE
from system.models.encoders.features import Features
from system.models.incentives.incentive import Account
from system.models.refused import Refused
from system.models.simulation.actions import Action, Add, Contribution, Refund, Report, Withdraw
from system.models.simulation.world import Moved, World
from tests.unit.models.worlds import WIDTH, Both, Model, sample

ETHER = 10**18
# One of them can hardly pay, one has more than any mechanism books.
PURSES = [10**30, 10**30, 10**30, 3 * ETHER, 2**129, 0]
REFUND_S, OWNER_S, ANY_S = 20, 40, 60
# Seldom so long that all that is left of everything is everybody's.
WAITS_S = (0, 1, 1, 2, 3, 5, 5, REFUND_S) * 2 + (ANY_S,)
INT64_ENDS = (-(2**63), 2**63 - 1)


@dataclass
class Script:
    """Random actions in both worlds, most of which fit; what came of them has to agree.

    `grows`: the admin adds a feature halfway, and a class later where the model can have more.
    """

    both: Both
    model: Model
    chance: Random
    waits: tuple[int, ...] = WAITS_S
    grows: bool = True
    width: int = WIDTH
    added: list[Contribution] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def run(self, steps: int) -> None:
        """So many actions."""
        for step in range(steps):
            if self.grows:
                self.grow(step, steps)
            if self.chance.random() < 0.25:
                self.both.wait(self.chance.choice(self.waits))
            action = self.action()
            self.agree(self.actor(action), action)
            if step % 10 == 0:
                self.compare()
        self.compare()

    def grow(self, step: int, steps: int) -> None:
        """What the admin adds to both models at that step."""
        if step == steps // 2:
            self.both.grow(self.model.grows)
            self.width += 1
        if step == 3 * steps // 4 and self.model.joins:
            for one in self.model.joins:
                self.both.grow(one)
            self.model = replace(self.model, classes=self.model.classes + 1)

    def agree(self, who: str, action: Action) -> None:
        """The action does the same in both worlds."""
        asked = isinstance(action, Report) and self.asks(who, action)
        outcomes = [outcome(world, who, action) for world in (self.both.twins, self.both.chain)]
        assert outcomes[0] == outcomes[1], (who, action)
        assert self.both.twins.purse(who) == self.both.chain.purse(who)
        done = outcomes[0]
        self.seen[type(action).__name__ if isinstance(done, Moved) else done] += 1
        if asked and isinstance(done, Moved):
            self.seen["Take"] += 1
        if isinstance(action, Add) and isinstance(done, Moved):
            self.added.append(Contribution(who, action.features, action.label, done.at_s))

    def asks(self, who: str, action: Report) -> bool:
        """Whether the report is one of bad data, and not of what has been left too long."""
        twins = self.both.twins
        return twins.twin.incentive.asks_model(who, action.contribution.added_at, twins.now())

    def compare(self) -> None:
        """Every balance, the cost and some predictions."""
        twins, chain = self.both.twins, self.both.chain
        assert twins.now() == chain.now()
        assert twins.cost() == chain.cost()
        for who in self.both.accounts:
            assert twins.purse(who) == chain.purse(who)
        for features in (self.sample()[0], self.sample()[0], self.hostile_features()):
            assert predicted(twins, features) == predicted(chain, features)

    def actor(self, action: Action) -> str:
        """Anybody; of data one who can pay, of refunds the author, of reports one with good data,
        each of them mostly."""
        if isinstance(action, Add) and self.chance.random() < 0.5:
            return self.chance.choice(self.both.accounts[:3])
        good = [who for who in self.both.accounts if self.standing(who).good]
        if isinstance(action, Report) and good and self.chance.random() < 0.6:
            return self.chance.choice(good)
        if isinstance(action, Refund) and self.chance.random() < 0.8:
            wanted = (action.features, action.label)
            for data in reversed(self.added):
                if (data.features, data.label) == wanted:
                    return data.author
        return self.chance.choice(self.both.accounts)

    def action(self) -> Action:
        kind = self.chance.random()
        if kind < 0.45 or not self.added:
            return self.addition()
        if kind < 0.55:
            return self.hostile_addition()
        if kind < 0.95:
            return self.claim()
        return Withdraw()

    def addition(self) -> Add:
        features, label = self.sample()
        if self.chance.random() < 0.3:
            label = self.chance.randrange(self.model.classes)
        return Add(features, label, self.value())

    def value(self) -> int:
        cost = self.both.twins.cost()
        extra = self.chance.choice((0, 0, 0, 1, ETHER, -1, 2**100, 2**128))
        return max(0, cost + extra)

    def hostile_addition(self) -> Add:
        good = self.addition()
        kind = self.chance.randrange(4)
        if kind == 0:
            return replace(good, label=self.chance.choice((self.model.classes, 2**64 - 1)))
        if kind == 1 and self.added:
            before = self.added[-1]
            return replace(good, features=before.features, label=before.label)
        return replace(good, features=self.hostile_features())

    def standing(self, who: str) -> Account:
        """What the twin's mechanism knows of an account."""
        return self.both.twins.twin.incentive.standing(who)

    def due(self) -> Refund | Report:
        """A claim that the model's word is for, of data whose wait is just over where there is."""
        since = self.both.twins.now() - OWNER_S
        recent = [data for data in self.added[-40:] if data.added_at > since]
        ripe = [data for data in recent if data.added_at <= since + OWNER_S - REFUND_S]
        bad = [data for data in ripe if not self.is_good(data)]
        data = self.chance.choice(self.chance.choice([bad, ripe]) or self.added[-12:])
        if self.is_good(data):
            return Refund(data.features, data.label, data.added_at)
        return Report(data)

    def is_good(self, data: Contribution) -> bool:
        return predicted(self.both.twins, data.features) == data.label

    def claim(self) -> Refund | Report:
        if self.chance.random() < 0.5:
            return self.due()
        data = self.chance.choice(self.added[-12:])
        if self.chance.random() < 0.1:
            changes = ({"added_at": data.added_at + 1}, {"label": data.label + 1})
            data = replace(data, **self.chance.choice(changes))
        if self.chance.random() < 0.5:
            return Report(data)
        return Refund(data.features, data.label, data.added_at)

    def sample(self) -> tuple[Features, int]:
        return sample(self.model, self.chance, width=self.width)

    def hostile_features(self) -> Features:
        good, _ = self.sample()
        return self.chance.choice(
            (
                (),
                good[:-1],
                (*good, good[-1]),
                tuple(reversed(good)),
                tuple(2 * value for value in good),
                (ONE,) * self.width,
                (0,) * self.width,
                (self.chance.choice(INT64_ENDS),) * self.width,
                (self.chance.choice(INT64_ENDS),),
                (self.width,),
                (-1, 2),
            )
        )


def outcome(world: World, who: str, action: Action) -> Moved | str:
    """What an action moved, or the name of its refusal."""
    try:
        return world.act(who, action)
    except Refused as error:
        return error.name


def predicted(world: World, features: Features) -> int | str:
    """A sample's class, or the name of the refusal."""
    try:
        return world.predict(features)
    except Refused as error:
        return error.name
