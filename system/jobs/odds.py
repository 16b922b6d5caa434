"""Who is paid with which chance among workers of several behaviours at once.

`payment` has the formulas for one kind of evil worker; this counts every way to fill the seats from
a pool whose behaviours are known, and agrees with it where it applies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import comb

from system.jobs.behaviours import BEHAVIOURS, HONEST

# Wrong results that are one model, by behaviour; those of `random` differ from all others.
_CLIQUES = ("collude", "flip")
_ALONE = "random"
# What they do depends on chance, or on what the others did: no exact odds.
_UNSURE = ("slow", "crash")


def chance_paid(pool: Sequence[str], of: str, n: int, *, plain: bool = False) -> Fraction | None:
    """P(a worker of that behaviour is paid | it has a seat), when n of the pool come by lot.

    A tie pays nobody, as terms have it by default. None where the pool holds behaviours whose
    results are no certain ones (slow and crashing workers; copycats where results are `plain`).
    """
    counts = Counter(pool)
    if any(counts[name] for name in _UNSURE) or (plain and counts["copycat"]):
        return None
    if not counts[of] or n > len(pool) or not _returns(of):
        return Fraction(0)
    others = counts - Counter([of])
    total = comb(len(pool) - 1, n - 1)
    paid = sum(ways for drawn, ways in _draws(others, n - 1) if _wins(of, drawn + Counter([of])))
    return Fraction(paid, total)


def _returns(name: str) -> bool:
    behaviour = BEHAVIOURS[name]
    return behaviour.commits and behaviour.reveals and not behaviour.copies


def _draws(counts: Mapping[str, int], seats: int) -> Iterator[tuple[Counter[str], int]]:
    """Every way to fill the seats, and how many draws it stands for."""
    names = list(counts)
    for numbers in product(*(range(counts[name] + 1) for name in names)):
        if sum(numbers) == seats:
            ways = 1
            for name, number in zip(names, numbers, strict=True):
                ways *= comb(counts[name], number)
            yield Counter(dict(zip(names, numbers, strict=True))), ways


def _wins(of: str, seated: Mapping[str, int]) -> bool:
    """Whether that behaviour's group is larger than every other one."""
    groups = {name: seated[name] for name in (HONEST, *_CLIQUES) if seated[name]}
    if seated[_ALONE]:
        groups[_ALONE] = 1
    mine = groups[of]
    ties = sum(size == mine for size in groups.values())
    alone = of != _ALONE or seated[_ALONE] == 1
    return alone and ties == 1 and mine == max(groups.values())
