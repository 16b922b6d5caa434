"""How workers treat a job: the honest one, and the ways in which the others do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from system.errors import UsageError, suggestion
from system.learning import attacks
from system.learning.arithmetic import Array

# What a worker returns in place of the honest weights: from these, the job's number and a seed of
# the worker's own.
Attack = Callable[[Array, int, int], Array]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way to work. `attack` None returns the honest weights.

    `trains`: it computes the honest weights first, and so bears their cost. `commits`, `reveals`,
    `delivers` (it sends its weights): whether it takes these steps. `copies`: it returns what it
    sees of another worker. `dawdles`: it takes every step late by chance, `crashes`: it drops out
    of a job by chance.
    """

    name: str
    attack: Attack | None = None
    trains: bool = True
    commits: bool = True
    reveals: bool = True
    delivers: bool = True
    copies: bool = False
    dawdles: bool = False
    crashes: bool = False

    @property
    def wrong(self) -> bool:
        """Whether what it returns is a wrong model."""
        return self.attack is not None


def _random(honest: Array, job: int, seed: int) -> Array:
    return attacks.random_weights(honest, seed=_mixed(seed, job))


def _flipped(honest: Array, job: int, seed: int) -> Array:
    return attacks.sign_flipped(honest)


def _colluding(honest: Array, job: int, seed: int) -> Array:
    return attacks.colluding(honest, seed=job)  # the same for all who collude


HONEST: Final = "honest"
BEHAVIOURS: Final[dict[str, Behaviour]] = {
    one.name: one
    for one in (
        Behaviour(HONEST),
        Behaviour("silent", trains=False, commits=False, reveals=False),
        Behaviour("slow", dawdles=True),
        Behaviour("random", _random, trains=False),
        Behaviour("flip", _flipped),
        Behaviour("collude", _colluding, trains=False),
        Behaviour("copycat", trains=False, copies=True),
        Behaviour("grief", trains=False, reveals=False),
        Behaviour("withhold", delivers=False),
        Behaviour("crash", crashes=True),
    )
}


def behaviour(name: str) -> Behaviour:
    """The behaviour of that name; raises UsageError with a suggestion for any other."""
    try:
        return BEHAVIOURS[name]
    except KeyError:
        raise UsageError(f"no behaviour {name!r}: {suggestion(name, BEHAVIOURS)}") from None


def mix(workers: int, evil: Fraction, names: Sequence[str]) -> tuple[str, ...]:
    """Each worker's behaviour: a share `evil` of them, rounded down, takes `names` in turn.

    The rest are honest. Raises UsageError for a number of workers below 1, a share outside 0 … 1,
    an unknown name, and evil workers without one.
    """
    if workers < 1:
        raise UsageError(f"--workers {workers}: give 1 or more")
    if not 0 <= evil <= 1:
        raise UsageError(f"--evil {float(evil):g}: give a share from 0 to 1")
    for name in names:
        behaviour(name)
    count = int(evil * workers)
    if count and not names:
        raise UsageError("--evil needs --evil-behaviour, such as collude")
    others = tuple(names[index % len(names)] for index in range(count))
    return (HONEST,) * (workers - count) + others


def _mixed(seed: int, job: int) -> int:
    return (seed * 0x9E3779B1 + job) % 2**63
