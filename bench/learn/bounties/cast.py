"""Who takes part in a try of the bounty market: founders, owners and clients, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bench.learn.bounties.options import FEWEST_HONEST, BountiesOptions
from bench.learn.bounties.terms import LEFT_S
from system.bounties.behaviours import HONEST, behaviour
from system.bounties.client_part import Trade
from system.bounties.filters import Interest
from system.bounties.tasks.digits import Recipe
from system.chain.keys import address_of, derive_key

FOUNDERS: Final = 3
# What the owners' jobs offer, in turn, and the one that nobody wants.
BOUNTIES: Final = (80, 120, 100)
POOR_BOUNTY: Final = 4
_LEAST_BOUNTY, _PICKY_BOUNTY = 10, 100
# A client's first model and the one it tries when it is outbid; clients take them in turn.
_BUDGETS: Final = (
    (Recipe(steps=60), Recipe(steps=300)),
    (Recipe("digits-64-32-10", 300, 2), Recipe("digits-64-32-10", 900, 1)),
    (Recipe(steps=200, rate_shift=0), Recipe(steps=600, rate_shift=0)),
    (Recipe("digits-64-32-10", 600, 1), Recipe("digits-64-32-10", 1500, 1)),
)
_CHEAP: Final = (Recipe(steps=40),)


@dataclass(frozen=True, slots=True)
class Member:
    """An identity: its key, its role's trade, who may vouch for it, and what job it pays for.

    `behaviour` is that of a client; others are a `founder` or an `owner`. `bounty` 0: no job.
    """

    trade: Trade
    key: bytes
    behaviour: str
    sponsor: str = ""
    bounty: int = 0

    @property
    def name(self) -> str:
        """What people call it."""
        return self.trade.name

    @property
    def address(self) -> str:
        """Its account."""
        return address_of(self.key)


def cast(options: BountiesOptions) -> tuple[Member, ...]:
    """Everybody: founders first, then owners (the last one pays too little), then clients."""
    founders = [_checker(options, f"founder {i + 1}", "founder") for i in range(FOUNDERS)]
    owners = [
        _checker(options, f"owner {i + 1}", "owner", bounty=BOUNTIES[i % len(BOUNTIES)])
        for i in range(options.jobs)
    ]
    poor = _checker(options, f"owner {options.jobs + 1}", "owner", bounty=POOR_BOUNTY)
    sponsors = [one.address for one in founders]
    clients = [
        _client(options, place, name, sponsors[place % FOUNDERS])
        for place, name in enumerate(options.behaviours())
    ]
    return (*founders, *owners, poor, *clients)


def _checker(options: BountiesOptions, name: str, role: str, *, bounty: int = 0) -> Member:
    """Who solves nothing: it posts, vouches, checks."""
    trade = Trade(name, behaviour(HONEST), Interest(most_jobs=0))
    return Member(trade, _key(options, name), role, bounty=bounty)


def _client(options: BountiesOptions, place: int, kind: str, sponsor: str) -> Member:
    names = options.behaviours()
    number = names[: place + 1].count(kind)
    name = f"{kind} {number}"
    picky = kind == HONEST and number == options.honest > FEWEST_HONEST
    interest = Interest(
        least_bounty=_PICKY_BOUNTY if picky else _LEAST_BOUNTY,
        least_left_s=LEFT_S,
        most_jobs=options.jobs + 1,
        most_running_s=600.0,
    )
    budget = _BUDGETS[place % len(_BUDGETS)] if kind == HONEST else _CHEAP
    recipes = tuple(one.inputs() for one in budget)
    seed = options.seed * len(names) + place
    patience = max(2, options.dishonest)
    trade = Trade(name, behaviour(kind), interest, recipes, seed, patience)
    return Member(trade, _key(options, name), kind, sponsor=sponsor)


def _key(options: BountiesOptions, name: str) -> bytes:
    return derive_key(f"learn bounties {options.seed}", name, 0)
