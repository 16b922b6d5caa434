"""Who works on a job: draws from a finite pool of workers or an endless one, counted exactly.

A draw is a row of (good, evil, ways): of all equally likely ways, `ways` have that many of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Literal, TypeAlias

from system.errors import UsageError
from system.jobs.payment import exact
from system.jobs.payment.exact import Number

Kind: TypeAlias = Literal["good", "evil"]
# The share of a win that falls to somebody, by how many good and evil results were counted.
Share: TypeAlias = Callable[[int, int], int | Fraction]


@dataclass(frozen=True, slots=True)
class Draw:
    """The compositions of a draw with their ways, which add up to `total`; read once."""

    compositions: Iterator[tuple[int, int, int]]
    total: int

    def mean(self, share: Share) -> Fraction:
        """The expected share, exact."""
        won = sum(ways * share(good, evil) for good, evil, ways in self.compositions if ways)
        return Fraction(won) / self.total


@dataclass(frozen=True, slots=True)
class FinitePool:
    """So many workers; a job's are drawn without replacement: hypergeometric."""

    good: int
    evil: int

    @property
    def size(self) -> int:
        """How many workers there are."""
        return self.good + self.evil

    @property
    def evil_share(self) -> Fraction:
        """The share of evil workers."""
        return Fraction(self.evil, self.size)

    def others(self, kind: Kind) -> FinitePool | None:
        """The pool without one worker of that kind; None where there is none."""
        if kind == "good":
            return FinitePool(self.good - 1, self.evil) if self.good else None
        return FinitePool(self.good, self.evil - 1) if self.evil else None

    def draw(self, count: int) -> Draw:
        """The compositions of `count` workers."""
        rows = (
            (count - evil, evil, comb(self.evil, evil) * comb(self.good, count - evil))
            for evil in range(max(0, count - self.good), min(count, self.evil) + 1)
        )
        return Draw(rows, comb(self.size, count))


@dataclass(frozen=True, slots=True)
class EndlessPool:
    """So many workers that drawing some changes nothing for the others: binomial."""

    evil_share: Fraction

    @property
    def size(self) -> None:
        """No number."""
        return None

    def others(self, kind: Kind) -> EndlessPool:
        """The pool itself."""
        del kind
        return self

    def draw(self, count: int) -> Draw:
        """The compositions of `count` workers."""
        return Draw(self._rows(count), self.evil_share.denominator**count)

    def _rows(self, count: int) -> Iterator[tuple[int, int, int]]:
        evil_ways = self.evil_share.numerator
        good_ways = self.evil_share.denominator - evil_ways
        if not good_ways:
            yield 0, count, 1
            return
        # From one row to the next: thirteen thousand powers and binomials would take a minute.
        ways = good_ways**count
        for evil in range(count + 1):
            yield count - evil, evil, ways
            ways = ways * (count - evil) * evil_ways // ((evil + 1) * good_ways)


def pool_of(pool: int | None, evil: Number) -> FinitePool | EndlessPool:
    """The pool of that many workers, `evil` of them evil; `None` is endless, `evil` a share then.

    Raises UsageError where the two do not go together.
    """
    if pool is None:
        return EndlessPool(exact.share(evil, "evil, with an endless pool,"))
    size = exact.count(pool, "the pool", least=1)
    number = exact.exact(evil, "evil")
    if number.denominator != 1:
        raise UsageError(
            f"evil is {number} in a pool of {size}: give how many workers, not their share"
        )
    if not 0 <= number <= size:
        raise UsageError(f"evil is {number} in a pool of {size}: give a number from 0 to {size}")
    return FinitePool(size - int(number), int(number))


def job_size(pool: FinitePool | EndlessPool, n: int) -> int:
    """n, if that pool can have a job with so many results; raises UsageError if not."""
    size = exact.count(n, "the job size n", least=1)
    if pool.size is not None and size > pool.size:
        raise UsageError(f"a job of {size} needs more than the pool's {pool.size} workers: lower n")
    return size
