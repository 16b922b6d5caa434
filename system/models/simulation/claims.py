"""Which deposits may be asked for, when, and by whom: an agent's view of what was contributed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from system.models.simulation.actions import Action, Contribution, Refund, Report
from system.models.simulation.agents import Agent
from system.models.simulation.world import World


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from a contribution to what may be claimed of it.

    `refund_s`: refunds, and reports of those whose own data was good. `any_s`: whoever is left to
    ask takes all that is left.
    """

    refund_s: int
    any_s: int


@dataclass(slots=True)
class Open:
    """A contribution that something may be claimed of: `left_wei` of its deposit."""

    contribution: Contribution
    role: str
    left_wei: int
    asked: set[str] = field(default_factory=set)
    claimed: bool = False

    @property
    def closed(self) -> bool:
        """Whether nothing more can be had; with points a first claim is the last."""
        return self.claimed and not self.left_wei


@dataclass(slots=True)
class Claims:
    """All open contributions, oldest first."""

    waits: Waits
    open: list[Open] = field(default_factory=list)
    _proven: set[str] = field(default_factory=set)

    def due(self, agent: Agent, world: World) -> Iterator[tuple[Open, Action]]:
        """What the agent asks for now: each contribution once, as its role does."""
        now = world.now()
        for one in list(self.open):
            age = now - one.contribution.added_at
            if age >= self.waits.refund_s and agent.address not in one.asked:
                action = self._action(one, agent, world, age=age)
                if action is not None:
                    one.asked.add(agent.address)
                    yield one, action

    def settle(self, one: Open, action: Action, who: str, amount: int) -> None:
        """Note what a claim brought."""
        one.claimed, one.left_wei = True, one.left_wei - amount
        if isinstance(action, Refund):
            self._proven.add(who)
        if one.closed:
            self.open.remove(one)

    def _action(self, one: Open, agent: Agent, world: World, *, age: int) -> Action | None:
        data, role = one.contribution, agent.role
        if age >= self.waits.any_s:
            return Report(data) if role.reports else None
        own = data.author == agent.address
        if not (role.refunds if own else role.reports and agent.address in self._proven):
            return None
        if (world.predict(data.features) == data.label) != own:
            return None
        return Refund(data.features, data.label, data.added_at) if own else Report(data)
