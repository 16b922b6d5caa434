"""Who wins the vote among a job's results: identical models form a group, the largest one wins.

Good workers form one group. Evil ones all send one wrong model ("collude"), each a different one
("independent"), or one a clique. What counts is the composition alone: how many of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import comb, factorial
from typing import Final, Protocol, TypeAlias

from system.errors import UsageError, suggestion
from system.jobs.payment import exact
from system.jobs.payment.exact import Number
from system.jobs.payment.pools import EndlessPool, FinitePool

# A number is that many cliques of equal size, or of sizes one apart; a sequence is their sizes,
# with an endless pool their shares, which add up to `evil`.
Behaviour: TypeAlias = str | int | Sequence[Number]
# The ways in which a clique can have so many members in a job.
_Ways: TypeAlias = Callable[[int], int | Fraction]

BEHAVIOURS: Final = ("collude", "independent")
# Several largest groups: nobody wins; one of them by lot; the one whose first result came first,
# with good and evil workers equally fast; the same with evil workers always faster.
TIES: Final = ("none", "random", "first", "rushed")


class Vote(Protocol):
    """The expected share of a win, over ties and cliques, in a job of that composition."""

    def good(self, good: int, evil: int) -> int | Fraction: ...
    def evil(self, good: int, evil: int) -> int | Fraction: ...


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie rule: what good and evil workers get of a draw with `rivals` largest evil groups."""

    rule: str

    def good(self, rivals: int) -> int | Fraction:
        """The chance of the good group, which is one of the largest."""
        return Fraction(1, rivals + 1) if self.rule in ("random", "first") else 0

    def evil(self, rivals: int, *, good: bool) -> int | Fraction:
        """The chance that one of the evil groups wins; `good`: the good group is as large."""
        if self.rule == "rushed" or (rivals == 1 and not good):
            return 1
        return 0 if self.rule == "none" else Fraction(rivals, rivals + good)


@dataclass(frozen=True, slots=True)
class Colluding:
    """All evil workers send the same wrong model."""

    tie: Tie

    def good(self, good: int, evil: int) -> int | Fraction:
        """The chance that the good group wins."""
        if good == evil:
            return self.tie.good(1) if good else 0
        return int(good > evil)

    def evil(self, good: int, evil: int) -> int | Fraction:
        """The chance that an evil worker of the job is in the group that wins."""
        return self.tie.evil(1, good=True) if good == evil else int(evil > good)


@dataclass(frozen=True, slots=True)
class Independent:
    """Each evil worker sends a wrong model of its own."""

    tie: Tie

    def good(self, good: int, evil: int) -> int | Fraction:
        """The chance that the good group wins."""
        return self.tie.good(evil) if good == 1 and evil else int(good > 0)

    def evil(self, good: int, evil: int) -> int | Fraction:
        """The chance that an evil worker of the job is in the group that wins."""
        return Fraction(self.tie.evil(evil, good=good == 1)) / evil if good < 2 else 0


@dataclass(frozen=True, slots=True)
class Cliques:
    """Evil workers of one clique send the same wrong model; `whole` are the ways of them all."""

    tie: Tie
    cliques: tuple[_Ways, ...]
    whole: _Ways

    def good(self, good: int, evil: int) -> int | Fraction:
        """The chance that the good group wins."""
        if not good:
            return 0
        outright, *ties = self._at_most(good, evil)
        return outright + sum(
            chance * self.tie.good(rivals) for rivals, chance in enumerate(ties, start=1)
        )

    def evil(self, good: int, evil: int) -> int | Fraction:
        """The chance that an evil worker of the job is in the group that wins."""
        return sum(
            chance * self.tie.evil(rivals, good=size == good) * Fraction(size, evil)
            for size in range(max(good, 1), evil + 1)
            for rivals, chance in enumerate(self._at_most(size, evil))
            if rivals
        )

    def _at_most(self, size: int, evil: int) -> list[Fraction]:
        """The chances that no clique has more than `size` of the job's evil workers.

        By how many have exactly `size`, from none on. The ways multiply clique by clique, as the
        coefficients of their generating functions do.
        """
        most = evil // size
        ways = {(0, 0): Fraction(1)}
        for clique in self.cliques:
            chosen = [clique(members) for members in range(min(size, evil) + 1)]
            ways = _with_clique(ways, chosen, size=size, evil=evil)
        return [
            ways.get((evil, rivals), Fraction(0)) / self.whole(evil) for rivals in range(most + 1)
        ]


def vote_of(pool: FinitePool | EndlessPool, behaviour: Behaviour, tie: str) -> Vote:
    """The vote among workers of that pool; raises UsageError for an unknown behaviour or tie."""
    if tie not in TIES:
        raise UsageError(f"there is no tie rule {tie!r}: {suggestion(str(tie), TIES)}")
    rule = Tie(tie)
    if isinstance(behaviour, str):
        if behaviour == "collude":
            return Colluding(rule)
        if behaviour == "independent":
            return Independent(rule)
        raise UsageError(
            f"there is no behaviour {behaviour!r}: {suggestion(behaviour, BEHAVIOURS)}, "
            "or give a number of cliques"
        )
    if isinstance(pool, FinitePool):
        sizes = _clique_sizes(pool.evil, behaviour)
        return Cliques(rule, tuple(partial(comb, size) for size in sizes), partial(comb, pool.evil))
    parts = _clique_parts(pool.evil_share, behaviour)
    return Cliques(
        rule, tuple(partial(_power, part) for part in parts), partial(_power, Fraction(1))
    )


def _with_clique(
    ways: dict[tuple[int, int], Fraction], chosen: list[int | Fraction], *, size: int, evil: int
) -> dict[tuple[int, int], Fraction]:
    """The ways by (evil workers, cliques of exactly `size`) after one more clique."""
    grown: dict[tuple[int, int], Fraction] = {}
    for (workers, rivals), before in ways.items():
        for members, more in enumerate(chosen[: evil - workers + 1]):
            if more:
                key = workers + members, rivals + (members == size)
                grown[key] = grown.get(key, Fraction(0)) + before * more
    return grown


def _power(part: Fraction, members: int) -> Fraction:
    return part**members / factorial(members)


def _clique_sizes(evil: int, behaviour: int | Sequence[Number]) -> list[int]:
    if isinstance(behaviour, Sequence):
        sizes = [exact.count(size, "a clique's size", least=0) for size in behaviour]
        _require_sum(sum(sizes), evil)
        return sizes
    cliques = exact.count(behaviour, "the number of cliques", least=1)
    # More cliques than evil workers are cliques of one.
    return [evil // cliques + (place < evil % cliques) for place in range(min(cliques, evil))]


def _clique_parts(evil: Fraction, behaviour: int | Sequence[Number]) -> list[Fraction]:
    """The shares of the cliques among evil workers; even ones where there are none of these."""
    if isinstance(behaviour, Sequence):
        shares = [exact.share(one, "a clique's share") for one in behaviour]
        _require_sum(sum(shares), evil)
        return [one / evil if evil else Fraction(1, len(shares)) for one in shares]
    cliques = exact.count(behaviour, "the number of cliques", least=1)
    return [Fraction(1, cliques)] * cliques


def _require_sum(found: int | Fraction, evil: int | Fraction) -> None:
    if found != evil:
        raise UsageError(
            f"the cliques add up to {found}, the evil workers to {evil}: make them the same"
        )
