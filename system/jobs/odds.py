"""Who is paid with which chance among workers of several behaviours at once.

`payment` has the formulas for one kind of evil worker; this counts every way to fill the seats from
a pool whose behaviours are known, and agrees with it where it applies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import comb, prod
from typing import Final

from system.jobs.behaviours import BEHAVIOURS, HONEST

# Wrong results that are one model, by behaviour.
_CLIQUES: Final = (HONEST, "collude", "flip")
# Results that differ from all others, and those that do where training is not the same bits.
_ALONE: Final = ("random",)
_ALONE_IN_FLOATS: Final = (HONEST, "flip", "random")
# What they do depends on chance, or on what the others did: no exact odds.
_UNSURE: Final = ("slow", "crash")
# A second's counting; pools of so many behaviours are mixed by hand, and never that large.
_MOST_DRAWS: Final = 100_000


def chance_paid(
    pool: Sequence[str],
    of: str,
    n: int,
    *,
    plain: bool = False,
    by_hash: bool = False,
    agree: bool = True,
    tie: str = "none",
) -> Fraction | None:
    """P(a worker of that behaviour is paid | it has a seat), when n of the pool come by lot.

    `agree`: honest results are the same bits, which floats are not. `tie` is "none" or "first",
    where each of the largest groups is as likely to have come first. None where the pool holds
    behaviours whose results are no certain ones: slow and crashing workers, copycats where results
    are `plain`, and those who withhold weights that go `by_hash`; or too many to count their draws.
    """
    counts = Counter(pool)
    unsure = (*_UNSURE, *(("copycat",) if plain else ()), *(("withhold",) if by_hash else ()))
    many = prod(count + 1 for count in counts.values()) > _MOST_DRAWS
    if many or any(counts[name] for name in unsure):
        return None
    if not counts[of] or n > len(pool) or not _returns(of):
        return Fraction(0)
    alone = _ALONE if agree else _ALONE_IN_FLOATS
    draws = _draws(counts - Counter([of]), n - 1)
    paid = sum(ways * _share(of, seated + Counter([of]), alone, tie) for seated, ways in draws)
    return Fraction(paid) / comb(len(pool) - 1, n - 1)


def _returns(name: str) -> bool:
    one = BEHAVIOURS[name]
    return one.commits and one.reveals and one.delivers and not one.copies


def _draws(counts: Mapping[str, int], seats: int) -> Iterator[tuple[Counter[str], int]]:
    """Every way to fill the seats, and how many draws it stands for."""
    names = list(counts)
    for numbers in product(*(range(counts[name] + 1) for name in names)):
        if sum(numbers) == seats:
            ways = 1
            for name, number in zip(names, numbers, strict=True):
                ways *= comb(counts[name], number)
            yield Counter(dict(zip(names, numbers, strict=True))), ways


def _share(of: str, seated: Mapping[str, int], alone: Sequence[str], tie: str) -> Fraction:
    """The chance that this worker's group is the one that is paid."""
    sizes = [seated[name] for name in _CLIQUES if name not in alone and seated[name]]
    sizes += [1] * sum(seated[name] for name in alone)
    mine = 1 if of in alone else seated[of]
    ties = sizes.count(mine)
    if mine < max(sizes) or (ties > 1 and tie == "none"):
        return Fraction(0)
    return Fraction(1, ties)
