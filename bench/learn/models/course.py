"""A training's course: contributions step by step, claims behind them, and what they came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from bench.learn.models.crew import Contributor, in_turn
from bench.learn.models.exchange import Done, Step
from bench.learn.models.mischief import attempt
from bench.learn.models.options import BAD
from bench.learn.models.stage import Stage
from bench.learn.models.tally import Tally
from system.models.data import Example
from system.models.names import MARKET, POINTS, STAKE
from system.models.simulation.actions import Action, Add, Contribution, Refund, Report, Withdraw
from system.models.simulation.claims import Claims, Open, Waits
from system.models.world_chain import Node, call_of

CALLS = {Add: "addData", Refund: "refund", Report: "report", Withdraw: "withdraw"}
# Points never open a contribution to all.
_NEVER_S = 1 << 62
# The first claims of a pass give others the right to claim.
_PASSES = 3


@dataclass(slots=True)
class Course:
    """What has happened on a stage: `given` are the contributions in the chain's order.

    Each step hands over everybody's transactions at once, so that they share blocks.
    """

    stage: Stage
    claims: Claims
    given: list[Contribution] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    by_call: dict[str, Counter[str]] = field(default_factory=dict)
    _open: dict[Contribution, Open] = field(default_factory=dict)
    _chance: Random = field(init=False)
    _drawn: int = 0

    def __post_init__(self) -> None:
        self._chance = Random(self.stage.options.seed)

    @property
    def price(self) -> int:
        """What goes with a contribution, in wei: enough however hurried; the rest is owed back."""
        options = self.stage.options
        return 0 if options.incentive == POINTS else options.deposit_wei

    def step(self, number: int) -> None:
        """Everybody claims what it can, contributes if it can pay, and the bad try more."""
        deeds: list[tuple[Contributor, Action]] = []
        taken: set[Contribution] = set()
        left = self.stage.options.contributed - len(self.given)
        for who in in_turn(self.stage.crew, number):
            actions = [
                *self._due(who, taken),
                *self._tried(who, number + self.stage.crew.index(who)),
            ]
            if left and (add := self._contribution(who)):
                actions.append(add)
                left -= 1
            deeds += [(who, action) for action in actions]
        self._all(deeds)

    def claim(self) -> None:
        """Let the wait for refunds and reports pass, and everybody claim the rest."""
        if self.stage.options.incentive == MARKET:
            return
        self._wait(self.stage.options.refund_wait_s)
        for number in range(_PASSES):
            taken: set[Contribution] = set()
            crew = in_turn(self.stage.crew, number)
            self._all([(who, action) for who in crew for action in self._due(who, taken)])

    def settle(self) -> None:
        """Let the provider take what is left, and everybody withdraw."""
        options = self.stage.options
        if options.incentive == STAKE:
            self._wait(options.owner_wait_s - options.refund_wait_s)
            self._sweep()
        self._withdraw()

    def _sweep(self) -> None:
        """The provider takes what nobody else could: what shares left by rounding, most of all."""
        self._all([(self.stage.host, Report(one.contribution)) for one in self.claims.open])

    def _withdraw(self) -> None:
        """Everybody takes what it is owed, the provider too."""
        owed, everybody = self.stage.mechanism.owed, [*self.stage.crew, self.stage.host]
        self._all([(one, Withdraw()) for one in everybody if owed(one.address)])

    def _wait(self, seconds: int) -> None:
        place = self.stage.place
        Node(place.rpc, place.chain.chain_id, {}).wait(seconds)
        self.stage.exchange.refresh()

    def _due(self, who: Contributor, taken: set[Contribution]) -> Iterator[Action]:
        """What it claims now, and what it is owed once it can't pay any more."""
        world = self.stage.exchange.world
        purse = world.purse(who.address)
        if purse.owed_wei and purse.hand_wei < self.price:
            yield Withdraw()
        for one, action in self.claims.due(who.agent, world):
            # One reports what is open to all, and what gives no money: the others ask in vain.
            age_s = world.now() - one.contribution.added_at
            once = age_s >= self.claims.waits.any_s or self.price == 0
            if not (once and isinstance(action, Report)):
                yield action
            elif one.contribution not in taken:
                taken.add(one.contribution)
                yield action

    def _tried(self, who: Contributor, number: int) -> Iterator[Action]:
        if who.role != BAD:
            return
        tried = attempt(who, number, self.given, self._upcoming(), deposit_wei=self.price)
        hand = self.stage.exchange.world.purse(who.address).hand_wei
        # The node asks for the wei of everything that is on its way.
        if tried and (not isinstance(tried, Add) or hand >= tried.value + self.price):
            yield tried

    def _contribution(self, who: Contributor) -> Add | None:
        """Its next sample with the class it says; None where it can't pay."""
        if self.stage.exchange.world.purse(who.address).hand_wei < self.price:
            return None
        example, classes = self._upcoming(), self.stage.material.classes
        self._drawn += 1
        label = who.agent.role.label(example.label, len(classes), self._chance)
        return Add(example.features, label, self.price)

    def _upcoming(self) -> Example:
        train = self.stage.material.train
        return train[self._drawn % len(train)]

    def _step_of(self, who: Contributor, action: Action) -> Step:
        stage = self.stage
        gas = stage.material.start.feature_gas
        return Step(
            CALLS[type(action)],
            who.address,
            call_of(action, stage.wiring, feature_gas=gas),
            lambda _: stage.exchange.world.act(who.address, action).wei,
        )

    def _all(self, deeds: Sequence[tuple[Contributor, Action]]) -> None:
        """Do it all at once, and note what came of it."""
        steps = {self._step_of(who, action): (who, action) for who, action in deeds}
        for done in self.stage.exchange.play(list(steps)):
            who, action = steps[done.step]
            self.tally.note(done, who.role)
            if not done.refused:
                self.by_call.setdefault(who.address, Counter())[done.step.name] += 1
                self._book(who, action, done)

    def _book(self, who: Contributor, action: Action, done: Done) -> None:
        if isinstance(action, Add):
            at_s = done.when.at_s
            one = Contribution(who.address, action.features, action.label, at_s)
            found = Open(one, who.role, done.wei)
            self._open[one] = found
            self.given.append(one)
            if self.stage.options.incentive != MARKET:
                self.claims.open.append(found)
        elif not isinstance(action, Withdraw):
            self.claims.settle(self._claimed(who, action), action, who.address, done.wei)

    def _claimed(self, who: Contributor, action: Refund | Report) -> Open:
        if isinstance(action, Refund):
            own = Contribution(who.address, action.features, action.label, action.added_at)
            return self._open[own]
        return self._open[action.contribution]


def course_of(stage: Stage) -> Course:
    """The course of a training that is about to begin."""
    options = stage.options
    any_s = _NEVER_S if options.incentive == POINTS else options.open_wait_s
    return Course(stage, Claims(Waits(options.refund_wait_s, any_s)))
