"""Agents that arrive at random at one model, with data, money and intentions of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random

from system.errors import UsageError
from system.models.data import Example, Examples
from system.models.refused import Refused
from system.models.simulation.actions import Action, Add, Contribution, Withdraw
from system.models.simulation.agents import Agent
from system.models.simulation.claims import Claims, Open, Waits
from system.models.simulation.history import History, Moment
from system.models.simulation.world import Moved, World, share_right


@dataclass(frozen=True, slots=True)
class Plan:
    """How long agents contribute, in seconds, and how often one looks at how things stand.

    `waits` None is for mechanisms that know no claims. Each moment tests `tested` samples.
    """

    duration_s: int
    every_s: int
    waits: Waits | None = None
    seed: int = 0
    tested: int = 200

    def __post_init__(self) -> None:
        if self.duration_s < 1 or self.every_s < 1 or self.tested < 1:
            raise UsageError(f"{self}: give a duration, an interval and test samples from 1 on")


def simulate(
    world: World,
    agents: Sequence[Agent],
    examples: Examples,
    plan: Plan,
    *,
    closing: Callable[[Sequence[Contribution]], None] | None = None,
) -> History:
    """What came of it, from the first moment to the one after the last claims.

    Agents contribute until `duration_s`; then the waits pass and everybody claims and withdraws.
    `closing` is for a mechanism that pays in a way of its own: called in between, with what was
    contributed in order, it settles all stakes (`plan.waits` is None then). The same plan in worlds
    with the same rules gives the same history.
    """
    run = _Run(world, agents, examples, plan)
    run.look()
    while run.queue and run.queue[0][0] <= plan.duration_s:
        due_s, place = heappop(run.queue)
        run.pass_until(due_s)
        run.visit(place, due_s)
    run.pass_until(plan.duration_s)
    if closing is not None:
        closing([one.contribution for one in run.claims.open])
        run.claims.open.clear()
    run.close()
    return run.history()


@dataclass(slots=True)
class _Run:
    world: World
    agents: Sequence[Agent]
    examples: Examples
    plan: Plan
    began: int = field(init=False)
    chance: Random = field(init=False)
    claims: Claims = field(init=False)
    queue: list[tuple[int, int]] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.began = self.world.now()
        self.chance = Random(self.plan.seed)
        self.claims = Claims(self.plan.waits or Waits(0, 0))
        for place, agent in enumerate(self.agents):
            heappush(self.queue, (agent.role.wait.whole(self.chance, least=0), place))

    def pass_until(self, due_s: int) -> None:
        """Let time pass, looking at how things stand where a moment is due on the way."""
        while (
            next_s := self.moments[-1].time_s // self.plan.every_s + 1
        ) * self.plan.every_s < due_s:
            self.wait_until(next_s * self.plan.every_s)
            self.look()
        self.wait_until(due_s)

    def wait_until(self, due_s: int) -> None:
        # A chain's own time may be past it already.
        if (left_s := self.began + due_s - self.world.now()) > 0:
            self.world.wait(left_s)

    def visit(self, place: int, due_s: int) -> None:
        """An agent claims what it can, then contributes; it comes again unless it can't pay."""
        agent = self.agents[place]
        self.claim(agent)
        if self.contribute(agent):
            next_s = due_s + agent.role.wait.whole(self.chance, least=1)
            heappush(self.queue, (next_s, place))
        else:
            self.stopped[agent.role.name] += 1

    def claim(self, agent: Agent) -> None:
        if self.plan.waits is not None:
            for one, action in self.claims.due(agent, self.world):
                moved = self.act(agent, action)
                if moved is not None:
                    self.claims.settle(one, action, agent.address, moved.wei)
        if self.world.purse(agent.address).owed_wei:
            self.act(agent, Withdraw())

    def contribute(self, agent: Agent) -> bool:
        """Whether the agent can pay at all; it contributes only where its offer is enough."""
        role, cost = agent.role, self.world.cost()
        example, offer = self.sample(), role.offer.whole(self.chance, least=0)
        label = role.label(example.label, len(self.examples.classes), self.chance)
        hand = self.world.purse(agent.address).hand_wei
        if hand < cost:
            return False
        if offer >= cost:
            self.add(agent, Add(example.features, label, min(hand, offer)))
        return True

    def add(self, agent: Agent, action: Add) -> None:
        moved = self.act(agent, action)
        if moved is not None:
            data = Contribution(agent.address, action.features, action.label, moved.at_s)
            self.claims.open.append(Open(data, agent.role.name, moved.wei))

    def act(self, agent: Agent, action: Action) -> Moved | None:
        """What an action moved; None where it was refused."""
        try:
            moved = self.world.act(agent.address, action)
        except Refused as error:
            self.refused[error.name] += 1
            return None
        self.done[type(action).__name__] += 1
        return moved

    def sample(self) -> Example:
        train = self.examples.train
        return train[int(self.chance.random() * len(train))]

    def close(self) -> None:
        """Let each wait pass once more, and everybody claim and withdraw."""
        if (waits := self.plan.waits) is not None:
            for wait_s in (waits.refund_s, waits.any_s):
                self.world.wait(wait_s)
                for agent in self.agents:
                    self.claim(agent)
        for agent in self.agents:
            self.claim(agent)
        self.look()

    def look(self) -> None:
        """Note how things stand."""
        tested = self.examples.test[: self.plan.tested]
        right = share_right(self.world, ((one.features, one.label) for one in tested))
        balances, at_stake = self.by_role()
        time_s = self.world.now() - self.began
        self.moments.append(Moment(time_s, self.done["Add"], right, balances, at_stake))

    def by_role(self) -> tuple[dict[str, int], dict[str, int]]:
        balances = {agent.role.name: 0 for agent in self.agents}
        at_stake = dict(balances)
        for agent in self.agents:
            balances[agent.role.name] += self.world.purse(agent.address).wei
        for one in self.claims.open:
            at_stake[one.role] += one.left_wei
        return balances, at_stake

    def history(self) -> History:
        return History(tuple(self.moments), dict(self.done), dict(self.refused), dict(self.stopped))
