"""Who contributes: how often, with how much money, how honestly, and what it claims afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from system.errors import UsageError, suggestion

_ETHER: Final = 10**18
_FINNEY: Final = 10**15


@dataclass(frozen=True, slots=True)
class Draw:
    """A random amount: normal, or with no `deviation` exponential around its mean."""

    mean: float
    deviation: float | None = None

    def __post_init__(self) -> None:
        # Written so that NaN fails too.
        if not (0 < self.mean < 1e30 and 0 <= (self.deviation or 0) < 1e30):
            raise UsageError(f"{self}: give a mean above 0 and a deviation from 0")

    def whole(self, chance: Random, *, least: int) -> int:
        """One amount as a whole number, `least` where it is less."""
        if self.deviation is None:
            return max(least, round(chance.expovariate(1 / self.mean)))
        return max(least, round(chance.gauss(self.mean, self.deviation)))


@dataclass(frozen=True, slots=True)
class Role:
    """One way to take part.

    `wrong` is the share of its labels that are: 0 for the good, 1 for the bad. `offer` is what it
    is willing to deposit at a time, in wei; `wait` is the time between its contributions, in
    seconds. It begins with `start_wei`, and contributes no more once it can't pay. `refunds` and
    `reports` say what it claims.
    """

    name: str
    wrong: float
    offer: Draw
    wait: Draw
    start_wei: int = 10 * _ETHER
    refunds: bool = True
    reports: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.wrong <= 1:
            raise UsageError(f"role {self.name!r} is wrong in {self.wrong:g}: give a share, 0 to 1")

    def label(self, label: int, classes: int, chance: Random) -> int:
        """The class it says a sample has: the right one, or any of the others."""
        if chance.random() >= self.wrong:
            return label
        return (label + 1 + int(chance.random() * (classes - 1))) % classes


@dataclass(frozen=True, slots=True)
class Agent:
    """One account in its role."""

    address: str
    role: Role


# The original's simulation: good agents deposit 50 ± 10 every ten minutes and bad ones, who are
# richer and in a hurry to spoil, 100 ± 3 every hour. Waits there are normal; arrivals of people who
# know nothing of each other are exponential.
ROLES: Final[Mapping[str, Role]] = {
    role.name: role
    for role in (
        Role("good", 0.0, Draw(50 * _FINNEY, 10 * _FINNEY), Draw(600)),
        Role("bad", 1.0, Draw(100 * _FINNEY, 3 * _FINNEY), Draw(3600)),
        Role("mistaken", 0.2, Draw(50 * _FINNEY, 10 * _FINNEY), Draw(600)),
        Role("limited", 0.0, Draw(50 * _FINNEY, 10 * _FINNEY), Draw(600), start_wei=60 * _FINNEY),
        Role("idle", 0.0, Draw(50 * _FINNEY, 10 * _FINNEY), Draw(600), reports=False),
        Role("careless", 0.0, Draw(50 * _FINNEY, 10 * _FINNEY), Draw(600, 60), refunds=False),
    )
}


def role(name: str) -> Role:
    """The role of that name; raises UsageError with a suggestion for any other."""
    try:
        return ROLES[name]
    except KeyError:
        raise UsageError(f"no role {name!r}: {suggestion(name, ROLES)}") from None
