"""Who contributes to a training: accounts in roles, with money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from bench.learn.models.options import BAD, LIMITED, ModelsOptions
from system.chain.keys import address_of, derive_key
from system.models.names import POINTS
from system.models.simulation.agents import Agent, role

PROVIDER = "provider"
# Money for this many deposits: whoever has no more stops until one comes back.
_LIMITED_DEPOSITS = 2


@dataclass(frozen=True, slots=True)
class Contributor:
    """An account in its role; `key` has 32 bytes."""

    agent: Agent
    key: bytes = field(repr=False)

    @property
    def address(self) -> str:
        """The account's checksummed address."""
        return self.agent.address

    @property
    def role(self) -> str:
        """What it is called."""
        return self.agent.role.name


def crew(options: ModelsOptions) -> list[Contributor]:
    """The contributors in an order that the seed decides, each role's start in wei set."""
    names = [name for name, count in options.counts().items() for _ in range(count)]
    Random(options.seed).shuffle(names)
    return [_contributor(options, name, place) for place, name in enumerate(names)]


def provider_key(options: ModelsOptions) -> bytes:
    """The key of the account that deploys the model, and opens its market where it has one."""
    return derive_key(f"learn {options.seed}", PROVIDER, 0)


def in_turn(crew_: Sequence[Contributor], step: int) -> list[Contributor]:
    """All of them, another one first at each step: who comes first in a block has the choice."""
    first = step % len(crew_)
    return [*crew_[first:], *crew_[:first]]


def _contributor(options: ModelsOptions, name: str, place: int) -> Contributor:
    key = derive_key(f"learn {options.seed}", "contributor", place)
    start_wei = options.deposit_wei * _deposits(options, name)
    return Contributor(Agent(address_of(key), replace(role(name), start_wei=start_wei)), key)


def _deposits(options: ModelsOptions, name: str) -> int:
    """For how many deposits it has money: all but the limited can pay every one of theirs.

    Points cost nothing.
    """
    if options.incentive == POINTS:
        return 0
    if name == LIMITED:
        return _LIMITED_DEPOSITS
    payers = options.contributors - options.counts()[LIMITED]
    steps = -(-options.contributed // payers)
    # What bad ones try and are refused needs a deposit in hand too.
    return steps + 1 + (name == BAD)
